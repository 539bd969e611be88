"""SQL of approved lines that have work and no rate: nobody's pay is forgotten in silence."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from daywork.ground.database import fetch
from daywork.ground.names import by_name
from daywork.labour.queries import ITS_WORKER, LINE_TO_PRICE, LineToPrice
from daywork.summary.rules import Month


async def states_of_month(organisation: UUID, site: UUID, month: Month) -> set[str]:
    """The states in which the month has work: ``submitted``, ``returned``, ``approved``."""
    rows = await fetch(
        """
        SELECT s.state FROM unnest(ARRAY['submitted', 'returned', 'approved']) AS s (state)
        WHERE EXISTS (
            SELECT FROM labour_line l
            WHERE l.organisation = $1 AND l.site = $2 AND l.work_day BETWEEN $3 AND $4
              AND l.live AND l.state = s.state AND (l.man_days > 0 OR l.overtime_hours > 0))
        """,
        organisation,
        site,
        month.first,
        month.last,
    )
    return {row["state"] for row in rows}


@dataclass(frozen=True, slots=True)
class UnpricedLine:
    """An approved line that has work and no rate."""

    line: LineToPrice
    site: UUID
    site_name: str
    worker_name: str
    trade_name: str


async def unpriced_lines(
    organisation: UUID, sites: Sequence[UUID], month: Month
) -> list[UnpricedLine]:
    """The month's approved lines without a rate, by worker and day."""
    rows = await fetch(
        f"""
        SELECT {LINE_TO_PRICE}, s.name AS site_name, w.name AS worker_name,
               coalesce(t.name, '') AS trade_name
        FROM labour_line l {ITS_WORKER}
        JOIN site s ON s.organisation = l.organisation AND s.id = l.site
        LEFT JOIN trade t ON t.organisation = w.organisation AND t.id = w.trade
        WHERE l.organisation = $1 AND l.site = ANY($2) AND l.work_day BETWEEN $3 AND $4
          AND l.live AND l.state = 'approved' AND l.earned IS NULL
          AND (l.man_days > 0 OR l.overtime_hours > 0)
        ORDER BY {by_name("w.name")}, w.id, l.work_day
        """,  # noqa: S608
        organisation,
        list(sites),
        month.first,
        month.last,
    )
    return [
        UnpricedLine(
            LineToPrice(**{name: row[name] for name in LineToPrice.__slots__}),
            row["site"],
            row["site_name"],
            row["worker_name"],
            row["trade_name"],
        )
        for row in rows
    ]
