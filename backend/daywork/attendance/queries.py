"""SQL of the attendance grid: one statement for a site's month."""

import asyncio
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from daywork.attendance.rules import Cell, CrewAtWork, CrewLine
from daywork.ground.database import fetch
from daywork.ground.names import by_name
from daywork.sites.tables import kept_record
from daywork.summary.rules import Month
from daywork.summary.sums import LINES_OF_MONTH, SUMS, ZERO_WHERE_NONE, figures_in


async def crews_at_work(organisation: UUID, site: UUID, month: Month) -> list[CrewAtWork]:
    """Every crew with records in the month, by name."""
    rows = await fetch(
        f"""
        WITH booked AS (
            SELECT l.crew, count(DISTINCT l.worker) AS workers {LINES_OF_MONTH} GROUP BY l.crew
        )
        SELECT b.crew, c.name, b.workers
        FROM booked b JOIN crew c ON c.organisation = $1 AND c.id = b.crew
        ORDER BY {by_name("c.name")}, c.id
        """,  # noqa: S608
        organisation,
        [site],
        month.first,
        month.last,
    )
    return [CrewAtWork(**row) for row in rows]


async def lines_of_month(
    organisation: UUID, site: UUID, month: Month, crew: UUID | None = None, *, english: bool
) -> list[CrewLine]:
    """Every worker's day with each crew, and the crews' workers who have no day.

    Only crews with records appear, and only ``crew`` when one is named. What a worker was booked
    for with other crews of the company, also on other sites, comes along as sums a day.
    ``english`` prefers English names of trades.
    Who was entered twice and merged has the days of both records, under the one who was kept.
    """
    rows = await fetch(
        f"""
        WITH cells AS MATERIALIZED (
            SELECT l.crew, l.worker, l.work_day, {SUMS} {LINES_OF_MONTH}
              AND ($6::uuid IS NULL OR l.crew = $6)
            GROUP BY l.crew, l.worker, l.work_day
        ), people AS (
            SELECT crew, worker FROM cells
            UNION
            SELECT r.crew, r.worker FROM roster r
            JOIN worker o ON o.organisation = $1 AND o.id = r.worker AND o.merged_into IS NULL
            WHERE r.organisation = $1 AND r.site = ANY($2) AND r.joined_on <= $4
              AND (r.left_on IS NULL OR r.left_on >= $3)
              AND r.crew IN (SELECT crew FROM cells)
        ), persons AS MATERIALIZED (
            SELECT DISTINCT coalesce(o.merged_into, o.id) AS person FROM cells
            JOIN worker o ON o.organisation = $1 AND o.id = cells.worker
        ), same AS MATERIALIZED (
            SELECT person AS id, person FROM persons
            UNION ALL
            SELECT o.id, person FROM persons
            JOIN worker o ON o.organisation = $1 AND o.merged_into = person
        ), booked AS (
            SELECT same.person, b.work_day, sum(b.man_days) AS booked_man_days,
                   sum(b.overtime_hours) AS booked_overtime,
                   count(DISTINCT b.sheet) AS booked_sheets
            FROM labour_line b JOIN same ON same.id = b.worker
            WHERE b.organisation = $1 AND b.worker = ANY (ARRAY(SELECT id FROM same))
              AND b.work_day BETWEEN $3 AND $4 AND b.live AND b.state <> 'void'
              AND (b.man_days > 0 OR b.overtime_hours > 0)
            GROUP BY same.person, b.work_day
        )
        SELECT p.crew, c.name AS crew_name, c.company, w.id AS worker, w.name, w.number,
               CASE WHEN $5 THEN coalesce(nullif(t.name_en, ''), t.name, '')
                    ELSE coalesce(t.name, '') END AS trade,
               cells.work_day, {ZERO_WHERE_NONE},
               coalesce(b.booked_man_days, 0) AS booked_man_days,
               coalesce(b.booked_overtime, 0) AS booked_overtime,
               coalesce(b.booked_sheets, 0) AS booked_sheets
        FROM people p
        JOIN crew c ON c.organisation = $1 AND c.id = p.crew
        JOIN worker entered ON entered.organisation = $1 AND entered.id = p.worker
        JOIN worker w ON w.organisation = $1 AND w.id = {kept_record("entered")}
        LEFT JOIN trade t ON t.organisation = $1 AND t.id = w.trade
        LEFT JOIN cells ON cells.crew = p.crew AND cells.worker = p.worker
        LEFT JOIN booked b ON b.person = w.id AND b.work_day = cells.work_day
        """,  # noqa: S608
        organisation,
        [site],
        month.first,
        month.last,
        english,
        crew,
    )
    return await asyncio.to_thread(_lines, rows)


def _lines(rows: Iterable[Any]) -> list[CrewLine]:
    """Beside the loop: of a large site they are 50,000, and others wait for their pages."""
    return [
        CrewLine(
            row["crew"],
            row["crew_name"],
            row["company"],
            row["worker"],
            row["name"],
            row["number"],
            row["trade"],
            None
            if row["work_day"] is None
            else Cell(
                row["work_day"],
                figures_in(dict(row)).without_pay(),
                row["booked_man_days"],
                row["booked_overtime"],
                row["booked_sheets"],
            ),
        )
        for row in rows
    ]
