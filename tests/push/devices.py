"""Phones that let themselves be woken, something to tell them, and what became of it."""

from typing import Any

from daywork.approvals.telling import SHEET_RETURNED
from daywork.ground.database import company_transaction
from daywork.people.actor import Actor
from daywork.people.passwords import hash_of
from daywork.push import service
from daywork.push.keys import ServerKey
from tests.support.cast import Cast
from tests.support.database import query
from tests.support.push_service import Browser, PushService


def signed_in(cast: Cast, actor: Actor, device: str = "phone") -> Actor:
    """The actor on a device of his own."""
    token = hash_of(f"{device} {actor.member}")
    query(
        cast.url,
        "INSERT INTO session (organisation, token_hash, id, member, device, expires_at)"
        " VALUES ($1, $2, gen_random_uuid(), $3, 'Android', now() + interval '1 day')"
        " ON CONFLICT DO NOTHING",
        actor.organisation,
        token,
        actor.member,
    )
    return Actor(
        actor.organisation,
        actor.member,
        actor.name,
        actor.language,
        actor.is_owner,
        actor.roles,
        session=token,
    )


async def subscribe(
    cast: Cast, actor: Actor, browser: Browser, key: ServerKey, device: str = "phone"
) -> None:
    """This browser is the actor's from now on."""
    said = browser.subscription(key.public)["keys"]
    await service.subscribe(
        signed_in(cast, actor, device),
        browser.endpoint,
        said["p256dh"],
        said["auth"],
        server_key=key.public,
        local=True,
    )


async def subscribed(
    cast: Cast, actor: Actor, push: PushService, key: ServerKey, device: str = "phone"
) -> Browser:
    """A new browser of the actor's."""
    browser = push.browser()
    await subscribe(cast, actor, browser, key, device)
    return browser


async def tell(cast: Cast, actor: Actor, subject: object = "s", **facts: Any) -> None:
    """Something about a returned sheet."""
    async with company_transaction(cast.organisation):
        await service.tell(
            cast.organisation,
            [actor.member],
            SHEET_RETURNED,
            subject=subject,
            site=cast.site,
            link=f"/m/?day=2026-03-05&crew={cast.crew}",
            facts={"crew": "木工一班", "day": "5 Mar", "reason": "who?"} | facts,
        )


def deliveries(cast: Cast) -> list[tuple[str, str | None, int]]:
    rows = query(cast.url, "SELECT state, why, attempts FROM push_delivery ORDER BY state, why")
    return [tuple(row) for row in rows]
