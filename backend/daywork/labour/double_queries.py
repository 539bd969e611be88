"""SQL of double bookings: which workers' days a change touched, who claims them, what is open."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from daywork.entries.closed import CLOSED_BEFORE
from daywork.ground.database import execute, fetch
from daywork.ground.ids import new_id
from daywork.ground.names import by_name
from daywork.labour.rules import A_DAY

# Workers' days for which these sheets claim another amount than in the version before; with $3
# all of theirs. A returned version had claimed nothing. Who was entered twice and merged is one.
_MOVED = """
    SELECT DISTINCT coalesce(w.merged_into, w.id) AS worker, by_sheet.work_day FROM (
        SELECT l.worker, l.work_day
        FROM unnest($2::uuid[]) AS s (sheet)
        JOIN entry e ON e.organisation = $1 AND e.id = s.sheet
        JOIN labour_line l ON l.organisation = $1 AND l.sheet = s.sheet
             AND l.version >= e.version - 1
        GROUP BY l.sheet, l.worker, l.work_day
        HAVING $3 OR coalesce(sum(l.man_days) FILTER (WHERE l.live), 0)
            <> coalesce(sum(l.man_days) FILTER (
                WHERE NOT l.live AND l.state NOT IN ('void', 'returned')), 0)
    ) AS by_sheet
    JOIN worker w ON w.organisation = $1 AND w.id = by_sheet.worker"""

STILL_OPEN: Final = f"""EXISTS (SELECT FROM double_booking d WHERE d.organisation = l.organisation
    AND d.work_day = l.work_day AND d.worker IN (l.worker, w.id) AND d.resolved_at IS NULL
    AND NOT {CLOSED_BEFORE})"""
"""Whether the day of a line ``l`` is booked twice and not settled, so that its pay waits; ``w`` is
the worker's record that is kept. What was closed before stays as it was."""

_CLAIMS = "l.live AND l.state <> 'void' AND l.state <> 'returned' AND l.man_days > 0"


@dataclass(frozen=True, slots=True)
class BookedDay:
    """A worker's day that is booked twice by the sheets as they are now, or was until now."""

    worker: UUID
    work_day: date
    sheets: int
    """How many claim something of it."""
    total: Decimal
    """工 on all of them."""
    claims: str
    """``sheet=工,…`` by sheet: what two bookings of one day are told apart by."""
    opened: UUID | None
    """Its open double booking."""
    opened_claims: str | None
    answered: bool
    """Somebody said of the open one which sheet counts."""
    accepted: str | None
    """The claims that were last said to stand all of them, if nothing was said since."""

    @property
    def doubled(self) -> bool:
        """Over a day on several sheets."""
        return self.sheets > 1 and self.total > A_DAY


async def days_booked(
    organisation: UUID, sheets: Sequence[UUID], *, all_days: bool
) -> list[BookedDay]:
    """Of the days these sheets moved, those booked twice now and those with an open double
    booking, the latest first.

    A returned or voided sheet claims nothing until it comes back.
    """
    rows = await fetch(
        f"""
        WITH moved AS MATERIALIZED ({_MOVED}),
        same AS MATERIALIZED (
            SELECT worker, worker AS id FROM (SELECT DISTINCT worker FROM moved) AS one
            UNION ALL
            SELECT o.merged_into, o.id FROM worker o
            WHERE o.organisation = $1 AND o.merged_into IN (SELECT worker FROM moved)
        ),
        open AS MATERIALIZED (
            SELECT o.worker, o.work_day FROM double_booking o
            WHERE o.organisation = $1 AND o.resolved_at IS NULL
              AND o.worker IN (SELECT worker FROM moved)
        ),
        -- Nearly all days end here, by one sum: only the rest is told apart by sheet.
        full_or_open AS MATERIALIZED (
            SELECT m.worker, m.work_day FROM moved m JOIN same USING (worker)
            CROSS JOIN LATERAL (
                SELECT l.man_days FROM labour_line l
                WHERE l.organisation = $1 AND l.worker = same.id
                  AND l.work_day = m.work_day AND {_CLAIMS} OFFSET 0) AS l
            GROUP BY m.worker, m.work_day HAVING sum(l.man_days) > $4
            UNION
            SELECT m.worker, m.work_day FROM moved m JOIN open USING (worker, work_day)
        ),
        booked AS MATERIALIZED (
            SELECT m.worker, m.work_day, b.sheets, b.total, b.claims FROM full_or_open m
            CROSS JOIN LATERAL (
                SELECT count(*) AS sheets, coalesce(sum(s.man_days), 0) AS total,
                       coalesce(string_agg(s.sheet || '=' || s.man_days, ',' ORDER BY s.sheet), '')
                           AS claims
                FROM (
                    SELECT l.sheet, sum(l.man_days) AS man_days
                    FROM same CROSS JOIN LATERAL (
                        SELECT l.sheet, l.man_days FROM labour_line l
                        WHERE l.organisation = $1 AND l.worker = same.id
                          AND l.work_day = m.work_day AND {_CLAIMS} OFFSET 0) AS l
                    WHERE same.worker = m.worker
                    GROUP BY l.sheet) AS s) AS b
        )
        SELECT k.*, o.id AS opened, o.claims AS opened_claims,
               o.counts IS NOT NULL AS answered,
               CASE WHEN last.outcome = 'both_stand' THEN last.claims END AS accepted
        FROM booked k
        LEFT JOIN double_booking o ON o.organisation = $1 AND o.worker = k.worker
             AND o.work_day = k.work_day AND o.resolved_at IS NULL
        LEFT JOIN LATERAL (
            SELECT d.outcome, d.claims FROM double_booking d
            WHERE d.organisation = $1 AND d.work_day = k.work_day
              AND (d.worker = k.worker OR d.worker IN (
                  SELECT s.id FROM worker s
                  WHERE s.organisation = $1 AND s.merged_into = k.worker))
            ORDER BY d.opened_at DESC LIMIT 1) AS last ON k.sheets > 1
        WHERE (k.sheets > 1 AND k.total > $4) OR o.id IS NOT NULL
        ORDER BY k.work_day DESC, k.worker
        """,  # noqa: S608 - pieces of SQL from above
        organisation,
        list(sheets),
        all_days,
        A_DAY,
    )
    return [BookedDay(**row) for row in rows]


async def insert_doubles(organisation: UUID, days: Sequence[BookedDay]) -> None:
    """Open these; somebody else may have done so this moment."""
    await execute(
        """
        INSERT INTO double_booking (organisation, id, worker, work_day, booked, claims)
        SELECT $1, u.* FROM unnest($2::uuid[], $3::uuid[], $4::date[], $5::numeric[], $6::text[])
            AS u (id, worker, work_day, booked, claims)
        ON CONFLICT (organisation, worker, work_day) WHERE resolved_at IS NULL DO UPDATE
            SET booked = excluded.booked, claims = excluded.claims
        """,
        organisation,
        [new_id() for _ in days],
        *_columns(days),
    )


async def mark_moved(organisation: UUID, days: Sequence[BookedDay]) -> None:
    """The sheets claim otherwise, and it is still booked twice."""
    await execute(
        """
        UPDATE double_booking d SET booked = u.booked, claims = u.claims
        FROM unnest($2::uuid[], $3::date[], $4::numeric[], $5::text[])
            AS u (worker, work_day, booked, claims)
        WHERE d.organisation = $1 AND d.worker = u.worker AND d.work_day = u.work_day
          AND d.resolved_at IS NULL
        """,
        organisation,
        *_columns(days),
    )


def _columns(days: Sequence[BookedDay]) -> list[list[object]]:
    return [
        [day.worker for day in days],
        [day.work_day for day in days],
        [day.total for day in days],
        [day.claims for day in days],
    ]


async def mark_settled(organisation: UUID, doubles: Sequence[UUID], at: datetime) -> None:
    """The sheets no longer book more than a day: over, as somebody had asked for or by itself."""
    await execute(
        "UPDATE double_booking SET resolved_at = $3,"
        " outcome = CASE WHEN counts IS NULL THEN 'settled' ELSE 'one_counts' END"
        " WHERE organisation = $1 AND id = ANY($2) AND resolved_at IS NULL",
        organisation,
        list(doubles),
        at,
    )


async def open_of(organisation: UUID, workers: Collection[UUID]) -> list[tuple[UUID, date, str]]:
    """What is open of these workers: id, day and claims."""
    rows = await fetch(
        "SELECT id, work_day, claims FROM double_booking"
        " WHERE organisation = $1 AND worker = ANY($2) AND resolved_at IS NULL",
        organisation,
        list(workers),
    )
    return [(row["id"], row["work_day"], row["claims"]) for row in rows]


# What is told of


@dataclass(frozen=True, slots=True)
class OpenDay:
    """A worker's day that waits to be settled."""

    worker: UUID
    worker_name: str
    work_day: date
    booked: Decimal
    sheets: str
    """Ids of the sheets that claim it, joined: days of one pair of sheets are told together."""


async def open_between(
    organisation: UUID, days: Collection[date], sheets: Collection[str]
) -> list[OpenDay]:
    """What is open between exactly these sheets, by day and the worker's number."""
    rows = await fetch(
        f"""
        SELECT d.worker, w.name AS worker_name, d.work_day, d.booked, p.sheets
        FROM double_booking d
        CROSS JOIN LATERAL regexp_replace(d.claims, '=[^,]*', '', 'g') AS p (sheets)
        JOIN worker w ON w.organisation = d.organisation AND w.id = d.worker
        WHERE d.organisation = $1 AND d.work_day = ANY($2) AND d.resolved_at IS NULL
          AND p.sheets = ANY($3)
        ORDER BY d.work_day DESC, p.sheets, w.number, {by_name("w.name")}, w.id
        """,  # noqa: S608
        organisation,
        list(days),
        list(sheets),
    )
    return [OpenDay(**row) for row in rows]


BOTH_STAND: Final = "both_stand"
ONE_COUNTED: Final = "one_counts"


@dataclass(frozen=True, slots=True)
class AnsweredDay(OpenDay):
    """A worker's day that somebody has settled, or has said of which sheet counts."""

    answer: str
    """``both_stand``; the id of the sheet that counts; ``one_counts`` when it did and the others
    are corrected by now."""
    reason: str


async def answered_between(organisation: UUID, day: date, sheets: str) -> list[AnsweredDay]:
    """What was last said of each worker whom exactly these sheets book twice on the day, the
    latest answer last."""
    rows = await fetch(
        f"""
        SELECT d.worker, w.name AS worker_name, d.work_day, d.booked, $3 AS sheets,
               coalesce(d.outcome, d.counts::text) AS answer, d.reason
        FROM (
            SELECT DISTINCT ON (b.worker) b.* FROM double_booking b
            WHERE b.organisation = $1 AND b.work_day = $2
              AND regexp_replace(b.claims, '=[^,]*', '', 'g') = $3
            ORDER BY b.worker, b.opened_at DESC) AS d
        JOIN worker w ON w.organisation = d.organisation AND w.id = d.worker
        WHERE d.decided_at IS NOT NULL
        ORDER BY d.decided_at, w.number, {by_name("w.name")}, w.id
        """,  # noqa: S608
        organisation,
        day,
        sheets,
    )
    return [AnsweredDay(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class Claimant:
    """A sheet that claims a day booked twice."""

    sheet: UUID
    work_day: date
    author: UUID
    site: UUID
    site_name: str
    crew: UUID
    crew_name: str


async def claimants(organisation: UUID, sheets: Collection[UUID]) -> list[Claimant]:
    """These sheets with where and whose they are, the latest first."""
    rows = await fetch(
        """
        SELECT e.id AS sheet, e.work_day, e.author, e.site, s.name AS site_name, e.crew,
               c.name AS crew_name
        FROM entry e
        JOIN site s ON s.organisation = e.organisation AND s.id = e.site
        JOIN crew c ON c.organisation = e.organisation AND c.id = e.crew
        WHERE e.organisation = $1 AND e.id = ANY($2)
        ORDER BY e.received_at DESC, e.id DESC
        """,
        organisation,
        list(sheets),
    )
    return [Claimant(**row) for row in rows]


# What pay asks


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A day that stands on a closed paper and was booked twice since."""

    double: UUID
    crew: UUID
    worker: UUID
    """The record it was entered under."""
    worker_name: str
    work_day: date
    goes_back: bool
    """Somebody said that the other sheet counts: this one is to be sent back."""


async def closed_days_doubled(
    organisation: UUID, site: UUID, first: date, last: date
) -> list[ClosedDay]:
    """The site's closed days that were booked twice since and are not settled, by day and name."""
    rows = await fetch(
        f"""
        SELECT * FROM (
        SELECT DISTINCT d.id AS double, l.crew, l.worker, w.name AS worker_name, d.work_day,
               d.counts IS NOT NULL AND d.counts <> l.sheet AS goes_back
        FROM double_booking d
        JOIN worker w ON w.organisation = d.organisation
             AND (w.id = d.worker OR w.merged_into = d.worker)
        JOIN labour_line l ON l.organisation = d.organisation AND l.worker = w.id
             AND l.work_day = d.work_day AND l.live AND l.site = $2
        WHERE d.organisation = $1 AND d.resolved_at IS NULL AND d.work_day BETWEEN $3 AND $4
          AND {CLOSED_BEFORE}
        ) AS day ORDER BY work_day, {by_name("worker_name")}, double
        """,  # noqa: S608 - a piece of SQL of our own
        organisation,
        site,
        first,
        last,
    )
    return [ClosedDay(**row) for row in rows]


async def lock_shared_workers(organisation: UUID, workers: Collection[UUID]) -> None:
    """Hold those of these workers that several sites may book, until commit.

    Sheets of one site come one after another; two sites would not see each other's without it.
    Who was merged is held as the one who was kept.
    """
    await execute(
        """
        SELECT FROM worker w WHERE w.organisation = $1
          AND w.id IN (SELECT coalesce(o.merged_into, o.id) FROM worker o
                       WHERE o.organisation = $1 AND o.id = ANY($2))
          AND (SELECT count(*) FROM roster r
               WHERE r.organisation = w.organisation AND r.worker = w.id) > 1
        ORDER BY w.id FOR NO KEY UPDATE
        """,
        organisation,
        list(workers),
    )
