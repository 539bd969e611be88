"""Who may do what, and by which phone number or e-mail a person is known. Pure.

This is the one permission table. No page and no query asks for a role by itself: they ask
:func:`may`, or ``sites.service.site_for``, which asks it here.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from daywork.ground.problems import ProblemKind
from daywork.ground.terms import Role
from daywork.people.actor import Actor


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


class Right(StrEnum):
    """Something a person may do. All but the last two are asked of one site."""

    SEE_SITE = "see_site"
    """See the site's crews, tasks and one's own records; what a phone syncs."""
    RECORD = "record"
    """Record entries: labour sheets, progress, photos."""
    DECIDE = "decide"
    """Approve, return or reopen an entry."""
    COUNTERSIGN = "countersign"
    """Decide in the second step, where a site has two."""
    CLOSE_MONTH = "close_month"
    """Close a month of the site, and reopen it; keep the books of what is paid. Who has it on
    every site that books a worker's day twice says which sheets stand: it frees pay on all."""
    SEE_LABOUR = "see_labour"
    """See every crew's 工 and every record of the site, without money."""
    SEE_PAY = "see_pay"
    """See rates and pay."""
    MANAGE_SITE = "manage_site"
    """Change the site, its crews, workers and tasks."""
    MANAGE_RATES = "manage_rates"
    """Change what work costs."""
    UNMASK = "unmask"
    """See identity and bank numbers in full, for a purpose that is kept on record. Apart from
    ``see_pay``: to read wages, the masked forms are enough."""
    CLEAR_UP = "clear_up"
    """Settle records that could not be booked, and bring in outboxes that came in a file."""
    INVITE_FOREMAN = "invite_foreman"
    """Bring in a foreman for the site, and let him go again."""
    SEE_COMPANY = "see_company"
    """See the figures of all sites together."""
    MANAGE_MEMBERS = "manage_members"
    """Give and take any role, end a member's access, make sites and trades."""


_FOREMAN = frozenset({Right.SEE_SITE, Right.RECORD})
_SUPERVISOR = _FOREMAN | {Right.DECIDE, Right.SEE_LABOUR}
_OFFICE = _FOREMAN | {
    Right.SEE_LABOUR,
    Right.SEE_PAY,
    Right.MANAGE_SITE,
    Right.MANAGE_RATES,
    Right.UNMASK,
    Right.CLEAR_UP,
    Right.INVITE_FOREMAN,
    Right.COUNTERSIGN,
    Right.CLOSE_MONTH,
}
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.FOREMAN: _FOREMAN,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.OFFICE: _OFFICE,
}
"""Rights by role on a site. Who keeps the books does not approve them; an owner may do all."""

STANDING_IN: dict[Role, frozenset[Right]] = {
    Role.SUPERVISOR: frozenset({Right.SEE_SITE, Right.SEE_LABOUR, Right.DECIDE}),
    Role.OFFICE: frozenset({Right.SEE_SITE, Right.SEE_LABOUR, Right.COUNTERSIGN}),
}
"""What somebody may do in the place of one who is away: decide, and see what is decided on."""


def may(actor: Actor, right: Right, site_id: UUID | None = None) -> bool:
    """Whether ``actor`` has ``right`` on the site; without a site: on any site at all.

    It knows nothing of which sites exist: for an owner it says yes to any id, and row-level
    security and ``site_for`` see to it that only the own company's sites are found.
    """
    if actor.is_owner:
        return True
    if site_id is None:
        return any(
            may(actor, right, site) for site in {*actor.roles.keys(), *actor.stands_in.keys()}
        )
    role = actor.roles.get(site_id)
    if role is not None and right in RIGHTS[role]:
        return True
    return any(right in STANDING_IN.get(one, ()) for one in actor.stands_in.get(site_id, ()))


# What people type to say who they are

LOGIN_UNREADABLE = ProblemKind(
    "login_unreadable",
    422,
    _("This is neither a phone number nor an e-mail address"),
    _("A mobile number has 11 digits; from abroad begin with + and the country code."),
)

_MAINLAND_MOBILE = re.compile(r"1[3-9]\d{9}")
_INTERNATIONAL = re.compile(r"\+[1-9]\d{6,14}")
_EMAIL = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")


@dataclass(frozen=True, slots=True)
class Login:
    """A phone number as E.164 (``+8613800138000``), or an e-mail address in lower case."""

    value: str

    @property
    def is_phone(self) -> bool:
        """A phone number, else an e-mail address."""
        return self.value.startswith("+")


def login_from(text: str) -> Login:
    """Read what was typed: full-width digits, spaces and dashes do not matter.

    Raises:
        Problem: ``login_unreadable``.
    """
    typed = unicodedata.normalize("NFKC", text).strip()
    if "@" in typed:
        if len(typed) <= 254 and _EMAIL.fullmatch(typed):
            return Login(typed.lower())
        raise LOGIN_UNREADABLE()
    digits = re.sub(r"[\s().\-–—·]", "", typed)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    national = digits.removeprefix("+86") if digits.startswith("+86") else digits
    if not national.startswith("+") and national.startswith("86") and len(national) == 13:
        national = national[2:]
    if _MAINLAND_MOBILE.fullmatch(national):
        return Login("+86" + national)
    if _INTERNATIONAL.fullmatch(digits) and not digits.startswith("+86"):
        return Login(digits)
    raise LOGIN_UNREADABLE()


def shown_phone(phone: str) -> str:
    """``+8613800138000`` → ``138 0013 8000``; a foreign number stays as it is."""
    if phone.startswith("+86") and len(phone) == 14:
        return f"{phone[3:6]} {phone[6:10]} {phone[10:]}"
    return phone


# The first company

COMPANY_EXISTS = ProblemKind(
    "company_exists",
    409,
    _("This Daywork already has a company"),
    _("Sign in, or ask its owner for an invitation."),
)


ANOTHER_MEMBER = ProblemKind(
    "another_member",
    401,
    _("Somebody else is signed in on this phone"),
    _("Sign in again as yourself: what you recorded is kept for you."),
)


def check_sender(actor: Actor, claimed: str | None) -> None:
    """An outbox belongs to its member: it is never sent as another.

    ``claimed`` is the member's id by the phone's word (header ``x-daywork-member``), or None.

    Raises:
        Problem: ``another_member``.
    """
    if claimed is not None and claimed != str(actor.member):
        raise ANOTHER_MEMBER()
