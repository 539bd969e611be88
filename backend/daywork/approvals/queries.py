"""SQL of approvals: what waits on a site, one record as its page shows it, and its versions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from daywork.approvals.rules import DECIDED_HERE, LineSeen
from daywork.ground.database import fetch
from daywork.ground.terms import EntryKind, EntryState, StopCause, TaskStatus
from daywork.people.actor import Actor


@dataclass(frozen=True, slots=True)
class Record:
    """A labour sheet or a progress report, as the queue and its page show it."""

    id: UUID
    kind: EntryKind
    site: UUID
    crew: UUID | None
    crew_name: str
    """The crew of a sheet; empty for a report."""
    task: UUID | None
    task_code: str
    task_name: str
    task_name_en: str
    work_day: date
    author: UUID
    author_name: str
    state: EntryState
    version: int
    received_at: datetime
    """When its present version came in."""
    first_received_at: datetime
    clock_doubtful: bool
    return_reason: str | None
    decided_by_name: str | None
    decided_at: datetime | None
    note: str
    # a sheet's
    man_days: Decimal | None
    overtime_hours: Decimal | None
    workers: int | None
    """At work: lines with neither 工 nor overtime are not counted."""
    # a report's
    percent: Decimal | None
    quantity_done: Decimal | None
    quantity: Decimal | None
    unit: str
    status: TaskStatus | None
    cause: StopCause | None
    planned_start: date | None
    planned_finish: date | None

    @property
    def is_sheet(self) -> bool:
        """A labour sheet, else a progress report."""
        return self.kind is EntryKind.LABOUR_SHEET


_RECORD = """
    SELECT e.id, e.kind, e.site, e.crew, coalesce(c.name, '') AS crew_name, e.task,
           coalesce(t.code, '') AS task_code, coalesce(t.name, '') AS task_name,
           coalesce(t.name_en, '') AS task_name_en, e.work_day, e.author, m.name AS author_name,
           e.state, e.version, e.received_at,
           coalesce(v.received_at, e.received_at) AS first_received_at, e.clock_doubtful,
           e.return_reason, d.name AS decided_by_name, e.decided_at,
           coalesce(s.note, p.note, '') AS note, s.man_days, s.overtime_hours, s.workers,
           p.percent, p.quantity_done, t.quantity, coalesce(t.unit, '') AS unit,
           p.status, p.cause, t.planned_start, t.planned_finish
    FROM entry e
    JOIN member m ON m.organisation = e.organisation AND m.id = e.author
    LEFT JOIN entry_version v ON v.organisation = e.organisation AND v.entry = e.id
         AND v.version = 1
    LEFT JOIN member d ON d.organisation = e.organisation AND d.id = e.decided_by
    LEFT JOIN crew c ON c.organisation = e.organisation AND c.id = e.crew
    LEFT JOIN task t ON t.organisation = e.organisation AND t.id = e.task
    LEFT JOIN labour_sheet s ON s.organisation = e.organisation AND s.entry = e.id
    LEFT JOIN progress_report p ON p.organisation = e.organisation AND p.entry = e.id
    WHERE e.organisation = $1 AND e.kind = ANY($2)
"""


def _record(row: object) -> Record:
    values = dict(row)  # type: ignore[call-overload]
    values["kind"] = EntryKind(values["kind"])
    values["state"] = EntryState(values["state"])
    values["status"] = TaskStatus(values["status"]) if values["status"] else None
    values["cause"] = StopCause(values["cause"]) if values["cause"] else None
    return Record(**values)


async def records_waiting(actor: Actor, site: UUID) -> list[Record]:
    """Everything that waits for a decision on the site, the oldest work day first."""
    rows = await fetch(
        _RECORD + " AND e.site = $3 AND e.state = 'submitted'"
        " ORDER BY e.work_day, e.kind, crew_name, e.received_at, e.id",
        actor.organisation,
        list(DECIDED_HERE),
        site,
    )
    return [_record(row) for row in rows]


async def records_by_id(actor: Actor, entries: Collection[UUID]) -> dict[UUID, Record]:
    """These records, whatever their state; unknown ones and other kinds are left out."""
    rows = await fetch(
        _RECORD + " AND e.id = ANY($3)",
        actor.organisation,
        list(DECIDED_HERE),
        list(entries),
    )
    return {row["id"]: _record(row) for row in rows}


async def waiting_by_site(actor: Actor, sites: Collection[UUID]) -> dict[UUID, int]:
    """How many records wait on each of these sites; a site where none does is left out."""
    rows = await fetch(
        "SELECT site, count(*) AS waiting FROM entry WHERE organisation = $1 AND site = ANY($2)"
        " AND state = 'submitted' AND kind = ANY($3) GROUP BY site",
        actor.organisation,
        list(sites),
        list(DECIDED_HERE),
    )
    return {row["site"]: row["waiting"] for row in rows}


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line of a sheet's present version, as its page shows it."""

    worker: UUID
    name: str
    trade: str
    trade_en: str
    unit: str
    amount: Decimal
    man_days: Decimal
    hours_per_day: Decimal
    overtime_hours: Decimal
    task_code: str
    task_name: str
    task_name_en: str
    note: str


async def lines_of(actor: Actor, sheet: UUID) -> list[SheetLine]:
    """The lines of the sheet's present version, by the worker's number and name."""
    rows = await fetch(
        """
        SELECT l.worker, w.name, coalesce(tr.name, '') AS trade,
               coalesce(tr.name_en, '') AS trade_en, l.unit, l.amount, l.man_days,
               l.hours_per_day, l.overtime_hours, coalesce(t.code, '') AS task_code,
               coalesce(t.name, '') AS task_name, coalesce(t.name_en, '') AS task_name_en, l.note
        FROM labour_line l
        JOIN worker w ON w.organisation = l.organisation AND w.id = l.worker
        LEFT JOIN trade tr ON tr.organisation = l.organisation AND tr.id = w.trade
        LEFT JOIN task t ON t.organisation = l.organisation AND t.id = l.task
        WHERE l.organisation = $1 AND l.sheet = $2 AND l.live
        ORDER BY w.number, w.name, w.id
        """,
        actor.organisation,
        sheet,
    )
    return [SheetLine(**row) for row in rows]


async def lines_by_version(actor: Actor, sheet: UUID) -> dict[int, list[LineSeen]]:
    """The lines of every version of a sheet: what two versions are compared by."""
    rows = await fetch(
        """
        SELECT l.version, l.worker, w.name, l.man_days, l.overtime_hours,
               coalesce(t.code, '') AS task, l.note
        FROM labour_line l
        JOIN worker w ON w.organisation = l.organisation AND w.id = l.worker
        LEFT JOIN task t ON t.organisation = l.organisation AND t.id = l.task
        WHERE l.organisation = $1 AND l.sheet = $2
        ORDER BY l.version, w.number, w.name, w.id
        """,
        actor.organisation,
        sheet,
    )
    found: dict[int, list[LineSeen]] = {}
    for row in rows:
        values = dict(row)
        found.setdefault(values.pop("version"), []).append(LineSeen(**values))
    return found


# What doubts are made of


@dataclass(frozen=True, slots=True)
class LineOnSheet:
    """A line with what is on record of its worker."""

    sheet: UUID
    worker: UUID
    name: str
    trade: UUID | None
    man_days: Decimal
    overtime_hours: Decimal
    left_on: date | None


async def lines_on_sheets(actor: Actor, sheets: Sequence[UUID]) -> dict[UUID, list[LineOnSheet]]:
    """The present lines of these sheets that claim work."""
    rows = await fetch(
        """
        SELECT l.sheet, l.worker, w.name, w.trade, l.man_days, l.overtime_hours, r.left_on
        FROM labour_line l
        JOIN worker w ON w.organisation = l.organisation AND w.id = l.worker
        LEFT JOIN roster r ON r.organisation = l.organisation AND r.site = l.site
             AND r.worker = l.worker
        WHERE l.organisation = $1 AND l.sheet = ANY($2) AND l.live
          AND (l.man_days > 0 OR l.overtime_hours > 0)
        ORDER BY l.sheet, w.number, w.name, w.id
        """,
        actor.organisation,
        list(sheets),
    )
    found: dict[UUID, list[LineOnSheet]] = {}
    for row in rows:
        found.setdefault(row["sheet"], []).append(LineOnSheet(**row))
    return found


@dataclass(frozen=True, slots=True)
class OtherBooking:
    """A worker of one sheet on another sheet of the same day."""

    sheet: UUID
    worker: UUID
    other: UUID
    crew: str
    site: str
    man_days: Decimal


async def other_bookings(actor: Actor, sheets: Sequence[UUID]) -> list[OtherBooking]:
    """Where else in the company the workers of these sheets are booked that day.

    A returned or voided sheet claims nothing until it comes back.
    """
    rows = await fetch(
        """
        SELECT mine.sheet, mine.worker, other.sheet AS other, c.name AS crew, s.name AS site,
               other.man_days
        FROM labour_line mine
        JOIN labour_line other ON other.organisation = mine.organisation
             AND other.worker = mine.worker AND other.work_day = mine.work_day
             AND other.sheet <> mine.sheet AND other.live AND other.state <> 'void'
             AND other.state <> 'returned' AND other.man_days > 0
        JOIN crew c ON c.organisation = other.organisation AND c.id = other.crew
        JOIN site s ON s.organisation = other.organisation AND s.id = other.site
        WHERE mine.organisation = $1 AND mine.sheet = ANY($2) AND mine.live
          AND (mine.man_days > 0 OR mine.overtime_hours > 0)
        ORDER BY mine.sheet, mine.worker, s.name, c.name, other.sheet
        """,
        actor.organisation,
        list(sheets),
    )
    return [OtherBooking(**row) for row in rows]


async def days_of_crews(
    actor: Actor, crews: Collection[UUID], first: date, last: date
) -> dict[UUID, list[tuple[date, str]]]:
    """Day by day, latest first, a fingerprint of who of the crew worked how much.

    Two days with the same fingerprint have the same workers with the same 工 and overtime.
    """
    rows = await fetch(
        """
        SELECT crew, work_day, md5(string_agg(
                   worker::text || ' ' || trim_scale(man_days) || ' '
                   || trim_scale(overtime_hours), ',' ORDER BY worker)) AS fingerprint
        FROM (
            SELECT crew, work_day, worker, sum(man_days) AS man_days,
                   sum(overtime_hours) AS overtime_hours
            FROM labour_line
            WHERE organisation = $1 AND crew = ANY($2) AND work_day BETWEEN $3 AND $4
              AND live AND state NOT IN ('void', 'returned')
              AND (man_days > 0 OR overtime_hours > 0)
              AND site IN (SELECT site FROM crew
                           WHERE crew.organisation = $1 AND crew.id = ANY($2))
            GROUP BY crew, work_day, worker
        ) AS worked
        GROUP BY crew, work_day ORDER BY crew, work_day DESC
        """,
        actor.organisation,
        list(crews),
        first,
        last,
    )
    found: dict[UUID, list[tuple[date, str]]] = {}
    for row in rows:
        found.setdefault(row["crew"], []).append((row["work_day"], row["fingerprint"]))
    return found


async def reports_before(actor: Actor, reports: Sequence[UUID]) -> dict[UUID, tuple[Decimal, date]]:
    """Percent and day of the report before each of these, by work day, then by arrival."""
    rows = await fetch(
        """
        SELECT p.entry, before.percent, before.work_day
        FROM progress_report p
        JOIN entry e ON e.organisation = p.organisation AND e.id = p.entry
        CROSS JOIN LATERAL (
            SELECT o.percent, o.work_day
            FROM progress_report o
            JOIN entry oe ON oe.organisation = o.organisation AND oe.id = o.entry
            WHERE o.organisation = p.organisation AND o.task = p.task AND o.entry <> p.entry
              AND oe.state IN ('submitted', 'approved')
              AND (o.work_day, oe.received_at) < (p.work_day, e.received_at)
            ORDER BY o.work_day DESC, oe.received_at DESC LIMIT 1
        ) AS before
        WHERE p.organisation = $1 AND p.entry = ANY($2)
        """,
        actor.organisation,
        list(reports),
    )
    return {row["entry"]: (row["percent"], row["work_day"]) for row in rows}
