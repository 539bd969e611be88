"""What workers have earned on a site, part by part and day by day: for wage sheets and settlements.

The same sums by the same conditions as :mod:`daywork.summary.sums`, only finer: whoever adds
these parts gets the summary's figures to the cent, and a test holds that.
"""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from daywork.ground.database import fetch
from daywork.ground.terms import DayKind
from daywork.summary.parts import Item, Lent, PaidOut, RateUsed, Worked, WorkedDay
from daywork.summary.sums import BOOKED, SUMS


async def worked_days(
    organisation: UUID,
    site: UUID,
    first: date,
    last: date,
    workers: Collection[UUID],
) -> list[WorkedDay]:
    """These workers' days on the site from one day to another, both included."""
    rows = await fetch(
        f"""
        WITH sums AS (
            SELECT l.worker, l.crew, l.work_day, {SUMS}, sum(l.man_days) AS booked,
                   coalesce(sum(l.man_days * l.hours_per_day)
                            FILTER (WHERE l.state = 'approved'), 0) AS hours,
                   count(*) FILTER (WHERE l.state = 'submitted') AS pending,
                   count(*) FILTER (WHERE l.state = 'returned') AS returned
            FROM {BOOKED} l
            JOIN worker w ON w.organisation = l.organisation AND w.id = l.worker
            WHERE l.organisation = $1 AND l.site = $2 AND l.work_day BETWEEN $3 AND $4
              AND l.kind IS NULL AND coalesce(w.merged_into, l.worker) = ANY($5)
            GROUP BY l.worker, l.crew, l.work_day
        )
        SELECT coalesce(w.merged_into, s.worker) AS worker, s.crew, s.work_day, s.man_days,
               s.hours, s.overtime_hours, s.labour, s.overtime, s.booked, s.unpriced, s.pending,
               s.returned, s.held
        FROM sums s JOIN worker w ON w.organisation = $1 AND w.id = s.worker
        ORDER BY 1, s.work_day, s.crew
        """,  # noqa: S608
        organisation,
        site,
        first,
        last,
        list(workers),
    )
    return [WorkedDay(**row) for row in rows]


async def worked_in(
    organisation: UUID, site: UUID, first: date, last: date, kinds: Mapping[date, DayKind]
) -> list[Worked]:
    """Everybody's days on the site of one month, added up by worker and crew.

    The same as :func:`daywork.summary.parts.added_up` of those days; a large site has 50,000 of
    them, so Postgres adds. A record that was merged keeps a row of its own.
    """

    def of_kind(kind: DayKind) -> list[date]:
        return [day for day, one in kinds.items() if one is kind]

    rows = await fetch(
        f"""
        WITH sums AS (
            SELECT l.worker, l.crew, {SUMS}, sum(l.man_days) AS booked,
                   coalesce(bit_or(1::bigint << (l.work_day - $3)) FILTER (
                       WHERE l.state = 'approved'
                         AND (l.man_days > 0 OR l.overtime_hours > 0)), 0) AS days,
                   coalesce(sum(l.man_days * l.hours_per_day)
                            FILTER (WHERE l.state = 'approved'), 0) AS hours,
                   coalesce(sum(l.overtime_hours) FILTER (
                       WHERE l.state = 'approved' AND l.work_day = ANY($5)), 0) AS overtime_rest,
                   coalesce(sum(l.overtime_hours) FILTER (
                       WHERE l.state = 'approved' AND l.work_day = ANY($6)), 0) AS overtime_holiday,
                   count(*) FILTER (WHERE l.state = 'submitted') AS pending,
                   count(*) FILTER (WHERE l.state = 'returned') AS returned,
                   coalesce(bit_or(1::bigint << (l.work_day - $3)) FILTER (
                       WHERE l.state = 'approved' AND l.held), 0) AS held_on
            FROM {BOOKED} l
            WHERE l.organisation = $1 AND l.site = $2 AND l.work_day BETWEEN $3 AND $4
              AND l.kind IS NULL
            GROUP BY l.worker, l.crew
        )
        SELECT coalesce(w.merged_into, s.worker) AS worker, s.crew, s.days, s.man_days, s.hours,
               s.overtime_hours - s.overtime_rest - s.overtime_holiday AS overtime_workday,
               s.overtime_rest, s.overtime_holiday, s.labour, s.overtime, s.booked, s.unpriced,
               s.pending, s.returned, s.held_on AS held
        FROM sums s JOIN worker w ON w.organisation = $1 AND w.id = s.worker
        ORDER BY 1, s.crew
        """,  # noqa: S608
        organisation,
        site,
        first,
        last,
        of_kind(DayKind.REST_DAY),
        of_kind(DayKind.STATUTORY_HOLIDAY),
    )
    return [Worked(**row) for row in rows]


async def rates_used(organisation: UUID, site: UUID, first: date, last: date) -> list[RateUsed]:
    """The rates of approved lines, by worker and crew, the most used first."""
    rows = await fetch(
        """
        SELECT coalesce(w.merged_into, l.worker) AS worker, l.crew, l.rate_unit AS unit,
               l.rate_amount AS amount, sum(l.man_days) AS man_days
        FROM labour_line l
        JOIN worker w ON w.organisation = l.organisation AND w.id = l.worker
        WHERE l.organisation = $1 AND l.site = $2 AND l.work_day BETWEEN $3 AND $4
          AND l.live AND l.state = 'approved' AND l.rate_amount IS NOT NULL
        GROUP BY 1, l.crew, l.rate_unit, l.rate_amount
        ORDER BY 1, l.crew, sum(l.man_days) DESC, l.rate_amount
        """,
        organisation,
        site,
        first,
        last,
    )
    return [RateUsed(**row) for row in rows]


async def items_of(
    organisation: UUID,
    site: UUID,
    first: date,
    last: date,
    workers: Collection[UUID] | None = None,
) -> list[Item]:
    """Pay items of these days that stand, by worker and day."""
    rows = await fetch(
        """
        SELECT coalesce(w.merged_into, i.worker) AS worker, i.crew, i.work_day, i.kind, i.amount,
               i.note
        FROM pay_item i
        JOIN worker w ON w.organisation = i.organisation AND w.id = i.worker
        WHERE i.organisation = $1 AND i.site = $2 AND i.work_day BETWEEN $3 AND $4
          AND i.voided_at IS NULL
          AND ($5::uuid[] IS NULL OR coalesce(w.merged_into, i.worker) = ANY($5))
        ORDER BY 1, i.work_day, i.id
        """,
        organisation,
        site,
        first,
        last,
        None if workers is None else list(workers),
    )
    return [Item(**row) for row in rows]


async def lent_to(
    organisation: UUID,
    site: UUID,
    first: date,
    last: date,
    workers: Collection[UUID] | None = None,
) -> list[Lent]:
    """Advances of these days that were not voided, by worker and day."""
    rows = await fetch(
        """
        SELECT coalesce(w.merged_into, a.worker) AS worker, a.work_day, a.amount, a.state
        FROM advance a
        JOIN worker w ON w.organisation = a.organisation AND w.id = a.worker
        WHERE a.organisation = $1 AND a.site = $2 AND a.work_day BETWEEN $3 AND $4
          AND a.state <> 'void'
          AND ($5::uuid[] IS NULL OR coalesce(w.merged_into, a.worker) = ANY($5))
        ORDER BY 1, a.work_day, a.entry
        """,
        organisation,
        site,
        first,
        last,
        None if workers is None else list(workers),
    )
    return [Lent(**row) for row in rows]


async def paid_to(
    organisation: UUID,
    site: UUID,
    first: date,
    last: date,
    workers: Collection[UUID] | None = None,
) -> list[PaidOut]:
    """Payments for the months that begin between two days, whenever they were made."""
    rows = await fetch(
        """
        SELECT coalesce(w.merged_into, p.worker) AS worker, p.worker AS payee, p.paid_on,
               p.for_month, p.amount, p.wage_sheet
        FROM payment p
        JOIN worker w ON w.organisation = p.organisation AND w.id = p.worker
        WHERE p.organisation = $1 AND p.site = $2 AND p.for_month BETWEEN $3 AND $4
          AND p.voided_at IS NULL
          AND ($5::uuid[] IS NULL OR coalesce(w.merged_into, p.worker) = ANY($5))
        ORDER BY 1, p.paid_on, p.id
        """,
        organisation,
        site,
        first,
        last,
        None if workers is None else list(workers),
    )
    return [PaidOut(**row) for row in rows]
