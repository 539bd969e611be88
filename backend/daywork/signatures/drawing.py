"""A signature drawn with a finger, put on paper."""

from fpdf import FPDF

from daywork.signatures.rules import BOX, lines_of


def draw_strokes(
    paper: FPDF, strokes: str, left: float, top: float, width: float, height: float, pen: float
) -> None:
    """Fit the strokes into a box, drawn with a pen so wide; all in the paper's unit."""
    scale = min(width / BOX[0], height / BOX[1])
    usual = paper.line_width
    paper.set_line_width(pen)
    for points in lines_of(strokes):
        placed = [(left + x * scale, top + y * scale) for x, y in points]
        paper.polyline(placed if len(placed) > 1 else placed * 2)
    paper.set_line_width(usual)
