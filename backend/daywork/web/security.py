"""What keeps a page to itself: the headers every reply carries, and the check against forgery.

Forged requests: a random token lies in the cookie ``dw_csrf`` (readable by our own scripts only)
and must come back in the header ``x-csrf-token`` or the form field ``_csrf``. A browser that names
where a request comes from (``Origin``, ``Sec-Fetch-Site``) must name us.
"""

import secrets
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from daywork.ground.problems import ProblemKind
from daywork.ground.settings import Settings
from daywork.web.request import Request, cookie, request_name, settings_of, speaker


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


FORGED = ProblemKind(
    "forged_request",
    403,
    _("This page was open for too long"),
    _("Go back, reload the page and try again. Nothing was changed."),
)

COOKIE: Final = "dw_csrf"
HEADER: Final = "x-csrf-token"
FIELD: Final = "_csrf"
YEAR: Final = 365 * 24 * 3600
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})

POLICY: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob: data:",
    "media-src": "'self' blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


@cache
def _headers(secure: bool) -> dict[str, str]:
    policy = "; ".join(f"{name} {sources}" for name, sources in POLICY.items())
    found = {
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "permissions-policy": "camera=(self), geolocation=(self), microphone=(), payment=()",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "x-frame-options": "DENY",
    }
    if secure:
        policy += "; upgrade-insecure-requests"
        found["strict-transport-security"] = f"max-age={2 * YEAR}; includeSubDomains"
    return {"content-security-policy": policy, **found}


async def reply_headers(message: Message, scope: Scope) -> None:
    """A ``before_send`` hook: it sees every reply, those of the router (404, 405) too."""
    if message["type"] != "http.response.start" or scope["type"] != ScopeType.HTTP:
        return
    headers = MutableScopeHeaders.from_message(message)
    for name, value in _headers(settings_of(scope).secure_cookies).items():
        headers.setdefault(name, value)
    headers.setdefault("x-request-id", request_name(scope))
    if scope["path"].startswith("/api/"):
        # A captive portal's page never carries this: the phone takes nothing else for ours.
        headers["x-daywork"] = "1"
        headers.setdefault("cache-control", "no-store")
    elif speaker(scope) is not None:
        headers.setdefault("cache-control", "no-store")
    else:
        headers.setdefault("cache-control", "no-cache")


def guard_against_forgery(app: ASGIApp) -> ASGIApp:
    """The middleware that gives the token and asks for it back."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or _without_cookies(scope):
            await app(scope, receive, send)
            return
        settings = settings_of(scope)
        held = cookie(scope, COOKIE)
        token = held if 20 <= len(held) <= 100 and held.isascii() else ""
        scope.setdefault("state", {})["daywork_csrf"] = token or secrets.token_urlsafe(24)
        request = Request(scope, receive)
        if request.method not in SAFE:
            await _check(request, token, urlsplit(settings.base_url or "").netloc)
        await app(scope, receive, send if token else _giving(settings, scope, send))

    return guard


def _without_cookies(scope: Scope) -> bool:
    handler = scope.get("route_handler")
    return bool(handler is not None and handler.opt.get("no_cookies"))


def _giving(settings: Settings, scope: Scope, send: Send) -> Send:
    given = Cookie(
        key=COOKIE,
        value=scope["state"]["daywork_csrf"],
        max_age=YEAR,
        secure=settings.secure_cookies,
        samesite="lax",
    )

    async def send_with_cookie(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            headers.add("set-cookie", given.to_header(header=""))
        await send(message)

    return send_with_cookie


async def _check(request: Request, token: str, own_host: str) -> None:
    """
    Raises:
        Problem: ``forged_request``.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise FORGED()
    origin = request.headers.get("origin")
    hosts = {request.headers.get("host", ""), own_host} - {""}
    if origin is not None and urlsplit(origin).netloc not in hosts:
        raise FORGED()
    sent = request.headers.get(HEADER) or await _form_field(request)
    if not token or not secrets.compare_digest(sent.encode(), token.encode()):
        raise FORGED()


async def _form_field(request: Request) -> str:
    kind = request.content_type[0]
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return ""
    form: Any = await request.form()
    value = form.get(FIELD)
    return value if isinstance(value, str) else ""
