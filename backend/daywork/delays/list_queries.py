"""SQL of the delays page: what is and was late, and the days lost by cause."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from daywork.delays.pareto import Lost
from daywork.ground.database import fetch, fetch_one
from daywork.ground.terms import DelayCause

CLOSED_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody said of a delay."""

    entry: UUID
    delay: UUID
    day: date
    days: Decimal
    note: str
    author: str
    state: str
    photos: list[UUID]


@dataclass(frozen=True, slots=True)
class DelaySeen:
    """One delay with its task's name."""

    id: UUID
    task: UUID
    code: str
    name: str
    cause: DelayCause
    detected: bool
    days: Decimal
    worsened: int
    facts: dict[str, Any]
    opened_on: date
    closed_on: date | None
    closed_why: str | None
    reports: list[Report] = field(default_factory=list)


async def delays_seen(
    organisation: UUID, site: UUID, *, english: bool, task: UUID | None = None
) -> list[DelaySeen]:
    """Open delays, the longest first; then the latest closed ones."""
    rows = await fetch(
        """
        SELECT d.id, d.task, t.code,
               CASE WHEN $3 THEN coalesce(nullif(t.name_en, ''), t.name) ELSE t.name END AS name,
               d.cause, d.detected, d.days, d.worsened, d.facts, d.opened_on, d.closed_on,
               d.closed_why
        FROM delay d
        JOIN task t ON t.organisation = d.organisation AND t.id = d.task
        WHERE d.organisation = $1 AND d.site = $2 AND ($4::uuid IS NULL OR d.task = $4)
        ORDER BY d.closed_on IS NOT NULL, d.closed_on DESC, d.days DESC, d.opened_on,
                 t.position, d.id
        LIMIT (SELECT count(*) FROM delay o WHERE o.organisation = $1 AND o.site = $2
               AND o.closed_on IS NULL) + $5
        """,
        organisation,
        site,
        english,
        task,
        CLOSED_SHOWN,
    )
    reports = await _reports_of(organisation, [row["id"] for row in rows])
    return [
        DelaySeen(
            **{
                **row,
                "cause": DelayCause(row["cause"]),
                "facts": json.loads(row["facts"]),
                "reports": [one for one in reports if one.delay == row["id"]],
            }
        )
        for row in rows
    ]


async def _reports_of(organisation: UUID, delays: Sequence[UUID]) -> list[Report]:
    rows = await fetch(
        """
        SELECT r.entry, r.delay, r.work_day AS day, r.days, r.note, m.name AS author, e.state,
               ARRAY(SELECT f.id FROM photo f
                     JOIN entry fe ON fe.organisation = f.organisation AND fe.id = f.id
                     WHERE f.organisation = $1 AND f.of_entry = r.entry
                       AND f.state = 'complete' AND fe.state <> 'void' ORDER BY f.id) AS photos
        FROM delay_report r
        JOIN entry e ON e.organisation = r.organisation AND e.id = r.entry
        JOIN member m ON m.organisation = e.organisation AND m.id = e.author
        WHERE r.organisation = $1 AND r.delay = ANY($2) AND e.state <> 'void'
        ORDER BY r.work_day DESC, e.received_at DESC, r.entry
        """,
        organisation,
        list(delays),
    )
    return [Report(**{**row, "photos": list(row["photos"])}) for row in rows]


async def days_lost(organisation: UUID, site: UUID) -> list[Lost]:
    """Days lost by month and cause, as the reports that stand say; latest month first."""
    rows = await fetch(
        """
        SELECT date_trunc('month', r.work_day)::date AS month, r.cause, sum(r.days) AS days,
               count(*) AS reports
        FROM delay_report r
        JOIN entry e ON e.organisation = r.organisation AND e.id = r.entry
        WHERE r.organisation = $1 AND r.site = $2 AND e.state IN ('submitted', 'approved')
        GROUP BY 1, 2 ORDER BY 1 DESC, 3 DESC, 2
        """,
        organisation,
        site,
    )
    return [
        Lost(row["month"], DelayCause(row["cause"]), row["days"], row["reports"]) for row in rows
    ]


async def open_on(
    organisation: UUID, sites: Sequence[UUID], task: UUID | None
) -> tuple[int, Decimal | None]:
    """How many delays are open on these sites (of one task), and the longest of them in days."""
    row = await fetch_one(
        "SELECT count(*) AS open, max(days) AS longest FROM delay WHERE organisation = $1"
        " AND site = ANY($2) AND closed_on IS NULL AND ($3::uuid IS NULL OR task = $3)",
        organisation,
        list(sites),
        task,
    )
    return (row["open"], row["longest"]) if row else (0, None)
