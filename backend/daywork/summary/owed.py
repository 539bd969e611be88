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
from daywork.summary.kept import ADDED, BEGINNING, Way, rows_of
from daywork.summary.rules import LATEST, Figures, outstanding
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
        sums = f"SELECT r.worker, r.month, {ADDED} FROM {rows_of(Way.WORKER)} r GROUP BY 1, 2"  # noqa: S608
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


async def merged_workers(organisation: UUID) -> dict[UUID, UUID]:
    """Who was merged, and into whom; the records stay as they were, and sums follow."""
    rows = await fetch(
        "SELECT id, merged_into FROM worker WHERE organisation = $1 AND merged_into IS NOT NULL",
        organisation,
    )
    return {row["id"]: row["merged_into"] for row in rows}
