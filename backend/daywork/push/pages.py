"""The inbox, and what of it a person wants pushed. Works without a script; the script adds the
question for this device."""

from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.push import service, words
from daywork.push.queries import Preference
from daywork.push.rules import MessageKind
from daywork.web.forms import Answers
from daywork.web.pages import go, page
from daywork.web.request import Request


def _instant(text: str) -> datetime | None:
    """An instant from a link of ours; anything else is as good as none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _back(actor: Actor) -> str:
    """Where a person's own page is: foremen live in the capture app."""
    return "/me" if may(actor, Right.SEE_LABOUR) else "/m/me"


@get("/inbox")
async def inbox(request: Request, before: FromQuery[str] = "") -> Response[str]:
    """What one was told, unread first."""
    older_than = _instant(before) if before else None
    messages, counts, more = await service.inbox(request.user, older_than)
    shown = [(message, *words.said(message.notice, message.facts)) for message in messages]
    return page(
        request,
        "push/inbox.html",
        block="messages",
        messages=shown,
        unread=counts.unread,
        now=datetime.now(UTC).isoformat(),
        before=older_than,
        older=messages[-1].created_at.isoformat() if more else None,
        icons=words.KIND_ICONS,
        back=_back(request.user),
    )


@get("/inbox/{message:uuid}/open")
async def open_message(request: Request, message: FromPath[UUID]) -> Response[Any]:
    """Go to what a message is about; it counts as read from now on."""
    return go(request, await service.open_message(request.user, message))


@post("/inbox/{message:uuid}/read")
async def read_message(request: Request, message: FromPath[UUID]) -> Response[Any]:
    """Count one message as read, and stay."""
    await service.open_message(request.user, message)
    return go(request, "/inbox")


@post("/inbox/read")
async def read_all(request: Request) -> Response[Any]:
    """Count everything that was on the page as read; what came since stays unread."""
    answers = Answers(await request.form())
    await service.read_all(request.user, _instant(answers.raw("until")) or datetime.now(UTC))
    return go(request, "/inbox")


def _clock(answers: Answers, field: str, kept: time) -> time:
    try:
        return time.fromisoformat(answers.raw(field)).replace(tzinfo=None)
    except ValueError:
        return kept


@get("/me/notifications")
async def wishes(request: Request, saved: FromQuery[bool] = False) -> Response[str]:
    """What I want pushed, when not, and to which of my devices."""
    wanted, devices = await service.wishes(request.user)
    return page(
        request,
        "push/wishes.html",
        wanted=wanted,
        devices=devices,
        kinds=words.KIND_WORDS,
        saved=saved,
        back=_back(request.user),
    )


@post("/me/notifications")
async def save_wishes(request: Request) -> Response[Any]:
    """Keep what I want pushed."""
    answers = Answers(await request.form())
    pushed = set(answers.several("kind"))
    usual = Preference()
    await service.wish(
        request.user,
        Preference(
            muted=frozenset(kind for kind in MessageKind if kind.value not in pushed),
            quiet=answers.ticked("quiet"),
            quiet_from=_clock(answers, "quiet_from", usual.quiet_from),
            quiet_to=_clock(answers, "quiet_to", usual.quiet_to),
        ),
    )
    return go(request, "/me/notifications?saved=true")


handlers = [inbox, open_message, read_message, read_all, wishes, save_wishes]
