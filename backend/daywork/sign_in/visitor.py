"""Reading from a request who knocks, and from where."""

from typing import Any

from daywork.ground.settings import Settings
from daywork.people.actor import Actor
from daywork.sign_in.service import Visitor
from daywork.web.request import Request


def visitor(request: Request, *, stay: bool = False) -> Visitor:
    """Address and browser; behind a trusted proxy uvicorn has put the real address in."""
    client = request.client
    return Visitor(
        address=client.host if client else "",
        user_agent=request.headers.get("user-agent", ""),
        stay=stay,
    )


def known(request: Request) -> Actor | None:
    """Who is signed in on a public route."""
    user: Any = request.scope.get("user")
    return user if isinstance(user, Actor) else None


def address_of(request: Request, path: str) -> str:
    """The full address of a path, as people reach this server: for links and QR codes."""
    settings: Settings = request.app.state.settings
    return (settings.base_url or str(request.base_url).rstrip("/")) + path
