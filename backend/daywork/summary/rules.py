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
from daywork.ground.problems import ProblemKind


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
    TASK = "task"
    DAY = "day"


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
class Figures:
    """Sums over lines of labour. 工 are man-days, overtime is in hours, money in the currency."""

    man_days: Decimal = ZERO
    """Approved."""
    overtime_hours: Decimal = ZERO
    """Approved."""
    earned: Decimal | None = ZERO
    """Of approved lines that have a rate; None for who may not see pay."""
    pending_man_days: Decimal = ZERO
    pending_overtime: Decimal = ZERO
    returned_man_days: Decimal = ZERO
    returned_overtime: Decimal = ZERO
    unpriced: int = 0
    """Approved lines that have work and no rate: they block pay."""

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
        return replace(self, earned=None)


def total_of(figures: Iterable[Figures]) -> Figures:
    """The sum of all; nothing gives zeros."""
    return sum(figures, Figures())


def outstanding(earned: Decimal | None, advances: Decimal | None) -> Decimal | None:
    """Outstanding = earned − advances, of approved records; it may be below zero.

    None for who may not see pay.
    """
    return None if earned is None or advances is None else earned - advances


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the summary, whatever it is grouped by."""

    key: str
    """The id or ISO day that the drill-down asks for; ``none`` for lines without a task."""
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

    @property
    def outstanding(self) -> Decimal | None:
        return outstanding(self.figures.earned, self.advances)


NO_TASK = "none"


def in_reading_order(rows: Iterable[Row], by: Grouping) -> list[Row]:
    """As the office reads them: workers crew by crew, tasks by code, days as they came."""
    if by is Grouping.DAY:
        return sorted(rows, key=lambda row: row.key)
    if by is Grouping.TASK:
        return sorted(rows, key=lambda row: (row.key == NO_TASK, row.site, _natural(row.number)))
    if by is Grouping.CREW:
        return sorted(rows, key=lambda row: (row.site, row.name))
    return sorted(
        rows, key=lambda row: (not row.crew, row.crew, _natural(row.number), row.name, row.key)
    )


def _natural(code: str) -> tuple[tuple[int, str], ...]:
    """``1.10`` after ``1.9``, ``A2`` before ``A10``; nothing last."""
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
        parts.append((-1, sign))
    return tuple(parts)
