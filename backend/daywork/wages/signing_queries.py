"""SQL of signatures for wages, and of the papers that carry them. Added and read, never changed."""

import builtins
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from daywork.chain.wage_contents import COLUMNS, WAGE_PAPER, WAGE_SIGNATURE
from daywork.ground.database import fetch, fetch_one
from daywork.signatures.rules import Signing


@dataclass(frozen=True, slots=True)
class WageSignature:
    """A worker signed a version of a wage sheet or a settlement, would not, or was not there."""

    id: UUID
    site: UUID
    sheet: UUID | None
    settlement: UUID | None
    worker: UUID
    outcome: Signing
    name: str
    witness: str
    note: str
    strokes: str
    paper: UUID | None
    """The uploaded paper it can be seen on."""
    taken_by: UUID
    at: datetime

    @property
    def counts(self) -> bool:
        """Whether it stands for the worker's yes; a refusal or an absence is kept, and does not."""
        return self.outcome in (Signing.SIGNED, Signing.FOR_RECORD)


@dataclass(frozen=True, slots=True)
class Paper:
    """A photo or scan of the signed paper."""

    id: UUID
    site: UUID
    sheet: UUID | None
    settlement: UUID | None
    name: str
    media_type: str
    sha256: builtins.bytes
    bytes: int
    uploaded_by: UUID
    at: datetime

    @property
    def ending(self) -> str:
        """What the name of such a file ends with."""
        return {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}[
            self.media_type
        ]


Document = tuple[str, UUID]
"""What is signed: ``("sheet", id)`` or ``("settlement", id)``."""

_OF = {"sheet": "sheet = $2", "settlement": "settlement = $2"}


async def signatures_of(organisation: UUID, document: Document) -> list[WageSignature]:
    """Everything that was signed, refused or missed on it, the oldest first."""
    rows = await fetch(
        f"SELECT {', '.join(COLUMNS[WAGE_SIGNATURE])} FROM wage_signature"  # noqa: S608 - our own words
        f" WHERE organisation = $1 AND {_OF[document[0]]} ORDER BY at, id",
        organisation,
        document[1],
    )
    return [WageSignature(**{**row, "outcome": Signing(row["outcome"])}) for row in rows]


async def signed_counts(organisation: UUID, sheets: Sequence[UUID]) -> dict[UUID, int]:
    """How many workers have signed each version."""
    rows = await fetch(
        "SELECT sheet, count(DISTINCT worker) AS n FROM wage_signature WHERE organisation = $1"
        " AND sheet = ANY($2) AND outcome IN ('signed', 'for_record') GROUP BY sheet",
        organisation,
        list(sheets),
    )
    return {row["sheet"]: row["n"] for row in rows}


async def papers_of(organisation: UUID, document: Document) -> list[Paper]:
    """The papers uploaded for it, the oldest first."""
    rows = await fetch(
        f"SELECT {', '.join(COLUMNS[WAGE_PAPER])} FROM wage_paper"  # noqa: S608 - our own words
        f" WHERE organisation = $1 AND {_OF[document[0]]} ORDER BY at, id",
        organisation,
        document[1],
    )
    return [Paper(**row) for row in rows]


async def paper_by_id(organisation: UUID, paper: UUID) -> Paper | None:
    """One paper, or None."""
    row = await fetch_one(
        f"SELECT {', '.join(COLUMNS[WAGE_PAPER])} FROM wage_paper"  # noqa: S608 - our own words
        " WHERE organisation = $1 AND id = $2",
        organisation,
        paper,
    )
    return None if row is None else Paper(**row)


async def insert(kind: str, organisation: UUID, row: WageSignature | Paper) -> dict[str, Any]:
    """Keep a signature or a paper; returns the row as the chain spells it."""
    columns = COLUMNS[kind]
    places = ", ".join(f"${number}" for number in range(2, len(columns) + 2))
    table = {WAGE_SIGNATURE: "wage_signature", WAGE_PAPER: "wage_paper"}[kind]
    kept = await fetch_one(
        f"INSERT INTO {table} (organisation, {', '.join(columns)})"  # noqa: S608 - our own words
        f" VALUES ($1, {places}) RETURNING {', '.join(columns)}",
        organisation,
        *(getattr(row, name) for name in columns),
    )
    assert kept is not None  # noqa: S101 - it was just written
    return dict(kept)


async def settlements_signed(organisation: UUID, settlements: Sequence[UUID]) -> set[UUID]:
    """Which of these settlements their workers have signed."""
    rows = await fetch(
        "SELECT DISTINCT settlement FROM wage_signature WHERE organisation = $1"
        " AND settlement = ANY($2) AND outcome IN ('signed', 'for_record')",
        organisation,
        list(settlements),
    )
    return {row["settlement"] for row in rows}
