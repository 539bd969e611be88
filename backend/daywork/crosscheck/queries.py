"""SQL of the cross-check: the days a worker is shown, who can be asked, and what a site allows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from daywork.crosscheck.rules import Day
from daywork.ground.database import execute, fetch, fetch_one, fetch_value
from daywork.ground.names import by_name
from daywork.summary.owed import merged_workers
from daywork.summary.rules import Month
from daywork.summary.sums import LINES_OF_MONTH, SUMS

# The days


async def days_of(
    organisation: UUID, site: UUID, month: Month, workers: Collection[UUID] | None = None
) -> dict[UUID, list[Day]]:
    """The month's days by worker, of some or of all; who was merged counts as the one kept."""
    kept = await merged_workers(organisation)
    asked = set(workers or ())
    only = None if workers is None else [*asked, *(one for one in kept if kept[one] in asked)]
    rows = await fetch(
        f"""
        SELECT worker, work_day, crews, man_days, overtime_hours, pending_man_days,
               pending_overtime
        FROM (SELECT l.worker, l.work_day, array_agg(DISTINCT l.crew) AS crews, {SUMS}
              {LINES_OF_MONTH} AND ($5::uuid[] IS NULL OR l.worker = ANY($5))
              GROUP BY l.worker, l.work_day) AS day
        """,  # noqa: S608
        organisation,
        [site],
        month.first,
        month.last,
        only,
    )
    found: dict[UUID, dict[date, Day]] = {}
    for row in rows:
        days = found.setdefault(kept.get(row["worker"], row["worker"]), {})
        before = days.get(row["work_day"], Day(row["work_day"]))
        days[before.day] = Day(
            before.day,
            before.man_days + row["man_days"],
            before.overtime_hours + row["overtime_hours"],
            before.pending_man_days + row["pending_man_days"],
            before.pending_overtime + row["pending_overtime"],
            before.crews | frozenset(row["crews"]),
        )
    return {one: [days[day] for day in sorted(days)] for one, days in found.items()}


@dataclass(frozen=True, slots=True)
class Person:
    """A worker who can be asked, and the numbers whose last four digits open the link."""

    worker: UUID
    name: str
    number: str
    phone: str | None
    identity_mask: str | None


async def people_among(organisation: UUID, workers: Collection[UUID]) -> list[Person]:
    """These workers by number and name."""
    rows = await fetch(
        "SELECT w.id AS worker, w.name, w.number, w.phone, i.number_mask AS identity_mask"  # noqa: S608
        " FROM worker w LEFT JOIN worker_identity i ON i.organisation = $1 AND i.worker = w.id"
        f" WHERE w.organisation = $1 AND w.id = ANY($2)"
        f" ORDER BY w.number, {by_name('w.name')}, w.id",
        organisation,
        list(workers),
    )
    return [Person(**row) for row in rows]


# What a site lets its workers see


@dataclass(frozen=True, slots=True)
class SiteRule:
    """How a site asks."""

    shows_pay: bool = True
    link_days: int = 14


async def rule_of(organisation: UUID, site: UUID) -> SiteRule:
    """The site's rule, or what holds where nobody has set one."""
    row = await fetch_one(
        "SELECT shows_pay, link_days FROM cross_check_rule WHERE organisation = $1 AND site = $2",
        organisation,
        site,
    )
    return SiteRule(**row) if row else SiteRule()


async def save_rule(organisation: UUID, site: UUID, rule: SiteRule, by: UUID, at: datetime) -> None:
    """Keep the site's rule."""
    await execute(
        "INSERT INTO cross_check_rule (organisation, site, shows_pay, link_days, set_by, set_at)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (organisation, site) DO UPDATE SET"
        " shows_pay = excluded.shows_pay, link_days = excluded.link_days,"
        " set_by = excluded.set_by, set_at = excluded.set_at",
        organisation,
        site,
        rule.shows_pay,
        rule.link_days,
        by,
        at,
    )


async def foremen_of(
    organisation: UUID, site: UUID, worker: UUID, day: date, until: date
) -> dict[UUID, UUID]:
    """Who leads a crew the worker was with on these days, or is on the roster of; with the crew.
    Records that were merged with this one count as his."""
    rows = await fetch(
        "WITH his AS (SELECT id FROM worker WHERE organisation = $1"
        " AND coalesce(merged_into, id) = (SELECT coalesce(merged_into, id) FROM worker"
        " WHERE organisation = $1 AND id = $3))"
        " SELECT c.foreman, c.id FROM crew c WHERE c.organisation = $1 AND c.site = $2"
        " AND c.foreman IS NOT NULL AND (c.id IN (SELECT crew FROM labour_line"
        " WHERE organisation = $1 AND site = $2 AND worker IN (SELECT id FROM his)"
        " AND work_day BETWEEN $4 AND $5 AND live)"
        " OR c.id IN (SELECT crew FROM roster WHERE organisation = $1 AND site = $2"
        " AND worker IN (SELECT id FROM his)"
        " AND joined_on <= $5 AND (left_on IS NULL OR left_on >= $4)))"
        " ORDER BY c.id",
        organisation,
        site,
        worker,
        day,
        until,
    )
    return {row["foreman"]: row["id"] for row in rows}


async def is_led(
    organisation: UUID, site: UUID, worker: UUID, month: Month, leader: UUID | None
) -> bool:
    """Whether the worker, under any of his records, is on the roster of a crew that ``leader``
    leads or was with one in the month. Without a leader: of any crew of the site."""
    return bool(
        await fetch_value(
            "SELECT EXISTS (SELECT FROM crew c JOIN worker w ON w.organisation = c.organisation"
            " AND coalesce(w.merged_into, w.id) = $3"
            " WHERE c.organisation = $1 AND c.site = $2 AND ($6::uuid IS NULL OR c.foreman = $6)"
            " AND (EXISTS (SELECT FROM roster r WHERE r.organisation = $1 AND r.site = $2"
            " AND r.worker = w.id AND r.crew = c.id)"
            " OR EXISTS (SELECT FROM labour_line l WHERE l.organisation = $1 AND l.site = $2"
            " AND l.worker = w.id AND l.crew = c.id AND l.live"
            " AND l.work_day BETWEEN $4 AND $5)))",
            organisation,
            site,
            worker,
            month.first,
            month.last,
            leader,
        )
    )


async def company_name(organisation: UUID) -> str:
    """What a worker reads at the top."""
    name: str = await fetch_value("SELECT name FROM organisation WHERE id = $1", organisation)
    return name
