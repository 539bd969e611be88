"""Thumbnails by Pillow: nothing is decoded before its pixels are counted."""

import io

import pillow_heif
from PIL import Image, ImageOps

from daywork.photos.rules import LARGEST_PIXELS

pillow_heif.register_heif_opener()

THUMBNAIL_EDGE = 480
"""Pixels of the longer edge."""


class Undecodable(Exception):
    """The bytes are no picture we can show; they are kept all the same."""


def thumbnail(data: bytes) -> bytes:
    """A JPEG of at most :data:`THUMBNAIL_EDGE` pixels, upright, without metadata.

    Raises:
        Undecodable: no picture, damaged, or more than ``LARGEST_PIXELS``.
    """
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > LARGEST_PIXELS:
                raise Undecodable("too many pixels")
            picture.draft("RGB", (THUMBNAIL_EDGE * 2, THUMBNAIL_EDGE * 2))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            upright.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE), Image.Resampling.LANCZOS)
            out = io.BytesIO()
            upright.save(out, "JPEG", quality=80, optimize=True)
            return out.getvalue()
    except Undecodable:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as trouble:
        raise Undecodable(str(trouble)) from trouble
