"""Settings: the tasks of a site's plan, one form each."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.people.queries import currency_of
from daywork.people.rules import Right
from daywork.sites import queries, service, task_queries, tasks
from daywork.sites.task_queries import Task
from daywork.web.forms import Answers, shown_again
from daywork.web.language import gettext
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request


@get("/settings/sites/{site:uuid}/tasks")
async def plan(request: Request, site: FromPath[UUID]) -> Response[str]:
    """The plan as a list."""
    actor = request.user
    async with company_transaction(actor.organisation):
        found = await service.site_for(actor, site, Right.MANAGE_SITE)
        listed = await task_queries.tasks_of(actor.organisation, site)
        currency = await currency_of(actor.organisation)
    return page(
        request,
        "sites/tasks.html",
        site=found,
        tasks=in_order(listed),
        depths=_depths(listed),
        currency=currency,
    )


def in_order(listed: list[Task]) -> list[Task]:
    """Every task right after the one it stands under."""
    known = {task.id for task in listed}
    below: dict[UUID | None, list[Task]] = {}
    for task in listed:
        below.setdefault(task.parent if task.parent in known else None, []).append(task)
    ordered: list[Task] = []
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        task = waiting.pop()
        ordered.append(task)
        waiting += reversed(below.get(task.id, []))
    return ordered


def _depths(listed: list[Task]) -> dict[UUID, int]:
    depths: dict[UUID, int] = {}
    for task in in_order(listed):
        depths[task.id] = depths.get(task.parent, -1) + 1 if task.parent else 0
    return depths


async def _task_form(
    request: Request,
    site: UUID,
    task: UUID | None,
    answers: Answers | None = None,
    problem: Problem | None = None,
) -> Response[str]:
    actor = request.user
    async with company_transaction(actor.organisation):
        found = await service.site_for(actor, site, Right.MANAGE_SITE)
        known = await tasks.task_of(found, task) if task else None
        listed = await task_queries.tasks_of(actor.organisation, site)
        crews = await queries.crews_of(actor.organisation, site)
    return page(
        request,
        "sites/task.html",
        status=problem.kind.status if problem else 422 if answers else 200,
        site=found,
        task=known,
        parents=[one for one in in_order(listed) if one.active and one.id != task],
        crews=[crew for crew in crews if crew.active or (known and crew.id == known.crew)],
        was=shown_again(answers),
        faults=answers.faults if answers else {},
        problem=told(problem) if problem else None,
    )


@get("/settings/sites/{site:uuid}/tasks/new")
async def new_task_form(request: Request, site: FromPath[UUID]) -> Response[str]:
    """An empty form."""
    return await _task_form(request, site, None)


@get("/settings/sites/{site:uuid}/tasks/{task:uuid}")
async def task_form(request: Request, site: FromPath[UUID], task: FromPath[UUID]) -> Response[str]:
    """One task, to change."""
    return await _task_form(request, site, task)


@post("/settings/sites/{site:uuid}/tasks/new")
async def add_task(request: Request, site: FromPath[UUID]) -> Response[Any]:
    """Add it to the plan."""
    return await _save_task(request, site, None)


@post("/settings/sites/{site:uuid}/tasks/{task:uuid}")
async def change_task(
    request: Request, site: FromPath[UUID], task: FromPath[UUID]
) -> Response[Any]:
    """Keep the new values."""
    return await _save_task(request, site, task)


async def _save_task(request: Request, site: UUID, task: UUID | None) -> Response[Any]:
    actor = request.user
    answers = Answers(await request.form())
    try:
        async with company_transaction(actor.organisation):
            found = await service.site_for(actor, site, Right.MANAGE_SITE)
            before = await tasks.task_of(found, task) if task else None
            listed = await task_queries.tasks_of(actor.organisation, site)
            crews = await queries.crews_of(actor.organisation, site)
            after = _read_task(
                answers,
                before,
                {one.id for one in listed},
                {crew.id for crew in crews},
                max((one.position for one in listed), default=0) + 10,
            )
            if not answers.faults:
                await tasks.save_task(actor, found, after)
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _task_form(request, site, task, answers, problem)
    if answers.faults:
        return await _task_form(request, site, task, answers)
    return go(request, f"/settings/sites/{site}/tasks")


def _read_task(
    answers: Answers,
    before: Task | None,
    parents: set[UUID],
    crews: set[UUID],
    last_position: int,
) -> Task:
    start, finish = answers.day("planned_start"), answers.day("planned_finish")
    if start and finish and finish < start:
        answers.fault("planned_finish", gettext("The end lies before the beginning"))
    quantity = answers.number("quantity", low="0.001", places=3)
    unit = answers.text("unit", needed=quantity is not None, longest=12)
    weight = answers.number("weight", places=3)
    position = answers.number("position", high="1000000", places=0)
    return Task(
        id=before.id if before else new_id(),
        code=answers.text("code", needed=True, longest=30),
        name=answers.text("name", needed=True, longest=120),
        name_en=answers.text("name_en", longest=120),
        parent=answers.named("parent", parents),
        is_summary=before.is_summary if before else False,
        position=last_position if position is None else int(position),
        unit=unit,
        quantity=quantity,
        weight=Decimal(1) if weight is None else weight,
        budget=answers.number("budget", high="9999999999") or Decimal(0),
        budget_man_days=answers.number("budget_man_days", high="999999") or Decimal(0),
        labour_budget=answers.number("labour_budget", high="9999999999") or Decimal(0),
        cost_code=answers.text("cost_code", longest=30),
        planned_start=start,
        planned_finish=finish,
        crew=answers.named("crew", crews),
        active=not answers.ticked("closed"),
    )


handlers = [plan, new_task_form, task_form, add_task, change_task]
