"""A signed-in phone at HTTP level: session cookie, CSRF token, and nothing else."""

import secrets

import httpx

from daywork.ground.ids import new_id
from daywork.people.actor import Actor
from daywork.people.passwords import hash_of
from daywork.sign_in.service import cookie_value
from tests.support.database import query


def session_of(database_url: str, actor: Actor) -> tuple[str, str]:
    """The session cookie and the CSRF token of a member who has just signed in: the session is
    written straight into the database."""
    secret = secrets.token_urlsafe(32)
    query(
        database_url,
        "INSERT INTO session (organisation, token_hash, id, member, long_lived, expires_at)"
        " VALUES ($1, $2, $3, $4, true, now() + interval '1 day')",
        actor.organisation,
        hash_of(secret),
        new_id(),
        actor.member,
    )
    return cookie_value(actor.organisation, secret), secrets.token_urlsafe(24)


def client_of(database_url: str, base_url: str, actor: Actor) -> httpx.AsyncClient:
    """An HTTP client of this member."""
    session, token = session_of(database_url, actor)
    cookies = {"dw_session": session, "dw_csrf": token}
    return httpx.AsyncClient(
        base_url=base_url,
        cookies=cookies,
        headers={"x-csrf-token": token, "accept-language": "en"},
        timeout=120,
        trust_env=False,
    )
