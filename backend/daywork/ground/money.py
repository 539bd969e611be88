"""Money and 工 are ``Decimal``; rounding happens once, at the end, half up as payrolls do."""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal(0)


def to_cents(amount: Decimal) -> Decimal:
    """Round to 0.01 of the currency, half up."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)
