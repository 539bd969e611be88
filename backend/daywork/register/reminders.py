"""Telling the office which workers' certificates run out: a month before, and a week before.

Each paper is told of once each time, for the day it runs out; one that is prolonged is told of
anew. All of a site's go into one message, so that a morning brings one and not twenty.
"""

from collections import defaultdict
from datetime import UTC, datetime, time, timedelta
from typing import Final
from uuid import UUID

from daywork.ground.calendar import clock_at, day_at
from daywork.ground.database import company_transaction
from daywork.push.rules import Fact, MessageKind, Notice
from daywork.push.service import tell
from daywork.register import entry_queries
from daywork.register.entry_queries import Ending
from daywork.register.rules import MONTH_BEFORE, WEEK_BEFORE
from daywork.sites.queries import sites_of

MORNING: Final = time(6)
"""Told from this hour of the site's own clock on."""

NAMED: Final = 3
"""So many workers are named in a message; of more, the number is said."""


def ngettext(one: str, many: str) -> tuple[str, str]:
    """Mark a text with a plural for the catalogue."""
    return one, many


ENDING = Notice(
    "certificates_ending",
    MessageKind.CERTIFICATE,
    ngettext("%(n)s certificate runs out", "%(n)s certificates run out"),
    ngettext(
        "%(site)s · %(names)s · on %(first)s", "%(site)s · %(names)s · the first on %(first)s"
    ),
)


async def remind_of_papers(organisation: UUID, now: datetime | None = None) -> int:
    """Tell what is due where the morning has come; how many papers. Safe to run again."""
    at = now or datetime.now(UTC)
    async with company_transaction(organisation):
        sites = {
            site.id: site
            for site in await sites_of(organisation)
            if site.active and clock_at(at, site.time_zone) >= MORNING
        }
        if not sites:
            return 0
        today = min(day_at(at, site.time_zone) for site in sites.values())
        told: set[UUID] = set()
        for days, week in ((WEEK_BEFORE, True), (MONTH_BEFORE, False)):
            until = today + timedelta(days=days)
            found = await entry_queries.papers_ending(
                organisation, list(sites), today, until, week=week
            )
            by_site: dict[UUID, list[Ending]] = defaultdict(list)
            for one in found:
                by_site[one.site].append(one)
            for site, endings in by_site.items():
                await _tell(organisation, site, sites[site].name, endings, at)
            papers = {one.certificate for one in found}
            await entry_queries.mark_told(organisation, papers, week=week)
            told |= papers
    return len(told)


async def _tell(
    organisation: UUID, site: UUID, site_name: str, endings: list[Ending], at: datetime
) -> None:
    names = list(dict.fromkeys(one.worker_name for one in endings))
    facts: dict[str, Fact] = {
        "n": len(endings),
        "site": site_name,
        "names": "、".join(names[:NAMED]) + ("…" if len(names) > NAMED else ""),
        "first": endings[0].valid_until,
    }
    await tell(
        organisation,
        await entry_queries.office_of(organisation, site),
        ENDING,
        subject=f"{site}:{endings[0].valid_until}",
        site=site,
        link=f"/labour/register?site={site}&show=doubts",
        facts=facts,
        at=at,
    )
