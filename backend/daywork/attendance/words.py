"""What the grid says on screen, paper and Excel alike: signs in a cell, kinds of figures, doubts.

A sign has to hold without colour: ``1`` approved, ``(1)`` waits, ``[1]`` returned, ``+2`` hours of
overtime, ``!`` to look at.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.dates import format_date

from daywork.attendance.rules import Cell, DayDoubt
from daywork.ground.terms import DayKind
from daywork.sites.calendar import SiteDay
from daywork.summary.rules import Figures
from daywork.web.figures import day as day_words
from daywork.web.figures import number
from daywork.web.language import gettext as _
from daywork.web.language import language


@dataclass(frozen=True, slots=True)
class Sign:
    """A figure in a cell; ``state`` is ``approved``, ``submitted`` or ``returned``."""

    state: str
    text: str


def signs_of(figures: Figures) -> list[Sign]:
    """The figures of a day in signs; a day with nothing but zeros is ``0``: somebody was absent."""
    pairs = [
        ("approved", "{}", figures.man_days, figures.overtime_hours),
        ("submitted", "({})", figures.pending_man_days, figures.pending_overtime),
        ("returned", "[{}]", figures.returned_man_days, figures.returned_overtime),
    ]
    signs = []
    for state, frame, man_days, overtime in pairs:
        if man_days:
            signs.append(Sign(state, frame.format(number(man_days))))
        if overtime:
            signs.append(Sign(state, frame.format(f"+{number(overtime)}")))
    return signs or [Sign("approved", "0")]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of figure, never added to another."""

    title: str
    short: str
    """For the head of a narrow column, in the signs of the cells."""
    of: Callable[[Figures], Decimal]


def kinds() -> list[Kind]:
    """The kinds in reading order; the first one is always shown."""
    return [
        Kind(_("Approved 工"), _("工"), lambda f: f.man_days),
        Kind(_("Overtime, hours"), _("+h"), lambda f: f.overtime_hours),
        Kind(_("Pending 工"), f"({_('工')})", lambda f: f.pending_man_days),
        Kind(_("Pending overtime"), f"({_('+h')})", lambda f: f.pending_overtime),
        Kind(_("Returned 工"), f"[{_('工')}]", lambda f: f.returned_man_days),
        Kind(_("Returned overtime"), f"[{_('+h')}]", lambda f: f.returned_overtime),
    ]


def kinds_in(figures: Figures) -> list[Kind]:
    """The kinds these figures have, approved 工 at least."""
    first, *others = kinds()
    return [first, *(kind for kind in others if kind.of(figures))]


def weekday(on: date) -> str:
    """``四`` / ``T``: one letter, for a narrow column."""
    return format_date(on, "EEEEE", locale="en" if language() == "en" else "zh_Hans_CN")


def shade(day: SiteDay) -> str:
    """How a day's column is shaded: ``holiday``, ``rest``, or nothing."""
    if day.kind is DayKind.STATUTORY_HOLIDAY:
        return "holiday"
    return "" if day.works else "rest"


def shade_words(day: SiteDay) -> str:
    """Why it is shaded."""
    if day.holiday and not day.works:
        return day.holiday.name_en if language() == "en" else day.holiday.name
    return {"holiday": _("Statutory holiday"), "rest": _("Rest day")}.get(shade(day), "")


def doubt_words(cell: Cell) -> str:
    """Why to look at a day, with its figures."""
    words = []
    for doubt in cell.doubts:
        if doubt is DayDoubt.DOUBLE_BOOKING:
            words.append(
                _(
                    "%(man_days)s 工 on %(sheets)s sheets this day",
                    man_days=number(cell.booked_man_days),
                    sheets=cell.booked_sheets,
                )
            )
        elif doubt is DayDoubt.OVER_A_DAY:
            words.append(_("%(man_days)s 工 this day", man_days=number(cell.booked_man_days)))
        else:
            words.append(_("%(hours)s overtime hours this day", hours=number(cell.booked_overtime)))
    return "; ".join(words)


def doubt_line(name: str, cell: Cell) -> str:
    """The same with worker and day."""
    return f"{name} · {day_words(cell.day)}: {doubt_words(cell)}"


def legend() -> list[tuple[str, str]]:
    """Each sign with its meaning."""
    return [
        ("1", _("approved 工")),
        ("+2", _("overtime, hours")),
        ("(1)", _("waits for approval, not counted")),
        ("[1]", _("returned, not counted")),
        ("0", _("recorded as absent")),
        ("!", _("look at this day")),
    ]
