"""Days and months without a clock: whoever calls passes the day in.

A work day is a date in the site's time zone, chosen on the phone. An instant is UTC. One is
never derived from the other later; the only bridge is :func:`day_at`, for "today" on a screen.
Which days are worked on a site is told in :mod:`daywork.ground.workdays`.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_at(instant: datetime, time_zone: str) -> date:
    """The date on the site's wall calendar at ``instant`` (aware)."""
    return instant.astimezone(ZoneInfo(time_zone)).date()


def clock_at(instant: datetime, time_zone: str) -> time:
    """What the site's wall clock shows at ``instant`` (aware)."""
    return instant.astimezone(ZoneInfo(time_zone)).time()


def month_of(day: date) -> tuple[date, date]:
    """First and last day of the month of ``day``."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def month_from(text: str) -> tuple[date, date]:
    """``"2026-03"`` → first and last day.

    Raises:
        ValueError: not a month.
    """
    return month_of(date.fromisoformat(f"{text}-01"))


def days_from(first: date, last: date) -> Iterator[date]:
    """Every day from ``first`` to ``last``, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
