"""Each picture a phone can make ends as a right thumbnail or a clear refusal, in bounded memory."""

import io
import random
import struct
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from daywork.photos import darkroom_worker
from daywork.photos.darkroom import Darkroom
from daywork.photos.rules import LARGEST_PIXELS, THUMBNAIL_EDGE, NoPreview
from tests.photos.made import (
    CORNERS,
    as_stored,
    enlarged_heic,
    enlarged_jpeg,
    png,
    quarters,
    saved,
    with_exif_block,
    with_orientation,
)


@pytest.fixture(scope="module")
def darkroom() -> Iterator[Darkroom]:
    room = Darkroom()
    yield room
    room.close()


def developed(room: Darkroom, data: bytes) -> Image.Image | NoPreview:
    """What the darkroom makes of it."""
    made = room.develop(len(data), [data])
    if isinstance(made, NoPreview):
        return made
    picture = Image.open(io.BytesIO(made))
    picture.load()
    assert (picture.format, picture.mode) == ("JPEG", "RGB")
    assert max(picture.size) <= THUMBNAIL_EDGE
    assert not picture.getexif()
    return picture


def shown(room: Darkroom, data: bytes) -> Image.Image:
    picture = developed(room, data)
    assert isinstance(picture, Image.Image), picture
    return picture


def colour_at(picture: Image.Image, corner: str) -> tuple[int, ...]:
    width, height = picture.size
    place = (
        width * (3 if corner[1] == "R" else 1) // 4,
        height * (3 if corner[0] == "B" else 1) // 4,
    )
    pixel = picture.getpixel(place)
    assert isinstance(pixel, tuple)
    return pixel


def is_like(picture: Image.Image, tolerance: int = 30) -> bool:
    """Whether all four quarters have their colours."""
    return all(
        abs(one - other) <= tolerance
        for corner, colour in CORNERS.items()
        for one, other in zip(colour_at(picture, corner), colour, strict=True)
    )


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_shown_upright(
    darkroom: Darkroom, kind: str, orientation: int
) -> None:
    data = saved(as_stored(orientation), kind, exif=with_orientation(orientation))
    picture = shown(darkroom, data)
    assert picture.size == (480, 360)
    assert is_like(picture)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_heic_of_an_iphone_is_shown_upright(darkroom: Darkroom, orientation: int) -> None:
    stored = as_stored(orientation)
    stored.info["exif"] = with_orientation(orientation).tobytes()
    data = saved(stored, "HEIF")  # turned by its own property, which EXIF only repeats
    assert (b"irot" in data) == (orientation not in (1, 2, 4)) or b"imir" in data
    picture = shown(darkroom, data)
    assert picture.size == (480, 360)
    assert is_like(picture)


def test_48_megapixels_are_shown(darkroom: Darkroom) -> None:
    large = quarters(1008, 756).resize((8064, 6048), Image.Resampling.NEAREST)
    for data in (
        saved(large, "JPEG", quality=80),
        saved(large, "JPEG", quality=80, progressive=True),
        saved(large, "PNG", compress_level=1),
    ):
        picture = shown(darkroom, data)
        assert picture.size == (480, 360)
        assert is_like(picture)


ORDINARY = {
    "progressive": lambda: saved(quarters(), "JPEG", progressive=True),
    "cmyk": lambda: saved(quarters().convert("CMYK"), "JPEG", quality=95),
    "palette gif": lambda: saved(quarters().convert("P", palette=Image.Palette.ADAPTIVE), "GIF"),
    "animated gif": lambda: saved(
        quarters(), "GIF", save_all=True, append_images=[Image.new("RGB", (640, 480), "pink")] * 3
    ),
    "animated webp": lambda: saved(
        quarters(), "WEBP", save_all=True, append_images=[Image.new("RGB", (640, 480), "pink")] * 3
    ),
    "mpo": lambda: saved(quarters(), "MPO", save_all=True, append_images=[quarters()]),
    "avif": lambda: saved(quarters(), "AVIF"),
    "palette png": lambda: saved(quarters().quantize(16), "PNG"),
    "lossless webp": lambda: saved(quarters(), "WEBP", lossless=True),
    "opaque alpha": lambda: saved(quarters().convert("RGBA"), "PNG"),
}


@pytest.mark.parametrize("name", ORDINARY)
def test_what_phones_and_chats_make_is_shown(darkroom: Darkroom, name: str) -> None:
    assert is_like(shown(darkroom, ORDINARY[name]()), 60 if name == "cmyk" else 30)


def test_transparent_parts_are_white(darkroom: Darkroom) -> None:
    clear = Image.new("RGBA", (640, 480), (0, 0, 0, 0))
    clear.paste(quarters(320, 240), (0, 0))
    for data in (
        saved(clear, "PNG"),
        saved(clear, "WEBP", lossless=True),
        saved(clear.convert("LA"), "PNG"),
        saved(clear.convert("P"), "GIF", transparency=0),
    ):
        assert min(colour_at(shown(darkroom, data), "BR")) > 240


def test_grey_is_as_bright_as_it_was(darkroom: Darkroom) -> None:
    ramp = Image.linear_gradient("L").resize((640, 480))
    deep = Image.frombytes(
        "I;16", (640, 480), b"".join(struct.pack("<H", v * 257) for v in ramp.tobytes())
    )
    for data in (saved(ramp, "JPEG"), saved(ramp, "PNG"), saved(deep, "PNG")):
        picture = shown(darkroom, data)
        assert abs(colour_at(picture, "TL")[0] - 64) < 12
        assert abs(colour_at(picture, "BL")[0] - 191) < 12


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (3, 2), (479, 481)])
def test_odd_sizes_are_shown(darkroom: Darkroom, size: tuple[int, int]) -> None:
    picture = shown(darkroom, saved(Image.new("RGB", size, "teal"), "JPEG"))
    assert picture.size[0] <= max(size)


JPEG = saved(quarters(), "JPEG")
TIFF = b"Exif\0\0II*\0\x08\0\0\0"

ABSURD = {
    "huge": with_exif_block(JPEG, b"Exif\0\0" + bytes(65_000)),
    "noise": with_exif_block(JPEG, b"Exif\0\0" + random.Random(1).randbytes(5000)),
    "endless": with_exif_block(JPEG, TIFF + struct.pack("<H", 65_535) + b"\xff" * 40),
    "loops": with_exif_block(
        JPEG, TIFF + struct.pack("<HHHII", 1, 0x8769, 4, 1, 8) + struct.pack("<I", 8)
    ),
    "orientation 99": saved(quarters(), "JPEG", exif=with_orientation(99)),
    "orientation in words": with_exif_block(
        JPEG,
        TIFF + struct.pack("<HHHII", 1, 0x112, 2, 4, 0x00656D69) + struct.pack("<I", 0),
    ),
    "nan gps": with_exif_block(
        JPEG,
        TIFF
        + struct.pack("<HHHII", 1, 0x8825, 4, 1, 26)
        + struct.pack("<I", 0)
        + struct.pack("<HHHII", 1, 2, 5, 3, 44)
        + struct.pack("<I", 0)
        + struct.pack("<6I", 1, 0, 0, 0, 4_294_967_295, 0),
    ),
    "of the year 9999": with_exif_block(
        JPEG,
        TIFF
        + struct.pack("<HHHII", 1, 0x132, 2, 20, 26)
        + struct.pack("<I", 0)
        + b"9999:99:99 99:99:99\0",
    ),
    "forty blocks": b"".join(
        [
            JPEG[:2],
            *[b"\xff\xe1" + struct.pack(">H", 60_002) + b"Exif\0\0" + bytes(59_994)] * 40,
            JPEG[2:],
        ]
    ),
}


@pytest.mark.parametrize("name", ABSURD)
def test_absurd_exif_spoils_no_picture(darkroom: Darkroom, name: str) -> None:
    assert is_like(shown(darkroom, ABSURD[name]))


SCREEN = b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0xF0, 0, 0) + bytes(6)
FRAME = b"," + struct.pack("<HHHHB", 0, 0, 65_535, 65_535, 0) + b"\x02\x02\x4c\x01\x00;"

BOMBS = {
    "png that claims": lambda: png(100_000, 100_000),
    "png that is": lambda: png(20_000, 20_000, bytes(20_001 * 20_000 // 8)),
    "jpeg": lambda: enlarged_jpeg(65_000, 65_000),
    "webp": lambda: saved(Image.new("L", (16_000, 4_000)), "WEBP", quality=1, method=0),
    "gif": lambda: SCREEN + FRAME,
    "heic": lambda: enlarged_heic(60_000, 60_000),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_decompression_bomb_is_not_decoded(darkroom: Darkroom, name: str) -> None:
    made = developed(darkroom, BOMBS[name]())
    assert made is NoPreview.TOO_MANY_PIXELS or (name == "heic" and made is NoPreview.DAMAGED)


BROKEN = {
    "empty": (b"", NoPreview.NOT_A_PICTURE),
    "one byte": (b"\xff", NoPreview.NOT_A_PICTURE),
    "text": (b"<!doctype html><script>alert(1)</script>", NoPreview.NOT_A_PICTURE),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", NoPreview.NOT_A_PICTURE),
    "pdf": (b"%PDF-1.7\n", NoPreview.NOT_A_PICTURE),
    "tiff": (saved(quarters(), "TIFF"), NoPreview.NOT_A_PICTURE),
    "truncated jpeg": (JPEG[: len(JPEG) // 2], NoPreview.DAMAGED),
    "truncated png": (saved(quarters(), "PNG")[:900], NoPreview.DAMAGED),
    "truncated webp": (saved(quarters(), "WEBP")[:500], NoPreview.DAMAGED),
    "truncated heic": (saved(quarters(), "HEIF")[:700], NoPreview.DAMAGED),
    "only a head": (JPEG[:20], NoPreview.DAMAGED),
    "png of nothing": (png(640, 480), NoPreview.DAMAGED),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_shown_says_why(darkroom: Darkroom, name: str) -> None:
    data, why = BROKEN[name]
    assert developed(darkroom, data) is why


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.html", "<script>alert(1)</script>")
    return out.getvalue()


SCRIPT = b"<html><script>alert(document.cookie)</script></html>"
POLYGLOTS = {
    "jpeg and page": JPEG + SCRIPT,
    "jpeg and archive": JPEG + zipped(),
    "page in a comment": JPEG[:2]
    + b"\xff\xfe"
    + struct.pack(">H", len(SCRIPT) + 2)
    + SCRIPT
    + JPEG[2:],
}


@pytest.mark.parametrize("name", POLYGLOTS)
def test_of_a_polyglot_only_the_picture_is_shown(darkroom: Darkroom, name: str) -> None:
    data = POLYGLOTS[name]
    made = darkroom.develop(len(data), [data])
    assert isinstance(made, bytes)
    assert b"script" not in made
    assert b"PK\x03\x04" not in made
    assert is_like(shown(darkroom, data))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_worker_stays_within_its_memory() -> None:
    """The largest pictures of each kind, one after another, in one process: its peak is bounded."""
    room = Darkroom()
    edge = int(LARGEST_PIXELS**0.5)
    noise = Image.effect_noise((edge // 8, edge // 8), 80).resize((edge, edge))
    try:
        for mode, kind in (("RGB", "JPEG"), ("CMYK", "JPEG"), ("RGBA", "PNG"), ("L", "PNG")):
            options = {"compress_level": 1} if kind == "PNG" else {"quality": 60}
            data = saved(
                noise.convert(mode if mode != "RGBA" else "RGB").convert(mode), kind, **options
            )
            assert isinstance(developed(room, data), Image.Image | NoPreview)
        for data in BOMBS.values():
            developed(room, data())
        assert room.pid is not None, "it did not die of any of them"
        told = Path(f"/proc/{room.pid}/status").read_text()
        peak = int(told.split("VmHWM:")[1].split()[0]) * 1024
        limits = Path(f"/proc/{room.pid}/limits").read_text()
    finally:
        room.close()
    print(f"peak {peak / 1e6:.0f} MB of {darkroom_worker.MEMORY / 1e6:.0f} MB")
    assert peak < darkroom_worker.MEMORY
    line = next(line for line in limits.splitlines() if line.startswith("Max address space"))
    assert line.split()[3] == str(darkroom_worker.MEMORY)
