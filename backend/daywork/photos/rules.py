"""What a photo's row must say, and what its bytes must be. Pure."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from daywork.ground.problems import ProblemKind


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


LARGEST_PHOTO = 30 * 1024 * 1024
"""Bytes. Phones shrink to well under 1 MB; a library photo kept whole still fits."""

LARGEST_PIXELS = 60_000_000
"""Decoded no further: a decompression bomb ends as "no preview", its bytes are kept."""

THUMBNAIL_EDGE = 480
"""Pixels of a thumbnail's longer edge."""

LARGEST_PHONE_PREVIEW = 128 * 1024
"""Bytes of the thumbnail a phone may send ahead of its picture."""

ORPHAN_AGE = timedelta(hours=24)
"""How long bytes may lie in the store without a row before they are swept."""


class NoPreview(StrEnum):
    """Why a picture cannot be shown small. Its original is kept whatever it is."""

    NOT_A_PICTURE = "not_a_picture"
    DAMAGED = "damaged"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_HUNGRY = "too_hungry"
    TOO_SLOW = "too_slow"


PHOTO_UNKNOWN = ProblemKind(
    "photo_unknown",
    409,
    _("The office does not have this photo's record yet"),
    _("The record goes first; the picture follows by itself."),
)
HASH_MISMATCH = ProblemKind(
    "hash_mismatch",
    422,
    _("The picture arrived damaged"),
    _("It is still on the phone and is sent again."),
)
PHOTO_TOO_LARGE = ProblemKind(
    "photo_too_large",
    413,
    _("The picture is too large"),
    _("Send pictures of at most %(megabytes)s MB."),
)
PHOTO_PURGED = ProblemKind(
    "photo_purged",
    410,
    _("The picture was purged after its time"),
    _("Its record stays, with hash and check code."),
)
PHOTO_INCOMPLETE = ProblemKind(
    "photo_incomplete",
    404,
    _("The picture has not arrived yet"),
    _("It follows as soon as the phone has signal."),
)

PREVIEW_NOT_JPEG = ProblemKind(
    "preview_not_jpeg",
    422,
    _("The small picture cannot be used"),
    _("It is left out; the picture itself follows."),
)

CANNOT_BE_MARKED = ProblemKind(
    "cannot_be_marked",
    422,
    _("This picture cannot be opened to be marked"),
    _("The original is kept as it came and can be downloaded."),
)

Sha256Hex = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
MediaType = Literal["image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"]


class PhotoPayload(msgspec.Struct, frozen=True, kw_only=True):
    """``photo.record`` version 1: the row that comes before the bytes."""

    site: UUID
    work_day: date
    sha256: Sha256Hex
    bytes: Annotated[int, Meta(gt=0, le=LARGEST_PHOTO)]
    width: Annotated[int, Meta(ge=0, le=100_000)]
    height: Annotated[int, Meta(ge=0, le=100_000)]
    media_type: MediaType
    entry: UUID | None = None
    task: UUID | None = None
    taken_at: datetime | None = None
    taken_at_source: Literal["exif", "clock", "file"] = "clock"
    latitude: Annotated[float, Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None = None
    accuracy_m: Annotated[float, Meta(ge=0)] | None = None
    note: Annotated[str, Meta(max_length=1000)] = ""
    reason: Annotated[str, Meta(max_length=1000)] | None = None


def storage_key(organisation: UUID, site: UUID, sha256: bytes) -> str:
    """Content-addressed inside a site: the same picture is stored once, never across companies."""
    digest = sha256.hex()
    return f"{organisation}/{site}/{digest[:2]}/{digest}"


def thumbnail_key(original: str) -> str:
    """Where our own thumbnail of the picture under ``original`` lies."""
    return original + ".thumb.jpg"


def phone_preview_key(organisation: UUID, site: UUID, photo: UUID) -> str:
    """Where the phone's own thumbnail lies: by photo, because nobody vouches for its content."""
    return f"{organisation}/{site}/previews/{photo}.jpg"


PLAIN_BYTES: Final = "application/octet-stream"
_BRANDS: Final = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "image/heic"),
    **dict.fromkeys((b"mif1", b"msf1", b"heif"), "image/heif"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
}


def sniffed(head: bytes) -> str:
    """The media type by the first 16 bytes; what the phone or a file's name claims is not asked."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], PLAIN_BYTES)
    return PLAIN_BYTES


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Width and height by a JPEG's frame header, or None when it has none. Decodes nothing."""
    at = 2
    while data[:2] == b"\xff\xd8" and at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = (int.from_bytes(data[at + n : at + n + 2], "big") for n in (5, 7))
            return width, height
        at += 2 + length
    return None
