"""The door to a site: every page and every use case about a site comes through here."""

from uuid import UUID

from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.sites import queries
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
    held = [site for site in actor.roles if may(actor, right, site)]
    return await queries.sites_of(actor.organisation, held) if held else []
