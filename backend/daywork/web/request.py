"""One request, as the rooms see it: Litestar's with htmx's headers, and what is known about it.

The running request is also reachable from anywhere below (texts, macros) by a context variable,
so that a template macro need not be handed the language or the CSRF token at every call.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.connection import Request as LitestarRequest
from litestar.datastructures import State
from litestar.types import ASGIApp, Receive, Scope, Send
from litestar_htmx import HTMXDetails

from daywork.ground.problems import NOT_FOUND
from daywork.ground.settings import Settings

_running: ContextVar[Scope | None] = ContextVar("daywork_request", default=None)


class Request(LitestarRequest[Any, Any, State]):
    """``request.user`` is the signed-in ``people.actor.Actor``, None where nobody need sign in."""

    @property
    def htmx(self) -> HTMXDetails:
        """True when htmx asks; its headers by name."""
        return HTMXDetails(self)

    @property
    def to_be_kept(self) -> bool:
        """The service worker fetches the page to keep it on the phone: no pay stands on it."""
        return "x-daywork-keep" in self.headers


class Speaker(Protocol):
    """What the pages need to know of a signed-in person; ``people.actor.Actor`` fits."""

    @property
    def name(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def is_owner(self) -> bool: ...


def running_scope() -> Scope | None:
    """The ASGI scope of the request being answered, or None (jobs, tests, start-up)."""
    return _running.get()


def speaker(scope: Scope | None) -> Speaker | None:
    """Who is signed in, or None."""
    return scope.get("user") if scope else None


def settings_of(scope: Scope) -> Settings:
    """The settings of the app that answers."""
    settings: Settings = scope["app"].state.settings
    return settings


def cookie(scope: Scope | None, name: str) -> str:
    """A cookie's value, or ``""``."""
    if scope is None:
        return ""
    return ASGIConnection[Any, Any, Any, Any](scope).cookies.get(name, "")


def request_name(scope: Scope) -> str:
    """A short name for this request: shown to the person and written into the log."""
    state = scope.setdefault("state", {})
    name = state.get("daywork_name")
    if name is None:
        name = state["daywork_name"] = secrets.token_hex(4)
    return str(name)


@contextmanager
def answering(scope: Scope) -> Iterator[None]:
    """Inside the block this request is the one being answered."""
    token = _running.set(scope)
    try:
        yield
    finally:
        _running.reset(token)


class RunningRequest:
    """The outermost middleware: makes the request reachable while it is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with answering(scope):
            await self.app(scope, receive, send)


def named(text: str | None) -> UUID | None:
    """An id in an address; an empty one is none.

    Raises:
        Problem: ``not_found``.
    """
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise NOT_FOUND() from None
