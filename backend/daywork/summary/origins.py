"""SQL behind a figure: the sheets and advances it was made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from daywork.ground.database import fetch, fetch_one
from daywork.ground.names import by_name
from daywork.sites.tables import kept_record
from daywork.summary.rules import Figures, Month
from daywork.summary.sums import LINES_OF_MONTH, OF_MONTH, SUMS, figures_in


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which lines of the month a figure was made of."""

    worker: UUID | None = None
    crew: UUID | None = None
    task: UUID | None = None
    without_task: bool = False
    trade: UUID | None = None
    without_trade: bool = False
    cost_code: str | None = None
    """``""``: lines whose task has none, and lines without a task."""
    day: date | None = None
    state: str | None = None
    overtime: bool = False
    """Only lines with overtime."""
    unpriced: bool = False
    """Only approved lines with work and no rate."""


# Which workers and tasks is asked once: a month of a company is a million lines.
_OF_TRADE_AND_CODE = f"""
      AND ({{trade}}::uuid IS NULL AND NOT {{no_trade}}::boolean
           OR l.worker IN (
               SELECT entered.id FROM worker entered
               JOIN worker w ON w.organisation = $1 AND w.id = {kept_record("entered")}
               WHERE entered.organisation = $1 AND w.trade IS NOT DISTINCT FROM {{trade}}))
      AND ({{code}}::text IS NULL OR l.task IS NULL AND {{code}} = ''
           OR l.task IN (SELECT t.id FROM task t WHERE t.organisation = $1
                         AND coalesce(t.cost_code, '') = {{code}}))
"""  # noqa: S608
_NARROWED = f"""
      AND ($5::uuid IS NULL OR l.worker IN (
          SELECT id FROM worker WHERE organisation = $1 AND (id = $5 OR merged_into = $5)))
      AND ($6::uuid IS NULL OR l.crew = $6)
      AND ($7::uuid IS NULL OR l.task = $7) AND (NOT $8 OR l.task IS NULL)
      AND ($9::date IS NULL OR l.work_day = $9) AND ($10::text IS NULL OR l.state = $10)
      AND (NOT $11 OR l.overtime_hours > 0)
      AND (NOT $12 OR (l.state = 'approved' AND l.earned IS NULL
                       AND (l.man_days > 0 OR l.overtime_hours > 0)))
      {_OF_TRADE_AND_CODE.format(trade="$13", no_trade="$14", code="$15")}
"""  # noqa: S608 - a piece of SQL of our own


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
        to.trade,
        to.without_trade,
        to.cost_code,
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


_THEIRS = """
        JOIN entry e ON e.organisation = $1 AND e.id = found.sheet
        JOIN site ON site.organisation = $1 AND site.id = e.site
        LEFT JOIN crew c ON c.organisation = $1 AND c.id = e.crew"""
_LATEST_FIRST = f"ORDER BY e.work_day DESC, {by_name('site.name')}, {by_name('c.name')}, e.id"
_STANDS = "l.live AND l.state <> 'void' AND l.site = ANY($2)"


async def sheet_ids(
    organisation: UUID, sites: Sequence[UUID], days: Month, to: Narrowing
) -> list[UUID]:
    """The sheets of these days with lines in question, latest day first.

    A worker's lines are found by the worker. Else each sheet of the sites, of the crew or of the
    task's site is asked by itself, its lines lying together: for what nearly all of them have.
    """
    if to.worker is not None:
        found = f"""
            SELECT DISTINCT l.sheet FROM worker w
            CROSS JOIN LATERAL (
                SELECT * FROM labour_line l WHERE l.organisation = $1 AND l.worker = w.id
                  AND l.work_day BETWEEN $3 AND $4 AND {_STANDS} OFFSET 0) AS l
            WHERE w.organisation = $1 AND (w.id = $5 OR w.merged_into = $5) {_NARROWED}
        """  # noqa: S608
    else:
        theirs = "AND e.crew = $6" if to.crew else ""
        if to.task:
            theirs += " AND e.site = (SELECT site FROM task WHERE organisation = $1 AND id = $7)"
        found = f"""
            SELECT e.id AS sheet FROM entry e
            WHERE e.organisation = $1 AND e.site = ANY($2) AND e.kind = 'labour.sheet'
              AND e.work_day BETWEEN $3 AND $4 {theirs}
              AND EXISTS (
                  SELECT FROM labour_line l WHERE l.organisation = $1 AND l.sheet = e.id
                    AND l.work_day BETWEEN $3 AND $4 AND {_STANDS} {_NARROWED} OFFSET 0)
        """  # noqa: S608
    rows = await fetch(
        f"WITH found AS ({found}) SELECT e.id FROM found {_THEIRS} {_LATEST_FIRST}",  # noqa: S608
        *_narrowed(organisation, sites, days, to),
    )
    return [row["id"] for row in rows]


async def sheets_of(
    organisation: UUID,
    sites: Sequence[UUID],
    month: Month,
    to: Narrowing,
    among: Sequence[UUID] | None = None,
    *,
    limit: int = 0,
    offset: int = 0,
) -> list[SheetOfFigure]:
    """The sheets a figure was made of, latest day first: those ``among``, or a stretch of all."""
    which, bounds = "AND l.sheet = ANY($16)", ""
    if among is None:
        which, bounds = "", "LIMIT $16 OFFSET $17"
    rows = await fetch(
        f"""
        WITH found AS (
            SELECT l.sheet, count(*) AS lines, {SUMS} {LINES_OF_MONTH} {_NARROWED} {which}
            GROUP BY l.sheet
        )
        SELECT found.*, e.work_day, e.state, e.version, e.received_at, m.name AS author,
               site.name AS site, site.time_zone, c.name AS crew
        FROM found {_THEIRS} JOIN member m ON m.organisation = $1 AND m.id = e.author
        {_LATEST_FIRST} {bounds}
        """,  # noqa: S608
        *_narrowed(organisation, sites, month, to),
        *([limit, offset] if among is None else [list(among)]),
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
class ItemOfFigure:
    """A pay item that is part of a figure."""

    id: UUID
    source: UUID | None
    """The piece it is a share of."""
    day: date
    kind: str
    worker_name: str
    site: str
    note: str
    amount: Decimal


async def items_of(
    organisation: UUID, sites: Sequence[UUID], month: Month, to: Narrowing
) -> list[ItemOfFigure]:
    """The month's pay items behind a figure, latest day first; none behind 工 or hours."""
    if to.overtime or to.unpriced or to.state not in (None, "approved"):
        return []
    rows = await fetch(
        f"""
        SELECT l.id, l.source, l.work_day AS day, l.kind, w.name AS worker_name, s.name AS site,
               l.note, l.amount
        FROM pay_item l
        JOIN worker w ON w.organisation = $1 AND w.id = l.worker
        JOIN site s ON s.organisation = $1 AND s.id = l.site
        WHERE l.organisation = $1 AND l.site = ANY($2) AND l.work_day BETWEEN $3 AND $4
          AND l.voided_at IS NULL
          AND ($5::uuid IS NULL OR $5 IN (l.worker, w.merged_into))
          AND ($6::uuid IS NULL OR l.crew = $6)
          AND ($7::uuid IS NULL OR l.task = $7) AND (NOT $8 OR l.task IS NULL)
          AND ($9::date IS NULL OR l.work_day = $9)
          {_OF_TRADE_AND_CODE.format(trade="$10", no_trade="$11", code="$12")}
        ORDER BY l.work_day DESC, {by_name("w.name")}, l.id LIMIT 1000
        """,  # noqa: S608 - a piece of SQL of our own
        *_narrowed(organisation, sites, month, to)[:9],
        to.trade,
        to.without_trade,
        to.cost_code,
    )
    return [ItemOfFigure(**row) for row in rows]


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
        f"""
        SELECT a.entry, a.worker, w.name AS worker_name, s.name AS site, a.work_day AS day,
               a.state, a.amount, a.note
        FROM advance a
        JOIN worker w ON w.organisation = $1 AND w.id = a.worker
        JOIN site s ON s.organisation = $1 AND s.id = a.site
        WHERE a.organisation = $1 AND a.site = ANY($2) AND a.work_day BETWEEN $3 AND $4
          AND a.state <> 'void' AND ($5::uuid IS NULL OR a.worker IN (
              SELECT id FROM worker WHERE organisation = $1 AND (id = $5 OR merged_into = $5)))
        ORDER BY a.work_day DESC, {by_name("w.name")}, a.entry
        LIMIT 1000
        """,  # noqa: S608
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
    trade: UUID | None = None,
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
                FROM task WHERE organisation = $1 AND id = $5 AND site = ANY($2)) AS task,
               (SELECT CASE WHEN $6 THEN coalesce(nullif(name_en, ''), name) ELSE name END
                FROM trade WHERE organisation = $1 AND id = $7) AS trade
        """,
        organisation,
        list(sites),
        worker,
        crew,
        task,
        english,
        trade,
    )
    return [] if row is None else [name for name in row.values() if name]
