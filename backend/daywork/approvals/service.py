"""Deciding: lock the site, check, act, record, in one transaction.

A decision names the version it decides. When the record has moved on, nothing happens and
``decision_stale`` says so; the page then shows what changed instead.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from daywork.approvals import waiting
from daywork.approvals.rules import AUDITED, DECIDED_HERE
from daywork.entries import queries as entries
from daywork.entries.rules import EntryFacts, judge_decision
from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.ground.terms import EntryKind, EntryState, Outcome
from daywork.labour.service import settle_sheets
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.people.service import record_audit
from daywork.progress.service import settle_reports

Settle = Callable[[Actor, Sequence[UUID], EntryState], Awaitable[int]]

SETTLE: Final[dict[EntryKind, Settle]] = {
    EntryKind.LABOUR_SHEET: settle_sheets,
    EntryKind.PROGRESS_REPORT: settle_reports,
}
"""What a decision means to each kind: sheets fix their pay, reports move their task."""


@dataclass(frozen=True, slots=True)
class CleanOutcome:
    """What became of approving many at once."""

    approved: list[EntryFacts]
    left: list[UUID]
    """Those that changed, were decided or became doubtful meanwhile: they wait for a look."""


async def approve(
    actor: Actor, entry: UUID, version: int, *, at: datetime | None = None
) -> EntryFacts:
    """Approve this version; a sheet's pay is fixed with it. Returns what was known before.

    Raises:
        Problem: ``not_found``, ``decision_stale`` or ``not_waiting``.
    """
    return await _decide_one(actor, entry, version, Outcome.APPROVED, None, at)


async def send_back(
    actor: Actor, entry: UUID, version: int, reason: str, *, at: datetime | None = None
) -> EntryFacts:
    """Return this version to its author, who reads the reason on the phone.

    Raises:
        Problem: ``not_found``, ``decision_stale``, ``not_waiting`` or ``return_reason_missing``.
    """
    return await _decide_one(actor, entry, version, Outcome.RETURNED, reason, at)


async def reopen(
    actor: Actor, entry: UUID, version: int, reason: str, *, at: datetime | None = None
) -> EntryFacts:
    """Let an approved version wait again; a sheet's fixed pay is taken off until it is approved.

    Raises:
        Problem: ``not_found``, ``decision_stale``, ``not_approved`` or ``return_reason_missing``.
    """
    return await _decide_one(actor, entry, version, Outcome.REOPENED, reason, at)


async def approve_clean(
    actor: Actor, wanted: Sequence[tuple[UUID, int]], *, at: datetime | None = None
) -> CleanOutcome:
    """Approve the versions that are still waiting, unchanged and without a doubt.

    Raises:
        Problem: ``not_found`` when one of them is not the actor's to decide.
    """
    versions = dict(wanted)
    async with company_transaction(actor.organisation):
        known = await _lock(actor, list(versions))
        ready = [fact for fact in known if _may_be_approved(fact, versions[fact.id])]
        doubted = await waiting.doubtful_among(actor, [fact.id for fact in ready])
        clean = [fact for fact in ready if fact.id not in doubted]
        await _record(actor, clean, Outcome.APPROVED, EntryState.APPROVED, None, at)
    taken = {fact.id for fact in clean}
    return CleanOutcome(clean, [entry for entry in versions if entry not in taken])


def _may_be_approved(fact: EntryFacts, version: int) -> bool:
    try:
        judge_decision(fact, version, Outcome.APPROVED, None)
    except Problem:
        return False
    return True


async def _decide_one(
    actor: Actor,
    entry: UUID,
    version: int,
    outcome: Outcome,
    reason: str | None,
    at: datetime | None,
) -> EntryFacts:
    said = " ".join(reason.split()) if reason else None
    async with company_transaction(actor.organisation):
        (known,) = await _lock(actor, [entry])
        state = judge_decision(known, version, outcome, said)
        await _record(actor, [known], outcome, state, said, at)
    return known


async def _lock(actor: Actor, ids: Sequence[UUID]) -> list[EntryFacts]:
    """These entries, their sites locked until commit, in the given order.

    Raises:
        Problem: ``not_found`` when one is unknown, of another kind or not the actor's to see;
            ``not_allowed`` when the actor sees it and may not decide (the office).
    """
    # The first reading only tells which sites to lock; what is judged is read under the lock.
    found = await entries.entries_by_id(actor, ids)
    await entries.lock_sites(actor, {fact.site for fact in found.values()})
    found = await entries.entries_by_id(actor, ids)
    for entry in ids:
        fact = found.get(entry)
        if fact is None or fact.kind not in DECIDED_HERE:
            raise NOT_FOUND()
        if not may(actor, Right.DECIDE, fact.site):
            raise NOT_ALLOWED() if may(actor, Right.SEE_LABOUR, fact.site) else NOT_FOUND()
    return [found[entry] for entry in ids]


async def _record(
    actor: Actor,
    known: Sequence[EntryFacts],
    outcome: Outcome,
    state: EntryState,
    reason: str | None,
    at: datetime | None,
) -> None:
    """Write judged decisions, and what follows from them for each kind."""
    if not known:
        return
    now = at or datetime.now(UTC)
    await entries.insert_decisions(actor, known, outcome, reason, now)
    await entries.mark_decided(actor, [fact.id for fact in known], state, reason, now)
    for kind, settle in SETTLE.items():
        of_kind = [fact.id for fact in known if fact.kind is kind]
        if of_kind:
            await settle(actor, of_kind, state)
    for fact in known:
        detail: dict[str, object] = {"version": fact.version}
        if reason:
            detail["reason"] = reason
        await record_audit(
            actor.organisation,
            actor.member,
            AUDITED[outcome],
            site=fact.site,
            entry=fact.id,
            detail=detail,
        )
