"""Months are compared day by day, and the chart says what the figures say."""

from datetime import date
from decimal import Decimal

import pytest

from daywork.ground.calendar import month_of
from daywork.overview.rules import change, same_days, share
from daywork.summary.chart import PLOT_HEIGHT, chart_of, round_above
from daywork.summary.rules import Figures, Month


def month(day: str) -> Month:
    return Month(*month_of(date.fromisoformat(day)))


@pytest.mark.parametrize(
    ("today", "until", "before"),
    [
        ("2026-03-05", "2026-03-05", "2026-02-05"),
        ("2026-03-30", "2026-03-30", "2026-02-28"),
        ("2024-03-31", "2024-03-31", "2024-02-29"),
        ("2026-01-15", "2026-01-15", "2025-12-15"),
    ],
)
def test_this_month_is_compared_with_the_last_one_to_the_same_day(
    today: str, until: str, before: str
) -> None:
    this, last = same_days(month(today), date.fromisoformat(today))
    assert (this.last, last.last) == (date.fromisoformat(until), date.fromisoformat(before))
    assert (this.first.day, last.first.day) == (1, 1)


def test_a_month_that_is_over_is_compared_as_a_whole() -> None:
    this, last = same_days(month("2026-02-01"), date(2026, 3, 5))
    assert (this, last) == (month("2026-02-01"), month("2026-01-01"))


def test_a_share_of_nothing_is_not_a_number() -> None:
    assert share(Decimal(5), Decimal(0)) is None
    assert share(None, Decimal(5)) is None
    assert share(Decimal(1), Decimal(3)) == Decimal("33.3")
    assert change(Decimal(5), Decimal(0)) is None
    assert change(Decimal(9), Decimal(10)) == Decimal(-10)


@pytest.mark.parametrize(
    ("amount", "top"), [("0.4", "0.4"), ("1", "1"), ("57.5", "60"), ("61", "80"), ("801", "1000")]
)
def test_the_scale_ends_on_a_round_number(amount: str, top: str) -> None:
    assert round_above(Decimal(amount)) == Decimal(top)


def test_a_bar_is_as_high_as_its_figure_and_every_day_has_its_place() -> None:
    figures = {
        date(2024, 2, 29): Figures(Decimal(30), pending_man_days=Decimal(10)),
        date(2024, 2, 1): Figures(Decimal(20)),
    }
    chart = chart_of(figures, month("2024-02-01"))
    assert chart is not None
    assert len(chart.bars) == 29
    assert chart.bars[0].approved == PLOT_HEIGHT / 2
    assert (chart.bars[28].approved, chart.bars[28].pending) == (PLOT_HEIGHT * 3 / 4, 33.0)
    assert all(bar.x + bar.width <= 100 for bar in chart.bars)
    assert [line.value for line in chart.lines] == [0, 20, 40]
    assert [bar.day.day for bar in chart.bars if bar.labelled] == [1, 8, 15, 22, 29]


def test_a_month_without_work_has_no_chart() -> None:
    assert chart_of({}, month("2026-03-01")) is None
    assert chart_of({date(2026, 3, 1): Figures()}, month("2026-03-01")) is None
