"""Recording labour sheets as they arrive, and fixing their pay when they are approved."""

from collections.abc import Sequence
from uuid import UUID

from daywork.entries.rules import Answer, Applied, NewVersion, Quarantined, Recorded, Refused
from daywork.entries.service import judge_versions, write_versions
from daywork.ground.terms import EntryKind, EntryState
from daywork.labour import queries
from daywork.labour.rules import (
    CREW_NOT_LED,
    CREW_UNKNOWN,
    WORKER_KNOWN,
    SheetPayload,
    WorkerPayload,
    check_sheet,
    price_line,
    rate_on,
)
from daywork.people.actor import Actor
from daywork.people.rules import Right, may


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
    await write_versions(actor, judged.versions)
    if judged.versions:
        divisors = {site: fact.hours_per_day for site, fact in facts.items()}
        await queries.insert_sheets(actor, judged.versions, divisors)
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
    if state is not EntryState.APPROVED:
        return 0
    lines = await queries.lines_to_price(actor, sheets)
    rates = await queries.rates_of(
        actor,
        (line.worker for line in lines),
        (line.trade for line in lines if line.trade is not None),
    )
    priced = []
    for line in lines:
        of_trade = rates.get(line.trade, []) if line.trade else []
        rate = rate_on(line.work_day, rates.get(line.worker, []), of_trade)
        if rate is not None:
            pay = price_line(
                rate,
                line.man_days,
                line.overtime_hours,
                hours_per_day=line.hours_per_day,
                overtime_hours_per_man_day=line.overtime_hours_per_man_day,
            )
            priced.append((line, pay))
    await queries.mark_priced(actor, priced)
    return len(lines) - len(priced)
