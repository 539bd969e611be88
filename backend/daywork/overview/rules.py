"""Comparing months fairly, and shares of a budget. Pure."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from daywork.summary.rules import Month

TENTH = Decimal("0.1")


def same_days(month: Month, today: date) -> tuple[Month, Month]:
    """This month up to ``today`` and the previous one up to the same day of the month.

    A month that is over is compared as a whole. The 31st is compared with a whole short month.
    """
    if not month.holds(today):
        return month, month.previous
    before = month.previous
    same = before.first.replace(day=min(today.day, before.last.day))
    return Month(month.first, today), Month(before.first, same)


def share(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """Percent with one decimal; None when there is nothing to be a part of."""
    if part is None or not whole:
        return None
    return (part / whole * 100).quantize(TENTH, rounding=ROUND_HALF_UP)


def change(now: Decimal, before: Decimal) -> Decimal | None:
    """Percent more (or less, negative) than before; None when there was nothing before."""
    found = share(now, before)
    return None if found is None else found - 100
