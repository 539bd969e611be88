"""SQL of what was paid from wage sheets and settlements."""

from collections.abc import Collection
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


async def paid_on_site(
    organisation: UUID, site: UUID, workers: Collection[UUID]
) -> dict[UUID, Decimal]:
    """By worker: every payment that stands, whenever and for whichever month it was made."""
    rows = await fetch(
        "SELECT coalesce(w.merged_into, p.worker) AS worker, sum(p.amount) AS amount"
        " FROM payment p JOIN worker w ON w.organisation = p.organisation AND w.id = p.worker"
        " WHERE p.organisation = $1 AND p.site = $2 AND p.voided_at IS NULL"
        " AND coalesce(w.merged_into, p.worker) = ANY($3) GROUP BY 1",
        organisation,
        site,
        list(workers),
    )
    return {row["worker"]: row["amount"] for row in rows}
