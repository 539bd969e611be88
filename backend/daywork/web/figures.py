"""How figures, days and instants are written, the same on every page and print."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date

from daywork.ground.money import to_cents
from daywork.web.language import language

NOTHING = "–"
_written = lru_cache(maxsize=2048)(format_date)
"""A page says the same month, and the same days, hundreds of times."""
SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "HKD": "HK$", "JPY": "JP¥", "SGD": "S$"}


def money(amount: Decimal | int | None, currency: str, *, cents: bool = True) -> str:
    """``¥1,284.50`` in the company's currency; a dash for nothing known."""
    if amount is None:
        return NOTHING
    symbol = SYMBOLS.get(currency, f"{currency} ")
    value = to_cents(Decimal(amount))
    sign = "−" if value < 0 else ""
    return f"{sign}{symbol}{abs(value):,.{2 if cents else 0}f}"


def man_days(amount: Decimal | int | None) -> str:
    """``1,284.5``: 工 with one decimal, more only where there are more (up to three)."""
    if amount is None:
        return NOTHING
    text = f"{Decimal(amount):,.3f}"
    whole, _point, part = text.partition(".")
    part = part.rstrip("0") or "0"
    return f"{whole}.{part}".replace("-", "−")


def number(amount: Decimal | int | None) -> str:
    """``1,284`` or ``1,284.5``: no more decimals than there are (quantities, hours)."""
    if amount is None:
        return NOTHING
    text = f"{Decimal(amount):,.4f}".rstrip("0").rstrip(".")
    return text.replace("-", "−")


def aligned(amount: Decimal | int | None, places: int) -> str:
    """``117.00`` beside ``57.75``: as many decimals as the column needs, so that points align."""
    return NOTHING if amount is None else f"{Decimal(amount):,.{places}f}".replace("-", "−")


def places_of(amounts: Iterable[Decimal], fewest: int = 0) -> int:
    """How many decimals a column of these needs."""
    needed = [-int(amount.normalize().as_tuple().exponent) for amount in amounts]
    return max([fewest, *needed])


def percent(share: Decimal | int | None, places: int = 0) -> str:
    """``45 %``; the figure is already in percent."""
    return NOTHING if share is None else f"{Decimal(share):.{places}f} %".replace("-", "−")


def day(on: date | None, *, year: bool = False) -> str:
    """``3月5日 周四`` / ``Thu 5 Mar``; in tables use ISO dates instead."""
    if on is None:
        return NOTHING
    if language() == "en":
        return _written(on, "EEE d MMM yyyy" if year else "EEE d MMM", locale="en")
    return _written(on, "y年M月d日 EEE" if year else "M月d日 EEE", locale="zh_Hans_CN")


def month(on: date) -> str:
    """``2026年3月`` / ``March 2026``."""
    if language() == "en":
        return _written(on, "MMMM yyyy", locale="en")
    return _written(on, "y年M月", locale="zh_Hans_CN")


def short_month(on: date) -> str:
    """``3月`` / ``Mar``, where the year is plain from what stands around it."""
    if language() == "en":
        return _written(on, "MMM", locale="en")
    return _written(on, "M月", locale="zh_Hans_CN")


def moment(at: datetime | None, time_zone: str = "Asia/Shanghai", *, year: bool = False) -> str:
    """An instant on the site's clock: ``3月5日 14:02`` or ``5 Mar 14:02``; on paper with a year."""
    if at is None:
        return NOTHING
    local = at.astimezone(ZoneInfo(time_zone))
    if language() == "en":
        form = "d MMM yyyy" if year else "d MMM"
        return f"{format_date(local, form, locale='en')} {local:%H:%M}"
    form = "y年M月d日" if year else "M月d日"
    return f"{format_date(local, form, locale='zh_Hans_CN')} {local:%H:%M}"
