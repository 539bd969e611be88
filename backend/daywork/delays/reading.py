"""The delays of a site as its page shows them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from daywork.delays.list_queries import DelaySeen, days_lost, delays_seen, open_on
from daywork.delays.pareto import Bar, Lost, pareto
from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_ALLOWED
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.sites.service import site_for, sites_for
from daywork.sites.site import Site


@dataclass(frozen=True, slots=True)
class SiteDelays:
    """Everything the page shows."""

    choice: list[Site]
    site: Site | None
    """None when there is no site at all yet."""
    today: date | None = None
    open: list[DelaySeen] = field(default_factory=list)
    closed: list[DelaySeen] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)


async def delays_for(
    actor: Actor, site_id: UUID | None, now: datetime, *, english: bool
) -> SiteDelays:
    """The delays of a site; without one, of the first the actor may see.

    Raises:
        Problem: ``not_found`` or ``not_allowed``.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        choice = await sites_for(actor, Right.SEE_LABOUR)
        if site_id is not None:
            site = await site_for(actor, site_id, Right.SEE_LABOUR)
        elif choice:
            site = choice[0]
        elif may(actor, Right.SEE_LABOUR):
            return SiteDelays([], None)
        else:
            raise NOT_ALLOWED()
        seen = await delays_seen(actor.organisation, site.id, english=english)
        lost = await days_lost(actor.organisation, site.id)
    return SiteDelays(
        choice,
        site,
        day_at(now, site.time_zone),
        [one for one in seen if one.closed_on is None],
        [one for one in seen if one.closed_on is not None],
        lost,
        pareto(lost),
    )


@dataclass(frozen=True, slots=True)
class Notice:
    """How much is late: one line on other pages."""

    site: UUID | None
    open: int
    longest: Decimal | None


async def notice_for(actor: Actor, site_id: UUID | None, task: UUID | None) -> Notice:
    """How many delays are open on the site, or on all the actor may see; of one task only.

    Raises:
        Problem: ``not_found`` or ``not_allowed``.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        if site_id is not None:
            sites = [(await site_for(actor, site_id, Right.SEE_LABOUR)).id]
        else:
            sites = [site.id for site in await sites_for(actor, Right.SEE_LABOUR)]
        open_, longest = await open_on(actor.organisation, sites, task)
    return Notice(site_id, open_, longest)
