"""A decision that a phone kept: made later, once, and told singly when the record has moved on.

It comes from the phone itself when there is a network again, or in the phone's rescue file.
"""

from dataclasses import dataclass, field

from daywork.approvals import service, words
from daywork.approvals.opened import changes_since, record_for
from daywork.approvals.rules import KeptDecision
from daywork.approvals.service import Made
from daywork.entries.queries import last_decisions
from daywork.entries.rules import DECISION_STALE, NOT_WAITING
from daywork.ground.database import company_transaction
from daywork.ground.problems import Problem
from daywork.ground.terms import How, Outcome
from daywork.people.actor import Actor
from daywork.web.language import gettext


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of it."""

    problem: Problem | None = None
    changes: list[str] = field(default_factory=list)
    """What changed on the record since the phone saw it, in words."""


async def decide(actor: Actor, one: KeptDecision) -> Answered:
    """Make a kept decision; whatever is against it is told, not raised."""
    made = Made(how=How.OFFLINE, named=one.id, decided_at=one.decided_at, only_clean=one.clean)
    try:
        if one.outcome == "approve":
            await service.approve(actor, one.entry, one.version, made=made)
        else:
            asked = {worker: said for worker, said in one.questions.items() if said.strip()}
            reason = one.reason or (gettext(words.SEE_LINES) if asked else "")
            await service.send_back(
                actor, one.entry, one.version, reason, questions=asked, made=made
            )
    except Problem as problem:
        if problem.kind is NOT_WAITING and await _decided_so(actor, one):
            return Answered()
        stale = problem.kind is DECISION_STALE
        return Answered(problem, await _what_changed(actor, one) if stale else [])
    return Answered()


async def _decided_so(actor: Actor, one: KeptDecision) -> bool:
    """Whether the same person decided the same already: of many approved together the answer was
    lost, and none of them had a name of its own."""
    async with company_transaction(actor.organisation):
        last = (await last_decisions(actor, [one.entry])).get(one.entry)
    if last is None or (last.member, last.version) != (actor.member, one.version):
        return False
    same = (Outcome.APPROVED, Outcome.PASSED) if one.outcome == "approve" else (Outcome.RETURNED,)
    return last.outcome in same


async def _what_changed(actor: Actor, one: KeptDecision) -> list[str]:
    async with company_transaction(actor.organisation):
        record = await record_for(actor, one.entry)
        changes = await changes_since(actor, record, one.version)
    return words.said_of(changes) if changes else []
