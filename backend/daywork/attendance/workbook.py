"""The attendance as Excel: a sheet a crew, every figure a number, no cell merged.

A worker has one row for each kind of figure, so that a sum over a column of approved 工 never
catches a pending one. Totals are ours: one that Excel computed could differ.
"""

from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types

from daywork.attendance.rules import CrewMonth
from daywork.attendance.service import Attendance
from daywork.attendance.words import Kind, doubt_words, kinds, kinds_in, shade, weekday
from daywork.summary.rules import Figures
from daywork.web.downloads import sheet_titles
from daywork.web.figures import moment, month, number
from daywork.web.language import gettext as _

NAMING = 4
"""Columns before the days: number, worker, trade, kind of figure."""

_BASE: dict[str, Any] = {"font_size": 10, "valign": "vcenter"}
_CENTRED: dict[str, Any] = {"align": "center", "num_format": "0.###"}
_FORMATS: dict[str, dict[str, Any]] = {
    "head": {"bold": True, "bottom": 2, "text_wrap": True, "bg_color": "#ECEFF2"},
    "head_rest": {"bold": True, "bottom": 2, "text_wrap": True, "bg_color": "#C9D1D9"},
    "head_holiday": {"bold": True, "bottom": 2, "text_wrap": True, "bg_color": "#F2B8B5"},
    "text": {},
    "label": {"bold": True},
    "figure": _CENTRED,
    "figure_rest": _CENTRED | {"bg_color": "#ECEFF2"},
    "figure_holiday": _CENTRED | {"bg_color": "#FDE8E8"},
    "apart": _CENTRED | {"italic": True, "font_color": "#7A4100", "bg_color": "#FFF1D6"},
    "doubt": _CENTRED | {"bold": True, "font_color": "#941414", "border": 1},
    "sum": _CENTRED | {"bold": True, "num_format": "#,##0.0##"},
    "total": {"bold": True, "top": 1},
    "total_figure": _CENTRED | {"bold": True, "top": 1},
}


def workbook_of(attendance: Attendance, made_at: datetime, by_whom: str, company: str) -> bytes:
    """The .xlsx file, in the reader's language."""
    target = BytesIO()
    book = xlsxwriter.Workbook(
        target,
        # What people typed is text, never a formula or a link.
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    styles = {name: book.add_format(_BASE | style) for name, style in _FORMATS.items()}
    _write_facts(book.add_worksheet(_("About")), styles, attendance, made_at, by_whom, company)
    titles = sheet_titles((crew.name for crew in attendance.crews), taken=_("About"))
    for crew, title in zip(attendance.crews, titles, strict=True):
        _write_crew(book.add_worksheet(title), styles, attendance, crew)
    book.close()
    return target.getvalue()


def _write_crew(
    sheet: Any, styles: dict[str, Any], attendance: Attendance, crew: CrewMonth
) -> None:
    days = attendance.days
    last = NAMING + len(days)
    shades = [f"_{name}" if (name := shade(day)) else "" for day in days]
    for place, (title, width) in enumerate(
        [(_("No."), 8), (_("Worker"), 14), (_("Trade"), 10), (_("Figure"), 18)]
    ):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, title, styles["head"])
    sheet.set_row(0, 30)
    sheet.set_column(NAMING, last - 1, 4.5)
    for place, (day, name) in enumerate(zip(days, shades, strict=True), NAMING):
        sheet.write_string(0, place, f"{day.day.day}\n{weekday(day.day)}", styles[f"head{name}"])
    sheet.set_column(last, last, 9)
    sheet.write_string(0, last, _("Total"), styles["head"])
    sheet.set_column(last + 1, last + 1, 16)
    sheet.write_string(0, last + 1, _("Signature"), styles["head"])
    sheet.set_column(last + 2, last + 2, 40)
    sheet.write_string(0, last + 2, _("To check"), styles["head"])

    approved = {kind.title for kind in kinds()[:2]}
    row = 1
    for worker in crew.workers:
        total = worker.total
        for place, kind in enumerate(kinds_in(total)):
            for column, text in enumerate((worker.number, worker.name, worker.trade, kind.title)):
                sheet.write_string(row, column, text, styles["text"])
            for column, (day, name) in enumerate(zip(days, shades, strict=True), NAMING):
                cell = worker.cells.get(day.day)
                figure = kind.of(cell.figures) if cell else Decimal(0)
                style = f"figure{name}" if kind.title in approved else "apart"
                if cell and cell.doubts and figure:
                    style = "doubt"
                _write_figure(sheet, row, column, figure, styles[style])
            sheet.write_number(row, last, float(kind.of(total)), styles["sum"])
            if place == 0 and worker.doubtful:
                words = "\n".join(
                    f"{cell.day.isoformat()}: {doubt_words(cell)}" for cell in worker.doubtful
                )
                sheet.write_string(row, last + 2, words, styles["text"])
            row += 1
    of_days, of_all = [crew.on(day.day) for day in days], crew.total
    for kind in kinds_in(of_all):
        _write_total(sheet, styles, row, kind, of_days, of_all)
        row += 1
    sheet.freeze_panes(1, NAMING)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&R&P / &N")


def _write_total(
    sheet: Any, styles: dict[str, Any], row: int, kind: Kind, days: list[Figures], total: Figures
) -> None:
    sheet.write_blank(row, 0, None, styles["total"])
    sheet.write_string(row, 1, _("Total"), styles["total"])
    sheet.write_blank(row, 2, None, styles["total"])
    sheet.write_string(row, 3, kind.title, styles["total"])
    for column, figures in enumerate(days, NAMING):
        _write_figure(sheet, row, column, kind.of(figures), styles["total_figure"])
    sheet.write_number(row, NAMING + len(days), float(kind.of(total)), styles["total_figure"])


def _write_figure(sheet: Any, row: int, column: int, figure: Decimal, style: Any) -> None:
    if figure:
        sheet.write_number(row, column, float(figure), style)
    else:
        sheet.write_blank(row, column, None, style)


def _write_facts(
    sheet: Any,
    styles: dict[str, Any],
    attendance: Attendance,
    made_at: datetime,
    by_whom: str,
    company: str,
) -> None:
    site = attendance.site
    view = attendance.view
    facts: list[tuple[str, str]] = [
        (_("Attendance"), month(view.month.first)),
        (_("Company"), company),
        (_("Site"), site.name if site else ""),
        (_("From"), view.month.first.isoformat()),
        (_("To"), view.month.last.isoformat()),
        (_("Hours per 工"), " / ".join(number(one) for one in attendance.hours)),
        (_("Pending 工"), _("waits for approval, not counted")),
        (_("Returned 工"), _("returned, not counted")),
    ]
    if attendance.seal:
        facts.append(
            (
                _("Check code"),
                _(
                    "%(code)s, record %(number)s of the site",
                    code=attendance.seal.code,
                    number=attendance.seal.number,
                ),
            )
        )
    zone = site.time_zone if site else "Asia/Shanghai"
    facts.append((_("Made"), f"{moment(made_at, zone)} · {by_whom}"))
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 6, 18)
    for line, (label, fact) in enumerate(facts):
        sheet.write_string(line, 0, label, styles["label"])
        sheet.write_string(line, 1, fact, styles["text"])
    below = len(facts) + 1
    sheet.write_string(below, 0, _("Crew"), styles["head"])
    for place, kind in enumerate(kinds(), 1):
        sheet.write_string(below, place, kind.title, styles["head"])
    for line, crew in enumerate(attendance.crews, below + 1):
        sheet.write_string(line, 0, crew.name, styles["text"])
        for place, kind in enumerate(kinds(), 1):
            sheet.write_number(line, place, float(kind.of(crew.total)), styles["sum"])
    end = below + 1 + len(attendance.crews)
    sheet.write_string(end, 0, _("Total"), styles["total"])
    for place, kind in enumerate(kinds(), 1):
        sheet.write_number(end, place, float(kind.of(attendance.total)), styles["total_figure"])
