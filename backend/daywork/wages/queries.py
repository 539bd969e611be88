"""SQL of wage sheets: drafts, versions with their lines, and the people on them."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any
from uuid import UUID

from daywork.chain.wage_contents import COLUMNS, LINE_COLUMNS, WAGES
from daywork.ground.database import execute, fetch, fetch_one
from daywork.people.actor import Actor
from daywork.wages.rules import Figures, ItemSaid, Line, Person, Rate


@dataclass(frozen=True, slots=True)
class Draft:
    """A month that somebody has begun to make a wage sheet of."""

    id: UUID
    site: UUID
    crew: UUID | None
    month: date
    pay_day: date | None
    made_by_name: str
    made_at: datetime


_DRAFT = (
    "SELECT d.id, d.site, d.crew, d.month, d.pay_day, m.name AS made_by_name, d.made_at"
    " FROM wage_draft d JOIN member m ON m.organisation = d.organisation AND m.id = d.made_by"
    " WHERE d.organisation = $1"
)


async def drafts_of(organisation: UUID, site: UUID, month: date) -> list[Draft]:
    """The month's drafts on a site."""
    rows = await fetch(_DRAFT + " AND d.site = $2 AND d.month = $3", organisation, site, month)
    return [Draft(**row) for row in rows]


async def draft_by_id(organisation: UUID, draft: UUID) -> Draft | None:
    """One draft, or None."""
    row = await fetch_one(_DRAFT + " AND d.id = $2", organisation, draft)
    return None if row is None else Draft(**row)


async def insert_draft(
    actor: Actor,
    draft: UUID,
    site: UUID,
    crew: UUID | None,
    month: date,
    at: datetime,
) -> None:
    """Begin one; there is none of this month and crew yet."""
    await execute(
        "INSERT INTO wage_draft (organisation, id, site, crew, month, made_by, made_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        actor.organisation,
        draft,
        site,
        crew,
        month,
        actor.member,
        at,
    )


async def delete_draft(organisation: UUID, draft: UUID) -> None:
    """It was closed, or given up; it held nothing but the wish to make a sheet."""
    await execute("DELETE FROM wage_draft WHERE organisation = $1 AND id = $2", organisation, draft)


# Versions


@dataclass(frozen=True, slots=True)
class Version:
    """A closed wage sheet, without its lines."""

    id: UUID
    site: UUID
    crew: UUID | None
    month: date
    version: int
    reason: str
    employer: str
    site_name: str
    crew_name: str
    currency: str
    hours_per_day: list[Decimal]
    pay_day: date | None
    workers: int
    man_days: Decimal
    overtime_hours: Decimal
    earned: Decimal
    advances: Decimal
    paid: Decimal
    payable: Decimal
    closed_by: UUID
    closed_at: datetime
    closed_by_name: str = ""
    latest: bool = True
    """No newer version has taken its place."""
    warnings: list[dict[str, Any]] = field(default_factory=list)


_VERSION = f"""
    SELECT {", ".join(f"s.{name}" for name in COLUMNS[WAGES])}, m.name AS closed_by_name,
           NOT EXISTS (SELECT FROM wage_sheet n WHERE n.organisation = s.organisation
               AND n.site = s.site AND n.month = s.month
               AND n.crew IS NOT DISTINCT FROM s.crew AND n.version > s.version) AS latest
    FROM wage_sheet s JOIN member m ON m.organisation = s.organisation AND m.id = s.closed_by
    WHERE s.organisation = $1
"""  # noqa: S608 - our own words


def _version(row: Mapping[str, Any]) -> Version:
    return Version(**{**row, "warnings": json.loads(row["warnings"])})


async def versions_of_month(organisation: UUID, site: UUID, month: date) -> list[Version]:
    """Every version of every sheet of the month, the oldest first."""
    rows = await fetch(
        _VERSION + " AND s.site = $2 AND s.month = $3 ORDER BY s.crew, s.version",
        organisation,
        site,
        month,
    )
    return [_version(dict(row)) for row in rows]


async def version_by_id(organisation: UUID, sheet: UUID) -> Version | None:
    """One version, or None."""
    row = await fetch_one(_VERSION + " AND s.id = $2", organisation, sheet)
    return None if row is None else _version(dict(row))


async def crews_of_sheets(organisation: UUID, sheets: Collection[UUID]) -> dict[UUID, UUID | None]:
    """The crew each of these versions is of."""
    rows = await fetch(
        "SELECT id, crew FROM wage_sheet WHERE organisation = $1 AND id = ANY($2)",
        organisation,
        list(sheets),
    )
    return {row["id"]: row["crew"] for row in rows}


async def lines_of(organisation: UUID, sheet: UUID) -> list[Line]:
    """The lines of one version, in their order."""
    rows = await fetch(
        f"SELECT {', '.join(LINE_COLUMNS)} FROM wage_line"  # noqa: S608 - our own words
        " WHERE organisation = $1 AND sheet = $2 ORDER BY position",
        organisation,
        sheet,
    )
    return [_line(row) for row in rows]


_PERSON = itemgetter(*Person.__dataclass_fields__)
_FIGURES = itemgetter(*Figures.__dataclass_fields__)


def _line(row: Any) -> Line:
    return Line(
        row["worker"],
        Person(*_PERSON(row)),
        Figures(*_FIGURES(row)),
        tuple(
            Rate(one["unit"], Decimal(one["amount"]), Decimal(one["man_days"]))
            for one in json.loads(row["rates"])
        ),
        tuple(
            ItemSaid(
                one["kind"], Decimal(one["amount"]), one["note"], date.fromisoformat(one["day"])
            )
            for one in json.loads(row["items"])
        ),
    )


async def insert_version(actor: Actor, version: Version, lines: Sequence[Line]) -> None:
    """Freeze it with all its lines."""
    values = {name: getattr(version, name) for name in COLUMNS[WAGES]}
    values["warnings"] = json.dumps(version.warnings)
    places = ", ".join(f"${number}" for number in range(2, len(values) + 2))
    await execute(
        f"INSERT INTO wage_sheet (organisation, {', '.join(values)})"  # noqa: S608 - our own words
        f" VALUES ($1, {places})",
        actor.organisation,
        *values.values(),
    )
    columns = ("organisation", "sheet", *LINE_COLUMNS)
    await execute(
        f"INSERT INTO wage_line ({', '.join(columns)})"  # noqa: S608 - our own words
        f" SELECT {', '.join(columns)} FROM jsonb_populate_recordset(NULL::wage_line, $1)",
        json.dumps(
            [
                _row(actor.organisation, version.id, place, line)
                for place, line in enumerate(lines, 1)
            ],
            default=str,
        ),
    )


def _row(organisation: UUID, sheet: UUID, position: int, line: Line) -> dict[str, Any]:
    person, figures = line.person, line.figures
    return {
        "organisation": organisation,
        "sheet": sheet,
        "worker": line.worker,
        "position": position,
        **{name: getattr(person, name) for name in Person.__dataclass_fields__},
        **{name: getattr(figures, name) for name in Figures.__dataclass_fields__},
        "earned": figures.earned,
        "payable": figures.payable,
        "rates": [
            {"unit": one.unit, "amount": one.amount, "man_days": one.man_days} for one in line.rates
        ],
        "items": [
            {"kind": one.kind, "amount": one.amount, "note": one.note, "day": one.day}
            for one in line.items
        ],
    }


async def chained_rows(
    organisation: UUID, sheet: UUID
) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    """A version and its lines as the chain spells them."""
    row = await fetch_one(
        f"SELECT {', '.join(COLUMNS[WAGES])} FROM wage_sheet"  # noqa: S608 - our own words
        " WHERE organisation = $1 AND id = $2",
        organisation,
        sheet,
    )
    assert row is not None  # noqa: S101 - it was written by this transaction
    lines = await fetch(
        f"SELECT {', '.join(LINE_COLUMNS)} FROM wage_line"  # noqa: S608 - our own words
        " WHERE organisation = $1 AND sheet = $2",
        organisation,
        sheet,
    )
    return dict(row), [dict(line) for line in lines]


# People and crews


@dataclass(frozen=True, slots=True)
class Known:
    """A worker as the office knows him, and the crew of the site's roster."""

    worker: UUID
    name: str
    number: str
    trade: str
    phone: str
    crew: UUID | None
    left_on: date | None


async def people_of(organisation: UUID, site: UUID, workers: Collection[UUID]) -> list[Known]:
    """These workers."""
    rows = await fetch(
        """
        SELECT w.id AS worker, w.name, w.number, coalesce(t.name, '') AS trade,
               coalesce(w.phone, '') AS phone, r.crew, r.left_on
        FROM worker w
        LEFT JOIN trade t ON t.organisation = w.organisation AND t.id = w.trade
        LEFT JOIN roster r ON r.organisation = w.organisation AND r.worker = w.id AND r.site = $2
        WHERE w.organisation = $1 AND w.id = ANY($3)
        """,
        organisation,
        site,
        list(workers),
    )
    return [Known(**row) for row in rows]


async def employer_of(organisation: UUID) -> tuple[str, str]:
    """The company's name and its currency."""
    row = await fetch_one("SELECT name, currency FROM organisation WHERE id = $1", organisation)
    assert row is not None  # noqa: S101 - the actor is one of its members
    return row["name"], row["currency"]


async def advances_waiting(organisation: UUID, site: UUID, first: date, last: date) -> set[UUID]:
    """Workers with an advance of these days that nobody has decided on."""
    rows = await fetch(
        "SELECT DISTINCT coalesce(w.merged_into, w.id) AS worker FROM advance a"
        " JOIN worker w ON w.organisation = a.organisation AND w.id = a.worker"
        " WHERE a.organisation = $1 AND a.site = $2"
        " AND a.work_day BETWEEN $3 AND $4 AND a.state IN ('submitted', 'returned')",
        organisation,
        site,
        first,
        last,
    )
    return {row["worker"] for row in rows}
