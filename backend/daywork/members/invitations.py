"""Bring people in by a link that is shown once; whoever holds it can become that person.

So an invitation grants no more than its maker may grant, at the making and again at the accepting.
Each use case runs on the open transaction of the company.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_ALLOWED
from daywork.ground.terms import Role
from daywork.members import queries
from daywork.members.rules import ALREADY_MEMBER, INVITATION_LIFE, INVITATION_OVER, may_grant
from daywork.members.service import Wish, may_see_members
from daywork.people import queries as people
from daywork.people.actor import Actor
from daywork.people.passwords import hash_of
from daywork.people.queries import Member
from daywork.people.rules import Login, Right, may, shown_phone
from daywork.people.service import record_audit
from daywork.sites import queries as sites


async def invite(
    actor: Actor, name: str, login: Login, *, is_owner: bool, wishes: Sequence[Wish]
) -> tuple[UUID, str]:
    """Invite somebody new; returns the invitation's id and its token, which is shown once.

    Raises:
        Problem: ``not_allowed`` when the actor may not grant what is promised;
            ``already_member``.
    """
    if is_owner and not may(actor, Right.MANAGE_MEMBERS):
        raise NOT_ALLOWED()
    if not may_see_members(actor) or not all(
        may_grant(actor, wish.role, wish.site) for wish in wishes
    ):
        raise NOT_ALLOWED()
    known = await people.member_by_login(actor.organisation, login)
    if known is not None and known.active:
        raise ALREADY_MEMBER(login=shown_phone(login.value))
    invitation, token = await _issue(actor, None, name, login, is_owner=is_owner, wishes=wishes)
    await record_audit(
        actor.organisation,
        actor.member,
        "member.invited",
        detail={"name": name, "invitation": invitation, "owner": is_owner},
    )
    return invitation, token


async def new_way_in(actor: Actor, member: Member) -> tuple[UUID, str]:
    """A link by which a member who forgot the password sets a new one.

    Only an owner may make it, except for a foreman of the office's own sites: whoever holds the
    link can become that person.

    Raises:
        Problem: ``not_allowed``.
    """
    if not may_open_for(actor, member) or not member.active:
        raise NOT_ALLOWED()
    invitation, token = await _issue(
        actor, member.id, member.name, Login(member.login), is_owner=False, wishes=()
    )
    await record_audit(
        actor.organisation,
        actor.member,
        "member.new_way_in",
        detail={"member": member.id, "invitation": invitation},
    )
    return invitation, token


def may_open_for(actor: Actor, member: Member) -> bool:
    """Whether the actor may be trusted with a link that becomes this member."""
    if may(actor, Right.MANAGE_MEMBERS):
        return True
    return (
        not member.is_owner
        and bool(member.roles)
        and all(may_grant(actor, role, site) for site, role in member.roles.items())
    )


async def _issue(
    actor: Actor,
    member: UUID | None,
    name: str,
    login: Login,
    *,
    is_owner: bool,
    wishes: Sequence[Wish],
) -> tuple[UUID, str]:
    invitation, token = new_id(), secrets.token_urlsafe(32)
    await queries.mark_earlier_revoked(actor.organisation, login)
    await queries.insert_invitation(
        actor.organisation,
        invitation,
        hash_of(token),
        member=member,
        name=name,
        login=login,
        is_owner=is_owner,
        roles=[
            {"site": str(w.site), "role": w.role, "crews": [str(crew) for crew in w.crews]}
            for w in wishes
        ],
        created_by=actor.member,
        expires_at=datetime.now(UTC) + INVITATION_LIFE,
    )
    return invitation, token


async def invitation_of(actor: Actor, invitation: UUID) -> queries.Invitation:
    """An open invitation the actor made, or any when the actor manages members.

    Raises:
        Problem: ``invitation_over``.
    """
    found = await queries.open_invitation(actor.organisation, invitation)
    if found is None or not _owns(actor, found):
        raise INVITATION_OVER()
    return found


async def invitations_seen_by(actor: Actor) -> list[queries.Invitation]:
    """Open invitations the actor made, or all when the actor manages members."""
    return [i for i in await queries.open_invitations(actor.organisation) if _owns(actor, i)]


def _owns(actor: Actor, invitation: queries.Invitation) -> bool:
    return may(actor, Right.MANAGE_MEMBERS) or invitation.created_by == actor.member


async def take_back(actor: Actor, invitation: UUID) -> None:
    """Make an invitation invalid."""
    found = await invitation_of(actor, invitation)
    await queries.mark_invitation_revoked(actor.organisation, found.id)
    await record_audit(
        actor.organisation,
        actor.member,
        "member.invitation_taken_back",
        detail={"name": found.name},
    )


async def accept(
    organisation: UUID, invitation: UUID, name: str, password_hash: str, language: str
) -> UUID:
    """Become a member by an invitation, or get back in; returns the member's id.

    What the inviter may no longer grant is not granted.

    Raises:
        Problem: ``invitation_over``, also for the second of two who accept at once;
            ``already_member``.
    """
    found = await queries.open_invitation(organisation, invitation, lock=True)
    if found is None:
        raise INVITATION_OVER()
    inviter = await people.member_by_id(organisation, found.created_by)
    if inviter is None or not inviter.active:
        raise INVITATION_OVER()
    if found.member is not None:
        member = await _come_back(organisation, found.member, inviter, password_hash)
    else:
        member = await _enter(organisation, found, inviter, name, password_hash, language)
    await queries.mark_accepted(organisation, invitation, member)
    await record_audit(organisation, member, "member.joined", detail={"invitation": invitation})
    return member


async def _come_back(organisation: UUID, member: UUID, inviter: Member, password: str) -> UUID:
    known = await people.member_by_id(organisation, member)
    if (
        known is None
        or not known.active
        or not may_open_for(_as_actor(organisation, inviter), known)
    ):
        raise INVITATION_OVER()
    await people.mark_password(organisation, member, password)
    await people.end_sessions(organisation, member)
    return member


async def _enter(
    organisation: UUID,
    invitation: queries.Invitation,
    inviter: Member,
    name: str,
    password_hash: str,
    language: str,
) -> UUID:
    login = Login(invitation.login)
    actor = _as_actor(organisation, inviter)
    is_owner = invitation.is_owner and inviter.is_owner
    known = await people.member_by_login(organisation, login)
    if known is not None and known.active:
        raise ALREADY_MEMBER(login=shown_phone(login.value))
    if known is not None:
        member = known.id
        for site in known.roles:
            await queries.mark_withdrawn(organisation, site, member)
        await queries.mark_member(organisation, member, is_owner=is_owner, active=True)
        await people.mark_password(organisation, member, password_hash)
        await people.mark_member_name(organisation, member, name)
    else:
        member = new_id()
        await people.insert_member(
            organisation,
            member,
            name=name,
            login=login,
            password_hash=password_hash,
            language=language,
            is_owner=is_owner,
        )
    for wish in _wishes(invitation.roles):
        if may_grant(actor, wish.role, wish.site):
            await queries.mark_role(organisation, wish.site, member, wish.role)
            await sites.mark_foreman(organisation, wish.site, wish.crews, member)
    return member


def _as_actor(organisation: UUID, member: Member) -> Actor:
    return Actor(
        organisation=organisation,
        member=member.id,
        name=member.name,
        language=member.language,
        is_owner=member.is_owner,
        roles=member.roles,
    )


def _wishes(roles: Sequence[Mapping[str, Any]]) -> list[Wish]:
    return [
        Wish(UUID(one["site"]), Role(one["role"]), [UUID(crew) for crew in one.get("crews", [])])
        for one in roles
    ]
