"""SQL of the ledger: advances as they were handed over, and whom the lines speak of."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from daywork.ground.database import fetch
from daywork.ground.names import by_name
from daywork.ground.terms import EntryState
from daywork.money.rules import Handed
from daywork.summary.rules import Month


@dataclass(frozen=True, slots=True)
class AdvanceHanded:
    """An advance as the books list it."""

    entry: UUID
    worker: UUID
    worker_name: str
    worker_number: str
    day: date
    amount: Decimal
    handed: Handed
    note: str
    state: EntryState
    author: str


async def advances_handed(
    organisation: UUID,
    sites: Sequence[UUID],
    *,
    month: Month | None = None,
    workers: Sequence[UUID] | None = None,
) -> list[AdvanceHanded]:
    """Advances of the sites that were not voided, latest first: of a month, or of some workers."""
    rows = await fetch(
        f"""
        SELECT a.entry, a.worker, w.name AS worker_name, w.number AS worker_number,
               a.work_day AS day, a.amount, a.handed, a.note, a.state, m.name AS author
        FROM advance a
        JOIN worker w ON w.organisation = a.organisation AND w.id = a.worker
        JOIN entry e ON e.organisation = a.organisation AND e.id = a.entry
        JOIN member m ON m.organisation = e.organisation AND m.id = e.author
        WHERE a.organisation = $1 AND a.site = ANY($2) AND a.state <> 'void'
          AND ($3::date IS NULL OR a.work_day BETWEEN $3 AND $4)
          AND ($5::uuid[] IS NULL OR a.worker = ANY($5))
        ORDER BY a.work_day DESC, w.number, {by_name("w.name")}, a.entry LIMIT 5000
        """,  # noqa: S608
        organisation,
        list(sites),
        month.first if month else None,
        month.last if month else None,
        None if workers is None else list(workers),
    )
    found = []
    for row in rows:
        values = dict(row)
        values["handed"] = Handed(values["handed"])
        values["state"] = EntryState(values["state"])
        found.append(AdvanceHanded(**values))
    return found


@dataclass(frozen=True, slots=True)
class WorkerFacts:
    """Who a ledger is of."""

    id: UUID
    name: str
    number: str
    trade: str
    crew: str
    """On the site asked about; empty when the worker never was on it."""


async def workers_named(
    organisation: UUID, site: UUID, workers: Collection[UUID]
) -> dict[UUID, WorkerFacts]:
    """These workers with their crew on a site, by crew, number and name."""
    rows = await fetch(
        f"""
        SELECT w.id, w.name, w.number, coalesce(t.name, '') AS trade, coalesce(c.name, '') AS crew
        FROM worker w
        LEFT JOIN trade t ON t.organisation = w.organisation AND t.id = w.trade
        LEFT JOIN roster r ON r.organisation = w.organisation AND r.site = $2 AND r.worker = w.id
        LEFT JOIN crew c ON c.organisation = r.organisation AND c.id = r.crew
        WHERE w.organisation = $1 AND w.id = ANY($3)
        ORDER BY crew, w.number, {by_name("w.name")}, w.id
        """,  # noqa: S608
        organisation,
        site,
        list(workers),
    )
    return {row["id"]: WorkerFacts(**row) for row in rows}


async def sites_of_workers(
    organisation: UUID, workers: Sequence[UUID], sites: Sequence[UUID]
) -> set[UUID]:
    """On which of these sites one of the workers is or was."""
    rows = await fetch(
        "SELECT site FROM roster WHERE organisation = $1 AND worker = ANY($2) AND site = ANY($3)",
        organisation,
        list(workers),
        list(sites),
    )
    return {row["site"] for row in rows}
