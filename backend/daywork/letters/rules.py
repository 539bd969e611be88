"""What may be done with a letter, and what the office may put right in it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from daywork.ground.problems import ProblemKind


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


class How(StrEnum):
    """How the office settled a letter."""

    ACCEPTED = "accepted"
    """Sent anew on the author's behalf, as it was."""
    MENDED = "mended"
    """Sent anew with something put right."""
    PUT_ASIDE = "put_aside"
    """Not booked, for a reason the author reads. It is kept."""


LETTER_SETTLED = ProblemKind(
    "letter_settled",
    409,
    _("This record is settled already"),
    _("Somebody dealt with it meanwhile: look at what became of it."),
)
REASON_FOR_AUTHOR = ProblemKind(
    "reason_for_author",
    422,
    _("Say why you put it aside"),
    _("Whoever recorded it reads your reason on the phone."),
)
NOT_SENDABLE = ProblemKind(
    "not_sendable",
    409,
    _("This record cannot be booked from here"),
    _("It names no site of yours. Put it aside with a reason, and let it be recorded anew."),
)

MENDABLE: Final[Mapping[str, frozenset[str]]] = {
    "labour.sheet": frozenset({"work_day", "crew", "task", "lines", "reason"}),
    "progress.report": frozenset({"work_day", "task", "reason"}),
    "delay.report": frozenset({"work_day", "task", "reason"}),
    "labour.advance": frozenset({"work_day", "crew", "worker", "reason"}),
    "photo.record": frozenset({"work_day", "task", "reason"}),
    "sites.worker": frozenset({"crew"}),
    "entry.void": frozenset({"reason"}),
    "signature.record": frozenset(),
    "labour.cross_check": frozenset(),
}
"""What the office may put right, by type. Amounts are the author's word: they are not among it."""

LONGEST_REASON: Final = 1000


@dataclass(frozen=True, slots=True)
class Mending:
    """What somebody in the office put right; what is absent stays as it was recorded."""

    fields: Mapping[str, UUID | date | str | None] = field(default_factory=dict)
    """New values by the payload's names; None takes a task away."""
    workers: Mapping[int, UUID | None] = field(default_factory=dict)
    """By the number of a line: who it was really; None strikes the line."""


def mended(kind: str, payload: Mapping[str, Any], mending: Mending) -> dict[str, Any]:
    """The payload with what was put right. Fields the type does not have are left alone."""
    may = MENDABLE.get(kind, frozenset())
    after = dict(payload)
    for name, value in mending.fields.items():
        if name not in may:
            continue
        text = None if value is None else str(value)
        if (after.get(name) or None) != (text or None):
            after[name] = text
    if mending.workers and "lines" in may:
        after["lines"] = _lines_mended(payload.get("lines"), mending.workers)
    return after


def _lines_mended(lines: Any, workers: Mapping[int, UUID | None]) -> Any:
    if not isinstance(lines, list):
        return lines
    after = []
    for number, line in enumerate(lines):
        worker = workers.get(number)
        if worker is not None:
            after.append({**line, "worker": str(worker)})
        elif number not in workers:
            after.append(line)
    return after
