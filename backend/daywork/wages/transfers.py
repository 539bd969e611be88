"""The transfer list for payment by the main contractor (总包代发 / 农民工工资专户) as Excel.

What the holder of the wage account needs to pay the crew's workers: who, which account, how much,
with the total and, apart, who is not on it and why. Accounts and identity numbers are text, so
that no spreadsheet rounds them.
"""

from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types

from daywork.wages.bank import remark, total_of
from daywork.wages.paying import PayOuts
from daywork.web.figures import moment, month
from daywork.web.language import gettext as _


def left_out_words(why: str) -> str:
    """Why somebody is not on the list."""
    return {
        "no_account": _("no bank account is known"),
        "nothing_due": _("nothing is owed"),
        "paid": _("paid already"),
    }[why]


def transfer_list(found: PayOuts, made_at: datetime, by_whom: str) -> bytes:
    """The .xlsx file, in the reader's language."""
    target = BytesIO()
    book = xlsxwriter.Workbook(
        target,
        # What people typed is text, never a formula or a link.
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    base: dict[str, Any] = {"font_size": 11, "valign": "vcenter", "border": 1}
    text = book.add_format(base | {"num_format": "@"})
    head = book.add_format(base | {"bold": True, "bg_color": "#ECEFF2", "text_wrap": True})
    money = book.add_format(base | {"num_format": "#,##0.00"})
    bold_money = book.add_format(base | {"num_format": "#,##0.00", "bold": True})
    strong = book.add_format({"bold": True, "font_size": 14})
    plain = book.add_format({"font_size": 11})
    sheet = book.add_worksheet(_("Transfer list"))
    version = found.due.version
    zone = found.due.site.time_zone
    title = _("Wages to be paid from the wage account, %(month)s", month=month(version.month))
    sheet.write_string(0, 0, title, strong)
    facts = [
        f"{_('Employer')}: {version.employer}",
        f"{_('Site')}: {version.site_name}",
        f"{_('Crew')}: {version.crew_name or _('All crews')}",
        f"{_('version %(n)s', n=version.version)}",
        f"{_('Made')}: {moment(made_at, zone)} · {by_whom}",
    ]
    sheet.write_string(1, 0, "    ".join(facts), plain)
    titles = [
        (_("Row no."), 7),
        (_("Full name"), 14),
        (_("Identity number"), 24),
        (_("Account"), 26),
        (_("Bank"), 24),
        (_("Amount"), 15),
        (_("Remark"), 34),
    ]
    for place, (words, width) in enumerate(titles):
        sheet.set_column(place, place, width)
        sheet.write_string(3, place, words, head)
    said = remark(version.month, version.site_name)
    row = 4
    for number, one in enumerate(found.listed, 1):
        sheet.write_number(row, 0, number, text)
        for place, cell in enumerate((one.name, one.identity, one.account, one.bank), 1):
            sheet.write_string(row, place, cell, text)
        sheet.write_number(row, 5, float(one.amount), money)
        sheet.write_string(row, 6, said, text)
        row += 1
    for place in range(len(titles)):
        sheet.write_blank(row, place, None, head)
    sheet.write_string(row, 1, _("Total"), head)
    sheet.write_number(row, 5, float(total_of(found.listed)), bold_money)
    row += 2
    if found.left_out:
        sheet.write_string(row, 0, _("Not on this list"), strong)
        for out in found.left_out:
            row += 1
            sheet.write_string(row, 1, out.name, text)
            sheet.write_number(row, 5, float(out.amount), money)
            sheet.write_string(row, 6, left_out_words(out.why), text)
        row += 2
    for place, who in ((1, _("Made by")), (3, _("Project manager")), (5, _("Date"))):
        sheet.write_string(row + 1, place, f"{who}: ____________", plain)
    sheet.freeze_panes(4, 2)
    sheet.repeat_rows(3)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    book.close()
    return target.getvalue()
