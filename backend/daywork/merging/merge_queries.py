"""SQL of merges: what was joined, by whose word, and what it takes to undo it."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from daywork.ground.database import execute, fetch, fetch_one
from daywork.ground.ids import new_id
from daywork.merging.rules import Built, FoundBy, Stay


@dataclass(frozen=True, slots=True)
class Merge:
    """Two records that were made one, and whose word it is."""

    id: UUID
    kept: UUID
    kept_name: str
    merged: UUID
    merged_name: str
    found_by: str
    reason: str
    before: dict[str, Any]
    """What to restore: ``stays`` of the kept record, ``added`` sites, ``carried`` fields,
    ``pointing`` records."""
    made_by: str
    made_at: datetime
    undone_by: str
    undone_at: datetime | None
    undo_reason: str


_MERGE = """
    SELECT g.id, g.kept, k.name AS kept_name, g.merged, o.name AS merged_name, g.found_by, g.reason,
           g.before, m.name AS made_by, g.made_at, coalesce(u.name, '') AS undone_by, g.undone_at,
           g.undo_reason
    FROM worker_merge g
    JOIN worker k ON k.organisation = g.organisation AND k.id = g.kept
    JOIN worker o ON o.organisation = g.organisation AND o.id = g.merged
    JOIN member m ON m.organisation = g.organisation AND m.id = g.made_by
    LEFT JOIN member u ON u.organisation = g.organisation AND u.id = g.undone_by
    WHERE g.organisation = $1
"""


def _merge(row: Any) -> Merge:
    return Merge(**{**row, "before": json.loads(row["before"])})


async def insert_merge(
    organisation: UUID,
    kept: UUID,
    merged: UUID,
    found_by: FoundBy,
    reason: str,
    before: dict[str, Any],
    member: UUID,
    at: datetime,
) -> UUID:
    """Keep what was joined and why; returns its id."""
    merge = new_id()
    await execute(
        "INSERT INTO worker_merge (organisation, id, kept, merged, found_by, reason, before,"
        " made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        organisation,
        merge,
        kept,
        merged,
        found_by,
        reason,
        json.dumps(before, default=str),
        member,
        at,
    )
    return merge


async def merge_by_id(organisation: UUID, merge: UUID) -> Merge | None:
    """One merge."""
    row = await fetch_one(f"{_MERGE} AND g.id = $2", organisation, merge)
    return None if row is None else _merge(row)


async def merges_on(organisation: UUID, sites: Collection[UUID], most: int) -> list[Merge]:
    """Merges of workers of these sites, the latest first."""
    rows = await fetch(
        f"{_MERGE} AND EXISTS (SELECT FROM roster r WHERE r.organisation = g.organisation"
        " AND r.worker = g.kept AND r.site = ANY($2)) ORDER BY g.made_at DESC, g.id LIMIT $3",
        organisation,
        list(sites),
        most,
    )
    return [_merge(row) for row in rows]


async def built_since(organisation: UUID, merge: Merge) -> list[Built]:
    """What was made of both records together since."""
    row = await fetch_one(
        """
        SELECT EXISTS (SELECT FROM worker_merge g WHERE g.organisation = $1
                   AND (g.merged = $2 OR g.kept = $2) AND g.made_at > $3
                   AND g.undone_at IS NULL) AS merge,
               EXISTS (SELECT FROM wage_line l
                   JOIN wage_sheet s ON s.organisation = l.organisation AND s.id = l.sheet
                   WHERE l.organisation = $1 AND l.worker = $2 AND s.closed_at > $3)
                   AS wage_sheet,
               EXISTS (SELECT FROM settlement s WHERE s.organisation = $1 AND s.worker = $2
                   AND s.closed_at > $3) AS settlement,
               EXISTS (SELECT FROM payment p WHERE p.organisation = $1 AND p.worker = $2
                   AND p.made_at > $3 AND p.voided_at IS NULL) AS payment
        """,
        organisation,
        merge.kept,
        merge.made_at,
    )
    assert row is not None  # noqa: S101 - it selects without a table
    return [Built(name) for name, there in dict(row).items() if there]


async def mark_undone(
    organisation: UUID, merge: UUID, member: UUID, reason: str, at: datetime
) -> None:
    """It does not hold any more; its row stays."""
    await execute(
        "UPDATE worker_merge SET undone_at = $4, undone_by = $3, undo_reason = $5"
        " WHERE organisation = $1 AND id = $2",
        organisation,
        merge,
        member,
        at,
        reason,
    )


def stay_kept(stay: Stay) -> dict[str, str | None]:
    """A stay as it is kept for taking a merge back."""
    return {
        "site": str(stay.site),
        "crew": str(stay.crew),
        "joined_on": stay.joined_on.isoformat(),
        "left_on": stay.left_on.isoformat() if stay.left_on else None,
    }


def stay_restored(kept: dict[str, str | None]) -> Stay:
    """The same, read again; without the names."""
    left_on = kept["left_on"]
    return Stay(
        UUID(kept["site"]),
        "",
        UUID(kept["crew"]),
        "",
        date.fromisoformat(kept["joined_on"] or ""),
        date.fromisoformat(left_on) if left_on else None,
    )
