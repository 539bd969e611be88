"""What a site's master data must hold to; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from daywork.ground.problems import ProblemKind


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


NAME_TAKEN = ProblemKind(
    "name_taken",
    409,
    _("There is %(name)s already"),
    _("Choose another name, or change the one that is there."),
)
CODE_TAKEN = ProblemKind(
    "code_taken",
    409,
    _("Another task has the code %(code)s"),
    _("Give every task of a site a code of its own."),
)
SAME_NAME = ProblemKind(
    "same_name",
    409,
    _("Twice in one crew: %(names)s"),
    _("Tell them apart, for instance by a number after the name, so that nobody is paid twice."),
)
PARENT_LOOPS = ProblemKind(
    "parent_loops",
    422,
    _("A task cannot stand under itself"),
    _("Choose another task to stand under."),
)


@dataclass(frozen=True, slots=True)
class Span:
    """The days a rate holds; without a last day it goes on."""

    id: UUID
    first: date
    last: date | None


@dataclass(frozen=True, slots=True)
class Fit:
    """How a new rate takes its place among the others."""

    closes: UUID | None
    """The rate that held on the new one's first day."""
    closes_on: date | None
    until: date | None
    """The new one's last day: the day before the next that is already agreed."""


def fit_in(spans: Iterable[Span], first: date) -> Fit:
    """Where a rate from ``first`` on stands among the others; history stays.

    One that began the same day is closed on that very day: of two that hold on a day the one
    made later counts (see ``labour.rules.rate_on``), so a slip can be corrected at once.
    """
    ordered = sorted(spans, key=lambda span: (span.first, span.id))
    before = [span for span in ordered if span.first <= first]
    later = [span.first for span in ordered if span.first > first]
    until = min(later) - timedelta(days=1) if later else None
    if not before or (before[-1].last is not None and before[-1].last < first):
        return Fit(None, None, until)
    held = before[-1]
    return Fit(held.id, max(held.first, first - timedelta(days=1)), until)


def repeated(names: Sequence[str], present: Iterable[str]) -> list[str]:
    """Names given twice, or given and there already."""
    seen = set(present)
    twice: dict[str, None] = {}
    for name in names:
        if name in seen:
            twice[name] = None
        seen.add(name)
    return list(twice)


def loops(task: UUID, parent: UUID | None, parents: dict[UUID, UUID | None]) -> bool:
    """Whether putting ``task`` under ``parent`` would make it stand under itself."""
    above = parent
    for _step in range(len(parents) + 1):
        if above is None:
            return False
        if above == task:
            return True
        above = parents.get(above)
    return True
