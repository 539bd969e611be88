"""Come in by six digits or by an invitation.

An installed web app on an iPhone shares no cookies with Safari, so a link cannot sign it in: the
person types six digits inside it. A code of a member's own works alone, once, for 15 minutes; the
code of an invitation lives for days and therefore wants the invited phone number as well.
"""

import secrets
from uuid import UUID

from daywork.ground.database import company_transaction, ground_transaction
from daywork.members import queries as members
from daywork.members.invitations import accept
from daywork.members.rules import INVITATION_OVER
from daywork.people import queries as people
from daywork.people.codes import PAIRING_CODE_LIFE
from daywork.people.passwords import check_password, hash_of, hash_password
from daywork.people.rules import login_from
from daywork.sign_in import queries, rules, tries
from daywork.sign_in.service import SignedIn, Visitor, open_session


async def use_code(digits: str, typed_login: str, visitor: Visitor) -> SignedIn | str:
    """What six digits open: a session, or (as text) the token of the invitation to accept.

    Raises:
        Problem: ``code_failed``, ``code_needs_login``, ``login_unreadable``, ``too_many_tries``.
    """
    digits = rules.digits_of(digits)
    login = login_from(typed_login).value if typed_login.strip() else ""
    place = tries.neighbourhood(visitor.address)
    keys = [
        (f"code from {place}", rules.LIMIT_CODES_PER_ADDRESS),
        ("code", rules.LIMIT_CODES_IN_ALL),
    ]
    if login:
        keys.append((f"code of {login}", rules.LIMIT_INVITATION_CODE))
    counted = await tries.count_try(keys)
    async with ground_transaction():
        organisation = await queries.company_of_code(hash_of(digits))
    if organisation is None:
        raise rules.CODE_FAILED()
    async with company_transaction(organisation):
        code = await queries.locked_code(organisation, hash_of(digits))
        if code is None:
            raise rules.CODE_FAILED()
        if code.member is not None:
            await queries.mark_used(organisation, code.id)
            opened: SignedIn | str = await open_session(organisation, code.member, visitor)
        else:
            opened = await _invitation_ticket(organisation, code, login)
    await tries.forgive(counted)
    return opened


async def _invitation_ticket(organisation: UUID, code: queries.Code, login: str) -> str:
    if not login:
        raise rules.CODE_NEEDS_LOGIN()
    assert code.invitation is not None  # noqa: S101 - a check of the table
    invitation = await members.open_invitation(organisation, code.invitation)
    if invitation is None or login not in (invitation.phone, invitation.email):
        raise rules.CODE_FAILED()
    ticket = secrets.token_urlsafe(32)
    await people.insert_code(
        organisation, hash_of(ticket), PAIRING_CODE_LIFE, invitation=code.invitation
    )
    return ticket


# By invitation: its own link, or the ticket that its six digits were changed for


async def invitation_for(token: str) -> members.Invitation:
    """The invitation behind a link.

    Raises:
        Problem: ``invitation_over`` when it was used, withdrawn, is old or never was.
    """
    if len(token) < 40 or not token.isascii():
        raise INVITATION_OVER()
    async with ground_transaction():
        found = await members.invitation_with_token(hash_of(token))
        organisation = found[0] if found else await queries.company_of_code(hash_of(token))
    if organisation is None:
        raise INVITATION_OVER()
    async with company_transaction(organisation):
        named = found[1] if found else None
        if named is None:
            code = await queries.locked_code(organisation, hash_of(token))
            named = code.invitation if code else None
        invitation = await members.open_invitation(organisation, named) if named else None
    if invitation is None:
        raise INVITATION_OVER()
    return invitation


async def join(token: str, name: str, password: str, language: str, visitor: Visitor) -> SignedIn:
    """Accept the invitation with a password of one's own, and be signed in.

    Raises:
        Problem: ``invitation_over``, ``already_member`` or a ``password_…``.
    """
    invitation = await invitation_for(token)
    check_password(password, invitation.phone or "", invitation.email or "", name)
    password_hash = await hash_password(password)
    async with company_transaction(invitation.organisation):
        member = await accept(invitation.organisation, invitation.id, name, password_hash, language)
        await people.mark_codes_of_invitation_used(invitation.organisation, invitation.id)
        return await open_session(invitation.organisation, member, visitor)
