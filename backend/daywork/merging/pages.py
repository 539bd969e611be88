"""Likely duplicates in the register: the list, two records side by side, and each merge made."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.merging import service, words
from daywork.people.rules import shown_phone
from daywork.register import words as register_words
from daywork.web.forms import Answers
from daywork.web.language import gettext as _
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request, named

HERE = "/labour/register/duplicates"


@get(HERE)
async def duplicates(request: Request) -> Response[str]:
    """Likely pairs, and the merges made before."""
    alike = await service.workers_alike(request.user)
    return page(request, "merging/duplicates.html", alike=alike, words=words)


async def _comparison(
    request: Request,
    one: UUID,
    other: UUID,
    *,
    answers: Answers | None = None,
    problem: Problem | None = None,
) -> Response[str]:
    compared = await service.compare(request.user, one, other)
    return page(
        request,
        "merging/compare.html",
        status=problem.kind.status if problem else 422 if answers else 200,
        compared=compared,
        kept=(answers.id("kept") if answers else None) or compared.older.worker,
        typed=answers.typed if answers else {},
        faults=answers.faults if answers else {},
        problem=told(problem) if problem else None,
        words=words,
        papers=register_words.papers(),
        shown_phone=shown_phone,
    )


@get(HERE + "/compare")
async def compare(
    request: Request, one: FromQuery[str | None] = None, other: FromQuery[str | None] = None
) -> Response[str]:
    """Two records side by side, with the form that merges them."""
    first, second = named(one), named(other)
    if first is None or second is None or first == second:
        raise NOT_FOUND()
    return await _comparison(request, first, second)


@post(HERE + "/compare")
async def merge(request: Request) -> Response[Any]:
    """Merge them: the one chosen is kept, the reason stands with it."""
    answers = Answers(await request.form())
    one, other = answers.id("one"), answers.id("other")
    kept = answers.named("kept", [each for each in (one, other) if each], needed=True)
    if one is None or other is None:
        raise NOT_FOUND()
    reason = answers.text("reason", needed=True)
    if not answers.ticked("sure"):
        answers.fault("sure", _("Please confirm that it is one person"))
    if answers.faults or kept is None:
        return await _comparison(request, one, other, answers=answers)
    try:
        made = await service.merge_workers(
            request.user,
            request.app.state.register_keys,
            kept,
            other if kept == one else one,
            reason,
            datetime.now(UTC),
        )
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _comparison(request, one, other, answers=answers, problem=problem)
    return go(request, f"{HERE}/{made}")


@post(HERE + "/apart")
async def apart(request: Request) -> Response[Any]:
    """They are two people."""
    answers = Answers(await request.form())
    one, other = answers.id("one"), answers.id("other")
    if one is None or other is None:
        raise NOT_FOUND()
    await service.tell_apart(request.user, one, other)
    return go(request, HERE)


async def _merge_page(
    request: Request, merge: UUID, *, faults: Any = None, problem: Problem | None = None
) -> Response[str]:
    looked = await service.look_at(request.user, merge)
    return page(
        request,
        "merging/merge.html",
        status=problem.kind.status if problem else 422 if faults else 200,
        looked=looked,
        merge=looked.merge,
        built=" · ".join(words.built(one) for one in looked.built),
        faults=faults or {},
        problem=told(problem) if problem else None,
        words=words,
        papers=register_words.papers(),
        shown_phone=shown_phone,
    )


@get(HERE + "/{merge:uuid}")
async def merge_made(request: Request, merge: FromPath[UUID]) -> Response[str]:
    """A merge: both records as they stand, why, and the way back."""
    return await _merge_page(request, merge)


@post(HERE + "/{merge:uuid}/undo")
async def undo(request: Request, merge: FromPath[UUID]) -> Response[Any]:
    """Two workers again."""
    answers = Answers(await request.form())
    reason = answers.text("reason", needed=True)
    if answers.faults:
        return await _merge_page(request, merge, faults=answers.faults)
    try:
        await service.undo_merge(
            request.user, request.app.state.register_keys, merge, reason, datetime.now(UTC)
        )
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _merge_page(request, merge, problem=problem)
    return go(request, f"{HERE}/{merge}")


handlers = [duplicates, compare, merge, apart, merge_made, undo]
