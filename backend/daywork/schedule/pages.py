"""Settings: what a task waits for."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.ground.terms import LinkKind
from daywork.people.rules import Right
from daywork.schedule import queries, service
from daywork.schedule.rules import Link
from daywork.sites import task_queries, tasks
from daywork.sites.service import site_for
from daywork.sites.task_pages import in_order
from daywork.web.forms import Answers, shown_again
from daywork.web.language import gettext as _
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request

SPARE = 2
"""Empty lines offered for further predecessors."""


def kind_words() -> dict[str, str]:
    """How one task hangs on another, in the reader's language."""
    return {
        LinkKind.FINISH_START: _("begins when that is finished (FS)"),
        LinkKind.START_START: _("begins when that begins (SS)"),
        LinkKind.FINISH_FINISH: _("is finished when that is finished (FF)"),
        LinkKind.START_FINISH: _("is finished when that begins (SF)"),
    }


async def _links_page(
    request: Request,
    site: UUID,
    task: UUID,
    answers: Answers | None = None,
    problem: Problem | None = None,
) -> Response[str]:
    actor = request.user
    async with company_transaction(actor.organisation, snapshot=True):
        found = await site_for(actor, site, Right.MANAGE_SITE)
        known = await tasks.task_of(found, task)
        plan = await task_queries.tasks_of(actor.organisation, site)
        links = await queries.links_of(actor.organisation, site)
    return page(
        request,
        "schedule/links.html",
        status=problem.kind.status if problem else 422 if answers else 200,
        site=found,
        task=known,
        choice=[
            one for one in in_order(plan) if one.active and not one.is_summary and one.id != task
        ],
        names={one.id: one for one in plan},
        links=[link for link in links if link.successor == task],
        followers=[link for link in links if link.predecessor == task],
        lines=len([link for link in links if link.successor == task]) + SPARE,
        kinds=kind_words(),
        was=shown_again(answers),
        faults=answers.faults if answers else {},
        problem=told(problem) if problem else None,
    )


@get("/settings/sites/{site:uuid}/tasks/{task:uuid}/links")
async def links_page(request: Request, site: FromPath[UUID], task: FromPath[UUID]) -> Response[str]:
    """The tasks this one waits for, to change, and those that wait for it."""
    return await _links_page(request, site, task)


@post("/settings/sites/{site:uuid}/tasks/{task:uuid}/links")
async def link_task(request: Request, site: FromPath[UUID], task: FromPath[UUID]) -> Response[Any]:
    """Keep what the task waits for."""
    actor = request.user
    answers = Answers(await request.form())
    try:
        async with company_transaction(actor.organisation):
            found = await site_for(actor, site, Right.MANAGE_SITE)
            known = await tasks.task_of(found, task)
            plan = await task_queries.tasks_of(actor.organisation, site)
            wanted = _read_links(answers, task, {one.id for one in plan} - {task})
            if not answers.faults:
                await service.link_task(actor, found, known, plan, wanted)
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _links_page(request, site, task, answers, problem)
    if answers.faults:
        return await _links_page(request, site, task, answers)
    return go(request, f"/settings/sites/{site}/tasks/{task}/links")


def _read_links(answers: Answers, task: UUID, choice: set[UUID]) -> list[Link]:
    """The lines of the form; an empty one is no link, and of two to one task the last counts."""
    links: dict[UUID, Link] = {}
    for line in range(1, 60):
        other = answers.named(f"predecessor-{line}", choice)
        if other is None:
            continue
        kind = answers.one_of(f"kind-{line}", LinkKind) or LinkKind.FINISH_START
        lag = answers.number(f"lag-{line}", low="-366", high="366", places=0)
        links[other] = Link(other, task, LinkKind(kind), int(lag or 0))
    return list(links.values())


handlers = [links_page, link_task]
