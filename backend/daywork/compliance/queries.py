"""SQL of what only the pack lists: approved lines, signatures, papers, photos."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from daywork.ground.database import fetch, fetch_value
from daywork.ground.names import by_name
from daywork.labour.double_queries import STILL_OPEN
from daywork.sites.tables import kept_record


@dataclass(frozen=True, slots=True)
class ApprovedLine:
    """A line of a sheet that was approved, with what it earns."""

    day: date
    crew: str
    number: str
    name: str
    task: str
    man_days: Decimal
    hours_per_day: Decimal
    overtime_hours: Decimal
    rate_unit: str | None
    rate_amount: Decimal | None
    earned: Decimal | None
    overtime_earned: Decimal | None
    held: bool
    """The day is booked twice and not settled: it does not count yet."""
    author: str
    approved_by: str
    approved_at: datetime | None
    sheet: UUID
    version: int


async def approved_lines(
    organisation: UUID, site: UUID, first: date, last: date
) -> list[ApprovedLine]:
    """The lines of these days that were approved, by day, crew and worker."""
    rows = await fetch(
        f"""
        SELECT l.work_day AS day, c.name AS crew, w.number, w.name,
               coalesce(t.code || ' ' || t.name, '') AS task, l.man_days, l.hours_per_day,
               l.overtime_hours, l.rate_unit, l.rate_amount, l.earned, l.overtime_earned,
               {STILL_OPEN} AS held,
               a.name AS author, coalesce(m.name, '') AS approved_by, e.decided_at AS approved_at,
               l.sheet, l.version
        FROM labour_line l
        JOIN worker entered ON entered.organisation = l.organisation AND entered.id = l.worker
        JOIN worker w ON w.organisation = l.organisation
             AND w.id = {kept_record("entered")}
        JOIN crew c ON c.organisation = l.organisation AND c.id = l.crew
        JOIN entry e ON e.organisation = l.organisation AND e.id = l.sheet
        JOIN member a ON a.organisation = e.organisation AND a.id = e.author
        LEFT JOIN member m ON m.organisation = e.organisation AND m.id = e.decided_by
        LEFT JOIN task t ON t.organisation = l.organisation AND t.id = l.task
        WHERE l.organisation = $1 AND l.site = $2 AND l.work_day BETWEEN $3 AND $4
          AND l.live AND l.state = 'approved'
        ORDER BY l.work_day, {by_name("c.name")}, w.number, {by_name("w.name")}, l.id
        """,  # noqa: S608
        organisation,
        site,
        first,
        last,
    )
    return [ApprovedLine(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature on a sheet, a wage sheet, a settlement or the own month; or why there is none."""

    on: str
    """``sheet``, ``wages``, ``settlement`` or ``cross_check``."""
    day: date
    """The work day, the month's first day, or the last day settled."""
    about: str
    """Crew or worker."""
    version: int
    party: str
    outcome: str
    name: str
    witness: str
    at: datetime
    document: UUID


async def signatures_between(
    organisation: UUID, site: UUID, first: date, last: date
) -> list[Signed]:
    """Everything signed on what these days and months are about, by day."""
    rows = await fetch(
        """
        SELECT 'sheet' AS on, e.work_day AS day, coalesce(c.name, '') AS about, g.version,
               g.party, g.outcome, g.name, g.witness, coalesce(g.signed_at, g.at) AS at,
               g.entry AS document
        FROM signature g
        JOIN entry e ON e.organisation = g.organisation AND e.id = g.entry
        LEFT JOIN crew c ON c.organisation = e.organisation AND c.id = e.crew
        WHERE g.organisation = $1 AND g.site = $2 AND e.work_day BETWEEN $3 AND $4
        UNION ALL
        SELECT 'wages', s.month, w.name, s.version, 'worker', g.outcome, g.name, g.witness, g.at,
               s.id
        FROM wage_signature g
        JOIN wage_sheet s ON s.organisation = g.organisation AND s.id = g.sheet
        JOIN worker w ON w.organisation = g.organisation AND w.id = g.worker
        WHERE g.organisation = $1 AND g.site = $2 AND s.month BETWEEN $3 AND $4
        UNION ALL
        SELECT 'settlement', s.until_day, w.name, s.version, 'worker', g.outcome, g.name,
               g.witness, g.at, s.id
        FROM wage_signature g
        JOIN settlement s ON s.organisation = g.organisation AND s.id = g.settlement
        JOIN worker w ON w.organisation = g.organisation AND w.id = g.worker
        WHERE g.organisation = $1 AND g.site = $2 AND s.until_day BETWEEN $3 AND $4
        UNION ALL
        SELECT 'cross_check', g.month, w.name, 0, 'worker', g.outcome, g.name, '',
               coalesce(g.signed_at, g.at), g.id
        FROM cross_check g
        JOIN worker w ON w.organisation = g.organisation AND w.id = g.worker
        WHERE g.organisation = $1 AND g.site = $2 AND g.month BETWEEN $3 AND $4
        ORDER BY 2, 1, 3, 9
        """,
        organisation,
        site,
        first,
        last,
    )
    return [Signed(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class Disputed:
    """A day (or the sum of a month) that a worker remembers otherwise, and what came of it."""

    day: date
    whole_month: bool
    worker: str
    man_days: Decimal
    overtime_hours: Decimal
    claimed_man_days: Decimal
    claimed_overtime: Decimal
    reason: str
    at: datetime
    outcome: str | None
    answer: str | None
    answered_by: str
    answered_at: datetime | None


async def disputes_between(
    organisation: UUID, site: UUID, first: date, last: date
) -> list[Disputed]:
    """Days of this time that workers disputed, by day."""
    rows = await fetch(
        f"""
        SELECT d.work_day AS day, d.whole_month, w.name AS worker, d.man_days, d.overtime_hours,
               d.claimed_man_days, d.claimed_overtime, d.reason, d.at, d.outcome, d.answer,
               coalesce(m.name, '') AS answered_by, d.answered_at
        FROM cross_check_dispute d
        JOIN worker w ON w.organisation = d.organisation AND w.id = d.worker
        LEFT JOIN member m ON m.organisation = d.organisation AND m.id = d.answered_by
        WHERE d.organisation = $1 AND d.site = $2 AND d.work_day BETWEEN $3 AND $4
        ORDER BY d.work_day, {by_name("w.name")}, d.at
        """,  # noqa: S608
        organisation,
        site,
        first,
        last,
    )
    return [Disputed(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class WorkerPaper:
    """A contract or a certificate; numbers masked."""

    name: str
    number: str
    what: str
    """``contract`` or the kind of certificate."""
    detail: str
    begins: date | None
    ends: date | None


async def papers_of(organisation: UUID, site: UUID, workers: Collection[UUID]) -> list[WorkerPaper]:
    """Contracts on the site and certificates of these workers and who was merged into them."""
    rows = await fetch(
        """
        WITH same AS (
            SELECT o.id, p.id AS person, p.name, p.number FROM worker o
            JOIN worker p ON p.organisation = o.organisation
                 AND p.id = coalesce(o.merged_into, o.id)
            WHERE o.organisation = $1 AND p.id = ANY($3)
        )
        SELECT s.name, s.number, 'contract' AS what, k.note AS detail, k.signed_on AS begins,
               k.ends_on AS ends
        FROM worker_contract k JOIN same s ON s.id = k.worker
        WHERE k.organisation = $1 AND k.site = $2 AND k.voided_at IS NULL
        UNION ALL
        SELECT s.name, s.number, k.kind,
               concat_ws(' ', nullif(k.name, ''), nullif(k.number_mask, '')), NULL, k.valid_until
        FROM worker_certificate k JOIN same s ON s.id = k.worker
        WHERE k.organisation = $1 AND k.voided_at IS NULL
        ORDER BY 2, 1, 3, 5
        """,
        organisation,
        site,
        list(workers),
    )
    return [WorkerPaper(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class PhotoListed:
    """A photo in the index."""

    id: UUID
    day: date
    taken_at: datetime | None
    received_at: datetime
    author: str
    of: str
    """Kind of the record it belongs to."""
    crew: str
    note: str
    size: int
    sha256: bytes
    state: str
    code_hash: bytes | None
    """Of the link that sealed its bytes."""


async def photos_between(
    organisation: UUID, site: UUID, first: date, last: date
) -> list[PhotoListed]:
    """The photos of these work days, by day and time."""
    rows = await fetch(
        """
        SELECT p.id, e.work_day AS day, p.taken_at, e.received_at, m.name AS author,
               coalesce(o.kind, '') AS of, coalesce(c.name, '') AS crew, p.note, p.bytes AS size,
               p.sha256, p.state,
               (SELECT k.hash FROM chain_link k WHERE k.organisation = p.organisation
                AND k.subject = p.id AND k.kind = 'photo.bytes' ORDER BY k.number DESC LIMIT 1)
                   AS code_hash
        FROM photo p
        JOIN entry e ON e.organisation = p.organisation AND e.id = p.id
        JOIN member m ON m.organisation = e.organisation AND m.id = e.author
        LEFT JOIN entry o ON o.organisation = p.organisation AND o.id = p.of_entry
        LEFT JOIN crew c ON c.organisation = p.organisation AND c.id = coalesce(o.crew, e.crew)
        WHERE p.organisation = $1 AND p.site = $2 AND e.work_day BETWEEN $3 AND $4
          AND e.state <> 'void'
        ORDER BY e.work_day, p.taken_at NULLS LAST, p.id
        """,
        organisation,
        site,
        first,
        last,
    )
    return [PhotoListed(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class OpenDispute:
    """A dispute nobody has answered, by the worker as he is known now."""

    worker: UUID
    name: str
    number: str
    day: date
    whole_month: bool
    at: datetime


async def disputes_open(
    organisation: UUID, site: UUID, first: date, last: date
) -> list[OpenDispute]:
    """Disputes of these days that wait for an answer, by day."""
    rows = await fetch(
        f"""
        SELECT w.id AS worker, w.name, w.number, d.work_day AS day, d.whole_month, d.at
        FROM cross_check_dispute d
        JOIN worker said ON said.organisation = d.organisation AND said.id = d.worker
        JOIN worker w ON w.organisation = d.organisation
             AND w.id = {kept_record("said")}
        WHERE d.organisation = $1 AND d.site = $2 AND d.work_day BETWEEN $3 AND $4
          AND d.outcome IS NULL
        ORDER BY d.work_day, {by_name("w.name")}, d.at
        """,  # noqa: S608
        organisation,
        site,
        first,
        last,
    )
    return [OpenDispute(**row) for row in rows]


async def advances_undecided(
    organisation: UUID, site: UUID, first: date, last: date
) -> list[tuple[UUID, str, str, int]]:
    """Worker, name, number, and how many advances of these days wait or were returned."""
    rows = await fetch(
        f"""
        SELECT w.id, w.name, w.number, count(*)::int AS n FROM advance a
        JOIN worker given ON given.organisation = a.organisation AND given.id = a.worker
        JOIN worker w ON w.organisation = a.organisation
             AND w.id = {kept_record("given")}
        WHERE a.organisation = $1 AND a.site = $2 AND a.work_day BETWEEN $3 AND $4
          AND a.state IN ('submitted', 'returned')
        GROUP BY w.id, w.name, w.number ORDER BY w.number, {by_name("w.name")}
        """,  # noqa: S608
        organisation,
        site,
        first,
        last,
    )
    return [(row["id"], row["name"], row["number"], row["n"]) for row in rows]


async def workers_between(organisation: UUID, site: UUID, first: date, last: date) -> int:
    """How many stand on the site's roster in this time."""
    found: int = await fetch_value(
        "SELECT count(*) FROM roster WHERE organisation = $1 AND site = $2"
        " AND joined_on <= $4 AND (left_on IS NULL OR left_on >= $3)",
        organisation,
        site,
        first,
        last,
    )
    return found


async def sheets_undecided(organisation: UUID, site: UUID, first: date, last: date) -> int:
    """Sheets of these days that wait or were returned."""
    found: int = await fetch_value(
        "SELECT count(*) FROM entry WHERE organisation = $1 AND site = $2"
        " AND kind = 'labour.sheet' AND work_day BETWEEN $3 AND $4"
        " AND state IN ('submitted', 'returned')",
        organisation,
        site,
        first,
        last,
    )
    return found
