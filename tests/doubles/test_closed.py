"""A day of a closed paper that is booked twice by what came late: the paper stands, and nothing of
it is lost or paid twice while somebody decides."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from daywork.approvals.service import reopen, send_back
from daywork.doubles.rules import Double
from daywork.doubles.service import doubles_of_month, resolve
from daywork.ground.database import company_transaction
from daywork.ground.problems import Problem
from daywork.levels.service import close_month, reopen_month
from daywork.money.rules import Method
from daywork.people.actor import Actor
from daywork.summary.kept import keep_up, wrong_months
from daywork.summary.owed import months_owed
from daywork.summary.rules import Figures, Grouping
from daywork.summary.service import month_summary
from daywork.wages import paying, service, settling
from daywork.wages.rules import Why
from tests.doubles.test_settling import keeper
from tests.support.cast import DAY, Cast
from tests.support.database import query
from tests.support.months import sheet_sent, work_on
from tests.support.phone_words import line
from tests.wages.story import APRIL, MARCH, closed, looked_at

SQL = Path(__file__).parents[2] / "migrations/sql"
APPROVED = datetime(2026, 3, 31, tzinfo=UTC)
LATE = datetime(2026, 4, 9, tzinfo=UTC)
AFTER = datetime(2026, 4, 20, tzinfo=UTC)


async def worked(cast: Cast) -> UUID:
    """A day of worker 1 in Block A, approved before April."""
    work_on(cast, cast.far_site, cast.far_crew, cast.workers[:1])
    sheet = await sheet_sent(cast, DAY, [line(cast.workers[0])])
    query(cast.url, "UPDATE entry SET decided_at = $2 WHERE id = $1", sheet, APPROVED)
    return sheet


async def late(cast: Cast, crew: UUID | None = None) -> UUID:
    """The same day on the bridge, or with another crew; it comes on the 9th of April."""
    place = {"crew": crew} if crew else {"site": cast.far_site, "crew": cast.far_crew}
    sheet = await sheet_sent(cast, DAY, [line(cast.workers[0])], **place)
    query(cast.url, "UPDATE entry SET decided_at = $2 WHERE id = $1", sheet, LATE)
    query(
        cast.url,
        "UPDATE double_booking SET opened_at = $2 WHERE organisation = $1",
        cast.organisation,
        LATE,
    )
    return sheet


async def paid(cast: Cast) -> UUID:
    """The wage sheet of March, closed and paid."""
    sheet = await closed(cast, None)
    assert await pay(cast, sheet) == 1
    return sheet


async def pay(cast: Cast, sheet: UUID) -> int:
    """A click on *Paid*: how many payments it makes."""
    async with company_transaction(cast.organisation):
        made = await paying.mark_paid(
            cast.owner, sheet, paid_on=date(2026, 4, 3), method=Method.CASH, at=AFTER
        )
    return len(made)


async def march(cast: Cast, site: UUID) -> Figures:
    found = await month_summary(cast.owner, site, "2026-03", Grouping.WORKER, AFTER, english=True)
    return found.total


async def outstanding(cast: Cast, site: UUID) -> Decimal:
    async with company_transaction(cast.organisation):
        owed = await months_owed(cast.organisation, [site], workers=cast.workers[:1])
    return sum((one.outstanding for one in owed), Decimal(0))


async def the_double(actor: Actor) -> Double:
    return (await doubles_of_month(actor, None, "2026-03", AFTER)).doubles[0]


async def answered(cast: Cast, counts: UUID | None) -> None:
    actor = keeper(cast, cast.site, cast.far_site)
    double = await the_double(actor)
    async with company_transaction(cast.organisation):
        await resolve(actor, double.id, double.mark, counts, "asked both foremen")


async def month(cast: Cast, what: object, at: datetime = APRIL) -> None:
    async with company_transaction(cast.organisation):
        await what(cast.owner, cast.site, MARCH.first, "wages are paid", at=at)  # type: ignore[operator]


async def sent_back(cast: Cast, sheet: UUID) -> None:
    await reopen(cast.owner, sheet, 1, "he was elsewhere", at=AFTER)
    await send_back(cast.owner, sheet, 1, "he was elsewhere", at=AFTER)


async def totals_are_those_of_the_lines(cast: Cast) -> None:
    await keep_up(cast.organisation)
    connection = await asyncpg.connect(cast.url)
    try:
        assert await wrong_months(connection) == []
    finally:
        await connection.close()


async def test_what_was_closed_and_paid_stands_and_only_what_came_late_waits(cast: Cast) -> None:
    await worked(cast)
    sheet = await paid(cast)
    await late(cast)
    here, there = await march(cast, cast.site), await march(cast, cast.far_site)
    assert (here.earned, here.held, there.earned, there.held) == (300, 0, 0, 1)
    assert (await outstanding(cast, cast.site), await outstanding(cast, cast.far_site)) == (0, 0)
    found = await looked_at(cast, sheet)
    assert (found.moved, [one.work_day for one in found.doubled]) == ([], [DAY])
    assert await pay(cast, sheet) == 0
    await totals_are_those_of_the_lines(cast)


async def test_when_both_stand_the_late_one_is_paid_as_well_though_the_month_is_closed(
    cast: Cast,
) -> None:
    await worked(cast)
    sheet = await paid(cast)
    await month(cast, close_month)
    await late(cast)
    await answered(cast, None)
    assert (await march(cast, cast.site)).earned == 300
    assert (await outstanding(cast, cast.site), await outstanding(cast, cast.far_site)) == (0, 300)
    found = await looked_at(cast, sheet)
    assert (found.moved, found.doubled) == ([], [])
    await totals_are_those_of_the_lines(cast)


async def test_that_the_closed_one_counts_needs_no_month_reopened(cast: Cast) -> None:
    here = await worked(cast)
    await paid(cast)
    await month(cast, close_month)
    there = await late(cast)
    await answered(cast, here)
    await sent_back(cast, there)
    assert (await the_double(cast.owner)).outcome == "one_counts"
    assert (await outstanding(cast, cast.site), await outstanding(cast, cast.far_site)) == (0, 0)


async def test_when_the_late_one_counts_the_difference_is_a_new_version(cast: Cast) -> None:
    here = await worked(cast)
    sheet = await paid(cast)
    await month(cast, close_month)
    there = await late(cast)
    with pytest.raises(Problem, match="month_closed"):
        await answered(cast, there)
    await month(cast, reopen_month, AFTER)
    await answered(cast, there)
    (asked,) = (await looked_at(cast, sheet)).doubled
    assert asked.goes_back
    assert (await outstanding(cast, cast.site), await outstanding(cast, cast.far_site)) == (0, 0)
    await sent_back(cast, here)
    # Paid 300 too much here, and not paid twice: the books of both sites together are even.
    assert (await outstanding(cast, cast.site), await outstanding(cast, cast.far_site)) == (
        -300,
        300,
    )
    (difference,) = (await looked_at(cast, sheet)).moved
    assert difference.moved[-1] == ("payable", 300, 0)
    await totals_are_those_of_the_lines(cast)


async def test_who_was_settled_with_is_settled_with(cast: Cast) -> None:
    await worked(cast)
    worker = cast.workers[0]
    async with company_transaction(cast.organisation):
        await settling.settle(cast.office, cast.site, [worker], DAY, Why.LEFT, at=APRIL)
    await late(cast)
    assert (await march(cast, cast.site)).held == 0
    async with company_transaction(cast.organisation):
        _settlement, site = await settling.settlement_for(
            cast.office, query(cast.url, "SELECT id FROM settlement")[0]["id"]
        )
        (now,) = await settling.owed_to(site, [worker], DAY)
    assert not now.moved


async def test_what_was_decided_on_again_after_closing_waits(cast: Cast) -> None:
    here = await worked(cast)
    await closed(cast, None)
    query(cast.url, "UPDATE entry SET decided_at = $2 WHERE id = $1", here, LATE)
    await late(cast)
    assert ((await march(cast, cast.site)).earned, (await march(cast, cast.site)).held) == (0, 1)


async def test_what_was_booked_twice_before_the_month_was_closed_goes_on_waiting(
    cast: Cast,
) -> None:
    await worked(cast)
    await late(cast)
    await month(cast, close_month, AFTER)
    assert (await march(cast, cast.site)).held == 1
    with pytest.raises(Problem, match="month_closed"):
        await answered(cast, None)


async def test_another_crews_sheet_closes_nothing_of_this_crew(cast: Cast) -> None:
    await worked(cast)
    await sheet_sent(cast, DAY, [line(cast.workers[1])], crew=cast.other_crew)
    sheet = await closed(cast, cast.other_crew)
    await late(cast)
    assert (await march(cast, cast.site)).held == 1
    assert (await looked_at(cast, sheet)).doubled == []


async def test_the_other_site_learns_that_it_was_closed_and_no_more(cast: Cast) -> None:
    await worked(cast)
    sheet = await paid(cast)
    await late(cast)
    there = await the_double(cast.far_supervisor)
    assert [(one.seen, one.closed) for one in there.sheets] == [(False, True), (True, False)]
    with pytest.raises(Problem, match="not_found"):
        async with company_transaction(cast.organisation):
            await service.closed_sheet(cast.far_supervisor, sheet)


async def test_an_upgrade_adds_up_again_what_was_kept_as_waiting(cast: Cast) -> None:
    """Totals kept by a Daywork that held both sheets: migration 31 lets them be made anew."""
    await worked(cast)
    await paid(cast)
    await late(cast)
    await totals_are_those_of_the_lines(cast)
    query(cast.url, "UPDATE labour_total SET labour = 0 WHERE site = $1", cast.site)
    with pytest.raises(AssertionError):
        await totals_are_those_of_the_lines(cast)
    query(cast.url, "DELETE FROM labour_moved")
    query(cast.url, (SQL / "0031_1_closed_papers_stand.sql").read_text(encoding="utf-8"))
    await totals_are_those_of_the_lines(cast)
