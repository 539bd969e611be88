"""SQL of the summary: a month by worker, crew, trade, task, cost code, site or day.

All of them add up kept totals (:mod:`daywork.summary.kept`), so a month costs the same however big
the company is and however long it has been at work. Names are joined to the sums, not to the lines.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from uuid import UUID

import asyncpg

from daywork.ground.database import fetch, fetch_one, fetch_value
from daywork.summary.kept import ADDED, Way, moved_between, rows_of
from daywork.summary.rules import NONE, Figures, Month, Row, one_person
from daywork.summary.sums import ZERO_WHERE_NONE, figures_in


async def _rows_of(way: Way, organisation: UUID, sites: Sequence[UUID], month: Month) -> str:
    moved = await moved_between(organisation, sites, month.first, month.last)
    return rows_of(way, moved=moved)


async def month_total(organisation: UUID, sites: Sequence[UUID], month: Month) -> Figures:
    """The month of these sites together, summed by the database and not from any rows."""
    row = await fetch_one(
        f"SELECT {ADDED} FROM {await _rows_of(Way.SITE, organisation, sites, month)} r",  # noqa: S608
        organisation,
        list(sites),
        month.first,
        month.last,
    )
    return Figures() if row is None else figures_in(dict(row))


async def two_totals(
    organisation: UUID, sites: Sequence[UUID], month: Month
) -> tuple[Figures, Figures]:
    """The month of these sites together, and the month before it."""
    moved = await moved_between(organisation, sites, month.previous.first, month.last)
    rows = await fetch(
        f"SELECT r.month, {ADDED} FROM {rows_of(Way.SITE, moved=moved)} r GROUP BY r.month",  # noqa: S608
        organisation,
        list(sites),
        month.previous.first,
        month.last,
    )
    found = {row["month"]: figures_in(dict(row)) for row in rows}
    return found.get(month.first, Figures()), found.get(month.previous.first, Figures())


async def figures_by_site(
    organisation: UUID, sites: Sequence[UUID], month: Month
) -> dict[UUID, Figures]:
    """The month of each site that has one."""
    kept = await _rows_of(Way.SITE, organisation, sites, month)
    rows = await fetch(
        f"SELECT r.site, {ADDED} FROM {kept} r GROUP BY r.site",  # noqa: S608
        organisation,
        list(sites),
        month.first,
        month.last,
    )
    return {row["site"]: figures_in(dict(row)) for row in rows}


OF_CHART = ("man_days", "overtime_hours", "pending_man_days", "returned_man_days")
"""What is shown of a day."""

Among = Sequence[UUID] | None
"""Only rows of these; None for all."""


async def by_worker(
    organisation: UUID, sites: Sequence[UUID], month: Month, among: Among = None
) -> list[Row]:
    """A row a worker with lines, approved advances or payments of the month, over all the sites.

    Who was entered twice and merged has one row, under the one who was kept.
    """
    args: list[object] = [organisation, list(sites), month.first, month.last]
    mine = ""
    if among is not None:
        mine = "AND worker = ANY($5)"
        args.append(await _with_merged(organisation, among))
    kept = await _rows_of(Way.WORKER, organisation, sites, month)
    rows = await fetch(
        f"""
        WITH months AS MATERIALIZED (SELECT * FROM {kept} r WHERE true {mine}),
        sums AS (SELECT r.worker, {ADDED} FROM months r GROUP BY r.worker),
        gangs AS (
            SELECT g.worker, string_agg(c.name, '、' ORDER BY c.name) AS names
            FROM (SELECT DISTINCT worker, unnest(crews) AS crew FROM months) g
            JOIN crew c ON c.organisation = $1 AND c.id = g.crew GROUP BY g.worker
        ), lent AS (
            SELECT a.worker, sum(a.amount) AS advances FROM advance a
            WHERE a.organisation = $1 AND a.site = ANY($2) AND a.work_day BETWEEN $3 AND $4
              AND a.state = 'approved' {mine}
            GROUP BY a.worker
        ), paid AS (
            SELECT p.worker, sum(p.amount) AS payments FROM payment p
            WHERE p.organisation = $1 AND p.site = ANY($2) AND p.for_month = $3
              AND p.voided_at IS NULL {mine}
            GROUP BY p.worker
        )
        SELECT coalesce(s.worker, lent.worker, paid.worker) AS worker,
               coalesce(gangs.names, '') AS crew,
               {ZERO_WHERE_NONE},
               coalesce(lent.advances, 0) AS advances,
               coalesce(paid.payments, 0) AS payments
        FROM sums s FULL JOIN lent ON lent.worker = s.worker
        FULL JOIN paid ON paid.worker = coalesce(s.worker, lent.worker)
        LEFT JOIN gangs ON gangs.worker = s.worker
        """,  # noqa: S608
        *args,
    )
    who = await _people(organisation, [row["worker"] for row in rows])
    found: dict[str, Row] = {}
    for row in rows:
        person = who[row["worker"]]
        one = Row(
            str(person["id"]),
            person["name"],
            figures_in(dict(row)),
            number=person["number"],
            trade=person["trade"],
            crew=row["crew"],
            advances=row["advances"],
            payments=row["payments"],
        )
        found[one.key] = one_person(found[one.key], one) if one.key in found else one
    return list(found.values())


async def _people(organisation: UUID, workers: Sequence[UUID]) -> dict[UUID, asyncpg.Record]:
    """Names of these workers; who was merged has the name of the one who was kept."""
    asked: Sequence[UUID] = workers
    found: dict[UUID, asyncpg.Record] = {}
    while asked:
        rows = await fetch(
            "SELECT w.id, w.name, w.number, w.merged_into, coalesce(t.name, '') AS trade"
            " FROM worker w LEFT JOIN trade t ON t.organisation = $1 AND t.id = w.trade"
            " WHERE w.organisation = $1 AND w.id = ANY($2)",
            organisation,
            list(asked),
        )
        found |= {row["id"]: row for row in rows}
        asked = [row["merged_into"] for row in rows if row["merged_into"]]
    return {id: found[row["merged_into"] or id] for id, row in found.items()}


async def _with_merged(organisation: UUID, workers: Sequence[UUID]) -> list[UUID]:
    """These, and the records that were merged into them."""
    rows = await fetch(
        "SELECT id FROM worker WHERE organisation = $1 AND merged_into = ANY($2)",
        organisation,
        list(workers),
    )
    return [*workers, *(row["id"] for row in rows)]


async def by_crew(
    organisation: UUID, sites: Sequence[UUID], month: Month, among: Among = None
) -> list[Row]:
    """A row a crew."""
    kept = await _rows_of(Way.CREW, organisation, sites, month)
    rows = await fetch(
        f"""
        WITH sums AS (SELECT r.crew, {ADDED} FROM {kept} r
                      WHERE $5::uuid[] IS NULL OR r.crew = ANY($5) GROUP BY r.crew)
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
        among,
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


async def by_trade(
    organisation: UUID, sites: Sequence[UUID], month: Month, *, english: bool
) -> list[Row]:
    """A row a trade that workers have today, and one for workers without a trade."""
    kept = await _rows_of(Way.TRADE, organisation, sites, month)
    rows = await fetch(
        f"""
        WITH sums AS (SELECT r.trade, {ADDED} FROM {kept} r GROUP BY r.trade)
        SELECT s.*, CASE WHEN $5 THEN coalesce(nullif(t.name_en, ''), t.name)
                         ELSE t.name END AS name
        FROM sums s LEFT JOIN trade t ON t.organisation = $1 AND t.id = s.trade
        """,  # noqa: S608
        organisation,
        list(sites),
        month.first,
        month.last,
        english,
    )
    return [
        Row(
            NONE if row["trade"] is None else str(row["trade"]),
            row["name"] or "",
            figures_in(dict(row)),
        )
        for row in rows
    ]


async def by_task(
    organisation: UUID,
    sites: Sequence[UUID],
    month: Month,
    among: Sequence[UUID | None] | None = None,
    *,
    english: bool,
) -> list[Row]:
    """A row a task, and one for the lines without a task. ``english`` prefers English names."""
    kept = await _rows_of(Way.TASK, organisation, sites, month)
    rows = await fetch(
        f"""
        WITH sums AS (SELECT r.task, {ADDED} FROM {kept} r
                      WHERE $6::uuid[] IS NULL OR r.task = ANY($6) OR r.task IS NULL AND $7
                      GROUP BY r.task)
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
        among and [one for one in among if one],
        among is not None and None in among,
    )
    return [
        Row(
            NONE if row["task"] is None else str(row["task"]),
            row["name"] or "",
            figures_in(dict(row)),
            number=row["code"] or "",
            site=row["site"] or "",
        )
        for row in rows
    ]


async def by_cost_code(organisation: UUID, sites: Sequence[UUID], month: Month) -> list[Row]:
    """A row a cost code that tasks have today, and one for lines without."""
    kept = await _rows_of(Way.TASK, organisation, sites, month)
    rows = await fetch(
        f"""
        SELECT nullif(t.cost_code, '') AS code, {ADDED}
        FROM {kept} r
        LEFT JOIN task t ON t.organisation = $1 AND t.id = r.task
        GROUP BY 1
        """,  # noqa: S608
        organisation,
        list(sites),
        month.first,
        month.last,
    )
    return [Row(row["code"] or NONE, row["code"] or "", figures_in(dict(row))) for row in rows]


async def by_site(organisation: UUID, sites: Sequence[UUID], month: Month) -> list[Row]:
    """A row a site with records."""
    kept = await _rows_of(Way.SITE, organisation, sites, month)
    rows = await fetch(
        f"""
        WITH sums AS (SELECT r.site, {ADDED} FROM {kept} r GROUP BY r.site)
        SELECT s.*, site.name FROM sums s
        JOIN site ON site.organisation = $1 AND site.id = s.site
        """,  # noqa: S608
        organisation,
        list(sites),
        month.first,
        month.last,
    )
    return [Row(str(row["site"]), row["name"], figures_in(dict(row))) for row in rows]


async def by_day(organisation: UUID, sites: Sequence[UUID], month: Month) -> list[Row]:
    """A row a day with records."""
    return await _days(organisation, sites, month, ADDED, lambda row: figures_in(dict(row)))


async def work_by_day(organisation: UUID, sites: Sequence[UUID], month: Month) -> list[Row]:
    """As :func:`by_day`, but only what a chart of the month shows: a third of the sums."""
    sums = ", ".join(f"sum(r.{name}) AS {name}" for name in OF_CHART)

    def work(row: asyncpg.Record) -> Figures:
        return Figures(earned=None, **{name: row[name] for name in OF_CHART})

    return await _days(organisation, sites, month, sums, work)


async def _days(
    organisation: UUID,
    sites: Sequence[UUID],
    month: Month,
    sums: str,
    figures: Callable[[asyncpg.Record], Figures],
) -> list[Row]:
    kept = await _rows_of(Way.DAY, organisation, sites, month)
    rows = await fetch(
        f"SELECT r.work_day, {sums} FROM {kept} r GROUP BY r.work_day",  # noqa: S608
        organisation,
        list(sites),
        month.first,
        month.last,
    )
    return [
        Row(
            row["work_day"].isoformat(),
            row["work_day"].isoformat(),
            figures(row),
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


async def payments_of_month(organisation: UUID, sites: Sequence[UUID], month: Month) -> Decimal:
    """Payments of the month's wages that were not voided, whenever they were made."""
    amount: Decimal = await fetch_value(
        "SELECT coalesce(sum(amount), 0) FROM payment WHERE organisation = $1"
        " AND site = ANY($2) AND for_month = $3 AND voided_at IS NULL",
        organisation,
        list(sites),
        month.first,
    )
    return amount


async def divisors_of_month(
    organisation: UUID, sites: Sequence[UUID], month: Month
) -> dict[UUID, list[Decimal]]:
    """By site: the hours per 工 that the month's lines were made with, rising."""
    kept = await _rows_of(Way.SITE, organisation, sites, month)
    rows = await fetch(
        f"SELECT r.site, r.hours FROM {kept} r WHERE r.hours IS NOT NULL",  # noqa: S608
        organisation,
        list(sites),
        month.first,
        month.last,
    )
    return {row["site"]: sorted(row["hours"]) for row in rows}
