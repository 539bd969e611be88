"""The real-name roster (实名制花名册) of a site: the rows a paper and an Excel file share.

Sex and day of birth follow from a resident's number, so they stand only where it stands in full.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types

from daywork.people.rules import shown_phone
from daywork.register import words
from daywork.register.numbers import said_by
from daywork.register.rules import Entry, Unmasked
from daywork.web.language import gettext as _


@dataclass(frozen=True, slots=True)
class Roster:
    """Rows of text under their titles, ready for any medium."""

    titles: list[str]
    rows: list[list[str]]
    today: date
    made_by: str
    in_full: bool


def roster_of(
    entries: Sequence[Entry],
    opened: Mapping[UUID, Unmasked],
    today: date,
    made_by: str,
    *,
    english: bool,
) -> Roster:
    """One row a worker; with ``opened`` the numbers stand in full."""
    in_full = bool(opened)
    titles = [_("No."), _("Full name"), _("Trade"), _("Crew"), _("Paper"), _("Identity number")]
    titles += [_("Sex"), _("Day of birth"), _("Address")] if in_full else []
    titles += [_("Phone"), _("Joined on"), _("Left on"), _("Contract signed"), _("Contract until")]
    titles += [_("Bank"), _("Bank account")]
    papers = words.papers()
    rows = []
    for place, entry in enumerate(entries, 1):
        full = opened.get(entry.worker)
        number = full.number if full and full.number else entry.identity
        row = [
            entry.number or str(place),
            entry.name,
            entry.trade_en if english else entry.trade,
            f"{entry.crew_name} ({entry.company})" if entry.company else entry.crew_name,
            papers.get(entry.kind, ""),
            number,
        ]
        if full is not None:
            said = said_by(full.kind, full.number)
            row += [words.sex(said.sex if said else None), _day(said.born if said else None)]
            row.append(full.address)
        row += [
            shown_phone(entry.phone or ""),
            _day(entry.joined_on),
            _day(entry.left_on),
            _day(entry.signed_on),
            words.contract_until(entry.signed_on, entry.ends_on, _day(entry.ends_on)),
            entry.bank_name,
            full.bank if full and full.bank else entry.bank,
        ]
        rows.append(row)
    return Roster(titles, rows, today, made_by, in_full)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def workbook_of(roster: Roster, site: str, company: str) -> bytes:
    """The roster as .xlsx: every cell text, so that Excel rounds no number and runs no formula."""
    target = BytesIO()
    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    head = book.add_format({"bold": True, "bottom": 2, "bg_color": "#ECEFF2", "text_wrap": True})
    text = book.add_format({"num_format": "@"})
    sheet: Any = book.add_worksheet(_("Real-name roster"))
    for column, title in enumerate(roster.titles):
        longest = max((len(row[column]) for row in roster.rows), default=0)
        sheet.set_column(column, column, min(max(longest + 2, 10), 40), text)
        sheet.write_string(0, column, title, head)
    for line, row in enumerate(roster.rows, 1):
        for column, cell in enumerate(row):
            sheet.write_string(line, column, cell, text)
    sheet.freeze_panes(1, 2)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    about: Any = book.add_worksheet(_("About"))
    about.set_column(0, 0, 24)
    about.set_column(1, 1, 60)
    facts = [
        (_("Company"), company),
        (_("Site"), site),
        (_("Day"), roster.today.isoformat()),
        (_("Made"), roster.made_by),
        (
            _("Numbers"),
            _("in full, on record with their purpose") if roster.in_full else _("masked"),
        ),
    ]
    for line, (label, fact) in enumerate(facts):
        about.write_string(line, 0, label, head)
        about.write_string(line, 1, fact, text)
    book.close()
    return target.getvalue()
