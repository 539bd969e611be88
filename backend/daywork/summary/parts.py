"""The parts a worker's pay on a site is made of, before they are added. Pure."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID


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
