"""What scripts ask: the key to subscribe with, this browser's subscription, and live counts."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import MediaType, Response, delete, get, post
from litestar.response import Stream

from daywork.people.actor import Actor
from daywork.push import service
from daywork.push.keys import ServerKey
from daywork.push.live import Live
from daywork.push.queries import Counts
from daywork.push.rules import SUBSCRIPTION_UNREADABLE
from daywork.sign_in.door import COOKIE
from daywork.sign_in.service import session_for
from daywork.web.request import Request, cookie
from daywork.web.templates import csrf_token

HEARTBEAT: Final = 20.0
"""Seconds after which an open page hears from us anyway: proxies cut lines that are silent."""

SETTLE: Final = 0.3
"""Seconds in which several changes become one answer."""

_counting = asyncio.Semaphore(4)
"""So many count at once: a thousand open pages must not take all database connections."""


class Keys(msgspec.Struct):
    """What ``PushSubscription.toJSON()`` says under ``keys``."""

    p256dh: str
    auth: str


class Subscription(msgspec.Struct):
    """``PushSubscription.toJSON()``, and the key it was made for."""

    endpoint: str
    keys: Keys
    key: str


class Endpoint(msgspec.Struct):
    """Names a subscription."""

    endpoint: str


def _key(request: Request) -> ServerKey | None:
    found: ServerKey | None = request.app.state.server_key
    return found


@get("/api/push/key")
async def key(request: Request) -> Response[bytes]:
    """Our public key, and whose phone this is; ``key`` is null where push is not set up.

    ``token``: what a service worker, which reads no cookies, sends back against forgery.
    """
    held = _key(request)
    said = {
        "key": held.public if held else None,
        "member": request.user.member,
        "token": csrf_token(),
    }
    return Response(msgspec.json.encode(said), media_type=MediaType.JSON)


@post("/api/push/subscription", status_code=204)
async def subscribe(request: Request) -> None:
    """Push to this browser; said again at each launch, for what either side may have lost."""
    try:
        given = msgspec.json.decode(await request.body(), type=Subscription)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise SUBSCRIPTION_UNREADABLE() from None
    held = _key(request)
    if held is None or given.key != held.public:
        raise SUBSCRIPTION_UNREADABLE()
    await service.subscribe(
        request.user,
        given.endpoint,
        given.keys.p256dh,
        given.keys.auth,
        server_key=held.public,
        local=request.app.state.settings.push_local,
    )


@delete("/api/push/subscription", status_code=204)
async def unsubscribe(request: Request) -> None:
    """Push nothing more to this browser."""
    try:
        given = msgspec.json.decode(await request.body(), type=Endpoint)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise SUBSCRIPTION_UNREADABLE() from None
    await service.unsubscribe(request.user, given.endpoint)


def _said(counts: Counts) -> dict[str, int]:
    return {"waiting": counts.waiting, "unread": counts.unread, "badge": counts.badge}


@get("/api/live/counts")
async def counts(request: Request) -> Response[bytes]:
    """The counts once: for pages that cannot hold a line open."""
    found = await service.counts(request.user)
    return Response(msgspec.json.encode(_said(found)), media_type=MediaType.JSON)


@get("/api/live")
async def live(request: Request) -> Stream:
    """The counts now and whenever they change, as server-sent events.

    Between two events nothing is held but the line itself: no database connection, no session.
    """
    hub: Live = request.app.state.live
    lines = _events(hub, request.user, cookie(request.scope, COOKIE))
    return Stream(
        lines,
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _events(hub: Live, actor: Actor, held: str) -> AsyncIterator[str]:
    yield "retry: 5000\n\n"
    last: dict[str, int] | None = None
    with hub.page(actor.organisation, actor.member) as page:
        while not page.over:
            found = await _counts_now(held, actor.member)
            if found is None:
                yield "event: over\ndata: {}\n\n"
                return
            if found != last:
                last = found
                yield f"data: {json.dumps(found)}\n\n"
            while not await page.changed(HEARTBEAT):
                yield ": still here\n\n"
            await asyncio.sleep(SETTLE)


async def _counts_now(held: str, member: UUID) -> dict[str, int] | None:
    """Counts by the session as it is now; None when it has ended."""
    async with _counting:
        found = await session_for(held)
        if found is None or found[0].member != member:
            return None
        return _said(await service.counts(found[0]))


handlers: list[Any] = [key, subscribe, unsubscribe, counts, live]
