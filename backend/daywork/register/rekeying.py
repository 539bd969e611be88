"""Sealing the register anew with another key: resumable, a batch a transaction.

The new key stands first in the keys, the old ones behind it and still open. Every value that
carries an older key's name is opened and sealed by the first, and its mark is made anew; what is
done is done, so a command that was killed begins where it stopped. Works on the owner's connection,
past the walls: it belongs to whoever runs the server.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg

from daywork.register.rules import Field
from daywork.register.sealing import Keyring, place_of

BATCH: Final = 200

_OLD: Final = "{0} IS NOT NULL AND substring({0} FROM 2 FOR 8) <> $1"
_SEALED: Final[dict[str, tuple[str, ...]]] = {
    "worker_identity": ("number_sealed", "bank_sealed", "address_sealed"),
    "worker_certificate": ("number_sealed",),
    "worker_import": ("sealed",),
    "compliance_pack": ("sealed_key",),
}


async def generations(connection: asyncpg.Connection[Any]) -> dict[str, int]:
    """How many values are sealed by which key, by its name."""
    found: dict[str, int] = {}
    for table, columns in _SEALED.items():
        for column in columns:
            rows = await connection.fetch(
                f"SELECT encode(substring({column} FROM 2 FOR 8), 'hex') AS name,"  # noqa: S608 - words of our own
                f" count(*) AS n FROM {table} WHERE {column} IS NOT NULL GROUP BY 1"
            )
            for row in rows:
                found[row["name"]] = found.get(row["name"], 0) + row["n"]
    return found


async def is_owner(connection: asyncpg.Connection[Any]) -> bool:
    """Whether this connection stands behind the walls between companies, as the owner does; one
    without tables has none."""
    found: bool = await connection.fetchval(
        "SELECT coalesce(bool_and(pg_has_role(current_user, relowner, 'USAGE')), true)"
        " FROM pg_class WHERE oid = to_regclass('worker_identity')"
    )
    return found


@dataclass(frozen=True, slots=True)
class _Anew:
    keys: Keyring
    connection: asyncpg.Connection[Any]

    async def rows(self, table: str, columns: str) -> list[asyncpg.Record]:
        """Some that carry an older key, held until commit."""
        older = " OR ".join(f"({_OLD.format(column)})" for column in _SEALED[table])
        found: list[asyncpg.Record] = await self.connection.fetch(
            f"SELECT {columns} FROM {table} WHERE {older} LIMIT {BATCH} FOR UPDATE",  # noqa: S608
            bytes.fromhex(self.keys.present.name),
        )
        return found

    def sealed(self, value: bytes | None, place: bytes) -> tuple[bytes | None, str]:
        """The same value under the present key, and what it is."""
        if value is None:
            return None, ""
        opened = self.keys.open(value, place)
        return self.keys.seal(opened, place), opened

    def mark(self, opened: str, organisation: UUID, field: Field) -> bytes | None:
        return self.keys.mark(opened, organisation, field) if opened else None

    async def identities(self) -> int:
        rows = await self.rows(
            "worker_identity",
            "organisation, worker, number_sealed, bank_sealed, address_sealed",
        )
        for row in rows:
            organisation, worker = row["organisation"], row["worker"]

            def anew(field: Field, row: Any = row) -> tuple[bytes | None, str]:
                place = place_of(row["organisation"], row["worker"], field)
                return self.sealed(row[f"{field}_sealed"], place)

            number, identity = anew(Field.NUMBER)
            bank, account = anew(Field.BANK)
            address, _where = anew(Field.ADDRESS)
            await self.connection.execute(
                "UPDATE worker_identity SET number_sealed = $3, number_mark = $4,"
                " bank_sealed = $5, bank_mark = $6, address_sealed = $7"
                " WHERE organisation = $1 AND worker = $2",
                organisation,
                worker,
                number,
                self.mark(identity, organisation, Field.NUMBER),
                bank,
                self.mark(account, organisation, Field.BANK),
                address,
            )
        return len(rows)

    async def certificates(self) -> int:
        rows = await self.rows("worker_certificate", "organisation, id, worker, number_sealed")
        for row in rows:
            place = place_of(row["organisation"], row["worker"], f"certificate.{row['id']}")
            await self.connection.execute(
                "UPDATE worker_certificate SET number_sealed = $3"
                " WHERE organisation = $1 AND id = $2",
                row["organisation"],
                row["id"],
                self.sealed(row["number_sealed"], place)[0],
            )
        return len(rows)

    async def whole(self, table: str, column: str, what: str) -> int:
        """Rows with one sealed column of their own."""
        rows = await self.rows(table, f"organisation, id, {column} AS kept")
        for row in rows:
            place = place_of(row["organisation"], row["id"], what)
            await self.connection.execute(
                f"UPDATE {table} SET {column} = $3 WHERE organisation = $1 AND id = $2",  # noqa: S608
                row["organisation"],
                row["id"],
                self.sealed(row["kept"], place)[0],
            )
        return len(rows)

    async def lists(self) -> int:
        return await self.whole("worker_import", "sealed", "list")

    async def packs(self) -> int:
        """Keys of compliance packs with full numbers."""
        return await self.whole("compliance_pack", "sealed_key", "pack")


async def seal_anew(connection: asyncpg.Connection[Any], keys: Keyring) -> int:
    """Seal everything by the first key; returns how many rows were not.

    Raises:
        CannotOpenError: a value whose key is not among the keys; what was done before it stays.
    """
    anew = _Anew(keys, connection)
    steps: tuple[Callable[[], Awaitable[int]], ...] = (
        anew.identities,
        anew.certificates,
        anew.lists,
        anew.packs,
    )
    done = 0
    for step in steps:
        while True:
            async with connection.transaction():
                some = await step()
            done += some
            if not some:
                break
    return done
