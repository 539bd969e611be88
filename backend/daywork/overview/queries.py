"""SQL of the overview: what waits, what was planned, what was spent, what was photographed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from daywork.ground.calendar import month_of
from daywork.ground.database import fetch
from daywork.summary import queries as summary_queries
from daywork.summary.kept import BEGINNING, Way, moved_between, rows_until
from daywork.summary.rules import LATEST, Figures, Month
from daywork.summary.sums import OF_MONTH, SUMS, figures_in


async def figures_by_site(
    organisation: UUID, sites: Sequence[UUID], month: Month
) -> dict[UUID, Figures]:
    """The figures of each site in these days of one month: of a whole month they are kept."""
    found = dict.fromkeys(sites, Figures())
    if (month.first, month.last) == month_of(month.first):
        return found | await summary_queries.figures_by_site(organisation, sites, month)
    rows = await fetch(
        f"SELECT l.site, {SUMS} {OF_MONTH} GROUP BY l.site",
        organisation,
        list(sites),
        month.first,
        month.last,
    )
    return found | {row["site"]: figures_in(dict(row)) for row in rows}


async def waiting_by_site(organisation: UUID, sites: Sequence[UUID]) -> dict[UUID, int]:
    """How many entries of each site wait for a decision, of any month."""
    rows = await fetch(
        "SELECT site, count(*) AS waiting FROM entry WHERE organisation = $1 AND site = ANY($2)"
        " AND state = 'submitted'"
        " AND kind IN ('labour.sheet', 'progress.report', 'delay.report', 'labour.advance')"
        " GROUP BY site",
        organisation,
        list(sites),
    )
    return dict.fromkeys(sites, 0) | {row["site"]: row["waiting"] for row in rows}


@dataclass(frozen=True, slots=True)
class Budget:
    """Planned and used labour of a site from its beginning; used is approved only."""

    man_days: Decimal
    used_man_days: Decimal


async def budget_by_site(organisation: UUID, sites: Sequence[UUID]) -> dict[UUID, Budget]:
    """工 planned in the tasks of each site, and approved 工 since its beginning."""
    moved = await moved_between(organisation, sites, BEGINNING, LATEST)
    used = rows_until(Way.SITE, ["man_days"], moved=moved)
    rows = await fetch(
        f"""
        WITH used AS (
            SELECT r.site, sum(r.man_days) AS man_days
            FROM {used} r GROUP BY r.site
        )
        SELECT s.id, (SELECT coalesce(sum(t.budget_man_days), 0) FROM task t
                      WHERE t.organisation = s.organisation AND t.site = s.id AND t.active
                        AND NOT t.is_summary) AS man_days,
               coalesce(used.man_days, 0) AS used_man_days
        FROM site s LEFT JOIN used ON used.site = s.id
        WHERE s.organisation = $1 AND s.id = ANY($2)
        """,  # noqa: S608 - a piece of SQL of our own
        organisation,
        list(sites),
        BEGINNING,
        LATEST,
    )
    return {row["id"]: Budget(row["man_days"], row["used_man_days"]) for row in rows}


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo whose bytes are here."""

    id: UUID
    entry: UUID | None
    site: str
    time_zone: str
    author: str
    note: str
    task: str
    work_day: date
    taken_at: datetime | None


async def latest_pictures(
    organisation: UUID, sites: Sequence[UUID], limit: int, *, english: bool
) -> list[Picture]:
    """The latest photos of these sites that are here and were not voided."""
    rows = await fetch(
        """
        SELECT p.id, p.of_entry AS entry, s.name AS site, s.time_zone, m.name AS author, p.note,
               coalesce(CASE WHEN $4 THEN nullif(t.name_en, '') END, t.name, '') AS task,
               e.work_day, p.taken_at
        FROM entry e
        JOIN photo p ON p.organisation = e.organisation AND p.id = e.id
        JOIN site s ON s.organisation = e.organisation AND s.id = e.site
        JOIN member m ON m.organisation = e.organisation AND m.id = e.author
        LEFT JOIN task t ON t.organisation = p.organisation AND t.id = p.task
        WHERE e.organisation = $1 AND e.site = ANY($2) AND e.kind = 'photo.record'
          AND e.state <> 'void' AND p.state = 'complete'
        ORDER BY e.work_day DESC, p.taken_at DESC NULLS LAST, e.id DESC LIMIT $3
        """,
        organisation,
        list(sites),
        limit,
        english,
    )
    return [Picture(**row) for row in rows]
