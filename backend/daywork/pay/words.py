"""The words of rates and pay items, in the reader's language."""

from decimal import Decimal

from daywork.labour.prices import MONTH_DAYS, STATUTORY_HOURS
from daywork.pay.queries import Item, PaidLine
from daywork.pay.rules import Basis
from daywork.sites.rate_queries import Rate
from daywork.sites.rules import RateScope
from daywork.summary.pages import item_kinds
from daywork.web.figures import man_days, money, number
from daywork.web.language import gettext as _
from daywork.web.language import language, ngettext


def kind_words(kind: str) -> str:
    """``Meals``, ``Deduction``, …"""
    return item_kinds()[kind]


def basis_words(basis: str) -> str:
    """What an amount is for."""
    return {
        Basis.FIXED: _("a fixed amount each"),
        Basis.DAY: _("for each day at work"),
        Basis.MAN_DAY: _("for each 工"),
    }[Basis(basis)]


def basis_chosen(basis: str) -> str:
    """The same, short enough to stand beside the others on a narrow phone."""
    return {
        Basis.FIXED: _("fixed"),
        Basis.DAY: _("per day"),
        Basis.MAN_DAY: _("per 工"),
    }[Basis(basis)]


def scope_words(scope: str) -> str:
    """Whose a rate is."""
    return {
        RateScope.WORKER: _("Worker"),
        RateScope.CREW: _("Crew"),
        RateScope.TRADE: _("Trade"),
        RateScope.SITE: _("Site"),
        RateScope.TASK: _("Piecework"),
    }[RateScope(scope)]


def unit_words(unit: str, measure: str = "") -> str:
    """What a rate is the price of: ``man-day``, ``hour``, ``month``, ``m²``."""
    if unit == "quantity":
        return measure or _("piece")
    return {"man_day": _("man-day"), "hour": _("hour"), "month": _("month")}[unit]


def rate_of(rate: Rate) -> str:
    """Whose rate it is, by name."""
    return (language() == "en" and rate.of_name_en) or rate.of_name


def by_the_month(amount: Decimal, currency: str) -> str:
    """What a monthly pay comes to by the day and the hour, with its divisors."""
    day = amount / MONTH_DAYS
    return _(
        "÷ %(days)s = %(day)s a day, ÷ %(hours)s = %(hour)s an hour",
        days=number(MONTH_DAYS),
        day=money(day, currency),
        hours=number(STATUTORY_HOURS),
        hour=money(day / STATUTORY_HOURS, currency),
    )


def how_item(item: Item, currency: str) -> str:
    """What an item was made of: ``22 days × ¥15.00``; empty for a fixed amount."""
    if item.basis is None:
        return ""
    if item.basis_unit == "day":
        days = int(item.basis)
        times = ngettext("%(n)s day", "%(n)s days", days)
    elif item.basis_unit == "man_day":
        times = _("%(n)s 工", n=man_days(item.basis))
    else:
        return _("share %(n)s", n=number(item.basis))
    if item.unit_amount is None:
        return times
    return f"{times} × {money(item.unit_amount, currency)}"


def how_labour(line: PaidLine, currency: str) -> str:
    """``1.0 工 × ¥300.00``, by hours or month with the divisors."""
    if line.rate_unit is None or line.rate_amount is None:
        return _("no rate")
    amount = money(line.rate_amount, currency)
    if line.rate_unit == "quantity":
        return _("paid by its quantity")
    if line.rate_unit == "hour":
        hours = number(line.man_days * line.hours_per_day)
        return _("%(n)s h", n=hours) + f" × {amount}"
    times = _("%(n)s 工", n=man_days(line.man_days))
    if line.rate_unit == "month":
        return f"{times} × {amount} ÷ {number(MONTH_DAYS)}"
    return f"{times} × {amount}"


def how_overtime(line: PaidLine, currency: str) -> str:
    """How the overtime came about: hours, base, percent and divisor; empty where there is none."""
    if line.overtime_way is None or line.overtime_base is None:
        return ""
    hours = _("%(n)s h", n=number(line.overtime_hours))
    base = money(line.overtime_base, currency)
    if line.overtime_way == "own_price":
        told = [f"{hours} × {base}"] if line.overtime_hours else []
        if line.overtime_percent and line.overtime_percent > 150 and line.man_days:
            told.append(_added(line))
        return " + ".join(told)
    of = _("(a 工 ÷ %(n)s h)", n=number(line.overtime_divisor)) if line.overtime_divisor else ""
    if line.overtime_way == "divisor":
        return f"{hours} × {base} {of}".rstrip()
    told = [f"{hours} × {base} {of} × {line.overtime_percent} %"] if line.overtime_hours else []
    if line.overtime_percent and line.overtime_percent > 150 and line.man_days:
        told.append(_added(line))
    return " + ".join(told)


def _added(line: PaidLine) -> str:
    return _(
        "%(n)s 工 once more at %(percent)s %",
        n=man_days(line.man_days),
        percent=(line.overtime_percent or 100) - 100,
    )
