"""How an entry moves from version to version and state to state. Pure: facts are passed in.

``submitted → approved | returned``; ``returned → submitted`` as a new version; ``approved →
submitted`` only by a correction with a reason. Nothing changes in place, nothing is deleted.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from daywork.ground.problems import Problem, ProblemKind
from daywork.ground.terms import EntryKind, EntryState, Outcome


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


VERSION_CONFLICT = ProblemKind(
    "version_conflict",
    409,
    _("This record has changed meanwhile"),
    _("Look at version %(current)s, then make your change again if it is still needed."),
)
REASON_MISSING = ProblemKind(
    "reason_missing",
    422,
    _("A correction needs a reason"),
    _("Say in a few words why the record changes."),
)
ENTRY_VOID = ProblemKind(
    "entry_void", 409, _("This record was voided"), _("Record it anew if the work did take place.")
)
ENTRY_UNKNOWN = ProblemKind(
    "entry_unknown",
    409,
    _("The office does not have the record this belongs to"),
    _("Send the record itself first, then try again."),
)
ENTRY_MOVED = ProblemKind(
    "entry_moved",
    422,
    _("A record stays with its site, crew and day"),
    _("Void this record and make a new one for the other crew or day."),
)
NOT_YOURS = ProblemKind(
    "not_yours",
    403,
    _("This record belongs to somebody else"),
    _("Ask its author or your site's supervisor to correct it."),
)

TASK_UNKNOWN = ProblemKind(
    "task_unknown",
    422,
    _("This task is not on this site"),
    _("Choose a task of the site, or leave it open."),
)

CLOCK_TOLERANCE = timedelta(minutes=10)
PHONE_DAYS = 62
"""A phone holds the entries of so many days, and every returned one however old."""

DECIDED_KINDS = (
    EntryKind.LABOUR_SHEET,
    EntryKind.PROGRESS_REPORT,
    EntryKind.DELAY,
    EntryKind.ADVANCE,
)
"""What waits for an approval; a photo only proves."""

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Recorded(Generic[P]):
    """One thing a phone recorded, decoded and addressed, as the sync room hands it up."""

    mutation: UUID
    entity: UUID
    base_version: int
    """The version it was made from; 0 for a new thing."""
    site: UUID
    payload: P
    json: bytes
    """The payload as canonical JSON: what is kept and hashed."""
    sha256: bytes
    client_time: datetime | None
    clock_doubtful: bool
    received_at: datetime
    device: str


@dataclass(frozen=True, slots=True)
class Applied:
    """The thing is in the books, as this version."""

    version: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Not in the books; the payload is kept, and its author can mend it."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Not in the books until the office has looked at it."""

    problem: Problem


Answer = Applied | Refused | Quarantined


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What the server knows of an entry before a new version of it is judged."""

    id: UUID
    site: UUID
    kind: EntryKind
    crew: UUID | None
    work_day: date
    author: UUID
    state: EntryState
    version: int
    steps_passed: int = 0
    """Steps of approval its present version has passed."""


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version about to be written; ``state`` is ``submitted`` unless it voids the entry."""

    recorded: Recorded[Any]
    kind: EntryKind
    work_day: date
    crew: UUID | None = None
    task: UUID | None = None
    reason: str | None = None
    state: EntryState = EntryState.SUBMITTED

    @property
    def version(self) -> int:
        """Its number: one more than what it was made from."""
        return self.recorded.base_version + 1


class VoidPayload(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """``entry.void``: the record should never have been made."""

    site: UUID
    reason: str


def judge_version(
    recorded: Recorded[Any],
    known: EntryFacts | None,
    *,
    crew: UUID | None,
    work_day: date,
    reason: str | None,
    may_correct_others: bool,
    author: UUID,
) -> None:
    """Refuse a version that does not follow from what the server holds.

    Raises:
        Problem: ``version_conflict``, ``entry_void``, ``entry_moved``, ``not_yours``,
            ``reason_missing`` or ``entry_unknown``.
    """
    if known is None:
        if recorded.base_version:
            raise ENTRY_UNKNOWN()
        return
    if known.state is EntryState.VOID:
        raise ENTRY_VOID()
    if known.version != recorded.base_version:
        raise VERSION_CONFLICT(current=known.version, state=known.state)
    if (known.site, known.crew, known.work_day) != (recorded.site, crew, work_day):
        raise ENTRY_MOVED()
    if known.author != author and not may_correct_others:
        raise NOT_YOURS()
    if known.state is not EntryState.RETURNED and not (reason or "").strip():
        raise REASON_MISSING()


MONTH_CLOSED = ProblemKind(
    "month_closed",
    409,
    _("%(month)s is closed on this site"),
    _("Ask %(who)s to reopen the month, then try again: nothing of the record is lost."),
)
DECISION_STALE = ProblemKind(
    "decision_stale",
    409,
    _("This record has changed since you opened it"),
    _("See what changed, then decide on version %(current)s."),
)
NOT_WAITING = ProblemKind(
    "not_waiting",
    409,
    _("This record is no longer waiting"),
    _("Somebody has decided on it meanwhile; see its history."),
)
NOT_APPROVED = ProblemKind(
    "not_approved", 409, _("Only an approved record can be reopened"), _("See its history.")
)
RETURN_REASON_MISSING = ProblemKind(
    "return_reason_missing",
    422,
    _("Say why you send it back"),
    _("The foreman sees your reason on the phone and mends the record by it."),
)


DECISION_ID_REUSED = ProblemKind(
    "decision_id_reused",
    409,
    _("This decision was already made otherwise"),
    _("Open the record and decide anew."),
)


def judge_decision(
    known: EntryFacts, version: int, outcome: Outcome, reason: str | None
) -> EntryState:
    """The state a decision leads to.

    Raises:
        Problem: ``decision_stale``, ``not_waiting``, ``not_approved`` or
            ``return_reason_missing``.
    """
    if known.version != version:
        raise DECISION_STALE(current=known.version, state=known.state)
    if outcome is Outcome.REOPENED:
        if known.state is not EntryState.APPROVED:
            raise NOT_APPROVED()
    elif known.state is not EntryState.SUBMITTED:
        raise NOT_WAITING(state=known.state)
    if outcome is not Outcome.APPROVED and not (reason or "").strip():
        raise RETURN_REASON_MISSING()
    return {
        Outcome.APPROVED: EntryState.APPROVED,
        Outcome.RETURNED: EntryState.RETURNED,
        Outcome.REOPENED: EntryState.SUBMITTED,
    }[outcome]


def clock_is_doubtful(
    client_time: datetime | None, sent_at: datetime | None, received_at: datetime
) -> bool:
    """Whether the phone's clock cannot be right: it was off when sending, or ran ahead.

    A record made long before it was sent is ordinary; one made after it arrived is not.
    """
    if client_time is None:
        return True
    if client_time > received_at + CLOCK_TOLERANCE:
        return True
    return sent_at is not None and abs(received_at - sent_at) > CLOCK_TOLERANCE
