"""Money and 工 are ``Decimal``; rounding happens once, at the end, half up as payrolls do."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

CENT = Decimal("0.01")
ZERO = Decimal(0)


def to_cents(amount: Decimal) -> Decimal:
    """Round to 0.01 of the currency, half up."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


_GROUPED: Final = re.compile(r"([+-]?[1-9]\d{0,2}(?:,\d{3})+)(\.\d*)?")
_DECIMAL_COMMA: Final = re.compile(r"([+-]?\d+),(\d+)")


def plain_number(typed: str) -> str:
    """What somebody typed or a bank wrote, with a point and nothing between the thousands: full
    width, ``1,234.50`` and, from keyboards whose number pad has a comma, ``1234,5``. What is
    neither keeps its commas, so that nobody takes it for a number ten times as large."""
    text = unicodedata.normalize("NFKC", typed).replace(" ", "")
    if grouped := _GROUPED.fullmatch(text):
        return grouped[1].replace(",", "") + (grouped[2] or "")
    if decimal := _DECIMAL_COMMA.fullmatch(text):
        return f"{decimal[1]}.{decimal[2]}"
    return text
