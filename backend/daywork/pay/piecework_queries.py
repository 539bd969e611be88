"""SQL of piecework: a task's approved and paid quantity, a crew's 工 on it, and the runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from daywork.ground.database import execute, fetch, fetch_one
from daywork.ground.names import by_name
from daywork.labour.double_queries import STILL_OPEN
from daywork.pay.rules import Quantities
from daywork.sites.tables import kept_record


@dataclass(frozen=True, slots=True)
class PieceTask:
    """A task that has a quantity, with what of it is approved and paid as of a day."""

    id: UUID
    code: str
    name: str
    name_en: str
    unit: str
    planned: Decimal
    crew: UUID | None
    crew_name: str
    approved: Decimal
    paid: Decimal
    unit_price: Decimal | None
    """On that day."""
    rate: UUID | None

    @property
    def quantities(self) -> Quantities:
        return Quantities(self.approved, self.paid)

    @property
    def left(self) -> Decimal:
        return self.quantities.left


async def piece_tasks(
    organisation: UUID, site: UUID, day: date, task: UUID | None = None
) -> list[PieceTask]:
    """The site's tasks with a quantity, by their order in the plan.

    Approved is what the last approved progress report up to ``day`` says, as a quantity or as a
    percentage of the planned one; paid is by all runs that stand, whatever their day.
    """
    rows = await fetch(
        """
        SELECT t.id, t.code, t.name, t.name_en, t.unit, t.quantity AS planned, t.crew,
               coalesce(c.name, '') AS crew_name,
               coalesce(round(p.quantity, 3), 0) AS approved, coalesce(r.paid, 0) AS paid,
               x.amount AS unit_price, x.id AS rate
        FROM task t
        LEFT JOIN crew c ON c.organisation = t.organisation AND c.id = t.crew
        LEFT JOIN LATERAL (
            SELECT coalesce(p.quantity_done, p.percent * t.quantity / 100) AS quantity
            FROM progress_report p
            JOIN entry e ON e.organisation = p.organisation AND e.id = p.entry
            WHERE p.organisation = t.organisation AND p.task = t.id AND p.work_day <= $3
              AND e.state = 'approved'
            ORDER BY p.work_day DESC, e.received_at DESC, e.id DESC LIMIT 1) p ON true
        LEFT JOIN LATERAL (
            SELECT sum(r.quantity) AS paid FROM piecework_run r
            WHERE r.organisation = t.organisation AND r.task = t.id
              AND r.voided_at IS NULL) r ON true
        LEFT JOIN LATERAL (
            SELECT x.id, x.amount FROM rate x
            WHERE x.organisation = t.organisation AND x.task = t.id AND x.valid_from <= $3
              AND (x.valid_to IS NULL OR x.valid_to >= $3)
            ORDER BY x.valid_from DESC, x.id DESC LIMIT 1) x ON true
        WHERE t.organisation = $1 AND t.site = $2 AND NOT t.is_summary AND t.quantity > 0
          AND ($4::uuid IS NULL OR t.id = $4)
        ORDER BY t.position, t.code
        """,
        organisation,
        site,
        day,
        task,
    )
    return [PieceTask(**row) for row in rows]


async def price_changes_on(organisation: UUID, task: UUID, first: date, last: date) -> date | None:
    """The first day after ``first`` and up to ``last`` on which the unit price is another one.

    From the first day with a price: days before any was agreed have none to differ from.
    """
    rows = await fetch(
        "SELECT valid_from, valid_to, amount FROM rate WHERE organisation = $1 AND task = $2"
        " AND valid_from <= $4 AND (valid_to IS NULL OR valid_to >= $3)"
        " ORDER BY valid_from, id",
        organisation,
        task,
        first,
        last,
    )
    # Of two that began on a day the later one counts: it hides the other.
    prices: dict[date, Decimal] = {row["valid_from"]: row["amount"] for row in rows}
    changes = (day for before, day in pairwise(sorted(prices)) if prices[before] != prices[day])
    return next(changes, None)


@dataclass(frozen=True, slots=True)
class OnPiece:
    """A worker of a crew, with the approved 工 on the task between two days."""

    worker: UUID
    name: str
    number: str
    man_days: Decimal
    earned_by_day: Decimal
    """What these 工 have earned by the day: they were approved before a unit price held."""
    held: int = 0
    """Days that are not in the 工: they are booked twice, and pay waits."""


async def workers_on_piece(
    organisation: UUID, site: UUID, task: UUID, crew: UUID, first: date, last: date
) -> list[OnPiece]:
    """The crew's workers, also those who have moved on since but worked on the task."""
    rows = await fetch(
        f"""
        WITH worked AS (
            SELECT w.id AS worker, sum(l.man_days) FILTER (WHERE NOT waits.held) AS man_days,
                   coalesce(sum(l.earned + l.overtime_earned)
                            FILTER (WHERE NOT waits.held), 0) AS earned_by_day,
                   count(DISTINCT l.work_day) FILTER (WHERE waits.held)::int AS held
            FROM labour_line l
            JOIN worker entered ON entered.organisation = l.organisation AND entered.id = l.worker
            JOIN worker w ON w.organisation = l.organisation AND w.id = {kept_record("entered")}
            CROSS JOIN LATERAL (SELECT {STILL_OPEN} AS held) AS waits
            WHERE l.organisation = $1 AND l.site = $2 AND l.task = $3 AND l.crew = $4
              AND l.work_day BETWEEN $5 AND $6 AND l.live AND l.state = 'approved'
            GROUP BY 1
        ), crew AS (
            SELECT r.worker FROM roster r
            JOIN worker w ON w.organisation = r.organisation AND w.id = r.worker
                 AND w.merged_into IS NULL
            WHERE r.organisation = $1 AND r.site = $2 AND r.crew = $4 AND r.joined_on <= $6
              AND (r.left_on IS NULL OR r.left_on >= $5)
            UNION SELECT worker FROM worked
        )
        SELECT c.worker, w.name, w.number, coalesce(k.man_days, 0) AS man_days,
               coalesce(k.earned_by_day, 0) AS earned_by_day, coalesce(k.held, 0) AS held
        FROM crew c
        JOIN worker w ON w.organisation = $1 AND w.id = c.worker
        LEFT JOIN worked k ON k.worker = c.worker
        ORDER BY w.number, {by_name("w.name")}, c.worker
        """,  # noqa: S608
        organisation,
        site,
        task,
        crew,
        first,
        last,
    )
    return [OnPiece(**row) for row in rows]


async def crew_on_piece(organisation: UUID, site: UUID, task: UUID, until: date) -> UUID | None:
    """The crew that has put the most approved 工 into the task, or None."""
    rows = await fetch(
        """
        SELECT l.crew FROM labour_line l
        WHERE l.organisation = $1 AND l.site = $2 AND l.task = $3 AND l.work_day <= $4
          AND l.live AND l.state = 'approved'
        GROUP BY l.crew ORDER BY sum(l.man_days) DESC, l.crew LIMIT 1
        """,
        organisation,
        site,
        task,
        until,
    )
    return rows[0]["crew"] if rows else None


@dataclass(frozen=True, slots=True)
class Run:
    """A piece that was shared out."""

    id: UUID
    site: UUID
    task: UUID
    task_name: str
    task_name_en: str
    crew_name: str
    first_day: date
    last_day: date
    quantity: Decimal
    unit: str
    unit_price: Decimal
    total: Decimal
    share_by: str
    note: str
    made_by: str
    made_at: datetime
    workers: int
    voided_at: datetime | None
    voided_by: str
    void_reason: str


_RUN = """
    SELECT r.id, r.site, r.task, t.code || ' ' || t.name AS task_name,
           coalesce(t.code || ' ' || nullif(t.name_en, ''), '') AS task_name_en,
           c.name AS crew_name, r.first_day, r.last_day, r.quantity, r.unit, r.unit_price,
           r.total, r.share_by, r.note, m.name AS made_by, r.made_at,
           (SELECT count(*)::int FROM pay_item i WHERE i.organisation = r.organisation
            AND i.batch = r.id) AS workers,
           r.voided_at, coalesce(v.name, '') AS voided_by,
           coalesce(r.void_reason, '') AS void_reason
    FROM piecework_run r
    JOIN task t ON t.organisation = r.organisation AND t.id = r.task
    JOIN crew c ON c.organisation = r.organisation AND c.id = r.crew
    JOIN member m ON m.organisation = r.organisation AND m.id = r.made_by
    LEFT JOIN member v ON v.organisation = r.organisation AND v.id = r.voided_by
    WHERE r.organisation = $1
"""


async def runs_of_site(organisation: UUID, site: UUID, task: UUID | None = None) -> list[Run]:
    """Runs of a site, or of one of its tasks, latest first."""
    rows = await fetch(
        f"{_RUN} AND r.site = $2 AND ($3::uuid IS NULL OR r.task = $3)"
        " ORDER BY r.made_at DESC, r.id DESC LIMIT 200",
        organisation,
        site,
        task,
    )
    return [Run(**row) for row in rows]


async def run_by_id(organisation: UUID, run: UUID) -> Run | None:
    """One run."""
    row = await fetch_one(f"{_RUN} AND r.id = $2", organisation, run)
    return None if row is None else Run(**row)


async def insert_run(
    organisation: UUID,
    run: UUID,
    *,
    site: UUID,
    task: UUID,
    crew: UUID,
    days: tuple[date, date],
    quantity: Decimal,
    unit: str,
    unit_price: Decimal,
    rate: UUID | None,
    total: Decimal,
    share_by: str,
    note: str,
    made_by: UUID,
) -> None:
    """A piece that is shared out; its items follow."""
    values: Sequence[object] = (
        site,
        task,
        crew,
        *days,
        quantity,
        unit,
        unit_price,
        rate,
        total,
        share_by,
        note,
        made_by,
    )
    await execute(
        "INSERT INTO piecework_run (organisation, id, site, task, crew, first_day, last_day,"
        " quantity, unit, unit_price, rate, total, share_by, note, made_by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        organisation,
        run,
        *values,
    )


async def mark_run_void(organisation: UUID, run: UUID, member: UUID, reason: str) -> None:
    """Take a run back; its quantity can be paid again."""
    await execute(
        "UPDATE piecework_run SET voided_at = now(), voided_by = $3, void_reason = $4"
        " WHERE organisation = $1 AND id = $2 AND voided_at IS NULL",
        organisation,
        run,
        member,
        reason,
    )
