"""What changed between two versions, and what decisions there are. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from daywork.ground.problems import ProblemKind
from daywork.ground.terms import EntryKind, EntryState, Outcome

# What changed between two versions


@dataclass(frozen=True, slots=True)
class LineSeen:
    """A line of one version, as somebody reads it."""

    worker: UUID
    name: str
    man_days: Decimal
    overtime_hours: Decimal
    task: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class LineChange:
    """One worker's line before and after; None where there was, or is, no line."""

    name: str
    before: LineSeen | None
    after: LineSeen | None


def changed_lines(before: Iterable[LineSeen], after: Iterable[LineSeen]) -> list[LineChange]:
    """The lines that differ, in the order of the new version; removed ones last."""
    old = {line.worker: line for line in before}
    new = {line.worker: line for line in after}
    changes = [
        LineChange(line.name, old.get(worker), line)
        for worker, line in new.items()
        if old.get(worker) != line
    ]
    changes += [
        LineChange(line.name, line, None) for worker, line in old.items() if worker not in new
    ]
    return changes


@dataclass(frozen=True, slots=True)
class FactChange:
    """A named field of a record before and after, as stored; ``None`` is nothing."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What one version says otherwise than another."""

    lines: list[LineChange]
    fields: list[FactChange]

    def __bool__(self) -> bool:
        return bool(self.lines or self.fields)


REPORT_FIELDS = ("percent", "quantity", "status", "cause", "note")
DELAY_FIELDS = ("days", "cause", "note")
ADVANCE_FIELDS = ("worker", "amount", "handed", "note")
SHEET_FIELDS = ("note",)


def changed_fields(
    before: Mapping[str, object], after: Mapping[str, object], names: Iterable[str]
) -> list[FactChange]:
    """The fields of two payloads that differ; empty text and nothing are the same."""

    def said(value: object) -> str | None:
        return None if value is None or value == "" else str(value)

    return [
        FactChange(name, said(before.get(name)), said(after.get(name)))
        for name in names
        if said(before.get(name)) != said(after.get(name))
    ]


# What decisions there are


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


NO_LONGER_CLEAN = ProblemKind(
    "no_longer_clean",
    409,
    _("Something about it has become unusual meanwhile"),
    _("Look at it, then decide on it by itself."),
)
LINE_UNKNOWN = ProblemKind(
    "line_unknown",
    422,
    _("A line you asked about is not on this sheet"),
    _("Open the sheet again and mark the line anew."),
)

UNDO_SHOWN_FOR = timedelta(seconds=10)
"""So long the button that takes a decision back stands there, and nobody is woken for a return."""

DECIDED_HERE = (
    EntryKind.LABOUR_SHEET,
    EntryKind.PROGRESS_REPORT,
    EntryKind.DELAY,
    EntryKind.ADVANCE,
)
"""The kinds that pass through this room."""

AUDITED = {
    Outcome.APPROVED: "entry.approved",
    Outcome.RETURNED: "entry.returned",
    Outcome.REOPENED: "entry.reopened",
    Outcome.PASSED: "entry.passed",
}


def offered(state: EntryState, *, may_decide: bool) -> tuple[Outcome, ...]:
    """Which decisions somebody can take on a record in this state."""
    if not may_decide:
        return ()
    return {
        EntryState.SUBMITTED: (Outcome.APPROVED, Outcome.RETURNED),
        EntryState.APPROVED: (Outcome.REOPENED,),
    }.get(state, ())


class KeptDecision(msgspec.Struct, frozen=True, kw_only=True):
    """One decision as the phone kept it; ``id`` is its own, so that twice counts once."""

    id: UUID
    entry: UUID
    version: int
    outcome: Literal["approve", "return"]
    reason: Annotated[str, Meta(max_length=300)] = ""
    questions: dict[UUID, Annotated[str, Meta(max_length=300)]] = {}
    """Of a return, by worker: what is asked about single lines."""
    decided_at: datetime | None = None
    clean: bool = False
    """Approved together with others because nothing was unusual: should that have changed, it is
    not approved."""
    site: UUID | None = None
    """Where, as the phone says it; only to list it."""
    title: Annotated[str, Meta(max_length=200)] = ""
