"""Give and take roles, let people go.

Each use case runs on the open transaction of the company; a change of role moves the scope of
that person's phone in the same transaction (the triggers on membership and crew do it).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND
from daywork.ground.terms import Role
from daywork.members import queries
from daywork.members.rules import LAST_OWNER, may_grant
from daywork.people import queries as people
from daywork.people.actor import Actor
from daywork.people.queries import Member
from daywork.people.rules import Right, may
from daywork.people.service import record_audit
from daywork.sites import queries as sites


@dataclass(frozen=True, slots=True)
class Wish:
    """A role somebody is to get on a site, and the crews to lead there."""

    site: UUID
    role: Role
    crews: Sequence[UUID] = ()


def may_see_members(actor: Actor) -> bool:
    """Owners see everybody; the office sees who is on its sites."""
    return may(actor, Right.MANAGE_MEMBERS) or may(actor, Right.INVITE_FOREMAN)


async def members_seen_by(actor: Actor) -> list[Member]:
    """The members an actor may know of.

    Raises:
        Problem: ``not_allowed``.
    """
    if not may_see_members(actor):
        raise NOT_ALLOWED()
    return [m for m in await people.members_of(actor.organisation) if _sees(actor, m)]


async def member_for(actor: Actor, member: UUID) -> Member:
    """One member the actor may know of.

    Raises:
        Problem: ``not_found``, also for another company's member.
    """
    found = await people.member_by_id(actor.organisation, member)
    if found is None or not _sees(actor, found):
        raise NOT_FOUND()
    return found


def _sees(actor: Actor, member: Member) -> bool:
    return may(actor, Right.MANAGE_MEMBERS) or any(
        may(actor, Right.INVITE_FOREMAN, site) for site in member.roles
    )


# Roles


async def give_role(actor: Actor, member: Member, wish: Wish) -> None:
    """Give a member this role on a site in place of the one held there.

    Raises:
        Problem: ``not_allowed`` when either the old or the new role is not the actor's to give.
    """
    held = member.roles.get(wish.site)
    if not may_grant(actor, wish.role, wish.site) or (
        held is not None and not may_grant(actor, held, wish.site)
    ):
        raise NOT_ALLOWED()
    if await sites.site_by_id(actor.organisation, wish.site) is None:
        raise NOT_FOUND()
    await queries.mark_role(actor.organisation, wish.site, member.id, wish.role)
    await sites.mark_foreman(actor.organisation, wish.site, wish.crews, member.id)
    await record_audit(
        actor.organisation,
        actor.member,
        "member.role_given",
        wish.site,
        detail={"member": member.id, "role": wish.role, "crews": list(wish.crews)},
    )


async def withdraw(actor: Actor, member: Member, site: UUID) -> None:
    """Take a member off a site; the phone forgets the site with its next sync.

    Raises:
        Problem: ``not_found`` when there is no role, ``not_allowed``.
    """
    held = member.roles.get(site)
    if held is None:
        raise NOT_FOUND()
    if not may_grant(actor, held, site):
        raise NOT_ALLOWED()
    await queries.mark_withdrawn(actor.organisation, site, member.id)
    await sites.mark_foreman(actor.organisation, site, (), member.id)
    await record_audit(
        actor.organisation,
        actor.member,
        "member.withdrawn",
        site,
        detail={"member": member.id, "role": held},
    )


async def mark_owner(actor: Actor, member: Member, is_owner: bool) -> None:
    """Make a member an owner, or no longer one.

    Raises:
        Problem: ``not_allowed``; ``last_owner``.
    """
    if not may(actor, Right.MANAGE_MEMBERS):
        raise NOT_ALLOWED()
    if not is_owner:
        await _keep_an_owner(actor.organisation, member)
    await queries.mark_member(actor.organisation, member.id, is_owner=is_owner)
    await record_audit(
        actor.organisation,
        actor.member,
        "member.owner_changed",
        detail={"member": member.id, "owner": is_owner},
    )


async def deactivate(actor: Actor, member: Member) -> None:
    """End a member's access at once: every session is over, every code void.

    Raises:
        Problem: ``not_allowed``; ``last_owner``.
    """
    if not may(actor, Right.MANAGE_MEMBERS):
        raise NOT_ALLOWED()
    await _keep_an_owner(actor.organisation, member)
    await queries.mark_member(actor.organisation, member.id, active=False)
    await people.end_sessions(actor.organisation, member.id)
    await record_audit(
        actor.organisation, actor.member, "member.deactivated", detail={"member": member.id}
    )


async def reactivate(actor: Actor, member: Member) -> None:
    """Let a member in again, with the roles held before.

    Raises:
        Problem: ``not_allowed``.
    """
    if not may(actor, Right.MANAGE_MEMBERS):
        raise NOT_ALLOWED()
    await queries.mark_member(actor.organisation, member.id, active=True)
    await record_audit(
        actor.organisation, actor.member, "member.reactivated", detail={"member": member.id}
    )


async def _keep_an_owner(organisation: UUID, leaving: Member) -> None:
    if set(await queries.lock_owners(organisation)) == {leaving.id}:
        raise LAST_OWNER()
