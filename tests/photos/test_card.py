"""The card is legible on any picture: bright letters on dark, inside it, never half of it."""

import io

import msgspec
import pytest
from PIL import Image, ImageChops, ImageStat

from daywork.photos.card import MARKED_EDGE, Card, marked, with_card
from daywork.photos.darkroom import Darkroom

LONG = Card(
    "中建华东第三工程局有限公司滨江一号国际金融中心综合体项目（二期）A标段西区工程",
    [
        "3.2.1 地下室顶板及地上三层框架柱、剪力墙钢筋绑扎与机电预埋管线配合施工（含后浇带）",
        "2026年3月5日 周四 14:22 · 时间未核实",
        "31.23040, 121.47370 ±8 m · 不在项目范围内",
        "欧阳建国·阿卜杜拉",
    ],
    "7F3A-K9QX-2M4T",
    "查验：daywork.example.com/v",
)
SHORT = Card("A", ["Thu 5 Mar 2026 14:22"], "0123-4567-89AB")

SIZES = [
    (1280, 960), (960, 1280), (4000, 3000), (3000, 4000), (320, 240), (240, 320), (1, 1),
    (4000, 400), (4000, 90), (100, 1500), (8000, 200),
]  # fmt: skip


@pytest.mark.parametrize("card", [LONG, SHORT], ids=["long", "short"])
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("ground", ["white", "black"])
def test_there_are_bright_letters_on_a_dark_card_at_the_lower_left(
    size: tuple[int, int], card: Card, ground: str
) -> None:
    shown = with_card(Image.new("RGB", size, ground), card)
    grey = shown.convert("L")
    corner = grey.crop((0, shown.height // 2, shown.width // 2 + 1, shown.height))
    dark = [value for value in range(130) if corner.histogram()[value]]
    assert dark, "no card"
    assert corner.getextrema()[1] > 200, "no letters"
    assert max(shown.size) <= MARKED_EDGE * 2


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_most_of_the_picture_stays_in_sight(size: tuple[int, int]) -> None:
    shown = with_card(Image.new("RGB", size, (250, 20, 20)), LONG)
    red, green, _blue = shown.split()
    in_sight = ImageChops.subtract(red, green).point(lambda value: 255 if value > 150 else 0)
    larger = max(1.0, min(480 / min(size), MARKED_EDGE / max(size)))
    assert in_sight.histogram()[255] > 0.6 * size[0] * size[1] * larger**2


def test_chinese_letters_are_drawn_and_not_boxes() -> None:
    """The missing-letter box of a font looks the same for every letter."""
    inks = set()
    for letter in "钢筋绑扎点工":
        shown = with_card(Image.new("RGB", (900, 900)), Card(letter * 6, [], "0123-4567-89AB"))
        inks.add(tuple(ImageStat.Stat(shown).sum))
    assert len(inks) == 6


def test_a_picture_on_its_side_is_marked_upright() -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (800, 600), "white").save(out, "JPEG", exif=exif)
    shown = Image.open(io.BytesIO(marked(out.getvalue(), SHORT)))
    assert shown.size == (600, 800)
    assert "exif" not in shown.info
    assert shown.convert("L").crop((0, 0, 600, 300)).getextrema()[0] > 240


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "HEIF", "MPO"])
def test_the_darkroom_marks_and_shrinks_by_turns(kind: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (1600, 1200), "white").save(out, kind)
    data = out.getvalue()
    room = Darkroom()
    try:
        sizes = []
        for card in (b"", msgspec.json.encode(LONG), b"", msgspec.json.encode(SHORT)):
            made = room.develop(len(data), [data], card)
            assert isinstance(made, bytes)
            sizes.append(Image.open(io.BytesIO(made)).size)
    finally:
        room.close()
    assert sizes == [(480, 360), (1600, 1200), (480, 360), (1600, 1200)]


def test_a_large_picture_is_marked_within_the_bounds_of_the_darkroom() -> None:
    out = io.BytesIO()
    Image.new("RGB", (8000, 6000), "gray").save(out, "JPEG", quality=60)
    data = out.getvalue()
    room = Darkroom(seconds=100)
    try:
        made = room.develop(len(data), [data], msgspec.json.encode(LONG))
    finally:
        room.close()
    assert isinstance(made, bytes), made
    assert max(Image.open(io.BytesIO(made)).size) <= MARKED_EDGE
