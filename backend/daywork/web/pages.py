"""Answering with a page: the same template serves the whole page and the piece htmx swaps.

What a form did is said once, on the page it leads to: a cookie that lives for a minute carries the
words there.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote, unquote

from litestar import MediaType, Response
from litestar.datastructures import Cookie
from litestar.response import Redirect

from daywork.web import templates
from daywork.web.language import language
from daywork.web.navigation import tabs_for
from daywork.web.request import Request, speaker

SAID: Final = "dw_said"


def page(
    request: Request,
    template: str,
    *,
    block: str | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    cookies: list[Cookie] | None = None,
    **context: Any,
) -> Response[str]:
    """Render a template now (a failing one is an error of this handler, not of the reply).

    ``block`` names the block that htmx gets alone; a browser without htmx, and htmx restoring
    its history, get the whole page. A fragment and a page never share a cache entry.
    """
    person = speaker(request.scope)
    values = {
        "request": request,
        "actor": person,
        "language": language(),
        "mode": templates.mode(),
        "csrf_token": templates.csrf_token(),
        "path": request.url.path,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "tabs": tabs_for(person, request.url.path),
        "just_said": "" if request.htmx else unquote(request.cookies.get(SAID, ""))[:300],
        **context,
    }
    if values["just_said"]:
        cookies = [*(cookies or []), _said_cookie(request, "", 0)]
    found = templates.environment.get_template(template)
    if block and request.htmx and not request.htmx.history_restore_request:
        body = "".join(found.blocks[block](found.new_context(values)))
    else:
        body = found.render(values)
    return Response(
        body,
        media_type=MediaType.HTML,
        status_code=status,
        headers={"vary": "Cookie, Accept-Language, HX-Request", **(headers or {})},
        cookies=cookies or [],
    )


def go(
    request: Request, path: str, *, said: str = "", cookies: list[Cookie] | None = None
) -> Response[Any]:
    """Send the browser on after a POST; htmx follows by a full navigation. ``said`` is what was
    done, in the reader's language; the page it leads to tells it."""
    sent = [*(cookies or [])]
    if said:
        sent.append(_said_cookie(request, quote(said), 60))
    if request.htmx:
        return Response("", media_type=MediaType.HTML, headers={"HX-Redirect": path}, cookies=sent)
    return Redirect(path, status_code=303, cookies=sent)


def _said_cookie(request: Request, words: str, seconds: int) -> Cookie:
    return Cookie(
        key=SAID,
        value=words,
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
