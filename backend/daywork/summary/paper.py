"""A month in one grouping on paper: the columns of the workbook, A4 landscape.

Made by fpdf2 with our own fonts (decision 0009), in black. The columns are the workbook's own, so
paper and Excel cannot come to differ.
"""

from datetime import date, datetime
from decimal import Decimal

from daywork.summary.columns import Cell, Column, columns_of, grouping_name
from daywork.summary.service import Summary
from daywork.web.figures import moment, month, number
from daywork.web.language import gettext as _
from daywork.web.paper import EDGE, SANS, Grid

WIDTH = 297 - 2 * EDGE
ROW, HEAD = 6.0, 10.0
MOST_ROWS = 5000
"""Above it nobody reads paper, and it takes minutes to set: the workbook holds them all."""


def written(cell: Cell, kind: str) -> str:
    """A cell as it stands on paper; money without its currency, which the heading tells."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal | int):
        return f"{cell:,.2f}" if kind == "money" else number(cell)
    return cell.isoformat() if isinstance(cell, date) else cell


class _Paper(Grid):
    """One table, its heading on every page."""

    def __init__(self, summary: Summary, company: str, made: str) -> None:
        super().__init__()
        self.summary, self.company, self.made = summary, company, made
        self.columns = columns_of(summary.by, summary)
        whole = sum(column.width for column in self.columns)
        self.widths = [column.width * WIDTH / whole for column in self.columns]

    def header(self) -> None:
        """What the page is about, and the columns."""
        view = self.summary.view
        self.set_font(SANS, "B", 13)
        title = f"{_('Labour summary')} · {month(view.month.first)}"
        self.cell(
            WIDTH, 7, f"{title} · {grouping_name(self.summary.by)}", new_y="NEXT", new_x="LMARGIN"
        )
        where = view.site.name if view.site else _("All sites")
        facts = [f"{_('Company')}: {self.company}", f"{_('Site')}: {where}"]
        if view.pay:
            facts.append(f"{_('Currency')}: {view.currency}")
        self.write_fitting(WIDTH, 6, "    ".join(facts), 9, align="L")
        self.ln(6.5)
        for column, width in zip(self.columns, self.widths, strict=True):
            self.write_fitting(width, HEAD, column.title, 7, bold=True, border=1)
        self.ln(HEAD)

    def footer(self) -> None:
        """Who made it, and the page."""
        self.set_y(-EDGE - 5)
        self.write_fitting(WIDTH - 14, 5, self.made, 6.5, align="L")
        self.set_font(SANS, "", 6.5)
        self.cell(14, 5, f"{self.page_no()} / {{nb}}", align="R")

    def write_row(self, cells: list[Cell], *, bold: bool = False) -> None:
        """One line of the table."""
        if self.will_page_break(ROW):
            self.add_page()
        for column, width, cell in zip(self.columns, self.widths, cells, strict=True):
            self.write_fitting(
                width,
                ROW,
                written(cell, column.kind),
                7.5,
                bold=bold,
                align=_side(column),
                border=1,
            )
        self.ln(ROW)


def _side(column: Column) -> str:
    return "L" if column.kind in ("text", "day") else "R"


def pdf_of(summary: Summary, made_at: datetime, by_whom: str, company: str) -> bytes:
    """The PDF in the reader's language."""
    zone = summary.view.sites[0].time_zone if summary.view.sites else "Asia/Shanghai"
    paper = _Paper(summary, company, f"{_('Made')} {moment(made_at, zone)} · {by_whom}")
    paper.set_title(f"{_('Labour summary')} {summary.view.month.text}")
    paper.add_page()
    for row in summary.rows:
        paper.write_row([column.of(row) for column in paper.columns])
    if summary.left:
        paper.set_font(SANS, "", 8)
        paper.cell(
            WIDTH, ROW, _("More rows stand in the Excel file."), new_x="LMARGIN", new_y="NEXT"
        )
    paper.write_row([column.total(summary) for column in paper.columns], bold=True)
    return bytes(paper.output())
