"""How long a site's records are kept: its days, and purging what is past its time."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.retention import service
from daywork.web.forms import Answers
from daywork.web.language import gettext as _
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request


async def _page(
    request: Request,
    site: UUID,
    *,
    answers: Answers | None = None,
    problem: Problem | None = None,
) -> Response[str]:
    kept = await service.kept_of(request.user, site, datetime.now(UTC))
    return page(
        request,
        "retention/retention.html",
        status=problem.kind.status if problem else 422 if answers else 200,
        kept=kept,
        site=kept.site,
        typed=answers.typed if answers else {},
        faults=answers.faults if answers else {},
        problem=told(problem) if problem else None,
    )


@get("/settings/sites/{site:uuid}/retention")
async def retention(request: Request, site: FromPath[UUID]) -> Response[str]:
    """Until when, why, and what would go."""
    return await _page(request, site)


@post("/settings/sites/{site:uuid}/retention")
async def note_days(request: Request, site: FromPath[UUID]) -> Response[Any]:
    """When the site was completed and settled."""
    answers = Answers(await request.form())
    completed, settled = answers.day("completed_on"), answers.day("settled_on")
    if answers.faults:
        return await _page(request, site, answers=answers)
    try:
        await service.note_days(request.user, site, completed, settled, datetime.now(UTC))
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _page(request, site, answers=answers, problem=problem)
    return go(request, f"/settings/sites/{site}/retention", said=_("Saved."))


@post("/settings/sites/{site:uuid}/retention/purge")
async def purge(request: Request, site: FromPath[UUID]) -> Response[Any]:
    """Let go what is past its time."""
    answers = Answers(await request.form())
    reason = answers.text("reason", needed=True)
    if not answers.ticked("sure"):
        answers.fault("sure", _("Please confirm that it shall go for good"))
    try:
        shown = (int(answers.raw("photos")), int(answers.raw("workers")))
    except ValueError:
        shown = (0, 0)
    if answers.faults:
        return await _page(request, site, answers=answers)
    try:
        await service.purge(
            request.user,
            site,
            request.app.state.storage,
            shown=shown,
            reason=reason,
            now=datetime.now(UTC),
        )
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _page(request, site, answers=answers, problem=problem)
    return go(request, f"/settings/sites/{site}/retention")


handlers = [retention, note_days, purge]
