"""Decode a picture, small or whole. Runs in the darkroom only, never in a process that serves.

Nothing is decoded before its pixels are counted, formats are named one by one, and what is shown
is always drawn anew: upright, in sRGB, on white, without a byte of the original's metadata.
"""

import contextlib
import importlib
import io
from typing import Final

import pillow_heif
from PIL import Image, ImageCms

from daywork.photos.rules import LARGEST_PIXELS, PLAIN_BYTES, THUMBNAIL_EDGE, NoPreview, sniffed

pillow_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = LARGEST_PIXELS

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "HEIF", "AVIF")
"""MPO (two JPEGs in one) opens as JPEG; as a name of its own it may be unknown to Pillow, which
then opens nothing that stands behind it."""
for _name in ("Jpeg", "Mpo", "Png", "WebP", "Gif", "Avif"):
    # Pillow loads most of them at the first need, and fails over a format named before that.
    importlib.import_module(f"PIL.{_name}ImagePlugin")
_ORIENTATION: Final = 0x0112
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class Undecodable(Exception):
    """The bytes cannot be shown; they are kept all the same."""

    def __init__(self, why: NoPreview) -> None:
        super().__init__(why.value)
        self.why = why


def thumbnail(data: bytes) -> bytes:
    """A JPEG of at most ``THUMBNAIL_EDGE`` pixels.

    Raises:
        Undecodable: with the reason.
    """
    out = io.BytesIO()
    upright(data, THUMBNAIL_EDGE).save(out, "JPEG", quality=80, optimize=True)
    return out.getvalue()


def upright(data: bytes, edge: int) -> Image.Image:
    """The picture as it should be seen: upright, sRGB, on white, at most ``edge`` pixels.

    Raises:
        Undecodable: with the reason.
    """
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as trouble:
        raise Undecodable(NoPreview.TOO_MANY_PIXELS) from trouble
    except MemoryError as trouble:
        raise Undecodable(NoPreview.TOO_HUNGRY) from trouble
    except Exception as trouble:  # decoders raise whatever they like
        claims = sniffed(data[:16]) != PLAIN_BYTES
        raise Undecodable(NoPreview.DAMAGED if claims else NoPreview.NOT_A_PICTURE) from trouble
    try:
        with picture:
            return _drawn(picture, edge)
    except Undecodable:
        raise
    except MemoryError as trouble:
        raise Undecodable(NoPreview.TOO_HUNGRY) from trouble
    except Exception as trouble:
        raise Undecodable(NoPreview.DAMAGED) from trouble


def _drawn(picture: Image.Image, edge: int) -> Image.Image:
    width, height = picture.size
    if width * height > LARGEST_PIXELS:
        raise Undecodable(NoPreview.TOO_MANY_PIXELS)
    if min(width, height) < 1:
        raise Undecodable(NoPreview.DAMAGED)
    turn = _orientation(picture)
    profile = picture.info.get("icc_profile")
    picture.draft("RGB", (edge * 2, edge * 2))
    picture.load()
    small = _plain(picture, edge)
    small = small.resize(_fitting(small.size, edge), Image.Resampling.LANCZOS)
    shown = _on_white(_in_srgb(small, profile))
    if turn is not None:
        shown = shown.transpose(turn)
    shown.info.clear()  # a comment, a profile, XMP: Pillow would write them into the new file
    return shown


def _orientation(picture: Image.Image) -> Image.Transpose | None:
    """The turn EXIF asks for; broken EXIF asks for none."""
    with contextlib.suppress(Exception):
        return _TURNS.get(int(picture.getexif().get(_ORIENTATION, 1)))
    return None


def _fitting(size: tuple[int, int], edge: int) -> tuple[int, int]:
    """Of the same shape, never larger than it was, and never without a pixel."""
    scale = min(1.0, edge / max(size))
    return (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))


def _plain(picture: Image.Image, edge: int) -> Image.Image:
    """Small enough and in a mode that can be scaled, with as few full-size copies as possible."""
    if picture.mode.startswith("I") or picture.mode == "F":
        # 16 bit grey: Pillow's own conversion clips instead of scaling.
        reduced = _reduced(picture.convert("F"), edge)
        return reduced.point(lambda level: level / 256).convert("L")
    if picture.mode in ("1", "P", "PA", "La", "RGBa"):
        has_alpha = "transparency" in picture.info or picture.mode in ("PA", "La", "RGBa")
        return _reduced(picture.convert("RGBA" if has_alpha else "RGB"), edge)
    if "transparency" in picture.info:
        return _reduced(picture.convert("RGBA"), edge)
    return _reduced(picture, edge)


def _reduced(picture: Image.Image, edge: int) -> Image.Image:
    """By whole numbers first: fast, and the full-size picture can be let go."""
    factor = max(1, min(picture.size[0], picture.size[1]) // (edge * 2))
    return picture.reduce(factor) if factor > 1 else picture


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Phones write Display P3: without its profile it would look dull. A broken one is left out."""
    if profile and picture.mode in ("RGB", "RGBA", "L", "CMYK"):
        with contextlib.suppress(Exception):
            mode = "RGBA" if picture.mode == "RGBA" else "RGB"
            changed = ImageCms.profileToProfile(
                picture,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode=mode,
            )
            if changed is not None:
                return changed
    return picture


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGBA", "LA"):
        picture = picture.convert("RGBA")
        paper = Image.new("RGB", picture.size, "white")
        paper.paste(picture, mask=picture.getchannel("A"))
        return paper
    return picture.convert("RGB")
