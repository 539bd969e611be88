"""The daywork sheet on paper (计日工签证单): one A4 page or more, in the reader's language.

What was recorded and who signed it, with the check code that finds it again. No pay stands on it:
it goes to the client.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from daywork.approvals import words
from daywork.approvals.queries import Record, SheetLine
from daywork.ground.money import ZERO
from daywork.signatures.drawing import draw_strokes
from daywork.signatures.rules import Signature
from daywork.signatures.words import outcome_words, party_words, when_words
from daywork.sites.site import Site
from daywork.web import figures
from daywork.web import paper as base
from daywork.web.language import gettext, language
from daywork.web.paper import SANS

MARGIN: Final = 15.0
"""Millimetres, as all lengths here."""
LABEL: Final = 28.0
"""The width of a fact's name."""
DRAWN: Final = (45.0, 18.0)
"""The box a signature is drawn in."""


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything that stands on the sheet."""

    company: str
    site: Site
    record: Record
    lines: Sequence[SheetLine]
    photos: int
    signatures: Sequence[Signature]
    """Of the version printed."""
    code: str
    """Check code of the version printed."""
    verify_at: str
    """Address where the code is checked, as people type it."""
    printed_at: datetime


def draw(paper: Paper) -> bytes:
    """The PDF, in the language now spoken."""
    say = gettext
    record, site = paper.record, paper.site
    pdf = _Sheet(paper)
    pdf.set_title(f"{say(_('Daywork sheet'))} {record.crew_name} {record.work_day}")
    pdf.set_lang("en" if language() == "en" else "zh-CN")
    pdf.add_page()
    pdf.set_font(SANS, "B", 18)
    pdf.cell(0, 11, say(_("Daywork sheet")), align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.ln(2)
    pdf.pair((say(_("Company")), paper.company), (say(_("Site")), site.name))
    day = figures.day(record.work_day, year=True)
    pdf.pair((say(_("Crew")), record.crew_name), (say(_("Work day")), day))
    pdf.fact(say(_("Task")), words.task_of(record) or figures.NOTHING)
    pdf.fact(say(_("Recorded by")), _by(record.author_name, record.received_at, site))
    pdf.fact(say(_("State")), _state(record, site))
    pdf.ln(3)
    _table(pdf, paper.lines)
    if record.note:
        pdf.ln(2)
        pdf.fact(say(_("Note")), record.note)
    if paper.photos:
        pdf.fact(say(_("Photos")), str(paper.photos))
    pdf.ln(4)
    if pdf.will_page_break(8 + DRAWN[1] + 8):
        pdf.add_page()
    pdf.set_font(SANS, "B", 12)
    pdf.cell(0, 8, say(_("Signatures")), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    for one in paper.signatures:
        pdf.signed(one)
    if not paper.signatures:
        pdf.open_lines()
    return bytes(pdf.output())


def _by(name: str, at: datetime | None, site: Site) -> str:
    return f"{name}, {figures.moment(at, site.time_zone, year=True)}"


def _state(record: Record, site: Site) -> str:
    word = words.state_words(record.state)
    if record.decided_by_name and record.decided_at and record.state != "submitted":
        return f"{word}: {_by(record.decided_by_name, record.decided_at, site)}"
    return word


def _table(pdf: "_Sheet", lines: Sequence[SheetLine]) -> None:
    say = gettext
    head = FontFace(emphasis="BOLD", fill_color=(235, 238, 241))
    with pdf.table(
        col_widths=(8, 29, 31, 20, 25, 43, 24),
        text_align=("RIGHT", "LEFT", "LEFT", "RIGHT", "RIGHT", "LEFT", "LEFT"),
        headings_style=head,
        line_height=6,
        padding=(0.5, 1.2),
        repeat_headings=1,
    ) as table:
        table.row(
            [
                "#",
                say(_("Worker")),
                say(_("Trade")),
                say(_("Man-days")),
                say(_("Overtime hours")),
                say(_("Task")),
                say(_("Note")),
            ]
        )
        at_work = [line for line in lines if line.man_days or line.overtime_hours]
        for number, line in enumerate(at_work, 1):
            english = language() == "en" and line.trade_en
            table.row(
                [
                    str(number),
                    line.name,
                    line.trade_en if english else line.trade,
                    figures.man_days(line.man_days),
                    figures.number(line.overtime_hours) if line.overtime_hours else "",
                    words.task_name(line.task_code, line.task_name, line.task_name_en),
                    line.note,
                ]
            )
        table.row(
            [
                "",
                say(_("In all")),
                "",
                figures.man_days(sum((line.man_days for line in at_work), ZERO)),
                figures.number(sum((line.overtime_hours for line in at_work), ZERO)),
                "",
                "",
            ],
            style=FontFace(emphasis="BOLD"),
        )


class _Sheet(base.Paper):
    """A page with our font, the check code at its foot, and the few shapes the sheet has."""

    def __init__(self, paper: Paper) -> None:
        super().__init__("portrait")
        self._paper = paper
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, margin=24)
        self.set_font(SANS, "", 10)

    def footer(self) -> None:
        """The code, where to check it, and which version it speaks of."""
        self.set_y(-20)
        self.set_font(SANS, "B", 10)
        paper = self._paper
        line = partial(self.cell, 0, 5, align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        version = gettext(_("version %(n)s"), n=paper.record.version)
        line(f"{gettext(_('Check code'))} {paper.code} · {version} · {paper.verify_at}")
        self.set_font(SANS, "", 8)
        page = gettext(_("page %(n)s of %(count)s"), n=self.page_no(), count="{nb}")
        printed = gettext(
            _("printed %(when)s"),
            when=figures.moment(paper.printed_at, paper.site.time_zone, year=True),
        )
        line(f"{printed} · {page}")

    def header(self) -> None:
        """From the second page on: which sheet this is."""
        if self.page_no() == 1:
            return
        record = self._paper.record
        self.set_font(SANS, "", 9)
        day = figures.day(record.work_day, year=True)
        line = (
            f"{gettext(_('Daywork sheet'))} · {record.crew_name} · {day} · {self._paper.site.name}"
        )
        self.cell(0, 6, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.line(MARGIN, self.get_y() + 1, self.w - MARGIN, self.get_y() + 1)
        self.ln(4)

    def pair(self, left: tuple[str, str], right: tuple[str, str]) -> None:
        """Two short facts side by side; where one is long, one below the other."""
        half = (self.w - 2 * MARGIN) / 2
        self.set_font(SANS, "", 10)
        if max(self.get_string_width(value) for _label, value in (left, right)) > half - LABEL - 2:
            self.fact(*left)
            self.fact(*right)
            return
        top = self.get_y()
        for number, (label, value) in enumerate((left, right)):
            self.set_xy(MARGIN + number * half, top)
            self._label(label)
            self.cell(half - LABEL, 6.5, value)
        self.set_xy(MARGIN, top + 6.5)

    def _label(self, label: str) -> None:
        self.set_font(SANS, "", 9)
        self.set_text_color(70, 80, 92)
        self.cell(LABEL, 6.5, label)
        self.set_text_color(0)
        self.set_font(SANS, "", 10)

    def fact(self, label: str, value: str) -> None:
        """One labelled line; a long value goes on below itself."""
        self._label(label)
        self.multi_cell(0, 6.5, value, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def signed(self, one: Signature) -> None:
        """One signature: what came of it, the drawing or the typed name, and who saw it."""
        if self.will_page_break(DRAWN[1] + 8):
            self.add_page()
        top = self.get_y()
        self.set_font(SANS, "B", 10)
        told = f"{party_words(one.party)}: {outcome_words(one.outcome)}"
        self.cell(110, 6.5, told, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_font(SANS, "", 10)
        who = f"{one.name} · {one.company}" if one.company else one.name
        self.cell(110, 6, who, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        more = [when_words(one, self._paper.site.time_zone, year=True)]
        if one.witness:
            more.append(gettext(_("Witness: %(name)s"), name=one.witness))
        self.multi_cell(125, 6, " · ".join(more), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        if one.note:
            self.multi_cell(125, 6, one.note, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        text_ends = self.get_y()
        left = self.w - MARGIN - DRAWN[0]
        if one.strokes:
            draw_strokes(self, one.strokes, left, top, *DRAWN, pen=0.5)
        elif one.outcome in ("signed", "for_record"):
            self.set_xy(left, top + 5)
            self.set_font(SANS, "B", 13)
            self.cell(DRAWN[0], 8, one.name, align="C")
        below = self.get_y()
        if one.outcome in ("signed", "for_record"):
            self.line(left, top + DRAWN[1], left + DRAWN[0], top + DRAWN[1])
            below = max(text_ends, top + DRAWN[1])
        self.set_xy(MARGIN, below + 4)

    def open_lines(self) -> None:
        """Nobody has signed yet: lines to sign by hand."""
        for label in (_("For the client"), _("For the contractor"), _("For the crew")):
            self.ln(9)
            self.set_font(SANS, "", 10)
            self.cell(40, 6, gettext(label))
            at = self.get_y() + 6
            self.line(MARGIN + 42, at, MARGIN + 112, at)
            self.set_x(MARGIN + 116)
            self.cell(20, 6, gettext(_("Date")))
            self.line(MARGIN + 136, at, self.w - MARGIN, at)
            self.ln(6)
