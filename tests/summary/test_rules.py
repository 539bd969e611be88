"""A month's figures, worked out by hand: the same cases that the database is asked below."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from daywork.ground.ids import new_id
from daywork.ground.problems import Problem
from daywork.ground.terms import LabourUnit, RateUnit
from daywork.ground.workdays import WorkCalendar, kind_of_day
from daywork.labour.prices import (
    Nearest,
    OvertimeRule,
    OvertimeWay,
    Rate,
    price_line,
    rate_on,
    way_on,
)
from daywork.labour.rules import man_days_of
from daywork.summary.rules import (
    Figures,
    Grouping,
    Month,
    Parts,
    Row,
    in_reading_order,
    month_named,
    outstanding,
    total_of,
)
from tests.support.months import CASES, Facts

TODAY = date(2026, 3, 5)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


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
    whose = {of: new_id() for of in ("task", "worker", "crew", "trade", "site")}
    rates: dict[UUID, list[Rate]] = {}
    for told in case["rates"]:
        rates.setdefault(whose[told["of"]], []).append(
            Rate(
                new_id(),
                RateUnit(told["unit"]),
                Decimal(told["amount"]),
                Decimal(told["overtime_hour"]) if told["overtime_hour"] else None,
                date.fromisoformat(told["from"]),
                date.fromisoformat(told["to"]) if told["to"] else None,
            )
        )
    day = date.fromisoformat(one["day"])
    nearest = Nearest(**whose | ({} if one.get("task") else {"task": None}))
    rate = rate_on(day, nearest, rates)
    if rate is None:
        return Figures(man_days, overtime, unpriced=int(bool(man_days or overtime)))
    ways = [
        OvertimeRule(OvertimeWay(rule["way"]), date.fromisoformat(rule["from"]), LONG_AGO)
        for rule in case.get("overtime", ())
        if rule["site"] == one["site"]
    ]
    statute = way_on(day, ways) is OvertimeWay.STATUTE
    pay = price_line(
        rate,
        man_days,
        overtime,
        hours_per_day=divisor,
        overtime_hours_per_man_day=Decimal(site["overtime_hours_per_man_day"]),
        by_statute=kind_of_day(WorkCalendar(country="CN"), day) if statute else None,
    )
    return Figures(
        man_days,
        overtime,
        pay.earned + pay.overtime_earned,
        parts=Parts(labour=pay.earned, overtime=pay.overtime_earned),
    )


def figures_of_item(item: dict[str, Any]) -> Figures:
    """One pay item by its kind and sign."""
    amount = Decimal(item["amount"])
    if amount < 0:
        return Figures(earned=amount, parts=Parts(deductions=-amount))
    part = item["kind"] if item["kind"] in ("piecework", "monthly") else "allowances"
    return Figures(earned=amount, parts=Parts(**{part: amount}))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_month_comes_to_what_was_worked_out_by_hand(case: dict[str, Any]) -> None:
    month = month_named(case["month"], TODAY)
    for where in case["expect"]:
        lines = [
            figures_of(case, one)
            for one in case["lines"]
            if month.holds(date.fromisoformat(one["day"])) and where in ("all", one["site"])
        ]
        items = [
            figures_of_item(item)
            for item in case.get("items", ())
            if month.holds(date.fromisoformat(item["day"])) and not item.get("voided")
        ]
        total = total_of([*lines, *items])
        assert total == Facts(case).at(where)
        assert total.parts.earned == total.earned


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
    assert outstanding(None, Decimal(5), Decimal(0)) is None
    assert outstanding(Decimal(5), None, Decimal(0)) is None
    assert outstanding(Decimal(5), Decimal(0), None) is None


def test_outstanding_is_earned_less_advances_less_paid_and_may_be_below_zero() -> None:
    assert outstanding(Decimal("300.00"), Decimal("500.00"), Decimal(0)) == Decimal("-200.00")
    assert outstanding(Decimal("900.00"), Decimal("500.00"), Decimal("399.99")) == Decimal("0.01")


def test_codes_are_read_as_people_count_and_lines_without_a_task_come_last() -> None:
    codes = ["1.10", "", "1.9", "2", "1"]
    rows = [Row(code or "none", code, Figures(), number=code) for code in codes]
    read = [row.number for row in in_reading_order(rows, Grouping.TASK)]
    assert read == ["1", "1.9", "1.10", "2", ""]
