"""A wage sheet as Excel: one plain table with numbers as numbers, and the facts it depends on.

Totals are ours: one that Excel computed could differ.
"""

from datetime import datetime
from io import BytesIO
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types

from daywork.people.rules import shown_phone
from daywork.signatures.words import outcome_words
from daywork.wages.paper import Printed
from daywork.wages.words import Column, every_column, item_words, period_words, rates_words, said_of
from daywork.web.figures import moment, month, number
from daywork.web.language import gettext as _

_BASE: Final[dict[str, Any]] = {"font_size": 10, "valign": "vcenter"}
_FORMATS: Final[dict[str, dict[str, Any]]] = {
    "head": {"bold": True, "bottom": 2, "text_wrap": True, "bg_color": "#ECEFF2"},
    "label": {"bold": True},
    "text": {},
    "count": {"num_format": "0"},
    "man_days": {"num_format": "#,##0.0##"},
    "hours": {"num_format": "#,##0.##"},
    "money": {"num_format": "#,##0.00"},
    "day": {"num_format": "yyyy-mm-dd", "align": "left"},
}


def workbook_of(printed: Printed) -> bytes:
    """The .xlsx file, in the reader's language."""
    target = BytesIO()
    book = xlsxwriter.Workbook(
        target,
        # What people typed is text, never a formula or a link.
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    styles = {name: book.add_format(_BASE | style) for name, style in _FORMATS.items()}
    styles |= {
        f"{name}_total": book.add_format(_BASE | style | {"bold": True, "top": 2})
        for name, style in _FORMATS.items()
    }
    _write_sheet(book.add_worksheet(_("Wage sheet")), styles, printed)
    _write_facts(book.add_worksheet(_("About")), styles, printed)
    book.close()
    return target.getvalue()


def _kind(column: Column) -> str:
    if column.is_money:
        return "money"
    if column.is_hours:
        return "hours"
    return "man_days" if column.name == "man_days" else "count"


def _write_sheet(sheet: Any, styles: dict[str, Any], printed: Printed) -> None:
    currency = printed.version.currency
    columns = every_column()
    before = [
        (_("Row no."), 6),
        (_("Number"), 10),
        (_("Full name"), 14),
        (_("Trade"), 12),
        (_("Crew"), 18),
        (_("Identity number"), 22),
        (_("Phone"), 16),
        (_("Bank"), 16),
        (_("Account"), 22),
        (_("Rate"), 18),
    ]
    after = [(_("Items"), 40), (_("Signature"), 18), (_("Signed on"), 13)]
    titles = [*before, *((column.title, 13) for column in columns), *after]
    sheet.set_row(0, 32)
    for place, (title, width) in enumerate(titles):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, title, styles["head"])
    for row, line in enumerate(printed.lines, 1):
        person = line.person
        sheet.write_number(row, 0, row, styles["count"])
        for place, text in enumerate(
            [
                person.number,
                person.name,
                person.trade,
                person.crews,
                printed.identity(line),
                shown_phone(person.phone),
                person.bank_name,
                printed.account(line),
                rates_words(line, currency),
            ],
            1,
        ):
            sheet.write_string(row, place, text, styles["text"])
        for place, column in enumerate(columns, len(before)):
            sheet.write_number(row, place, float(column.of(line.figures)), styles[_kind(column)])
        items = "; ".join(item_words(item, currency) for item in line.items)
        last = len(before) + len(columns)
        sheet.write_string(row, last, items, styles["text"])
        signed = printed.signatures.get(line.worker)
        if signed is not None:
            told = signed.name if signed.counts else outcome_words(signed.outcome)
            sheet.write_string(row, last + 1, told, styles["text"])
            at = moment(signed.at, printed.time_zone)
            sheet.write_string(row, last + 2, at, styles["text"])
    end = len(printed.lines) + 1
    for place in range(len(titles)):
        sheet.write_blank(end, place, None, styles["text_total"])
    sheet.write_string(end, 2, _("Total"), styles["text_total"])
    for place, column in enumerate(columns, len(before)):
        total = float(column.of(printed.total))
        sheet.write_number(end, place, total, styles[f"{_kind(column)}_total"])
    sheet.freeze_panes(1, 3)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{printed.code}&R&P / &N")


def _write_facts(sheet: Any, styles: dict[str, Any], printed: Printed) -> None:
    version = printed.version
    facts = [
        (_("Wage sheet"), month(version.month)),
        (_("Employer"), version.employer),
        (_("Site"), version.site_name),
        (_("Crew"), version.crew_name or _("All crews")),
        (_("Pay period"), period_words(version.month)),
        (_("Pay day"), version.pay_day.isoformat() if version.pay_day else ""),
        (_("Currency"), version.currency),
        (_("Hours per 工"), " / ".join(number(one) for one in version.hours_per_day)),
        (_("Version"), str(version.version)),
        (_("Reason"), version.reason),
        (
            _("Closed on"),
            f"{moment(version.closed_at, printed.time_zone)} · {version.closed_by_name}",
        ),
        (_("Check code"), printed.code),
        (
            _("Known to be missing"),
            "; ".join(said_of(one["slug"], one["n"]) for one in version.warnings),
        ),
        (_("To be paid"), _("To be paid = pay in all − deductions − advances − paid already.")),
        (_("Made"), f"{_when(printed.printed_at, printed)} · {printed.by_whom}"),
    ]
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 70)
    for row, (label, fact) in enumerate(fact for fact in facts if fact[1]):
        sheet.write_string(row, 0, label, styles["label"])
        sheet.write_string(row, 1, fact, styles["text"])


def _when(at: datetime, printed: Printed) -> str:
    return moment(at, printed.time_zone)
