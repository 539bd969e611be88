"""Months that are closed: what lies in one is neither recorded, corrected nor decided.

Stands below all rooms that write entries; closing and reopening is done in ``levels``. Callers
hold the lock of the sites, and so does whoever closes: what is open here stays open until commit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from daywork.entries.rules import DECIDED_KINDS, MONTH_CLOSED
from daywork.ground.database import execute, fetch
from daywork.ground.terms import EntryKind
from daywork.people.actor import Actor

CLOSED_BEFORE = """(l.state = 'approved' AND EXISTS (
    SELECT FROM entry n WHERE n.organisation = l.organisation AND n.id = l.sheet AND EXISTS (
        SELECT FROM wage_sheet p
        WHERE p.organisation = l.organisation AND p.site = l.site
          AND p.month = date_trunc('month', l.work_day)::date
          AND (p.crew IS NULL OR p.crew = l.crew)
          AND p.closed_at >= n.decided_at AND p.closed_at < d.opened_at
        UNION ALL
        SELECT FROM settlement p
        WHERE p.organisation = l.organisation AND p.site = l.site AND p.worker = l.worker
          AND p.until_day >= l.work_day
          AND p.closed_at >= n.decided_at AND p.closed_at < d.opened_at
        UNION ALL
        SELECT FROM month_closing p
        WHERE p.organisation = l.organisation AND p.site = l.site AND p.what = 'closed'
          AND p.month = date_trunc('month', l.work_day)::date
          AND p.at >= n.decided_at AND p.at < d.opened_at AND NOT EXISTS (
            SELECT FROM month_closing r
            WHERE r.organisation = p.organisation AND r.site = p.site AND r.month = p.month
              AND r.at > p.at AND r.at < d.opened_at))))"""
"""Whether a line ``l`` stood on a closed paper (wage sheet, settlement, closed month) before the
double booking ``d`` was opened, and nobody has decided on its sheet since. Then it stays as it was
closed, and only what came late waits. It depends on what was before ``d`` alone, so that nothing
that is closed or reopened later moves it."""


async def note_closed(organisation: UUID, site: UUID, month: date) -> None:
    """Let the month be added up again: a double booking that is opened elsewhere this moment, and
    cannot be seen from here, holds what it sees of the month."""
    await execute(
        "INSERT INTO labour_moved (organisation, site, month) VALUES ($1, $2, $3)",
        organisation,
        site,
        month,
    )


async def closed_months(actor: Actor, sites: Iterable[UUID]) -> set[tuple[UUID, date]]:
    """Site and first day of every month that is closed."""
    rows = await fetch(
        "SELECT site, month FROM (SELECT DISTINCT ON (site, month) site, month, what"
        " FROM month_closing WHERE organisation = $1 AND site = ANY($2)"
        " ORDER BY site, month, at DESC) AS last WHERE what = 'closed'",
        actor.organisation,
        list(set(sites)),
    )
    return {(row["site"], row["month"]) for row in rows}


async def who_reopens(actor: Actor, site: UUID) -> list[str]:
    """Names of those who can reopen a month of the site: its office, else the owners."""
    rows = await fetch(
        "SELECT m.name, m.is_owner FROM member m WHERE m.organisation = $1 AND m.active"
        " AND (m.is_owner OR EXISTS (SELECT FROM membership ms WHERE ms.organisation = $1"
        " AND ms.member = m.id AND ms.site = $2 AND ms.role = 'office'"
        " AND ms.withdrawn_at IS NULL)) ORDER BY m.is_owner, m.name LIMIT 3",
        actor.organisation,
        site,
    )
    return [row["name"] for row in rows]


@dataclass(frozen=True, slots=True)
class Months:
    """The closed months of some sites, ready to be asked."""

    closed: set[tuple[UUID, date]]
    reopeners: dict[UUID, list[str]]

    def holds(self, site: UUID, work_day: date, kind: EntryKind) -> bool:
        """Whether a record of this day may not be touched; a photo only proves, and may come."""
        return kind in DECIDED_KINDS and (site, work_day.replace(day=1)) in self.closed

    def check(self, site: UUID, work_day: date, kind: EntryKind) -> None:
        """Refuse what lies in a closed month.

        Raises:
            Problem: ``month_closed``, with who can reopen it.
        """
        if self.holds(site, work_day, kind):
            names = ", ".join(self.reopeners.get(site, []))
            raise MONTH_CLOSED(month=f"{work_day:%Y-%m}", who=names)


async def months_of(actor: Actor, sites: Iterable[UUID]) -> Months:
    """What is closed on these sites, and who could reopen it."""
    closed = await closed_months(actor, sites)
    return Months(
        closed, {site: await who_reopens(actor, site) for site in {s for s, _m in closed}}
    )
