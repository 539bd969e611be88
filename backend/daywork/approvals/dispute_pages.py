"""The queue of disputed days: what is recorded, what the worker says, and the answer."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from daywork.approvals.disputes import (
    ANSWER_MISSING,
    DISPUTE_ANSWERED,
    LONGEST_ANSWER,
    answer,
    disputes_waiting,
)
from daywork.crosscheck.words import claimed_words, recorded_words, when_words
from daywork.ground.problems import Problem
from daywork.web.forms import Answers
from daywork.web.language import gettext
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request, named
from daywork.web.stretches import FIRST, Wanted


async def _list(
    request: Request,
    site: UUID | None,
    problem: Problem | None = None,
    about: UUID | None = None,
    wanted: Wanted = FIRST,
) -> Response[str]:
    found = await disputes_waiting(request.user, site, wanted)
    return page(
        request,
        "approvals/disputes.html",
        status=problem.kind.status if problem else 200,
        stretch=found.at("/approvals/disputes", site=site),
        site=site,
        problem=told(problem) if problem else None,
        about=about,
        recorded_words=recorded_words,
        claimed_words=claimed_words,
        when_words=when_words,
        longest=LONGEST_ANSWER,
    )


@get("/approvals/disputes")
async def disputes(
    request: Request,
    site: FromQuery[str | None] = None,
    find: FromQuery[str] = "",
    skip: FromQuery[int] = 0,
) -> Response[str]:
    """Days in dispute that nobody has answered, a hundred at a time."""
    return await _list(request, named(site), wanted=Wanted.read(find, skip))


@post("/approvals/disputes/{dispute:uuid}")
async def answer_dispute(request: Request, dispute: FromPath[UUID]) -> Response[Any]:
    """Keep the answer, and show what is left."""
    answers = Answers(await request.form())
    site = answers.id("site")
    try:
        await answer(
            request.user,
            dispute,
            answers.raw("outcome"),
            answers.raw("answer"),
            datetime.now(UTC),
        )
    except Problem as problem:
        if problem.kind not in (ANSWER_MISSING, DISPUTE_ANSWERED):
            raise
        return await _list(request, site, problem, dispute)
    return go(
        request,
        "/approvals/disputes" + (f"?site={site}" if site else ""),
        said=gettext("Answered. The worker reads it under the link."),
    )


handlers = [disputes, answer_dispute]
