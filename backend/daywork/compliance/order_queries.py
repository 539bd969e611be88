"""SQL of packs that were asked for: who asked, how far each site is, and what is kept."""

import builtins
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from daywork.compliance.rules import SILENT_FOR, Missing
from daywork.ground.database import execute, fetch, fetch_one, fetch_value


@dataclass(frozen=True, slots=True)
class Order:
    """A pack somebody asked for."""

    id: UUID
    first: date
    last: date
    language: str
    verify_at: str
    purpose: str
    note: str
    sealed_key: bytes | None
    made_by: UUID
    asked_at: datetime
    done_at: datetime | None
    expires_at: datetime | None
    taken_at: datetime | None
    removed_at: datetime | None

    @property
    def in_full(self) -> bool:
        """Numbers stand in it in full."""
        return bool(self.purpose)


@dataclass(frozen=True, slots=True)
class Part:
    """One site of a pack."""

    site: UUID
    site_name: str
    number: int
    state: str
    tries: int
    files: int
    files_due: int
    missing_count: int
    currency: str
    bytes: int | None
    sha256: builtins.bytes | None
    problem: str


_ORDER = (
    "SELECT id, first, last, language, verify_at, purpose, note, sealed_key, made_by, asked_at,"
    " done_at, expires_at, taken_at, removed_at FROM compliance_pack WHERE organisation = $1"
)


async def order_by_id(organisation: UUID, pack: UUID) -> Order | None:
    """One pack, or None."""
    row = await fetch_one(f"{_ORDER} AND id = $2", organisation, pack)
    return None if row is None else Order(**row)


async def orders_of(organisation: UUID, member: UUID, most: int = 12) -> list[Order]:
    """The latest packs of this member."""
    rows = await fetch(
        f"{_ORDER} AND made_by = $2 ORDER BY asked_at DESC LIMIT $3", organisation, member, most
    )
    return [Order(**row) for row in rows]


async def open_orders(organisation: UUID, member: UUID) -> int:
    """How many of this member's packs are being made."""
    found: int = await fetch_value(
        "SELECT count(*) FROM compliance_pack WHERE organisation = $1 AND made_by = $2"
        " AND done_at IS NULL",
        organisation,
        member,
    )
    return found


async def insert_order(organisation: UUID, order: Order, sites: Sequence[UUID]) -> bool:
    """Keep what was asked for, its sites in this order; False when it is known already."""
    known = await fetch_value(
        "INSERT INTO compliance_pack (organisation, id, first, last, language, verify_at, purpose,"
        " note, sealed_key, made_by, asked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
        " $11) ON CONFLICT DO NOTHING RETURNING id",
        organisation,
        order.id,
        order.first,
        order.last,
        order.language,
        order.verify_at,
        order.purpose,
        order.note,
        order.sealed_key,
        order.made_by,
        order.asked_at,
    )
    if known is None:
        return False
    await execute(
        "INSERT INTO compliance_pack_part (organisation, pack, site, number)"
        " SELECT $1, $2, s.site, s.number"
        " FROM unnest($3::uuid[]) WITH ORDINALITY AS s (site, number)",
        organisation,
        order.id,
        list(sites),
    )
    return True


async def parts_of(organisation: UUID, pack: UUID) -> list[Part]:
    """Its sites in their order."""
    rows = await fetch(
        "SELECT p.site, s.name AS site_name, p.number, p.state, p.tries, p.files, p.files_due,"
        " p.missing_count, p.currency, p.bytes, p.sha256, p.problem FROM compliance_pack_part p"
        " JOIN site s ON s.organisation = p.organisation AND s.id = p.site"
        " WHERE p.organisation = $1 AND p.pack = $2 ORDER BY p.number",
        organisation,
        pack,
    )
    return [Part(**row) for row in rows]


async def missing_of(organisation: UUID, pack: UUID, site: UUID) -> list[Missing]:
    """What is missing in a site's part."""
    told: str | None = await fetch_value(
        "SELECT missing::text FROM compliance_pack_part"
        " WHERE organisation = $1 AND pack = $2 AND site = $3",
        organisation,
        pack,
        site,
    )
    return [Missing.read(one) for one in json.loads(told or "[]")]


def plain(missing: Sequence[dict[str, Any]]) -> str:
    """As the column keeps it."""
    return json.dumps(list(missing), ensure_ascii=False)


async def claim_part(organisation: UUID, pack: UUID, now: datetime) -> tuple[UUID, int] | None:
    """The next site to be made, and which try it is; nobody else makes it meanwhile."""
    row = await fetch_one(
        """
        UPDATE compliance_pack_part SET state = 'making', tries = tries + 1, files = 0,
            files_due = 0, moved_at = $3
        WHERE organisation = $1 AND pack = $2 AND site = (
            SELECT site FROM compliance_pack_part WHERE organisation = $1 AND pack = $2
            AND (state = 'waiting' OR (state = 'making' AND moved_at < $4))
            ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING site, tries
        """,
        organisation,
        pack,
        now,
        now - SILENT_FOR,
    )
    return None if row is None else (row["site"], row["tries"])


async def mark_part(organisation: UUID, pack: UUID, site: UUID, **values: Any) -> None:
    """Note these columns of a part."""
    names = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, 4))
    await execute(
        f"UPDATE compliance_pack_part SET {names}"  # noqa: S608 - names from our own code
        " WHERE organisation = $1 AND pack = $2 AND site = $3",
        organisation,
        pack,
        site,
        *values.values(),
    )


async def parts_left(organisation: UUID, pack: UUID) -> int:
    """Sites that are neither made nor given up; the pack is held until commit."""
    await fetch(
        "SELECT FROM compliance_pack WHERE organisation = $1 AND id = $2 FOR NO KEY UPDATE",
        organisation,
        pack,
    )
    found: int = await fetch_value(
        "SELECT count(*) FROM compliance_pack_part WHERE organisation = $1 AND pack = $2"
        " AND state IN ('waiting', 'making')",
        organisation,
        pack,
    )
    return found


async def mark_done(organisation: UUID, pack: UUID, at: datetime, kept_for: timedelta) -> None:
    """Every site is made or given up; from now on it is kept for a while."""
    await execute(
        "UPDATE compliance_pack SET done_at = $3, expires_at = $4"
        " WHERE organisation = $1 AND id = $2 AND done_at IS NULL",
        organisation,
        pack,
        at,
        at + kept_for,
    )


async def mark_taken(organisation: UUID, pack: UUID, at: datetime) -> None:
    """It was downloaded."""
    await execute(
        "UPDATE compliance_pack SET taken_at = $3 WHERE organisation = $1 AND id = $2",
        organisation,
        pack,
        at,
    )


async def silent_orders(organisation: UUID, now: datetime) -> list[UUID]:
    """Packs of which no site moves although some are left: their worker was killed."""
    rows = await fetch(
        """
        SELECT o.id FROM compliance_pack o
        WHERE o.organisation = $1 AND o.done_at IS NULL AND o.asked_at < $2
          AND NOT EXISTS (SELECT FROM compliance_pack_part p
              WHERE p.organisation = o.organisation AND p.pack = o.id
              AND p.moved_at >= $2)
        ORDER BY o.asked_at
        """,
        organisation,
        now - SILENT_FOR,
    )
    return [row["id"] for row in rows]


async def orders_over(organisation: UUID, now: datetime) -> list[UUID]:
    """Packs whose time is over and whose bytes are still kept."""
    rows = await fetch(
        "SELECT id FROM compliance_pack WHERE organisation = $1 AND expires_at < $2"
        " AND removed_at IS NULL",
        organisation,
        now,
    )
    return [row["id"] for row in rows]


async def mark_removed(organisation: UUID, pack: UUID, at: datetime) -> None:
    """Its bytes are gone; that it was made and taken stays on record."""
    await execute(
        "DELETE FROM compliance_pack_part WHERE organisation = $1 AND pack = $2",
        organisation,
        pack,
    )
    await execute(
        "UPDATE compliance_pack SET removed_at = $3 WHERE organisation = $1 AND id = $2",
        organisation,
        pack,
        at,
    )


async def companies_packing(connection: asyncpg.Connection) -> list[UUID]:
    """Companies with packs to be made; past the walls."""
    rows = await connection.fetch(
        "SELECT DISTINCT organisation FROM compliance_pack WHERE done_at IS NULL ORDER BY 1"
    )
    return [row["organisation"] for row in rows]
