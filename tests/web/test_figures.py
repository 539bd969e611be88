"""Figures, days and instants read the same wherever they stand."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from daywork.web import figures
from daywork.web.language import speaking


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (Decimal("1284.505"), "CNY", "¥1,284.51"),
        (Decimal("-0.5"), "CNY", "−¥0.50"),
        (Decimal("-0.001"), "CNY", "¥0.00"),
        (12, "CHF", "CHF 12.00"),
        (None, "CNY", "–"),
    ],
)
def test_money_is_written_in_the_companys_currency(
    amount: Decimal | int | None, currency: str, shown: str
) -> None:
    assert figures.money(amount, currency) == shown


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("20", "20.0"), ("1284.5", "1,284.5"), ("0.75", "0.75"), ("0.125", "0.125"), ("-1", "−1.0")],
)
def test_man_days_have_one_decimal_and_more_only_where_needed(amount: str, shown: str) -> None:
    assert figures.man_days(Decimal(amount)) == shown


def test_other_numbers_have_no_more_decimals_than_there_are() -> None:
    assert figures.number(Decimal("1200.00")) == "1,200"
    assert figures.number(Decimal("1E+2")) == "100"
    assert figures.percent(Decimal("44.6")) == "45 %"


def test_days_are_written_as_each_language_writes_them() -> None:
    thursday = date(2026, 3, 5)
    with speaking("zh-CN"):
        assert figures.day(thursday) == "3月5日 周四"
        assert figures.month(thursday) == "2026年3月"
    with speaking("en"):
        assert figures.day(thursday) == "Thu 5 Mar"
        assert figures.day(thursday, year=True) == "Thu 5 Mar 2026"
        assert figures.month(thursday) == "March 2026"


def test_an_instant_is_shown_on_the_sites_clock() -> None:
    at = datetime(2026, 3, 5, 18, 2, tzinfo=UTC)
    with speaking("en"):
        assert figures.moment(at, "Asia/Shanghai") == "6 Mar 02:02"
        assert figures.moment(at, "UTC") == "5 Mar 18:02"
