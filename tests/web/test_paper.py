"""Cells drawn the short way stand where fpdf2's own stand, to the hundredth of a point."""

import io
import re

import pytest
from pypdf import PdfReader

from daywork.web import paper
from daywork.web.paper import Grid

TEXTS = ("1", "+2.5", "周伟民", "Reyes, M. (foreman)", "", "a text that is far too long", "שלום 3")


def drawn() -> tuple[bytes, list[object]]:
    grid = Grid()
    grid.add_page()
    places: list[object] = []
    for _round in range(12):
        for text in TEXTS:
            for align in "LCR":
                grid.write_fitting(12, 6, text, 9, bold=text == "1", align=align, border=1)
                places.append((grid.page_no(), round(grid.x, 6), round(grid.y, 6)))
        grid.ln(18)
    return bytes(grid.output()), places


def texts_in(data: bytes) -> list[object]:
    found: list[object] = []
    for number, page in enumerate(PdfReader(io.BytesIO(data)).pages):

        def note(
            text: str, _cm: object, tm: list[float], _font: object, size: float, page: int = number
        ) -> None:
            if text.strip():
                found.append((page, text.strip(), round(tm[4], 1), round(tm[5], 1), size))

        page.extract_text(visitor_text=note)
    return found


def test_a_fitted_text_stands_where_a_cell_would_put_it(monkeypatch: pytest.MonkeyPatch) -> None:
    quick, moved = drawn()
    monkeypatch.setattr(paper, "_PLAIN", re.compile("never"))
    slow, moved_slowly = drawn()
    assert moved == moved_slowly
    assert texts_in(quick) == texts_in(slow)
    assert len(PdfReader(io.BytesIO(quick)).pages) > 1, "cells on both sides of a page's end"
