"""SQL of settlements. They are added and read, never changed."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from daywork.chain.wage_contents import COLUMNS, SETTLEMENT
from daywork.ground.database import fetch, fetch_one
from daywork.wages.rules import Figures, Person


@dataclass(frozen=True, slots=True)
class MonthSaid:
    """A month of a settlement."""

    month: date
    man_days: Decimal
    overtime_hours: Decimal
    earned: Decimal
    advances: Decimal
    paid: Decimal

    @property
    def owed(self) -> Decimal:
        return self.earned - self.advances - self.paid


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a worker is owed to a day, as it was frozen."""

    id: UUID
    site: UUID
    worker: UUID
    version: int
    reason: str
    batch: UUID | None
    until_day: date
    why: str
    employer: str
    site_name: str
    currency: str
    person: Person
    first_day: date | None
    last_day: date | None
    figures: Figures
    """Overtime of all kinds of days together stands in ``overtime_workday``."""
    months: list[MonthSaid]
    closed_by: UUID
    closed_at: datetime
    closed_by_name: str = ""
    latest: bool = True
    warnings: list[dict[str, Any]] = field(default_factory=list)

    @property
    def payable(self) -> Decimal:
        return self.figures.payable


_AMOUNTS = (
    "labour",
    "overtime",
    "piecework",
    "monthly",
    "allowances",
    "deductions",
    "advances",
    "paid",
)
_SETTLEMENT = f"""
    SELECT {", ".join(f"s.{name}" for name in COLUMNS[SETTLEMENT])}, m.name AS closed_by_name,
           NOT EXISTS (SELECT FROM settlement n WHERE n.organisation = s.organisation
               AND n.site = s.site AND n.worker = s.worker AND n.version > s.version) AS latest
    FROM settlement s JOIN member m ON m.organisation = s.organisation AND m.id = s.closed_by
    WHERE s.organisation = $1
"""  # noqa: S608 - our own words


def _settlement(row: Mapping[str, Any]) -> Settlement:
    kept = {
        name: row[name]
        for name in Settlement.__dataclass_fields__
        if name not in ("person", "figures", "months", "warnings")
    }
    amounts: dict[str, Any] = {name: row[name] for name in _AMOUNTS}
    return Settlement(
        **kept,
        person=Person(**{name: row[name] for name in Person.__dataclass_fields__}),
        figures=Figures(
            man_days=row["man_days"], overtime_workday=row["overtime_hours"], **amounts
        ),
        months=[
            MonthSaid(
                date.fromisoformat(one["month"]),
                *(
                    Decimal(one[name])
                    for name in ("man_days", "overtime_hours", "earned", "advances", "paid")
                ),
            )
            for one in json.loads(row["months"])
        ],
        warnings=json.loads(row["warnings"]),
    )


async def settlement_by_id(organisation: UUID, settlement: UUID) -> Settlement | None:
    """One settlement, or None."""
    row = await fetch_one(_SETTLEMENT + " AND s.id = $2", organisation, settlement)
    return None if row is None else _settlement(dict(row))


async def settlements_of(organisation: UUID, site: UUID) -> list[Settlement]:
    """The newest version of every settlement of the site, the latest first."""
    rows = await fetch(
        _SETTLEMENT + " AND s.site = $2 ORDER BY s.closed_at DESC, s.name LIMIT 2000",
        organisation,
        site,
    )
    return [one for row in rows if (one := _settlement(dict(row))).latest]


async def settlements_until(
    organisation: UUID, site: UUID, first: date, last: date
) -> list[Settlement]:
    """The newest settlements that count until a day of this time, in its order."""
    rows = await fetch(
        f"SELECT * FROM ({_SETTLEMENT}) one WHERE site = $2 AND latest"  # noqa: S608 - our own words
        " AND until_day BETWEEN $3 AND $4 ORDER BY until_day, name, id",
        organisation,
        site,
        first,
        last,
    )
    return [_settlement(dict(row)) for row in rows]


async def settled(
    organisation: UUID, site: UUID, workers: Collection[UUID]
) -> dict[UUID, Settlement]:
    """The newest settlement of each of these workers, of those who have one."""
    rows = await fetch(
        _SETTLEMENT + " AND s.site = $2 AND s.worker = ANY($3)", organisation, site, list(workers)
    )
    found = [_settlement(dict(row)) for row in rows]
    return {one.worker: one for one in found if one.latest}


async def versions_of(organisation: UUID, site: UUID, worker: UUID) -> list[Settlement]:
    """Every version of a worker's settlement, the oldest first."""
    rows = await fetch(
        _SETTLEMENT + " AND s.site = $2 AND s.worker = $3 ORDER BY s.version",
        organisation,
        site,
        worker,
    )
    return [_settlement(dict(row)) for row in rows]


async def completion_of(organisation: UUID, site: UUID) -> tuple[date | None, date | None]:
    """When the site was completed, else when it is planned to be; and until when the lock holds,
    once that is known."""
    row = await fetch_one(
        "SELECT coalesce(completed_on, ends_on) AS completed,"
        " records_kept_until(organisation, id) AS lock"
        " FROM site WHERE organisation = $1 AND id = $2",
        organisation,
        site,
    )
    return (None, None) if row is None else (row["completed"], row["lock"])


async def insert_settlement(organisation: UUID, one: Settlement) -> dict[str, Any]:
    """Freeze it; returns the row as the chain spells it."""
    figures = one.figures
    values: dict[str, Any] = {
        **{name: getattr(one.person, name) for name in Person.__dataclass_fields__},
        **{name: getattr(figures, name) for name in _AMOUNTS},
        "man_days": figures.man_days,
        "overtime_hours": figures.overtime_hours,
        "earned": figures.earned,
        "payable": figures.payable,
        "months": json.dumps(
            [
                {
                    "month": said.month,
                    "man_days": said.man_days,
                    "overtime_hours": said.overtime_hours,
                    "earned": said.earned,
                    "advances": said.advances,
                    "paid": said.paid,
                }
                for said in one.months
            ],
            default=str,
        ),
        "warnings": json.dumps(one.warnings),
    }
    columns = COLUMNS[SETTLEMENT]
    places = ", ".join(f"${number}" for number in range(2, len(columns) + 2))
    kept = await fetch_one(
        f"INSERT INTO settlement (organisation, {', '.join(columns)}) VALUES ($1, {places})"  # noqa: S608 - our own words
        f" RETURNING {', '.join(columns)}",
        organisation,
        *(values[name] if name in values else getattr(one, name) for name in columns),
    )
    assert kept is not None  # noqa: S101 - it was just written
    return dict(kept)
