"""SQL about companies, their members and the audit trail."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from asyncpg import Record

from daywork.ground.database import execute, fetch, fetch_one, fetch_value
from daywork.ground.ids import new_id
from daywork.ground.names import by_name
from daywork.ground.terms import Role
from daywork.people.actor import Actor
from daywork.people.rules import Login


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the company, with the roles not withdrawn."""

    id: UUID
    name: str
    phone: str | None
    email: str | None
    language: str
    is_owner: bool
    active: bool
    has_password: bool
    roles: Mapping[UUID, Role] = field(default_factory=dict)
    last_seen_at: datetime | None = None

    @property
    def login(self) -> str:
        """The phone number, else the e-mail address."""
        return self.phone or self.email or ""


# Companies


async def any_organisation() -> bool:
    """Whether there is a company at all; may be asked before any is known."""
    return bool(await fetch_value("SELECT any_organisation()"))


async def alone_in_founding() -> None:
    """Let only one transaction at a time found the first company."""
    await execute("SELECT pg_advisory_xact_lock(hashtext('daywork.first_company'))")


async def insert_organisation(organisation: UUID, name: str, language: str) -> None:
    """A new company; the transaction must already name it."""
    await execute(
        "INSERT INTO organisation (id, name, language) VALUES ($1, $2, $3)",
        organisation,
        name,
        language,
    )


async def currency_of(organisation: UUID) -> str:
    """The company's currency, ISO 4217."""
    currency: str = await fetch_value(
        "SELECT currency FROM organisation WHERE id = $1", organisation
    )
    return currency


# Members


_MEMBER = """
    SELECT m.id, m.name, m.phone, m.email, m.language, m.is_owner, m.active,
           m.password_hash IS NOT NULL AS has_password,
           (SELECT max(s.last_seen_at) FROM session s
            WHERE s.organisation = m.organisation AND s.member = m.id) AS last_seen_at,
           coalesce((SELECT jsonb_object_agg(ms.site, ms.role) FROM membership ms
                     WHERE ms.organisation = m.organisation AND ms.member = m.id
                       AND ms.withdrawn_at IS NULL), '{}') AS roles
    FROM member m
"""


def _member(row: Record) -> Member:
    roles = {UUID(site): Role(role) for site, role in json.loads(row["roles"]).items()}
    return Member(**{**row, "roles": roles})


async def members_of(organisation: UUID) -> list[Member]:
    """All members, owners first, those who left last."""
    rows = await fetch(
        f"{_MEMBER} WHERE m.organisation = $1"
        f" ORDER BY m.active DESC, m.is_owner DESC, {by_name('m.name')}, m.id",
        organisation,
    )
    return [_member(row) for row in rows]


async def member_by_id(organisation: UUID, member: UUID) -> Member | None:
    """One member of this company."""
    row = await fetch_one(
        f"{_MEMBER} WHERE m.organisation = $1 AND m.id = $2", organisation, member
    )
    return None if row is None else _member(row)


async def member_by_login(organisation: UUID, login: Login) -> Member | None:
    """Who is known by this phone number or e-mail address in this company."""
    column = "phone" if login.is_phone else "email"
    row = await fetch_one(
        f"{_MEMBER} WHERE m.organisation = $1 AND m.{column} = $2", organisation, login.value
    )
    return None if row is None else _member(row)


async def insert_member(
    organisation: UUID,
    member: UUID,
    *,
    name: str,
    login: Login,
    password_hash: str,
    language: str,
    is_owner: bool,
) -> None:
    """A new member."""
    await execute(
        "INSERT INTO member (organisation, id, name, phone, email, password_hash, language,"
        " is_owner) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        organisation,
        member,
        name,
        login.value if login.is_phone else None,
        None if login.is_phone else login.value,
        password_hash,
        language,
        is_owner,
    )


async def mark_member_name(organisation: UUID, member: UUID, name: str) -> None:
    """Correct a name."""
    await execute(
        "UPDATE member SET name = $3 WHERE organisation = $1 AND id = $2",
        organisation,
        member,
        name,
    )


async def mark_language(organisation: UUID, member: UUID, language: str) -> None:
    """The language a member reads."""
    await execute(
        "UPDATE member SET language = $3 WHERE organisation = $1 AND id = $2",
        organisation,
        member,
        language,
    )


async def mark_password(organisation: UUID, member: UUID, password_hash: str) -> None:
    """A new password."""
    await execute(
        "UPDATE member SET password_hash = $3 WHERE organisation = $1 AND id = $2",
        organisation,
        member,
        password_hash,
    )


async def password_hash_of(organisation: UUID, member: UUID) -> str | None:
    """What the password is compared with."""
    found: str | None = await fetch_value(
        "SELECT password_hash FROM member WHERE organisation = $1 AND id = $2",
        organisation,
        member,
    )
    return found


async def end_sessions(organisation: UUID, member: UUID, *, but: bytes | None = None) -> int:
    """Sign a member out everywhere, or everywhere else; also voids codes not yet used."""
    await execute(
        "UPDATE sign_in_code SET used_at = now()"
        " WHERE organisation = $1 AND member = $2 AND used_at IS NULL",
        organisation,
        member,
    )
    return await execute(
        "UPDATE session SET revoked_at = now() WHERE organisation = $1 AND member = $2"
        " AND revoked_at IS NULL AND token_hash IS DISTINCT FROM $3",
        organisation,
        member,
        but,
    )


# One-time codes


async def alone_with_codes() -> None:
    """Hand out codes one after another, so that no two open ones are alike."""
    await execute("SELECT pg_advisory_xact_lock(hashtext('daywork.sign_in_code'))")


async def code_is_open(code_hash: bytes) -> bool:
    """Whether some company has such a code waiting."""
    return bool(await fetch_value("SELECT count(*) FROM organisation_of_code($1)", code_hash))


async def insert_code(
    organisation: UUID,
    code_hash: bytes,
    life: timedelta,
    *,
    member: UUID | None = None,
    invitation: UUID | None = None,
) -> None:
    """A one-time code for a member or an invitation."""
    await execute(
        "INSERT INTO sign_in_code (organisation, id, code_hash, member, invitation, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, now() + $6::interval)",
        organisation,
        new_id(),
        code_hash,
        member,
        invitation,
        life,
    )


async def mark_codes_of_member_used(organisation: UUID, member: UUID) -> None:
    """Void the member's open codes: the newest one is the only one."""
    await execute(
        "UPDATE sign_in_code SET used_at = now()"
        " WHERE organisation = $1 AND member = $2 AND used_at IS NULL",
        organisation,
        member,
    )


async def mark_codes_of_invitation_used(organisation: UUID, invitation: UUID) -> None:
    """Void the codes of an invitation."""
    await execute(
        "UPDATE sign_in_code SET used_at = now()"
        " WHERE organisation = $1 AND invitation = $2 AND used_at IS NULL",
        organisation,
        invitation,
    )


# Audit


async def insert_audit(
    organisation: UUID,
    member: UUID | None,
    action: str,
    site: UUID | None,
    entry: UUID | None,
    detail: Mapping[str, Any],
) -> None:
    """One line of what happened; it can be added and read, never changed."""
    await execute(
        "INSERT INTO audit_event (organisation, id, member, site, entry, action, detail)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb)",
        organisation,
        new_id(),
        member,
        site,
        entry,
        action,
        json.dumps(detail, default=str),
    )


# Who somebody is, with all rights held at this moment

ACTOR: Final = """
    m.id AS member, m.name, m.language, m.is_owner, o.name AS organisation_name,
    coalesce((SELECT jsonb_object_agg(ms.site, ms.role) FROM membership ms
        WHERE ms.organisation = m.organisation AND ms.member = m.id AND ms.withdrawn_at IS NULL),
        '{}') AS roles,
    coalesce((SELECT jsonb_agg(jsonb_build_array(d.site, d.role))
        FROM stands_in(m.organisation, m.id) AS d), '[]') AS stands_in,
    coalesce((SELECT jsonb_agg(r.site) FROM approval_rule r
        WHERE r.organisation = m.organisation AND r.steps = 2 AND (r.site IN (
            SELECT ms.site FROM membership ms WHERE ms.organisation = m.organisation
            AND ms.member = m.id AND ms.withdrawn_at IS NULL)
        OR r.site IN (SELECT d.site FROM stands_in(m.organisation, m.id) AS d))), '[]') AS two_steps
"""
"""Columns for :func:`actor_from`, of a member ``m`` in a company ``o``."""


def actor_from(organisation: UUID, row: Record, session: bytes = b"") -> Actor:
    """The person of a row that was read by :data:`ACTOR`."""
    stands_in: dict[UUID, frozenset[Role]] = {}
    for site, role in json.loads(row["stands_in"]):
        stands_in[UUID(site)] = stands_in.get(UUID(site), frozenset()) | {Role(role)}
    return Actor(
        organisation=organisation,
        member=row["member"],
        name=row["name"],
        language=row["language"],
        is_owner=row["is_owner"],
        roles={UUID(site): Role(role) for site, role in json.loads(row["roles"]).items()},
        stands_in=stands_in,
        two_steps=frozenset(UUID(site) for site in json.loads(row["two_steps"])),
        session=session,
        organisation_name=row["organisation_name"],
    )


async def actor_of(organisation: UUID, member: UUID) -> Actor | None:
    """A member with the rights held now, for what is done in his name without him; None for
    somebody who has left."""
    row = await fetch_one(
        f"SELECT {ACTOR} FROM member m JOIN organisation o ON o.id = m.organisation"  # noqa: S608 - our own words
        " WHERE m.organisation = $1 AND m.id = $2 AND m.active",
        organisation,
        member,
    )
    return None if row is None else actor_from(organisation, row)
