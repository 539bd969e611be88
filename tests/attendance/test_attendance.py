"""The grid says what the month's summary says, of this month and of the demo company's."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from daywork.attendance.rules import DayDoubt
from daywork.attendance.service import Attendance, attendance_of
from daywork.attendance.words import signs_of
from daywork.ground.database import close_database, open_database
from daywork.ground.problems import Problem
from daywork.people.actor import Actor
from daywork.summary.rules import Figures, Grouping, total_of
from daywork.summary.service import month_summary
from tests.attendance.story import NOW, a_month_by_hand
from tests.support.cast import Cast
from tests.support.database import query
from tests.support.months import march, sheet_sent
from tests.support.phone_words import line


async def grid(actor: Actor, site: UUID | None = None, crew: UUID | None = None) -> Attendance:
    return await attendance_of(actor, site, "2026-03", crew, NOW, english=True)


def row(attendance: Attendance, crew: str, worker: str) -> Any:
    (one,) = [
        row
        for crew_ in attendance.crews
        if crew_.name == crew
        for row in crew_.workers
        if row.name == worker
    ]
    return one


async def test_a_month_by_hand_comes_to_what_was_worked_out(cast: Cast) -> None:
    await a_month_by_hand(cast)
    block = await grid(cast.office)
    first = row(block, "Carpenters", "worker 1")
    assert (first.total.man_days, first.total.overtime_hours) == (Decimal("2.5"), Decimal("6.5"))
    assert row(block, "Rebar", "worker 1").total.man_days == Decimal("0.75")
    second = row(block, "Carpenters", "worker 2")
    assert second.total.man_days == Decimal("1.5")
    assert second.cells[march(31)].figures.man_days == Decimal(1)
    third = row(block, "Carpenters", "worker 3").total
    assert (third.man_days, third.pending_man_days) == (0, 1)
    assert (third.returned_man_days, third.returned_overtime) == (Decimal("0.25"), 1)
    assert block.total.man_days == Decimal("4.75")

    bridge = await grid(cast.owner, cast.far_site)
    assert bridge.hours == [Decimal(9)]
    there = row(bridge, "Bridge gang", "worker 1").total
    assert (there.man_days, there.overtime_hours) == (Decimal("0.5"), Decimal(3))


async def figures_by(cast: Cast, site: UUID, by: Grouping, total: Figures) -> dict[str, Figures]:
    """The summary's figures, once its total is the grid's."""
    month = await month_summary(cast.owner, site, "2026-03", by, NOW, english=True)
    assert month.total.without_pay() == total
    return {one.key: one.figures.without_pay() for one in month.rows}


async def test_every_total_is_the_summarys(cast: Cast) -> None:
    await a_month_by_hand(cast)
    for site in (cast.site, cast.far_site):
        block = await grid(cast.owner, site)

        by_crew = await figures_by(cast, site, Grouping.CREW, block.total)
        assert {str(crew.crew): crew.total for crew in block.crews} == by_crew
        for day, total in (await figures_by(cast, site, Grouping.DAY, block.total)).items():
            on = date.fromisoformat(day)
            assert total_of(crew.on(on) for crew in block.crews) == total
        for worker, total in (await figures_by(cast, site, Grouping.WORKER, block.total)).items():
            mine = [
                one.total
                for crew in block.crews
                for one in crew.workers
                if str(one.worker) == worker
            ]
            assert total_of(mine) == total


async def test_days_to_look_at_are_those_of_the_whole_company(cast: Cast) -> None:
    await a_month_by_hand(cast)
    await sheet_sent(cast, march(12), [line(cast.workers[1], "1.5")])
    await sheet_sent(cast, march(10), [line(cast.workers[0], "0.6")])
    block = await grid(cast.office)
    first = row(block, "Carpenters", "worker 1")
    # 0.5 + 0.75 with two crews; 0.6 here and 0.5 on the bridge, which the office does not see.
    assert first.cells[march(4)].doubts == (DayDoubt.DOUBLE_BOOKING,)
    assert first.cells[march(10)].doubts == (DayDoubt.DOUBLE_BOOKING,)
    assert first.cells[march(3)].doubts == (DayDoubt.OVERTIME,)
    assert first.cells[march(2)].doubts == ()
    second = row(block, "Carpenters", "worker 2")
    assert second.cells[march(12)].doubts == (DayDoubt.OVER_A_DAY,)


async def test_of_a_site_with_too_many_workers_only_the_first_crew_is_read(cast: Cast) -> None:
    await a_month_by_hand(cast)
    whole = await grid(cast.office)
    asked = (cast.office, None, "2026-03")
    first = await attendance_of(*asked, None, NOW, english=True, at_once=2)
    assert (first.too_many, first.crew_name) == (True, "Carpenters")
    assert first.crews == whole.crews[:1], "with its days on other crews' sheets, too"
    assert [one.name for one in first.choice] == ["Carpenters", "Rebar"]
    named = await attendance_of(*asked, cast.other_crew, NOW, english=True, at_once=2)
    assert (named.too_many, named.crews) == (False, whole.crews[1:])


async def test_a_void_sheet_and_an_old_version_count_nowhere(cast: Cast) -> None:
    entry = await sheet_sent(cast, march(2), [line(cast.workers[0])], state="submitted")
    query(cast.url, "UPDATE labour_line SET state = 'void' WHERE sheet = $1", entry)
    assert (await grid(cast.office)).crews == []


async def test_a_worker_of_the_crew_without_a_day_has_an_empty_row(cast: Cast) -> None:
    await sheet_sent(cast, march(2), [line(cast.workers[0])])
    query(
        cast.url,
        "UPDATE roster SET left_on = '2026-02-28' WHERE worker = $1",
        cast.workers[3],
    )
    (crew,) = (await grid(cast.office)).crews
    assert [(one.name, len(one.cells)) for one in crew.workers] == [
        ("worker 1", 1),
        ("worker 2", 0),
        ("worker 3", 0),
    ]


async def test_rest_days_holidays_and_closures_are_told(cast: Cast) -> None:
    query(cast.url, "UPDATE site SET rest_weekdays = '{7}' WHERE id = $1", cast.site)
    may = await attendance_of(cast.office, None, "2026-05", None, NOW, english=True)
    told = {one.day.day: (one.kind, one.works) for one in may.days}
    assert told[1] == ("statutory_holiday", False)
    assert told[17] == ("rest_day", False)
    assert told[18] == ("workday", True)


async def test_who_must_not_see_it_is_refused(cast: Cast, stranger: Actor) -> None:
    await a_month_by_hand(cast)
    for actor, site, problem in [
        (cast.foreman, None, "not_allowed"),
        (cast.foreman, cast.site, "not_allowed"),
        (cast.far_supervisor, cast.site, "not_found"),
        (cast.office, cast.far_site, "not_found"),
        (stranger, cast.site, "not_found"),
    ]:
        with pytest.raises(Problem, match=problem):
            await grid(actor, site)
    for crew in (cast.far_crew, cast.workers[0]):
        with pytest.raises(Problem, match="not_found"):
            await grid(cast.office, None, crew)
    assert (await grid(stranger)).crews == []


def test_signs_hold_without_colour() -> None:
    half = Decimal("0.5")
    assert [one.text for one in signs_of(Figures(half, Decimal(2)))] == ["0.5", "+2"]
    assert [one.text for one in signs_of(Figures(pending_man_days=half))] == ["(0.5)"]
    assert [one.text for one in signs_of(Figures(returned_overtime=half))] == ["[+0.5]"]
    assert [one.text for one in signs_of(Figures())] == ["0"]


async def test_the_demo_months_grid_is_the_demo_months_summary(demo_database_url: str) -> None:
    await open_database(demo_database_url, pool_size=2)
    try:
        ((organisation, member),) = query(
            demo_database_url, "SELECT organisation, id FROM member WHERE is_owner LIMIT 1"
        )
        owner = Actor(
            organisation=organisation,
            member=member,
            name="",
            language="en",
            is_owner=True,
            roles={},
        )
        worked = query(
            demo_database_url,
            "SELECT DISTINCT site, to_char(work_day, 'YYYY-MM') FROM labour_line",
        )
        compared = 0
        for site, month in worked:
            block = await attendance_of(owner, site, month, None, NOW, english=True)
            summary = await month_summary(owner, site, month, Grouping.CREW, NOW, english=True)
            assert block.total == summary.total.without_pay()
            assert {str(crew.crew): crew.total for crew in block.crews} == {
                one.key: one.figures.without_pay() for one in summary.rows
            }
            compared += len(block.crews)
        assert compared > 3
    finally:
        await close_database()
