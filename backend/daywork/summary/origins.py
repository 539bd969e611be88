"""SQL behind a figure: the sheets and advances it was made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from daywork.ground.database import fetch, fetch_one
from daywork.summary.queries import OF_MONTH, SUMS, figures_in
from daywork.summary.rules import Figures, Month


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which lines of the month a figure was made of."""

    worker: UUID | None = None
    crew: UUID | None = None
    task: UUID | None = None
    without_task: bool = False
    day: date | None = None
    state: str | None = None
    overtime: bool = False
    """Only lines with overtime."""
    unpriced: bool = False
    """Only approved lines with work and no rate."""


_NARROWED = """
      AND ($5::uuid IS NULL OR l.worker = $5) AND ($6::uuid IS NULL OR l.crew = $6)
      AND ($7::uuid IS NULL OR l.task = $7) AND (NOT $8 OR l.task IS NULL)
      AND ($9::date IS NULL OR l.work_day = $9) AND ($10::text IS NULL OR l.state = $10)
      AND (NOT $11 OR l.overtime_hours > 0)
      AND (NOT $12 OR (l.state = 'approved' AND l.earned IS NULL
                       AND (l.man_days > 0 OR l.overtime_hours > 0)))
"""


def _narrowed(
    organisation: UUID, sites: Sequence[UUID], month: Month, to: Narrowing
) -> tuple[object, ...]:
    return (
        organisation,
        list(sites),
        month.first,
        month.last,
        to.worker,
        to.crew,
        to.task,
        to.without_task,
        to.day,
        to.state,
        to.overtime,
        to.unpriced,
    )


async def narrowed_total(
    organisation: UUID, sites: Sequence[UUID], month: Month, to: Narrowing
) -> Figures:
    """The figure itself."""
    row = await fetch_one(
        f"SELECT {SUMS} {OF_MONTH} {_NARROWED}",
        *_narrowed(organisation, sites, month, to),
    )
    return Figures() if row is None else figures_in(dict(row))


@dataclass(frozen=True, slots=True)
class SheetOfFigure:
    """A sheet with what it gives to the figure: sums of the lines in question only."""

    entry: UUID
    day: date
    site: str
    time_zone: str
    crew: str
    author: str
    state: str
    version: int
    received_at: datetime
    lines: int
    figures: Figures


async def sheets_of(
    organisation: UUID,
    sites: Sequence[UUID],
    month: Month,
    to: Narrowing,
    *,
    limit: int,
    offset: int,
) -> list[SheetOfFigure]:
    """The sheets a figure was made of, latest day first."""
    rows = await fetch(
        f"""
        WITH sums AS (
            SELECT l.sheet, count(*) AS lines, {SUMS} {OF_MONTH} {_NARROWED} GROUP BY l.sheet
        )
        SELECT sums.*, e.work_day, e.state, e.version, e.received_at, m.name AS author,
               site.name AS site, site.time_zone, c.name AS crew
        FROM sums
        JOIN entry e ON e.organisation = $1 AND e.id = sums.sheet
        JOIN member m ON m.organisation = $1 AND m.id = e.author
        JOIN site ON site.organisation = $1 AND site.id = e.site
        LEFT JOIN crew c ON c.organisation = $1 AND c.id = e.crew
        ORDER BY e.work_day DESC, site.name, c.name, e.id
        LIMIT $13 OFFSET $14
        """,  # noqa: S608
        *_narrowed(organisation, sites, month, to),
        limit,
        offset,
    )
    return [
        SheetOfFigure(
            row["sheet"],
            row["work_day"],
            row["site"],
            row["time_zone"],
            row["crew"] or "",
            row["author"],
            row["state"],
            row["version"],
            row["received_at"],
            row["lines"],
            figures_in(dict(row)),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Advance:
    """Money handed to a worker before payday."""

    entry: UUID
    worker: UUID
    worker_name: str
    site: str
    day: date
    state: str
    amount: Decimal
    note: str


async def advances_of(
    organisation: UUID, sites: Sequence[UUID], month: Month, worker: UUID | None
) -> list[Advance]:
    """The month's advances that were not voided, latest first."""
    rows = await fetch(
        """
        SELECT a.entry, a.worker, w.name AS worker_name, s.name AS site, a.work_day AS day,
               a.state, a.amount, a.note
        FROM advance a
        JOIN worker w ON w.organisation = $1 AND w.id = a.worker
        JOIN site s ON s.organisation = $1 AND s.id = a.site
        WHERE a.organisation = $1 AND a.site = ANY($2) AND a.work_day BETWEEN $3 AND $4
          AND a.state <> 'void' AND ($5::uuid IS NULL OR a.worker = $5)
        ORDER BY a.work_day DESC, w.name, a.entry
        LIMIT 1000
        """,
        organisation,
        list(sites),
        month.first,
        month.last,
        worker,
    )
    return [Advance(**row) for row in rows]


async def names_of(
    organisation: UUID,
    sites: Sequence[UUID],
    *,
    worker: UUID | None = None,
    crew: UUID | None = None,
    task: UUID | None = None,
    english: bool = False,
) -> list[str]:
    """Names of what a drill-down was narrowed to; what is not on these sites has none."""
    row = await fetch_one(
        """
        SELECT (SELECT w.name FROM worker w WHERE w.organisation = $1 AND w.id = $3
                AND EXISTS (SELECT 1 FROM roster r WHERE r.organisation = $1
                            AND r.worker = w.id AND r.site = ANY($2))) AS worker,
               (SELECT name FROM crew WHERE organisation = $1 AND id = $4
                AND site = ANY($2)) AS crew,
               (SELECT code || ' ' || CASE WHEN $6 THEN coalesce(nullif(name_en, ''), name)
                                           ELSE name END
                FROM task WHERE organisation = $1 AND id = $5 AND site = ANY($2)) AS task
        """,
        organisation,
        list(sites),
        worker,
        crew,
        task,
        english,
    )
    return [] if row is None else [name for name in row.values() if name]
