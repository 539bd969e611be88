"""SQL about workers, where they stand on the roster, and what they cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from daywork.ground.database import execute, fetch, fetch_one, fetch_value
from daywork.ground.names import by_name
from daywork.sites.tables import named_like


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker as the roster of one site has him."""

    id: UUID
    name: str
    number: str
    phone: str | None
    trade: UUID | None
    trade_name: str
    trade_name_en: str
    crew: UUID
    crew_name: str
    joined_on: date
    left_on: date | None


_WORKER = """
    SELECT w.id, w.name, w.number, w.phone, w.trade, coalesce(t.name, '') AS trade_name,
           coalesce(t.name_en, '') AS trade_name_en, r.crew, c.name AS crew_name,
           r.joined_on, r.left_on
    FROM roster r
    JOIN worker w ON w.organisation = r.organisation AND w.id = r.worker
    JOIN crew c ON c.organisation = r.organisation AND c.site = r.site AND c.id = r.crew
    LEFT JOIN trade t ON t.organisation = w.organisation AND t.id = w.trade
    WHERE r.organisation = $1 AND r.site = $2 AND w.merged_into IS NULL
"""
"""Who was merged into another is found as that one."""


async def workers_on(organisation: UUID, site: UUID, crew: UUID | None = None) -> list[Worker]:
    """The roster by crew and name, those who left last."""
    rows = await fetch(
        f"{_WORKER} AND ($3::uuid IS NULL OR r.crew = $3)"
        f" ORDER BY r.left_on IS NOT NULL, {by_name('c.name')}, w.number,"
        f" {by_name('w.name')}, w.id",
        organisation,
        site,
        crew,
    )
    return [Worker(**row) for row in rows]


async def workers_found(
    organisation: UUID, site: UUID, find: str | None, skip: int, most: int
) -> tuple[list[Worker], int]:
    """The roster as :func:`workers_on` has it, of those whose name or number is like ``find``;
    and how many there are."""
    rows = await fetch(
        f"{_WORKER} AND {named_like()}"
        f" ORDER BY r.left_on IS NOT NULL, {by_name('c.name')}, w.number,"
        f" {by_name('w.name')}, w.id OFFSET $4 LIMIT $5",
        organisation,
        site,
        find,
        skip,
        most,
    )
    in_all: int = await fetch_value(
        "SELECT count(*) FROM roster r JOIN worker w ON w.organisation = r.organisation"  # noqa: S608
        " AND w.id = r.worker WHERE r.organisation = $1 AND r.site = $2 AND w.merged_into IS NULL"
        f" AND {named_like()}",
        organisation,
        site,
        find,
    )
    return [Worker(**row) for row in rows], in_all


async def count_on(organisation: UUID, site: UUID) -> int:
    """How many are on the site and have not left."""
    found: int = await fetch_value(
        "SELECT count(*) FROM roster r JOIN worker w ON w.organisation = r.organisation"
        " AND w.id = r.worker WHERE r.organisation = $1 AND r.site = $2 AND r.left_on IS NULL"
        " AND w.merged_into IS NULL",
        organisation,
        site,
    )
    return found


async def worker_on(organisation: UUID, site: UUID, worker: UUID) -> Worker | None:
    """One worker of the site."""
    row = await fetch_one(f"{_WORKER} AND w.id = $3", organisation, site, worker)
    return None if row is None else Worker(**row)


async def insert_workers(
    organisation: UUID,
    site: UUID,
    crew: UUID,
    workers: Sequence[tuple[UUID, str]],
    *,
    trade: UUID | None,
    joined_on: date,
    created_by: UUID,
) -> None:
    """New workers (id, name) in one crew, all at once."""
    ids = [worker for worker, _name in workers]
    await execute(
        "INSERT INTO worker (organisation, id, name, trade, created_by)"
        " SELECT $1, given.id, given.name, $4, $5"
        " FROM unnest($2::uuid[], $3::text[]) AS given (id, name)",
        organisation,
        ids,
        [name for _worker, name in workers],
        trade,
        created_by,
    )
    await execute(
        "INSERT INTO roster (organisation, site, worker, crew, joined_on)"
        " SELECT $1, $2, given.id, $4, $5 FROM unnest($3::uuid[]) AS given (id)",
        organisation,
        site,
        ids,
        crew,
        joined_on,
    )


async def mark_worker(
    organisation: UUID,
    worker: UUID,
    *,
    name: str,
    number: str,
    phone: str | None,
    trade: UUID | None,
) -> None:
    """What holds for the worker on every site."""
    await execute(
        "UPDATE worker SET name = $3, number = $4, phone = $5, trade = $6"
        " WHERE organisation = $1 AND id = $2",
        organisation,
        worker,
        name,
        number,
        phone,
        trade,
    )


async def mark_on_roster(
    organisation: UUID,
    site: UUID,
    worker: UUID,
    *,
    crew: UUID,
    joined_on: date,
    left_on: date | None,
) -> None:
    """The worker's crew and days on this site."""
    await execute(
        "UPDATE roster SET crew = $4, joined_on = $5, left_on = $6"
        " WHERE organisation = $1 AND site = $2 AND worker = $3",
        organisation,
        site,
        worker,
        crew,
        joined_on,
        left_on,
    )
