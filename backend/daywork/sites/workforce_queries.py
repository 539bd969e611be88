"""SQL about workers, where they stand on the roster, and what they cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from daywork.ground.database import execute, fetch, fetch_one, fetch_value


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
    WHERE r.organisation = $1 AND r.site = $2
"""


async def workers_on(organisation: UUID, site: UUID, crew: UUID | None = None) -> list[Worker]:
    """The roster by crew and name, those who left last."""
    rows = await fetch(
        f"{_WORKER} AND ($3::uuid IS NULL OR r.crew = $3)"
        " ORDER BY r.left_on IS NOT NULL, c.name, w.number, w.name, w.id",
        organisation,
        site,
        crew,
    )
    return [Worker(**row) for row in rows]


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


# Rates


@dataclass(frozen=True, slots=True)
class Rate:
    """What a worker or a trade costs, from a day to a day."""

    id: UUID
    worker: UUID | None
    trade: UUID | None
    of_name: str
    of_name_en: str
    unit: str
    amount: Decimal
    overtime_hour: Decimal | None
    """Per hour; None: by the site's overtime hours of a 工."""
    valid_from: date
    valid_to: date | None


_RATE = """
    SELECT r.id, r.worker, r.trade, coalesce(w.name, t.name) AS of_name,
           coalesce(t.name_en, '') AS of_name_en, r.unit, r.amount, r.overtime_hour,
           r.valid_from, r.valid_to
    FROM rate r
    LEFT JOIN worker w ON w.organisation = r.organisation AND w.id = r.worker
    LEFT JOIN trade t ON t.organisation = r.organisation AND t.id = r.trade
    WHERE r.organisation = $1
"""


async def trade_rates(organisation: UUID) -> list[Rate]:
    """All rates of trades, by trade, newest first."""
    rows = await fetch(
        f"{_RATE} AND r.trade IS NOT NULL ORDER BY t.name, r.trade, r.valid_from DESC",
        organisation,
    )
    return [Rate(**row) for row in rows]


async def worker_rates(organisation: UUID, site: UUID) -> list[Rate]:
    """Rates of the site's own workers, by worker, newest first."""
    rows = await fetch(
        f"{_RATE} AND r.worker IN (SELECT worker FROM roster"  # noqa: S608
        " WHERE organisation = $1 AND site = $2) ORDER BY w.name, r.worker, r.valid_from DESC",
        organisation,
        site,
    )
    return [Rate(**row) for row in rows]


async def lock_rates(organisation: UUID, worker: UUID | None, trade: UUID | None) -> list[Rate]:
    """All rates of one worker or trade, newest first; one change at a time."""
    await execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('daywork.rate ' || $1, 0))",
        str(worker or trade),
    )
    rows = await fetch(
        f"{_RATE} AND (r.worker = $2 OR r.trade = $3) ORDER BY r.valid_from DESC",
        organisation,
        worker,
        trade,
    )
    return [Rate(**row) for row in rows]


async def insert_rate(
    organisation: UUID,
    rate: UUID,
    *,
    worker: UUID | None,
    trade: UUID | None,
    unit: str,
    amount: Decimal,
    overtime_hour: Decimal | None,
    valid_from: date,
    valid_to: date | None,
    created_by: UUID,
) -> None:
    """A new rate."""
    await execute(
        "INSERT INTO rate (organisation, id, worker, trade, unit, amount, overtime_hour,"
        " valid_from, valid_to, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        organisation,
        rate,
        worker,
        trade,
        unit,
        amount,
        overtime_hour,
        valid_from,
        valid_to,
        created_by,
    )


async def mark_rate_end(organisation: UUID, rate: UUID, valid_to: date) -> None:
    """The rate holds up to this day."""
    await execute(
        "UPDATE rate SET valid_to = $3 WHERE organisation = $1 AND id = $2",
        organisation,
        rate,
        valid_to,
    )


async def worker_exists(organisation: UUID, worker: UUID) -> bool:
    """Whether it is a worker of this company."""
    return bool(
        await fetch_value(
            "SELECT count(*) FROM worker WHERE organisation = $1 AND id = $2", organisation, worker
        )
    )
