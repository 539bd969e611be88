"""The card in a picture's lower left corner: where, what, when and by whom, and the check code.

Runs in the darkroom only. It is drawn on a copy; the original stays as it came. A small picture is
enlarged first, and where a card would hide half of the picture, it stands below it.
"""

import io
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from PIL import Image, ImageDraw, ImageFont

from daywork.ground.places import FONTS
from daywork.photos.pictures import upright

MARKED_EDGE: Final = 4096
"""Pixels of a marked copy's longer edge, at most."""
_SMALLEST: Final = 480
"""Pixels the shorter edge is brought to, so that letters have some of their own."""
_TEXT: Final = 0.03
"""Height of a letter by the picture's shorter edge."""
_TEXT_OF_LONG: Final = 0.008
"""And at least so much of the longer one: a panorama is looked at as a whole."""
_LOWEST, _HIGHEST = 15, 96
"""Pixels of a letter, at least and at most."""
_WIDEST: Final = 30
"""Letters in a line before it is broken."""
_MOST_OF_HEIGHT: Final = 0.45

_INK: Final = (255, 255, 255)
_SOFT: Final = (214, 222, 230)
_PAPER: Final = (10, 14, 18)
_COVER: Final = 0.76
"""How much of the picture the card covers: white on it is legible on snow, too."""
_QUALITY: Final = 88


class Card(msgspec.Struct, frozen=True):
    """What is written; every line is broken into at most two and then cut."""

    title: str
    lines: list[str]
    code: str
    """``7F3A-K9QX-2M4T``, in three rows at the right."""
    foot: str = ""
    """Where the code is typed."""


def marked(data: bytes, card: Card) -> bytes:
    """A JPEG of the picture, upright, with the card.

    Raises:
        Undecodable: with the reason.
    """
    picture = upright(data, MARKED_EDGE)
    out = io.BytesIO()
    with_card(picture, card).save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


def with_card(picture: Image.Image, card: Card) -> Image.Image:
    """The picture with the card on it, or below it."""
    picture = _large_enough(picture)
    width, height = picture.size
    short, long = sorted(picture.size)
    letter = round(min(max(short * _TEXT, long * _TEXT_OF_LONG, _LOWEST), _HIGHEST))
    drawn = _Drawn(card, letter, width)
    gap = letter
    below = drawn.height + 2 * gap > height * _MOST_OF_HEIGHT
    canvas_width = max(width, drawn.width + 2 * gap)
    if below or canvas_width > width:
        canvas = Image.new(
            "RGB", (canvas_width, height + (drawn.height + 2 * gap if below else 0)), _PAPER
        )
        canvas.paste(picture, (0, 0))
        picture = canvas
    drawn.put_on(picture, (gap, picture.height - gap - drawn.height))
    return picture


def _large_enough(picture: Image.Image) -> Image.Image:
    short, long = sorted(picture.size)
    factor = min(_SMALLEST / short, MARKED_EDGE / long)
    if factor <= 1.05:
        return picture
    size = (round(picture.width * factor), round(picture.height * factor))
    return picture.resize(size, Image.Resampling.LANCZOS)


class _Drawn:
    """A card measured for a picture of this width."""

    def __init__(self, card: Card, letter: int, picture_width: int) -> None:
        self._letter = letter
        self._pad = round(letter * 0.7)
        self._row = round(letter * 1.42)
        self._bold = _font("NotoSansSC_700Bold.ttf", round(letter * 1.12))
        self._plain = _font("NotoSansSC_400Regular.ttf", letter)
        self._small = _font("NotoSansSC_400Regular.ttf", max(round(letter * 0.8), _LOWEST - 3))
        self._code = card.code.split("-")
        self._code_font = _font("NotoSansSC_700Bold.ttf", round(letter * 1.2))
        code_width = max(self._code_font.getlength(part) for part in self._code)
        self._code_box = round(code_width) + 2 * self._pad
        room = picture_width - 2 * letter - self._code_box - 2 * self._pad
        column = max(min(room, _WIDEST * letter), 9 * letter)
        self._rows: list[tuple[str, Any, tuple[int, int, int]]] = [
            (row, self._bold, _INK) for row in _broken(card.title, self._bold, column)
        ]
        for line in card.lines:
            self._rows += [(row, self._plain, _INK) for row in _broken(line, self._plain, column)]
        if card.foot:
            self._rows += [
                (row, self._small, _SOFT) for row in _broken(card.foot, self._small, column)
            ]
        widest = max(font.getlength(row) for row, font, _ in self._rows)
        rows = max(len(self._rows), len(self._code) + 1)
        self.width = round(widest) + 2 * self._pad + self._code_box
        self.height = rows * self._row + 2 * self._pad

    def put_on(self, picture: Image.Image, corner: tuple[int, int]) -> None:
        left, top = corner
        box = (left, top, left + self.width, top + self.height)
        under = picture.crop(box)
        shade = Image.blend(under, Image.new("RGB", under.size, _PAPER), _COVER)
        edge = max(1, self._letter // 14)
        ImageDraw.Draw(shade).rounded_rectangle(
            (0, 0, self.width - 1, self.height - 1), self._pad, outline=(150, 160, 170), width=edge
        )
        shape = Image.new("L", under.size, 0)
        ImageDraw.Draw(shape).rounded_rectangle(
            (0, 0, self.width - 1, self.height - 1), self._pad, fill=255
        )
        picture.paste(shade, corner, shape)
        pen = ImageDraw.Draw(picture)
        at = top + self._pad
        for row, font, ink in self._rows:
            pen.text((left + self._pad, at + self._row / 2), row, fill=ink, font=font, anchor="lm")
            at += self._row
        line = left + self.width - self._code_box
        pen.line((line, top + self._pad, line, top + self.height - self._pad), _SOFT, width=edge)
        step = round(self._row * 1.15)
        middle = top + self.height / 2 - step * (len(self._code) - 1) / 2
        for place, part in enumerate(self._code):
            pen.text(
                (line + self._code_box / 2, middle + place * step),
                part,
                fill=_INK,
                font=self._code_font,
                anchor="mm",
            )


def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / name, size)


def _broken(text: str, font: ImageFont.FreeTypeFont, width: float) -> Sequence[str]:
    """At most two rows; Chinese breaks anywhere, other words at a blank where there is one."""
    text = " ".join(text.split())
    if font.getlength(text) <= width:
        return [text]
    cut = _fitting(text, font, width)
    blank = text.rfind(" ", 0, cut + 1)
    if blank > cut / 2 and text[cut - 1].isascii():
        cut = blank
    rest = text[cut:].strip()
    if font.getlength(rest) > width:
        rest = rest[: _fitting(rest, font, width - font.getlength("…"))].rstrip() + "…"
    return [text[:cut].strip(), rest]


def _fitting(text: str, font: ImageFont.FreeTypeFont, width: float) -> int:
    """How many characters fit, at least one."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if font.getlength(text[:middle]) <= width:
            low = middle
        else:
            high = middle - 1
    return low
