"""One record opened: who may see it, its lines, its history, and what changed from version to
version. Reading side of the room; callers hold an open transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from daywork.approvals import queries
from daywork.approvals.queries import Record, SheetLine
from daywork.approvals.rules import (
    ADVANCE_FIELDS,
    DELAY_FIELDS,
    REPORT_FIELDS,
    SHEET_FIELDS,
    Changes,
    LineSeen,
    changed_fields,
    changed_lines,
)
from daywork.approvals.waiting import Card, cards_of
from daywork.entries.queries import history_of, questions_of
from daywork.ground.problems import NOT_FOUND
from daywork.ground.terms import EntryKind, EntryState, How
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.signatures.queries import signatures_of
from daywork.signatures.rules import Signature


@dataclass(frozen=True, slots=True)
class Step:
    """A version sent, or a decision on one."""

    what: str
    """``version``, ``void``, a decision's outcome, or an action of the audit trail."""
    version: int
    at: datetime
    by: str
    reason: str | None
    client_time: datetime | None
    changes: Changes | None
    """Against the version before it; None for the first version and for decisions."""
    how: How = How.BY_HAND
    questions: Mapping[UUID, str] = field(default_factory=dict)
    """By worker: what a return asked about single lines."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Everything the page of one record shows."""

    card: Card
    lines: list[SheetLine]
    history: list[Step]
    """Latest first."""
    signatures: list[Signature]
    """Of any version, oldest first."""

    @property
    def questions(self) -> Mapping[UUID, str]:
        """By worker: what is asked now, while the record is returned."""
        if self.record.state is not EntryState.RETURNED:
            return {}
        return next((one.questions for one in self.history if one.what == "returned"), {})

    @property
    def record(self) -> Record:
        """The record itself."""
        return self.card.record


async def record_for(actor: Actor, entry: UUID) -> Record:
    """A record the actor may see: one's own, or any on a site one oversees.

    Raises:
        Problem: ``not_found``; nobody learns that another foreman's record exists.
    """
    record = (await queries.records_by_id(actor, [entry])).get(entry)
    if record is None or not may(actor, Right.SEE_SITE, record.site):
        raise NOT_FOUND()
    if record.author != actor.member and not may(actor, Right.SEE_LABOUR, record.site):
        raise NOT_FOUND()
    return record


async def open_record(actor: Actor, entry: UUID) -> Opened:
    """The record with its lines, doubts, photos and history.

    Raises:
        Problem: ``not_found``.
    """
    record = await record_for(actor, entry)
    (card,) = await cards_of(actor, [record])
    lines = await queries.lines_of(actor, entry) if record.is_sheet else []
    versions = await _versions(actor, record)
    signed = await signatures_of(actor.organisation, entry) if record.is_sheet else []
    asked = await questions_of(actor, entry) if record.is_sheet else {}
    steps = []
    for told in versions.history:
        what, version = str(told["what"]), cast(int, told["version"])
        if what == "version" and version > 1 and not versions.has(version):
            what = "void"
        steps.append(
            Step(
                what,
                version,
                cast(datetime, told["at"]),
                str(told["by"]),
                cast("str | None", told["reason"]) or None,
                cast("datetime | None", told["client_time"]),
                versions.between(version - 1, version) if what == "version" else None,
                How(str(told["how"] or How.BY_HAND)),
                asked.get(cast(UUID, told["id"]), {}),
            )
        )
    for happened in await queries.happened_to(actor, record):
        what, reason = happened.action, happened.detail or None
        steps.append(Step(what, record.version, happened.at, happened.by, reason, None, None))
    steps.sort(key=lambda step: step.at)
    return Opened(card, lines, steps[::-1], signed)


async def changes_since(actor: Actor, record: Record, version: int) -> Changes | None:
    """What the present version says otherwise than ``version``; None when that never was."""
    return (await _versions(actor, record)).between(version, record.version)


async def changes_between(actor: Actor, record: Record, old: int, new: int) -> Changes | None:
    """What ``new`` says otherwise than ``old``; None when one of them never was, or is void."""
    return (await _versions(actor, record)).between(old, new)


_FIELDS: Final = {
    EntryKind.LABOUR_SHEET: SHEET_FIELDS,
    EntryKind.PROGRESS_REPORT: REPORT_FIELDS,
    EntryKind.DELAY: DELAY_FIELDS,
    EntryKind.ADVANCE: ADVANCE_FIELDS,
}


@dataclass(frozen=True, slots=True)
class _Versions:
    """All versions of a record, ready to be compared."""

    record: Record
    history: Sequence[Mapping[str, object]]
    payloads: Mapping[int, Mapping[str, Any]]
    lines: Mapping[int, list[LineSeen]]

    def has(self, version: int) -> bool:
        """Whether it has content; a voiding version has none."""
        return "work_day" in self.payloads.get(version, ())

    def between(self, old: int, new: int) -> Changes | None:
        if not self.has(old) or not self.has(new):
            return None
        names = _FIELDS[self.record.kind]
        return Changes(
            changed_lines(self.lines.get(old, ()), self.lines.get(new, ())),
            changed_fields(self.payloads[old], self.payloads[new], names),
        )


async def _versions(actor: Actor, record: Record) -> _Versions:
    history = await history_of(actor, record.id)
    payloads = {
        cast(int, told["version"]): json.loads(str(told["payload"]))
        for told in history
        if told["what"] == "version"
    }
    lines = await queries.lines_by_version(actor, record.id) if record.is_sheet else {}
    if record.is_advance:
        names = await queries.names_of_workers(
            actor, {UUID(one["worker"]) for one in payloads.values() if "worker" in one}
        )
        for one in payloads.values():
            if "worker" in one:
                one["worker"] = names.get(UUID(one["worker"]), "")
    return _Versions(record, history, payloads, lines)
