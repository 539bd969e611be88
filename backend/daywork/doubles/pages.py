"""The office's list of days booked twice, where each is settled."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from daywork.doubles import words
from daywork.doubles.rules import LONGEST_REASON
from daywork.doubles.service import doubles_of_month, resolve
from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.summary.pages import links_of
from daywork.web.forms import Answers
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request, named

ALL_STAND = "all"
"""The answer that is not the id of a sheet."""


async def _page(
    request: Request,
    site: UUID | None,
    month: str | None,
    *,
    done: UUID | None = None,
    about: UUID | None = None,
    problem: Problem | None = None,
    typed: str = "",
) -> Response[str]:
    found = await doubles_of_month(request.user, site, month, datetime.now(UTC))
    following = found.view.month.next
    return page(
        request,
        "labour/doubles.html",
        status=problem.kind.status if problem else 200,
        found=found,
        view=found.view,
        link=links_of(found.view),
        words=words,
        next_month=following if following.first <= found.view.today else None,
        path="/labour/double-bookings",
        longest=LONGEST_REASON,
        done=done,
        about=about,
        problem=told(problem) if problem else None,
        typed=typed,
    )


@get("/labour/double-bookings")
async def double_bookings(
    request: Request,
    site: FromQuery[str | None] = None,
    month: FromQuery[str | None] = None,
    done: FromQuery[str | None] = None,
) -> Response[str]:
    """A month of days booked twice, open ones first."""
    return await _page(request, named(site), month, done=named(done))


@post("/labour/double-bookings/{double:uuid}")
async def settle(
    request: Request,
    double: FromPath[UUID],
    site: FromQuery[str | None] = None,
    month: FromQuery[str | None] = None,
) -> Response[Any]:
    """Settle one: all its sheets stand, or one of them counts."""
    actor = request.user
    answers = Answers(await request.form())
    answer = answers.raw("answer")
    counts = None if answer == ALL_STAND else named(answer)
    if answer != ALL_STAND and counts is None:
        raise NOT_FOUND()
    reason = answers.text("reason")
    try:
        async with company_transaction(actor.organisation):
            known = await resolve(actor, double, answers.raw("mark"), counts, reason)
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _page(request, named(site), month, about=double, problem=problem, typed=reason)
    within = f"&site={site}" if named(site) else ""
    return go(
        request,
        f"/labour/double-bookings?month={known.work_day:%Y-%m}{within}&done={double}#b-{double}",
    )


handlers = [double_bookings, settle]
