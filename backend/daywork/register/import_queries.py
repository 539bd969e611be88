"""SQL of lists brought in: who could be meant, and writing what a list says, all at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from daywork.ground.database import execute, fetch, fetch_one


async def lock_lists(organisation: UUID) -> None:
    """One list at a time goes into a company's register."""
    await execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('daywork.register ' || $1, 0))",
        str(organisation),
    )


async def people_meant(
    organisation: UUID,
    site: UUID,
    marks: Collection[bytes],
    names: Collection[str],
    phones: Collection[str],
) -> list[dict[str, Any]]:
    """Whoever a list could mean: all of the site, and of the company those with one of these
    numbers, or with a name and a phone of these.

    Each table is read by itself and put together here: right after thousands of rows came in, the
    database knows too little about them to join them well (5 s instead of 0.1 s).
    """
    roster = await fetch(
        "SELECT worker, crew, joined_on, left_on FROM roster WHERE organisation = $1 AND site = $2",
        organisation,
        site,
    )
    elsewhere = await fetch(
        "SELECT worker FROM worker_identity WHERE organisation = $1 AND number_mark = ANY($2)"
        " UNION SELECT id FROM worker"
        " WHERE organisation = $1 AND name = ANY($3) AND phone = ANY($4)",
        organisation,
        list(marks),
        list(names),
        list(phones),
    )
    ids = list({row["worker"] for row in (*roster, *elsewhere)})
    workers = await fetch(
        "SELECT id AS worker, name, phone, number, trade FROM worker WHERE organisation = $1"
        " AND id = ANY($2) AND merged_into IS NULL AND anonymised_at IS NULL",
        organisation,
        ids,
    )
    identities = await fetch(
        "SELECT worker, kind, number_mark, bank_mark, bank_name, address_sealed"
        " FROM worker_identity WHERE organisation = $1 AND worker = ANY($2)",
        organisation,
        ids,
    )
    contracts = await fetch(
        "SELECT DISTINCT ON (worker) worker, signed_on, ends_on FROM worker_contract"
        " WHERE organisation = $1 AND site = $2 AND voided_at IS NULL"
        " ORDER BY worker, signed_on DESC, id DESC",
        organisation,
        site,
    )
    found: dict[UUID, dict[str, Any]] = {row["worker"]: _NOTHING | dict(row) for row in workers}
    for row in (*roster, *identities, *contracts):
        if row["worker"] in found:
            found[row["worker"]].update(row)
    return list(found.values())


_NOTHING: Final[dict[str, Any]] = {
    "crew": None,
    "joined_on": None,
    "left_on": None,
    "kind": None,
    "number_mark": None,
    "bank_mark": None,
    "bank_name": "",
    "address_sealed": None,
    "signed_on": None,
    "ends_on": None,
}


@dataclass(frozen=True, slots=True)
class NewWorker:
    """A worker and his place on the site."""

    worker: UUID
    name: str
    number: str
    phone: str | None
    trade: UUID | None
    crew: UUID
    joined_on: date
    left_on: date | None


@dataclass(frozen=True, slots=True)
class KnownWorker:
    """A worker of the company; without a crew he has not been on the site."""

    worker: UUID
    number: str
    phone: str | None
    trade: UUID | None
    crew: UUID | None
    joined_on: date | None
    left_on: date | None


async def workers_by_id(
    organisation: UUID, site: UUID, workers: Collection[UUID]
) -> dict[UUID | None, KnownWorker]:
    """These workers, held until commit."""
    rows = await fetch(
        "SELECT w.id AS worker, w.number, w.phone, w.trade, r.crew, r.joined_on, r.left_on"
        " FROM worker w LEFT JOIN roster r ON r.organisation = w.organisation"
        " AND r.worker = w.id AND r.site = $2"
        " WHERE w.organisation = $1 AND w.id = ANY($3) ORDER BY w.id FOR NO KEY UPDATE OF w",
        organisation,
        site,
        list(workers),
    )
    return {row["worker"]: KnownWorker(**row) for row in rows}


async def insert_new(
    organisation: UUID, site: UUID, member: UUID, workers: Sequence[NewWorker]
) -> None:
    """New workers, each in his crew; without a trade they have the crew's."""
    if not workers:
        return
    await execute(
        "INSERT INTO worker (organisation, id, name, number, phone, trade, created_by)"
        " SELECT $1, u.id, u.name, u.number, u.phone,"
        " coalesce(u.trade, (SELECT c.trade FROM crew c WHERE c.organisation = $1"
        " AND c.id = u.crew)), $2"
        " FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::uuid[])"
        " AS u (id, name, number, phone, trade, crew)",
        organisation,
        member,
        [one.worker for one in workers],
        [one.name for one in workers],
        [one.number for one in workers],
        [one.phone for one in workers],
        [one.trade for one in workers],
        [one.crew for one in workers],
    )
    await save_places(organisation, site, workers)


async def save_places(organisation: UUID, site: UUID, workers: Sequence[NewWorker]) -> None:
    """Where workers stand on the site; new there or moved."""
    if not workers:
        return
    await execute(
        "INSERT INTO roster (organisation, site, worker, crew, joined_on, left_on)"
        " SELECT $1, $2, u.* FROM unnest($3::uuid[], $4::uuid[], $5::date[], $6::date[]) AS u"
        " ON CONFLICT (organisation, site, worker) DO UPDATE SET crew = excluded.crew,"
        " joined_on = excluded.joined_on, left_on = excluded.left_on",
        organisation,
        site,
        [one.worker for one in workers],
        [one.crew for one in workers],
        [one.joined_on for one in workers],
        [one.left_on for one in workers],
    )


async def mark_workers(organisation: UUID, workers: Sequence[NewWorker]) -> None:
    """What holds for known workers on every site: number, phone, trade."""
    if not workers:
        return
    await execute(
        "UPDATE worker w SET number = u.number, phone = u.phone, trade = u.trade"
        " FROM unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[])"
        " AS u (id, number, phone, trade) WHERE w.organisation = $1 AND w.id = u.id",
        organisation,
        [one.worker for one in workers],
        [one.number for one in workers],
        [one.phone for one in workers],
        [one.trade for one in workers],
    )


async def insert_contracts(
    organisation: UUID,
    site: UUID,
    member: UUID,
    contracts: Sequence[tuple[UUID, UUID, date, date | None]],
) -> None:
    """Contract, worker, first and last day of each."""
    if not contracts:
        return
    await execute(
        "INSERT INTO worker_contract (organisation, site, made_by, id, worker, signed_on, ends_on)"
        " SELECT $1, $2, $3, u.* FROM unnest($4::uuid[], $5::uuid[], $6::date[], $7::date[]) AS u",
        organisation,
        site,
        member,
        *(list(column) for column in zip(*contracts, strict=True)),
    )


# Lists between the preview and the yes


@dataclass(frozen=True, slots=True)
class Brought:
    """A list that was brought in."""

    id: UUID
    site: UUID
    file_name: str
    rows: int
    sealed: bytes | None
    made_by: UUID
    made_at: datetime
    imported_at: datetime | None
    added: int
    changed: int


_BROUGHT = (
    "SELECT id, site, file_name, rows, sealed, made_by, made_at, imported_at, added, changed"
    " FROM worker_import WHERE organisation = $1"
)


async def insert_list(
    organisation: UUID,
    brought: UUID,
    site: UUID,
    member: UUID,
    *,
    file_name: str,
    sha256: bytes,
    rows: int,
    sealed: bytes,
) -> None:
    """Keep a list until somebody says yes."""
    await execute(
        "INSERT INTO worker_import (organisation, id, site, file_name, sha256, rows, sealed,"
        " made_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        organisation,
        brought,
        site,
        file_name,
        sha256,
        rows,
        sealed,
        member,
    )


async def list_by_id(
    organisation: UUID, site: UUID, brought: UUID, *, hold: bool = False
) -> Brought | None:
    """A list of the site; ``hold`` keeps it until commit."""
    row = await fetch_one(
        f"{_BROUGHT} AND site = $2 AND id = $3{' FOR UPDATE' if hold else ''}",
        organisation,
        site,
        brought,
    )
    return None if row is None else Brought(**row)


async def lists_of(organisation: UUID, site: UUID, most: int = 10) -> list[Brought]:
    """The latest lists that went in."""
    rows = await fetch(
        f"{_BROUGHT} AND site = $2 AND imported_at IS NOT NULL ORDER BY imported_at DESC LIMIT $3",
        organisation,
        site,
        most,
    )
    return [Brought(**row) for row in rows]


async def mark_imported(organisation: UUID, brought: UUID, added: int, changed: int) -> None:
    """It is in; what was kept of the file goes."""
    await execute(
        "UPDATE worker_import SET imported_at = now(), sealed = NULL, added = $3, changed = $4"
        " WHERE organisation = $1 AND id = $2",
        organisation,
        brought,
        added,
        changed,
    )


async def forget_old_lists(organisation: UUID, before: datetime) -> int:
    """What is kept of lists nobody said yes to goes after a while."""
    return await execute(
        "UPDATE worker_import SET sealed = NULL"
        " WHERE organisation = $1 AND sealed IS NOT NULL AND made_at < $2",
        organisation,
        before,
    )
