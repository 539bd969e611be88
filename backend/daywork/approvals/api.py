"""Decisions made on a phone without a network: sent when it is back, each answered by itself."""

from typing import Annotated, Any, Final

import msgspec
from litestar import MediaType, Response, post
from msgspec import Meta

from daywork.approvals.offline import decide
from daywork.approvals.rules import KeptDecision
from daywork.people.actor import Actor
from daywork.people.rules import check_sender
from daywork.web.problems import NOT_UNDERSTOOD, told
from daywork.web.request import Request

MOST: Final = 200
"""Decisions in one envelope."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What the phone sends."""

    decisions: Annotated[list[KeptDecision], Meta(max_length=MOST)]


async def _answer(actor: Actor, one: KeptDecision) -> dict[str, Any]:
    """``applied``; or ``refused`` with why, and what changed since the phone saw it."""
    answered = await decide(actor, one)
    return {
        "id": one.id,
        "result": "refused" if answered.problem else "applied",
        "problem": told(answered.problem) if answered.problem else None,
        "changes": answered.changes,
    }


@post("/api/approvals/decisions", status_code=200)
async def decisions(request: Request) -> Response[bytes]:
    """Take decisions in the order they were made; one answer each."""
    check_sender(request.user, request.headers.get("x-daywork-member"))
    try:
        envelope = msgspec.json.decode(await request.body(), type=Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError) as trouble:
        raise NOT_UNDERSTOOD() from trouble
    answers = [await _answer(request.user, one) for one in envelope.decisions]
    return Response(msgspec.json.encode({"results": answers}), media_type=MediaType.JSON)


handlers = [decisions]
