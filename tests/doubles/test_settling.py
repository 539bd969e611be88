"""A day booked twice: what settling it does to pay, who may, and when it opens again."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from daywork.approvals.service import approve, reopen, send_back
from daywork.doubles.rules import Double
from daywork.doubles.service import doubles_of_month, resolve
from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.ground.problems import Problem
from daywork.ground.terms import Role
from daywork.people.actor import Actor
from daywork.summary.rules import Figures, Grouping
from daywork.summary.service import month_summary
from tests.support.cast import DAY, Cast
from tests.support.database import query, value
from tests.support.months import sheet_sent, work_on
from tests.support.phone_words import line, said, send, sheet

APRIL = datetime(2026, 4, 2, tzinfo=UTC)
WHY = "night shift"


@pytest.fixture
async def pair(cast: Cast) -> tuple[UUID, UUID]:
    """Worker 1 approved with a day in Block A and half a day on the bridge."""
    work_on(cast, cast.far_site, cast.far_crew, cast.workers[:1])
    here = await sheet_sent(cast, DAY, [line(cast.workers[0])])
    there = await sheet_sent(
        cast, DAY, [line(cast.workers[0], "0.5")], site=cast.far_site, crew=cast.far_crew
    )
    return here, there


def keeper(cast: Cast, *sites: UUID) -> Actor:
    """The office of these sites."""
    return cast.actor("office", *((site, Role.OFFICE) for site in sites))


async def listed(actor: Actor) -> list[Double]:
    return (await doubles_of_month(actor, None, "2026-03", APRIL)).doubles


async def figures(cast: Cast) -> Figures:
    """March of all sites together."""
    found = await month_summary(cast.owner, None, "2026-03", Grouping.WORKER, APRIL, english=True)
    return found.total


async def settled(
    actor: Actor, double: Double, counts: UUID | None = None, why: str = WHY
) -> Double:
    async with company_transaction(actor.organisation):
        return await resolve(actor, double.id, double.mark, counts, why)


def audited(cast: Cast) -> int:
    found: int = value(
        cast.url, "SELECT count(*) FROM audit_event WHERE action LIKE 'double_booking.%'"
    )
    return found


async def test_when_all_stand_the_lines_earn(cast: Cast, pair: tuple[UUID, UUID]) -> None:
    before = await figures(cast)
    assert (before.earned, before.held) == (0, 2)
    (double,) = await listed(cast.owner)
    await settled(keeper(cast, cast.site, cast.far_site), double)
    after = await figures(cast)
    assert (after.earned, after.held) == (Decimal(450), 0)
    (double,) = await listed(cast.owner)
    assert (double.open, double.outcome, double.reason) == (False, "both_stand", WHY)
    assert {row["entry"] for row in query(
        cast.url, "SELECT entry FROM audit_event WHERE action = 'double_booking.both_stand'"
    )} == set(pair)  # fmt: skip


async def test_a_second_tap_settles_nothing_more(cast: Cast, pair: tuple[UUID, UUID]) -> None:
    (double,) = await listed(cast.owner)
    for _ in range(2):
        await settled(cast.owner, double)
    with pytest.raises(Problem, match="double_settled"):
        await settled(cast.owner, double, why="another reason")
    assert audited(cast) == len(pair)


async def test_it_opens_again_when_a_sheet_books_otherwise(
    cast: Cast, pair: tuple[UUID, UUID]
) -> None:
    (double,) = await listed(cast.owner)
    await settled(cast.owner, double)
    await reopen(cast.owner, pair[1], 1, "count again")
    await approve(cast.owner, pair[1], 1)
    assert not (await listed(cast.owner))[0].open, "the same claims were said to stand"
    await reopen(cast.owner, pair[1], 1, "count again")
    place = {"site": cast.far_site, "crew": cast.far_crew}
    again = sheet(
        cast,
        line(cast.workers[0], "0.75"),
        entity_id=pair[1],
        base_version=1,
        reason="stayed longer",
        **place,
    )
    assert said(await send(cast.owner, again)) == ["applied"]
    opened, old = await listed(cast.owner)
    assert (opened.open, opened.booked, old.outcome) == (True, Decimal("1.75"), "both_stand")
    assert (await figures(cast)).earned == 0


async def test_what_was_not_looked_at_is_not_settled(cast: Cast, pair: tuple[UUID, UUID]) -> None:
    (seen,) = await listed(cast.owner)
    await sheet_sent(cast, DAY, [line(cast.workers[0], "0.25")], crew=cast.other_crew)
    with pytest.raises(Problem, match="double_moved"):
        await settled(cast.owner, seen)
    assert (await figures(cast)).earned == 0
    assert audited(cast) == 0
    assert len(pair) < len((await listed(cast.owner))[0].sheets)


async def test_when_one_counts_pay_waits_for_the_other_to_go_back(
    cast: Cast, pair: tuple[UUID, UUID]
) -> None:
    here, there = pair
    (double,) = await listed(cast.owner)
    for _ in range(2):
        await settled(cast.owner, double, here)
    assert audited(cast) == 2
    (waiting,) = await listed(cast.owner)
    assert (waiting.open, waiting.counts) == (True, here)
    assert (await figures(cast)).earned == 0
    await reopen(cast.owner, there, 1, "he was in Block A")
    await send_back(cast.owner, there, 1, "he was in Block A")
    (over,) = await listed(cast.owner)
    assert over.outcome == "one_counts"
    assert (await figures(cast)).earned == 300
    with pytest.raises(Problem, match="double_settled"):
        await settled(cast.owner, over)


@pytest.mark.usefixtures("pair")
async def test_it_needs_a_reason_and_one_of_its_sheets(cast: Cast) -> None:
    (double,) = await listed(cast.owner)
    with pytest.raises(Problem, match="double_reason_missing"):
        await settled(cast.owner, double, why="  ")
    with pytest.raises(Problem, match="not_found"):
        await settled(cast.owner, double, new_id())
    assert (await listed(cast.owner))[0].counts is None


@pytest.mark.usefixtures("pair")
async def test_a_closed_month_of_either_site_stays_as_it_is(cast: Cast) -> None:
    (double,) = await listed(cast.owner)
    query(
        cast.url,
        "INSERT INTO month_closing (organisation, id, site, month, what, member, reason)"
        " VALUES ($1, $2, $3, $4, 'closed', $5, 'paid')",
        cast.organisation,
        new_id(),
        cast.far_site,
        date(2026, 3, 1),
        cast.members["owner"],
    )
    with pytest.raises(Problem, match="month_closed"):
        await settled(cast.owner, double)


@pytest.mark.usefixtures("pair")
async def test_who_has_no_part_in_the_other_site_reads_its_name_and_no_more(cast: Cast) -> None:
    for reader, own in (
        (cast.office, cast.site),
        (cast.supervisor, cast.site),
        (cast.far_supervisor, cast.far_site),
    ):
        (double,) = await listed(reader)
        assert not double.may_settle
        (other,) = [claim for claim in double.sheets if claim.site != own]
        assert (other.sheet, other.crew_name, other.author_name) == (None, "", "")
        assert other.site_name
        assert other.man_days > 0
        with pytest.raises(Problem, match="not_allowed"):
            await settled(reader, double)
    assert (await figures(cast)).earned == 0


@pytest.mark.usefixtures("pair")
async def test_nobody_else_learns_of_it(cast: Cast, stranger: Actor) -> None:
    (double,) = await listed(cast.owner)
    with pytest.raises(Problem, match="not_allowed"):
        await listed(cast.foreman)
    assert await listed(stranger) == []
    for other in (stranger, cast.foreman, keeper(cast, new_id())):
        with pytest.raises(Problem, match="not_found"):
            await settled(other, double)
    assert (await listed(cast.owner))[0].open
