"""What every paper the rooms print stands on: fpdf2 with our own fonts (decision 0009)."""

from typing import Final, Literal

from fpdf import FPDF

from daywork.ground.places import FONTS

SANS: Final = "NotoSansSC"
EDGE: Final = 8.0
"""Millimetres, like all lengths here."""


class Paper(FPDF):
    """A4 with our fonts. ``inset`` keeps a cell's text off its sides; below ``smallest`` points a
    text is rather cut than made smaller still."""

    inset = 0.4
    smallest = 3.2

    def __init__(self, orientation: Literal["landscape", "portrait"]) -> None:
        super().__init__(orientation, "mm", "A4")
        self.add_font(SANS, "", FONTS / "NotoSansSC_400Regular.ttf")
        self.add_font(SANS, "B", FONTS / "NotoSansSC_700Bold.ttf")


class Grid(Paper):
    """A page of narrow cells with thin lines."""

    def __init__(
        self, orientation: Literal["landscape", "portrait"] = "landscape", *, ink: int = 90
    ) -> None:
        super().__init__(orientation)
        self.set_margins(EDGE, EDGE, EDGE)
        self.set_auto_page_break(auto=True, margin=EDGE + 6)
        self.set_line_width(0.15)
        self.set_draw_color(ink)

    def write_fitting(
        self,
        width: float,
        height: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        align: str = "C",
        border: Literal[0, 1] = 0,
    ) -> None:
        """A cell whose text is made smaller until it fits."""
        self.set_font(SANS, "B" if bold else "", size)
        wide, room = self.get_string_width(text), width - 2 * self.inset
        if wide > room:
            self.set_font(SANS, "B" if bold else "", max(size * room / wide, self.smallest))
        self.c_margin = self.inset
        self.cell(width, height, text, border=border, align=align)
