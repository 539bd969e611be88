"""SQL of settling: what is booked twice with its sheets, and the answer given."""

from collections.abc import Collection
from dataclasses import fields
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from daywork.doubles.rules import Claim, Double
from daywork.entries.closed import CLOSED_BEFORE
from daywork.ground.database import execute, fetch

# Of the bookings in ``told``, a row a sheet. Sheets are looked up one by one (OFFSET 0): left to
# choose, Postgres reads all the company has, here and below for each booking anew. The claims are
# those the booking was last known by: the present ones of an open one, those that were decided on
# of a settled one.
_WITH_SHEETS = f"""
    SELECT d.id, d.worker, w.name AS worker_name, w.number AS worker_number, d.work_day, d.booked,
           d.claims, d.counts, d.reason, d.decided_by, m.name AS decided_by_name, d.decided_at,
           d.outcome, d.resolved_at, e.site, s.name AS site_name,
           split_part(c.said, '=', 2)::numeric AS man_days, e.id AS sheet, cr.name AS crew_name,
           a.name AS author_name, e.state, coalesce(o.overtime_hours, 0) AS overtime_hours,
           coalesce(o.closed, false) AS closed
    FROM told d
    JOIN worker w ON w.organisation = $1 AND w.id = d.worker
    LEFT JOIN member m ON m.organisation = $1 AND m.id = d.decided_by
    CROSS JOIN LATERAL unnest(string_to_array(d.claims, ',')) AS c (said)
    CROSS JOIN LATERAL (
        SELECT * FROM entry y
        WHERE y.organisation = $1 AND y.id = split_part(c.said, '=', 1)::uuid OFFSET 0) AS e
    JOIN site s ON s.organisation = $1 AND s.id = e.site
    JOIN crew cr ON cr.organisation = $1 AND cr.id = e.crew
    JOIN member a ON a.organisation = $1 AND a.id = e.author
    LEFT JOIN LATERAL (
        SELECT sum(l.overtime_hours) AS overtime_hours, bool_and({CLOSED_BEFORE}) AS closed
        FROM labour_line l
        WHERE l.organisation = $1 AND l.sheet = e.id AND l.live AND d.worker = (
            SELECT coalesce(same.merged_into, same.id) FROM worker same
            WHERE same.organisation = $1 AND same.id = l.worker)) AS o
        ON true
    ORDER BY d.resolved_at IS NOT NULL, d.decided_at IS NOT NULL, d.work_day DESC,
             d.opened_at DESC, d.id, s.name, cr.name, e.id
"""  # noqa: S608 - a piece of SQL of our own


async def doubles_between(
    organisation: UUID, sites: Collection[UUID], first: date, last: date, most: int
) -> list[Double]:
    """What is or was booked twice on these days with a sheet of one of these sites: open ones
    first, those nobody has spoken of in front, then the latest days."""
    return _doubles(
        await fetch(
            f"""
            WITH told AS MATERIALIZED (
                SELECT d.* FROM double_booking d
                WHERE d.organisation = $1 AND d.work_day BETWEEN $3 AND $4 AND EXISTS (
                    SELECT FROM unnest(string_to_array(d.claims, ',')) AS k (said)
                    CROSS JOIN LATERAL (
                        SELECT y.site FROM entry y
                        WHERE y.organisation = $1 AND y.id = split_part(k.said, '=', 1)::uuid
                        OFFSET 0) AS e
                    WHERE e.site = ANY($2))
                ORDER BY d.resolved_at IS NOT NULL, d.decided_at IS NOT NULL, d.work_day DESC,
                         d.opened_at DESC, d.id
                LIMIT $5
            ) {_WITH_SHEETS}
            """,  # noqa: S608 - a piece of SQL from above
            organisation,
            list(sites),
            first,
            last,
            most,
        )
    )


async def double_by_id(organisation: UUID, double: UUID) -> Double | None:
    """One of the company's, open or settled."""
    found = _doubles(
        await fetch(
            "WITH told AS (SELECT * FROM double_booking WHERE organisation = $1 AND id = $2)"  # noqa: S608
            + _WITH_SHEETS,
            organisation,
            double,
        )
    )
    return found[0] if found else None


def _doubles(rows: Collection[Any]) -> list[Double]:
    own = [one.name for one in fields(Double) if one.name not in ("sheets", "may_settle")]
    parts = [one.name for one in fields(Claim)]
    found = []
    for _id, group in groupby(rows, lambda row: row["id"]):
        of_one = list(group)
        sheets = tuple(Claim(**{name: row[name] for name in parts}) for row in of_one)
        found.append(Double(**{name: of_one[0][name] for name in own}, sheets=sheets))
    return found


async def mark_all_stand(
    organisation: UUID, double: UUID, member: UUID, reason: str, at: datetime
) -> None:
    """All its sheets count: its lines earn from now on."""
    await execute(
        "UPDATE double_booking SET outcome = 'both_stand', counts = NULL, reason = $4,"
        " decided_by = $3, decided_at = $5, resolved_at = $5"
        " WHERE organisation = $1 AND id = $2 AND resolved_at IS NULL",
        organisation,
        double,
        member,
        reason,
        at,
    )


async def mark_one_counts(
    organisation: UUID, double: UUID, sheet: UUID, member: UUID, reason: str, at: datetime
) -> None:
    """This sheet counts: it stays open until the others no longer claim the day."""
    await execute(
        "UPDATE double_booking SET counts = $3, reason = $5, decided_by = $4, decided_at = $6"
        " WHERE organisation = $1 AND id = $2 AND resolved_at IS NULL",
        organisation,
        double,
        sheet,
        member,
        reason,
        at,
    )
