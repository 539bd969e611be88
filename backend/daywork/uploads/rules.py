"""The words of tus 1.0 (https://tus.io/protocols/resumable-upload) and our limits. Pure."""

import base64
import binascii
import hashlib
from datetime import timedelta
from typing import Final, NamedTuple
from uuid import UUID

from daywork.ground.problems import Problem, ProblemKind
from daywork.photos.rules import LARGEST_PHONE_PREVIEW, LARGEST_PHOTO


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,creation-with-upload,checksum,termination,expiration"
ALGORITHMS: Final = ("sha256", "sha1", "sha512", "md5")
"""Of a chunk's checksum, against damage on the way; the picture itself is judged by SHA-256."""
BODY_TYPE: Final = "application/offset+octet-stream"

LIFETIME: Final = timedelta(days=7)
"""How long an upload is kept after its last byte; then the phone begins again."""
PIECE: Final = 1024 * 1024
"""Bytes that are put down at a time; as many may be in memory for each running request."""
QUIET: Final = 1.0
"""Seconds of silence after which what has arrived is put down: a dead link does not say so."""
SLOW: Final = 2.0
"""Seconds after which a trickle is put down, however small the piece."""
PATIENCE: Final = 60.0
"""Seconds of silence after which the request is ended."""
MOST_PIECES: Final = 64
"""An upload broken off this often has its pieces joined."""
MOST_OPEN: Final = 4
"""Unfinished uploads of one picture; beginning one more throws away the oldest."""

TUS_UNKNOWN = ProblemKind(
    "tus_version", 412, _("This server speaks tus 1.0.0"), _("Update the app, then send again.")
)
UPLOAD_GONE = ProblemKind(
    "upload_gone",
    410,
    _("This upload has been given up"),
    _("The picture is still on the phone and is sent from its beginning."),
)
UPLOAD_ELSEWHERE = ProblemKind(
    "upload_offset",
    409,
    _("The upload has come to another place"),
    _("Ask how far it has come, then go on from there."),
)
UPLOAD_TOO_LONG = ProblemKind(
    "upload_too_long",
    413,
    _("More bytes arrived than were announced"),
    _("The picture is still on the phone and is sent again."),
)
UPLOAD_STALLED = ProblemKind(
    "upload_stalled",
    408,
    _("The connection fell silent"),
    _("What has arrived is kept; the rest follows by itself."),
)
CHECKSUM_MISMATCH = ProblemKind(
    "checksum_mismatch",
    460,
    _("A part of the picture arrived damaged"),
    _("It is still on the phone and is sent again."),
)
UPLOAD_HEADER = ProblemKind(
    "upload_header",
    400,
    _("The upload's header %(header)s cannot be read"),
    _("Update the app, then send again."),
)
UPLOAD_TYPE = ProblemKind(
    "upload_type",
    415,
    _("Bytes of an upload come as application/offset+octet-stream"),
    _("Update the app, then send again."),
)
LENGTH_MISMATCH = ProblemKind(
    "length_mismatch",
    422,
    _("The picture is not as long as its record says"),
    _("Take the photo again."),
)


class Purpose(NamedTuple):
    """What an upload is for, by its ``Upload-Metadata``."""

    photo: UUID
    kind: str
    """``full`` or ``thumb``."""
    sha256: bytes | None
    """Of a thumbnail, when the phone says it; a full picture's stands in its photo's row."""


class Checksum(NamedTuple):
    """What the bytes of one request must hash to."""

    algorithm: str
    digest: bytes

    def begin(self) -> "hashlib._Hash":
        return hashlib.new(self.algorithm, usedforsecurity=False)


def purpose_of(metadata: str) -> Purpose:
    """
    Raises:
        Problem: ``upload_header``.
    """
    fields: dict[str, str] = {}
    try:
        for pair in filter(None, metadata.split(",")):
            key, _space, value = pair.strip().partition(" ")
            if not key or key in fields:
                raise ValueError(pair)
            fields[key] = base64.b64decode(value, validate=True).decode()
        kind = fields.get("kind", "full")
        if kind not in ("full", "thumb"):
            raise ValueError(kind)
        sha256 = bytes.fromhex(fields["sha256"]) if fields.get("sha256") else None
        if sha256 is not None and len(sha256) != 32:
            raise ValueError("sha256")
        return Purpose(UUID(fields["photo"]), kind, sha256)
    except (ValueError, KeyError) as trouble:
        raise UPLOAD_HEADER(header="Upload-Metadata") from trouble


def checksum_of(header: str | None) -> Checksum | None:
    """
    Raises:
        Problem: ``upload_header``: not ours, or not base64 of the right length.
    """
    if not header:
        return None
    algorithm, _space, encoded = header.partition(" ")
    try:
        digest = base64.b64decode(encoded, validate=True)
    except binascii.Error as trouble:
        raise UPLOAD_HEADER(header="Upload-Checksum") from trouble
    if algorithm not in ALGORITHMS or len(digest) != hashlib.new(algorithm).digest_size:
        raise UPLOAD_HEADER(header="Upload-Checksum")
    return Checksum(algorithm, digest)


def whole_number(header: str, value: str | None) -> int:
    """A header that is a count of bytes.

    Raises:
        Problem: ``upload_header``.
    """
    if value is None or not value.isascii() or not value.isdecimal() or len(value) > 15:
        raise UPLOAD_HEADER(header=header)
    return int(value)


def largest(kind: str) -> int:
    """Bytes an upload of this kind may have."""
    return LARGEST_PHOTO if kind == "full" else LARGEST_PHONE_PREVIEW


def elsewhere(received: int) -> Problem:
    """``upload_offset``, telling where it is."""
    return UPLOAD_ELSEWHERE(offset=received)


def piece_prefix(organisation: UUID, upload: UUID) -> str:
    """Where the pieces of an upload lie."""
    return f"{organisation}/uploads/{upload}/"
