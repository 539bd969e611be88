"""SQL of signatures. They are added and read, never changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from daywork.ground.database import execute, fetch
from daywork.signatures.rules import Party, Signature, Signing, content_of

_COLUMNS = (
    "id, site, entry, version, party, outcome, name, company, witness, note, strokes, taken_by, at,"
    " mutation, device, signed_at, clock_doubtful"
)


def _signature(row: Any) -> Signature:
    values = dict(row)
    values["party"] = Party(values["party"])
    values["outcome"] = Signing(values["outcome"])
    return Signature(**values)


async def signatures_of(organisation: UUID, entry: UUID) -> list[Signature]:
    """Everything that was signed, refused or missed on this entry, oldest first."""
    rows = await fetch(
        f"SELECT {_COLUMNS} FROM signature"  # noqa: S608 - column names from above
        " WHERE organisation = $1 AND entry = $2 ORDER BY at, id",
        organisation,
        entry,
    )
    return [_signature(row) for row in rows]


async def insert_signature(organisation: UUID, one: Signature) -> None:
    """Keep it."""
    await execute(
        f"INSERT INTO signature (organisation, {_COLUMNS})"  # noqa: S608 - column names
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        organisation,
        one.id,
        one.site,
        one.entry,
        one.version,
        one.party,
        one.outcome,
        one.name,
        one.company,
        one.witness,
        one.note,
        one.strokes,
        one.taken_by,
        one.at,
        one.mutation,
        one.device,
        one.signed_at,
        one.clock_doubtful,
    )


async def signatures_by_id(organisation: UUID, ids: Iterable[UUID]) -> dict[UUID, Signature]:
    """Those of these that are known."""
    rows = await fetch(
        f"SELECT {_COLUMNS} FROM signature"  # noqa: S608 - column names from above
        " WHERE organisation = $1 AND id = ANY($2)",
        organisation,
        list(ids),
    )
    return {row["id"]: _signature(row) for row in rows}


async def contents_of(organisation: UUID, entries: Iterable[UUID]) -> dict[UUID, dict[int, str]]:
    """By entry and version: the hash of what it says; versions that void say nothing."""
    rows = await fetch(
        "SELECT entry, version, payload::text AS payload FROM entry_version"
        " WHERE organisation = $1 AND entry = ANY($2)",
        organisation,
        list(entries),
    )
    found: dict[UUID, dict[int, str]] = {}
    for row in rows:
        content = content_of(msgspec.json.decode(row["payload"]))
        found.setdefault(row["entry"], {})[row["version"]] = content
    return found


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A sheet whose present version the client has not answered."""

    entry: UUID
    crew: str
    work_day: date
    man_days: Any
    state: str


async def unsigned_on(organisation: UUID, site: UUID, since: date) -> list[Unsigned]:
    """The site's sheets that wait for the client's signature, the oldest first."""
    rows = await fetch(
        """
        SELECT e.id AS entry, c.name AS crew, e.work_day, s.man_days, e.state
        FROM entry e
        JOIN labour_sheet s ON s.organisation = e.organisation AND s.entry = e.id
        JOIN crew c ON c.organisation = e.organisation AND c.id = e.crew
        WHERE e.organisation = $1 AND e.site = $2 AND e.kind = 'labour.sheet'
          AND e.state IN ('submitted', 'approved') AND e.work_day >= $3
          AND NOT EXISTS (SELECT FROM signature g WHERE g.organisation = e.organisation
                          AND g.entry = e.id AND g.version = e.version
                          AND g.party <> 'worker' AND g.outcome <> 'absent')
        ORDER BY e.work_day, c.name, e.id
        """,
        organisation,
        site,
        since,
    )
    return [Unsigned(**row) for row in rows]


async def sites_with_deadline(organisation: UUID) -> list[tuple[UUID, int]]:
    """Running sites whose contract sets one, with its days."""
    rows = await fetch(
        "SELECT r.site, r.sign_days FROM approval_rule r JOIN site s"
        " ON s.organisation = r.organisation AND s.id = r.site"
        " WHERE r.organisation = $1 AND r.sign_days IS NOT NULL AND s.active ORDER BY r.site",
        organisation,
    )
    return [(row["site"], row["sign_days"]) for row in rows]
