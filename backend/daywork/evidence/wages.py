"""Wage sheets, settlements and their signatures, as the check and the verify page read them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from daywork.chain.rules import Link
from daywork.chain.wage_contents import (
    CHAINED,
    COLUMNS,
    CROSS_CHECK,
    DISPUTE_ANSWER,
    LINE_COLUMNS,
    SETTLEMENT,
    TABLES,
    WAGE_KINDS,
    WAGE_PAPER,
    WAGE_SIGNATURE,
    WAGES,
)
from daywork.evidence.queries import Row, fetch

WageRow = tuple[str, Row, list[Row]]
"""Kind, row and, of a wage sheet, its lines."""


async def wage_rows(
    organisation: UUID, site: UUID, only: tuple[str, UUID] | None = None
) -> list[WageRow]:
    """Everything about wages that the site's chain must speak of; ``only`` one kind and row."""
    found: list[WageRow] = []
    for kind in WAGE_KINDS if only is None else (only[0],):
        rows = await fetch(
            f"SELECT {', '.join(COLUMNS[kind])} FROM {TABLES[kind]}"  # noqa: S608 - our own words
            f" WHERE {CHAINED.get(kind, 'true')} AND organisation = $1 AND site = $2"
            " AND ($3::uuid IS NULL OR id = $3) ORDER BY id",
            organisation,
            site,
            only[1] if only else None,
        )
        lines: dict[UUID, list[Row]] = {}
        if kind == WAGES:
            for line in await fetch(
                f"SELECT sheet, {', '.join(LINE_COLUMNS)} FROM wage_line"  # noqa: S608 - our own words
                " WHERE organisation = $1 AND sheet = ANY($2)",
                organisation,
                [row["id"] for row in rows],
            ):
                lines.setdefault(line["sheet"], []).append(line)
        found += [(kind, row, lines.get(row["id"], [])) for row in rows]
    return found


def wage_words(kind: str, row: Row) -> str:
    """What a row is, for a fault."""
    if kind == WAGES:
        crew = f" of {row['crew_name']}" if row["crew_name"] else ""
        return f"the wage sheet of {row['month']:%Y-%m}{crew}, version {row['version']},"
    if kind == SETTLEMENT:
        return f"the settlement of {row['name']}, version {row['version']},"
    if kind == WAGE_SIGNATURE:
        return f"the signature of {row['name']} for wages"
    if kind == CROSS_CHECK:
        return f"what {row['name']} said of {row['month']:%Y-%m}"
    if kind == DISPUTE_ANSWER:
        return f"the answer to a dispute of {row['work_day']}"
    return f"the signed paper “{row['name']}”"


async def papers_kept(organisation: UUID, site: UUID) -> list[Row]:
    """Id and hash of each paper whose bytes lie in the store."""
    return await fetch(
        "SELECT id, sha256 FROM wage_paper WHERE organisation = $1 AND site = $2 ORDER BY id",
        organisation,
        site,
    )


@dataclass(frozen=True, slots=True)
class WagesSaid:
    """What a code on a wage sheet or settlement leads to."""

    kind: str
    document: UUID
    """The wage sheet or the settlement."""
    is_settlement: bool
    name: str
    """Of the worker, where it is about one."""
    crew_name: str
    month: date | None
    until_day: date | None
    version: int
    latest: bool
    workers: int
    closed_at: datetime
    closed_by: str
    payable: Decimal
    currency: str
    outcome: str
    """Of a signature."""


@dataclass(frozen=True, slots=True)
class CrossCheckSaid:
    """What a code on a worker's answer leads to, or one on the answer to his dispute."""

    name: str
    month: date
    outcome: str
    """``confirmed`` or ``disputed``; of a dispute ``agreed`` or ``declined``."""
    at: datetime


_CROSS_CHECK_SAID = {
    CROSS_CHECK: "SELECT name, month, outcome, at FROM cross_check"
    " WHERE organisation = $1 AND id = $2",
    DISPUTE_ANSWER: "SELECT c.name, c.month, d.outcome, d.answered_at AS at"
    " FROM cross_check_dispute d JOIN cross_check c"
    " ON c.organisation = d.organisation AND c.id = d.cross_check"
    " WHERE d.organisation = $1 AND d.id = $2 AND d.outcome IS NOT NULL",
}


async def cross_check_said(link: Link) -> CrossCheckSaid | None:
    """What a link of the cross-check speaks of; None for anything else, or what is gone."""
    if link.kind not in _CROSS_CHECK_SAID:
        return None
    rows = await fetch(_CROSS_CHECK_SAID[link.kind], link.organisation, link.subject)
    return CrossCheckSaid(**rows[0]) if rows else None


async def wages_said(link: Link) -> WagesSaid | None:
    """What a link about wages speaks of; None for anything else, or what is gone."""
    if link.kind not in WAGE_KINDS or link.kind in _CROSS_CHECK_SAID:
        return None
    name = outcome = ""
    kind, document = link.kind, link.subject
    if kind in (WAGE_SIGNATURE, WAGE_PAPER):
        said = await fetch(
            f"SELECT * FROM {TABLES[kind]} WHERE organisation = $1 AND id = $2",  # noqa: S608 - our own words
            link.organisation,
            link.subject,
        )
        if not said:
            return None
        name, outcome = said[0]["name"], said[0].get("outcome", "")
        kind = WAGES if said[0]["sheet"] else SETTLEMENT
        document = said[0]["sheet"] or said[0]["settlement"]
    row = await _document(link.organisation, kind, document)
    if row is None:
        return None
    settlement = kind == SETTLEMENT
    return WagesSaid(
        link.kind,
        document,
        settlement,
        row["name"] if settlement else name,
        row["crews"] if settlement else row["crew_name"],
        None if settlement else row["month"],
        row["until_day"] if settlement else None,
        row["version"],
        row["latest"],
        1 if settlement else row["workers"],
        row["closed_at"],
        row["closed_by_name"],
        row["payable"],
        row["currency"],
        outcome,
    )


async def _document(organisation: UUID, kind: str, document: UUID) -> dict[str, Any] | None:
    same = (
        "n.worker = s.worker"
        if kind == SETTLEMENT
        else "n.month = s.month AND n.crew IS NOT DISTINCT FROM s.crew"
    )
    rows = await fetch(
        f"""
        SELECT s.*, m.name AS closed_by_name,
               NOT EXISTS (SELECT FROM {TABLES[kind]} n WHERE n.organisation = s.organisation
                   AND n.site = s.site AND {same} AND n.version > s.version) AS latest
        FROM {TABLES[kind]} s
        JOIN member m ON m.organisation = s.organisation AND m.id = s.closed_by
        WHERE s.organisation = $1 AND s.id = $2
        """,  # noqa: S608 - our own words
        organisation,
        document,
    )
    return rows[0] if rows else None
