"""Days as the State Council published them, other countries' days, and counting by workdays."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daywork.ground.calendar import days_from
from daywork.ground.public_holidays import countries, holidays_of
from daywork.ground.terms import DayKind
from daywork.ground.workdays import (
    NoWorkday,
    WorkCalendar,
    add_workdays,
    is_workday,
    kind_of_day,
    workdays_between,
    workdays_from,
)

CHINA = WorkCalendar(country="CN")
SIX_DAYS = WorkCalendar((7,), "CN")
LEGAL, REST, WORK = DayKind.STATUTORY_HOLIDAY, DayKind.REST_DAY, DayKind.WORKDAY


@pytest.mark.parametrize(
    ("first", "last", "worked"),
    [
        ("2024-02-10", "2024-02-17", ["2024-02-04", "2024-02-18"]),
        ("2024-04-04", "2024-04-06", ["2024-04-07"]),
        ("2024-05-01", "2024-05-05", ["2024-04-28", "2024-05-11"]),
        ("2024-09-15", "2024-09-17", ["2024-09-14"]),
        ("2024-10-01", "2024-10-07", ["2024-09-29", "2024-10-12"]),
        ("2025-01-28", "2025-02-04", ["2025-01-26", "2025-02-08"]),
        ("2025-05-01", "2025-05-05", ["2025-04-27"]),
        ("2025-10-01", "2025-10-08", ["2025-09-28", "2025-10-11"]),
        ("2026-01-01", "2026-01-03", ["2026-01-04"]),
        ("2026-02-15", "2026-02-23", ["2026-02-14", "2026-02-28"]),
        ("2026-05-01", "2026-05-05", ["2026-05-09"]),
        ("2026-10-01", "2026-10-07", ["2026-09-20", "2026-10-10"]),
    ],
)
@pytest.mark.parametrize("calendar", [CHINA, SIX_DAYS])
def test_a_published_holiday_is_off_and_its_swapped_days_are_worked(
    calendar: WorkCalendar, first: str, last: str, worked: list[str]
) -> None:
    off = list(days_from(date.fromisoformat(first), date.fromisoformat(last)))
    assert not [day for day in off if is_workday(calendar, day)]
    assert all(kind_of_day(calendar, date.fromisoformat(day)) is WORK for day in worked)


def test_a_swapped_rest_day_is_no_statutory_holiday() -> None:
    kinds = [kind_of_day(CHINA, day) for day in days_from(date(2025, 1, 27), date(2025, 2, 5))]
    assert kinds == [WORK, LEGAL, LEGAL, LEGAL, LEGAL, REST, REST, REST, REST, WORK]
    october = [kind_of_day(CHINA, day) for day in days_from(date(2025, 10, 1), date(2025, 10, 9))]
    assert october == [LEGAL, LEGAL, LEGAL, REST, REST, LEGAL, REST, REST, WORK]


@pytest.mark.parametrize(("year", "days"), [(2024, 11), (2025, 13), (2026, 13), (2027, 13)])
def test_the_law_names_so_many_days(year: int, days: int) -> None:
    assert len(holidays_of("CN", "", year).statutory) == days


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_file_agrees_with_the_library(year: int) -> None:
    from holidays import country_holidays

    library = country_holidays("CN", years=year, language="zh_CN")
    ours = holidays_of("CN", "", year)
    assert set(library) <= set(ours.statutory) | set(ours.off)
    named = {day for day, name in library.items() if "休息日" not in name and "补假" not in name}
    assert named == set(ours.statutory)
    assert {day for day in library.weekend_workdays if day.year == year} == set(ours.worked)


def test_a_year_without_a_notice_swaps_nothing_and_says_so() -> None:
    known, unknown = holidays_of("CN", "", 2026), holidays_of("CN", "", 2027)
    assert (known.provisional, unknown.provisional) == (False, True)
    assert not unknown.worked
    assert not unknown.off
    assert min(unknown.statutory) == date(2027, 1, 1)
    assert holidays_of("CN", "", 2029).provisional


def test_other_countries_have_their_own_days() -> None:
    anniversary = date(2026, 1, 26)
    assert kind_of_day(WorkCalendar(country="NZ", region="AUK"), anniversary) is LEGAL
    assert kind_of_day(WorkCalendar(country="NZ"), anniversary) is WORK
    assert kind_of_day(WorkCalendar(country="US"), date(2026, 11, 26)) is LEGAL
    assert kind_of_day(WorkCalendar(), date(2026, 10, 1)) is WORK
    assert "AUK" in countries()["NZ"]


def test_a_closure_stops_work_and_changes_no_pay() -> None:
    thursday, saturday = date(2026, 11, 26), date(2026, 11, 28)
    calendar = WorkCalendar(closed={thursday: "typhoon"}, extra={saturday: "concrete"})
    assert (is_workday(calendar, thursday), kind_of_day(calendar, thursday)) == (False, WORK)
    assert (is_workday(calendar, saturday), kind_of_day(calendar, saturday)) == (True, REST)


def test_counting_steps_over_the_spring_festival() -> None:
    assert add_workdays(CHINA, date(2026, 2, 13), 1) == date(2026, 2, 14)
    assert add_workdays(CHINA, date(2026, 2, 13), 2) == date(2026, 2, 24)
    assert workdays_between(CHINA, date(2026, 2, 13), date(2026, 3, 1)) == 6
    assert workdays_from(CHINA, date(2026, 9, 30), date(2026, 10, 9)) == 3
    assert add_workdays(CHINA, date(2026, 2, 24), -1) == date(2026, 2, 14)


def test_a_site_that_never_works_has_no_next_workday() -> None:
    with pytest.raises(NoWorkday):
        add_workdays(WorkCalendar((1, 2, 3, 4, 5, 6, 7)), date(2026, 1, 1), 1)


DAYS = st.dates(date(2023, 12, 1), date(2028, 2, 1))
CALENDARS = st.builds(
    WorkCalendar,
    st.sets(st.integers(1, 7), max_size=5).map(lambda days: tuple(sorted(days))),
    st.sampled_from(["", "CN", "US", "NZ"]),
    st.just(""),
    st.dictionaries(DAYS, st.just("closed"), max_size=8),
    st.dictionaries(DAYS, st.just("extra"), max_size=8),
)


@settings(deadline=None)  # a shared machine pauses
@given(CALENDARS, DAYS, st.integers(-120, 120))
def test_counting_undoes_adding(calendar: WorkCalendar, day: date, count: int) -> None:
    there = add_workdays(calendar, day, count)
    assert workdays_between(calendar, day, there) == count
    assert count == 0 or is_workday(calendar, there)


@settings(deadline=None)  # a shared machine pauses
@given(CALENDARS, DAYS, st.integers(0, 60), st.integers(0, 60))
def test_adding_twice_is_adding_the_sum(
    calendar: WorkCalendar, day: date, first: int, then: int
) -> None:
    twice = add_workdays(calendar, add_workdays(calendar, day, first), then)
    assert twice == add_workdays(calendar, day, first + then)


@settings(deadline=None)  # a shared machine pauses
@given(CALENDARS, DAYS, st.integers(0, 90), st.integers(0, 90))
def test_a_span_is_as_long_as_its_parts(
    calendar: WorkCalendar, day: date, first: int, then: int
) -> None:
    middle, last = day + timedelta(days=first), day + timedelta(days=first + then)
    parts = workdays_between(calendar, day, middle) + workdays_between(calendar, middle, last)
    assert workdays_between(calendar, day, last) == parts
