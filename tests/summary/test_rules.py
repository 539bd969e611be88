"""A month's figures, worked out by hand: the same cases that the database is asked below."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from daywork.ground.ids import new_id
from daywork.ground.problems import Problem
from daywork.ground.terms import LabourUnit, RateUnit
from daywork.labour.rules import Rate, man_days_of, price_line, rate_on
from daywork.summary.rules import (
    Figures,
    Grouping,
    Month,
    Row,
    in_reading_order,
    month_named,
    outstanding,
    total_of,
)
from tests.support.months import CASES, Facts

TODAY = date(2026, 3, 5)


def figures_of(case: dict[str, Any], one: dict[str, Any]) -> Figures:
    """One line by the pure rules alone."""
    site = case["sites"][one["site"]]
    divisor = Decimal(site["hours_per_day"])
    man_days = man_days_of(LabourUnit(one["unit"]), Decimal(one["amount"]), divisor)
    overtime = Decimal(one["overtime_hours"])
    if one["state"] == "submitted":
        return Figures(pending_man_days=man_days, pending_overtime=overtime)
    if one["state"] == "returned":
        return Figures(returned_man_days=man_days, returned_overtime=overtime)
    rates: dict[str, list[Rate]] = {"worker": [], "trade": []}
    for told in case["rates"]:
        rates[told["of"]].append(
            Rate(
                new_id(),
                RateUnit(told["unit"]),
                Decimal(told["amount"]),
                Decimal(told["overtime_hour"]) if told["overtime_hour"] else None,
                date.fromisoformat(told["from"]),
                date.fromisoformat(told["to"]) if told["to"] else None,
            )
        )
    rate = rate_on(date.fromisoformat(one["day"]), rates["worker"], rates["trade"])
    if rate is None:
        return Figures(man_days, overtime, unpriced=int(bool(man_days or overtime)))
    pay = price_line(
        rate,
        man_days,
        overtime,
        hours_per_day=divisor,
        overtime_hours_per_man_day=Decimal(site["overtime_hours_per_man_day"]),
    )
    return Figures(man_days, overtime, pay.earned + pay.overtime_earned)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_month_comes_to_what_was_worked_out_by_hand(case: dict[str, Any]) -> None:
    month = month_named(case["month"], TODAY)
    for where in case["expect"]:
        lines = [
            figures_of(case, one)
            for one in case["lines"]
            if month.holds(date.fromisoformat(one["day"])) and where in ("all", one["site"])
        ]
        assert total_of(lines) == Facts(case).at(where)


def test_a_month_is_named_by_year_and_month_and_defaults_to_todays() -> None:
    assert month_named(None, TODAY) == Month(date(2026, 3, 1), date(2026, 3, 31))
    assert month_named("2024-02", TODAY).last == date(2024, 2, 29)
    assert month_named("2026-01", TODAY).previous.text == "2025-12"
    assert month_named("2025-12", TODAY).next.text == "2026-01"


@pytest.mark.parametrize("text", ["2026-13", "march", "2026-3-1", "0001-01", "9999-12"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(Problem, match="month_unreadable"):
        month_named(text, TODAY)


def test_pay_that_may_not_be_seen_stays_hidden_in_every_sum() -> None:
    hidden = Figures(Decimal(1), earned=Decimal(300)).without_pay()
    assert hidden.earned is None
    assert (hidden + Figures(earned=Decimal(1))).earned is None
    assert outstanding(None, Decimal(5)) is None
    assert outstanding(Decimal(5), None) is None


def test_outstanding_is_earned_less_advances_and_may_be_below_zero() -> None:
    assert outstanding(Decimal("300.00"), Decimal("500.00")) == Decimal("-200.00")


def test_codes_are_read_as_people_count_and_lines_without_a_task_come_last() -> None:
    codes = ["1.10", "", "1.9", "2", "1"]
    rows = [Row(code or "none", code, Figures(), number=code) for code in codes]
    read = [row.number for row in in_reading_order(rows, Grouping.TASK)]
    assert read == ["1", "1.9", "1.10", "2", ""]
