"""SQL about sessions, one-time codes and counted tries."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from daywork.ground.database import execute, fetch, fetch_one, fetch_value
from daywork.ground.ids import new_id
from daywork.people.actor import Actor
from daywork.people.queries import ACTOR, actor_from


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that is good now, and the person it speaks for."""

    actor: Actor
    last_seen_at: datetime
    long_lived: bool


@dataclass(frozen=True, slots=True)
class Device:
    """One place where a member is signed in."""

    id: UUID
    name: str
    token_hash: bytes
    created_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member known by the login that was typed, before the password is compared."""

    organisation: UUID
    organisation_name: str
    member: UUID
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class Code:
    """What a code or a ticket stands for: a member, or an invitation."""

    id: UUID
    member: UUID | None
    invitation: UUID | None


async def candidates(login: str) -> list[Candidate]:
    """Active members of all companies with this login; asked before a company is known."""
    rows = await fetch("SELECT * FROM members_with_login($1)", login)
    return [Candidate(**row) for row in rows]


# Sessions


async def open_session(organisation: UUID, token_hash: bytes) -> OpenSession | None:
    """The session, its member and his roles as they are now, in one look-up."""
    row = await fetch_one(
        f"SELECT s.last_seen_at, s.long_lived, {ACTOR} FROM session s"  # noqa: S608 - our own words
        " JOIN member m ON m.organisation = s.organisation AND m.id = s.member"
        " JOIN organisation o ON o.id = s.organisation"
        " WHERE s.organisation = $1 AND s.token_hash = $2 AND s.revoked_at IS NULL"
        " AND s.expires_at > now() AND m.active",
        organisation,
        token_hash,
    )
    if row is None:
        return None
    actor = actor_from(organisation, row, token_hash)
    return OpenSession(actor, row["last_seen_at"], row["long_lived"])


async def insert_session(
    organisation: UUID,
    token_hash: bytes,
    member: UUID,
    *,
    device: str,
    user_agent: str,
    long_lived: bool,
    life: timedelta,
) -> None:
    """A new session; its secret is not kept."""
    await execute(
        "INSERT INTO session (organisation, token_hash, id, member, device, user_agent,"
        " long_lived, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, now() + $8::interval)",
        organisation,
        token_hash,
        new_id(),
        member,
        device,
        user_agent[:400],
        long_lived,
        life,
    )


async def mark_seen(organisation: UUID, token_hash: bytes, life: timedelta) -> None:
    """The session was used now, and lives on from here."""
    await execute(
        "UPDATE session SET last_seen_at = now(), expires_at = now() + $3::interval"
        " WHERE organisation = $1 AND token_hash = $2 AND revoked_at IS NULL",
        organisation,
        token_hash,
        life,
    )


async def devices_of(organisation: UUID, member: UUID) -> list[Device]:
    """Where the member is signed in, last used first."""
    rows = await fetch(
        "SELECT id, device AS name, token_hash, created_at, last_seen_at FROM session"
        " WHERE organisation = $1 AND member = $2 AND revoked_at IS NULL AND expires_at > now()"
        " ORDER BY last_seen_at DESC, id",
        organisation,
        member,
    )
    return [Device(**row) for row in rows]


async def mark_revoked(organisation: UUID, member: UUID, session: UUID) -> int:
    """End one of the member's own sessions; how many there were (0 or 1)."""
    return await execute(
        "UPDATE session SET revoked_at = now()"
        " WHERE organisation = $1 AND member = $2 AND id = $3 AND revoked_at IS NULL",
        organisation,
        member,
        session,
    )


async def mark_signed_out(organisation: UUID, token_hash: bytes) -> None:
    """End this very session."""
    await execute(
        "UPDATE session SET revoked_at = now()"
        " WHERE organisation = $1 AND token_hash = $2 AND revoked_at IS NULL",
        organisation,
        token_hash,
    )


# Codes


async def company_of_code(code_hash: bytes) -> UUID | None:
    """Whose code it is; asked before the company is known."""
    found: UUID | None = await fetch_value(
        "SELECT organisation FROM organisation_of_code($1)", code_hash
    )
    return found


async def locked_code(organisation: UUID, code_hash: bytes) -> Code | None:
    """The open code, locked: of two who type it at once, one comes second and finds it used."""
    row = await fetch_one(
        "SELECT id, member, invitation FROM sign_in_code"
        " WHERE organisation = $1 AND code_hash = $2 AND used_at IS NULL AND expires_at > now()"
        " FOR UPDATE",
        organisation,
        code_hash,
    )
    return None if row is None else Code(**row)


async def mark_used(organisation: UUID, code: UUID) -> None:
    """The code opens nothing any more."""
    await execute(
        "UPDATE sign_in_code SET used_at = now() WHERE organisation = $1 AND id = $2",
        organisation,
        code,
    )


# Tries


async def alone_with_key(key_hash: bytes) -> None:
    """Count the tries of one key in one transaction at a time, over all processes."""
    await execute(
        "SELECT pg_advisory_xact_lock($1)", int.from_bytes(key_hash[:8], "big", signed=True)
    )


async def tries_since(key_hash: bytes, since: timedelta) -> tuple[list[datetime], datetime]:
    """When tries were made lately, and what the database's clock says now."""
    rows = await fetch(
        "SELECT at FROM sign_in_attempt"
        " WHERE key_hash = $1 AND at > clock_timestamp() - $2::interval",
        key_hash,
        since,
    )
    now: datetime = await fetch_value("SELECT clock_timestamp()")
    return [row["at"] for row in rows], now


async def insert_try(key_hash: bytes, at: datetime) -> None:
    """Count a try; it is taken back when it succeeds."""
    await execute("INSERT INTO sign_in_attempt (key_hash, at) VALUES ($1, $2)", key_hash, at)


async def forget_try(key_hash: bytes, at: datetime) -> None:
    """Take one counted try back."""
    await execute("DELETE FROM sign_in_attempt WHERE key_hash = $1 AND at = $2", key_hash, at)


async def forget_tries(key_hash: bytes) -> None:
    """Take all tries of a key back."""
    await execute("DELETE FROM sign_in_attempt WHERE key_hash = $1", key_hash)


async def forget_old_tries() -> None:
    """Sweep what no limit looks at any more."""
    await execute("DELETE FROM sign_in_attempt WHERE at < now() - interval '8 days'")
