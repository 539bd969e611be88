"""Who comes in: every request passes here, and leaves with ``request.user`` or not at all.

Routes with ``opt={"public": True}`` are for everybody: a valid session is known there, too, but
none is asked for. Routes with ``"no_cookies"`` are the same for all and are not looked at.
"""

from datetime import timedelta
from typing import Any, Final

from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from daywork.ground.problems import SIGNED_OUT
from daywork.sign_in.rules import PHONE_SESSION
from daywork.sign_in.service import SignedIn, session_for
from daywork.web.request import Request, cookie, settings_of

COOKIE: Final = "dw_session"


def session_cookie(request: Request, signed_in: SignedIn) -> Cookie:
    """The cookie of a session just opened; an office browser forgets it when it is closed."""
    life = PHONE_SESSION if signed_in.long_lived else None
    return _cookie(signed_in.cookie, life, secure=_secure(request.scope))


def no_session_cookie(request: Request) -> Cookie:
    """Forget the session."""
    return _cookie("", timedelta(0), secure=_secure(request.scope))


def _cookie(value: str, life: timedelta | None, *, secure: bool) -> Cookie:
    return Cookie(
        key=COOKIE,
        value=value,
        max_age=None if life is None else int(life.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=secure,
    )


def _secure(scope: Scope) -> bool:
    return scope["scheme"] == "https" or settings_of(scope).secure_cookies


class Door:
    """The middleware: session cookie → ``scope["user"]``, an Actor or None."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["user"] = scope["auth"] = None
        handler = scope.get("route_handler")
        asked: dict[str, Any] = handler.opt if handler is not None else {}
        if scope["type"] != ScopeType.HTTP or asked.get("no_cookies"):
            await self.app(scope, receive, send)
            return
        held = cookie(scope, COOKIE)
        found = await session_for(held) if held else None
        if found is None:
            if not asked.get("public"):
                raise SIGNED_OUT()
            await self.app(scope, receive, send)
            return
        actor, renewed = found
        scope["user"] = actor
        scope["auth"] = actor.session
        await self.app(scope, receive, send if renewed is None else _renewing(scope, send, held))


def _renewing(scope: Scope, send: Send, value: str) -> Send:
    """Browsers drop a cookie at its date: one that is used gets a later one, unless the reply
    already says something else about it (signing out)."""

    async def send_with_cookie(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            if not any(
                given.startswith(f"{COOKIE}=") for given in headers.getall("set-cookie", [])
            ):
                again = _cookie(value, PHONE_SESSION, secure=_secure(scope))
                headers.add("set-cookie", again.to_header(header=""))
        await send(message)

    return send_with_cookie
