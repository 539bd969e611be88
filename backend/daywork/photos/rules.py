"""What a photo's row must say, and what its bytes must be. Pure."""

from datetime import date, datetime
from typing import Annotated, Literal
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
PHOTO_INCOMPLETE = ProblemKind(
    "photo_incomplete",
    404,
    _("The picture has not arrived yet"),
    _("It follows as soon as the phone has signal."),
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
