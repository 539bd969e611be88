"""Answering with a page: the same template serves the whole page and the piece htmx swaps."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from litestar import MediaType, Response
from litestar.datastructures import Cookie
from litestar.response import Redirect

from daywork.web import templates
from daywork.web.language import language
from daywork.web.navigation import tabs_for
from daywork.web.request import Request, speaker


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
        **context,
    }
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


def go(request: Request, path: str, *, cookies: list[Cookie] | None = None) -> Response[Any]:
    """Send the browser on after a POST; htmx follows by a full navigation."""
    if request.htmx:
        return Response(
            "", media_type=MediaType.HTML, headers={"HX-Redirect": path}, cookies=cookies or []
        )
    return Redirect(path, status_code=303, cookies=cookies or [])
