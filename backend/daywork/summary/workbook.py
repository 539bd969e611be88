"""The month as an Excel workbook: the same numbers as on the screen, as numbers.

A sheet a grouping, each a plain table: one header row that stays in view, numeric cells, no merged
cells, one row of totals that we computed (a total that Excel computed could differ from ours).
What the figures depend on stands on a sheet of its own in front. Rows are written as they come and
wait in files, so that 50,000 workers take no more memory than a few.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import IO, Any

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types

from daywork.summary.columns import Cell, Column, columns_of, grouping_name
from daywork.summary.rules import Grouping
from daywork.summary.service import Summary
from daywork.summary.unpriced import Missing
from daywork.web.figures import moment, month, number
from daywork.web.language import gettext as _


def workbook_of(
    summaries: dict[Grouping, Summary], made_at: datetime, by_whom: str, company: str
) -> bytes:
    """The .xlsx file, in the reader's language."""
    target = BytesIO()
    book = MonthBook(target, made_at, by_whom, company)
    for summary in summaries.values():
        book.write(summary)
    book.close()
    return target.getvalue()


class MonthBook:
    """The .xlsx file of a month, in the reader's language, part by part."""

    def __init__(self, target: IO[bytes], made_at: datetime, by_whom: str, company: str) -> None:
        self._book = xlsxwriter.Workbook(
            target,
            # A worker may be called "=1+1": what people typed is text, never a formula or a link.
            {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        )
        self._styles = _styles(self._book)
        self._made = (made_at, by_whom, company)
        self._missing: Sequence[Missing] = ()
        self._part: Summary | None = None
        self._table: _Table | None = None

    def write(self, part: Summary) -> None:
        """Rows of a grouping; those of one grouping come one after the other."""
        if self._part is None:
            _write_facts(self._book.add_worksheet(_("About")), self._styles, part, *self._made)
            self._missing = part.missing
        columns = columns_of(part.by, part)
        if self._part is None or self._part.by is not part.by:
            self._end_table()
            sheet = self._book.add_worksheet(grouping_name(part.by))
            self._table = _Table(sheet, self._styles, columns)
        self._part = part
        if self._table is not None:
            self._table.write([column.of(row) for column in columns] for row in part.rows)

    def _end_table(self) -> None:
        if self._table is not None and self._part is not None:
            columns = columns_of(self._part.by, self._part)
            self._table.end([column.total(self._part) for column in columns])

    def close(self) -> None:
        """Put the file together."""
        self._end_table()
        if self._missing:
            _write_missing(
                self._book.add_worksheet(_("Without a rate")), self._styles, self._missing
            )
        self._book.close()


def _styles(book: Any) -> dict[str, Any]:
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
    return styles


class _Table:
    """A sheet that is one table; rows are written from above to below."""

    def __init__(self, sheet: Any, styles: dict[str, Any], columns: Sequence[Column]) -> None:
        self._sheet, self._styles, self._columns = sheet, styles, columns
        self._lines = 0
        sheet.set_row(0, 32)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(0, place, column.title, styles["head"])
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&R&P / &N")

    def write(self, rows: Iterable[Sequence[Cell]], ending: str = "") -> None:
        """Rows below those there are; ``ending`` is of the styles' names."""
        for row in rows:
            self._lines += 1
            for place, (column, cell) in enumerate(zip(self._columns, row, strict=True)):
                _write(self._sheet, self._lines, place, cell, self._styles[column.kind + ending])

    def end(self, totals: Sequence[Cell] | None) -> None:
        """The row of totals, and buttons to filter by."""
        if self._lines:
            self._sheet.autofilter(0, 0, self._lines, len(self._columns) - 1)
        if totals is not None:
            self.write([totals], "_total")


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
    table = _Table(sheet, styles, columns)
    table.write(rows)
    table.end(None)
