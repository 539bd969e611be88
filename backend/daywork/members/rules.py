"""Who may bring people in and let them go. Pure."""

from datetime import timedelta
from uuid import UUID

from daywork.ground.problems import ProblemKind
from daywork.ground.terms import Role
from daywork.people.actor import Actor
from daywork.people.rules import Right, may


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


ALREADY_MEMBER = ProblemKind(
    "already_member",
    409,
    _("%(login)s is a member already"),
    _("Open the member's page to give a role on another site or a new sign-in link."),
)
LAST_OWNER = ProblemKind(
    "last_owner",
    409,
    _("A company needs an owner"),
    _("Make somebody else an owner first."),
)
INVITATION_OVER = ProblemKind(
    "invitation_over",
    404,
    _("This invitation is not valid any more"),
    _("It was used, withdrawn or is older than 7 days. Ask for a new one."),
)
INVITATION_LIFE = timedelta(days=7)


def may_grant(actor: Actor, role: Role, site_id: UUID) -> bool:
    """Whether ``actor`` may give or take this role: the office only ever a foreman's."""
    if may(actor, Right.MANAGE_MEMBERS, site_id):
        return True
    return role is Role.FOREMAN and may(actor, Right.INVITE_FOREMAN, site_id)
