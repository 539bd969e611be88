"""The month as an Excel workbook: the same numbers as on the screen, as numbers.

A sheet a grouping, each a plain table: one header row that stays in view, numeric cells, no merged
cells, one row of totals that we computed (a total that Excel computed could differ from ours).
What the figures depend on stands on a sheet of its own in front.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types

from daywork.summary.rules import NONE, Figures, Grouping, Plan, Row
from daywork.summary.service import Summary
from daywork.summary.unpriced import Missing
from daywork.web.figures import moment, month, number
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


def workbook_of(
    summaries: dict[Grouping, Summary], made_at: datetime, by_whom: str, company: str
) -> bytes:
    """The .xlsx file, in the reader's language."""
    target = BytesIO()
    book = xlsxwriter.Workbook(
        target,
        # A worker may be called "=1+1": what people typed is text, never a formula or a link.
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    base: dict[str, Any] = {"font_size": 11, "valign": "vcenter"}
    formats: dict[str, dict[str, Any]] = {
        "head": {"bold": True, "bottom": 2, "text_wrap": True, "bg_color": "#ECEFF2"},
        "label": {"bold": True},
        "text": {},
        "man_days": {"num_format": "#,##0.0##"},
        "hours": {"num_format": "#,##0.##"},
        "money": {"num_format": "#,##0.00"},
        "count": {"num_format": "0"},
        "day": {"num_format": "yyyy-mm-dd", "align": "left"},
    }
    styles = {name: book.add_format(base | style) for name, style in formats.items()}
    styles |= {
        f"{name}_total": book.add_format(base | style | {"bold": True, "top": 2})
        for name, style in formats.items()
    }
    first = summaries[Grouping.WORKER]
    _write_facts(book.add_worksheet(_("About")), styles, first, made_at, by_whom, company)
    for by, summary in summaries.items():
        columns = columns_of(by, summary)
        _write_table(
            book.add_worksheet(grouping_name(by)),
            styles,
            columns,
            [[column.of(row) for column in columns] for row in summary.rows],
            [column.total(summary) for column in columns],
        )
    if first.missing:
        _write_missing(book.add_worksheet(_("Without a rate")), styles, first.missing)
    book.close()
    return target.getvalue()


def _write_table(
    sheet: Any,
    styles: dict[str, Any],
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    totals: Sequence[Cell] | None,
) -> None:
    sheet.set_row(0, 32)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, column.title, styles["head"])
    for line, row in enumerate(rows, 1):
        for place, (column, cell) in enumerate(zip(columns, row, strict=True)):
            _write(sheet, line, place, cell, styles[column.kind])
    if totals is not None:
        for place, (column, cell) in enumerate(zip(columns, totals, strict=True)):
            _write(sheet, len(rows) + 1, place, cell, styles[f"{column.kind}_total"])
    if rows:
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&R&P / &N")


def _write(sheet: Any, line: int, place: int, cell: Cell, style: Any) -> None:
    if cell is None or cell == "":
        sheet.write_blank(line, place, None, style)
    elif isinstance(cell, str):
        sheet.write_string(line, place, cell, style)
    elif isinstance(cell, date):
        sheet.write_datetime(line, place, datetime(cell.year, cell.month, cell.day), style)  # noqa: DTZ001
    else:
        sheet.write_number(line, place, float(cell), style)


def _write_facts(
    sheet: Any,
    styles: dict[str, Any],
    summary: Summary,
    made_at: datetime,
    by_whom: str,
    company: str,
) -> None:
    view = summary.view
    zone = view.sites[0].time_zone if view.sites else "Asia/Shanghai"
    facts: list[tuple[str, str]] = [
        (_("Labour summary"), month(view.month.first)),
        (_("Company"), company),
        (_("Site"), "、".join(site.name for site in view.sites)),
        (_("From"), view.month.first.isoformat()),
        (_("To"), view.month.last.isoformat()),
    ]
    if view.pay:
        facts.append((_("Currency"), view.currency))
    facts += [
        (_("Hours per 工, %(site)s", site=site.name), " / ".join(number(one) for one in hours))
        for site, hours in summary.divisors
    ]
    facts += [
        (
            _("Overtime hours per 工, %(site)s", site=site.name),
            number(site.overtime_hours_per_man_day),
        )
        for site in view.sites
    ]
    facts += [
        (
            _("Earned"),
            _(
                "Labour + overtime + piecework + monthly pay + allowances − deductions."
                " Approved sheets only; pending and returned 工 are not added in."
            ),
        ),
        (_("Outstanding"), _("Earned − advances − paid, of this month.")),
        (_("Made"), f"{moment(made_at, zone)} · {by_whom}"),
    ]
    if not view.pay:
        facts = [fact for fact in facts if fact[0] != _("Outstanding")]
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 60)
    for line, (label, fact) in enumerate(facts):
        sheet.write_string(line, 0, label, styles["label"])
        sheet.write_string(line, 1, fact, styles["text"])


def _write_missing(sheet: Any, styles: dict[str, Any], missing: Sequence[Missing]) -> None:
    columns = [
        Column(_("Worker"), 16, lambda _row: None),
        Column(_("Trade"), 14, lambda _row: None),
        Column(_("Site"), 24, lambda _row: None),
        Column(_("From"), 13, lambda _row: None, kind="day"),
        Column(_("To"), 13, lambda _row: None, kind="day"),
        Column(_("Lines"), 8, lambda _row: None, kind="count"),
        Column(_("Approved 工"), 12, lambda _row: None, kind="man_days"),
        Column(_("Overtime, hours"), 12, lambda _row: None, kind="hours"),
    ]
    rows: list[list[Cell]] = [
        [
            one.name,
            one.trade,
            one.site_name,
            one.first,
            one.last,
            one.lines,
            one.man_days,
            one.overtime_hours,
        ]
        for one in missing
    ]
    _write_table(sheet, styles, columns, rows, None)
