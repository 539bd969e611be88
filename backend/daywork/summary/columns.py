"""What a table of the month shows, column by column: in Excel and on paper alike."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from daywork.summary.rules import NONE, Figures, Grouping, Plan, Row
from daywork.summary.service import Summary
from daywork.web.language import gettext as _

Cell = str | Decimal | int | date | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``of`` reads a row, ``total`` the month's figures."""

    title: str
    width: int
    of: Callable[[Row], Cell]
    total: Callable[[Summary], Cell] = lambda _summary: None
    kind: str = "text"


def grouping_name(by: Grouping) -> str:
    """``Worker``, ``Crew``, … ``Day`` in the reader's language."""
    return {
        Grouping.WORKER: _("Worker"),
        Grouping.CREW: _("Crew"),
        Grouping.TRADE: _("Trade"),
        Grouping.TASK: _("Task"),
        Grouping.COST_CODE: _("Cost code"),
        Grouping.SITE: _("Site"),
        Grouping.DAY: _("Day"),
    }[by]


def name_of(row: Row, by: Grouping) -> str:
    """What a row is called; what has no task, trade or cost code says so."""
    if row.key != NONE:
        return row.name
    return {
        Grouping.TRADE: _("Without a trade"),
        Grouping.COST_CODE: _("Without a cost code"),
    }.get(by, _("Without a task"))


def _naming(by: Grouping, several: bool) -> list[Column]:
    site = [Column(_("Site"), 24, lambda row: row.site)] if several else []
    if by is Grouping.WORKER:
        return [
            Column(_("No."), 10, lambda row: row.number),
            Column(_("Worker"), 16, lambda row: row.name, lambda _s: _("Total")),
            Column(_("Trade"), 14, lambda row: row.trade),
            Column(_("Crew"), 22, lambda row: row.crew),
        ]
    if by is Grouping.CREW:
        return [
            Column(_("Crew"), 22, lambda row: row.name, lambda _s: _("Total")),
            Column(_("Trade"), 14, lambda row: row.trade),
            Column(_("Subcontractor"), 24, lambda row: row.company),
            *site,
        ]
    if by is Grouping.TASK:
        return [
            Column(_("Code"), 12, lambda row: row.number),
            Column(
                _("Task"),
                32,
                lambda row: name_of(row, by),
                lambda _s: _("Total"),
            ),
            *site,
        ]
    if by in (Grouping.TRADE, Grouping.COST_CODE, Grouping.SITE):
        return [
            Column(grouping_name(by), 24, lambda row: name_of(row, by), lambda _s: _("Total")),
        ]
    return [Column(_("Day"), 13, lambda row: row.day, lambda _s: _("Total"), "day")]


def columns_of(by: Grouping, summary: Summary) -> list[Column]:
    """What a sheet of this grouping shows, in order; money only for who may see it."""

    def figure(title: str, kind: str, of: Callable[[Figures], Cell], width: int = 12) -> Column:
        return Column(
            title, width, lambda row: of(row.figures), lambda summary: of(summary.total), kind
        )

    columns = [
        *_naming(by, summary.view.several),
        figure(_("Approved 工"), "man_days", lambda f: f.man_days),
        figure(_("Overtime, hours"), "hours", lambda f: f.overtime_hours),
    ]
    if summary.view.pay:
        columns.append(figure(_("Earned"), "money", lambda f: f.earned, 15))
        columns += [
            figure(_("of it labour"), "money", lambda f: f.parts.labour, 15),
            figure(_("of it overtime"), "money", lambda f: f.parts.overtime, 15),
            figure(_("of it piecework"), "money", lambda f: f.parts.piecework, 15),
            figure(_("of it monthly pay"), "money", lambda f: f.parts.monthly, 15),
            figure(_("of it allowances"), "money", lambda f: f.parts.allowances, 15),
            figure(_("less deductions"), "money", lambda f: f.parts.deductions, 15),
        ]
        if by is Grouping.WORKER:
            columns += [
                Column(_("Advances"), 15, lambda row: row.advances, lambda s: s.advances, "money"),
                Column(_("Paid"), 15, lambda row: row.payments, lambda s: s.payments, "money"),
                Column(
                    _("Outstanding"),
                    15,
                    lambda row: row.outstanding,
                    lambda s: s.outstanding,
                    "money",
                ),
            ]
    columns += [*_change_columns(summary), *_plan_columns(summary)]
    columns += [
        figure(_("Pending 工"), "man_days", lambda f: f.pending_man_days),
        figure(_("Pending overtime"), "hours", lambda f: f.pending_overtime),
        figure(_("Returned 工"), "man_days", lambda f: f.returned_man_days),
        figure(_("Returned overtime"), "hours", lambda f: f.returned_overtime),
    ]
    if summary.view.pay:
        columns.append(figure(_("Lines without a rate"), "count", lambda f: f.unpriced))
        columns.append(figure(_("Lines waiting: booked twice"), "count", lambda f: f.held))
    return columns


def _change_columns(summary: Summary) -> list[Column]:
    """This month less the month before."""

    def between(now: Figures, before: Figures | None) -> Cell:
        return now.man_days - (before or Figures()).man_days

    def pay_between(now: Figures, before: Figures | None) -> Cell:
        earlier = (before or Figures()).earned
        return None if now.earned is None or earlier is None else now.earned - earlier

    if not summary.compared:
        return []
    found = [
        Column(
            _("工 against the month before"),
            12,
            lambda row: between(row.figures, row.before),
            lambda whole: between(whole.total, whole.before),
            "man_days",
        )
    ]
    if summary.view.pay:
        found.append(
            Column(
                _("Earned against the month before"),
                15,
                lambda row: pay_between(row.figures, row.before),
                lambda whole: pay_between(whole.total, whole.before),
                "money",
            )
        )
    return found


def _plan_columns(summary: Summary) -> list[Column]:
    """What was planned in all, and what is used of it by the month's end."""
    if not summary.planned:
        return []

    def plan(title: str, kind: str, of: Callable[[Plan], Cell]) -> Column:
        return Column(
            title,
            13,
            lambda row: of(row.plan or Plan()),
            lambda whole: of(whole.plan),
            kind,
        )

    found = [
        plan(_("Planned 工"), "man_days", lambda one: one.man_days),
        plan(_("Used so far, 工"), "man_days", lambda one: one.used_man_days),
    ]
    if summary.view.pay:
        found += [
            plan(_("Planned pay"), "money", lambda one: one.amount),
            plan(_("Used so far, pay"), "money", lambda one: one.used_amount),
        ]
    return found
