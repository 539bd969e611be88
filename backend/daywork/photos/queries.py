"""SQL of photos."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from daywork.chain.contents import PhotoSaid
from daywork.entries.rules import NewVersion
from daywork.ground.database import execute, fetch, fetch_one, fetch_value
from daywork.people.actor import Actor
from daywork.photos.rules import PhotoPayload


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as pages and the upload see it."""

    id: UUID
    site: UUID
    author: UUID
    author_name: str
    crew: UUID | None
    of_entry: UUID | None
    task: UUID | None
    state: str
    sha256: bytes
    bytes: int
    media_type: str
    taken_at: datetime | None
    taken_at_source: str
    received_at: datetime
    completed_at: datetime | None
    client_time: datetime | None
    """What the phone's clock said when it was recorded."""
    clock_doubtful: bool
    latitude: float | None
    longitude: float | None
    accuracy_m: float | None
    note: str
    thumbnail_at: datetime | None
    no_preview: str | None
    """Why it cannot be shown small (``rules.NoPreview``), once that is known."""
    phone_preview_at: datetime | None
    purged: bool
    """Its bytes went after their time; the record stays."""


_PHOTO = """
    SELECT p.id, p.site, e.author, m.name AS author_name, of.crew, p.of_entry, p.task, p.state,
           p.sha256, p.bytes, p.media_type, p.taken_at, p.taken_at_source,
           v.received_at, p.completed_at, v.client_time, e.clock_doubtful,
           p.latitude, p.longitude, p.accuracy_m, p.note, p.thumbnail_at,
           p.no_preview, p.phone_preview_at, p.purge IS NOT NULL AS purged
    FROM photo p
    JOIN entry e ON e.organisation = p.organisation AND e.id = p.id
    JOIN member m ON m.organisation = e.organisation AND m.id = e.author
    JOIN entry_version v ON v.organisation = e.organisation AND v.entry = e.id AND v.version = 1
    LEFT JOIN entry of ON of.organisation = p.organisation AND of.id = p.of_entry
    WHERE p.organisation = $1 AND e.state <> 'void'
"""


async def photo_by_id(organisation: UUID, photo: UUID) -> Photo | None:
    """One photo, or None."""
    row = await fetch_one(_PHOTO + " AND p.id = $2", organisation, photo)
    return None if row is None else Photo(**row)


async def photos_of(organisation: UUID, entries: Sequence[UUID]) -> dict[UUID, list[Photo]]:
    """Photos by the entry they belong to, in the order they were taken."""
    rows = await fetch(
        _PHOTO + " AND p.of_entry = ANY($2) ORDER BY p.taken_at NULLS LAST, p.id",
        organisation,
        list(entries),
    )
    found: dict[UUID, list[Photo]] = {}
    for row in rows:
        found.setdefault(row["of_entry"], []).append(Photo(**row))
    return found


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the card says beside the photo itself."""

    site_name: str
    time_zone: str
    site_latitude: float | None
    site_longitude: float | None
    radius_m: int
    task_code: str
    task_name: str
    task_name_en: str
    crew_name: str
    """Of the record it belongs to."""
    language: str
    """The company's."""


async def surroundings_of(organisation: UUID, photo: UUID) -> Surroundings:
    """Where a photo belongs; its task, else that of the record it is of."""
    row = await fetch_one(
        """
        SELECT s.name AS site_name, s.time_zone, s.latitude AS site_latitude,
               s.longitude AS site_longitude, s.radius_m, coalesce(t.code, '') AS task_code,
               coalesce(t.name, '') AS task_name, coalesce(t.name_en, '') AS task_name_en,
               coalesce(c.name, '') AS crew_name, o.language
        FROM photo p
        JOIN site s ON s.organisation = p.organisation AND s.id = p.site
        JOIN organisation o ON o.id = p.organisation
        LEFT JOIN entry of ON of.organisation = p.organisation AND of.id = p.of_entry
        LEFT JOIN crew c ON c.organisation = p.organisation AND c.id = of.crew
        LEFT JOIN task t ON t.organisation = p.organisation AND t.id = coalesce(p.task, of.task)
        WHERE p.organisation = $1 AND p.id = $2
        """,
        organisation,
        photo,
    )
    assert row is not None  # noqa: S101 - asked only for photos that were found
    return Surroundings(**row)


async def insert_photos(actor: Actor, versions: Sequence[NewVersion]) -> None:
    """Write the rows of photos whose bytes are still to come."""
    photos: list[PhotoPayload] = [version.recorded.payload for version in versions]
    await execute(
        """
        INSERT INTO photo (organisation, id, site, of_entry, task, taken_at, taken_at_source,
                           latitude, longitude, accuracy_m, sha256, bytes, width, height,
                           media_type, note)
        SELECT $1, u.* FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[],
            $6::timestamptz[], $7::text[], $8::float8[], $9::float8[], $10::float8[],
            $11::bytea[], $12::bigint[], $13::int[], $14::int[], $15::text[], $16::text[]) AS u
        ON CONFLICT (organisation, id) DO UPDATE SET of_entry = excluded.of_entry,
            task = excluded.task, note = excluded.note
        """,
        actor.organisation,
        [version.recorded.entity for version in versions],
        [photo.site for photo in photos],
        [photo.entry for photo in photos],
        [photo.task for photo in photos],
        [photo.taken_at for photo in photos],
        [photo.taken_at_source for photo in photos],
        [photo.latitude for photo in photos],
        [photo.longitude for photo in photos],
        [photo.accuracy_m for photo in photos],
        [bytes.fromhex(photo.sha256) for photo in photos],
        [photo.bytes for photo in photos],
        [photo.width for photo in photos],
        [photo.height for photo in photos],
        [photo.media_type for photo in photos],
        [photo.note for photo in photos],
    )


async def tasks_on_sites(organisation: UUID, tasks: Sequence[UUID]) -> dict[UUID, UUID]:
    """Site by task."""
    rows = await fetch(
        "SELECT id, site FROM task WHERE organisation = $1 AND id = ANY($2)",
        organisation,
        list(tasks),
    )
    return {row["id"]: row["site"] for row in rows}


async def hold_bytes(key: str) -> None:
    """Until the transaction ends the sweep leaves this object alone; see ``sweep``."""
    await execute("SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))", key)


NOTHING_IS_SWEPT = 0x6461_7977_6B65_6570
"""Advisory lock: shared by whoever reads the whole store (a backup), alone by the sweep."""


async def may_sweep() -> bool:
    """Whether nobody reads the whole store; until the transaction ends nobody begins to."""
    return bool(await fetch_value("SELECT pg_try_advisory_xact_lock($1)", NOTHING_IS_SWEPT))


async def claim_bytes(key: str) -> None:
    """Until the transaction ends nobody relies on this object: the sweep's side."""
    await execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", key)


async def photos_needing(organisation: UUID, site: UUID, sha256: bytes) -> bool:
    """Whether any photo, void ones too, is this picture. A record's bytes outlive its state; only
    a purge after their time lets them go."""
    found = await fetch_value(
        "SELECT EXISTS (SELECT FROM photo WHERE organisation = $1 AND site = $2 AND sha256 = $3"
        " AND purge IS NULL)",
        organisation,
        site,
        sha256,
    )
    return bool(found)


async def is_photo(organisation: UUID, site: UUID, photo: UUID) -> bool:
    """Whether there is such a photo, void ones too, that was not purged."""
    found = await fetch_value(
        "SELECT EXISTS (SELECT FROM photo WHERE organisation = $1 AND id = $2 AND site = $3"
        " AND purge IS NULL)",
        organisation,
        photo,
        site,
    )
    return bool(found)


async def photos_to_develop(organisation: UUID, limit: int) -> list[UUID]:
    """Complete photos that nobody has made a thumbnail of yet."""
    rows = await fetch(
        "SELECT id FROM photo WHERE organisation = $1 AND state = 'complete'"
        " AND thumbnail_at IS NULL AND no_preview IS NULL AND purge IS NULL"
        " ORDER BY id LIMIT $2",
        organisation,
        limit,
    )
    return [row["id"] for row in rows]


async def mark_complete(organisation: UUID, photo: UUID) -> PhotoSaid | None:
    """The bytes are here and their hash matched; None when that had been so before."""
    row = await fetch_one(
        "UPDATE photo SET state = 'complete', completed_at = now()"
        " WHERE organisation = $1 AND id = $2 AND state <> 'complete'"
        " RETURNING id, site, sha256, bytes, width, height, media_type, taken_at, taken_at_source,"
        " latitude, longitude, accuracy_m, completed_at",
        organisation,
        photo,
    )
    return None if row is None else PhotoSaid(**row)


async def mark_thumbnail(organisation: UUID, photo: UUID) -> None:
    """A thumbnail has been made."""
    await execute(
        "UPDATE photo SET thumbnail_at = now(), no_preview = NULL"
        " WHERE organisation = $1 AND id = $2 AND thumbnail_at IS NULL",
        organisation,
        photo,
    )


async def mark_no_preview(organisation: UUID, photo: UUID, why: str) -> None:
    """It has been tried, and there can be no thumbnail."""
    await execute(
        "UPDATE photo SET no_preview = $3 WHERE organisation = $1 AND id = $2"
        " AND thumbnail_at IS NULL AND no_preview IS DISTINCT FROM $3",
        organisation,
        photo,
        why,
    )


async def mark_phone_preview(organisation: UUID, photo: UUID) -> None:
    """The phone's own thumbnail is here."""
    await execute(
        "UPDATE photo SET phone_preview_at = now() WHERE organisation = $1 AND id = $2"
        " AND phone_preview_at IS NULL",
        organisation,
        photo,
    )
