"""Wage sheets in the reader's language: what is missing, what is different, what a column says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from daywork.ground.calendar import month_of
from daywork.wages.checks import Finding
from daywork.wages.differences import Change, Difference
from daywork.wages.rules import Figures, ItemSaid, Line, Rate, Why
from daywork.web.figures import aligned, man_days, money, number, places_of
from daywork.web.language import gettext
from daywork.web.language import ngettext as plural


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


def ngettext(one: str, many: str) -> tuple[str, str]:
    """Mark a text with a plural for the catalogue."""
    return one, many


FINDINGS: Final[dict[str, tuple[tuple[str, str], str]]] = {
    "nothing_earned": (
        ngettext("Nothing is approved yet", "Nothing is approved yet"),
        _("A sheet without anything to pay is not made."),
    ),
    "month_not_over": (
        ngettext("The month is not over yet", "The month is not over yet"),
        _("Wages are made of whole months. Who leaves before is settled with."),
    ),
    "sheets_pending": (
        ngettext("%(n)s day waits for approval", "%(n)s days wait for approval"),
        _("Only approved work is paid: approve or return it."),
    ),
    "sheets_returned": (
        ngettext(
            "%(n)s day was returned and has not come again",
            "%(n)s days were returned and have not come again",
        ),
        _("The foreman corrects the sheet, or voids it."),
    ),
    "lines_unpriced": (
        ngettext("%(n)s approved line has no rate", "%(n)s approved lines have no rate"),
        _("Nobody can say what this work is worth: agree on a rate, then price it."),
    ),
    "double_booked": (
        ngettext("%(n)s day of a worker is booked twice", "%(n)s days of workers are booked twice"),
        _("They earn nothing until somebody says which sheets stand."),
    ),
    "more_lent_than_earned": (
        ngettext(
            "%(n)s worker has had more than was earned",
            "%(n)s workers have had more than was earned",
        ),
        _("Nothing is paid to them; what they owe stays outstanding until they are settled with."),
    ),
    "advances_waiting": (
        ngettext(
            "An advance of %(n)s worker waits for a decision",
            "Advances of %(n)s workers wait for a decision",
        ),
        _("What is not approved is not deducted."),
    ),
    "identity_missing": (
        ngettext("%(n)s worker has no identity number", "%(n)s workers have no identity number"),
        _("The wage ledger must hold it (State Council order 724, art. 15)."),
    ),
    "bank_missing": (
        ngettext("%(n)s worker has no bank account", "%(n)s workers have no bank account"),
        _("Wages go to an own account (order 724, art. 31): the bank file leaves him out."),
    ),
    "phone_missing": (
        ngettext("%(n)s worker has no phone number", "%(n)s workers have no phone number"),
        _("The wage ledger must hold a way to reach him (order 724, art. 15)."),
    ),
    "days_disputed": (
        ngettext("%(n)s worker disputes a day", "%(n)s workers dispute a day"),
        _("Answer first: who is right will not be settled by paying."),
    ),
    "not_cross_checked": (
        ngettext(
            "%(n)s worker has not confirmed the days",
            "%(n)s workers have not confirmed their days",
        ),
        _("They were asked and have not signed, or the days changed since."),
    ),
    "month_open": (
        ngettext("The month is still open", "The month is still open"),
        _("Records can still change; this version would not follow them. Better close it first."),
    ),
    "days_after": (
        ngettext("%(n)s day after the last day", "%(n)s days after the last day"),
        _("Choose a later last day, or look whether these days are right."),
    ),
}


def finding_words(one: Finding) -> tuple[str, str]:
    """What is missing, and why it matters."""
    return said_of(one.slug, one.n), gettext(FINDINGS[one.slug][1])


def said_of(slug: str, n: int) -> str:
    """A finding as it was kept with a version."""
    return plural(*FINDINGS[slug][0], n)


WHYS: Final = {
    Why.LEFT: _("Leaves the site"),
    Why.COMPLETED: _("The work is completed"),
    Why.ENDED: _("The contract has ended"),
    Why.OTHER: _("Another reason"),
}


def why_words(why: str) -> str:
    """Why a worker was settled with."""
    return gettext(WHYS[Why(why)])


ITEM_KINDS: Final = {
    "piecework": _("Piecework"),
    "allowance": _("Allowance"),
    "deduction": _("Deduction"),
    "meal": _("Meal allowance"),
    "monthly": _("Monthly pay"),
    "correction": _("Correction"),
}


def item_words(item: ItemSaid, currency: str) -> str:
    """``Deduction −¥50.00 (broken drill)``."""
    kind = gettext(ITEM_KINDS.get(item.kind, item.kind))
    told = f"{kind} {money(item.amount, currency)}"
    return f"{told} ({item.note})" if item.note else told


UNITS: Final = {
    "man_day": _("a 工"),
    "hour": _("an hour"),
    "quantity": _("a unit"),
    "month": _("a month"),
}


def period_words(month: date) -> str:
    """The days a sheet pays for (支付周期): ``2026-03-01 – 2026-03-31``."""
    return " – ".join(day.isoformat() for day in month_of(month))


def rate_words(rate: Rate, currency: str) -> str:
    """``¥300.00 a 工``."""
    return f"{money(rate.amount, currency)} {gettext(UNITS.get(rate.unit, rate.unit))}"


def rates_words(line: Line, currency: str) -> str:
    """All rates of a line; how many 工 each, where there are several."""
    if len(line.rates) < 2:
        return "".join(rate_words(rate, currency) for rate in line.rates)
    return "; ".join(
        f"{rate_words(rate, currency)} × {man_days(rate.man_days)}" for rate in line.rates
    )


NAMES: Final = {
    "days": _("Days worked"),
    "man_days": _("工"),
    "hours": _("Hours"),
    "overtime_workday": _("Overtime on workdays, h"),
    "overtime_rest": _("Overtime on rest days, h"),
    "overtime_holiday": _("Overtime on holidays, h"),
    "labour": _("Daywork pay"),
    "overtime": _("Overtime pay"),
    "piecework": _("Piecework"),
    "monthly": _("Monthly pay"),
    "allowances": _("Allowances"),
    "gross": _("Pay in all"),
    "deductions": _("Deductions"),
    "earned": _("Earned"),
    "advances": _("Advances"),
    "paid": _("Paid already"),
    "payable": _("To be paid"),
}

AMOUNTS: Final = (
    "labour",
    "overtime",
    "piecework",
    "monthly",
    "allowances",
    "gross",
    "deductions",
    "earned",
    "advances",
    "paid",
    "payable",
)
ALWAYS: Final = ("days", "man_days", "labour", "gross", "deductions", "advances", "payable")
"""What the law wants to see even where it is nothing."""


@dataclass(frozen=True, slots=True)
class Column:
    """A figure of a sheet, on screen, paper and Excel alike."""

    name: str
    title: str
    places: int = 0
    """Decimals of 工 and hours, the same all the way down, so that points align."""

    @property
    def is_money(self) -> bool:
        return self.name in AMOUNTS

    @property
    def is_hours(self) -> bool:
        return self.name == "hours" or self.name.startswith("overtime_")

    def of(self, figures: Figures) -> Decimal:
        return Decimal(getattr(figures, self.name))

    def text(self, figures: Figures, currency: str) -> str:
        """As people read it; nothing where there is none of something rare."""
        value = self.of(figures)
        if not value and self.name not in ALWAYS:
            return ""
        if self.is_money:
            return money(value, currency)
        return aligned(value, self.places)


def columns_for(total: Figures, lines: Iterable[Line] = ()) -> list[Column]:
    """The figures this sheet needs: those the law wants, and those that are anywhere."""
    shown = [total, *(line.figures for line in lines)]
    return [
        Column(name, gettext(title), places_of(Decimal(getattr(one, name)) for one in shown))
        for name, title in NAMES.items()
        if name in ALWAYS or (name not in ("hours", "earned") and getattr(total, name))
    ]


def every_column() -> list[Column]:
    """All of them, for Excel and the API."""
    return [Column(name, gettext(title)) for name, title in NAMES.items()]


def difference_words(one: Difference, currency: str) -> str:
    """``Zhang San: 工 21.0 → 22.0, Daywork pay ¥6,300.00 → ¥6,600.00``."""

    def write(name: str, value: Decimal) -> str:
        return money(value, currency) if name in AMOUNTS else number(value)

    told = ", ".join(
        f"{gettext(NAMES[name])} {write(name, before)} → {write(name, after)}"
        for name, before, after in one.moved
    )
    if one.change is Change.ADDED:
        return gettext(_("%(name)s is new: %(told)s"), name=one.name, told=told)
    if one.change is Change.GONE:
        return gettext(_("%(name)s is gone: %(told)s"), name=one.name, told=told)
    return f"{one.name}: {told}"
