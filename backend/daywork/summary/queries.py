"""SQL of the summary: a month's lines added up by worker, crew, task or day.

All sums read live lines of a site and month from one index (``labour_line_by_site``), so a month
costs the same however long the company has been at work. Names are joined to the sums, not to
the lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from daywork.ground.database import fetch, fetch_one, fetch_value
from daywork.labour.queries import LineToPrice
from daywork.summary.rules import NO_TASK, Figures, Month, Row

SUMS = """
    coalesce(sum(l.man_days) FILTER (WHERE l.state = 'approved'), 0) AS man_days,
    coalesce(sum(l.overtime_hours) FILTER (WHERE l.state = 'approved'), 0) AS overtime_hours,
    coalesce(sum(l.earned + l.overtime_earned) FILTER (WHERE l.state = 'approved'), 0) AS earned,
    coalesce(sum(l.man_days) FILTER (WHERE l.state = 'submitted'), 0) AS pending_man_days,
    coalesce(sum(l.overtime_hours) FILTER (WHERE l.state = 'submitted'), 0) AS pending_overtime,
    coalesce(sum(l.man_days) FILTER (WHERE l.state = 'returned'), 0) AS returned_man_days,
    coalesce(sum(l.overtime_hours) FILTER (WHERE l.state = 'returned'), 0) AS returned_overtime,
    count(*) FILTER (WHERE l.state = 'approved' AND l.earned IS NULL
                     AND (l.man_days > 0 OR l.overtime_hours > 0)) AS unpriced
"""
OF_MONTH = """
    FROM labour_line l
    WHERE l.organisation = $1 AND l.site = ANY($2) AND l.work_day BETWEEN $3 AND $4
      AND l.live AND l.state <> 'void'
"""
_NAMES = (
    "man_days",
    "overtime_hours",
    "earned",
    "pending_man_days",
    "pending_overtime",
    "returned_man_days",
    "returned_overtime",
    "unpriced",
)


def figures_in(row: "dict[str, object]") -> Figures:
    """The sums of a row selected with :data:`SUMS`."""
    return Figures(**{name: row[name] for name in _NAMES})  # type: ignore[arg-type]


async def month_total(organisation: UUID, sites: Sequence[UUID], month: Month) -> Figures:
    """The month of these sites together, summed by the database and not from any rows."""
    row = await fetch_one(
        f"SELECT {SUMS} {OF_MONTH}",
        organisation,
        list(sites),
        month.first,
        month.last,
    )
    return Figures() if row is None else figures_in(dict(row))


async def by_worker(organisation: UUID, sites: Sequence[UUID], month: Month) -> list[Row]:
    """A row a worker with lines or approved advances in the month, over all the sites."""
    rows = await fetch(
        f"""
        WITH sums AS (
            SELECT l.worker, array_agg(DISTINCT l.crew) AS crews, {SUMS} {OF_MONTH}
            GROUP BY l.worker
        ), lent AS (
            SELECT a.worker, sum(a.amount) AS advances FROM advance a
            WHERE a.organisation = $1 AND a.site = ANY($2) AND a.work_day BETWEEN $3 AND $4
              AND a.state = 'approved'
            GROUP BY a.worker
        )
        SELECT w.id AS key, w.name, w.number, coalesce(t.name, '') AS trade,
               array_to_string(ARRAY(SELECT c.name FROM crew c WHERE c.organisation = $1
                   AND c.id = ANY(s.crews) ORDER BY c.name), '、') AS crew,
               coalesce(s.man_days, 0) AS man_days,
               coalesce(s.overtime_hours, 0) AS overtime_hours,
               coalesce(s.earned, 0) AS earned,
               coalesce(s.pending_man_days, 0) AS pending_man_days,
               coalesce(s.pending_overtime, 0) AS pending_overtime,
               coalesce(s.returned_man_days, 0) AS returned_man_days,
               coalesce(s.returned_overtime, 0) AS returned_overtime,
               coalesce(s.unpriced, 0) AS unpriced,
               coalesce(lent.advances, 0) AS advances
        FROM sums s FULL JOIN lent ON lent.worker = s.worker
        JOIN worker w ON w.organisation = $1 AND w.id = coalesce(s.worker, lent.worker)
        LEFT JOIN trade t ON t.organisation = $1 AND t.id = w.trade
        """,  # noqa: S608
        organisation,
        list(sites),
        month.first,
        month.last,
    )
    return [
        Row(
            str(row["key"]),
            row["name"],
            figures_in(dict(row)),
            number=row["number"],
            trade=row["trade"],
            crew=row["crew"],
            advances=row["advances"],
        )
        for row in rows
    ]


async def by_crew(organisation: UUID, sites: Sequence[UUID], month: Month) -> list[Row]:
    """A row a crew."""
    rows = await fetch(
        f"""
        WITH sums AS (SELECT l.crew, {SUMS} {OF_MONTH} GROUP BY l.crew)
        SELECT s.*, c.name, c.company, coalesce(t.name, '') AS trade, site.name AS site
        FROM sums s
        JOIN crew c ON c.organisation = $1 AND c.id = s.crew
        JOIN site ON site.organisation = $1 AND site.id = c.site
        LEFT JOIN trade t ON t.organisation = $1 AND t.id = c.trade
        """,  # noqa: S608
        organisation,
        list(sites),
        month.first,
        month.last,
    )
    return [
        Row(
            str(row["crew"]),
            row["name"],
            figures_in(dict(row)),
            trade=row["trade"],
            company=row["company"],
            site=row["site"],
        )
        for row in rows
    ]


async def by_task(
    organisation: UUID, sites: Sequence[UUID], month: Month, *, english: bool
) -> list[Row]:
    """A row a task, and one for the lines without a task. ``english`` prefers English names."""
    rows = await fetch(
        f"""
        WITH sums AS (SELECT l.task, {SUMS} {OF_MONTH} GROUP BY l.task)
        SELECT s.*, t.code, site.name AS site,
               CASE WHEN $5 THEN coalesce(nullif(t.name_en, ''), t.name) ELSE t.name END AS name
        FROM sums s
        LEFT JOIN task t ON t.organisation = $1 AND t.id = s.task
        LEFT JOIN site ON site.organisation = $1 AND site.id = t.site
        """,  # noqa: S608
        organisation,
        list(sites),
        month.first,
        month.last,
        english,
    )
    return [
        Row(
            NO_TASK if row["task"] is None else str(row["task"]),
            row["name"] or "",
            figures_in(dict(row)),
            number=row["code"] or "",
            site=row["site"] or "",
        )
        for row in rows
    ]


async def by_day(organisation: UUID, sites: Sequence[UUID], month: Month) -> list[Row]:
    """A row a day with records."""
    rows = await fetch(
        f"SELECT l.work_day, {SUMS} {OF_MONTH} GROUP BY l.work_day",
        organisation,
        list(sites),
        month.first,
        month.last,
    )
    return [
        Row(
            row["work_day"].isoformat(),
            row["work_day"].isoformat(),
            figures_in(dict(row)),
            day=row["work_day"],
        )
        for row in rows
    ]


async def advances_of_month(organisation: UUID, sites: Sequence[UUID], month: Month) -> Decimal:
    """Approved advances of the month."""
    amount: Decimal = await fetch_value(
        "SELECT coalesce(sum(amount), 0) FROM advance WHERE organisation = $1"
        " AND site = ANY($2) AND work_day BETWEEN $3 AND $4 AND state = 'approved'",
        organisation,
        list(sites),
        month.first,
        month.last,
    )
    return amount


async def currency_of(organisation: UUID) -> str:
    """The company's currency, ISO 4217."""
    currency: str = await fetch_value(
        "SELECT currency FROM organisation WHERE id = $1", organisation
    )
    return currency


async def divisors_of_month(
    organisation: UUID, sites: Sequence[UUID], month: Month
) -> dict[UUID, list[Decimal]]:
    """By site: the hours per 工 that the month's lines were made with, rising."""
    rows = await fetch(
        f"SELECT l.site, array_agg(DISTINCT l.hours_per_day ORDER BY l.hours_per_day) AS hours"
        f" {OF_MONTH} GROUP BY l.site",
        organisation,
        list(sites),
        month.first,
        month.last,
    )
    return {row["site"]: list(row["hours"]) for row in rows}


# Lines without a rate


@dataclass(frozen=True, slots=True)
class UnpricedLine:
    """An approved line that has work and no rate."""

    line: LineToPrice
    site: UUID
    site_name: str
    worker_name: str
    trade_name: str


async def unpriced_lines(
    organisation: UUID, sites: Sequence[UUID], month: Month
) -> list[UnpricedLine]:
    """The month's approved lines without a rate, by worker and day."""
    rows = await fetch(
        """
        SELECT l.id, l.sheet, l.worker, w.trade, l.work_day, l.man_days, l.hours_per_day,
               l.overtime_hours, s.overtime_hours_per_man_day, l.site, s.name AS site_name,
               w.name AS worker_name, coalesce(t.name, '') AS trade_name
        FROM labour_line l
        JOIN worker w ON w.organisation = l.organisation AND w.id = l.worker
        JOIN site s ON s.organisation = l.organisation AND s.id = l.site
        LEFT JOIN trade t ON t.organisation = w.organisation AND t.id = w.trade
        WHERE l.organisation = $1 AND l.site = ANY($2) AND l.work_day BETWEEN $3 AND $4
          AND l.live AND l.state = 'approved' AND l.earned IS NULL
          AND (l.man_days > 0 OR l.overtime_hours > 0)
        ORDER BY w.name, w.id, l.work_day
        """,
        organisation,
        list(sites),
        month.first,
        month.last,
    )
    return [
        UnpricedLine(
            LineToPrice(
                row["id"],
                row["sheet"],
                row["worker"],
                row["trade"],
                row["work_day"],
                row["man_days"],
                row["hours_per_day"],
                row["overtime_hours"],
                row["overtime_hours_per_man_day"],
            ),
            row["site"],
            row["site_name"],
            row["worker_name"],
            row["trade_name"],
        )
        for row in rows
    ]
