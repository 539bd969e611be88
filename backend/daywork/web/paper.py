"""What every paper the rooms print stands on: fpdf2 with our own fonts (decision 0009)."""

import re
from typing import Final, Literal

from fpdf import FPDF

from daywork.ground.places import FONTS

SANS: Final = "NotoSansSC"
EDGE: Final = 8.0
"""Millimetres, like all lengths here."""
_PLAIN: Final = re.compile(
    r"[ -~\u00a0-\u058f\u2000-\u200d\u2010-\u2029\u2030-\ufaff\uff00-\uffee]*"
)
"""Texts that only run from left to right."""


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
        self._widths: dict[tuple[str, bool], float] = {}

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
        """A cell whose text is made smaller until it fits.

        A large site's month has a hundred thousand of them, and ``cell`` of fpdf2 takes each apart
        letter by letter: where nothing of that is needed, a frame and a text are drawn instead.
        """
        wide = self._wide(text, bold=bold)
        room = width - 2 * self.inset
        if wide * size > room:
            size = max(room / wide, self.smallest)
        self.set_font(SANS, "B" if bold else "", size)
        self.c_margin = self.inset
        if self.will_page_break(height) or not _PLAIN.fullmatch(text):
            self.cell(width, height, text, border=border, align=align)
            return
        left, top = self.x, self.y
        if border:
            self.rect(left, top, width, height)
        if text:
            over = width - wide * size
            into = {"L": self.inset, "C": over / 2, "R": over - self.inset}[align]
            self.text(left + into, top + 0.5 * height + 0.3 * self.font_size, text)
        self.x = left + width

    def _wide(self, text: str, *, bold: bool) -> float:
        """How wide a text is by points of its size; the same few texts stand all over a paper."""
        known = self._widths.get((text, bold))
        if known is None:
            self.set_font(SANS, "B" if bold else "", 10)
            known = self._widths[text, bold] = self.get_string_width(text) / 10
        return known
