"""Kept totals are the sums of their lines, whatever happened, and never stand in anybody's way."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from daywork.ground.database import company_transaction, execute, fetch, fetch_value
from daywork.summary import kept
from daywork.summary.kept import (
    ADDED,
    BEGINNING,
    Way,
    keep_up,
    moved_between,
    rows_of,
    rows_until,
    wrong_months,
)
from daywork.summary.owed import months_owed, owed_until
from daywork.summary.queries import by_day, by_worker, month_total
from daywork.summary.rules import Figures, Grouping, Month, total_of
from daywork.summary.service import month_summary
from daywork.summary.sums import OF_MONTH, SUMS, figures_in
from tests.support.cast import Cast
from tests.support.database import query
from tests.support.lives import Life
from tests.support.months import set_rate, sheet_sent, work_on
from tests.support.phone_words import line

MARCH = Month(date(2026, 3, 1), date(2026, 3, 31))
APRIL = MARCH.next
DECEMBER = Month(date(2025, 12, 1), date(2025, 12, 31))
OCTOBER = DECEMBER.previous.previous
NOW = datetime(2026, 4, 20, 4, 0, tzinfo=UTC)


def of_lines(cast: Cast, month: Month) -> Figures:
    """The month's figures from the lines themselves."""
    (row,) = query(
        cast.url,
        f"SELECT {SUMS} {OF_MONTH}",
        cast.organisation,
        [cast.site, cast.far_site],
        month.first,
        month.last,
    )
    return figures_in(dict(row))


async def as_read(cast: Cast, month: Month) -> list[Figures]:
    """The month's figures by each way that is kept."""
    sites = [cast.site, cast.far_site]
    async with company_transaction(cast.organisation, snapshot=True):
        return [
            await month_total(cast.organisation, sites, month),
            total_of(row.figures for row in await by_worker(cast.organisation, sites, month)),
            total_of(row.figures for row in await by_day(cast.organisation, sites, month)),
            total_of(
                one.figures
                for one in await months_owed(cast.organisation, sites, until=APRIL.last)
                if one.month == month.first
            ),
        ]


OF_LINES = {
    Way.SITE: "l.site",
    Way.CREW: "l.crew",
    Way.TASK: "l.task",
    Way.TRADE: """(SELECT coalesce(o.trade, CASE WHEN o.id IS NULL THEN w.trade END) FROM worker w
                   LEFT JOIN worker o ON o.organisation = w.organisation AND o.id = w.merged_into
                   WHERE w.organisation = l.organisation AND w.id = l.worker)""",
    Way.WORKER: "l.worker",
    Way.DAY: "l.work_day",
}
"""What each way goes by, as a line tells it."""


async def untrue(cast: Cast) -> list[tuple[str, date]]:
    """Ways and months of which a row, as read, is not the sum of its lines; years included."""
    sites = [cast.site, cast.far_site]
    found: list[tuple[str, date]] = []

    async def compare(name: str, sql: str, key: str, first: date, last: date) -> None:
        of = (cast.organisation, sites, first, last)
        read = {row["key"]: figures_in(dict(row)) for row in await fetch(sql, *of)}
        raw = await fetch(f"SELECT {key} AS key, {SUMS} {OF_MONTH} GROUP BY 1", *of)
        true = {row["key"]: figures_in(dict(row)) for row in raw}
        if name in ("site_year", "task_year"):  # what came after may stand there as nothing
            read, true = (
                {key: one for key, one in rows.items() if one != Figures()} for rows in (read, true)
            )
        if read != true:
            found.append((name, last))

    async with company_transaction(cast.organisation, snapshot=True):
        for month in (OCTOBER, DECEMBER, MARCH, APRIL):
            for way, key in OF_LINES.items():
                own = "site" if way is Way.SITE else kept.KEYS[way][0]
                asked = f"SELECT r.{own} AS key, {ADDED} FROM {{}} r GROUP BY 1"  # noqa: S608
                moved = await moved_between(cast.organisation, sites, month.first, month.last)
                rows = asked.format(rows_of(way, moved=moved))
                await compare(way.value, rows, key, month.first, month.last)
                if way in kept.YEARLY:
                    moved = await moved_between(cast.organisation, sites, BEGINNING, month.last)
                    rows = asked.format(rows_until(way, moved=moved))
                    await compare(f"{way}_year", rows, key, BEGINNING, month.last)
            for site in sites:
                read_so = {
                    one.worker: (one.outstanding, one.in_all)
                    for one in await owed_until(cast.organisation, site, month)
                }
                if read_so != await owed_by_lines(cast, site, month):
                    found.append(("owed", month.last))
    return found


async def owed_by_lines(
    cast: Cast, site: UUID, month: Month
) -> dict[UUID, tuple[Decimal, Decimal]]:
    """By worker: outstanding of the month, and of all until its end; from the workers' lines."""
    found: dict[UUID, tuple[Decimal, Decimal]] = {}
    for one in await months_owed(cast.organisation, [site], workers=cast.workers, until=month.last):
        now, ever = found.get(one.worker, (Decimal(0), Decimal(0)))
        of_month = one.outstanding if one.month == month.first else Decimal(0)
        found[one.worker] = now + of_month, ever + one.outstanding
    return found


def noted(cast: Cast) -> int:
    """How much waits to be added up again."""
    (row,) = query(cast.url, "SELECT count(*) AS n FROM labour_moved")
    found: int = row["n"]
    return found


async def differing(cast: Cast) -> list[Any]:
    connection = await asyncpg.connect(cast.url)
    try:
        return await wrong_months(connection)
    finally:
        await connection.close()


async def test_whatever_happens_every_way_comes_to_the_sums_of_the_lines(cast: Cast) -> None:
    work_on(cast, cast.far_site, cast.far_crew, cast.workers[:3])
    life = Life(cast, random.Random(20260326))
    life.months = (*life.months, (2025, 10))
    steps: list[Callable[[], Awaitable[None]]] = [
        life.record,
        life.record,
        life.approve,
        life.approve,
        life.send_back,
        life.reopen,
        life.correct,
        life.void,
        life.pay,
        life.lend,
        life.learn,
        life.merge,
        life.keep_up,
    ]
    doubles = 0
    for _ in range(100):
        await life.rolls.choice(steps)()
        doubles += sum(of_lines(cast, month).held for month in (OCTOBER, DECEMBER, MARCH, APRIL))
        for month in (MARCH, APRIL):
            assert await as_read(cast, month) == [of_lines(cast, month)] * 4
        assert await untrue(cast) == []
    assert doubles
    await keep_up(cast.organisation)
    assert noted(cast) == 0
    assert await differing(cast) == []
    assert await untrue(cast) == []
    for month in (MARCH, APRIL):
        assert await as_read(cast, month) == [of_lines(cast, month)] * 4


async def test_what_is_not_committed_while_totals_are_made_is_added_up_afterwards(
    cast: Cast,
) -> None:
    entry = await sheet_sent(cast, date(2026, 3, 2), [line(cast.workers[0])])
    connection = await asyncpg.connect(cast.url)
    going = connection.transaction()
    await going.start()
    await connection.execute("UPDATE labour_line SET man_days = 0.5 WHERE sheet = $1", entry)
    await keep_up(cast.organisation)
    assert noted(cast) == 0
    before = of_lines(cast, MARCH)
    assert (await as_read(cast, MARCH))[0] == before
    await going.commit()
    await connection.close()
    assert (await as_read(cast, MARCH))[0] == of_lines(cast, MARCH) != before
    await keep_up(cast.organisation)
    assert await differing(cast) == []


async def test_a_double_booking_reaches_a_line_that_was_not_committed_when_it_closed(
    cast: Cast,
) -> None:
    work_on(cast, cast.far_site, cast.far_crew, cast.workers[:1])
    day = date(2026, 3, 2)
    await sheet_sent(cast, day, [line(cast.workers[0])])
    await sheet_sent(cast, day, [line(cast.workers[0])], site=cast.far_site, crew=cast.far_crew)
    assert of_lines(cast, MARCH).held == 2
    await keep_up(cast.organisation)
    connection = await asyncpg.connect(cast.url)
    going = connection.transaction()
    await going.start()
    await connection.execute("UPDATE double_booking SET resolved_at = now(), outcome = 'settled'")
    # Meanwhile another sheet of the same worker's day comes, is committed, and is added up.
    await sheet_sent(cast, date(2026, 4, 1), [line(cast.workers[1])])
    query(
        cast.url,
        "UPDATE labour_line SET work_day = $1, worker = $2 WHERE work_day = '2026-04-01'",
        day,
        cast.workers[0],
    )
    await keep_up(cast.organisation)
    await going.commit()
    await connection.close()
    assert of_lines(cast, MARCH).held == 0
    assert (await as_read(cast, MARCH)) == [of_lines(cast, MARCH)] * 4
    await keep_up(cast.organisation)
    assert await differing(cast) == []


async def test_two_who_add_up_at_once_leave_right_totals(cast: Cast) -> None:
    for day in range(1, 6):
        await sheet_sent(cast, date(2026, 3, day), [line(cast.workers[0])])
    await asyncio.gather(*(keep_up(cast.organisation) for _ in range(3)))
    await keep_up(cast.organisation)
    assert noted(cast) == 0
    assert await differing(cast) == []
    assert await as_read(cast, MARCH) == [of_lines(cast, MARCH)] * 4


async def test_the_doctor_finds_totals_that_somebody_changed_and_has_them_made_again(
    cast: Cast,
) -> None:
    await sheet_sent(cast, date(2026, 3, 2), [line(cast.workers[0])])
    await keep_up(cast.organisation)
    query(cast.url, "UPDATE labour_total SET man_days = 7 WHERE way = 'worker'")
    wrong = await differing(cast)
    assert wrong == [(cast.organisation, cast.site, MARCH.first)]
    connection = await asyncpg.connect(cast.url)
    await kept.note_moved(connection, wrong)
    await connection.close()
    assert await as_read(cast, MARCH) == [of_lines(cast, MARCH)] * 4
    await keep_up(cast.organisation)
    assert await differing(cast) == []


async def test_a_month_is_read_from_its_totals_and_not_from_lines(cast: Cast) -> None:
    await sheet_sent(cast, date(2026, 3, 2), [line(cast.workers[0])])
    await keep_up(cast.organisation)
    async with company_transaction(cast.organisation):
        await execute("SET LOCAL enable_seqscan = off")
        plan = await fetch_value(
            "EXPLAIN (FORMAT JSON, ANALYZE) SELECT sum(r.man_days) FROM"  # noqa: S608
            f" {kept.rows_of(Way.TASK)} r",
            cast.organisation,
            [cast.site],
            MARCH.first,
            MARCH.last,
        )
    assert '"Relation Name": "labour_line"' in plan
    for part in plan.split('"Node Type"'):
        if '"Relation Name": "labour_line"' in part:
            assert '"Actual Loops": 0' in part


async def test_other_companies_totals_stay_behind_their_wall(cast: Cast) -> None:
    await sheet_sent(cast, date(2026, 3, 2), [line(cast.workers[0])])
    await keep_up(cast.organisation)
    stranger = UUID(int=7)
    async with company_transaction(stranger):
        assert await fetch_value("SELECT count(*) FROM labour_total") == 0
    assert await keep_up(stranger) == 0
    async with company_transaction(stranger, snapshot=True):
        total = await month_total(cast.organisation, [cast.site], MARCH)
    assert total == Figures()


async def test_the_month_before_and_the_plan_stand_beside_each_row(cast: Cast) -> None:
    set_rate(
        cast,
        {"of": "worker", "unit": "man_day", "amount": "300", "overtime_hour": None,
         "from": "2026-01-01", "to": None},
        cast.workers[1],
    )  # fmt: skip
    query(
        cast.url,
        "UPDATE task SET budget_man_days = 2, labour_budget = 500, cost_code = '01.1'"
        " WHERE organisation = $1 AND id = $2",
        cast.organisation,
        cast.task,
    )
    await sheet_sent(cast, date(2026, 3, 2), [line(cast.workers[1])], task=cast.task)
    await sheet_sent(cast, date(2026, 3, 3), [line(cast.workers[2])])
    await sheet_sent(
        cast, date(2026, 4, 2), [line(cast.workers[1]), line(cast.workers[0], "0.5")],
        task=cast.task,
    )  # fmt: skip
    found = await month_summary(cast.owner, cast.site, "2026-04", Grouping.COST_CODE, NOW,
                                english=True)  # fmt: skip
    assert [(row.key, row.figures.man_days, row.before and row.before.man_days)
            for row in found.rows] == [("01.1", 1.5, 1), ("none", 0, 1)]  # fmt: skip
    plan = found.rows[0].plan
    assert plan is not None
    assert (plan.man_days, plan.used_man_days, plan.left_man_days) == (2, 2.5, -0.5)
    assert sum((row.plan for row in found.rows if row.plan), type(plan)()) == found.plan
    unpaid = await month_summary(cast.supervisor, cast.site, "2026-04", Grouping.TASK, NOW,
                                 english=True)  # fmt: skip
    assert unpaid.plan.amount is None
    assert all(row.before is None or row.before.earned is None for row in unpaid.rows)
    assert all(row.plan is None or row.plan.used_amount is None for row in unpaid.rows)
