"""What is signed on a phone is spelt there as it is here: `tests/cases/crosscheck.json`."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from daywork.crosscheck.payload import CrossCheckPayload, read
from daywork.crosscheck.rules import Day, shown_of
from daywork.ground.ids import new_id
from daywork.summary.rules import Month

_FILE = Path(__file__).parents[1] / "cases" / "crosscheck.json"
CASES: list[dict[str, Any]] = json.loads(_FILE.read_text(encoding="utf-8"))["cases"]
MARCH = Month(date(2026, 3, 1), date(2026, 3, 31))


def days_of(case: dict[str, Any]) -> list[Day]:
    return [
        Day(date(2026, 3, int(day)), *(Decimal(amount) for amount in amounts))
        for day, amounts in case["days"].items()
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_days_are_spelt_as_the_phone_spells_them(case: dict[str, Any]) -> None:
    assert shown_of(days_of(case)) == case["shown"]


@pytest.mark.parametrize("case", [case for case in CASES if case["shown"]], ids=lambda c: c["name"])
def test_what_a_phone_sends_is_read_as_it_was_shown(case: dict[str, Any]) -> None:
    payload = CrossCheckPayload(
        site=new_id(),
        worker=new_id(),
        month="2026-03",
        name="Wang",
        shown={day: (amounts[0], amounts[1]) for day, amounts in case["shown"].items()},
    )
    said = read(payload, MARCH, date(2026, 3, 31))
    assert (said.days, said.outcome) == (case["shown"], "confirmed")
