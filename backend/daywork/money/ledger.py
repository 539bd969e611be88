"""A worker's ledger (台账): what was earned, lent and paid, day by day, and what is left. Pure.

A month's earnings stand on the month's last day, an advance on the day it was handed over, a
payment on the day it was made. Void and undecided lines are shown where they belong and move
nothing. The order in which anything was recorded does not matter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from daywork.ground.calendar import month_of
from daywork.ground.money import ZERO


class Kind(StrEnum):
    """What moved what is owed."""

    EARNED = "earned"
    ADVANCE = "advance"
    PAYMENT = "payment"


_ORDER = {Kind.ADVANCE: 0, Kind.EARNED: 1, Kind.PAYMENT: 2}
"""Of one day: what was lent, then the month's earnings, then what was paid of them."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing on record. ``counts`` is false for what is void, returned or waiting."""

    kind: Kind
    day: date
    amount: Decimal
    counts: bool = True
    record: UUID | None = None
    """The advance's entry or the payment; a month of earnings has none."""
    state: str = ""
    words: str = ""
    """A note, or a reference."""
    how: str = ""
    """How it was handed over or paid."""
    man_days: Decimal = ZERO
    unpriced: int = 0
    """Approved lines of the month that have no rate yet."""
    for_month: date | None = None
    """Of a payment: whose wages it pays."""

    @property
    def change(self) -> Decimal:
        """What it adds to what is owed to the worker."""
        if not self.counts:
            return ZERO
        return self.amount if self.kind is Kind.EARNED else -self.amount


@dataclass(frozen=True, slots=True)
class Line:
    """An item with what is owed after it."""

    item: Item
    outstanding: Decimal


@dataclass(frozen=True, slots=True)
class LedgerMonth:
    """The lines of one month, oldest first, with its sums."""

    first: date
    lines: tuple[Line, ...]
    earned: Decimal
    advances: Decimal
    payments: Decimal
    outstanding: Decimal
    """At the month's end, of everything until then."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything between a worker and the sites in view; the latest month first."""

    months: tuple[LedgerMonth, ...]
    earned: Decimal
    advances: Decimal
    payments: Decimal
    outstanding: Decimal


def ledger_of(items: Iterable[Item]) -> Ledger:
    """Put what is on record in order, and carry on what is owed."""
    ordered = sorted(
        items, key=lambda one: (one.day, _ORDER[one.kind], str(one.record or ""), one.amount)
    )
    by_month: dict[date, list[Line]] = {}
    owed = ZERO
    for item in ordered:
        owed += item.change
        by_month.setdefault(item.day.replace(day=1), []).append(Line(item, owed))
    months = tuple(
        LedgerMonth(
            first,
            tuple(lines),
            _sum(lines, Kind.EARNED),
            _sum(lines, Kind.ADVANCE),
            _sum(lines, Kind.PAYMENT),
            lines[-1].outstanding,
        )
        for first, lines in sorted(by_month.items(), reverse=True)
    )
    return Ledger(
        months,
        sum((one.earned for one in months), ZERO),
        sum((one.advances for one in months), ZERO),
        sum((one.payments for one in months), ZERO),
        owed,
    )


def _sum(lines: Iterable[Line], kind: Kind) -> Decimal:
    return sum(
        (one.item.amount for one in lines if one.item.kind is kind and one.item.counts), ZERO
    )


def earned_in(month: date, amount: Decimal, man_days: Decimal, unpriced: int, today: date) -> Item:
    """A month's earnings: on its last day, or today while it runs."""
    last = month_of(month)[1]
    return Item(
        Kind.EARNED,
        last if today > last else max(today, month),
        amount,
        man_days=man_days,
        unpriced=unpriced,
    )
