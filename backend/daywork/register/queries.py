"""SQL of the register: what is sealed, what is shown, and who has looked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from daywork.ground.database import execute, fetch, fetch_one
from daywork.ground.ids import new_id
from daywork.ground.names import by_name
from daywork.register.rules import Field, How, Masked, Purpose


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is kept of a worker, as it is kept."""

    worker: UUID
    kind: str | None
    number_sealed: bytes | None
    bank_name: str
    bank_sealed: bytes | None
    address_sealed: bytes | None


async def masked_identities(organisation: UUID, workers: Collection[UUID]) -> list[Masked]:
    """What may be shown of these workers; those without anything are left out."""
    rows = await fetch(
        "SELECT worker, coalesce(kind, '') AS kind, number_mask AS number, bank_name,"
        " bank_mask AS bank, address_sealed IS NOT NULL AS has_address"
        " FROM worker_identity WHERE organisation = $1 AND worker = ANY($2)",
        organisation,
        list(workers),
    )
    return [Masked(**row) for row in rows]


async def sealed_identities(organisation: UUID, workers: Collection[UUID]) -> list[Sealed]:
    """What is sealed of these workers."""
    rows = await fetch(
        "SELECT worker, kind, number_sealed, bank_name, bank_sealed, address_sealed"
        " FROM worker_identity WHERE organisation = $1 AND worker = ANY($2)",
        organisation,
        list(workers),
    )
    return [Sealed(**row) for row in rows]


async def insert_unmaskings(
    organisation: UUID,
    member: UUID,
    site: UUID,
    workers: Sequence[UUID],
    *,
    fields: Collection[Field],
    purpose: Purpose,
    note: str,
    how: How,
    at: datetime,
) -> None:
    """One line a worker: who saw what, and why."""
    await execute(
        "INSERT INTO unmasking (organisation, id, worker, site, fields, purpose, note, how,"
        " member, at) SELECT $1, seen.id, seen.worker, $4, $5, $6, $7, $8, $9, $10"
        " FROM unnest($2::uuid[], $3::uuid[]) AS seen (id, worker)",
        organisation,
        [new_id() for _worker in workers],
        list(workers),
        site,
        sorted(fields),
        purpose,
        note,
        how,
        member,
        at,
    )


async def on_roster(organisation: UUID, site: UUID, workers: Collection[UUID]) -> set[UUID]:
    """Which of these workers are or were on the site."""
    rows = await fetch(
        "SELECT worker FROM roster WHERE organisation = $1 AND site = $2 AND worker = ANY($3)",
        organisation,
        site,
        list(workers),
    )
    return {row["worker"] for row in rows}


@dataclass(frozen=True, slots=True)
class Kept:
    """One worker's identity as it goes into its row; in bulk for a list brought in as a file."""

    worker: UUID
    kind: str | None
    number_sealed: bytes | None
    number_mask: str
    number_mark: bytes | None
    bank_name: str
    bank_sealed: bytes | None
    bank_mask: str
    bank_mark: bytes | None
    address_sealed: bytes | None


async def kept_identities(organisation: UUID, workers: Collection[UUID]) -> dict[UUID, Kept]:
    """The rows of these workers, held until commit."""
    rows = await fetch(
        "SELECT worker, kind, number_sealed, number_mask, number_mark, bank_name, bank_sealed,"
        " bank_mask, bank_mark, address_sealed FROM worker_identity"
        " WHERE organisation = $1 AND worker = ANY($2) ORDER BY worker FOR UPDATE",
        organisation,
        list(workers),
    )
    return {row["worker"]: Kept(**row) for row in rows}


async def save_identities(organisation: UUID, member: UUID, kept: Sequence[Kept]) -> None:
    """New rows, or new values of old ones."""
    names = list(Kept.__slots__)
    types = {"worker": "uuid", "kind": "text", "bank_name": "text"}
    types |= {name: "text" for name in names if name.endswith("_mask")}
    columns = ", ".join(names)
    await execute(
        f"INSERT INTO worker_identity (organisation, changed_by, changed_at, {columns})"  # noqa: S608
        " SELECT $1, $2, now(), u.* FROM unnest("
        + ", ".join(f"${n}::{types.get(name, 'bytea')}[]" for n, name in enumerate(names, 3))
        + ") AS u ON CONFLICT (organisation, worker) DO UPDATE SET changed_by = $2,"
        " changed_at = now(), "
        + ", ".join(f"{name} = excluded.{name}" for name in names if name != "worker"),
        organisation,
        member,
        *([getattr(one, name) for one in kept] for name in names),
    )


@dataclass(frozen=True, slots=True)
class Bearer:
    """Another worker of the company who has the same number or account."""

    worker: UUID
    name: str
    by: Field
    sites: tuple[UUID, ...]
    site_names: str


async def others_with(
    organisation: UUID, worker: UUID, number_mark: bytes | None, bank_mark: bytes | None
) -> list[Bearer]:
    """Who else of the company has this number or account; merged ones are left out."""
    rows = await fetch(
        f"""
        SELECT w.id AS worker, w.name,
               CASE WHEN i.number_mark = $3 THEN 'number' ELSE 'bank' END AS by,
               array_agg(s.id ORDER BY {by_name("s.name")}) AS sites,
               string_agg(s.name, '、' ORDER BY {by_name("s.name")}) AS site_names
        FROM worker_identity i
        JOIN worker w ON w.organisation = i.organisation AND w.id = i.worker
            AND w.merged_into IS NULL
        JOIN roster r ON r.organisation = w.organisation AND r.worker = w.id
        JOIN site s ON s.organisation = r.organisation AND s.id = r.site
        WHERE i.organisation = $1 AND i.worker <> $2
          AND (i.number_mark = $3 OR i.bank_mark = $4)
        GROUP BY w.id, w.name, 3 ORDER BY {by_name("w.name")}, w.id
        """,  # noqa: S608
        organisation,
        worker,
        number_mark,
        bank_mark,
    )
    return [
        Bearer(row["worker"], row["name"], Field(row["by"]), tuple(row["sites"]), row["site_names"])
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Look:
    """One line of who has looked: who, when, whose, why."""

    at: datetime
    member_name: str
    worker: UUID
    worker_name: str
    site_name: str
    time_zone: str
    fields: tuple[str, ...]
    purpose: str
    note: str
    how: str


async def looks(
    organisation: UUID, worker: UUID | None, before: datetime | None, most: int
) -> list[Look]:
    """Who has looked at whom, the latest first; of one worker or of all."""
    rows = await fetch(
        """
        SELECT u.at, m.name AS member_name, u.worker, w.name AS worker_name, s.name AS site_name,
               s.time_zone, u.fields, u.purpose, u.note, u.how
        FROM unmasking u
        JOIN member m ON m.organisation = u.organisation AND m.id = u.member
        JOIN worker w ON w.organisation = u.organisation AND w.id = u.worker
        JOIN site s ON s.organisation = u.organisation AND s.id = u.site
        WHERE u.organisation = $1 AND ($2::uuid IS NULL OR u.worker = $2)
          AND ($3::timestamptz IS NULL OR u.at < $3)
        ORDER BY u.at DESC, u.id DESC LIMIT $4
        """,
        organisation,
        worker,
        before,
        most,
    )
    return [Look(**{**row, "fields": tuple(row["fields"])}) for row in rows]


async def marks_of(organisation: UUID, worker: UUID) -> tuple[bytes | None, bytes | None]:
    """The marks of a worker's identity number and account."""
    row = await fetch_one(
        "SELECT number_mark, bank_mark FROM worker_identity"
        " WHERE organisation = $1 AND worker = $2",
        organisation,
        worker,
    )
    return (None, None) if row is None else (row["number_mark"], row["bank_mark"])
