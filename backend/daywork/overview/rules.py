"""Comparing months fairly, shares of a budget, and the geometry of the chart. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from daywork.ground.calendar import days_from
from daywork.ground.money import ZERO
from daywork.summary.rules import Figures, Month

TENTH = Decimal("0.1")


def same_days(month: Month, today: date) -> tuple[Month, Month]:
    """This month up to ``today`` and the previous one up to the same day of the month.

    A month that is over is compared as a whole. The 31st is compared with a whole short month.
    """
    if not month.holds(today):
        return month, month.previous
    before = month.previous
    same = before.first.replace(day=min(today.day, before.last.day))
    return Month(month.first, today), Month(before.first, same)


def share(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """Percent with one decimal; None when there is nothing to be a part of."""
    if part is None or not whole:
        return None
    return (part / whole * 100).quantize(TENTH, rounding=ROUND_HALF_UP)


def change(now: Decimal, before: Decimal) -> Decimal | None:
    """Percent more (or less, negative) than before; None when there was nothing before."""
    found = share(now, before)
    return None if found is None else found - 100


# The chart: 工 a day

PLOT_HEIGHT = 132
"""Pixels from the line of zero to the highest line."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day. ``x`` and ``width`` are percent of the chart's width, heights are pixels."""

    day: date
    x: float
    width: float
    approved: float
    pending: float
    figures: Figures
    labelled: bool
    """Whether the day's number stands below it: the first, and every seventh after."""
    rest: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A horizontal line of the grid with its figure."""

    y: float
    value: Decimal


@dataclass(frozen=True, slots=True)
class Chart:
    """A month of bars, approved below and pending above."""

    bars: list[Bar]
    lines: list[Line]
    height: int = PLOT_HEIGHT


def chart_of(
    figures: Mapping[date, Figures], month: Month, rest_weekdays: Sequence[int] = ()
) -> Chart | None:
    """The chart of a month; None when there is nothing to draw."""
    highest = max((f.recorded for f in figures.values()), default=ZERO)
    if not highest:
        return None
    top = round_above(highest)
    days = list(days_from(month.first, month.last))
    slot = 100 / len(days)

    def pixels(amount: Decimal) -> float:
        return round(float(amount / top) * PLOT_HEIGHT, 2)

    bars = []
    for place, day in enumerate(days):
        of_day = figures.get(day, Figures())
        bars.append(
            Bar(
                day,
                round(place * slot + slot * 0.14, 3),
                round(slot * 0.72, 3),
                pixels(of_day.man_days),
                pixels(of_day.pending_man_days + of_day.returned_man_days),
                of_day,
                place % 7 == 0,
                day.isoweekday() in rest_weekdays,
            )
        )
    lines = [Line(round(PLOT_HEIGHT * (1 - part / 2), 2), top * part / 2) for part in (0, 1, 2)]
    return Chart(bars, lines)


def round_above(amount: Decimal) -> Decimal:
    """The next 1, 2, 4, 5, 6, 8 or 10 with zeros behind it: a scale that can be halved and read."""
    step = Decimal(1).scaleb(amount.adjusted())
    for factor in (1, 2, 4, 5, 6, 8, 10):
        if step * factor >= amount:
            return step * factor
    return step * 10
