"""SQL of the retention lock: how a site stands, what would go, and letting it go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from daywork.ground.database import execute, fetch, fetch_one
from daywork.ground.names import by_name
from daywork.retention.rules import Standing


async def standing_of(organisation: UUID, site: UUID) -> Standing:
    """How the site stands; the row is held until commit by whoever may write."""
    row = await fetch_one(
        "SELECT completed_on, settled_on, last_pay_of(organisation, id) AS last_pay,"
        " records_kept_until(organisation, id) AS kept_until,"
        " (SELECT count(*) FROM cross_check_dispute d WHERE d.organisation = site.organisation"
        " AND d.site = site.id AND d.outcome IS NULL) AS disputes"
        " FROM site WHERE organisation = $1 AND id = $2",
        organisation,
        site,
    )
    assert row is not None  # noqa: S101 - the site came from site_for
    return Standing(**row)


async def mark_days(
    organisation: UUID, site: UUID, completed_on: date | None, settled_on: date | None
) -> None:
    """When the site was completed, and when it was fully settled."""
    await execute(
        "UPDATE site SET completed_on = $3, settled_on = $4 WHERE organisation = $1 AND id = $2",
        organisation,
        site,
        completed_on,
        settled_on,
    )


@dataclass(frozen=True, slots=True)
class PhotoGoing:
    """A picture that would go."""

    id: UUID
    sha256: bytes
    bytes: int


async def photos_going(organisation: UUID, site: UUID) -> list[PhotoGoing]:
    """Complete pictures of the site whose bytes are still kept."""
    rows = await fetch(
        "SELECT id, sha256, bytes FROM photo WHERE organisation = $1 AND site = $2"
        " AND state = 'complete' AND purge IS NULL ORDER BY id",
        organisation,
        site,
    )
    return [PhotoGoing(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class WorkerGoing:
    """A worker who would become nameless."""

    id: UUID
    name: str


async def workers_going(organisation: UUID, site: UUID, today: date) -> list[WorkerGoing]:
    """Workers of the site none of whose sites has to keep records any more.

    Who was merged goes together with the one who was kept.
    """
    rows = await fetch(
        f"""
        WITH same AS (
            SELECT o.id, coalesce(o.merged_into, o.id) AS person FROM worker o
            WHERE o.organisation = $1 AND coalesce(o.merged_into, o.id) IN (
                SELECT coalesce(w.merged_into, w.id) FROM roster r
                JOIN worker w ON w.organisation = r.organisation AND w.id = r.worker
                WHERE r.organisation = $1 AND r.site = $2)
        )
        SELECT w.id, w.name FROM same JOIN worker w ON w.organisation = $1 AND w.id = same.id
        WHERE w.anonymised_at IS NULL AND NOT EXISTS (
            SELECT FROM same other
            JOIN roster r ON r.organisation = $1 AND r.worker = other.id
            WHERE other.person = same.person
              AND coalesce(records_kept_until($1, r.site) >= $3, true))
        ORDER BY w.number, {by_name("w.name")}, w.id
        """,  # noqa: S608
        organisation,
        site,
        today,
    )
    return [WorkerGoing(**row) for row in rows]


async def insert_purge(
    organisation: UUID,
    purge: UUID,
    site: UUID,
    *,
    kept_until: date,
    reason: str,
    photos: Sequence[PhotoGoing],
    workers: int,
    made_by: UUID,
    at: datetime,
) -> None:
    """Note what goes; never changed."""
    await execute(
        "INSERT INTO retention_purge (organisation, id, site, kept_until, reason, photos, bytes,"
        " workers, made_by, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        organisation,
        purge,
        site,
        kept_until,
        reason,
        len(photos),
        sum(photo.bytes for photo in photos),
        workers,
        made_by,
        at,
    )


async def mark_photos(organisation: UUID, purge: UUID, photos: Sequence[UUID]) -> None:
    """Their bytes are not needed any more: the sweep may have them."""
    await execute(
        "UPDATE photo SET purge = $2 WHERE organisation = $1 AND id = ANY($3)",
        organisation,
        purge,
        list(photos),
    )


async def mark_nameless(
    organisation: UUID, purge: UUID, workers: Sequence[UUID], name: str, at: datetime
) -> None:
    """Name, phone, numbers and accounts go; the id, the days and the money stay."""
    await execute(
        "UPDATE worker SET name = $4, phone = NULL, anonymised_at = $5, purge = $2"
        " WHERE organisation = $1 AND id = ANY($3)",
        organisation,
        purge,
        list(workers),
        name,
        at,
    )
    await execute(
        "UPDATE worker_identity SET kind = NULL, number_sealed = NULL, number_mask = '',"
        " number_mark = NULL, bank_name = '', bank_sealed = NULL, bank_mask = '',"
        " bank_mark = NULL, address_sealed = NULL, changed_at = $3"
        " WHERE organisation = $1 AND worker = ANY($2)",
        organisation,
        list(workers),
        at,
    )
    await execute(
        "UPDATE worker_certificate SET number_sealed = NULL, number_mask = ''"
        " WHERE organisation = $1 AND worker = ANY($2)",
        organisation,
        list(workers),
    )


async def mark_wordless(organisation: UUID, site: UUID, name: str) -> None:
    """Take names and accounts out of what told of the site's workers beside its records.

    Lists the bank gave back keep rows, amounts and references; messages keep what they are about;
    of a mutation that was refused and is done with, the fingerprint stays.
    """
    await execute(
        """
        UPDATE bank_import SET lines = (
            SELECT coalesce(jsonb_agg(
                line || '{"name": "", "account_tail": "", "note": ""}' ORDER BY n), '[]')
            FROM jsonb_array_elements(lines) WITH ORDINALITY AS of (line, n))
        WHERE organisation = $1 AND site = $2
        """,
        organisation,
        site,
    )
    await execute(
        "UPDATE message SET facts = facts || (SELECT jsonb_object_agg(key, $3::text)"
        " FROM jsonb_object_keys(facts) AS key WHERE key IN ('worker', 'names', 'answer'))"
        " WHERE organisation = $1 AND site = $2 AND facts ?| ARRAY['worker', 'names', 'answer']",
        organisation,
        site,
        name,
    )
    await execute(
        "UPDATE sync_mutation SET mutation = NULL WHERE organisation = $1 AND site = $2"
        " AND mutation IS NOT NULL AND settled_at IS NOT NULL",
        organisation,
        site,
    )


async def kept_elsewhere(organisation: UUID, site: UUID, hashes: Sequence[bytes]) -> set[bytes]:
    """Which of these pictures another photo of the site still is."""
    rows = await fetch(
        "SELECT DISTINCT sha256 FROM photo WHERE organisation = $1 AND site = $2"
        " AND sha256 = ANY($3) AND purge IS NULL",
        organisation,
        site,
        list(hashes),
    )
    return {row["sha256"] for row in rows}


@dataclass(frozen=True, slots=True)
class Purge:
    """A purge that was made."""

    id: UUID
    kept_until: date
    reason: str
    photos: int
    bytes: int
    workers: int
    made_by: str
    at: datetime


async def purges_of(organisation: UUID, site: UUID) -> list[Purge]:
    """The latest first."""
    rows = await fetch(
        "SELECT g.id, g.kept_until, g.reason, g.photos, g.bytes, g.workers, m.name AS made_by,"
        " g.at FROM retention_purge g"
        " JOIN member m ON m.organisation = g.organisation AND m.id = g.made_by"
        " WHERE g.organisation = $1 AND g.site = $2 ORDER BY g.at DESC",
        organisation,
        site,
    )
    return [Purge(**row) for row in rows]
