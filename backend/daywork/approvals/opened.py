"""One record opened: who may see it, its lines, its history, and what changed from version to
version. Reading side of the room; callers hold an open transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from daywork.approvals import queries
from daywork.approvals.queries import Record, SheetLine
from daywork.approvals.rules import (
    REPORT_FIELDS,
    SHEET_FIELDS,
    FactChange,
    LineChange,
    LineSeen,
    changed_fields,
    changed_lines,
)
from daywork.approvals.waiting import Card, cards_of
from daywork.entries.queries import history_of
from daywork.ground.problems import NOT_FOUND
from daywork.people.actor import Actor
from daywork.people.rules import Right, may


@dataclass(frozen=True, slots=True)
class Changes:
    """What one version says otherwise than another."""

    lines: list[LineChange]
    fields: list[FactChange]

    def __bool__(self) -> bool:
        return bool(self.lines or self.fields)


@dataclass(frozen=True, slots=True)
class Step:
    """A version sent, or a decision on one."""

    what: str
    """``version``, ``void``, ``approved``, ``returned`` or ``reopened``."""
    version: int
    at: datetime
    by: str
    reason: str | None
    client_time: datetime | None
    changes: Changes | None
    """Against the version before it; None for the first version and for decisions."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Everything the page of one record shows."""

    card: Card
    lines: list[SheetLine]
    history: list[Step]
    """Latest first."""

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
            )
        )
    return Opened(card, lines, steps[::-1])


async def changes_since(actor: Actor, record: Record, version: int) -> Changes | None:
    """What the present version says otherwise than ``version``; None when that never was."""
    return (await _versions(actor, record)).between(version, record.version)


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
        names = SHEET_FIELDS if self.record.is_sheet else REPORT_FIELDS
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
    return _Versions(record, history, payloads, lines)
