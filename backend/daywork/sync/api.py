"""What phones talk to. Problems of single mutations travel inside the answer, not as its status:
that is for the envelope and for signing in alone."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import MediaType, Response, get, post
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.params import FromQuery, QueryParameter

from daywork.people.rules import check_sender
from daywork.sync import feed, service
from daywork.sync.ledger import Receipt
from daywork.sync.rules import (
    ENVELOPE_ENCODED,
    ENVELOPE_TOO_LARGE,
    LARGEST_ENVELOPE,
    LARGEST_PAGE,
)
from daywork.web.problems import told
from daywork.web.request import Request


def _reply(body: Any) -> Response[bytes]:
    return Response(msgspec.json.encode(body), media_type=MediaType.JSON)


def _said(receipt: Receipt) -> dict[str, Any]:
    return {
        "id": receipt.id,
        "result": receipt.result,
        "revision": receipt.revision,
        "version": receipt.version,
        "mark": receipt.mark,
        "problem": None if receipt.problem is None else told(receipt.problem),
    }


@post("/api/sync/push", status_code=200, request_max_body_size=LARGEST_ENVELOPE)
async def push(request: Request) -> Response[bytes]:
    """Take a batch of mutations; one receipt each."""
    check_sender(request.user, request.headers.get("x-daywork-member"))
    # Nothing is unpacked here: a few bytes could unfold into gigabytes.
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise ENVELOPE_ENCODED()
    try:
        body = await request.body()
    except RequestEntityTooLarge as too_large:
        raise ENVELOPE_TOO_LARGE() from too_large
    receipts = await service.push(request.user, body)
    return _reply({"results": [_said(one) for one in receipts], "server_time": datetime.now(UTC)})


@get("/api/sync/pull")
async def pull(
    request: Request,
    site: FromQuery[UUID],
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=LARGEST_PAGE)] = 500,
    seen: FromQuery[str | None] = None,
) -> Response[bytes]:
    """The next page of what changed on a site."""
    check_sender(request.user, request.headers.get("x-daywork-member"))
    return _reply(await feed.pull(request.user, site, cursor, limit, seen=seen))


@get("/api/sync/me")
async def me(request: Request, left: FromQuery[str | None] = None) -> Response[bytes]:
    """Who is signed in on this phone, which sites are theirs, and which they left were put back."""
    return _reply(await feed.introduce(request.user, left))


handlers = [push, pull, me]
