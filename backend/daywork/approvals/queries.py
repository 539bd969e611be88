"""SQL of approvals: what waits on a site, one record as its page shows it, and its versions."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from daywork.approvals.rules import DECIDED_HERE, LineSeen
from daywork.ground.database import fetch
from daywork.ground.names import by_name
from daywork.ground.terms import DelayCause, EntryKind, EntryState, StopCause, TaskStatus
from daywork.money.rules import Handed
from daywork.people.actor import Actor


@dataclass(frozen=True, slots=True)
class Record:
    """A labour sheet, a progress report, days lost or an advance, as the queue and its page show
    it."""

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
    steps_passed: int
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
    # of days lost
    days_lost: Decimal | None
    lost_by: DelayCause | None
    # of an advance
    advance: Decimal | None
    handed: Handed | None
    worker: UUID | None
    worker_name: str

    @property
    def is_sheet(self) -> bool:
        """A labour sheet, else a report on a task."""
        return self.kind is EntryKind.LABOUR_SHEET

    @property
    def is_delay(self) -> bool:
        """A report of days lost."""
        return self.kind is EntryKind.DELAY

    @property
    def is_advance(self) -> bool:
        """Money handed to a worker before payday."""
        return self.kind is EntryKind.ADVANCE


_RECORD = """
    SELECT e.id, e.kind, e.site, e.crew, coalesce(c.name, '') AS crew_name, e.task,
           coalesce(t.code, '') AS task_code, coalesce(t.name, '') AS task_name,
           coalesce(t.name_en, '') AS task_name_en, e.work_day, e.author, m.name AS author_name,
           e.state, e.version, e.steps_passed, e.received_at,
           coalesce(v.received_at, e.received_at) AS first_received_at, e.clock_doubtful,
           e.return_reason, d.name AS decided_by_name, e.decided_at,
           coalesce(s.note, p.note, l.note, a.note, '') AS note, s.man_days, s.overtime_hours,
           s.workers,
           p.percent, p.quantity_done, t.quantity, coalesce(t.unit, '') AS unit,
           p.status, p.cause, t.planned_start, t.planned_finish, l.days AS days_lost,
           l.cause AS lost_by, a.amount AS advance, a.handed, a.worker,
           coalesce(w.name, '') AS worker_name
    FROM entry e
    JOIN member m ON m.organisation = e.organisation AND m.id = e.author
    LEFT JOIN entry_version v ON v.organisation = e.organisation AND v.entry = e.id
         AND v.version = 1
    LEFT JOIN member d ON d.organisation = e.organisation AND d.id = e.decided_by
    LEFT JOIN crew c ON c.organisation = e.organisation AND c.id = e.crew
    LEFT JOIN task t ON t.organisation = e.organisation AND t.id = e.task
    LEFT JOIN labour_sheet s ON s.organisation = e.organisation AND s.entry = e.id
    LEFT JOIN progress_report p ON p.organisation = e.organisation AND p.entry = e.id
    LEFT JOIN delay_report l ON l.organisation = e.organisation AND l.entry = e.id
    LEFT JOIN advance a ON a.organisation = e.organisation AND a.entry = e.id
    LEFT JOIN worker w ON w.organisation = e.organisation AND w.id = a.worker
    WHERE e.organisation = $1 AND e.kind = ANY($2)
"""


def _record(row: object) -> Record:
    values = dict(row)  # type: ignore[call-overload]
    values["kind"] = EntryKind(values["kind"])
    values["state"] = EntryState(values["state"])
    values["status"] = TaskStatus(values["status"]) if values["status"] else None
    values["cause"] = StopCause(values["cause"]) if values["cause"] else None
    values["lost_by"] = DelayCause(values["lost_by"]) if values["lost_by"] else None
    values["handed"] = Handed(values["handed"]) if values["handed"] else None
    return Record(**values)


async def records_by_id(actor: Actor, entries: Collection[UUID]) -> dict[UUID, Record]:
    """These records, whatever their state; unknown ones and other kinds are left out."""
    rows = await fetch(
        _RECORD + " AND e.id = ANY($3)",
        actor.organisation,
        list(DECIDED_HERE),
        list(entries),
    )
    return {row["id"]: _record(row) for row in rows}


async def waiting_by_site(actor: Actor, sites: Collection[UUID]) -> dict[tuple[UUID, int], int]:
    """How many records wait, by site and steps passed; where none does is left out."""
    rows = await fetch(
        "SELECT site, steps_passed, count(*) AS waiting FROM entry WHERE organisation = $1"
        " AND site = ANY($2) AND state = 'submitted' AND kind = ANY($3)"
        " GROUP BY site, steps_passed",
        actor.organisation,
        list(sites),
        list(DECIDED_HERE),
    )
    return {(row["site"], row["steps_passed"]): row["waiting"] for row in rows}


async def names_of_workers(actor: Actor, workers: Collection[UUID]) -> dict[UUID, str]:
    """Names by id."""
    rows = await fetch(
        "SELECT id, name FROM worker WHERE organisation = $1 AND id = ANY($2)",
        actor.organisation,
        list(workers),
    )
    return {row["id"]: row["name"] for row in rows}


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
        f"""
        SELECT l.worker, w.name, coalesce(tr.name, '') AS trade,
               coalesce(tr.name_en, '') AS trade_en, l.unit, l.amount, l.man_days,
               l.hours_per_day, l.overtime_hours, coalesce(t.code, '') AS task_code,
               coalesce(t.name, '') AS task_name, coalesce(t.name_en, '') AS task_name_en, l.note
        FROM labour_line l
        JOIN worker w ON w.organisation = l.organisation AND w.id = l.worker
        LEFT JOIN trade tr ON tr.organisation = l.organisation AND tr.id = w.trade
        LEFT JOIN task t ON t.organisation = l.organisation AND t.id = l.task
        WHERE l.organisation = $1 AND l.sheet = $2 AND l.live
        ORDER BY w.number, {by_name("w.name")}, w.id
        """,  # noqa: S608
        actor.organisation,
        sheet,
    )
    return [SheetLine(**row) for row in rows]


async def lines_by_version(actor: Actor, sheet: UUID) -> dict[int, list[LineSeen]]:
    """The lines of every version of a sheet: what two versions are compared by."""
    rows = await fetch(
        f"""
        SELECT l.version, l.worker, w.name, l.man_days, l.overtime_hours,
               coalesce(t.code, '') AS task, l.note
        FROM labour_line l
        JOIN worker w ON w.organisation = l.organisation AND w.id = l.worker
        LEFT JOIN task t ON t.organisation = l.organisation AND t.id = l.task
        WHERE l.organisation = $1 AND l.sheet = $2
        ORDER BY l.version, w.number, {by_name("w.name")}, w.id
        """,  # noqa: S608
        actor.organisation,
        sheet,
    )
    found: dict[int, list[LineSeen]] = {}
    for row in rows:
        values = dict(row)
        found.setdefault(values.pop("version"), []).append(LineSeen(**values))
    return found


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that was done with a record without changing it."""

    action: str
    at: datetime
    by: str
    detail: str
    """For whom it was signed and what came of it; the month of an export."""


async def happened_to(actor: Actor, record: Record) -> list[Happened]:
    """Signatures, prints, and exports of its site's month, oldest first."""
    rows = await fetch(
        """
        SELECT a.action, a.at, coalesce(m.name, '') AS by,
               coalesce(a.detail->>'month', concat_ws(' ', a.detail->>'party',
                        a.detail->>'outcome'), '') AS detail
        FROM audit_event a
        LEFT JOIN member m ON m.organisation = a.organisation AND m.id = a.member
        WHERE a.organisation = $1
          AND ((a.entry = $2 AND a.action IN ('entry.signed', 'entry.printed'))
               OR (a.entry IS NULL AND $5 AND a.action = 'labour.exported'
                   AND a.site = $3 AND a.detail->>'month' = $4))
        ORDER BY a.at, a.id
        """,
        actor.organisation,
        record.id,
        record.site,
        f"{record.work_day:%Y-%m}",
        record.is_sheet,
    )
    return [Happened(**row) for row in rows]
