"""How a month's figures are put together. Pure.

Approved, pending and returned 工 stand side by side and are never added to each other: only
approved sheets earn. A figure is a sum of lines, so the total is the same whichever way the lines
are grouped.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from daywork.ground.calendar import month_from, month_of
from daywork.ground.money import ZERO
from daywork.ground.names import name_order
from daywork.ground.problems import NOT_FOUND, ProblemKind


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


MONTH_UNREADABLE = ProblemKind(
    "month_unreadable", 404, _("This is not a month"), _("Write it as year and month: 2026-03.")
)

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)


class Grouping(StrEnum):
    """What a row of the summary stands for."""

    WORKER = "worker"
    CREW = "crew"
    TRADE = "trade"
    TASK = "task"
    COST_CODE = "cost_code"
    SITE = "site"
    DAY = "day"


COMPARED = frozenset(Grouping) - {Grouping.DAY}
"""Set beside the month before; the 5th of a month says nothing about the 5th of another."""

PLANNED = frozenset({Grouping.TASK, Grouping.COST_CODE, Grouping.SITE})
"""Set beside what was planned: labour is planned by task."""


def grouping_named(text: str | None) -> Grouping | None:
    """The grouping an address asks for; None when it asks for none.

    Raises:
        Problem: ``not_found``.
    """
    try:
        return Grouping(text) if text else None
    except ValueError:
        raise NOT_FOUND() from None


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month; both days are part of it."""

    first: date
    last: date

    @property
    def text(self) -> str:
        """``2026-03``, as it stands in addresses."""
        return f"{self.first:%Y-%m}"

    @property
    def previous(self) -> "Month":
        return Month(*month_of(self.first - timedelta(days=1)))

    @property
    def next(self) -> "Month":
        return Month(*month_of(self.last + timedelta(days=1)))

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


def month_named(text: str | None, today: date) -> Month:
    """The month an address asks for; the one of ``today`` when it asks for none.

    Raises:
        Problem: ``month_unreadable``.
    """
    if not text:
        return Month(*month_of(today))
    try:
        first, last = month_from(text)
    except (ValueError, OverflowError):
        raise MONTH_UNREADABLE() from None
    if not EARLIEST <= first <= LATEST:
        raise MONTH_UNREADABLE()
    return Month(first, last)


@dataclass(frozen=True, slots=True)
class Parts:
    """What earned is made of: labour + overtime + piecework + monthly + allowances − deductions."""

    labour: Decimal = ZERO
    """工 × rate."""
    overtime: Decimal = ZERO
    """Overtime hours, and by statute what a 工 on a rest day or holiday earns above its rate."""
    piecework: Decimal = ZERO
    monthly: Decimal = ZERO
    """Entered for monthly-paid staff; their recorded days stand in labour."""
    allowances: Decimal = ZERO
    """Allowances, meals, and corrections upwards."""
    deductions: Decimal = ZERO
    """Deductions and corrections downwards; not below zero."""

    def __add__(self, other: "Parts") -> "Parts":
        return Parts(
            self.labour + other.labour,
            self.overtime + other.overtime,
            self.piecework + other.piecework,
            self.monthly + other.monthly,
            self.allowances + other.allowances,
            self.deductions + other.deductions,
        )

    @property
    def earned(self) -> Decimal:
        return (
            self.labour
            + self.overtime
            + self.piecework
            + self.monthly
            + self.allowances
            - self.deductions
        )

    @property
    def beside_labour(self) -> bool:
        """Whether anything but 工 and overtime was earned."""
        return bool(self.piecework or self.monthly or self.allowances or self.deductions)


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over lines of labour and pay items. 工 are man-days, overtime is in hours, money in
    the currency."""

    man_days: Decimal = ZERO
    """Approved."""
    overtime_hours: Decimal = ZERO
    """Approved."""
    earned: Decimal | None = ZERO
    """Of approved lines that have a rate, and of pay items; None for who may not see pay."""
    pending_man_days: Decimal = ZERO
    pending_overtime: Decimal = ZERO
    returned_man_days: Decimal = ZERO
    returned_overtime: Decimal = ZERO
    unpriced: int = 0
    """Approved lines that have work and no rate: they block pay."""
    held: int = 0
    """Approved lines whose pay waits: the worker is booked twice that day, and it is open."""
    held_man_days: Decimal = ZERO
    """Theirs; part of ``man_days``."""
    parts: Parts = Parts()
    """What ``earned`` is made of; zeros for who may not see pay."""

    def __add__(self, other: "Figures") -> "Figures":
        hidden = self.earned is None or other.earned is None
        return Figures(
            self.man_days + other.man_days,
            self.overtime_hours + other.overtime_hours,
            None if hidden else (self.earned or ZERO) + (other.earned or ZERO),
            self.pending_man_days + other.pending_man_days,
            self.pending_overtime + other.pending_overtime,
            self.returned_man_days + other.returned_man_days,
            self.returned_overtime + other.returned_overtime,
            self.unpriced + other.unpriced,
            self.held + other.held,
            self.held_man_days + other.held_man_days,
            Parts() if hidden else self.parts + other.parts,
        )

    @property
    def recorded(self) -> Decimal:
        """工 on phones and in the office together: for comparing months, never for pay."""
        return self.man_days + self.pending_man_days + self.returned_man_days

    @property
    def has_returned(self) -> bool:
        return bool(self.returned_man_days or self.returned_overtime)

    def without_pay(self) -> "Figures":
        """The same for somebody who may not see money."""
        return replace(self, earned=None, parts=Parts())


def total_of(figures: Iterable[Figures]) -> Figures:
    """The sum of all; nothing gives zeros."""
    return sum(figures, Figures())


def outstanding(
    earned: Decimal | None, advances: Decimal | None, payments: Decimal | None
) -> Decimal | None:
    """Outstanding = earned − approved advances − payments that stand; it may be below zero.

    None for who may not see pay.
    """
    if earned is None or advances is None or payments is None:
        return None
    return earned - advances - payments


@dataclass(frozen=True, slots=True)
class Plan:
    """Labour that was planned in all, and what is approved of it from the beginning to the month's
    end. 工 and the currency; amounts are None for who may not see pay."""

    man_days: Decimal = ZERO
    amount: Decimal | None = ZERO
    used_man_days: Decimal = ZERO
    used_amount: Decimal | None = ZERO

    def __add__(self, other: "Plan") -> "Plan":
        hidden = self.amount is None or other.amount is None
        return Plan(
            self.man_days + other.man_days,
            None if hidden else (self.amount or ZERO) + (other.amount or ZERO),
            self.used_man_days + other.used_man_days,
            None if hidden else (self.used_amount or ZERO) + (other.used_amount or ZERO),
        )

    @property
    def left_man_days(self) -> Decimal | None:
        """Below zero: more was used than planned. None without a plan."""
        return self.man_days - self.used_man_days if self.man_days else None

    @property
    def left_amount(self) -> Decimal | None:
        if not self.amount or self.used_amount is None:
            return None
        return self.amount - self.used_amount

    def without_pay(self) -> "Plan":
        """The same for somebody who may not see money."""
        return replace(self, amount=None, used_amount=None)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the summary, whatever it is grouped by."""

    key: str
    """The id or ISO day that the drill-down asks for; ``none`` for lines without one."""
    name: str
    figures: Figures
    number: str = ""
    """A worker's number or a task's code."""
    trade: str = ""
    crew: str = ""
    """Names of the crews, of a worker's lines."""
    company: str = ""
    """The subcontractor a crew belongs to."""
    site: str = ""
    day: date | None = None
    advances: Decimal | None = None
    """Approved advances of the month; by worker only."""
    payments: Decimal | None = None
    """Payments of the month's wages, whenever they were made; by worker only."""

    before: Figures | None = None
    """The month before; None where months are not compared."""
    plan: Plan | None = None

    @property
    def outstanding(self) -> Decimal | None:
        return outstanding(self.figures.earned, self.advances, self.payments)

    def without_pay(self) -> "Row":
        """The same for somebody who may not see money."""
        return replace(
            self,
            figures=self.figures.without_pay(),
            before=self.before and self.before.without_pay(),
            plan=self.plan and self.plan.without_pay(),
            advances=None,
            payments=None,
        )


def compared(rows: Iterable[Row], before: Iterable[Row]) -> list[Row]:
    """Rows beside their month before; what was there only then stays, with a month of nothing."""
    earlier = {row.key: row for row in before}
    found = [
        replace(row, before=earlier.pop(row.key).figures if row.key in earlier else Figures())
        for row in rows
    ]
    nothing = [
        replace(row, figures=Figures(), before=row.figures, advances=ZERO, payments=ZERO)
        for row in earlier.values()
    ]
    return found + nothing


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which rows of a grouping are wanted. More rows than ``limit`` stand by their 工, the most
    first, so that the first ones say something; as many or fewer stand in reading order."""

    find: str = ""
    """What the name or number holds; of crews and tasks also the company or site."""
    skip: int = 0
    limit: int | None = None
    """None: all of them."""

    def holds(self, row: Row) -> bool:
        """Whether the row is what is looked for."""
        said = "\n".join((row.name, row.number, row.company, row.site))
        return self.find.lower() in said.lower()


ALL = Stretch()

NONE = "none"
"""The key of lines without a task, cost code or trade."""


def one_person(row: Row, other: Row) -> Row:
    """The rows of two records of one worker, as one; ``row`` gives the names."""
    crews = dict.fromkeys(name for one in (row, other) for name in one.crew.split("、") if name)
    return replace(
        row,
        figures=row.figures + other.figures,
        crew="、".join(sorted(crews)),
        advances=(row.advances or ZERO) + (other.advances or ZERO),
        payments=(row.payments or ZERO) + (other.payments or ZERO),
    )


def in_reading_order(rows: Iterable[Row], by: Grouping) -> list[Row]:
    """As the office reads them: workers crew by crew, tasks by code, days as they came."""
    if by is Grouping.DAY:
        return sorted(rows, key=lambda row: row.key)
    if by is Grouping.TASK:
        return sorted(rows, key=lambda row: (row.key == NONE, row.site, natural_order(row.number)))
    if by is Grouping.CREW:
        return sorted(rows, key=lambda row: (name_order(row.site), name_order(row.name)))
    if by in (Grouping.TRADE, Grouping.COST_CODE, Grouping.SITE):
        return sorted(rows, key=lambda row: (row.key == NONE, natural_order(row.name), row.key))
    return sorted(
        rows,
        key=lambda row: (
            not row.crew,
            name_order(row.crew),
            natural_order(row.number),
            name_order(row.name),
            row.key,
        ),
    )


def natural_order(code: str) -> tuple[tuple[int, str], ...]:
    """``1.10`` after ``1.9``, ``A2`` before ``A10``, Chinese by pinyin; nothing last."""
    if not code:
        return ((10**18, ""),)
    parts: list[tuple[int, str]] = []
    digits = ""
    for sign in code + " ":
        if sign.isdecimal():
            digits += sign
            continue
        if digits:
            parts.append((int(digits), ""))
            digits = ""
        parts.append((-1, sign if sign.isascii() else name_order(sign).decode("latin-1")))
    return tuple(parts)
