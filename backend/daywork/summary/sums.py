"""What a line earns, and how lines add up: the one place that says it, in SQL.

Whoever sums labour - the summary, a ledger, a wage sheet - sums these expressions, so that all of
them come to the same cent.
"""

from daywork.entries.closed import CLOSED_BEFORE
from daywork.summary.rules import Figures, Parts

BOOKED = f"""(
    SELECT l.organisation, l.site, l.crew, l.worker, l.task, l.work_day, l.sheet, l.state,
           l.man_days, l.hours_per_day, l.overtime_hours,
           l.earned * (d.id IS NULL)::int AS earned,
           l.overtime_earned * (d.id IS NULL)::int AS overtime_earned,
           NULL::text AS kind, d.id IS NOT NULL AS held
    FROM labour_line l
    LEFT JOIN (
        SELECT organisation, worker, work_day, id, opened_at FROM double_booking
        WHERE resolved_at IS NULL
        UNION ALL
        SELECT t.organisation, o.id, t.work_day, t.id, t.opened_at FROM double_booking t
        JOIN worker o ON o.organisation = t.organisation AND o.merged_into = t.worker
        WHERE t.resolved_at IS NULL
    ) AS d ON d.organisation = l.organisation AND d.worker = l.worker
         AND d.work_day = l.work_day AND NOT {CLOSED_BEFORE}
    WHERE l.live AND l.state <> 'void'
    UNION ALL
    SELECT organisation, site, crew, worker, task, work_day, NULL::uuid, 'approved', 0::numeric,
           NULL::numeric, 0::numeric, amount, 0::numeric, kind, false
    FROM pay_item WHERE voided_at IS NULL
)"""  # noqa: S608 - a piece of SQL of our own
"""Everything that earns or will earn: lines of sheets (without a kind), and pay items as lines
without work. Postgres reads both through their indexes, as if the two were asked one by one.
Lines of a day that is booked twice earn nothing until somebody has settled it: they are held, also
those under another record of the same worker that was merged into this one. What stood on a closed
paper before is not held: what came late waits alone."""

SUMS = """
    coalesce(sum(l.man_days) FILTER (WHERE l.state = 'approved'), 0) AS man_days,
    coalesce(sum(l.overtime_hours) FILTER (WHERE l.state = 'approved'), 0) AS overtime_hours,
    coalesce(sum(l.earned + l.overtime_earned) FILTER (WHERE l.state = 'approved'), 0) AS earned,
    coalesce(sum(l.man_days) FILTER (WHERE l.state = 'submitted'), 0) AS pending_man_days,
    coalesce(sum(l.overtime_hours) FILTER (WHERE l.state = 'submitted'), 0) AS pending_overtime,
    coalesce(sum(l.man_days) FILTER (WHERE l.state = 'returned'), 0) AS returned_man_days,
    coalesce(sum(l.overtime_hours) FILTER (WHERE l.state = 'returned'), 0) AS returned_overtime,
    count(*) FILTER (WHERE l.state = 'approved' AND l.earned IS NULL
                     AND (l.man_days > 0 OR l.overtime_hours > 0)) AS unpriced,
    count(*) FILTER (WHERE l.state = 'approved' AND l.held) AS held,
    coalesce(sum(l.man_days) FILTER (WHERE l.state = 'approved' AND l.held), 0) AS held_man_days,
    coalesce(sum(l.earned) FILTER (WHERE l.kind IS NULL AND l.state = 'approved'), 0) AS labour,
    coalesce(sum(l.overtime_earned) FILTER (WHERE l.state = 'approved'), 0) AS overtime,
    coalesce(sum(l.earned) FILTER (WHERE l.kind = 'piecework'), 0) AS piecework,
    coalesce(sum(l.earned) FILTER (WHERE l.kind = 'monthly'), 0) AS monthly,
    coalesce(sum(l.earned) FILTER (WHERE l.kind IN ('allowance', 'meal')
                                   OR l.kind = 'correction' AND l.earned > 0), 0) AS allowances,
    coalesce(-sum(l.earned) FILTER (WHERE l.kind = 'deduction'
                                    OR l.kind = 'correction' AND l.earned < 0), 0) AS deductions
"""
OF_MONTH = f"""
    FROM {BOOKED} l
    WHERE l.organisation = $1 AND l.site = ANY($2) AND l.work_day BETWEEN $3 AND $4
"""
LINES_OF_MONTH = f"{OF_MONTH} AND l.kind IS NULL"
"""Only what stands on sheets: for 工, days and doubts."""
_NAMES = (
    "man_days",
    "overtime_hours",
    "earned",
    "pending_man_days",
    "pending_overtime",
    "returned_man_days",
    "returned_overtime",
    "unpriced",
    "held",
    "held_man_days",
)
_PARTS = ("labour", "overtime", "piecework", "monthly", "allowances", "deductions")
NAMES = (*_NAMES, *_PARTS)
"""The columns of :data:`SUMS`, in its order."""
ZERO_WHERE_NONE = ", ".join(f"coalesce({name}, 0) AS {name}" for name in NAMES)
"""The sums again, of a row that an outer join may have left empty."""


def figures_in(row: "dict[str, object]") -> Figures:
    """The sums of a row selected with :data:`SUMS`."""
    parts = Parts(**{name: row[name] for name in _PARTS})  # type: ignore[arg-type]
    return Figures(**{name: row[name] for name in _NAMES}, parts=parts)  # type: ignore[arg-type]
