"""Taking a decision back at once: for a thumb that slipped.

An undo is a reopening that asks for no reason, and therefore belongs only to who decided, within
seconds, while nothing has followed. It is a decision like others: kept, chained and audited.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from daywork.approvals.rules import UNDO_SHOWN_FOR
from daywork.approvals.service import Made, lock_entries, record
from daywork.approvals.turns import turn_of
from daywork.entries.queries import Decided
from daywork.entries.rules import EntryFacts
from daywork.ground.database import company_transaction
from daywork.ground.problems import Problem, ProblemKind
from daywork.ground.terms import EntryState, How, Outcome
from daywork.people.actor import Actor
from daywork.push.rules import MessageKind
from daywork.push.service import settle
from daywork.web.language import gettext


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


TAKEN_FOR: Final = timedelta(seconds=20)
"""So long after the decision it is accepted: the tap may hang in a bad signal for a while."""

UNDO_OVER = ProblemKind(
    "undo_over",
    409,
    _("This can no longer be undone"),
    _("Ten seconds have passed, or something else has happened: reopen it with a reason."),
)

_STATE_AFTER: Final = {
    Outcome.APPROVED: EntryState.APPROVED,
    Outcome.RETURNED: EntryState.RETURNED,
    Outcome.PASSED: EntryState.SUBMITTED,
}


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What became of an undo."""

    back: list[EntryFacts]
    left: list[UUID]
    """Something has happened to these meanwhile."""


def judge_undo(
    known: EntryFacts, version: int, last: Decided | None, member: UUID, now: datetime
) -> None:
    """Refuse to take back what is not one's own, not the last thing, or too long ago.

    Raises:
        Problem: ``undo_over``.
    """
    mine = last is not None and last.member == member and last.how is not How.AUTOMATIC
    if (
        last is None
        or not mine
        or known.version != version
        or last.version != version
        or _STATE_AFTER.get(last.outcome) is not known.state
        or abs(now - last.at) > TAKEN_FOR
    ):
        raise UNDO_OVER()


def may_undo(last: Decided | None, member: UUID, now: datetime) -> bool:
    """Whether to show the button."""
    return (
        last is not None
        and last.member == member
        and last.how is not How.AUTOMATIC
        and last.outcome in _STATE_AFTER
        and now - last.at <= UNDO_SHOWN_FOR
    )


async def take_back(
    actor: Actor, wanted: Sequence[tuple[UUID, int]], *, at: datetime | None = None
) -> TakenBack:
    """Let these versions wait again, as if nothing had been decided.

    Raises:
        Problem: ``not_found`` when one is not the actor's to decide; ``undo_over`` when none can
            be taken back.
    """
    now = at or datetime.now(UTC)
    versions = dict(wanted)
    back: list[EntryFacts] = []
    async with company_transaction(actor.organisation):
        known = await lock_entries(actor, list(versions))
        turn = await turn_of(actor, known)
        for fact in known:
            try:
                turn.months.check(fact.site, fact.work_day, fact.kind)
                judge_undo(fact, versions[fact.id], turn.last.get(fact.id), actor.member, now)
            except Problem:
                continue
            back.append(fact)
        if not back:
            raise UNDO_OVER()
        passed = [fact for fact in back if fact.state is EntryState.SUBMITTED]
        ended = [fact for fact in back if fact.state is not EntryState.SUBMITTED]
        for facts, steps in ((passed, 0), (ended, None)):
            await record(
                actor,
                facts,
                Outcome.REOPENED,
                EntryState.SUBMITTED,
                gettext(_("Taken back at once")),
                Made(now, How.UNDONE, steps=steps),
            )
        await settle(actor.organisation, MessageKind.RETURNED, *(fact.id for fact in back))
    taken = {fact.id for fact in back}
    return TakenBack(back, [entry for entry in versions if entry not in taken])
