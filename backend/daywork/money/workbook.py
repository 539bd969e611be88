"""The ledger of a worker and the month of a site as Excel: the numbers of the page, as numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types

from daywork.money import words
from daywork.money.books import MoneyMonth, WorkerLedger
from daywork.money.ledger import Kind
from daywork.web.downloads import sheet_titles
from daywork.web.language import gettext as _

Cell = str | Decimal | int | date | None


@dataclass(frozen=True, slots=True)
class Head:
    """One column: its title, its width, and how its cells look (text, day, number or money)."""

    title: str
    width: int
    kind: str = "text"


def ledger_book(found: WorkerLedger) -> bytes:
    """A worker's ledger, oldest line first, with what is left after each."""
    heads = [
        Head(_("Day"), 12, "day"),
        Head(_("What"), 30),
        Head(_("Note"), 30),
        Head(_("State"), 10),
        Head(_("Earned"), 14, "money"),
        Head(_("Advances"), 14, "money"),
        Head(_("Paid"), 14, "money"),
        Head(_("Outstanding"), 15, "money"),
    ]
    rows: list[list[Cell]] = []
    for month in reversed(found.ledger.months):
        for line in month.lines:
            item = line.item
            amounts: list[Cell] = [item.amount if item.kind is kind else None for kind in Kind]
            if not item.counts:  # seen, but in no column that is added up
                amounts = [None, None, None]
            rows.append(
                [
                    item.day,
                    words.kind_words(item),
                    item.words,
                    words.state_words(item),
                    *amounts,
                    line.outstanding,
                ]
            )
    ledger = found.ledger
    total: list[Cell] = [None, _("Total"), None, None]
    total += [ledger.earned, ledger.advances, ledger.payments, ledger.outstanding]
    return book_of([(_("Ledger"), heads, rows, total)])


def month_book(found: MoneyMonth) -> bytes:
    """A site's month: outstanding by worker, advances, payments."""
    by_worker = [
        Head(_("No."), 10),
        Head(_("Worker"), 16),
        Head(_("Crew"), 20),
        Head(_("Earned"), 14, "money"),
        Head(_("Advances"), 14, "money"),
        Head(_("Paid"), 14, "money"),
        Head(_("Outstanding, this month"), 16, "money"),
        Head(_("Outstanding in all"), 16, "money"),
    ]
    lent = [
        Head(_("Day"), 12, "day"),
        Head(_("No."), 10),
        Head(_("Worker"), 16),
        Head(_("Amount"), 14, "money"),
        Head(_("Handed over"), 12),
        Head(_("State"), 10),
        Head(_("Recorded by"), 14),
        Head(_("Note"), 30),
    ]
    paid = [
        Head(_("Paid on"), 12, "day"),
        Head(_("No."), 10),
        Head(_("Worker"), 16),
        Head(_("Amount"), 14, "money"),
        Head(_("For the wages of"), 12),
        Head(_("Method"), 18),
        Head(_("Reference"), 22),
        Head(_("State"), 10),
        Head(_("Booked by"), 14),
        Head(_("Note"), 30),
    ]
    total = found.total
    return book_of(
        [
            (
                _("Outstanding"),
                by_worker,
                [
                    [
                        row.number,
                        row.name,
                        row.crew,
                        row.earned,
                        row.advances,
                        row.payments,
                        row.outstanding,
                        row.in_all,
                    ]
                    for row in found.rows
                ],
                [
                    None,
                    _("Total"),
                    None,
                    total.earned,
                    total.advances,
                    total.payments,
                    total.outstanding,
                    total.in_all,
                ],
            ),
            (
                _("Advances"),
                lent,
                [
                    [
                        one.day,
                        one.worker_number,
                        one.worker_name,
                        one.amount,
                        words.handed_words(one.handed),
                        words.entry_state_words(one.state),
                        one.author,
                        one.note,
                    ]
                    for one in found.advances
                ],
                None,
            ),
            (
                _("Payments"),
                paid,
                [
                    [
                        one.paid_on,
                        one.worker_number,
                        one.worker_name,
                        one.amount,
                        f"{one.for_month:%Y-%m}",
                        words.method_words(one.method),
                        one.reference,
                        _("Void") if one.void else "",
                        one.made_by,
                        one.note,
                    ]
                    for one in found.payments
                ],
                None,
            ),
        ]
    )


Sheet = tuple[str, Sequence[Head], Sequence[Sequence[Cell]], Sequence[Cell] | None]


def book_of(sheets: Sequence[Sheet]) -> bytes:
    """A workbook of plain tables: title, columns, rows and, where there is one, the total."""
    target = BytesIO()
    book = xlsxwriter.Workbook(
        target,
        # A worker may be called "=1+1": what people typed is text, never a formula or a link.
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    looks: dict[str, dict[str, Any]] = {
        "text": {},
        "day": {"num_format": "yyyy-mm-dd", "align": "left"},
        "money": {"num_format": "#,##0.00"},
        "number": {"num_format": "#,##0.0##"},
    }
    style: dict[str, Any] = {name: book.add_format(look) for name, look in looks.items()}
    last: dict[str, Any] = {
        name: book.add_format(look | {"bold": True, "top": 2}) for name, look in looks.items()
    }
    top = book.add_format({"bold": True, "bottom": 2, "text_wrap": True, "bg_color": "#ECEFF2"})
    titles = sheet_titles(title for title, *_table in sheets)
    for title, (_title, heads, rows, total) in zip(titles, sheets, strict=True):
        sheet = book.add_worksheet(title)
        for place, head in enumerate(heads):
            sheet.set_column(place, place, head.width)
            sheet.write_string(0, place, head.title, top)
        for number, row in enumerate(rows, 1):
            _write_row(sheet, number, row, [style[head.kind] for head in heads])
        if total is not None:
            _write_row(sheet, len(rows) + 1, total, [last[head.kind] for head in heads])
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&R&P / &N")
    book.close()
    return target.getvalue()


def _write_row(sheet: Any, line: int, row: Sequence[Cell], styles: Sequence[Any]) -> None:
    for place, (cell, style) in enumerate(zip(row, styles, strict=True)):
        if cell is None or cell == "":
            sheet.write_blank(line, place, None, style)
        elif isinstance(cell, str):
            sheet.write_string(line, place, cell, style)
        elif isinstance(cell, date):
            day = datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - Excel has no zones
            sheet.write_datetime(line, place, day, style)
        else:
            sheet.write_number(line, place, float(cell), style)
