"""SQL of how sites pay overtime."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from daywork.ground.database import execute, fetch


@dataclass(frozen=True, slots=True)
class OvertimeAgreed:
    """A way of paying overtime, and whose word it is."""

    site: UUID
    way: str
    valid_from: date
    note: str
    made_at: datetime
    made_by: str
    """Name."""


async def overtime_rules_of(organisation: UUID, sites: Iterable[UUID]) -> list[OvertimeAgreed]:
    """Every rule of these sites, the latest first."""
    rows = await fetch(
        "SELECT r.site, r.way, r.valid_from, r.note, r.made_at, m.name AS made_by"
        " FROM overtime_rule r JOIN member m ON m.organisation = r.organisation"
        " AND m.id = r.made_by WHERE r.organisation = $1 AND r.site = ANY($2)"
        " ORDER BY r.valid_from DESC, r.made_at DESC",
        organisation,
        list(sites),
    )
    return [OvertimeAgreed(**row) for row in rows]


async def insert_overtime_rule(
    organisation: UUID,
    rule: UUID,
    *,
    site: UUID,
    way: str,
    valid_from: date,
    note: str,
    made_by: UUID,
) -> None:
    """From a day on."""
    await execute(
        "INSERT INTO overtime_rule (organisation, id, site, way, valid_from, note, made_by,"
        " made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp())",
        organisation,
        rule,
        site,
        way,
        valid_from,
        note,
        made_by,
    )
