"""Pictures as phones, chats and strangers make them."""

import io
import struct
import zlib
from typing import Any

import pillow_heif
from PIL import Image, ImageDraw

pillow_heif.register_heif_opener()

CORNERS = {"TL": (220, 30, 30), "TR": (30, 160, 30), "BL": (30, 30, 220), "BR": (240, 200, 20)}
"""The colour of each quarter of the upright picture."""

ROWS_AND_COLUMNS = {
    1: "TL", 2: "TR", 3: "BR", 4: "BL", 5: "LT", 6: "RT", 7: "RB", 8: "LB",
}  # fmt: skip
"""EXIF 2.3, tag 0x0112: on which sides of the upright picture the stored first row and the
stored first column lie."""


def quarters(width: int = 640, height: int = 480) -> Image.Image:
    """A picture whose quarters have the colours of ``CORNERS``."""
    picture = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(picture)
    for name, colour in CORNERS.items():
        left, top = width // 2 * (name[1] == "R"), height // 2 * (name[0] == "B")
        draw.rectangle((left, top, left + width // 2, top + height // 2), fill=colour)
    return picture


def as_stored(orientation: int, width: int = 640, height: int = 480) -> Image.Image:
    """What the sensor wrote, so that with this orientation the upright picture is right."""
    row, column = ROWS_AND_COLUMNS[orientation]
    turned = row in "LR"
    other = {"T": "B", "B": "T", "L": "R", "R": "L"}

    def corner(one: str, two: str) -> tuple[int, int, int]:
        return CORNERS[two + one if one in "LR" else one + two]

    picture = Image.new("RGB", (height, width) if turned else (width, height))
    draw = ImageDraw.Draw(picture)
    w, h = picture.size
    for right in (False, True):
        for low in (False, True):
            colour = corner(other[row] if low else row, other[column] if right else column)
            draw.rectangle((w // 2 * right, h // 2 * low, w // 2 * (right + 1), h // 2 * (low + 1)),
                           fill=colour)  # fmt: skip
    return picture


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """The file."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def with_orientation(orientation: Any) -> Image.Exif:
    """EXIF that says only this."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def png(width: int, height: int, rows: bytes = b"") -> bytes:
    """A PNG by hand, whose header may claim anything."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


def enlarged_jpeg(width: int, height: int) -> bytes:
    """A small JPEG whose frame header claims to be large."""
    data = bytearray(saved(quarters(64, 64), "JPEG"))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def enlarged_heic(width: int, height: int) -> bytes:
    """A small HEIC whose properties claim to be large."""
    data = bytearray(saved(quarters(64, 64), "HEIF"))
    at = -1
    while (at := data.find(b"ispe", at + 1)) >= 0:
        data[at + 8 : at + 16] = struct.pack(">II", width, height)
    return bytes(data)


def with_exif_block(jpeg: bytes, block: bytes) -> bytes:
    """A JPEG with this as its first APP1 segment."""
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:]
