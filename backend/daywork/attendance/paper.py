"""The attendance as a PDF to sign: A4 landscape, a crew begins a page, the heading on every page.

Made by fpdf2 with our own fonts (decision 0009), in black: signs tell pending from approved, and
grey tells rest days from workdays.
"""

from datetime import datetime

from daywork.attendance.rules import CrewMonth, WorkerMonth
from daywork.attendance.service import Attendance
from daywork.attendance.words import (
    Kind,
    Sign,
    doubt_line,
    kinds,
    legend,
    shade,
    signs_of,
    weekday,
)
from daywork.web.figures import moment, month, number
from daywork.web.language import gettext as _
from daywork.web.paper import EDGE, SANS, Grid

WIDTH = 297 - 2 * EDGE
NAME, SUM, SIGN = 23.0, 12.0, 20.0
ROW, HEAD = 7.4, 8.0
GREYS = {"rest": 232, "holiday": 205}


class _Paper(Grid):
    """One crew after the other; ``crew`` is the one whose heading a new page gets."""

    inset = 0.3
    smallest = 3.5

    def __init__(self, attendance: Attendance, company: str, made: str) -> None:
        super().__init__(ink=120)
        self.attendance = attendance
        self.company = company
        self.made = made
        self.crew: CrewMonth | None = None
        self.sums = kinds()[:2]
        if attendance.total.pending_man_days or attendance.total.pending_overtime:
            self.sums += kinds()[2:4]
        if attendance.total.has_returned:
            self.sums += kinds()[4:6]
        self.day_width = (WIDTH - NAME - SIGN - SUM * len(self.sums)) / len(attendance.days)

    def header(self) -> None:
        """What the page is about, and the days."""
        site = self.attendance.site
        assert self.crew is not None  # noqa: S101 - set before each page
        assert site is not None  # noqa: S101 - a company without sites has no crew to print
        self.set_font(SANS, "B", 14)
        title = f"{_('Attendance')} · {month(self.attendance.view.month.first)}"
        self.cell(WIDTH, 7, title, align="C", new_x="LMARGIN", new_y="NEXT")
        crew = f"{self.crew.name} ({self.crew.company})" if self.crew.company else self.crew.name
        facts = [
            f"{_('Company')}: {self.company}",
            f"{_('Site')}: {site.name}",
            f"{_('Crew')}: {crew}",
            _(
                "1 工 = %(hours)s hours",
                hours=" / ".join(number(one) for one in self.attendance.hours),
            ),
        ]
        self.write_fitting(WIDTH, 6, "    ".join(facts), 9, align="L")
        self.ln(6.5)
        self.write_fitting(NAME, HEAD, _("Worker"), 7.5, bold=True, border=1)
        for day in self.attendance.days:
            left, top = self.get_x(), self.get_y()
            self._ground(shade(day), left, HEAD)
            self.write_fitting(self.day_width, HEAD / 2, str(day.day.day), 7, bold=True)
            self.set_xy(left, top + HEAD / 2)
            self.write_fitting(self.day_width, HEAD / 2, weekday(day.day), 6)
            self.set_xy(left + self.day_width, top)
        for kind in self.sums:
            left, top = self.get_x(), self.get_y()
            self.rect(left, top, SUM, HEAD)
            self.set_font(SANS, "B", 5)
            self.multi_cell(SUM, HEAD / 2, kind.title, align="C", max_line_height=HEAD / 2 - 1)
            self.set_xy(left + SUM, top)
        self.write_fitting(SIGN, HEAD, _("Signature"), 7.5, bold=True, border=1)
        self.ln(HEAD)

    def footer(self) -> None:
        """The signs, the check code, the page."""
        self.set_y(-EDGE - 5)
        said = ["   ".join(f"{sign} {meaning}" for sign, meaning in legend())]
        seal = self.attendance.seal
        if seal:
            said.append(f"{_('Check code')} {seal.code} ({seal.number})")
        said.append(self.made)
        self.write_fitting(WIDTH - 14, 5, "    ".join(said), 6.5, align="L")
        self.set_font(SANS, "", 6.5)
        self.cell(14, 5, f"{self.page_no()} / {{nb}}", align="R")

    def _ground(self, name: str, left: float, height: float) -> None:
        self.set_fill_color(GREYS.get(name, 255))
        self.rect(left, self.get_y(), self.day_width, height, style="DF")

    def room_for(self, height: float) -> None:
        """Begin a page when this would not fit."""
        if self.will_page_break(height):
            self.add_page()

    def write_worker(self, worker: WorkerMonth) -> None:
        """One row: name, days, sums, room to sign."""
        self.room_for(ROW)
        left, top = self.get_x(), self.get_y()
        self.rect(left, top, NAME, ROW)
        self.write_fitting(NAME, ROW * 0.55, worker.name, 8, align="L")
        self.set_xy(left, top + ROW * 0.52)
        beside = " ".join(text for text in (worker.number, worker.trade) if text)
        self.write_fitting(NAME, ROW * 0.4, beside, 5.5, align="L")
        self.set_xy(left + NAME, top)
        for day in self.attendance.days:
            cell = worker.cells.get(day.day)
            self._ground(shade(day), self.get_x(), ROW)
            signs = signs_of(cell.figures) if cell else []
            self.write_signs(signs, doubtful=bool(cell and cell.doubts))
        total = worker.total
        for kind in self.sums:
            text = number(kind.of(total))
            self.write_fitting(SUM, ROW, text, 8, bold=True, border=1)
        self.write_fitting(SIGN, ROW, "", 8, border=1)
        self.ln(ROW)

    def write_signs(self, signs: list[Sign], *, doubtful: bool) -> None:
        """工 above, overtime below; a doubtful day has its sign behind."""
        left, top = self.get_x(), self.get_y()
        above = " ".join(sign.text for sign in signs if "+" not in sign.text)
        below = " ".join(sign.text for sign in signs if "+" in sign.text)
        if doubtful:
            above = f"{above}!"
        if below:
            self.write_fitting(self.day_width, ROW * 0.55, above, 7.5, bold=doubtful)
            self.set_xy(left, top + ROW * 0.5)
            self.write_fitting(self.day_width, ROW * 0.45, below, 6)
        else:
            self.write_fitting(self.day_width, ROW, above, 7.5, bold=doubtful)
        self.set_xy(left + self.day_width, top)

    def write_total(self, crew: CrewMonth, kind: Kind) -> None:
        """A kind of figure, day by day."""
        self.room_for(ROW * 0.7)
        self.write_fitting(NAME, ROW * 0.7, kind.title, 6.5, bold=True, align="L", border=1)
        for day in self.attendance.days:
            figure = kind.of(crew.on(day.day))
            self._ground(shade(day), self.get_x(), ROW * 0.7)
            self.write_fitting(self.day_width, ROW * 0.7, number(figure) if figure else "", 6.5)
        for one in self.sums:
            text = number(kind.of(crew.total)) if one.title == kind.title else ""
            self.write_fitting(SUM, ROW * 0.7, text, 8, bold=True, border=1)
        self.write_fitting(SIGN, ROW * 0.7, "", 8, border=1)
        self.ln(ROW * 0.7)

    def write_crew(self, crew: CrewMonth) -> None:
        """A crew from a page of its own on, with room to sign at the end."""
        self.crew = crew
        self.add_page()
        for worker in crew.workers:
            self.write_worker(worker)
        for kind in self.sums:
            self.write_total(crew, kind)
        doubts = [doubt_line(worker.name, cell) for worker, cell in crew.doubtful]
        if doubts:
            self.ln(1.5)
            self.set_font(SANS, "", 6.5)
            self.multi_cell(
                WIDTH,
                3.6,
                f"! {_('Look at')}: " + "  ·  ".join(doubts),
                align="L",
                new_x="LMARGIN",
                new_y="NEXT",
            )
        self.room_for(13)
        self.ln(6)
        self.set_font(SANS, "", 8.5)
        for who in (_("Made by"), _("Foreman"), _("Supervisor"), _("Date")):
            self.cell(WIDTH / 4, 6, f"{who}: ________________")
        self.ln(6)


def pdf_of(attendance: Attendance, made_at: datetime, by_whom: str, company: str) -> bytes:
    """The PDF of the crews in view, in the reader's language. There is at least one crew."""
    site = attendance.site
    zone = site.time_zone if site else "Asia/Shanghai"
    paper = _Paper(attendance, company, f"{_('Made')} {moment(made_at, zone)} · {by_whom}")
    paper.set_title(f"{_('Attendance')} {attendance.view.month.text}")
    for crew in attendance.crews:
        paper.write_crew(crew)
    return bytes(paper.output())
