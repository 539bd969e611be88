"""Days lost by cause, the worst first, and how much the first few make up of the whole. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from daywork.ground.terms import DelayCause

ROW = 52
"""Pixels between one bar and the next."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Days lost by one cause in one month, as reported."""

    month: date
    cause: DelayCause
    days: Decimal
    reports: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One cause."""

    cause: DelayCause
    days: Decimal
    share: Decimal
    """Percent of all days."""
    cumulative: Decimal
    """Percent of all days that this cause and those above it make up."""
    width: Decimal
    """Percent of the longest bar."""
    y: int


def pareto(lost: Iterable[Lost]) -> list[Bar]:
    """The causes by their days, most first; equal ones in the order of the list of causes."""
    totals: dict[DelayCause, Decimal] = {}
    for one in lost:
        totals[one.cause] = totals.get(one.cause, Decimal(0)) + one.days
    ordered = sorted(totals.items(), key=lambda item: (-item[1], list(DelayCause).index(item[0])))
    ordered = [(cause, days) for cause, days in ordered if days > 0]
    total = sum((days for _cause, days in ordered), Decimal(0))
    bars: list[Bar] = []
    reached = Decimal(0)
    for row, (cause, days) in enumerate(ordered):
        reached += days
        bars.append(
            Bar(
                cause,
                days,
                _percent(days, total),
                _percent(reached, total),
                _percent(days, ordered[0][1]),
                row * ROW,
            )
        )
    return bars


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return (part / whole * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
