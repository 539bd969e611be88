"""Two who act on one day at the same moment: the second waits, and judges what the first has left.

The audit trail is locked from outside: the first has done its work and cannot commit yet when the
second begins. The trail is free again as soon as the second waits too, or is through.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import asyncpg
import pytest

from daywork.approvals.service import reopen, send_back
from daywork.doubles.rules import Double
from daywork.doubles.service import doubles_of_month, resolve
from daywork.ground.database import company_transaction
from daywork.ground.problems import Problem
from daywork.summary.rules import Grouping
from daywork.summary.service import month_summary
from tests.support.cast import DAY, Cast
from tests.support.database import value
from tests.support.months import sheet_sent, work_on
from tests.support.phone_words import line

APRIL = datetime(2026, 4, 2, tzinfo=UTC)

Act = Callable[[], Awaitable[object]]


async def interleaved(cast: Cast, first: Act, second: Act) -> BaseException | object:
    """What the second came to, which began before the first had committed."""
    gate = await asyncpg.connect(cast.url)
    try:
        async with gate.transaction():
            await gate.execute("LOCK TABLE audit_event IN ACCESS EXCLUSIVE MODE")
            earlier = asyncio.ensure_future(first())
            await waiting(gate, 1, earlier)
            later = asyncio.ensure_future(second())
            await waiting(gate, 2, later)
        await earlier
        (came_to,) = await asyncio.gather(later, return_exceptions=True)
        return came_to
    finally:
        await gate.close()


async def waiting(gate: asyncpg.Connection, those: int, act: asyncio.Future[object]) -> None:
    """Until so many wait for a lock in this database, or the act is through."""
    while not act.done():
        await gate.execute("SELECT pg_stat_clear_snapshot()")
        waiting = await gate.fetchval(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
        if waiting >= those:
            return


async def doubles(cast: Cast) -> list[Double]:
    return (await doubles_of_month(cast.owner, None, "2026-03", APRIL)).doubles


def settling(cast: Cast, double: Double, counts: UUID | None = None) -> Act:
    async def act() -> None:
        async with company_transaction(cast.organisation):
            await resolve(cast.owner, double.id, double.mark, counts, "night shift")

    return act


def actions(cast: Cast) -> set[str]:
    told: str | None = value(
        cast.url,
        "SELECT string_agg(DISTINCT action, ' ') FROM audit_event"
        " WHERE action LIKE 'double_booking.%'",
    )
    return set((told or "").split())


async def earned(cast: Cast) -> tuple[Decimal, int]:
    """Earned in March, and lines that wait."""
    found = await month_summary(cast.owner, None, "2026-03", Grouping.WORKER, APRIL, english=True)
    return found.total.earned, found.total.held


@pytest.fixture
async def pair(cast: Cast) -> tuple[UUID, UUID]:
    """Worker 1 approved with a day on each of two sheets of Block A; the bridge may book him."""
    work_on(cast, cast.far_site, cast.far_crew, cast.workers[:1])
    first = await sheet_sent(cast, DAY, [line(cast.workers[0])])
    return first, await sheet_sent(cast, DAY, [line(cast.workers[0])], crew=cast.other_crew)


@pytest.mark.usefixtures("pair")
async def test_of_two_answers_at_once_the_first_is_kept_and_the_second_refused(
    cast: Cast, pair: tuple[UUID, UUID]
) -> None:
    (double,) = await doubles(cast)
    came_to = await interleaved(cast, settling(cast, double), settling(cast, double, pair[0]))
    assert isinstance(came_to, Problem)
    assert came_to.kind.slug == "double_settled"
    assert actions(cast) == {"double_booking.both_stand"}
    assert await earned(cast) == (600, 0)


async def test_an_answer_waits_for_a_sheet_that_goes_back_and_is_not_given_any_more(
    cast: Cast, pair: tuple[UUID, UUID]
) -> None:
    (double,) = await doubles(cast)

    await reopen(cast.owner, pair[1], 1, "not here")

    async def goes_back() -> None:
        await send_back(cast.owner, pair[1], 1, "not here")

    came_to = await interleaved(cast, goes_back, settling(cast, double))
    assert isinstance(came_to, Problem)
    assert came_to.kind.slug == "double_settled"
    assert actions(cast) == set()
    assert await earned(cast) == (300, 0)


@pytest.mark.usefixtures("pair")
async def test_a_sheet_of_a_third_place_waits_for_the_answer_and_opens_the_day_again(
    cast: Cast,
) -> None:
    (double,) = await doubles(cast)

    async def third() -> UUID:
        place = {"site": cast.far_site, "crew": cast.far_crew}
        lines = [line(cast.workers[0], "0.5")]
        return await sheet_sent(cast, DAY, lines, state="submitted", **place)

    came_to = await interleaved(cast, settling(cast, double), third)
    assert isinstance(came_to, UUID), came_to
    opened, stood = await doubles(cast)
    assert (opened.open, len(opened.sheets), stood.outcome) == (True, 3, "both_stand")
    assert await earned(cast) == (0, 2)
