"""SQL of what workers are owed: earned, advances and payments of each month, added up once, here.

Earned is summed by the very expressions of the summary (:data:`daywork.summary.sums.SUMS`), so
a ledger and the month it speaks of cannot differ. An advance counts in the month it was handed
over, a payment in the month whose wages it pays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from daywork.ground.calendar import month_of
from daywork.ground.database import fetch
from daywork.summary.kept import ADDED, BEGINNING, Way, moved_between, rows_of, rows_until
from daywork.summary.rules import LATEST, Figures, Month, outstanding
from daywork.summary.sums import BOOKED, SUMS, ZERO_WHERE_NONE, figures_in


@dataclass(frozen=True, slots=True)
class MonthOwed:
    """A worker's month on the sites asked for."""

    worker: UUID
    month: date
    """Its first day."""
    figures: Figures
    advances: Decimal
    """Approved."""
    payments: Decimal
    """Live, for this month's wages."""

    def __add__(self, other: "MonthOwed") -> "MonthOwed":
        """The same month of two who are one."""
        return MonthOwed(
            self.worker,
            self.month,
            self.figures + other.figures,
            self.advances + other.advances,
            self.payments + other.payments,
        )

    @property
    def earned(self) -> Decimal:
        return self.figures.earned or Decimal(0)

    @property
    def outstanding(self) -> Decimal:
        left = outstanding(self.figures.earned, self.advances, self.payments)
        return left if left is not None else Decimal(0)


async def months_owed(
    organisation: UUID,
    sites: Sequence[UUID],
    *,
    workers: Sequence[UUID] | None = None,
    until: date | None = None,
) -> list[MonthOwed]:
    """Every month in which something was earned, lent or paid, by worker and month.

    ``workers``: only these, from their own lines; everybody of a site is taken from kept totals.
    ``until``: no month after the one that ends on this day. Who was entered twice and merged is one
    worker, the one who was kept.
    """
    kept = await merged_workers(organisation)
    # Spelt out for each way of asking, so that a prepared plan can go by the worker's index.
    args: list[object] = [organisation, list(sites), BEGINNING, until or LATEST]
    mine = ""
    if workers is None and (until is None or until == month_of(until)[1]):
        moved = await moved_between(organisation, sites, BEGINNING, until or LATEST)
        months = rows_of(Way.WORKER, moved=moved)
        sums = f"SELECT r.worker, r.month, {ADDED} FROM {months} r GROUP BY 1, 2"  # noqa: S608
    else:
        if workers is not None:
            asked = set(workers)
            args.append([*asked, *(one for one, into in kept.items() if into in asked)])
            mine = "AND worker = ANY($5)"
        sums = f"""
            SELECT l.worker, date_trunc('month', l.work_day)::date AS month, {SUMS}
            FROM {BOOKED} l
            WHERE l.organisation = $1 AND l.site = ANY($2) AND l.work_day BETWEEN $3 AND $4 {mine}
            GROUP BY 1, 2"""  # noqa: S608 - a piece of SQL of our own
    rows = await fetch(
        f"""
        WITH sums AS ({sums}
        ), lent AS (
            SELECT a.worker, date_trunc('month', a.work_day)::date AS month,
                   sum(a.amount) AS advances
            FROM advance a
            WHERE a.organisation = $1 AND a.site = ANY($2) AND a.state = 'approved'
              AND a.work_day BETWEEN $3 AND $4 {mine}
            GROUP BY 1, 2
        ), paid AS (
            SELECT p.worker, p.for_month AS month, sum(p.amount) AS payments
            FROM payment p
            WHERE p.organisation = $1 AND p.site = ANY($2) AND p.voided_at IS NULL
              AND p.for_month BETWEEN $3 AND $4 {mine}
            GROUP BY 1, 2
        )
        SELECT worker, month, {ZERO_WHERE_NONE}, coalesce(advances, 0) AS advances,
               coalesce(payments, 0) AS payments
        FROM sums FULL JOIN lent USING (worker, month) FULL JOIN paid USING (worker, month)
        ORDER BY worker, month
        """,  # noqa: S608 - a piece of SQL of our own
        *args,
    )
    found: dict[tuple[UUID, date], MonthOwed] = {}
    for row in rows:
        worker = kept.get(row["worker"], row["worker"])
        one = MonthOwed(
            worker, row["month"], figures_in(dict(row)), row["advances"], row["payments"]
        )
        before_it = found.get((worker, one.month))
        found[worker, one.month] = one if before_it is None else before_it + one
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Owed:
    """A worker's month on a site, and what is outstanding of every month until its end."""

    worker: UUID
    of_month: bool
    """Whether anything was recorded, lent or paid in the month."""
    earned: Decimal
    advances: Decimal
    payments: Decimal
    in_all: Decimal

    @property
    def outstanding(self) -> Decimal:
        """Of the month."""
        return self.earned - self.advances - self.payments

    def __add__(self, other: "Owed") -> "Owed":
        """The same of two who are one."""
        return Owed(
            self.worker,
            self.of_month or other.of_month,
            self.earned + other.earned,
            self.advances + other.advances,
            self.payments + other.payments,
            self.in_all + other.in_all,
        )


async def owed_until(organisation: UUID, site: UUID, month: Month) -> list[Owed]:
    """Everybody who ever had something on the site: what :func:`months_owed` comes to, added up by
    the database and from years that have passed, so that it does not grow with the months."""
    moved = await moved_between(organisation, [site], BEGINNING, month.last)
    until = rows_until(Way.WORKER, ["earned"], moved=moved)
    of_month = rows_of(Way.WORKER, ["earned"], moved=moved)
    rows = await fetch(
        f"""
        WITH ever AS (
            SELECT r.worker, sum(r.earned) AS earned FROM {until} r
            GROUP BY r.worker
        ), now AS (
            SELECT r.worker, sum(r.earned) AS earned FROM {of_month} r
            WHERE r.month = $5 GROUP BY r.worker
        ), lent AS (
            SELECT a.worker, sum(a.amount) AS ever,
                   sum(a.amount) FILTER (WHERE a.work_day >= $5) AS now
            FROM advance a
            WHERE a.organisation = $1 AND a.site = ANY($2) AND a.state = 'approved'
              AND a.work_day BETWEEN $3 AND $4
            GROUP BY a.worker
        ), paid AS (
            SELECT p.worker, sum(p.amount) AS ever,
                   sum(p.amount) FILTER (WHERE p.for_month >= $5) AS now
            FROM payment p
            WHERE p.organisation = $1 AND p.site = ANY($2) AND p.voided_at IS NULL
              AND p.for_month BETWEEN $3 AND $4
            GROUP BY p.worker
        )
        SELECT worker,
               num_nonnulls(now.earned, lent.now, paid.now) > 0 AS of_month,
               coalesce(now.earned, 0) AS earned, coalesce(lent.now, 0) AS advances,
               coalesce(paid.now, 0) AS payments,
               coalesce(ever.earned, 0) - coalesce(lent.ever, 0) - coalesce(paid.ever, 0) AS in_all
        FROM ever LEFT JOIN now USING (worker) FULL JOIN lent USING (worker)
        FULL JOIN paid USING (worker)
        ORDER BY worker
        """,  # noqa: S608 - pieces of SQL of our own
        organisation,
        [site],
        BEGINNING,
        month.last,
        month.first,
    )
    kept = await merged_workers(organisation)
    found: dict[UUID, Owed] = {}
    for row in rows:
        one = Owed(**{**row, "worker": kept.get(row["worker"], row["worker"])})
        found[one.worker] = found[one.worker] + one if one.worker in found else one
    return list(found.values())


async def merged_workers(organisation: UUID) -> dict[UUID, UUID]:
    """Who was merged, and into whom; the records stay as they were, and sums follow."""
    rows = await fetch(
        "SELECT id, merged_into FROM worker WHERE organisation = $1 AND merged_into IS NOT NULL",
        organisation,
    )
    return {row["id"]: row["merged_into"] for row in rows}
