"""What a worker sees at his private address: big type, one column, nobody signed in.

No reply is kept by a browser or found by a search engine. The referrer stays inside this server
(our policy everywhere); ``no-referrer`` would take the ``Origin`` from our own forms.
"""

from datetime import UTC, datetime
from typing import Any, Final

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath, FromQuery

from daywork.crosscheck import opening, words
from daywork.crosscheck.link_queries import Link
from daywork.crosscheck.opening import Browser
from daywork.crosscheck.rules import (
    DAY_IN_DISPUTE,
    DAYS_CHANGED,
    DIGITS_WRONG,
    LINK_WAITS,
    LONGEST_REASON,
    MONTH,
    MOST_OF_A_DAY,
    NO_DAYS,
    NOT_A_DAY_OF_MONTH,
    PASS_LIFE,
    SAME_AS_RECORDED,
    STILL_DISPUTED,
    Claim,
)
from daywork.ground.ids import new_id
from daywork.ground.money import ZERO
from daywork.ground.problems import Problem
from daywork.sign_in.visitor import visitor
from daywork.signatures.rules import BOX, LONGEST_STROKES, SIGNER_MISSING, STROKES_UNREADABLE
from daywork.web.forms import Answers, shown_again
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request, cookie, settings_of

COOKIE: Final = "dw_check"
PUBLIC: Final = {"public": True}
HEADERS: Final = {"cache-control": "no-store", "x-robots-tag": "noindex, nofollow"}
SIGN_AGAIN: Final = (SIGNER_MISSING, STROKES_UNREADABLE, DAYS_CHANGED, STILL_DISPUTED, NO_DAYS)
CLAIM_AGAIN: Final = (NOT_A_DAY_OF_MONTH, SAME_AS_RECORDED, DAY_IN_DISPUTE)


def _reader(request: Request) -> Browser:
    who = visitor(request)
    return Browser(who.address, who.user_agent, cookie(request.scope, COOKIE))


def _shown(
    request: Request, template: str, problem: Problem | None, faulty: bool = False, **context: Any
) -> Response[str]:
    """A page of the link: the same for everybody, whoever is signed in on this phone."""
    retry = problem.extra.get("retry_after") if problem else None
    return page(
        request,
        template,
        status=problem.kind.status if problem else 422 if faulty else 200,
        headers={**HEADERS, **({"retry-after": str(retry)} if retry else {})},
        problem=told(problem) if problem else None,
        actor=None,
        tabs=[],
        **context,
    )


async def _opened(request: Request, token: str) -> tuple[Link, Browser, bool]:
    browser, now = _reader(request), datetime.now(UTC)
    link = await opening.link_for(token, browser, now)
    return link, browser, opening.passed(link, browser, now)


async def _month(
    request: Request,
    token: str,
    link: Link,
    answers: Answers | None = None,
    problem: Problem | None = None,
) -> Response[str]:
    found = await opening.month_of_link(link, datetime.now(UTC))
    return _shown(
        request,
        "crosscheck/month.html",
        problem,
        token=token,
        found=found,
        link=link,
        words=words,
        was=shown_again(answers),
        answer_id=new_id(),
        box=BOX,
        longest_strokes=LONGEST_STROKES,
    )


@get("/w/{token:str}", opt=PUBLIC)
async def own_month(request: Request, token: FromPath[str]) -> Response[str]:
    """The worker's month, or the question for the last four digits."""
    link, _browser, is_in = await _opened(request, token)
    if not is_in:
        return _shown(request, "crosscheck/digits.html", None, token=token)
    return await _month(request, token, link)


@post("/w/{token:str}", opt=PUBLIC)
async def prove(request: Request, token: FromPath[str]) -> Response[Any]:
    """Take the digits; a pass for this address is given to the browser."""
    link, browser, _is_in = await _opened(request, token)
    answers = Answers(await request.form())
    try:
        secret = await opening.prove(link, answers.raw("digits"), browser, datetime.now(UTC))
    except Problem as problem:
        if problem.kind not in (DIGITS_WRONG, LINK_WAITS):
            raise
        return _shown(request, "crosscheck/digits.html", problem, token=token)
    given = Cookie(
        key=COOKIE,
        value=secret,
        max_age=int(PASS_LIFE.total_seconds()),
        path=f"/w/{token}",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https" or settings_of(request.scope).secure_cookies,
    )
    return go(request, f"/w/{token}", cookies=[given])


@post("/w/{token:str}/confirm", opt=PUBLIC)
async def confirm(request: Request, token: FromPath[str]) -> Response[Any]:
    """Sign for the month as it was shown."""
    link, browser, is_in = await _opened(request, token)
    if not is_in:
        return go(request, f"/w/{token}")
    answers = Answers(await request.form())
    try:
        await opening.confirm(
            link,
            answers.id("answer") or new_id(),
            content=answers.raw("content"),
            name=answers.text("name")[:80],
            strokes=answers.raw("strokes").strip(),
            browser=browser,
            now=datetime.now(UTC),
        )
    except Problem as problem:
        if problem.kind not in SIGN_AGAIN:
            raise
        return await _month(request, token, link, answers, problem)
    return go(request, f"/w/{token}")


@post("/w/{token:str}/leave", opt=PUBLIC)
async def leave(request: Request, token: FromPath[str]) -> Response[Any]:
    """Shut the page on this phone, which may be the foreman's."""
    link, _browser, is_in = await _opened(request, token)
    if is_in:
        await opening.leave(link)
    return go(request, f"/w/{token}")


async def _claim_form(
    request: Request,
    token: str,
    link: Link,
    day: str,
    answers: Answers | None = None,
    problem: Problem | None = None,
) -> Response[str]:
    found = await opening.month_of_link(link, datetime.now(UTC))
    chosen = next((one for one in found.days if one.day.isoformat() == day), None)
    return _shown(
        request,
        "crosscheck/dispute.html",
        problem,
        bool(answers),
        token=token,
        found=found,
        day=found.in_all if day == MONTH else chosen,
        whole_month=day == MONTH,
        was=shown_again(answers),
        faults=answers.faults if answers else {},
        answer_id=new_id(),
        longest_reason=LONGEST_REASON,
    )


@get("/w/{token:str}/dispute", opt=PUBLIC)
async def claim_form(
    request: Request, token: FromPath[str], day: FromQuery[str] = ""
) -> Response[Any]:
    """What the worker remembers of a day, or of the ``month``; else of a day that is missing."""
    link, _browser, is_in = await _opened(request, token)
    if not is_in:
        return go(request, f"/w/{token}")
    return await _claim_form(request, token, link, day)


@post("/w/{token:str}/dispute", opt=PUBLIC)
async def claim(request: Request, token: FromPath[str]) -> Response[Any]:
    """Keep that a day, or the sum, is not right; the office answers."""
    link, browser, is_in = await _opened(request, token)
    if not is_in:
        return go(request, f"/w/{token}")
    answers = Answers(await request.form())
    shown = answers.raw("shown")
    whole = shown == MONTH
    most = [str(one * (31 if whole else 1)) for one in MOST_OF_A_DAY]
    day = link.month if whole else answers.day("day", needed=True)
    man_days = answers.number("man_days", needed=True, high=most[0])
    overtime = answers.number("overtime", high=most[1])
    reason = answers.text("reason", needed=True, longest=LONGEST_REASON)
    if answers.faults or day is None or man_days is None:
        return await _claim_form(request, token, link, shown, answers)
    try:
        await opening.dispute(
            link,
            answers.id("answer") or new_id(),
            Claim(day, man_days, overtime or ZERO, reason, whole_month=whole),
            browser=browser,
            now=datetime.now(UTC),
        )
    except Problem as problem:
        if problem.kind not in CLAIM_AGAIN:
            raise
        return await _claim_form(request, token, link, shown, answers, problem)
    return go(request, f"/w/{token}")


handlers = [own_month, prove, confirm, leave, claim_form, claim]
