"""SQL of what doubts are made of: a few set-based queries, for one record or a thousand."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from daywork.ground.database import fetch
from daywork.people.actor import Actor
from daywork.sites.tables import kept_record


@dataclass(frozen=True, slots=True)
class LineOnSheet:
    """A line with what is on record of its worker."""

    sheet: UUID
    worker: UUID
    person: UUID
    """The worker, or whom that record was merged into."""
    name: str
    trade: UUID | None
    task: UUID | None
    man_days: Decimal
    overtime_hours: Decimal
    left_on: date | None


async def lines_on_sheets(actor: Actor, sheets: Sequence[UUID]) -> dict[UUID, list[LineOnSheet]]:
    """The present lines of these sheets that claim work."""
    rows = await fetch(
        f"""
        SELECT l.sheet, l.worker, coalesce(w.merged_into, w.id) AS person, w.name,
               w.trade, l.task, l.man_days, l.overtime_hours, r.left_on
        FROM labour_line l
        JOIN worker w ON w.organisation = l.organisation AND w.id = l.worker
        LEFT JOIN roster r ON r.organisation = l.organisation AND r.site = l.site
             AND r.worker = {kept_record("w")}
        WHERE l.organisation = $1 AND l.sheet = ANY($2) AND l.live
          AND (l.man_days > 0 OR l.overtime_hours > 0)
        ORDER BY l.sheet, w.number, w.name, w.id
        """,  # noqa: S608
        actor.organisation,
        list(sheets),
    )
    found: dict[UUID, list[LineOnSheet]] = {}
    for row in rows:
        found.setdefault(row["sheet"], []).append(LineOnSheet(**row))
    return found


_SAME_PERSON = f"""
            SELECT coalesce(w.merged_into, w.id) AS id
            UNION ALL
            SELECT o.id FROM worker o WHERE o.organisation = w.organisation
              AND o.merged_into = {kept_record("w")}"""  # noqa: S608
"""All records of the person that worker ``w`` is: who was entered twice and merged is one."""


@dataclass(frozen=True, slots=True)
class OtherBooking:
    """A worker of one sheet on another sheet of the same day."""

    sheet: UUID
    worker: UUID
    other: UUID
    crew: str
    site: str
    man_days: Decimal
    stands: bool
    """Somebody has said that all the day's sheets stand, of these very claims."""


async def other_bookings(actor: Actor, sheets: Sequence[UUID]) -> list[OtherBooking]:
    """Where else in the company the workers of these sheets are booked that day.

    A returned or voided sheet claims nothing until it comes back. Who was entered twice and merged
    is one worker.
    """
    rows = await fetch(
        f"""
        SELECT mine.sheet, mine.worker, other.sheet AS other, c.name AS crew, s.name AS site,
               other.man_days, coalesce(last.outcome = 'both_stand', false) AS stands
        FROM labour_line mine
        JOIN worker w ON w.organisation = mine.organisation AND w.id = mine.worker
        CROSS JOIN LATERAL ({_SAME_PERSON}) AS same
        JOIN labour_line other ON other.organisation = mine.organisation
             AND other.worker = same.id AND other.work_day = mine.work_day
             AND other.sheet <> mine.sheet AND other.live AND other.state <> 'void'
             AND other.state <> 'returned' AND other.man_days > 0
        JOIN crew c ON c.organisation = other.organisation AND c.id = other.crew
        JOIN site s ON s.organisation = other.organisation AND s.id = other.site
        LEFT JOIN LATERAL (
            SELECT d.outcome FROM double_booking d
            WHERE d.organisation = mine.organisation AND d.work_day = mine.work_day
              AND d.worker IN (mine.worker, same.id, coalesce(w.merged_into, w.id))
            ORDER BY d.opened_at DESC LIMIT 1) AS last ON true
        WHERE mine.organisation = $1 AND mine.sheet = ANY($2) AND mine.live
          AND (mine.man_days > 0 OR mine.overtime_hours > 0)
        ORDER BY mine.sheet, mine.worker, s.name, c.name, other.sheet
        """,  # noqa: S608 - our own words
        actor.organisation,
        list(sheets),
    )
    return [OtherBooking(**row) for row in rows]


async def overtime_this_month(
    actor: Actor, sheets: Sequence[UUID], over: Decimal
) -> dict[tuple[UUID, UUID], Decimal]:
    """By sheet and worker: hours of overtime in the month up to the sheet's day, where over; of the
    person, on whichever of the merged records they were written."""
    rows = await fetch(
        f"""
        SELECT mine.sheet, mine.worker, sum(other.overtime_hours) AS hours
        FROM labour_line mine
        JOIN worker w ON w.organisation = mine.organisation AND w.id = mine.worker
        CROSS JOIN LATERAL ({_SAME_PERSON}) AS same
        JOIN labour_line other ON other.organisation = mine.organisation
             AND other.worker = same.id AND other.live AND other.state <> 'void'
             AND other.work_day BETWEEN date_trunc('month', mine.work_day)::date
                                    AND mine.work_day
             AND (other.state <> 'returned' OR other.sheet = mine.sheet)
        WHERE mine.organisation = $1 AND mine.sheet = ANY($2) AND mine.live
          AND mine.overtime_hours > 0
        GROUP BY mine.sheet, mine.worker HAVING sum(other.overtime_hours) > $3
        """,  # noqa: S608 - our own words
        actor.organisation,
        list(sheets),
        over,
    )
    return {(row["sheet"], row["worker"]): row["hours"] for row in rows}


async def last_prices(
    actor: Actor, sheets: Sequence[UUID], since: date
) -> dict[tuple[UUID, UUID], tuple[str, Decimal]]:
    """By sheet and worker: unit and amount fixed on the person's last approved day before it."""
    rows = await fetch(
        f"""
        SELECT mine.sheet, mine.worker, before.rate_unit, before.rate_amount
        FROM labour_line mine
        JOIN worker w ON w.organisation = mine.organisation AND w.id = mine.worker
        CROSS JOIN LATERAL (
            SELECT o.rate_unit, o.rate_amount FROM labour_line o
            WHERE o.organisation = mine.organisation AND o.live
              AND o.worker = ANY(ARRAY({_SAME_PERSON}))
              AND o.state <> 'void' AND o.state = 'approved' AND o.rate_amount IS NOT NULL
              AND o.work_day < mine.work_day AND o.work_day >= $3
            ORDER BY o.work_day DESC LIMIT 1
        ) AS before
        WHERE mine.organisation = $1 AND mine.sheet = ANY($2) AND mine.live
          AND (mine.man_days > 0 OR mine.overtime_hours > 0)
        """,  # noqa: S608 - our own words
        actor.organisation,
        list(sheets),
        since,
    )
    return {(row["sheet"], row["worker"]): (row["rate_unit"], row["rate_amount"]) for row in rows}


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


@dataclass(frozen=True, slots=True)
class SameDelay:
    """Another report by hand of days lost on the same task and day."""

    report: UUID
    other: UUID
    author: str
    days: Decimal


async def same_delays(actor: Actor, reports: Sequence[UUID]) -> list[SameDelay]:
    """Who else reported days lost on the tasks and days of these reports; not what came back."""
    rows = await fetch(
        """
        SELECT r.entry AS report, o.entry AS other, m.name AS author, o.days
        FROM delay_report r
        JOIN delay_report o ON o.organisation = r.organisation AND o.task = r.task
             AND o.work_day = r.work_day AND o.entry <> r.entry
        JOIN entry e ON e.organisation = o.organisation AND e.id = o.entry
             AND e.state IN ('submitted', 'approved')
        JOIN member m ON m.organisation = e.organisation AND m.id = e.author
        WHERE r.organisation = $1 AND r.entry = ANY($2)
        ORDER BY r.entry, e.received_at, e.id
        """,
        actor.organisation,
        list(reports),
    )
    return [SameDelay(**row) for row in rows]
