"""How two states of a wage sheet differ: two versions, or a version and what holds now. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from daywork.ground.money import ZERO
from daywork.wages.rules import Line


class Change(StrEnum):
    """How a worker's line differs."""

    ADDED = "added"
    GONE = "gone"
    MOVED = "moved"


COMPARED: Final = (
    "days",
    "man_days",
    "overtime_workday",
    "overtime_rest",
    "overtime_holiday",
    "labour",
    "overtime",
    "piecework",
    "monthly",
    "allowances",
    "deductions",
    "advances",
)
"""What is compared, in the order it is told."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One worker who differs between two versions, or between a version and now."""

    worker: UUID
    name: str
    change: Change
    moved: tuple[tuple[str, Decimal, Decimal], ...] = ()
    """Figure, before, after; only those that moved."""


def differences(before: Sequence[Line], after: Sequence[Line]) -> list[Difference]:
    """What changed from one to the other, in the order of ``after``, who is gone at the end.

    What was paid since is no difference: paying is what a sheet is for.
    """
    old = {line.worker: line for line in before}
    new = {line.worker: line for line in after}
    found = []
    for line in after:
        was = old.get(line.worker)
        if was is None:
            if _matters(line):
                moved = (("payable", ZERO, _owed(line)),)
                found.append(Difference(line.worker, line.person.name, Change.ADDED, moved))
            continue
        pairs = [
            (name, Decimal(getattr(was.figures, name)), Decimal(getattr(line.figures, name)))
            for name in COMPARED
            if getattr(was.figures, name) != getattr(line.figures, name)
        ]
        if pairs:
            if _owed(was) != _owed(line):
                pairs.append(("payable", _owed(was), _owed(line)))
            found.append(Difference(line.worker, line.person.name, Change.MOVED, tuple(pairs)))
    for line in before:
        if line.worker not in new and _matters(line):
            moved = (("payable", _owed(line), ZERO),)
            found.append(Difference(line.worker, line.person.name, Change.GONE, moved))
    return found


def _matters(line: Line) -> bool:
    """A line that holds nothing but payments is none."""
    return any(getattr(line.figures, name) for name in COMPARED)


def _owed(line: Line) -> Decimal:
    """Payable without what was paid: the same before and after a payment."""
    return line.figures.earned - line.figures.advances
