"""SQL of what was paid from wage sheets and settlements."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from daywork.ground.database import fetch, fetch_value


async def payments_from_sheet(organisation: UUID, sheet: UUID) -> dict[UUID, int]:
    """By worker: how many payments were ever made from this version, void ones too."""
    rows = await fetch(
        "SELECT worker, count(*) AS n FROM payment WHERE organisation = $1 AND wage_sheet = $2"
        " GROUP BY worker",
        organisation,
        sheet,
    )
    return {row["worker"]: row["n"] for row in rows}


async def times_paid(organisation: UUID, settlement: UUID) -> int:
    """How many payments were ever made from a settlement, void ones too."""
    times: int = await fetch_value(
        "SELECT count(*) FROM payment WHERE organisation = $1 AND settlement = $2",
        organisation,
        settlement,
    )
    return times


@dataclass(frozen=True, slots=True)
class OwedOn:
    """What a line of a closed sheet says is owed, payments left out."""

    sheet: UUID
    worker: UUID
    owed: Decimal


async def owed_on(organisation: UUID, sheets: Collection[UUID]) -> list[OwedOn]:
    """Earned − advances of every line of these versions."""
    rows = await fetch(
        "SELECT sheet, worker, earned - advances AS owed FROM wage_line"
        " WHERE organisation = $1 AND sheet = ANY($2)",
        organisation,
        list(sheets),
    )
    return [OwedOn(**row) for row in rows]


async def persons_among(organisation: UUID, workers: Collection[UUID]) -> dict[UUID, UUID]:
    """The one who was kept, of those of these records that are one of two."""
    rows = await fetch(
        "SELECT w.id, coalesce(w.merged_into, w.id) AS person FROM worker w"
        " WHERE w.organisation = $1 AND w.id = ANY($2) AND (w.merged_into IS NOT NULL OR EXISTS ("
        " SELECT FROM worker o WHERE o.organisation = $1 AND o.merged_into = w.id))",
        organisation,
        list(workers),
    )
    return {row["id"]: row["person"] for row in rows}


async def settled_until(
    organisation: UUID, site: UUID, persons: Collection[UUID], since: date
) -> dict[UUID, date]:
    """Until which day these were settled with on the site, of those with a settlement that reaches
    ``since``."""
    rows = await fetch(
        """
        SELECT coalesce(w.merged_into, w.id) AS person, max(s.until_day) AS until_day
        FROM settlement s
        JOIN worker w ON w.organisation = s.organisation AND w.id = s.worker
        WHERE s.organisation = $1 AND s.site = $2 AND coalesce(w.merged_into, w.id) = ANY($3)
          AND s.until_day >= $4
        GROUP BY 1
        """,
        organisation,
        site,
        list(persons),
        since,
    )
    return {row["person"]: row["until_day"] for row in rows}


async def paid_of_settlements(
    organisation: UUID, settlements: Collection[UUID]
) -> dict[UUID, Decimal]:
    """By settlement: what the worker had on the site of what it speaks of. Wages of months after
    it, of somebody who came back, are none of that."""
    rows = await fetch(
        """
        SELECT s.id, sum(p.amount) AS amount
        FROM settlement s
        JOIN payment p ON p.organisation = s.organisation AND p.site = s.site
             AND p.worker = s.worker AND p.voided_at IS NULL
             AND (p.for_month <= s.until_day OR p.made_at <= s.closed_at
                  OR p.settlement IS NOT NULL)
        WHERE s.organisation = $1 AND s.id = ANY($2) GROUP BY s.id
        """,
        organisation,
        list(settlements),
    )
    return {row["id"]: row["amount"] for row in rows}
