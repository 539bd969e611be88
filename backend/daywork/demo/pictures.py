"""Photos of the demo sites: a drawn scene, made to look like a phone's picture, with its EXIF.

The same snapshot gives the same bytes.
"""

import io
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

from PIL import ExifTags, Image, ImageFilter

from daywork.demo.scenes import SCENES
from daywork.demo.snapshots import Snapshot

WIDTH, HEIGHT = 1280, 960
_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG and its size in pixels."""

    data: bytes
    width: int
    height: int


def draw(shot: Snapshot) -> Picture:
    """The picture of a snapshot."""
    chance = Random(f"daywork picture {shot.id}")  # noqa: S311 - a story
    picture = Image.new("RGB", (WIDTH, HEIGHT))
    SCENES[shot.scene](picture, chance, shot.stage)
    picture = _as_by_phone(picture, chance)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=74, optimize=True, exif=_exif(shot))
    return Picture(out.getvalue(), WIDTH, HEIGHT)


def _as_by_phone(picture: Image.Image, chance: Random) -> Image.Image:
    """Soften the drawn edges, add grain, and darken the corners a little."""
    small = (WIDTH // 4, HEIGHT // 4)
    grain = Image.frombytes("L", small, chance.randbytes(small[0] * small[1]))
    grain = grain.resize(picture.size, Image.Resampling.BILINEAR).convert("RGB")
    softened = picture.filter(ImageFilter.BoxBlur(0.8))
    grained = Image.blend(softened, grain, 0.05)
    return Image.composite(Image.new("RGB", picture.size, (18, 20, 26)), grained, _corners())


@cache
def _corners() -> Image.Image:
    """How dark each place gets."""
    return Image.radial_gradient("L").resize((WIDTH, HEIGHT)).point(lambda far: far // 4)


def _exif(shot: Snapshot) -> Image.Exif:
    exif = Image.Exif()
    local = shot.taken_at.astimezone(_ZONE)
    exif[ExifTags.Base.Make] = "Daywork"
    exif[ExifTags.Base.Model] = "Demo"
    exif[ExifTags.Base.Orientation] = 1
    exif[ExifTags.Base.DateTime] = _stamp(local)
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = _stamp(local)
    details[ExifTags.Base.OffsetTimeOriginal] = "+08:00"
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef] = "N"
    place[ExifTags.GPS.GPSLatitude] = _degrees(shot.latitude)
    place[ExifTags.GPS.GPSLongitudeRef] = "E"
    place[ExifTags.GPS.GPSLongitude] = _degrees(shot.longitude)
    return exif


def _stamp(local: datetime) -> str:
    return local.strftime("%Y:%m:%d %H:%M:%S")


def _degrees(angle: float) -> tuple[float, float, float]:
    minutes = angle % 1 * 60
    return float(int(angle)), float(int(minutes)), round(minutes % 1 * 60, 3)
