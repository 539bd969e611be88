"""Deciding: lock the site, check, act, record, in one transaction.

A decision names the version it decides. When the record has moved on, nothing happens and
``decision_stale`` says so; the page then shows what changed instead.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from daywork.approvals import queries, waiting
from daywork.approvals.rules import AUDITED, DECIDED_HERE, LINE_UNKNOWN, NO_LONGER_CLEAN
from daywork.approvals.telling import tell_decided
from daywork.approvals.turns import Turn, turn_of
from daywork.chain.contents import DecisionSaid, questions_happening
from daywork.chain.service import append
from daywork.delays.service import settle_delay_reports
from daywork.entries import queries as entries
from daywork.entries.rules import DECISION_ID_REUSED, EntryFacts, judge_decision
from daywork.entries.service import write_decisions
from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.ground.terms import EntryKind, EntryState, How, Outcome
from daywork.labour.service import settle_sheets
from daywork.money.service import settle_advances
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.people.service import record_audit
from daywork.progress.service import settle_reports
from daywork.push.bundles import gather
from daywork.push.rules import MessageKind

Settle = Callable[[Actor, Sequence[UUID], EntryState], Awaitable[int]]

SETTLE: Final[dict[EntryKind, Settle]] = {
    EntryKind.LABOUR_SHEET: settle_sheets,
    EntryKind.PROGRESS_REPORT: settle_reports,
    EntryKind.DELAY: settle_delay_reports,
    EntryKind.ADVANCE: settle_advances,
}
"""What a decision means to each kind: sheets fix their pay, reports move their task, days lost are
counted while their report stands, and an approved advance is taken off what is owed."""


@dataclass(frozen=True, slots=True)
class CleanOutcome:
    """What became of approving many at once."""

    approved: list[EntryFacts]
    left: list[UUID]
    """Those that changed, were decided or became doubtful meanwhile: they wait for a look."""


@dataclass(frozen=True, slots=True)
class Made:
    """How a decision was made, when not here and now."""

    at: datetime | None = None
    how: How = How.BY_HAND
    named: UUID | None = None
    """The id a phone gave to the decision: sent twice, it counts once."""
    decided_at: datetime | None = None
    """When it was made by the phone's clock; kept beside, never believed."""
    only_clean: bool = False
    """It was approved unseen, because nothing about it was unusual."""
    steps: int | None = None
    """Of an undo: the steps still passed after it; None leaves them as they are."""


HERE_AND_NOW: Final = Made()


async def approve(
    actor: Actor,
    entry: UUID,
    version: int,
    *,
    at: datetime | None = None,
    made: Made = HERE_AND_NOW,
) -> EntryFacts:
    """Approve this version; a sheet's pay is fixed with it. Returns what was known before.

    Raises:
        Problem: ``not_found``, ``decision_stale`` or ``not_waiting``.
    """
    made = replace(made, at=at or made.at)
    return await _decide_one(actor, entry, version, Outcome.APPROVED, None, made)


async def send_back(
    actor: Actor,
    entry: UUID,
    version: int,
    reason: str,
    *,
    questions: Mapping[UUID, str] | None = None,
    at: datetime | None = None,
    made: Made = HERE_AND_NOW,
) -> EntryFacts:
    """Return this version to its author, who reads the reason on the phone.

    ``questions``: by worker, what is asked about single lines of a sheet; the phone marks them.

    Raises:
        Problem: ``not_found``, ``decision_stale``, ``not_waiting``, ``return_reason_missing`` or
            ``line_unknown``.
    """
    made = replace(made, at=at or made.at)
    return await _decide_one(actor, entry, version, Outcome.RETURNED, reason, made, questions or {})


async def reopen(
    actor: Actor, entry: UUID, version: int, reason: str, *, at: datetime | None = None
) -> EntryFacts:
    """Let an approved version wait again; a sheet's fixed pay is taken off until it is approved.

    Raises:
        Problem: ``not_found``, ``decision_stale``, ``not_approved`` or ``return_reason_missing``.
    """
    return await _decide_one(actor, entry, version, Outcome.REOPENED, reason, Made(at))


async def approve_clean(
    actor: Actor, wanted: Sequence[tuple[UUID, int]], *, at: datetime | None = None
) -> CleanOutcome:
    """Approve the versions that are still waiting, unchanged and without a doubt.

    Raises:
        Problem: ``not_found`` when one of them is not the actor's to decide.
    """
    versions = dict(wanted)
    async with company_transaction(actor.organisation):
        known = await lock_entries(actor, list(versions))
        turn = await turn_of(actor, known)
        ready = [fact for fact in known if _may_be_approved(fact, versions[fact.id], turn)]
        doubted = await waiting.doubtful_among(actor, [fact.id for fact in ready])
        clean = [fact for fact in ready if fact.id not in doubted]
        for outcome, state in (
            (Outcome.PASSED, EntryState.SUBMITTED),
            (Outcome.APPROVED, EntryState.APPROVED),
        ):
            some = [fact for fact in clean if turn.outcome(fact, Outcome.APPROVED) is outcome]
            await record(actor, some, outcome, state, None, Made(at))
    taken = {fact.id for fact in clean}
    return CleanOutcome(clean, [entry for entry in versions if entry not in taken])


def _may_be_approved(fact: EntryFacts, version: int, turn: Turn) -> bool:
    try:
        judge_decision(fact, version, Outcome.APPROVED, None)
        turn.check(fact, Outcome.APPROVED)
    except Problem:
        return False
    return True


async def _decide_one(
    actor: Actor,
    entry: UUID,
    version: int,
    outcome: Outcome,
    reason: str | None,
    made: Made,
    questions: Mapping[UUID, str] | None = None,
) -> EntryFacts:
    said = " ".join(reason.split()) if reason else None
    async with company_transaction(actor.organisation):
        (known,) = await lock_entries(actor, [entry])
        if made.named and await _made_before(actor, made.named, entry, version, outcome):
            return known
        state = judge_decision(known, version, outcome, said)
        turn = await turn_of(actor, [known])
        turn.check(known, outcome)
        if made.only_clean and await waiting.doubtful_among(actor, [entry]):
            raise NO_LONGER_CLEAN()
        outcome = turn.outcome(known, outcome)
        if outcome is Outcome.PASSED:
            state = EntryState.SUBMITTED
        (decision,) = await record(actor, [known], outcome, state, said, made)
        if questions:
            on_sheet = {line.worker for line in await queries.lines_of(actor, entry)}
            if not questions.keys() <= on_sheet:
                raise LINE_UNKNOWN()
            await entries.insert_questions(actor, decision.id, known, questions)
            asked = questions_happening(known.site, decision.id, entry, version, questions)
            await append(actor.organisation, [asked])
    return known


async def _made_before(
    actor: Actor, named: UUID, entry: UUID, version: int, outcome: Outcome
) -> bool:
    """Whether this very decision is in the books already.

    Raises:
        Problem: ``decision_id_reused`` when the id stands for another one.
    """
    known = await entries.decision_by_id(actor, named)
    if known is None:
        return False
    made = Outcome.APPROVED if known.outcome is Outcome.PASSED else known.outcome
    if (known.entry, known.version, made, known.member) != (
        entry,
        version,
        outcome,
        actor.member,
    ):
        raise DECISION_ID_REUSED()
    return True


async def lock_entries(actor: Actor, ids: Sequence[UUID]) -> list[EntryFacts]:
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
        if not any(may(actor, one, fact.site) for one in (Right.DECIDE, Right.COUNTERSIGN)):
            raise NOT_ALLOWED() if may(actor, Right.SEE_LABOUR, fact.site) else NOT_FOUND()
    return [found[entry] for entry in ids]


async def record(
    actor: Actor,
    known: Sequence[EntryFacts],
    outcome: Outcome,
    state: EntryState,
    reason: str | None,
    made: Made,
) -> list[DecisionSaid]:
    """Write judged decisions, and what follows from them for each kind."""
    if not known:
        return []
    steps = made.steps
    if made.how is not How.UNDONE:
        steps = {Outcome.PASSED: 1, Outcome.REOPENED: 0}.get(outcome)
    said = await write_decisions(
        actor,
        known,
        outcome,
        state,
        reason,
        made.at or datetime.now(UTC),
        how=made.how,
        named=made.named,
        steps=steps,
    )
    for kind, settle in SETTLE.items():
        of_kind = [fact.id for fact in known if fact.kind is kind]
        if of_kind and outcome is not Outcome.PASSED:
            await settle(actor, of_kind, state)
    for fact in known:
        detail: dict[str, object] = {"version": fact.version}
        if reason:
            detail["reason"] = reason
        if made.how is not How.BY_HAND:
            detail["how"] = made.how.value
        if made.decided_at is not None:
            detail["decided_at"] = made.decided_at.isoformat()
        await record_audit(
            actor.organisation,
            actor.member,
            AUDITED[outcome],
            site=fact.site,
            entry=fact.id,
            detail=detail,
        )
    await tell_decided(actor, known, reason, returned=outcome is Outcome.RETURNED)
    if outcome is Outcome.PASSED:
        await gather(actor.organisation, {fact.site for fact in known}, MessageKind.APPROVALS)
    return said
