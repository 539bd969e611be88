"""A settlement on paper (结算单): A4 portrait, month by month, with room to sign."""

from collections.abc import Sequence
from datetime import datetime

from daywork.people.rules import shown_phone
from daywork.wages.paper import Sheet, plain_amount
from daywork.wages.rules import Figures
from daywork.wages.settlement_queries import Settlement
from daywork.wages.signing_queries import WageSignature
from daywork.wages.words import AMOUNTS, NAMES, why_words
from daywork.web.figures import NOTHING, day, man_days, moment, money, number
from daywork.web.language import gettext as _
from daywork.web.paper import SANS

MARGIN = 15.0
WIDTH = 210 - 2 * MARGIN


class _Paper(Sheet):
    """Pages with the code at their foot."""

    def __init__(self, foot: str) -> None:
        super().__init__("portrait")
        self.foot = foot
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(auto=True, margin=18)

    def footer(self) -> None:
        """The check code, where to check it, the page."""
        self.set_y(-14)
        self.write_fitting(WIDTH - 16, 5, self.foot, 7, align="L")
        self.set_font(SANS, "", 7)
        self.cell(16, 5, f"{self.page_no()} / {{nb}}", align="R")

    def fact(self, label: str, value: str) -> None:
        """One labelled line."""
        self.set_font(SANS, "", 9)
        self.set_text_color(70)
        self.cell(38, 6.2, label)
        self.set_text_color(0)
        self.set_font(SANS, "", 10)
        self.multi_cell(0, 6.2, value or NOTHING, new_x="LMARGIN", new_y="NEXT")

    def amount(self, label: str, value: str, *, bold: bool = False) -> None:
        """One line of the account."""
        self.write_fitting(WIDTH - 45, 6.5, label, 10, bold=bold, align="L", border=1)
        self.write_fitting(45, 6.5, value, 10, bold=bold, align="R", border=1)
        self.ln(6.5)


def pdf_of_settlement(
    settlement: Settlement,
    signatures: Sequence[WageSignature],
    *,
    identity: str,
    account: str,
    code: str,
    verify_at: str,
    time_zone: str,
    kept_until: str,
    printed_at: datetime,
    by_whom: str,
) -> bytes:
    """The PDF, in the reader's language."""
    one, currency = settlement, settlement.currency
    printed = _("printed %(when)s", when=moment(printed_at, time_zone))
    paper = _Paper(f"{_('Check code')} {code} · {verify_at}    {printed} · {by_whom}")
    paper.set_title(f"{_('Settlement')} {one.person.name} {one.until_day}")
    paper.add_page()
    paper.set_font(SANS, "B", 18)
    paper.cell(0, 11, _("Settlement"), align="C", new_x="LMARGIN", new_y="NEXT")
    paper.ln(2)
    for label, value in (
        (_("Employer"), one.employer),
        (_("Site"), one.site_name),
        (_("Crew"), one.person.crews),
        (_("Worker"), " · ".join(filter(None, (one.person.name, one.person.number)))),
        (_("Trade"), one.person.trade),
        (_("Identity number"), identity),
        (_("Phone"), shown_phone(one.person.phone)),
        (_("Account"), " ".join(filter(None, (one.person.bank_name, account)))),
        (
            _("At work"),
            f"{day(one.first_day, year=True)} – {day(one.last_day, year=True)}",
        ),
        (_("Settled until"), day(one.until_day, year=True)),
        (_("Because"), why_words(one.why)),
        (_("Version"), f"{one.version} {one.reason}".strip()),
    ):
        paper.fact(label, value)
    paper.ln(3)
    _months(paper, one)
    paper.ln(3)
    _account(paper, one.figures, currency)
    paper.ln(3)
    paper.set_font(SANS, "", 9)
    said = _(
        "With the payment of this amount everything earned on this site until that day is settled."
    )
    paper.multi_cell(0, 5, said, new_x="LMARGIN", new_y="NEXT")
    paper.multi_cell(
        0,
        5,
        _("Records of attendance and wages are kept until %(day)s at least.", day=kept_until),
        new_x="LMARGIN",
        new_y="NEXT",
    )
    paper.ln(4)
    _signatures(paper, signatures, time_zone)
    return bytes(paper.output())


def _months(paper: _Paper, one: Settlement) -> None:
    widths = (26.0, 20.0, 26.0, 27.0, 27.0, 27.0, 27.0)
    heads = (
        _("Month"),
        _("工"),
        _("Overtime, hours"),
        _("Earned"),
        _("Advances"),
        _("Paid"),
        _("Outstanding"),
    )
    for width, title in zip(widths, heads, strict=True):
        paper.write_head(width, title)
    paper.ln(10)
    for month in one.months:
        cells = (
            f"{month.month:%Y-%m}",
            man_days(month.man_days),
            number(month.overtime_hours),
            *(
                plain_amount(value)
                for value in (month.earned, month.advances, month.paid, month.owed)
            ),
        )
        for width, text in zip(widths, cells, strict=True):
            paper.write_fitting(width, 6.2, text, 9, align="R", border=1)
        paper.ln(6.2)


def _account(paper: _Paper, figures: Figures, currency: str) -> None:
    signs = {"deductions": "− ", "advances": "− ", "paid": "− "}
    paper.amount(_("工"), man_days(figures.man_days))
    paper.amount(_("Overtime, hours"), number(figures.overtime_hours))
    for name in AMOUNTS:
        value = getattr(figures, name)
        if value or name in ("labour", "advances", "paid", "payable"):
            label = f"{signs.get(name, '')}{_(NAMES[name])}"
            bold = name in ("gross", "earned", "payable")
            paper.amount(label, money(value, currency), bold=bold)


def _signatures(paper: _Paper, signatures: Sequence[WageSignature], time_zone: str) -> None:
    last = signatures[-1] if signatures else None
    if paper.will_page_break(32):
        paper.add_page()
    top = paper.get_y()
    for place, label in enumerate((_("Worker (signer)"), _("For the employer"))):
        left = MARGIN + place * WIDTH / 2
        paper.set_xy(left, top)
        paper.set_font(SANS, "", 9)
        paper.cell(WIDTH / 2 - 4, 6, label)
        paper.set_xy(left, top + 6)
        paper.write_signature(last if place == 0 else None, WIDTH / 2 - 4, 22, time_zone)
