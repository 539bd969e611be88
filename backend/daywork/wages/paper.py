"""The wage sheet on paper: A4 landscape, the heading on every page, room to sign in every row.

Made by fpdf2 with our own fonts (decision 0009), in black. Everything the law wants on a wage
ledger stands in it (State Council order 724, art. 15): employer, month, pay day, name, identity
number, phone, working time, items and amounts, deductions, what is paid, and the signature.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from fpdf.enums import MethodReturnValue

from daywork.people.rules import shown_phone
from daywork.register.rules import Unmasked
from daywork.signatures.drawing import draw_strokes
from daywork.signatures.rules import Signing
from daywork.signatures.words import outcome_words
from daywork.wages.queries import Version
from daywork.wages.rules import Figures, Line
from daywork.wages.signing_queries import WageSignature
from daywork.wages.words import Column, columns_for, item_words, period_words, rates_words
from daywork.web.figures import moment, month, number
from daywork.web.language import gettext as _
from daywork.web.paper import EDGE, SANS, Grid

WIDTH = 297 - 2 * EDGE
NUMBER, NAME, IDENTITY, RATE, SIGN = 7.0, 21.0, 33.0, 20.0, 27.0
ROW, HEAD, PAD = 11.0, 10.0, 0.9
MOST_LINES = 3
"""Of a heading."""


def plain_amount(value: Decimal) -> str:
    """``1,284.50``: the currency stands in the heading."""
    return f"{value:,.2f}".replace("-", "−")


@dataclass(frozen=True, slots=True)
class Printed:
    """Everything that stands on the paper of a version."""

    version: Version
    lines: Sequence[Line]
    total: Figures
    signatures: Mapping[UUID, WageSignature]
    """By worker: the one that counts, else the last one."""
    code: str
    verify_at: str
    """Address where the code is checked, as people type it."""
    time_zone: str
    printed_at: datetime
    by_whom: str
    full: Mapping[UUID, Unmasked] = field(default_factory=dict)
    """Identity and account in full, when this print was made for that; else they are masked."""

    def identity(self, line: Line) -> str:
        """The identity number, as this print may show it."""
        known = self.full.get(line.worker)
        return known.number if known and known.number else line.person.identity_mask

    def account(self, line: Line) -> str:
        """The account, likewise."""
        known = self.full.get(line.worker)
        return known.bank if known and known.bank else line.person.bank_mask


class Sheet(Grid):
    """The pages; also those of the other papers of this room, which share how text is fitted."""

    def write_pile(
        self, width: float, height: float, texts: Sequence[str], *, align: str = "L"
    ) -> None:
        """A framed cell of one to three lines, the first one larger."""
        left, top = self.get_x(), self.get_y()
        self.rect(left, top, width, height)
        told = [text for text in texts if text]
        share = (height - 2 * PAD) / max(len(told), 1)
        for place, text in enumerate(told):
            self.set_xy(left, top + PAD + place * share)
            self.write_fitting(width, share, text, 7.5 if place == 0 else 6, align=align)
        self.set_xy(left + width, top)

    def write_head(self, width: float, text: str) -> None:
        """A heading of a column, in up to three lines."""
        left, top = self.get_x(), self.get_y()
        self.set_fill_color(236)
        self.rect(left, top, width, HEAD, style="DF")
        lines = self.head_lines(width, text)
        self.set_xy(left, top + (HEAD - 3 * len(lines)) / 2)
        self.multi_cell(width, 3, "\n".join(lines), align="C", max_line_height=3)
        self.set_xy(left + width, top)

    def head_lines(self, width: float, text: str) -> list[str]:
        """The lines of a heading; sets the largest font in which they are at most three."""
        self.c_margin = 0.3
        lines: list[str] = []
        for size in (6.5, 6, 5.5, 5, 4.5):
            self.set_font(SANS, "B", size)
            whole = text
            if self.get_string_width(text) > width:
                whole = text.replace("（", "\n（")  # a bracket is not torn apart
            lines = self.multi_cell(  # type: ignore[assignment]  # it is told what to give back
                width, 3, whole, align="C", dry_run=True, output=MethodReturnValue.LINES
            )
            if len(lines) <= MOST_LINES:
                break
        return lines

    def write_signature(
        self, one: WageSignature | None, width: float, height: float, time_zone: str
    ) -> None:
        """Room to sign, or what stands there already."""
        left, top = self.get_x(), self.get_y()
        self.rect(left, top, width, height)
        if one is not None:
            day = moment(one.at, time_zone)
            if not one.counts:
                told = outcome_words(one.outcome)
                witness = _("Witness: %(name)s", name=one.witness)
                self.write_pile(width, height, [told, witness, day], align="C")
            elif one.strokes:
                draw_strokes(
                    self, one.strokes, left + 1, top + 0.5, width - 2, height - 3.5, pen=0.35
                )
                self.set_xy(left, top + height - 3.2)
                self.write_fitting(width, 3, day, 5)
            else:
                how = _("on paper") if one.paper else ""
                if one.outcome is Signing.FOR_RECORD:
                    how = outcome_words(one.outcome)
                self.write_pile(width, height, [one.name, how, day], align="C")
        self.set_xy(left + width, top)


class _WagePaper(Sheet):
    """A version, page by page."""

    def __init__(self, printed: Printed) -> None:
        super().__init__()
        self.printed = printed
        self.columns = columns_for(printed.total, printed.lines)
        self.wide = (WIDTH - NUMBER - NAME - IDENTITY - RATE - SIGN) / len(self.columns)
        self.set_title(f"{_('Wage sheet')} {printed.version.month:%Y-%m}")

    def header(self) -> None:
        """What the page is about, and the headings."""
        version = self.printed.version
        self.set_font(SANS, "B", 15)
        title = f"{_('Wage sheet')} · {month(version.month)}"
        self.cell(WIDTH, 8, title, align="C", new_x="LMARGIN", new_y="NEXT")
        facts = [
            f"{_('Employer')}: {version.employer}",
            f"{_('Site')}: {version.site_name}",
            f"{_('Crew')}: {version.crew_name or _('All crews')}",
            f"{_('Pay period')}: {period_words(version.month)}",
            f"{_('Pay day')}: {version.pay_day.isoformat() if version.pay_day else '__________'}",
            _(
                "1 工 = %(hours)s hours",
                hours=" / ".join(number(one) for one in version.hours_per_day),
            ),
            f"{_('Currency')}: {version.currency}",
            _("version %(n)s", n=version.version),
        ]
        self.write_fitting(WIDTH, 6, "    ".join(facts), 8.5, align="L")
        self.ln(6.5)
        self.write_head(NUMBER, _("Row no."))
        self.write_head(NAME, _("Full name"))
        self.write_head(IDENTITY, _("Identity number, phone, account"))
        self.write_head(RATE, _("Rate"))
        for column in self.columns:
            self.write_head(self.wide, column.title)
        self.write_head(SIGN, _("Signature"))
        self.ln(HEAD)

    def footer(self) -> None:
        """The check code, where to check it, the page."""
        printed = self.printed
        self.set_y(-EDGE - 5)
        said = [
            f"{_('Check code')} {printed.code} · {printed.verify_at}",
            f"{_('Closed on')} {moment(printed.version.closed_at, printed.time_zone)}"
            f" · {printed.version.closed_by_name}",
            _("printed %(when)s", when=moment(printed.printed_at, printed.time_zone))
            + f" · {printed.by_whom}",
        ]
        self.write_fitting(WIDTH - 14, 5, "    ".join(said), 6.5, align="L")
        self.set_font(SANS, "", 6.5)
        self.cell(14, 5, f"{self.page_no()} / {{nb}}", align="R")

    def _figure(self, column: Column, figures: Figures) -> str:
        value: Decimal = column.of(figures)
        text = column.text(figures, self.printed.version.currency)
        return plain_amount(value) if column.is_money and text else text

    def write_line(self, place: int, line: Line) -> None:
        """One worker."""
        if self.will_page_break(ROW):
            self.add_page()
        person, printed = line.person, self.printed
        several = not printed.version.crew_name
        self.write_fitting(NUMBER, ROW, str(place), 7.5, border=1)
        beside = " ".join(text for text in (person.number, person.trade) if text)
        self.write_pile(NAME, ROW, [person.name, beside, person.crews if several else ""])
        account = " ".join(text for text in (person.bank_name, printed.account(line)) if text)
        self.write_pile(
            IDENTITY, ROW, [printed.identity(line) or "–", shown_phone(person.phone), account]
        )
        rates = rates_words(line, printed.version.currency).split("; ")
        self.write_pile(RATE, ROW, rates[:3], align="R")
        for column in self.columns:
            bold = column.name == "payable"
            text = self._figure(column, line.figures)
            self.write_fitting(self.wide, ROW, text, 8, bold=bold, align="R", border=1)
        self.write_signature(printed.signatures.get(line.worker), SIGN, ROW, printed.time_zone)
        self.ln(ROW)

    def write_total(self) -> None:
        """The sum of every column."""
        if self.will_page_break(ROW * 0.8):
            self.add_page()
        before = NUMBER + NAME + IDENTITY + RATE
        workers = _("Total, %(n)s workers", n=len(self.printed.lines))
        self.write_fitting(before, ROW * 0.8, workers, 8.5, bold=True, align="L", border=1)
        for column in self.columns:
            text = self._figure(column, self.printed.total)
            self.write_fitting(self.wide, ROW * 0.8, text, 8, bold=True, align="R", border=1)
        self.write_fitting(SIGN, ROW * 0.8, "", 8, border=1)
        self.ln(ROW * 0.8)

    def write_items(self) -> None:
        """Each allowance and deduction by its own name, and how it is added up."""
        currency = self.printed.version.currency
        told = [
            f"{line.person.name}: {', '.join(item_words(item, currency) for item in line.items)}"
            for line in self.printed.lines
            if line.items
        ]
        self.ln(1.5)
        self.set_font(SANS, "", 6.5)
        said = _("To be paid = pay in all − deductions − advances − paid already.")
        self.multi_cell(
            WIDTH, 3.6, "  ·  ".join([said, *told]), align="L", new_x="LMARGIN", new_y="NEXT"
        )

    def write_end(self) -> None:
        """Who answers for the sheet."""
        if self.will_page_break(13):
            self.add_page()
        self.ln(6)
        self.set_font(SANS, "", 8.5)
        for who in (_("Made by"), _("Foreman"), _("Project manager"), _("Date")):
            self.cell(WIDTH / 4, 6, f"{who}: ________________")
        self.ln(6)


def pdf_of(printed: Printed) -> bytes:
    """The PDF of a version, in the reader's language."""
    paper = _WagePaper(printed)
    paper.add_page()
    for place, line in enumerate(printed.lines, 1):
        paper.write_line(place, line)
    paper.write_total()
    paper.write_items()
    paper.write_end()
    return bytes(paper.output())
