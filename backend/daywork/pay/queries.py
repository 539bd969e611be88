"""SQL of pay items: who was there, what was booked, what was taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from daywork.ground.database import execute, fetch, fetch_one
from daywork.ground.names import by_name
from daywork.labour.double_queries import STILL_OPEN
from daywork.pay.rules import Present


async def present_on(organisation: UUID, site: UUID, first: date, last: date) -> list[Present]:
    """Everybody on the site's roster who had not left before ``first``, crew by crew, with the
    approved work between the two days, also under another record that was merged into this one."""
    rows = await fetch(
        f"""
        SELECT r.worker, w.name, w.number, r.crew, c.name AS crew_name,
               count(DISTINCT l.work_day) FILTER (WHERE NOT l.held AND (
                   l.man_days > 0 OR l.overtime_hours > 0))::int AS days,
               coalesce(sum(l.man_days) FILTER (WHERE NOT l.held), 0) AS man_days,
               count(DISTINCT l.work_day) FILTER (WHERE l.held)::int AS held
        FROM roster r
        JOIN worker w ON w.organisation = r.organisation AND w.id = r.worker
        JOIN crew c ON c.organisation = r.organisation AND c.id = r.crew
        JOIN worker o ON o.organisation = r.organisation
             AND (o.id = r.worker OR o.merged_into = r.worker)
        LEFT JOIN LATERAL (
            SELECT l.work_day, l.man_days, l.overtime_hours, {STILL_OPEN} AS held
            FROM labour_line l
            WHERE l.organisation = r.organisation AND l.worker = o.id AND l.site = r.site
              AND l.work_day BETWEEN $3 AND $4 AND l.live AND l.state = 'approved') AS l ON true
        WHERE r.organisation = $1 AND r.site = $2 AND (r.left_on IS NULL OR r.left_on >= $3)
          AND w.merged_into IS NULL
        GROUP BY r.worker, w.name, w.number, r.crew, c.name
        ORDER BY {by_name("c.name")}, r.crew, w.number, {by_name("w.name")}, r.worker
        """,  # noqa: S608
        organisation,
        site,
        first,
        last,
    )
    return [Present(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item to be booked."""

    id: UUID
    worker: UUID
    crew: UUID
    amount: Decimal
    basis: Decimal | None
    basis_unit: str | None
    unit_amount: Decimal | None


async def insert_items(
    organisation: UUID,
    site: UUID,
    batch: UUID,
    items: Sequence[NewItem],
    *,
    kind: str,
    work_day: date,
    note: str,
    made_by: UUID,
    task: UUID | None = None,
    source: UUID | None = None,
) -> None:
    """What was entered together."""
    await execute(
        """
        INSERT INTO pay_item (organisation, site, batch, kind, work_day, note, made_by, task,
                              source, id, worker, crew, amount, basis, basis_unit, unit_amount)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, u.*
        FROM unnest($10::uuid[], $11::uuid[], $12::uuid[], $13::numeric[], $14::numeric[],
                    $15::text[], $16::numeric[]) AS u
        """,
        organisation,
        site,
        batch,
        kind,
        work_day,
        note,
        made_by,
        task,
        source,
        [one.id for one in items],
        [one.worker for one in items],
        [one.crew for one in items],
        [one.amount for one in items],
        [one.basis for one in items],
        [one.basis_unit for one in items],
        [one.unit_amount for one in items],
    )


@dataclass(frozen=True, slots=True)
class Item:
    """A pay item with names, as it is listed."""

    id: UUID
    site: UUID
    worker: UUID
    worker_name: str
    number: str
    crew_name: str
    work_day: date
    kind: str
    amount: Decimal
    task: str
    """Code and name; empty without one."""
    task_en: str
    """The same in English, where the task has such a name."""
    source: UUID | None
    batch: UUID
    basis: Decimal | None
    basis_unit: str | None
    unit_amount: Decimal | None
    note: str
    made_by: str
    made_at: datetime
    voided_at: datetime | None
    voided_by: str
    void_reason: str


_ITEM = """
    SELECT i.id, i.site, i.worker, w.name AS worker_name, w.number, c.name AS crew_name,
           i.work_day, i.kind, i.amount, coalesce(t.code || ' ' || t.name, '') AS task,
           coalesce(t.code || ' ' || nullif(t.name_en, ''), '') AS task_en, i.source,
           i.batch, i.basis, i.basis_unit, i.unit_amount, i.note, m.name AS made_by, i.made_at,
           i.voided_at, coalesce(v.name, '') AS voided_by,
           coalesce(i.void_reason, '') AS void_reason
    FROM pay_item i
    JOIN worker w ON w.organisation = i.organisation AND w.id = i.worker
    JOIN crew c ON c.organisation = i.organisation AND c.id = i.crew
    LEFT JOIN task t ON t.organisation = i.organisation AND t.id = i.task
    JOIN member m ON m.organisation = i.organisation AND m.id = i.made_by
    LEFT JOIN member v ON v.organisation = i.organisation AND v.id = i.voided_by
    WHERE i.organisation = $1
"""


async def items_of_month(
    organisation: UUID, sites: Sequence[UUID], first: date, last: date, worker: UUID | None = None
) -> list[Item]:
    """Items that count between two days, also those taken back; latest entries first."""
    rows = await fetch(
        f"{_ITEM} AND i.site = ANY($2) AND i.work_day BETWEEN $3 AND $4"
        " AND ($5::uuid IS NULL OR $5 IN (i.worker, w.merged_into))"
        f" ORDER BY i.made_at DESC, i.batch, {by_name('c.name')}, w.number,"
        f" {by_name('w.name')}, i.id LIMIT 5000",
        organisation,
        list(sites),
        first,
        last,
        worker,
    )
    return [Item(**row) for row in rows]


async def items_of_batch(organisation: UUID, batch: UUID) -> list[Item]:
    """What was entered together."""
    rows = await fetch(
        f"{_ITEM} AND i.batch = $2"
        f" ORDER BY {by_name('c.name')}, w.number, {by_name('w.name')}, i.id",
        organisation,
        batch,
    )
    return [Item(**row) for row in rows]


async def item_by_id(organisation: UUID, item: UUID) -> Item | None:
    """One item."""
    row = await fetch_one(f"{_ITEM} AND i.id = $2", organisation, item)
    return None if row is None else Item(**row)


async def mark_items_void(
    organisation: UUID, items: Sequence[UUID], member: UUID, reason: str
) -> None:
    """Take back what stands of these."""
    await execute(
        "UPDATE pay_item SET voided_at = now(), voided_by = $3, void_reason = $4"
        " WHERE organisation = $1 AND id = ANY($2) AND voided_at IS NULL",
        organisation,
        list(items),
        member,
        reason,
    )


# How the pay of a worker came about


@dataclass(frozen=True, slots=True)
class PaidLine:
    """An approved line with the rate and the overtime that were fixed with it."""

    sheet: UUID
    work_day: date
    crew: str
    task: str
    task_en: str
    man_days: Decimal
    hours_per_day: Decimal
    overtime_hours: Decimal
    rate_unit: str | None
    rate_amount: Decimal | None
    earned: Decimal | None
    overtime_earned: Decimal | None
    overtime_way: str | None
    overtime_base: Decimal | None
    overtime_percent: int | None
    overtime_divisor: Decimal | None


async def paid_lines(
    organisation: UUID, sites: Sequence[UUID], worker: UUID, first: date, last: date
) -> list[PaidLine]:
    """The worker's approved lines that claim work, day by day."""
    rows = await fetch(
        f"""
        SELECT l.sheet, l.work_day, c.name AS crew,
               coalesce(t.code || ' ' || t.name, '') AS task,
               coalesce(t.code || ' ' || nullif(t.name_en, ''), '') AS task_en,
               l.man_days, l.hours_per_day,
               l.overtime_hours, l.rate_unit, l.rate_amount, l.earned, l.overtime_earned,
               l.overtime_way, l.overtime_base, l.overtime_percent, l.overtime_divisor
        FROM labour_line l
        JOIN crew c ON c.organisation = l.organisation AND c.id = l.crew
        LEFT JOIN task t ON t.organisation = l.organisation AND t.id = l.task
        WHERE l.organisation = $1 AND l.site = ANY($2)
          AND l.worker IN (
              SELECT id FROM worker WHERE organisation = $1 AND (id = $3 OR merged_into = $3))
          AND l.work_day BETWEEN $4 AND $5 AND l.live AND l.state = 'approved'
          AND (l.man_days > 0 OR l.overtime_hours > 0)
        ORDER BY l.work_day, {by_name("c.name")}, l.sheet
        """,  # noqa: S608
        organisation,
        list(sites),
        worker,
        first,
        last,
    )
    return [PaidLine(**row) for row in rows]
