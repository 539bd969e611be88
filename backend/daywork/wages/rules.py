"""How a worker's pay of a month is put together. Pure.

Every amount is already right to the cent when it comes here: a line was rounded when it was
approved, an item when it was made. So there is nothing to round any more, only to add, and a
total is the same whichever way it is added.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from operator import add, attrgetter
from typing import Any, Final
from uuid import UUID

from daywork.ground.money import ZERO
from daywork.ground.problems import ProblemKind
from daywork.summary.parts import Item, Lent, PaidOut, RateUsed, Worked


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


NOT_READY = ProblemKind(
    "wages_not_ready",
    409,
    _("This wage sheet cannot be closed yet"),
    _("Mend what the list marks as “must be mended first”, then close it."),
)
WARNINGS_UNSEEN = ProblemKind(
    "wages_warnings_unseen",
    422,
    _("Something is missing on this wage sheet"),
    _("Look at the list, then tick that it is to be closed all the same."),
)
FIGURES_MOVED = ProblemKind(
    "wages_figures_moved",
    409,
    _("The figures have changed since you looked"),
    _("Look at them again; then close the sheet."),
)
REASON_MISSING = ProblemKind(
    "wages_reason_missing",
    422,
    _("A new version needs a reason"),
    _("Say in a few words why it takes the place of the one before."),
)
OTHER_CUT = ProblemKind(
    "wages_other_cut",
    409,
    _("This month already has wage sheets of the other kind"),
    _("A month is paid either crew by crew or for the whole site, so that nobody is paid twice."),
)
NOTHING_NEW = ProblemKind(
    "wages_nothing_new",
    409,
    _("This wage sheet is as it was"),
    _("A new version is made when a figure has changed."),
)
DRAFT_GONE = ProblemKind(
    "wages_draft_gone",
    404,
    _("This draft is not here any more"),
    _("Somebody has closed it or given it up: the list of wage sheets says which."),
)
VERSION_REPLACED = ProblemKind(
    "wages_version_replaced",
    409,
    _("A newer version has taken the place of this one"),
    _("Open the newest version and go on there."),
)


class Part(StrEnum):
    """Of what a worker's pay is made, in reading order."""

    LABOUR = "labour"  # 点工
    OVERTIME = "overtime"  # 加班
    PIECEWORK = "piecework"  # 包工
    MONTHLY = "monthly"  # 月薪
    ALLOWANCES = "allowances"  # 补贴
    DEDUCTIONS = "deductions"  # 扣款


@dataclass(frozen=True, slots=True)
class Figures:
    """A worker's month, or the sum of many. 工 are man-days, money in the company's currency."""

    days: int = 0
    """Days with work; of several workers the days of each."""
    man_days: Decimal = ZERO
    hours: Decimal = ZERO
    overtime_workday: Decimal = ZERO
    overtime_rest: Decimal = ZERO
    overtime_holiday: Decimal = ZERO
    labour: Decimal = ZERO
    overtime: Decimal = ZERO
    piecework: Decimal = ZERO
    monthly: Decimal = ZERO
    allowances: Decimal = ZERO
    deductions: Decimal = ZERO
    """Above zero; they are taken off."""
    advances: Decimal = ZERO
    paid: Decimal = ZERO

    @property
    def overtime_hours(self) -> Decimal:
        return self.overtime_workday + self.overtime_rest + self.overtime_holiday

    @property
    def gross(self) -> Decimal:
        """应发: before anything is taken off."""
        return self.labour + self.overtime + self.piecework + self.monthly + self.allowances

    @property
    def earned(self) -> Decimal:
        """As the summary has it: allowances and deductions included."""
        return self.gross - self.deductions

    @property
    def payable(self) -> Decimal:
        """实发: what is still to be paid; below zero when more was lent than earned."""
        return self.earned - self.advances - self.paid

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*map(add, _every(self), _every(other)))


_every: Final = attrgetter(*(one.name for one in fields(Figures)))


def total_of(figures: Iterable[Figures]) -> Figures:
    """The sum of all."""
    return sum(figures, Figures())


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate the month was worked at."""

    unit: str
    amount: Decimal
    man_days: Decimal


@dataclass(frozen=True, slots=True)
class ItemSaid:
    """One allowance, deduction or piece of piecework, as it stands on the slip."""

    kind: str
    amount: Decimal
    note: str
    day: date


@dataclass(frozen=True, slots=True)
class Person:
    """Who is paid. Identity and account are masked: whole numbers stay in the register."""

    name: str
    number: str = ""
    trade: str = ""
    crews: str = ""
    phone: str = ""
    identity_mask: str = ""
    bank_name: str = ""
    bank_mask: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One worker of a wage sheet."""

    worker: UUID
    person: Person
    figures: Figures
    rates: tuple[Rate, ...] = ()
    items: tuple[ItemSaid, ...] = ()


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything a site's month is made of."""

    worked: list[Worked] = field(default_factory=list)
    rates: list[RateUsed] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    lent: list[Lent] = field(default_factory=list)
    paid: list[PaidOut] = field(default_factory=list)
    rosters: Mapping[UUID, UUID] = field(default_factory=dict)
    """The crew each worker is on the roster with."""
    sheet_crews: Mapping[UUID, UUID | None] = field(default_factory=dict)
    """Of each wage sheet that payments were made from: its crew."""


def home_crews(sources: Sources) -> dict[UUID, UUID]:
    """With which crew's sheet a worker's advances and payments go, of those who worked with
    several: the crew with most 工 that month, else the one on the roster. It does not move once
    the month is closed, so nothing is deducted twice or forgotten."""
    booked: dict[UUID, dict[UUID, Decimal]] = {}
    for one in sources.worked:
        by_crew = booked.setdefault(one.worker, {})
        by_crew[one.crew] = by_crew.get(one.crew, ZERO) + one.booked
    found = dict(sources.rosters)
    for worker, by_crew in booked.items():
        roster = sources.rosters.get(worker)
        found[worker] = max(by_crew, key=lambda crew: (by_crew[crew], crew == roster, crew.int))
    return found


def by_crew(sources: Sources) -> dict[UUID, Sources]:
    """What each crew's sheet is made of; together it is what the whole site's is made of, less what
    belongs to no crew."""
    home = home_crews(sources)
    found: dict[UUID, Sources] = {}

    def of(crew: UUID | None) -> Sources:
        if crew is None:
            return Sources()
        if crew not in found:
            found[crew] = Sources(rosters=sources.rosters, sheet_crews=sources.sheet_crews)
        return found[crew]

    for worked in sources.worked:
        of(worked.crew).worked.append(worked)
    for rate in sources.rates:
        of(rate.crew).rates.append(rate)
    for item in sources.items:
        of(item.crew or home.get(item.worker)).items.append(item)
    for one in sources.lent:
        of(home.get(one.worker)).lent.append(one)
    for paid in sources.paid:
        of_sheet = sources.sheet_crews.get(paid.wage_sheet) if paid.wage_sheet else None
        of(of_sheet or home.get(paid.worker)).paid.append(paid)
    return found


def figures_of(sources: Sources) -> dict[UUID, Figures]:
    """Each worker's figures on the sheet that is made of these.

    Summed over all crews (:func:`by_crew`) the figures are those of the whole site, but for the
    days: one on which somebody was with two crews is one.
    """
    days: dict[UUID, int] = {}
    sums: dict[UUID, Figures] = {}
    for worked in sources.worked:
        if not worked.counts:
            continue
        days[worked.worker] = days.get(worked.worker, 0) | worked.days
        figures = Figures(
            0,
            worked.man_days,
            worked.hours,
            worked.overtime_workday,
            worked.overtime_rest,
            worked.overtime_holiday,
            worked.labour,
            worked.overtime,
        )
        before = sums.get(worked.worker)
        sums[worked.worker] = before + figures if before else figures
    found = {who: replace(figures, days=days[who].bit_count()) for who, figures in sums.items()}

    def count(worker: UUID, figures: Figures) -> None:
        before = found.get(worker)
        found[worker] = before + figures if before else figures

    for item in sources.items:
        count(item.worker, _item_figures(item))
    for one in sources.lent:
        if one.state == "approved":
            count(one.worker, Figures(advances=one.amount))
    for paid in sources.paid:
        count(paid.worker, Figures(paid=paid.amount))
    return found


_PIECES: Final = {"piecework": Part.PIECEWORK, "monthly": Part.MONTHLY}


def _item_figures(item: Item) -> Figures:
    """Piecework and monthly pay have columns of their own; all else is an allowance above zero
    and a deduction below."""
    part = _PIECES.get(item.kind)
    if part is not None:
        amounts: dict[str, Any] = {part.value: item.amount}
        return Figures(**amounts)
    if item.amount < 0:
        return Figures(deductions=-item.amount)
    return Figures(allowances=item.amount)


def items_said(sources: Sources) -> dict[UUID, tuple[ItemSaid, ...]]:
    """The items of each worker on that sheet, by day."""
    found: dict[UUID, list[ItemSaid]] = {}
    for item in sources.items:
        said = ItemSaid(item.kind, item.amount, item.note, item.work_day)
        found.setdefault(item.worker, []).append(said)
    return {worker: tuple(said) for worker, said in found.items()}


def rates_said(sources: Sources) -> dict[UUID, tuple[Rate, ...]]:
    """The rates of each worker on that sheet, the most used first."""
    found: dict[UUID, dict[tuple[str, Decimal], Decimal]] = {}
    for one in sources.rates:
        rates = found.setdefault(one.worker, {})
        key = (one.unit, one.amount)
        rates[key] = rates.get(key, ZERO) + one.man_days
    return {
        worker: tuple(
            Rate(unit, amount, man_days)
            for (unit, amount), man_days in sorted(
                rates.items(), key=lambda pair: (-pair[1], pair[0])
            )
        )
        for worker, rates in found.items()
    }


# Settling


class Why(StrEnum):
    """Why a worker is settled with."""

    LEFT = "left"  # 离场
    COMPLETED = "completed"  # 工程完工
    ENDED = "ended"  # 合同终止
    OTHER = "other"  # 其他


NOT_SETTLED = ProblemKind(
    "settlement_not_ready",
    409,
    _("This worker cannot be settled with yet"),
    _("Mend what the list marks as “must be mended first”, then settle."),
)
NOBODY_TO_SETTLE = ProblemKind(
    "settlement_nobody",
    422,
    _("Nobody is ticked"),
    _("Tick the workers to settle with."),
)
SETTLED_OTHERWISE = ProblemKind(
    "settlement_nothing_new",
    409,
    _("This worker is already settled with, and nothing has changed"),
    _("Open the settlement there is."),
)

YEARS_KEPT: Final = 3
"""Order 724, art. 15: at least three years."""


def kept_until(last_pay: date, completed: date | None = None, lock: date | None = None) -> date:
    """Until when records must be kept at least: the later of three years after the last pay and
    three years after the site's completion, where that day is known; and never before ``lock``,
    the day that the retention lock reckons. Leap days as Postgres counts them."""
    last = max(last_pay, completed or last_pay)
    try:
        until = last.replace(year=last.year + YEARS_KEPT)
    except ValueError:
        until = date(last.year + YEARS_KEPT, 2, 28)
    return max(until, lock or until)


def paper_key(organisation: UUID, site: UUID, sha256: bytes) -> str:
    """Where a paper's bytes lie in the store of photos, apart from the photos."""
    digest = sha256.hex()
    return f"{organisation}/{site}/papers/{digest[:2]}/{digest}"
