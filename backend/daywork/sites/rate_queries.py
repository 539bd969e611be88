"""SQL of rates: what a worker, crew, trade, site or task costs, since when, and who said so."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from daywork.ground.database import execute, fetch, fetch_value
from daywork.ground.names import by_name
from daywork.sites.rules import RateScope, Whose
from daywork.sites.tables import named_like


@dataclass(frozen=True, slots=True)
class Rate:
    """What something costs, from a day to a day, and whose word it is."""

    id: UUID
    scope: str
    """A :class:`RateScope`."""
    whose: UUID
    of_name: str
    of_name_en: str
    unit: str
    amount: Decimal
    overtime_hour: Decimal | None
    """Per hour; None: by the site's overtime hours of a 工, or by statute."""
    measure: str
    """The unit of a task's quantity; empty otherwise."""
    valid_from: date
    valid_to: date | None
    note: str
    created_at: datetime
    created_by: str
    """Name; empty when nobody is on record."""
    ended_at: datetime | None
    ended_by: str
    """Name of who agreed the rate that took this one's place."""


_RATE = """
    SELECT r.id,
           CASE WHEN r.worker IS NOT NULL THEN 'worker' WHEN r.crew IS NOT NULL THEN 'crew'
                WHEN r.trade IS NOT NULL THEN 'trade' WHEN r.site IS NOT NULL THEN 'site'
                ELSE 'task' END AS scope,
           coalesce(r.worker, r.crew, r.trade, r.site, r.task) AS whose,
           coalesce(w.name, c.name, t.name, s.name, k.code || ' ' || k.name) AS of_name,
           coalesce(t.name_en, k.code || ' ' || nullif(k.name_en, ''), '') AS of_name_en,
           r.unit, r.amount, r.overtime_hour, coalesce(k.unit, '') AS measure,
           r.valid_from, r.valid_to, r.note, r.created_at,
           coalesce(m.name, '') AS created_by, r.ended_at, coalesce(e.name, '') AS ended_by
    FROM rate r
    LEFT JOIN worker w ON w.organisation = r.organisation AND w.id = r.worker
    LEFT JOIN crew c ON c.organisation = r.organisation AND c.id = r.crew
    LEFT JOIN trade t ON t.organisation = r.organisation AND t.id = r.trade
    LEFT JOIN site s ON s.organisation = r.organisation AND s.id = r.site
    LEFT JOIN task k ON k.organisation = r.organisation AND k.id = r.task
    LEFT JOIN member m ON m.organisation = r.organisation AND m.id = r.created_by
    LEFT JOIN member e ON e.organisation = r.organisation AND e.id = r.ended_by
    WHERE r.organisation = $1
"""
_NEWEST_FIRST = "ORDER BY of_name, whose, r.valid_from DESC, r.id DESC"


async def trade_rates(organisation: UUID) -> list[Rate]:
    """All rates of trades, by trade, newest first."""
    rows = await fetch(f"{_RATE} AND r.trade IS NOT NULL {_NEWEST_FIRST}", organisation)
    return [Rate(**row) for row in rows]


async def worker_rates(organisation: UUID, worker: UUID) -> list[Rate]:
    """All rates of one worker, newest first."""
    rows = await fetch(f"{_RATE} AND r.worker = $2 {_NEWEST_FIRST}", organisation, worker)
    return [Rate(**row) for row in rows]


async def task_rates(organisation: UUID, tasks: Iterable[UUID]) -> list[Rate]:
    """Unit prices of these tasks, by task, newest first."""
    rows = await fetch(f"{_RATE} AND r.task = ANY($2) {_NEWEST_FIRST}", organisation, list(tasks))
    return [Rate(**row) for row in rows]


async def worker_rates_on_site(
    organisation: UUID, site: UUID, find: str | None, skip: int, most: int
) -> tuple[list[Rate], int]:
    """The own rates of workers of a site whose name or number is like ``find``, newest first; and
    how many there are."""
    sought = f"""r.worker IN (
        SELECT o.worker FROM roster o
        JOIN worker w ON w.organisation = o.organisation AND w.id = o.worker
        WHERE o.organisation = $1 AND o.site = $2
          AND {named_like()})"""  # noqa: S608
    rows = await fetch(
        f"{_RATE} AND {sought} {_NEWEST_FIRST} OFFSET $4 LIMIT $5",
        organisation,
        site,
        find,
        skip,
        most,
    )
    in_all: int = await fetch_value(
        f"SELECT count(*) FROM rate r WHERE r.organisation = $1 AND {sought}",  # noqa: S608
        organisation,
        site,
        find,
    )
    return [Rate(**row) for row in rows], in_all


async def shared_rates_on_site(organisation: UUID, site: UUID) -> list[Rate]:
    """Every rate beside the workers' own that may count on a site: its own, its crews', its tasks',
    and of the trades of its workers; newest first."""
    rows = await fetch(
        f"""
        {_RATE} AND (
            r.site = $2
            OR r.crew IN (SELECT id FROM crew WHERE organisation = $1 AND site = $2)
            OR r.task IN (SELECT id FROM task WHERE organisation = $1 AND site = $2)
            OR r.trade IN (SELECT x.trade FROM roster o JOIN worker x
                           ON x.organisation = o.organisation AND x.id = o.worker
                           WHERE o.organisation = $1 AND o.site = $2))
        {_NEWEST_FIRST}
        """,  # noqa: S608 - pieces of SQL of our own
        organisation,
        site,
    )
    return [Rate(**row) for row in rows]


async def lock_rates(organisation: UUID, whose: Whose) -> list[Rate]:
    """All rates of one, newest first; one change at a time."""
    await execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('daywork.rate ' || $1, 0))",
        str(whose.id),
    )
    column = whose.scope.value
    rows = await fetch(
        f"{_RATE} AND r.{column} = $2 ORDER BY r.valid_from DESC", organisation, whose.id
    )
    return [Rate(**row) for row in rows]


async def known(organisation: UUID, whose: Whose, site: UUID | None) -> bool:
    """Whether there is such a one: of the site, or for a trade of the company."""
    tests: dict[RateScope, str] = {
        RateScope.WORKER: "roster WHERE organisation = $1 AND worker = $2 AND site = $3",
        RateScope.CREW: "crew WHERE organisation = $1 AND id = $2 AND site = $3",
        RateScope.TRADE: "trade WHERE organisation = $1 AND id = $2 AND $3::uuid IS NOT DISTINCT"
        " FROM $3::uuid",
        RateScope.SITE: "site WHERE organisation = $1 AND id = $2 AND id = $3",
        RateScope.TASK: "task WHERE organisation = $1 AND id = $2 AND site = $3 AND NOT is_summary",
    }
    rows = await fetch(
        f"SELECT 1 FROM {tests[whose.scope]} LIMIT 1",  # noqa: S608 - words of our own
        organisation,
        whose.id,
        site,
    )
    return bool(rows)


async def insert_rate(
    organisation: UUID,
    rate: UUID,
    whose: Whose,
    *,
    unit: str,
    amount: Decimal,
    overtime_hour: Decimal | None,
    valid_from: date,
    valid_to: date | None,
    note: str,
    created_by: UUID,
) -> None:
    """A new rate."""
    values: tuple[Any, ...] = (unit, amount, overtime_hour, valid_from, valid_to, note, created_by)
    await execute(
        f"INSERT INTO rate (organisation, id, {whose.scope.value}, unit, amount, overtime_hour,"  # noqa: S608
        " valid_from, valid_to, note, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        organisation,
        rate,
        whose.id,
        *values,
    )


async def mark_rate_end(organisation: UUID, rate: UUID, valid_to: date, ended_by: UUID) -> None:
    """The rate holds up to this day; another takes its place."""
    await execute(
        "UPDATE rate SET valid_to = $3, ended_by = $4, ended_at = now()"
        " WHERE organisation = $1 AND id = $2",
        organisation,
        rate,
        valid_to,
        ended_by,
    )


@dataclass(frozen=True, slots=True)
class ReachedSite:
    """A site on which a rate would count, and for how many of its workers."""

    id: UUID
    name: str
    workers: int
    keeping: int
    """Those of them who have a nearer rate on that day, and keep it."""


async def sites_reached(organisation: UUID, whose: Whose, day: date) -> list[ReachedSite]:
    """Every site with workers whose work may be paid by a rate of this one on ``day``; none for
    a task, whose price is of quantities."""
    rows = await fetch(
        f"""
        SELECT s.id, s.name, count(*)::int AS workers,
               count(*) FILTER (WHERE EXISTS (
                   SELECT FROM rate x WHERE x.organisation = $1 AND x.valid_from <= $4
                      AND (x.valid_to IS NULL OR x.valid_to >= $4)
                      AND ($2::text <> 'worker' AND x.worker = r.worker
                           OR $2 IN ('trade', 'site') AND x.crew = r.crew
                           OR $2 = 'site' AND x.trade = w.trade)))::int AS keeping
        FROM roster r
        JOIN worker w ON w.organisation = $1 AND w.id = r.worker
        JOIN site s ON s.organisation = $1 AND s.id = r.site
        WHERE r.organisation = $1 AND (r.left_on IS NULL OR r.left_on >= $4)
          AND w.merged_into IS NULL
          AND $3 = CASE $2 WHEN 'worker' THEN r.worker WHEN 'crew' THEN r.crew
                           WHEN 'trade' THEN w.trade WHEN 'site' THEN r.site END
        GROUP BY s.id, s.name ORDER BY {by_name("s.name")}, s.id
        """,  # noqa: S608
        organisation,
        whose.scope.value,
        whose.id,
        day,
    )
    return [ReachedSite(**row) for row in rows]


async def sites_reached_by(
    organisation: UUID, workers: Collection[UUID], day: date
) -> dict[UUID, list[ReachedSite]]:
    """As :func:`sites_reached`, of each of these workers' own rate."""
    rows = await fetch(
        f"""
        SELECT r.worker, s.id, s.name
        FROM roster r
        JOIN worker w ON w.organisation = $1 AND w.id = r.worker AND w.merged_into IS NULL
        JOIN site s ON s.organisation = $1 AND s.id = r.site
        WHERE r.organisation = $1 AND r.worker = ANY($2)
          AND (r.left_on IS NULL OR r.left_on >= $3)
        ORDER BY r.worker, {by_name("s.name")}, s.id
        """,  # noqa: S608
        organisation,
        list(workers),
        day,
    )
    found: dict[UUID, list[ReachedSite]] = {}
    for row in rows:
        found.setdefault(row["worker"], []).append(ReachedSite(row["id"], row["name"], 1, 0))
    return found
