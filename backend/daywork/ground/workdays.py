"""Which days a site works, and counting by them. Pure: a calendar is passed in.

Two questions are kept apart. What a day *is* (:func:`kind_of_day`) follows from the law and the
site's week, and prices overtime; a closure or an extra workday does not change it. Whether the site
*works* that day (:func:`is_workday`) follows from both, and moves plans and forecasts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from daywork.ground.public_holidays import Holiday, HolidayYear, holidays_of
from daywork.ground.terms import DayKind

LONGEST_PAUSE = 800
"""Days without a workday after which counting gives up: longer than any closure may be."""


class NoWorkday(ValueError):
    """The calendar has no workday within reach."""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """A site's week, its country's holidays, and its own exceptions."""

    rest_weekdays: tuple[int, ...] = (6, 7)
    """ISO weekdays, Monday 1 to Sunday 7."""
    country: str = ""
    """ISO 3166-1 alpha-2; empty: no public holidays."""
    region: str = ""
    closed: Mapping[date, str] = field(default_factory=dict)
    """Days the site is closed, and why."""
    extra: Mapping[date, str] = field(default_factory=dict)
    """Days worked although they are rest days or holidays, and why."""

    def year_of(self, day: date) -> HolidayYear:
        """The public holidays of the day's year."""
        return holidays_of(self.country, self.region, day.year)


def holiday_on(calendar: WorkCalendar, day: date) -> Holiday | None:
    """The holiday a day belongs to, as a day off or as one that is worked in exchange."""
    year = calendar.year_of(day)
    return year.statutory.get(day) or year.off.get(day) or year.worked.get(day)


def kind_of_day(calendar: WorkCalendar, day: date) -> DayKind:
    """Workday, rest day or statutory holiday (PRC: Labour Law art. 44; 150, 200 or 300 %)."""
    year = calendar.year_of(day)
    if day in year.statutory:
        return DayKind.STATUTORY_HOLIDAY
    if day in year.worked:
        return DayKind.WORKDAY
    if day in year.off or day.isoweekday() in calendar.rest_weekdays:
        return DayKind.REST_DAY
    return DayKind.WORKDAY


def is_workday(calendar: WorkCalendar, day: date) -> bool:
    """Whether the site works that day. A closure outweighs an extra workday."""
    if day in calendar.closed:
        return False
    return day in calendar.extra or kind_of_day(calendar, day) is DayKind.WORKDAY


def add_workdays(calendar: WorkCalendar, day: date, count: int) -> date:
    """The ``count``-th workday after ``day``; before it when negative; ``day`` itself for 0.

    ``day`` itself need not be a workday and is not counted.

    Raises:
        NoWorkday: the site does not work within reach.
    """
    step = timedelta(days=1 if count > 0 else -1)
    found, idle = day, 0
    for _number in range(abs(count)):
        found, idle = found + step, 0
        while not is_workday(calendar, found):
            found, idle = found + step, idle + 1
            if idle > LONGEST_PAUSE:
                raise NoWorkday
    return found


def workdays_between(calendar: WorkCalendar, first: date, last: date) -> int:
    """Workdays after ``first`` up to and with ``last``; negative when ``last`` lies before.

    It undoes :func:`add_workdays`: from ``day`` to ``add_workdays(calendar, day, n)`` are ``n``.
    """
    if last < first:
        back = ((first - timedelta(days=ago)) for ago in range(1, (first - last).days + 1))
        return -sum(is_workday(calendar, day) for day in back)
    return sum(
        is_workday(calendar, first + timedelta(days=ahead))
        for ahead in range(1, (last - first).days + 1)
    )


def workdays_from(calendar: WorkCalendar, first: date, last: date) -> int:
    """Workdays from ``first`` to ``last``, both included."""
    return workdays_between(calendar, first - timedelta(days=1), last)
