"""SQL of bank files: what was read, what was booked of it, and what was undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from daywork.ground.database import execute, fetch, fetch_one
from daywork.money.bank_file import BankFile, BankLine
from daywork.people.actor import Actor


@dataclass(frozen=True, slots=True)
class BankImport:
    """A bank file as it was brought, and what became of it."""

    id: UUID
    site: UUID
    name: str
    sha256: bytes
    headings: dict[str, str]
    lines: list[BankLine]
    made_by: str
    made_at: datetime
    booked_at: datetime | None
    booked_by: str
    undone_at: datetime | None
    undone_by: str
    undo_reason: str

    @property
    def stands(self) -> bool:
        """Booked, and not undone."""
        return self.booked_at is not None and self.undone_at is None


_IMPORT = """
    SELECT i.id, i.site, i.name, i.sha256, i.headings::text AS headings, i.lines::text AS lines,
           m.name AS made_by, i.made_at, i.booked_at, coalesce(b.name, '') AS booked_by,
           i.undone_at, coalesce(u.name, '') AS undone_by,
           coalesce(i.undo_reason, '') AS undo_reason
    FROM bank_import i
    JOIN member m ON m.organisation = i.organisation AND m.id = i.made_by
    LEFT JOIN member b ON b.organisation = i.organisation AND b.id = i.booked_by
    LEFT JOIN member u ON u.organisation = i.organisation AND u.id = i.undone_by
    WHERE i.organisation = $1
"""


def _import(row: object) -> BankImport:
    values = dict(row)  # type: ignore[call-overload]
    values["headings"] = msgspec.json.decode(values["headings"], type=dict[str, str])
    values["lines"] = msgspec.json.decode(values["lines"], type=list[BankLine])
    return BankImport(**values)


async def import_by_id(organisation: UUID, bank_import: UUID) -> BankImport | None:
    """One file, with its lines."""
    row = await fetch_one(f"{_IMPORT} AND i.id = $2", organisation, bank_import)
    return None if row is None else _import(row)


async def import_that_stands(organisation: UUID, sha256: bytes) -> BankImport | None:
    """The booking of these very bytes, on whichever site of the company."""
    row = await fetch_one(
        f"{_IMPORT} AND i.sha256 = $2 AND i.booked_at IS NOT NULL AND i.undone_at IS NULL",
        organisation,
        sha256,
    )
    return None if row is None else _import(row)


@dataclass(frozen=True, slots=True)
class ImportListed:
    """A booked file in the list of a site."""

    id: UUID
    name: str
    booked_at: datetime
    booked_by: str
    undone_at: datetime | None
    payments: int
    amount: Decimal


async def imports_booked(organisation: UUID, sites: Sequence[UUID]) -> list[ImportListed]:
    """The latest files booked on these sites, undone ones too."""
    rows = await fetch(
        """
        SELECT i.id, i.name, i.booked_at, m.name AS booked_by, i.undone_at,
               count(p.id) AS payments, coalesce(sum(p.amount), 0) AS amount
        FROM bank_import i
        JOIN member m ON m.organisation = i.organisation AND m.id = i.booked_by
        LEFT JOIN payment p ON p.organisation = i.organisation AND p.bank_import = i.id
        WHERE i.organisation = $1 AND i.site = ANY($2) AND i.booked_at IS NOT NULL
        GROUP BY i.organisation, i.id, m.name ORDER BY i.booked_at DESC LIMIT 12
        """,
        organisation,
        list(sites),
    )
    return [ImportListed(**row) for row in rows]


async def insert_import(
    actor: Actor, site: UUID, bank_import: UUID, name: str, sha256: bytes, read: BankFile
) -> None:
    """Keep what was read until somebody decides on it."""
    await execute(
        "INSERT INTO bank_import (organisation, id, site, name, sha256, headings, lines, made_by)"
        " VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8)",
        actor.organisation,
        bank_import,
        site,
        name,
        sha256,
        msgspec.json.encode(read.headings).decode(),
        msgspec.json.encode(read.lines).decode(),
        actor.member,
    )


async def forget_looked_at(organisation: UUID) -> None:
    """Files that somebody only looked at, a week ago or more, are no longer kept."""
    await execute(
        "DELETE FROM bank_import WHERE organisation = $1 AND booked_at IS NULL"
        " AND made_at < now() - interval '7 days'",
        organisation,
    )


async def mark_booked(actor: Actor, bank_import: UUID, at: datetime) -> None:
    """The file is in the books."""
    await execute(
        "UPDATE bank_import SET booked_at = $3, booked_by = $4"
        " WHERE organisation = $1 AND id = $2 AND booked_at IS NULL",
        actor.organisation,
        bank_import,
        at,
        actor.member,
    )


async def mark_undone(actor: Actor, bank_import: UUID, reason: str, at: datetime) -> None:
    """The file is taken out of the books; its bytes may be booked anew."""
    await execute(
        "UPDATE bank_import SET undone_at = $3, undone_by = $4, undo_reason = $5"
        " WHERE organisation = $1 AND id = $2 AND undone_at IS NULL",
        actor.organisation,
        bank_import,
        at,
        actor.member,
        reason,
    )
