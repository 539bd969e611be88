"""A month that becomes wage sheets: two crews, a lent worker, overtime on three kinds of days."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.people.actor import Actor
from daywork.summary.rules import Month
from daywork.wages import service
from daywork.wages.rules import Figures
from daywork.wages.service import Closed, Sheet
from tests.support.cast import Cast
from tests.support.database import query
from tests.support.months import advance_given, march, sheet_sent
from tests.support.phone_words import line

MARCH = Month(date(2026, 3, 1), date(2026, 3, 31))
APRIL = datetime(2026, 4, 2, 3, 0, tzinfo=UTC)


async def a_month(cast: Cast, *, advances: bool = True) -> None:
    """By hand, at 300 a 工 and 6 hours of overtime to a 工, so 50 an hour:

    worker 1: Carpenters 1 + 1 + ½ = 2.5 工 (750) with 2 h on Monday the 2nd and 3 h on Sunday the
    8th (250), Rebar 1 工 (300); an advance of 200. Carpenters are home.
    worker 2: Carpenters ½ + 1 = 1.5 工 (450); an advance of 600, more than was earned.
    worker 3: Rebar 1 工 (300).
    """
    first, second, third, _fourth = cast.workers
    await sheet_sent(cast, march(2), [line(first, overtime_hours="2"), line(second, "0.5")])
    await sheet_sent(cast, march(3), [line(first), line(second)])
    await sheet_sent(cast, march(8), [line(first, "0.5", overtime_hours="3")])
    await sheet_sent(cast, march(9), [line(first), line(third)], crew=cast.other_crew)
    if advances:
        advance_given(cast, first, march(15), "200")
        advance_given(cast, second, march(15), "600")


def item(cast: Cast, worker: UUID, kind: str, amount: str, **other: Any) -> None:
    """An allowance or deduction, put straight into the books."""
    query(
        cast.url,
        "INSERT INTO pay_item (organisation, id, site, worker, work_day, kind, amount, crew, batch,"
        " note, made_by) VALUES ($1, $2, $3, $4, $5, $6, $7::text::numeric, $8, $2, $9, $10)",
        cast.organisation,
        new_id(),
        cast.site,
        worker,
        other.get("day", march(20)),
        kind,
        amount,
        other.get("crew", cast.crew),
        other.get("note", ""),
        cast.members["office"],
    )


async def begun(cast: Cast, crew: UUID | None, actor: Actor | None = None) -> UUID:
    """A draft of March."""
    async with company_transaction(cast.organisation):
        return await service.begin(actor or cast.office, cast.site, crew, MARCH, APRIL)


async def drafted(cast: Cast, draft: UUID) -> Sheet:
    async with company_transaction(cast.organisation):
        return await service.draft_sheet(cast.office, draft, APRIL)


async def closed(cast: Cast, crew: UUID | None, reason: str = "", **other: Any) -> UUID:
    """A version of March, closed as it is."""
    draft = await begun(cast, crew)
    sheet = await drafted(cast, draft)
    fields: dict[str, Any] = {"shown": sheet.fingerprint, "seen": True, "reason": reason}
    async with company_transaction(cast.organisation):
        return await service.close_sheet(cast.office, draft, **fields | {"at": APRIL} | other)


async def looked_at(cast: Cast, sheet: UUID, actor: Actor | None = None) -> Closed:
    async with company_transaction(cast.organisation):
        return await service.closed_sheet(actor or cast.office, sheet)


def by_name(sheet: Sheet | Closed) -> dict[str, Figures]:
    return {line.person.name: line.figures for line in sheet.lines}
