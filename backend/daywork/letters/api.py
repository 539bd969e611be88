"""What a phone hears about its member's letters, whichever phone recorded them."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import MediaType, Response, post
from msgspec import Meta

from daywork.letters import service
from daywork.letters.queries import Letter
from daywork.letters.service import MOST_ASKED
from daywork.people.rules import check_sender
from daywork.web.problems import NOT_UNDERSTOOD, told
from daywork.web.request import Request


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """What the phone holds up as "needs you", and what its person has discarded."""

    asked: Annotated[list[UUID], Meta(max_length=MOST_ASKED)] = []
    dismissed: Annotated[list[UUID], Meta(max_length=MOST_ASKED)] = []


def _open(letter: Letter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "type": letter.type,
        "v": letter.mutation.get("v", 1),
        "entity_id": letter.entity,
        "base_version": letter.mutation.get("base_version", 0),
        "client_time": letter.client_time or letter.received_at,
        "received_at": letter.received_at,
        "payload": letter.payload,
        "result": letter.result,
        "problem": None if letter.problem is None else told(letter.problem),
    }


def _settled(letter: Letter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "how": letter.how or ("dismissed" if letter.dismissed_at else "replaced"),
        "reason": letter.reason,
        "by": letter.decided_by,
        "at": letter.decided_at or letter.settled_at,
        "version": letter.receipt_version,
        "revision": letter.receipt_revision,
    }


@post("/api/letters", status_code=200)
async def letters(request: Request) -> Response[bytes]:
    """The member's open letters, and what became of those asked about."""
    check_sender(request.user, request.headers.get("x-daywork-member"))
    try:
        asking = msgspec.json.decode(await request.body(), type=Asking)
    except (msgspec.DecodeError, UnicodeDecodeError) as trouble:
        raise NOT_UNDERSTOOD() from trouble
    news = await service.news_for(request.user, asking.asked, asking.dismissed)
    body = {
        "open": [_open(letter) for letter in news.open if letter.payload],
        "settled": [_settled(letter) for letter in news.settled],
    }
    return Response(msgspec.json.encode(body), media_type=MediaType.JSON)


handlers = [letters]
