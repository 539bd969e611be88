"""The parts a worker's pay on a site is made of, before they are added. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from daywork.ground.money import ZERO
from daywork.ground.terms import DayKind


@dataclass(frozen=True, slots=True)
class WorkedDay:
    """A worker's day with one crew: approved work, and how many lines are not done with yet."""

    worker: UUID
    crew: UUID
    work_day: date
    man_days: Decimal
    hours: Decimal
    """The 工 in hours, each by the divisor of its sheet."""
    overtime_hours: Decimal
    labour: Decimal
    overtime: Decimal
    booked: Decimal
    """工 in any state but void: says where the worker was, never what is paid."""
    unpriced: int
    """Approved lines with work and no rate."""
    pending: int
    returned: int
    held: int = 0
    """Approved lines of a day that is booked twice: they earn nothing until it is settled."""


@dataclass(frozen=True, slots=True)
class Worked:
    """A worker's days with one crew, added up: a line of a wage sheet holds two dozen of them."""

    worker: UUID
    crew: UUID
    days: int
    """The days with approved work, a bit each: the days of two crews are told by ``|``."""
    man_days: Decimal
    hours: Decimal
    overtime_workday: Decimal
    overtime_rest: Decimal
    overtime_holiday: Decimal
    labour: Decimal
    overtime: Decimal
    booked: Decimal
    unpriced: int
    pending: int
    returned: int
    held: int
    """Days here, where all else counts lines: a bit each."""

    @property
    def counts(self) -> bool:
        """There is something to pay, or work to show."""
        return bool(self.days or self.labour or self.overtime)


_OVERTIME: Final = {DayKind.WORKDAY: 3, DayKind.REST_DAY: 4, DayKind.STATUTORY_HOLIDAY: 5}


def added_up(days: Iterable[WorkedDay], kinds: Mapping[date, DayKind]) -> list[Worked]:
    """Days by worker and crew, as :func:`daywork.summary.breakdown.worked_in` reads a month.

    ``kinds`` says what each day is by law and by the site's week.
    """
    days = list(days)
    first = min((day.work_day for day in days), default=date.min)
    found: dict[tuple[UUID, UUID], list[Any]] = {}
    for day in days:
        sums = found.setdefault((day.worker, day.crew), [0, *(ZERO,) * 8, 0, 0, 0, 0])
        bit = 1 << (day.work_day - first).days
        if day.man_days or day.overtime_hours:
            sums[0] |= bit
        sums[1] += day.man_days
        sums[2] += day.hours
        sums[_OVERTIME[kinds.get(day.work_day, DayKind.WORKDAY)]] += day.overtime_hours
        sums[6] += day.labour
        sums[7] += day.overtime
        sums[8] += day.booked
        sums[9] += day.unpriced
        sums[10] += day.pending
        sums[11] += day.returned
        if day.held:
            sums[12] |= bit
    return [Worked(*whose, *sums) for whose, sums in found.items()]


@dataclass(frozen=True, slots=True)
class RateUsed:
    """A rate that lines were approved with, and how much of it."""

    worker: UUID
    crew: UUID
    unit: str
    amount: Decimal
    man_days: Decimal


@dataclass(frozen=True, slots=True)
class Item:
    """An amount beside work by time: piecework, an allowance, a deduction (below zero)."""

    worker: UUID
    crew: UUID | None
    work_day: date
    kind: str
    amount: Decimal
    note: str


@dataclass(frozen=True, slots=True)
class Lent:
    """An advance; what is not approved yet is told, and not deducted."""

    worker: UUID
    work_day: date
    amount: Decimal
    state: str


@dataclass(frozen=True, slots=True)
class PaidOut:
    """A payment that stands."""

    worker: UUID
    payee: UUID
    """The record it was booked for; another than ``worker`` when it was merged into that."""
    paid_on: date
    for_month: date
    amount: Decimal
    wage_sheet: UUID | None
