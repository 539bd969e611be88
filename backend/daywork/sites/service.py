"""The door to a site: every page and every use case about a site comes through here."""

from uuid import UUID

from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.people.service import record_audit
from daywork.sites import queries
from daywork.sites.queries import Crew
from daywork.sites.rules import NAME_TAKEN, NO_SITE_YET
from daywork.sites.site import Site


async def site_for(actor: Actor, site_id: UUID, right: Right) -> Site:
    """The site, when the actor may do this there.

    Raises:
        Problem: ``not_found`` for a site of another company or one the actor has no part in,
            so that nobody learns what exists; ``not_allowed`` when only the right is missing.
    """
    site = await queries.site_by_id(actor.organisation, site_id)
    if site is None or not may(actor, Right.SEE_SITE, site_id):
        raise NOT_FOUND()
    if not may(actor, right, site_id):
        raise NOT_ALLOWED()
    return site


async def sites_for(actor: Actor, right: Right) -> list[Site]:
    """Every site where the actor has this right, running ones first."""
    if actor.is_owner:
        return await queries.sites_of(actor.organisation)
    known = dict.fromkeys([*actor.roles, *actor.stands_in])
    held = [site for site in known if may(actor, right, site)]
    return await queries.sites_of(actor.organisation, held) if held else []


def without_site(actor: Actor) -> Problem:
    """Why there is no site to show: an owner may see every site, so the company has none yet."""
    return NO_SITE_YET() if actor.is_owner else NOT_ALLOWED()


# Sites, crews, trades; each runs on the open transaction of the company


async def found_site(actor: Actor, site: Site) -> None:
    """A new site.

    Raises:
        Problem: ``not_allowed`` unless the actor is an owner.
    """
    if not may(actor, Right.MANAGE_MEMBERS):
        raise NOT_ALLOWED()
    await queries.save_site(site)
    await record_audit(
        actor.organisation, actor.member, "site.founded", site.id, detail={"name": site.name}
    )


async def change_site(actor: Actor, before: Site, after: Site) -> None:
    """New values for a site that came from :func:`site_for` with ``manage_site``."""
    changed = {
        name: [str(getattr(before, name)), str(getattr(after, name))]
        for name in Site.__slots__
        if getattr(before, name) != getattr(after, name)
    }
    if not changed:
        return
    await queries.save_site(after)
    await record_audit(
        actor.organisation, actor.member, "site.changed", after.id, detail={"changed": changed}
    )


async def crew_of(site: Site, crew: UUID) -> Crew:
    """One crew of the site.

    Raises:
        Problem: ``not_found``.
    """
    for found in await queries.crews_of(site.organisation, site.id):
        if found.id == crew:
            return found
    raise NOT_FOUND()


async def save_crew(
    actor: Actor,
    site: Site,
    crew: UUID | None,
    *,
    name: str,
    trade: UUID | None,
    foreman: UUID | None,
    own: bool,
    company: str,
    active: bool,
) -> UUID:
    """A new crew, or new values for one of the site's; returns its id.

    Raises:
        Problem: ``name_taken`` by another crew of the site; ``not_found``.
    """
    others = await queries.crews_of(site.organisation, site.id)
    if crew is not None and crew not in {other.id for other in others}:
        raise NOT_FOUND()
    if any(other.name == name and other.id != crew for other in others):
        raise NAME_TAKEN(name=name)
    saved = crew or new_id()
    await queries.save_crew(
        site.organisation,
        site.id,
        saved,
        name=name,
        trade=trade,
        foreman=foreman,
        own=own,
        company="" if own else company,
        active=active,
    )
    await record_audit(
        actor.organisation,
        actor.member,
        "crew.changed" if crew else "crew.added",
        site.id,
        detail={"crew": saved, "name": name, "foreman": foreman, "active": active},
    )
    return saved


async def save_trade(actor: Actor, trade: UUID | None, name: str, name_en: str) -> UUID:
    """A new trade of the company, or a new name for one; returns its id.

    Raises:
        Problem: ``not_allowed`` unless the actor manages some site; ``name_taken``;
            ``not_found``.
    """
    if not may(actor, Right.MANAGE_SITE):
        raise NOT_ALLOWED()
    others = await queries.trades_of(actor.organisation)
    if trade is not None and trade not in {other.id for other in others}:
        raise NOT_FOUND()
    if any(other.name == name and other.id != trade for other in others):
        raise NAME_TAKEN(name=name)
    saved = trade or new_id()
    await queries.save_trade(actor.organisation, saved, name, name_en)
    await record_audit(
        actor.organisation,
        actor.member,
        "trade.changed" if trade else "trade.added",
        detail={"trade": saved, "name": name},
    )
    return saved
