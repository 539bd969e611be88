"""The members of the company: who is on which site as what, inviting, and letting go."""

from typing import Any
from uuid import UUID

import segno
from litestar import Response, get, post
from litestar.params import FromPath

from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_ALLOWED, Problem
from daywork.ground.settings import Settings
from daywork.ground.terms import Role
from daywork.members import invitations, service
from daywork.members.rules import INVITATION_LIFE, may_grant
from daywork.members.service import Wish
from daywork.people.actor import Actor
from daywork.people.codes import new_invitation_code
from daywork.people.queries import Member
from daywork.people.rules import Right, login_from, may, shown_phone
from daywork.sites import queries as sites
from daywork.sites.service import sites_for
from daywork.web.forms import Answers
from daywork.web.language import gettext
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


ROLE_NAMES = {
    Role.FOREMAN: _("Foreman"),
    Role.SUPERVISOR: _("Supervisor"),
    Role.OFFICE: _("Office"),
}


def role_names() -> dict[str, str]:
    """Each role in the reader's language."""
    return {role.value: gettext(name) for role, name in ROLE_NAMES.items()}


async def _grantable(actor: Actor, member: UUID | None = None) -> list[dict[str, Any]]:
    """Sites where the actor may give roles, with the roles and the crews to lead."""
    found = []
    for site in await sites_for(actor, Right.INVITE_FOREMAN):
        if site.active:
            crews = await sites.crews_of(actor.organisation, site.id)
            found.append(
                {
                    "site": site,
                    "roles": [role.value for role in Role if may_grant(actor, role, site.id)],
                    "crews": [crew for crew in crews if crew.active],
                    "led": {str(crew.id) for crew in crews if crew.foreman == member},
                }
            )
    return found


def _wish(answers: Answers, site: UUID, crews: set[UUID]) -> Wish | None:
    """The role chosen for a site (field ``role-<site>``) and the crews ticked there."""
    role = answers.one_of(f"role-{site}", [role.value for role in Role])
    if not role:
        return None
    ticked = {UUID(text) for text in answers.several(f"crews-{site}") if len(text) == 36}
    return Wish(site, Role(role), sorted(ticked & crews) if role == Role.FOREMAN else ())


# The list


@get("/members")
async def members(request: Request) -> Response[str]:
    """All members I may know of, and the invitations still open."""
    actor = request.user
    async with company_transaction(actor.organisation):
        found = await service.members_seen_by(actor)
        invited = await invitations.invitations_seen_by(actor)
        names = {site.id: site.name for site in await sites_for(actor, Right.SEE_SITE)}
    return page(
        request,
        "members/list.html",
        members=found,
        invitations=invited,
        site_names=names,
        role_names=role_names(),
        shown_phone=shown_phone,
    )


# Inviting


async def _invite_page(
    request: Request, answers: Answers | None = None, problem: Problem | None = None
) -> Response[str]:
    actor = request.user
    async with company_transaction(actor.organisation):
        if not service.may_see_members(actor):
            raise NOT_ALLOWED()
        grantable = await _grantable(actor)
    return page(
        request,
        "members/invite.html",
        status=200 if answers is None else problem.kind.status if problem else 422,
        grantable=grantable,
        may_make_owners=may(actor, Right.MANAGE_MEMBERS),
        role_names=role_names(),
        typed=answers.typed if answers else {},
        ticked={text for one in grantable for text in answers.several(f"crews-{one['site'].id}")}
        if answers
        else set(),
        faults=answers.faults if answers else {},
        problem=told(problem) if problem else None,
    )


@get("/members/invite")
async def invite_form(request: Request) -> Response[str]:
    """Whom to invite, and as what."""
    return await _invite_page(request)


@post("/members/invite")
async def invite(request: Request) -> Response[Any]:
    """Make the invitation and show its link, QR code and six digits, this once."""
    actor = request.user
    answers = Answers(await request.form())
    name = answers.text("name", needed=True, longest=60)
    try:
        login = login_from(answers.raw("login"))
    except Problem as problem:
        answers.fault("login", told(problem)["title"])
    try:
        async with company_transaction(actor.organisation):
            grantable = await _grantable(actor)
            wishes = [
                wish
                for one in grantable
                if (wish := _wish(answers, one["site"].id, {crew.id for crew in one["crews"]}))
            ]
            is_owner = answers.ticked("owner")
            if not wishes and not is_owner:
                answers.fault("roles", gettext("Please choose a role on at least one site"))
            if not answers.faults:
                made, token = await invitations.invite(
                    actor, name, login, is_owner=is_owner, wishes=wishes
                )
                digits = await new_invitation_code(actor.organisation, made, INVITATION_LIFE)
    except Problem as problem:
        return await _invite_page(request, answers, problem)
    if answers.faults:
        return await _invite_page(request, answers)
    return _invitation_page(request, name, shown_phone(login.value), token, digits)


def _invitation_page(
    request: Request, name: str, login: str, token: str, digits: str
) -> Response[str]:
    settings: Settings = request.app.state.settings
    base = settings.base_url or str(request.base_url).rstrip("/")
    link = f"{base}/join/{token}"
    return page(
        request,
        "members/invitation.html",
        name=name,
        login=login,
        link=link,
        code_address=f"{base}/code",
        qr=segno.make(link, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff"),
        digits=digits,
        days=INVITATION_LIFE.days,
    )


@post("/members/invitations/{invitation:uuid}/take-back")
async def take_back(request: Request, invitation: FromPath[UUID]) -> Response[Any]:
    """Make an invitation invalid."""
    actor = request.user
    async with company_transaction(actor.organisation):
        await invitations.take_back(actor, invitation)
    return go(request, "/members")


# One member


async def _member_page(
    request: Request, member: UUID, problem: Problem | None = None
) -> Response[str]:
    actor = request.user
    async with company_transaction(actor.organisation):
        found = await service.member_for(actor, member)
        grantable = await _grantable(actor, member)
        seen = await sites_for(actor, Right.SEE_SITE)
    mine = {one["site"].id for one in grantable}
    return page(
        request,
        "members/member.html",
        status=problem.kind.status if problem else 200,
        member=found,
        login=shown_phone(found.login),
        grantable=[one for one in grantable if _may_change(actor, found, one["site"].id)],
        elsewhere={
            site.name: gettext(ROLE_NAMES[found.roles[site.id]])
            for site in seen
            if site.id in found.roles
            and (site.id not in mine or not _may_change(actor, found, site.id))
        },
        manages=may(actor, Right.MANAGE_MEMBERS),
        may_open=found.active and invitations.may_open_for(actor, found),
        role_names=role_names(),
        problem=told(problem) if problem else None,
    )


def _may_change(actor: Actor, member: Member, site: UUID) -> bool:
    held = member.roles.get(site)
    return held is None or may_grant(actor, held, site)


@get("/members/{member:uuid}")
async def member_page(request: Request, member: FromPath[UUID]) -> Response[str]:
    """One member: roles, sign-in, access."""
    return await _member_page(request, member)


@post("/members/{member:uuid}/roles/{site:uuid}")
async def change_role(
    request: Request, member: FromPath[UUID], site: FromPath[UUID]
) -> Response[Any]:
    """Give, change or take the role on one site."""
    actor = request.user
    answers = Answers(await request.form())
    async with company_transaction(actor.organisation):
        found = await service.member_for(actor, member)
        crews = await sites.crews_of(actor.organisation, site)
        wish = _wish(answers, site, {crew.id for crew in crews})
        if wish is not None:
            await service.give_role(actor, found, wish)
        elif site in found.roles:
            await service.withdraw(actor, found, site)
    return go(request, f"/members/{member}")


@post("/members/{member:uuid}/new-link")
async def new_link(request: Request, member: FromPath[UUID]) -> Response[str]:
    """A new way in for somebody who forgot the password; shown once."""
    actor = request.user
    async with company_transaction(actor.organisation):
        found = await service.member_for(actor, member)
        made, token = await invitations.new_way_in(actor, found)
        digits = await new_invitation_code(actor.organisation, made, INVITATION_LIFE)
    return _invitation_page(request, found.name, shown_phone(found.login), token, digits)


@post("/members/{member:uuid}/access")
async def change_access(request: Request, member: FromPath[UUID]) -> Response[Any]:
    """End a member's access, or open it again; make an owner, or no longer one."""
    actor = request.user
    change = Answers(await request.form()).raw("change")
    try:
        async with company_transaction(actor.organisation):
            found = await service.member_for(actor, member)
            if change == "deactivate":
                await service.deactivate(actor, found)
            elif change == "reactivate":
                await service.reactivate(actor, found)
            elif change in ("owner", "not-owner"):
                await service.mark_owner(actor, found, change == "owner")
    except Problem as problem:
        if problem.kind.status in (403, 404):
            raise
        return await _member_page(request, member, problem)
    return go(request, f"/members/{member}")


handlers = [
    members,
    invite_form,
    invite,
    take_back,
    member_page,
    change_role,
    new_link,
    change_access,
]
