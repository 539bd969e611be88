"""However a month's parts fall on crews and workers, the sheets add up to the whole."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daywork.ground.terms import DayKind
from daywork.summary.parts import Item, Lent, PaidOut, WorkedDay, added_up
from daywork.wages.bank import plain
from daywork.wages.differences import Change, differences
from daywork.wages.paper import (
    IDENTITY,
    MOST_LINES,
    NAME,
    NUMBER,
    RATE,
    SIGN,
    WIDTH,
    Sheet,
)
from daywork.wages.rules import (
    Figures,
    Line,
    Person,
    Sources,
    by_crew,
    figures_of,
    home_crews,
    kept_until,
    total_of,
)
from daywork.wages.words import every_column
from daywork.web.language import speaking

FIRST = date(2026, 3, 1)
CREWS = [UUID(int=100 + number) for number in range(3)]
WORKERS = [UUID(int=1 + number) for number in range(4)]
HOLIDAY = DayKind.STATUTORY_HOLIDAY
KINDS = {FIRST + timedelta(days=n): list(DayKind)[n % 3] for n in range(31)}

cents = st.integers(0, 500_000).map(lambda n: Decimal(n) / 100)
days = st.integers(0, 30).map(lambda n: FIRST + timedelta(days=n))
workers, crews = st.sampled_from(WORKERS), st.sampled_from(CREWS)
quarter = st.integers(0, 4).map(lambda n: Decimal(n) / 4)

worked = st.builds(
    WorkedDay,
    worker=workers,
    crew=crews,
    work_day=days,
    man_days=quarter,
    hours=quarter,
    overtime_hours=quarter,
    labour=cents,
    overtime=cents,
    booked=quarter,
    unpriced=st.just(0),
    pending=st.just(0),
    returned=st.just(0),
)
items = st.builds(
    Item,
    worker=workers,
    crew=st.none() | crews,
    work_day=days,
    kind=st.sampled_from(["piecework", "allowance", "deduction", "meal", "monthly", "correction"]),
    amount=st.integers(-100_000, 100_000).map(lambda n: Decimal(n) / 100),
    note=st.just(""),
)
lent = st.builds(
    Lent,
    worker=workers,
    work_day=days,
    amount=cents,
    state=st.sampled_from(["approved", "submitted", "returned"]),
)
paid = st.builds(
    PaidOut,
    worker=workers,
    paid_on=days,
    for_month=st.just(FIRST),
    amount=cents,
    wage_sheet=st.none() | st.sampled_from([UUID(int=900), UUID(int=901)]),
)
sources = st.builds(
    Sources,
    worked=st.lists(worked, max_size=20).map(lambda days: added_up(days, KINDS)),
    items=st.lists(items, max_size=8),
    lent=st.lists(lent, max_size=6),
    paid=st.lists(paid, max_size=6),
    rosters=st.fixed_dictionaries(dict.fromkeys(WORKERS, crews)),
    sheet_crews=st.fixed_dictionaries(
        {UUID(int=900): st.none() | crews, UUID(int=901): st.none() | crews}
    ),
)


@settings(max_examples=150, deadline=None)
@given(sources)
def test_the_crews_sheets_and_the_workers_add_up_to_the_site_to_the_cent(month: Sources) -> None:
    whole = figures_of(month)
    cut = [figures_of(of) for of in by_crew(month).values()]
    for worker in whole.keys() | {one for part in cut for one in part}:
        parts = total_of(part[worker] for part in cut if worker in part)
        assert parts.payable == whole[worker].payable
        assert parts.earned == whole[worker].earned
    total = total_of(whole.values())
    assert total.earned == (
        sum((one.labour + one.overtime for one in month.worked), Decimal(0))
        + sum((item.amount for item in month.items), Decimal(0))
    )
    approved = sum((one.amount for one in month.lent if one.state == "approved"), Decimal(0))
    assert total.advances == approved
    assert total.paid == sum((one.amount for one in month.paid), Decimal(0))
    assert total.payable == total.earned - total.advances - total.paid
    overtime = (
        one.overtime_workday + one.overtime_rest + one.overtime_holiday for one in month.worked
    )
    assert total.overtime_hours == sum(overtime, Decimal(0))


@settings(max_examples=60, deadline=None)
@given(st.lists(worked, max_size=20))
def test_days_added_up_are_the_same_figures_as_each_day_by_itself(days: list[WorkedDay]) -> None:
    whole = figures_of(Sources(added_up(days, KINDS)))
    for worker, figures in whole.items():
        his = [day for day in days if day.worker == worker]
        each = [figures_of(Sources(added_up([day], KINDS))).get(worker, Figures()) for day in his]
        at_work = {day.work_day for day in his if day.man_days or day.overtime_hours}
        assert replace(total_of(each), days=len(at_work)) == figures
        on_holidays = (day.overtime_hours for day in his if KINDS[day.work_day] == HOLIDAY)
        assert figures.overtime_holiday == sum(on_holidays, Decimal(0))


@settings(max_examples=60, deadline=None)
@given(sources)
def test_a_sheet_does_not_differ_from_itself_and_payments_make_no_difference(
    month: Sources,
) -> None:
    def lines(of: Sources) -> list[Line]:
        found = figures_of(of)
        return [Line(worker, Person(str(worker)), found[worker]) for worker in sorted(found)]

    unpaid = Sources(month.worked, month.rates, month.items, month.lent, [], month.rosters, {})
    assert differences(lines(month), lines(month)) == []
    assert differences(lines(unpaid), lines(month)) == []
    assert differences(lines(month), lines(unpaid)) == []


def test_who_worked_with_two_crews_is_at_home_where_most_was_worked() -> None:
    def day(crew: int, booked: str, on: int) -> WorkedDay:
        zero = Decimal(0)
        share = Decimal(booked)
        return WorkedDay(
            WORKERS[0], CREWS[crew], FIRST + timedelta(days=on), share, zero, zero, zero, zero,
            share, 0, 0, 0,
        )  # fmt: skip

    roster = {WORKERS[0]: CREWS[2]}
    assert home_crews(Sources(rosters=roster)) == roster
    assert home_crews(
        Sources(added_up([day(0, "1", 1), day(1, "0.5", 2)], {}), rosters=roster)
    ) == {WORKERS[0]: CREWS[0]}
    tied = Sources(added_up([day(2, "1", 1), day(1, "1", 2)], {}), rosters=roster)
    assert home_crews(tied) == roster


def test_a_difference_names_what_moved_and_what_it_comes_to() -> None:
    def line(figures: Figures) -> Line:
        return Line(WORKERS[0], Person("A"), figures)

    before = line(Figures(man_days=Decimal(1), labour=Decimal(300), advances=Decimal(50)))
    after = line(Figures(man_days=Decimal(1), labour=Decimal(320), advances=Decimal(50)))
    (found,) = differences([before], [after])
    assert (found.change, found.moved) == (
        Change.MOVED,
        (("labour", 300, 320), ("payable", 250, 270)),
    )
    (gone,) = differences([before], [])
    assert (gone.change, gone.moved) == (Change.GONE, (("payable", 250, 0),))


def test_records_are_kept_three_years_leap_day_or_not() -> None:
    assert kept_until(date(2026, 4, 2)) == date(2029, 4, 2)
    assert kept_until(date(2028, 2, 29)) == date(2031, 2, 28), "the same day as the lock"


def test_records_are_kept_three_years_from_completion_when_that_is_later() -> None:
    assert kept_until(date(2026, 4, 2), date(2027, 6, 30)) == date(2030, 6, 30)
    assert kept_until(date(2026, 4, 2), date(2025, 6, 30)) == date(2029, 4, 2)
    assert kept_until(date(2026, 4, 2), date(2025, 6, 30), date(2030, 1, 1)) == date(2030, 1, 1)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_no_heading_leaves_its_cell_on_a_sheet_with_every_column(language: str) -> None:
    with speaking(language):
        columns = every_column()
        paper = Sheet()
        paper.add_page()
        wide = (WIDTH - NUMBER - NAME - IDENTITY - RATE - SIGN) / len(columns)
        long = [one.title for one in columns if len(paper.head_lines(wide, one.title)) > MOST_LINES]
    assert not long


def test_no_cell_of_the_banks_file_begins_like_a_formula() -> None:
    for text in ("=1+1", "+86", "-2", "@x", "\t=1", "＝1"):
        assert not plain(text).startswith(("=", "+", "-", "@", "\t", "＝"))
    assert plain("王 小明") == "王 小明"
