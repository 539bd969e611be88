"""工 a day as a chart: where its bars and lines stand. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from daywork.ground.calendar import days_from
from daywork.ground.money import ZERO
from daywork.summary.rules import Figures, Month

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


def shared_rest_days(rest_weekdays: Sequence[Sequence[int]]) -> list[int]:
    """Weekdays on which all of these sites rest."""
    return sorted(set.intersection(*(set(one) for one in rest_weekdays))) if rest_weekdays else []
