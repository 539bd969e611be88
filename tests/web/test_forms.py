"""Numbers as people type them: never ten times what was meant."""

from decimal import Decimal

import pytest

from daywork.ground.money import plain_number
from daywork.web.forms import Answers

READ = [
    ("1234.5", "1234.5"),
    ("1,234.50", "1234.50"),
    ("1，234，567.8", "1234567.8"),
    ("1,234", "1234"),
    ("-1,234", "-1234"),
    ("1234,5", "1234.5"),
    ("1234,50", "1234.50"),
    ("0,333", "0.333"),
    ("12,5", "12.5"),
    ("１２．５", "12.5"),
    ("1 234.5", "1234.5"),
]


@pytest.mark.parametrize(("typed", "meant"), READ)
def test_a_comma_groups_thousands_or_stands_before_the_cents(typed: str, meant: str) -> None:
    assert Decimal(plain_number(typed)) == Decimal(meant)
    assert Answers({"a": typed}).number("a", low="-9999", places=3) == Decimal(meant)


@pytest.mark.parametrize("typed", ["1,23,456", "1.234,50", "12,34.5", ",5", "1,2,3", "0,001,000"])
def test_what_is_neither_is_a_fault_and_no_number(typed: str) -> None:
    answers = Answers({"a": typed})
    assert answers.number("a") is None
    assert "a" in answers.faults
