"""The verify page, for everybody: no sign-in, phone first, and honest about what it proves."""

from typing import Final

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from daywork.chain.rules import code_from
from daywork.evidence.rules import CODES_TOO_OFTEN, NO_SUCH_CODE, NOT_A_CODE
from daywork.evidence.showing import proof_of, thumbnail_by_code
from daywork.ground.problems import Problem
from daywork.photos.api import shown_small
from daywork.photos.words import doubt_words
from daywork.sign_in.visitor import known, visitor
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request

PUBLIC: Final = {"public": True}
UNLISTED: Final = {"x-robots-tag": "noindex, nofollow"}
LONGEST: Final = 40


def _form(request: Request, typed: str, problem: Problem | None = None) -> Response[str]:
    """The form, with what was typed and why it led nowhere."""
    headers = dict(UNLISTED)
    if problem is not None and "retry_after" in problem.extra:
        headers["retry-after"] = str(problem.extra["retry_after"])
    return page(
        request,
        "evidence/form.html",
        status=problem.kind.status if problem else 200,
        headers=headers,
        typed=typed[:LONGEST],
        problem=told(problem) if problem else None,
    )


@get("/v", opt=PUBLIC)
async def type_code(request: Request, code: FromQuery[str] = "") -> Response[str]:
    """Type a code by hand."""
    if not code.strip():
        return _form(request, "")
    found = code_from(code)
    if found is None:
        return _form(request, code, NOT_A_CODE())
    return go(request, f"/v/{found}")


@get("/v/{typed:str}", opt=PUBLIC)
async def verify(request: Request, typed: FromPath[str]) -> Response[str]:
    """What the code leads to."""
    code = code_from(typed)
    if code is None:
        return _form(request, typed, NOT_A_CODE())
    if code != typed:
        return go(request, f"/v/{code}")
    try:
        proof = await proof_of(code, known(request), visitor(request).address)
    except Problem as problem:
        if problem.kind not in (NO_SUCH_CODE, CODES_TOO_OFTEN):
            raise
        return _form(request, typed, problem)
    return page(
        request, "evidence/proof.html", headers=UNLISTED, proof=proof, doubt_words=doubt_words
    )


@get("/v/{typed:str}/photo", opt=PUBLIC)
async def photo_by_code(request: Request, typed: FromPath[str]) -> Response[bytes]:
    """The small picture of a photo's code."""
    code = code_from(typed)
    if code is None:
        raise NO_SUCH_CODE()
    store = request.app.state.storage
    return shown_small(await thumbnail_by_code(code, store, visitor(request).address))


handlers = [type_code, verify, photo_by_code]
