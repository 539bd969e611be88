"""Come in by password, found the first company; go out again, here or everywhere else."""

import base64
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from daywork.ground.database import company_transaction, ground_transaction
from daywork.ground.problems import NOT_FOUND
from daywork.people import queries as people
from daywork.people.actor import Actor
from daywork.people.passwords import check_password, hash_of, hash_password, password_matches
from daywork.people.rules import login_from
from daywork.people.service import create_company, record_audit
from daywork.sign_in import queries, rules, tries


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where somebody knocks from."""

    address: str
    user_agent: str
    stay: bool = False
    """Asked to stay signed in; phones always do."""

    @property
    def long_lived(self) -> bool:
        """Whether the session is to be a phone's."""
        return self.stay or rules.is_phone(self.user_agent)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session was opened; ``cookie`` is the only copy of its secret."""

    organisation: UUID
    member: UUID
    cookie: str
    long_lived: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several companies this person works for; the ticket opens it for five minutes."""

    organisation: UUID
    organisation_name: str
    ticket: str


# The session's cookie: which company, and a secret


def cookie_value(organisation: UUID, secret: str) -> str:
    """``<organisation>.<secret>``, both base64url: the company must be known to look it up."""
    return f"{base64.urlsafe_b64encode(organisation.bytes).rstrip(b'=').decode()}.{secret}"


def read_cookie(value: str) -> tuple[UUID, bytes] | None:
    """Company and hash of the secret; None for what cannot be a session."""
    company, dot, secret = value.partition(".")
    if not dot or len(company) != 22 or not 40 <= len(secret) <= 60 or not value.isascii():
        return None
    try:
        organisation = UUID(bytes=base64.b64decode(company + "==", altchars=b"-_", validate=True))
    except ValueError:
        return None
    return organisation, hash_of(secret)


async def session_for(cookie: str) -> tuple[Actor, timedelta | None] | None:
    """Who the cookie speaks for now; with a life when the cookie should be renewed.

    Called once per request; it writes only when the session was last seen some minutes ago.
    """
    found = read_cookie(cookie)
    if found is None:
        return None
    organisation, token_hash = found
    async with company_transaction(organisation):
        session = await queries.open_session(organisation, token_hash)
        if session is None:
            return None
        if datetime.now(UTC) - session.last_seen_at < rules.SEEN_AFTER:
            return session.actor, None
        life = rules.session_life(on_phone=session.long_lived, stay=session.long_lived)
        await queries.mark_seen(organisation, token_hash, life)
        return session.actor, life if session.long_lived else None


async def open_session(organisation: UUID, member: UUID, visitor: Visitor) -> SignedIn:
    """Open a session for a member whose right to it has just been proved.

    Runs on the open transaction of the company.
    """
    secret = secrets.token_urlsafe(32)
    life = rules.session_life(on_phone=visitor.long_lived, stay=visitor.stay)
    await queries.insert_session(
        organisation,
        hash_of(secret),
        member,
        device=rules.device_name(visitor.user_agent),
        user_agent=visitor.user_agent,
        long_lived=visitor.long_lived,
        life=life,
    )
    await record_audit(
        organisation,
        member,
        "member.signed_in",
        detail={"device": rules.device_name(visitor.user_agent)},
    )
    return SignedIn(organisation, member, cookie_value(organisation, secret), visitor.long_lived)


# By password


async def sign_in(
    typed: str, password: str, visitor: Visitor, organisation: UUID | None = None
) -> SignedIn | Sequence[Choice]:
    """Sign in; whoever has the same login and password in several companies gets the choice.

    Raises:
        Problem: ``login_unreadable``, ``sign_in_failed`` or ``too_many_tries``.
    """
    login = login_from(typed).value
    place = tries.neighbourhood(visitor.address)
    here = f"sign-in {login} {place}"
    counted = await tries.count_try(
        [
            (here, rules.LIMIT_HERE),
            (f"sign-in {login}", rules.LIMIT_PER_LOGIN),
            (f"sign-in from {place}", rules.LIMIT_PER_ADDRESS),
        ]
    )
    async with ground_transaction():
        known = await queries.candidates(login)
    if organisation is not None:
        known = [candidate for candidate in known if candidate.organisation == organisation]
    proved = [one for one in known if await password_matches(password, one.password_hash)]
    if not known:
        await password_matches(password, None)
    if not proved:
        raise rules.SIGN_IN_FAILED()
    await tries.forgive(counted, here)
    if len(proved) == 1:
        async with company_transaction(proved[0].organisation):
            return await open_session(proved[0].organisation, proved[0].member, visitor)
    return [await _choice(candidate) for candidate in proved]


async def _choice(candidate: queries.Candidate) -> Choice:
    ticket = secrets.token_urlsafe(32)
    async with company_transaction(candidate.organisation):
        await people.insert_code(
            candidate.organisation, hash_of(ticket), rules.CHOICE_LIFE, member=candidate.member
        )
    return Choice(candidate.organisation, candidate.organisation_name, ticket)


async def sign_in_with_ticket(ticket: str, visitor: Visitor) -> SignedIn:
    """Enter the company that was chosen.

    Raises:
        Problem: ``code_failed`` when the ticket is used, old or none.
    """
    if len(ticket) < 40:
        raise rules.CODE_FAILED()
    found = await _use_member_code(hash_of(ticket), visitor)
    if found is None:
        raise rules.CODE_FAILED()
    return found


async def _use_member_code(code_hash: bytes, visitor: Visitor) -> SignedIn | None:
    async with ground_transaction():
        organisation = await queries.company_of_code(code_hash)
    if organisation is None:
        return None
    async with company_transaction(organisation):
        code = await queries.locked_code(organisation, code_hash)
        if code is None or code.member is None:
            return None
        await queries.mark_used(organisation, code.id)
        return await open_session(organisation, code.member, visitor)


# Devices


async def devices(actor: Actor) -> list[queries.Device]:
    """Where the actor is signed in, last used first; runs on the open transaction."""
    return await queries.devices_of(actor.organisation, actor.member)


async def sign_out(actor: Actor) -> None:
    """End the session that is asking."""
    async with company_transaction(actor.organisation):
        await queries.mark_signed_out(actor.organisation, actor.session)


async def sign_out_device(actor: Actor, session: UUID) -> None:
    """End one of the actor's own sessions.

    Raises:
        Problem: ``not_found`` when it is somebody else's or over already.
    """
    async with company_transaction(actor.organisation):
        if not await queries.mark_revoked(actor.organisation, actor.member, session):
            raise NOT_FOUND()
        await record_audit(actor.organisation, actor.member, "member.device_signed_out")


async def sign_out_elsewhere(actor: Actor) -> int:
    """End all of the actor's other sessions; how many there were."""
    async with company_transaction(actor.organisation):
        ended = await people.end_sessions(actor.organisation, actor.member, but=actor.session)
        await record_audit(
            actor.organisation,
            actor.member,
            "member.signed_out_elsewhere",
            detail={"sessions": ended},
        )
    return ended


async def change_password(actor: Actor, old: str, new: str) -> None:
    """A new password for the actor; all other devices must sign in again.

    Raises:
        Problem: ``sign_in_failed`` for a wrong old one, ``too_many_tries``, or a ``password_…``.
    """
    key = f"password of {actor.member}"
    async with company_transaction(actor.organisation):
        me = await people.member_by_id(actor.organisation, actor.member)
        kept = await people.password_hash_of(actor.organisation, actor.member)
    check_password(new, *((me.phone or "", me.email or "", me.name) if me else ()))
    counted = await tries.count_try([(key, rules.LIMIT_HERE)])
    if not await password_matches(old, kept):
        raise rules.OLD_PASSWORD_WRONG()
    await tries.forgive(counted, key)
    password_hash = await hash_password(new)
    async with company_transaction(actor.organisation):
        await people.mark_password(actor.organisation, actor.member, password_hash)
        await people.end_sessions(actor.organisation, actor.member, but=actor.session)
        await record_audit(actor.organisation, actor.member, "member.password_changed")


# The first company


def setup_token(home: Path) -> str:
    """What `/welcome` asks for on an empty database, so that the first stranger who finds a new
    server does not own it: only who can read the server's home folder or its first words knows it.

    Made when first asked for; processes that share a home share it.
    """
    path = home / "setup-token"
    home.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    token = secrets.token_urlsafe(24)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(token + "\n")
    return token


async def is_new() -> bool:
    """Whether there is no company yet."""
    async with ground_transaction():
        return not await people.any_organisation()


async def found_first_company(
    name: str, owner_name: str, login: str, password: str, language: str, visitor: Visitor
) -> SignedIn:
    """Found the first company of this installation and sign its owner in.

    Raises:
        Problem: ``company_exists``, ``login_unreadable`` or a ``password_…``.
    """
    organisation, owner = await create_company(
        name, owner_name, login, password, language, only_first=True
    )
    async with company_transaction(organisation):
        return await open_session(organisation, owner, visitor)
