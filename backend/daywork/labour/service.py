"""Recording labour sheets as they arrive, and fixing their pay when they are approved."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from daywork.chain.contents import pay_happening
from daywork.chain.rules import Happening
from daywork.chain.service import append
from daywork.entries.queries import entries_by_id
from daywork.entries.rules import Answer, Applied, NewVersion, Quarantined, Recorded, Refused
from daywork.entries.service import judge_versions, write_versions
from daywork.ground.money import ZERO
from daywork.ground.terms import EntryKind, EntryState
from daywork.labour import double_queries, queries
from daywork.labour.doubles import keep_doubles
from daywork.labour.prices import Pay
from daywork.labour.pricing import priced as priced_now
from daywork.labour.queries import LineToPrice
from daywork.labour.rules import (
    CREW_NOT_LED,
    CREW_UNKNOWN,
    WORKER_KNOWN,
    SheetPayload,
    WorkerPayload,
    check_sheet,
)
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.push.bundles import tell_recorded


async def record_workers(
    actor: Actor, batch: Sequence[Recorded[WorkerPayload]]
) -> dict[UUID, Answer]:
    """Workers added on the spot: on the roster at once, so that their sheet can follow."""
    facts = await queries.facts_of_sites(actor, {one.site for one in batch}, ())
    known = await queries.known_workers(actor, [one.entity for one in batch])
    answers: dict[UUID, Answer] = {}
    new: list[Recorded[WorkerPayload]] = []
    for one in batch:
        if one.entity in known:
            answers[one.mutation] = Refused(WORKER_KNOWN())
        elif one.payload.crew not in facts[one.site].crews:
            answers[one.mutation] = Refused(CREW_UNKNOWN())
        else:
            answers[one.mutation] = Applied(1)
            new.append(one)
    if new:
        await queries.insert_workers(actor, new)
    return answers


async def record_sheets(
    actor: Actor, batch: Sequence[Recorded[SheetPayload]]
) -> dict[UUID, Answer]:
    """Write sheets and their lines; answers by mutation. At most one version of a sheet a batch.

    A foreman's sheet for a crew that is no longer his is quarantined, not refused: the work may
    well have been done before the crew changed hands.
    """
    workers = {line.worker for one in batch for line in one.payload.lines}
    facts = await queries.facts_of_sites(actor, {one.site for one in batch}, workers)
    answers: dict[UUID, Answer] = {}
    own: list[Recorded[SheetPayload]] = []
    for one in batch:
        site = facts[one.site]
        crew = one.payload.crew
        if crew in site.led or crew not in site.crews or may(actor, Right.SEE_LABOUR, one.site):
            own.append(one)
        else:
            answers[one.mutation] = Quarantined(CREW_NOT_LED())

    def check(one: Recorded[SheetPayload]) -> None:
        site = facts[one.site]
        check_sheet(
            one.payload,
            hours_per_day=site.hours_per_day,
            workers=site.workers,
            crews=site.crews,
            tasks=site.tasks,
        )

    judged = await judge_versions(actor, own, _sheet_version, check)
    divisors = {site: fact.hours_per_day for site, fact in facts.items()}
    hours = {one.entity: f"{divisors[one.site]:.2f}" for one in own}
    await write_versions(actor, judged.versions, hours)
    if judged.versions:
        await queries.insert_sheets(actor, judged.versions, divisors)
        await tell_recorded(actor, judged.versions)
        await double_queries.lock_shared_workers(actor.organisation, workers)
        await keep_doubles(actor.organisation, [one.recorded.entity for one in judged.versions])
    return answers | judged.answers


def _sheet_version(one: Recorded[SheetPayload]) -> NewVersion:
    sheet = one.payload
    return NewVersion(
        one,
        EntryKind.LABOUR_SHEET,
        sheet.work_day,
        crew=sheet.crew,
        task=sheet.task,
        reason=sheet.reason,
    )


async def settle_sheets(actor: Actor, sheets: Sequence[UUID], state: EntryState) -> int:
    """Act on a decision: repeat the state on the lines and, when approved, fix their pay.

    Returns how many lines have no rate; they block pay, not the approval.
    """
    await queries.mark_lines(actor, sheets, state)
    await keep_doubles(actor.organisation, sheets, all_days=True)
    if state is not EntryState.APPROVED:
        return 0
    lines, priced = await _priced(actor, sheets)
    await queries.mark_priced(actor, priced)
    await append(actor.organisation, await _pay_fixed(actor, sheets))
    return len(lines) - len(priced)


async def amounts_of(actor: Actor, sheets: Sequence[UUID]) -> dict[UUID, Decimal]:
    """What each of these sheets would earn if it were approved now, in the company's currency.

    A sheet with a line that has no rate is left out: nobody knows what it comes to.
    """
    lines, priced = await _priced(actor, sheets)
    known = {(line.sheet, line.id) for line, _pay in priced}
    amounts = dict.fromkeys(sheets, ZERO)
    for line in lines:
        if (line.sheet, line.id) not in known:
            amounts.pop(line.sheet, None)
    for line, pay in priced:
        if line.sheet in amounts:
            amounts[line.sheet] += pay.earned + pay.overtime_earned
    return amounts


async def _priced(
    actor: Actor, sheets: Sequence[UUID]
) -> tuple[list[LineToPrice], list[tuple[LineToPrice, Pay]]]:
    """The live lines of these sheets, and the pay of those that have a rate."""
    lines = await queries.lines_to_price(actor, sheets)
    found = await priced_now(actor, lines)
    return lines, [(line, pay) for line, pay in found if pay is not None]


async def _pay_fixed(actor: Actor, sheets: Sequence[UUID]) -> list[Happening]:
    """What the chain keeps of the pay just fixed, as it is stored."""
    fixed = await queries.pay_of(actor, sheets)
    return [
        pay_happening(sheet.site, sheet.id, sheet.version, fixed.get(sheet.id, ()))
        for sheet in (await entries_by_id(actor, sheets)).values()
    ]
