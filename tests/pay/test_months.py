"""The file of hand-worked months holds what wages go wrong by, and each is read by two suites."""

import pytest

from tests.summary import test_rules, test_summary
from tests.support.months import CASES


@pytest.mark.parametrize(
    "named",
    [
        "half-days",
        "hours on a site of nine hours",
        "overtime by statute: workday, rest day, swapped workday, holiday",
        "the rate changes in mid-month",
        "a night shift over midnight",
        "a night shift into the next month",
        "the leap day",
        "a worker on two sites",
        "paid by the month",
        "work paid by its quantity",
        "meals, an allowance, deductions and a correction",
    ],
)
def test_a_month_of_this_kind_is_worked_out_by_hand_once(named: str) -> None:
    assert [case["name"] for case in CASES].count(named) == 1


@pytest.mark.parametrize(
    "test",
    [
        test_rules.test_a_month_comes_to_what_was_worked_out_by_hand,
        test_summary.test_a_month_that_happened_comes_to_the_same_by_every_grouping,
    ],
)
def test_every_case_is_read(test: object) -> None:
    (mark,) = (one for one in test.pytestmark if one.name == "parametrize")  # type: ignore[attr-defined]
    assert mark.args[1] is CASES
