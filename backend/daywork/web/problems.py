"""The one place that turns whatever went wrong into an answer the person can act on.

The api gets RFC 9457 JSON, htmx a fragment for the page's problem area, a browser a page; always
in the person's language. What nobody foresaw is logged under a short name that is shown, too.
"""

import logging
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from litestar import Response
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotAuthorizedException,
    NotFoundException,
    PermissionDeniedException,
    TooManyRequestsException,
    ValidationException,
)
from litestar.response import Redirect
from litestar.serialization import encode_json

from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, SIGNED_OUT, Problem, ProblemKind
from daywork.web.language import gettext
from daywork.web.pages import page
from daywork.web.request import Request, answering, request_name

log = logging.getLogger("daywork")

MEDIA_TYPE: Final = "application/problem+json"


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


BROKEN = ProblemKind(
    "broken",
    500,
    _("Something went wrong here"),
    _("It is our fault, and it is noted. Try again; if it stays, tell us the number below."),
)
NOT_UNDERSTOOD = ProblemKind(
    "not_understood",
    400,
    _("This could not be read"),
    _("Go back, check what you entered, send it again."),
)
NOT_THIS_WAY = ProblemKind(
    "not_this_way",
    405,
    _("This address does not take that"),
    _("Go back and use the buttons there."),
)
TOO_LARGE = ProblemKind("too_large", 413, _("This is too large"), _("Send it in smaller pieces."))
TOO_OFTEN = ProblemKind("too_often", 429, _("Too many tries"), _("Wait a little, then try again."))


def problem_from(error: Exception) -> Problem:
    """The problem an exception stands for."""
    if isinstance(error, Problem):
        return error
    kinds: tuple[tuple[type[Exception], ProblemKind], ...] = (
        (NotFoundException, NOT_FOUND),
        (MethodNotAllowedException, NOT_THIS_WAY),
        (NotAuthorizedException, SIGNED_OUT),
        (PermissionDeniedException, NOT_ALLOWED),
        (TooManyRequestsException, TOO_OFTEN),
    )
    for exception, kind in kinds:
        if isinstance(error, exception):
            return kind()
    if isinstance(error, ValidationException):
        return NOT_UNDERSTOOD(fields=_fields(error))
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 413:
        return TOO_LARGE()
    return NOT_UNDERSTOOD() if 400 <= status < 500 else BROKEN()


def _fields(error: ValidationException) -> list[str]:
    """The names of the fields that could not be read; never what was in them."""
    extra = error.extra if isinstance(error.extra, list) else []
    return [str(item["key"]) for item in extra if isinstance(item, dict) and "key" in item]


def told(problem: Problem) -> dict[str, Any]:
    """RFC 9457 members in the person's language; ``type`` is the slug of the catalogue."""
    kind = problem.kind
    fix = gettext(kind.fix, **problem.extra) if kind.fix else ""
    return {
        **problem.extra,
        "type": kind.slug,
        "title": gettext(kind.title, **problem.extra),
        "detail": fix,
        "status": kind.status,
        "fix": fix,
    }


def answer(request: Request, error: Exception) -> Response[Any]:
    """Litestar's exception handler for everything.

    It may run outside all middleware (an unknown address, a refusal by a middleware).
    """
    with answering(request.scope):
        return _answer(request, error)


def _answer(request: Request, error: Exception) -> Response[Any]:
    problem = problem_from(error)
    name = request_name(request.scope)
    if problem.kind is BROKEN:
        log.error("%s %s [%s]", request.method, request.url.path, name, exc_info=error)
    if wants_json(request):
        body = told(problem) | {"instance": name}
        return Response(
            encode_json(body),
            media_type=MEDIA_TYPE,
            status_code=problem.kind.status,
            headers=_headers(problem, error),
        )
    if problem.kind.status == 401:
        return _to_sign_in(request)
    return page(
        request,
        "problem.html",
        block="problem",
        status=problem.kind.status,
        headers=_headers(problem, error)
        | ({"HX-Retarget": "#problem", "HX-Reswap": "innerHTML"} if request.htmx else {}),
        problem=told(problem),
        name=name if problem.kind is BROKEN else "",
    )


def _headers(problem: Problem, error: Exception) -> dict[str, str]:
    headers = {}
    if isinstance(error, HTTPException):
        headers = {
            key: value
            for key, value in (error.headers or {}).items()
            if key.lower() in ("allow", "retry-after")
        }
    if "retry_after" in problem.extra:
        headers["Retry-After"] = str(problem.extra["retry_after"])
    return headers


def wants_json(request: Request) -> bool:
    """The api always; elsewhere only who asks for JSON and not for a page."""
    if request.url.path.startswith("/api/"):
        return True
    accept = request.headers.get("accept", "")
    return "json" in accept and "text/html" not in accept


def _to_sign_in(request: Request) -> Response[Any]:
    """Back to where they were after signing in; a POST goes to the page it came from."""
    if request.htmx:
        back = request.htmx.current_url_abs_path or "/"
        where = f"/sign-in?{_query(back)}"
        return Response("", status_code=401, headers={"HX-Redirect": where})
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method != "GET":
        target = _came_from(request)
    return Redirect(f"/sign-in?{_query(target)}", status_code=303)


def _came_from(request: Request) -> str:
    """The page with the form, where the browser puts back what was typed; else the start."""
    page = urlsplit(request.headers.get("referer", ""))
    if page.netloc != request.url.netloc or not page.path.startswith("/"):
        return "/"
    try:  # a page that a form answered itself has an address nobody can go to
        request.app.asgi_router.handle_routing(path=page.path, method="GET")
    except (NotFoundException, MethodNotAllowedException):
        return "/"
    return page.path + (f"?{page.query}" if page.query else "")


def _query(target: str) -> str:
    return urlencode({"next": target})
