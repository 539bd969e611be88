"""SQL of the kept order of a queue: what is known, what has moved, and the part that is shown.

A note is followed from the few that moved to the records they touch, never back, whatever the
planner thinks of tiny tables.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from daywork.approvals.rules import DECIDED_HERE
from daywork.ground.database import execute, fetch, fetch_one
from daywork.ground.terms import EntryKind
from daywork.sites.tables import kept_record

Place = tuple[int, date, str, str, datetime, UUID]
"""Where a record stands: rank, work day, kind, crew's name, arrival, id."""

_NOTED = "SELECT DISTINCT entry, worker FROM doubt_moved WHERE organisation = $1"
_KIN = f"""
    CROSS JOIN LATERAL (
        SELECT coalesce(w.merged_into, w.id) AS id
        UNION ALL
        SELECT o.id FROM worker o WHERE o.organisation = w.organisation
          AND o.merged_into = {kept_record("w")}) AS same
"""  # noqa: S608
_TOUCHED = f"""
    WITH noted AS MATERIALIZED ({_NOTED}),
    mine AS MATERIALIZED (
        SELECT DISTINCT l.site, l.crew, l.worker, l.work_day FROM noted n
        JOIN labour_line l ON l.organisation = $1 AND l.sheet = n.entry)
    SELECT n.entry AS id FROM noted n WHERE n.entry IS NOT NULL
    UNION
    SELECT p.of_entry FROM noted n JOIN photo p ON p.organisation = $1 AND p.id = n.entry
    WHERE p.of_entry IS NOT NULL
    UNION
    SELECT theirs.sheet FROM (SELECT DISTINCT worker, work_day FROM mine) AS m
    JOIN worker w ON w.organisation = $1 AND w.id = m.worker {_KIN}
    CROSS JOIN LATERAL (
        SELECT l.sheet FROM labour_line l WHERE l.organisation = $1 AND l.worker = same.id
          AND l.work_day BETWEEN m.work_day AND m.work_day + 62
          AND l.live AND l.state <> 'void' AND l.state = 'submitted' OFFSET 0) AS theirs
    UNION
    SELECT theirs.sheet FROM noted n
    JOIN worker w ON w.organisation = $1 AND w.id = n.worker {_KIN}
    CROSS JOIN LATERAL (
        SELECT l.sheet FROM labour_line l WHERE l.organisation = $1 AND l.worker = same.id
          AND l.live AND l.state <> 'void' AND l.state = 'submitted' OFFSET 0) AS theirs
    UNION
    SELECT theirs.id FROM (SELECT DISTINCT site, crew, work_day FROM mine) AS m
    CROSS JOIN LATERAL (
        SELECT e.id FROM entry e WHERE e.organisation = $1 AND e.site = m.site
          AND e.work_day BETWEEN m.work_day AND m.work_day + 14 AND e.crew = m.crew
          AND e.state = 'submitted' AND e.kind = 'labour.sheet' OFFSET 0) AS theirs
    UNION
    SELECT o.entry FROM noted n
    JOIN progress_report p ON p.organisation = $1 AND p.entry = n.entry
    JOIN progress_report o ON o.organisation = $1 AND o.task = p.task AND o.work_day >= p.work_day
    UNION
    SELECT o.entry FROM noted n
    JOIN delay_report p ON p.organisation = $1 AND p.entry = n.entry
    JOIN delay_report o ON o.organisation = $1 AND o.task = p.task AND o.work_day = p.work_day
"""  # noqa: S608 - pieces of SQL of our own
"""Records that a note of a record or of a worker touches: its own doubts, a worker's later price,
overtime and double bookings, the crew's days after it, later reports of its task."""

_EVERYTHING = """
    EXISTS (SELECT FROM doubt_moved m WHERE m.organisation = $1
              AND (m.site = e.site OR num_nonnulls(m.entry, m.worker, m.site) = 0))
"""


async def unknown_waiting(
    organisation: UUID, site: UUID | None = None, *, kept_only: bool = False
) -> list[UUID]:
    """Waiting records whose rank is not known: new ones, and those that something has touched; the
    oldest work day first.

    What an advance is doubted by moves with all that its worker earns: it is never kept, and left
    out with ``kept_only``.
    """
    rows = await fetch(
        f"""
        WITH touched AS MATERIALIZED ({_TOUCHED})
        SELECT e.id FROM entry e
        LEFT JOIN kept_doubt k ON k.organisation = e.organisation AND k.entry = e.id
             AND k.version = e.version
        WHERE e.organisation = $1 AND e.state = 'submitted' AND e.kind = ANY($2)
          AND ($3::uuid IS NULL OR e.site = $3)
          AND (k.entry IS NULL OR e.kind = 'labour.advance' OR {_EVERYTHING}
               OR e.id IN (SELECT id FROM touched))
        ORDER BY e.work_day, e.id
        """,  # noqa: S608 - pieces of SQL of our own
        organisation,
        [kind for kind in DECIDED_HERE if not kept_only or kind is not EntryKind.ADVANCE],
        site,
    )
    return [row["id"] for row in rows]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a queue in its order, and how many there are of each kind."""

    ids: list[UUID]
    left: int
    """How many come after it."""
    waiting: int
    clean: int
    elsewhere: int


async def part_of_queue(
    organisation: UUID,
    site: UUID,
    turns: Collection[int],
    found: Mapping[UUID, int],
    *,
    most: int,
    after: Place | None = None,
    only_clean: bool = False,
) -> Part:
    """At most so many waiting records, the worst first; ``found``: ranks just found by looking."""
    rank, day, kind, crew, at, entry = after or (None, None, None, None, None, None)
    row = await fetch_one(
        """
        WITH waiting AS MATERIALIZED (
            SELECT e.id, e.work_day, e.kind COLLATE "C" AS kind,
                   coalesce(c.name, '') COLLATE "C" AS crew, e.received_at,
                   e.steps_passed = ANY($4) AS mine, coalesce(f.rank, k.rank, 1) AS rank
            FROM entry e
            LEFT JOIN crew c ON c.organisation = e.organisation AND c.id = e.crew
            LEFT JOIN unnest($5::uuid[], $6::smallint[]) AS f (id, rank) ON f.id = e.id
            LEFT JOIN kept_doubt k ON k.organisation = e.organisation AND k.entry = e.id
                 AND k.version = e.version
            WHERE e.organisation = $1 AND e.site = $2 AND e.state = 'submitted'
              AND e.kind = ANY($3)
        ), coming AS MATERIALIZED (
            SELECT * FROM waiting WHERE mine AND (rank = 2 OR NOT $8)
              AND ($9::smallint IS NULL
                   OR (rank, work_day, kind, crew, received_at, id) > ($9, $10, $11, $12, $13, $14))
        )
        SELECT ARRAY(SELECT id FROM coming ORDER BY rank, work_day, kind, crew, received_at, id
                     LIMIT $7) AS ids,
               (SELECT count(*) FROM coming) AS coming,
               count(*) FILTER (WHERE mine) AS waiting,
               count(*) FILTER (WHERE mine AND rank = 2) AS clean,
               count(*) FILTER (WHERE NOT mine) AS elsewhere
        FROM waiting
        """,
        organisation,
        site,
        list(DECIDED_HERE),
        list(turns),
        list(found),
        list(found.values()),
        most,
        only_clean,
        *(rank, day, kind, crew, at, entry),
    )
    assert row is not None  # noqa: S101 - a count is always one row
    ids = list(row["ids"])
    return Part(ids, row["coming"] - len(ids), row["waiting"], row["clean"], row["elsewhere"])


async def notes() -> list[int]:
    """What is noted as moved, of the company of the transaction."""
    return [row["id"] for row in await fetch("SELECT id FROM doubt_moved")]


async def keep(
    organisation: UUID, ranks: Mapping[UUID, tuple[int, int]], settled: Collection[int]
) -> None:
    """Keep version and rank of these records, and take away the notes that were followed."""
    await execute(
        "DELETE FROM kept_doubt k USING entry e WHERE k.organisation = $1 AND e.organisation = $1"
        " AND e.id = k.entry AND (k.entry = ANY($2) OR e.state <> 'submitted')",
        organisation,
        list(ranks),
    )
    await execute(
        "INSERT INTO kept_doubt (organisation, entry, version, rank)"
        " SELECT $1, * FROM unnest($2::uuid[], $3::int[], $4::smallint[])",
        organisation,
        list(ranks),
        [version for version, _rank in ranks.values()],
        [rank for _version, rank in ranks.values()],
    )
    await execute(
        "DELETE FROM doubt_moved WHERE organisation = $1 AND id = ANY($2)",
        organisation,
        list(settled),
    )


async def companies_with_doubts(connection: asyncpg.Connection) -> list[UUID]:
    """Companies with something to look at anew; past the walls."""
    rows = await connection.fetch(
        """
        SELECT organisation FROM doubt_moved
        UNION
        SELECT e.organisation FROM entry e
        LEFT JOIN kept_doubt k ON k.organisation = e.organisation AND k.entry = e.id
             AND k.version = e.version
        WHERE e.state = 'submitted' AND e.kind = ANY($1) AND k.entry IS NULL
        """,
        [kind for kind in DECIDED_HERE if kind is not EntryKind.ADVANCE],
    )
    return [row["organisation"] for row in rows]
