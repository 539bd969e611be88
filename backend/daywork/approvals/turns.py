"""Whose turn a record is, asked once for many: steps of the site, closed months, two persons."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from daywork.entries.closed import Months, months_of
from daywork.entries.queries import Decided, last_decisions
from daywork.entries.rules import EntryFacts
from daywork.ground.problems import NOT_ALLOWED
from daywork.ground.terms import Outcome
from daywork.levels.queries import rules_of
from daywork.levels.rules import (
    NOT_YOUR_STEP,
    SECOND_PERSON,
    ApprovalRule,
    is_last,
    may_decide,
)
from daywork.people.actor import Actor
from daywork.people.rules import Right, may


@dataclass(frozen=True, slots=True)
class Turn:
    """What some entries' decisions are judged by, beside their version and state."""

    actor: Actor
    rules: Mapping[UUID, ApprovalRule]
    months: Months
    last: Mapping[UUID, Decided]

    def check(self, fact: EntryFacts, outcome: Outcome) -> None:
        """Refuse a decision out of turn.

        Raises:
            Problem: ``month_closed``, ``not_allowed``, ``not_your_step`` or ``second_person``.
        """
        self.months.check(fact.site, fact.work_day, fact.kind)
        if outcome is Outcome.REOPENED:
            if not may(self.actor, Right.DECIDE, fact.site):
                raise NOT_ALLOWED()
            return
        rule = self.rules[fact.site]
        if not may_decide(self.actor, rule, fact.site, fact.steps_passed):
            raise NOT_YOUR_STEP() if rule.steps > 1 else NOT_ALLOWED()
        before = self.last.get(fact.id)
        if (
            outcome is Outcome.APPROVED
            and rule.steps > 1
            and fact.steps_passed
            and before is not None
            and before.outcome is Outcome.PASSED
            and before.member == self.actor.member
        ):
            raise SECOND_PERSON()

    def outcome(self, fact: EntryFacts, wanted: Outcome) -> Outcome:
        """What the decision comes to: approving before the last step only passes it on."""
        if wanted is Outcome.APPROVED and not is_last(self.rules[fact.site], fact.steps_passed):
            return Outcome.PASSED
        return wanted


async def turn_of(actor: Actor, facts: Iterable[EntryFacts]) -> Turn:
    """Everything to judge these by; their sites are locked."""
    known = list(facts)
    sites = {fact.site for fact in known}
    return Turn(
        actor,
        await rules_of(actor.organisation, sites),
        await months_of(actor, sites),
        await last_decisions(actor, [fact.id for fact in known]),
    )
