"""SQL about who has which role where, and about invitations."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from daywork.ground.database import execute, fetch, fetch_one
from daywork.ground.terms import Role
from daywork.people.rules import Login


@dataclass(frozen=True, slots=True)
class Invitation:
    """A way in that somebody was given; its secret is not in it."""

    organisation: UUID
    organisation_name: str
    id: UUID
    member: UUID | None
    """The member it is a new way in for; None for somebody new."""
    name: str
    phone: str | None
    email: str | None
    is_owner: bool
    roles: Sequence[dict[str, Any]]
    """``{"site", "role", "crews"}``, ids as text."""
    created_by: UUID
    created_by_name: str
    created_at: datetime
    expires_at: datetime

    @property
    def login(self) -> str:
        """The phone number, else the e-mail address."""
        return self.phone or self.email or ""


# Owners


async def lock_owners(organisation: UUID) -> list[UUID]:
    """The active owners, locked, so that two of them cannot remove each other at once."""
    rows = await fetch(
        "SELECT id FROM member WHERE organisation = $1 AND is_owner AND active"
        " ORDER BY id FOR UPDATE",
        organisation,
    )
    return [row["id"] for row in rows]


async def mark_member(
    organisation: UUID, member: UUID, *, is_owner: bool | None = None, active: bool | None = None
) -> None:
    """Change whether a member is an owner, or works here at all."""
    await execute(
        "UPDATE member SET is_owner = coalesce($3, is_owner), active = coalesce($4, active)"
        " WHERE organisation = $1 AND id = $2",
        organisation,
        member,
        is_owner,
        active,
    )


# Roles; the trigger on membership moves the scope version in the same transaction


async def mark_role(organisation: UUID, site: UUID, member: UUID, role: Role) -> None:
    """Give this role on the site, in place of any other."""
    await execute(
        "INSERT INTO membership AS held (organisation, site, member, role) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (organisation, site, member) DO UPDATE"
        " SET role = excluded.role, withdrawn_at = NULL",
        organisation,
        site,
        member,
        role,
    )


async def mark_withdrawn(organisation: UUID, site: UUID, member: UUID) -> int:
    """Take the role on the site away; how many there were (0 or 1)."""
    return await execute(
        "UPDATE membership SET withdrawn_at = now()"
        " WHERE organisation = $1 AND site = $2 AND member = $3 AND withdrawn_at IS NULL",
        organisation,
        site,
        member,
    )


# Invitations


_INVITATION = """
    SELECT i.organisation, o.name AS organisation_name, i.id, i.member, i.name, i.phone, i.email,
           i.is_owner, i.roles, i.created_by, m.name AS created_by_name, i.created_at, i.expires_at
    FROM invitation i
    JOIN organisation o ON o.id = i.organisation
    JOIN member m ON m.organisation = i.organisation AND m.id = i.created_by
    WHERE i.organisation = $1 AND i.accepted_at IS NULL AND i.revoked_at IS NULL
      AND i.expires_at > now() AND m.active
"""


def _invitation(row: Record) -> Invitation:
    return Invitation(**{**row, "roles": json.loads(row["roles"])})


async def insert_invitation(
    organisation: UUID,
    invitation: UUID,
    token_hash: bytes,
    *,
    member: UUID | None,
    name: str,
    login: Login,
    is_owner: bool,
    roles: Sequence[dict[str, Any]],
    created_by: UUID,
    expires_at: datetime,
) -> None:
    """A new invitation; the token itself is not kept."""
    await execute(
        "INSERT INTO invitation (organisation, id, token_hash, member, name, phone, email,"
        " is_owner, roles, created_by, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11)",
        organisation,
        invitation,
        token_hash,
        member,
        name,
        login.value if login.is_phone else None,
        None if login.is_phone else login.value,
        is_owner,
        json.dumps(roles),
        created_by,
        expires_at,
    )


async def open_invitations(organisation: UUID) -> list[Invitation]:
    """Invitations that can still be accepted, newest first."""
    rows = await fetch(f"{_INVITATION} ORDER BY i.created_at DESC, i.id", organisation)
    return [_invitation(row) for row in rows]


async def open_invitation(
    organisation: UUID, invitation: UUID, *, lock: bool = False
) -> Invitation | None:
    """One invitation that can still be accepted; locked, when it is about to be."""
    row = await fetch_one(
        f"{_INVITATION} AND i.id = $2 {'FOR UPDATE OF i' if lock else ''}",
        organisation,
        invitation,
    )
    return None if row is None else _invitation(row)


async def invitation_with_token(token_hash: bytes) -> tuple[UUID, UUID] | None:
    """Company and id of the invitation; may be asked before the company is known."""
    row = await fetch_one("SELECT * FROM organisation_of_invitation($1)", token_hash)
    return None if row is None else (row["organisation"], row["invitation"])


async def mark_accepted(organisation: UUID, invitation: UUID, member: UUID) -> None:
    """The invitation is used up."""
    await execute(
        "UPDATE invitation SET accepted_at = now(), accepted_by = $3"
        " WHERE organisation = $1 AND id = $2",
        organisation,
        invitation,
        member,
    )


async def mark_invitation_revoked(organisation: UUID, invitation: UUID) -> None:
    """The invitation is taken back."""
    await execute(
        "UPDATE invitation SET revoked_at = now()"
        " WHERE organisation = $1 AND id = $2 AND accepted_at IS NULL",
        organisation,
        invitation,
    )


async def mark_earlier_revoked(organisation: UUID, login: Login) -> None:
    """Take back the open invitations of this login: the newest one is the only one."""
    await execute(
        "UPDATE invitation SET revoked_at = now() WHERE organisation = $1"
        " AND (phone = $2 OR email = $2) AND accepted_at IS NULL AND revoked_at IS NULL",
        organisation,
        login.value,
    )
