"""SQL of uploads. An upload moves on by compare-and-set: of two writers at one place one wins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from daywork.ground.database import execute, fetch, fetch_one, fetch_value


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload; ``received`` equals ``length`` only when the photo is settled, too."""

    organisation: UUID
    id: UUID
    member: UUID
    photo: UUID
    kind: str
    length: int
    received: int
    metadata: str
    expires_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes ``start`` to ``start + bytes`` of an upload, in the object ``name``."""

    start: int
    bytes: int
    name: str


async def insert_upload(upload: Upload) -> None:
    """Begin an upload, or put one down that came whole."""
    await execute(
        "INSERT INTO upload (organisation, id, member, photo, kind, length, received, metadata,"
        " expires_at, finished_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        upload.organisation,
        upload.id,
        upload.member,
        upload.photo,
        upload.kind,
        upload.length,
        upload.received,
        upload.metadata,
        upload.expires_at,
        upload.finished_at,
    )


async def upload_by_id(organisation: UUID, upload: UUID) -> Upload | None:
    """One upload, or None."""
    row = await fetch_one(
        "SELECT organisation, id, member, photo, kind, length, received, metadata, expires_at,"
        " finished_at FROM upload WHERE organisation = $1 AND id = $2",
        organisation,
        upload,
    )
    return None if row is None else Upload(**row)


async def pieces_of(upload: Upload) -> list[Piece]:
    """Its pieces in order."""
    rows = await fetch(
        "SELECT start, bytes, name FROM upload_piece WHERE organisation = $1 AND upload = $2"
        " ORDER BY start",
        upload.organisation,
        upload.id,
    )
    return [Piece(**row) for row in rows]


async def move_on(upload: Upload, to: int, expires_at: datetime) -> bool:
    """From where ``upload`` stands; False when it stands elsewhere by now, or is gone."""
    moved = await execute(
        "UPDATE upload SET received = $4, expires_at = $5,"
        " finished_at = CASE WHEN $4 = length THEN now() END"
        " WHERE organisation = $1 AND id = $2 AND received = $3",
        upload.organisation,
        upload.id,
        upload.received,
        to,
        expires_at,
    )
    return moved == 1


async def insert_pieces(upload: Upload, pieces: Sequence[Piece]) -> None:
    """Add pieces."""
    await execute(
        "INSERT INTO upload_piece (organisation, upload, start, bytes, name)"
        " SELECT $1, $2, u.* FROM unnest($3::bigint[], $4::bigint[], $5::text[]) AS u",
        upload.organisation,
        upload.id,
        [piece.start for piece in pieces],
        [piece.bytes for piece in pieces],
        [piece.name for piece in pieces],
    )


async def delete_pieces(upload: Upload) -> None:
    """Forget all pieces; the objects are removed after the commit."""
    await execute(
        "DELETE FROM upload_piece WHERE organisation = $1 AND upload = $2",
        upload.organisation,
        upload.id,
    )


async def lock_upload(upload: Upload) -> bool:
    """Hold it where it stands until the transaction ends; False when it has moved or is gone."""
    found = await fetch_value(
        "SELECT true FROM upload WHERE organisation = $1 AND id = $2 AND received = $3 FOR UPDATE",
        upload.organisation,
        upload.id,
        upload.received,
    )
    return bool(found)


async def delete_upload(organisation: UUID, upload: UUID) -> None:
    """Forget it and its pieces."""
    await execute("DELETE FROM upload WHERE organisation = $1 AND id = $2", organisation, upload)


async def too_many_open(organisation: UUID, photo: UUID, kind: str, keep: int) -> list[UUID]:
    """The unfinished uploads of a picture beyond the ``keep`` youngest."""
    rows = await fetch(
        "SELECT id FROM upload WHERE organisation = $1 AND photo = $2 AND kind = $3"
        " AND finished_at IS NULL ORDER BY created_at DESC, id DESC OFFSET $4",
        organisation,
        photo,
        kind,
        keep,
    )
    return [row["id"] for row in rows]


async def expired(organisation: UUID, now: datetime, limit: int) -> list[UUID]:
    """Uploads nobody went on with, and finished ones nobody asks about any more."""
    rows = await fetch(
        "SELECT id FROM upload WHERE organisation = $1 AND expires_at <= $2"
        " ORDER BY expires_at LIMIT $3",
        organisation,
        now,
        limit,
    )
    return [row["id"] for row in rows]


async def is_piece(organisation: UUID, upload: UUID, name: str) -> bool:
    """Whether an object is a piece of an upload."""
    found = await fetch_value(
        "SELECT EXISTS (SELECT FROM upload_piece WHERE organisation = $1 AND upload = $2"
        " AND name = $3)",
        organisation,
        upload,
        name,
    )
    return bool(found)
