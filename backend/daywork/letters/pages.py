"""The office's pages of letters: the list, and one of them with what can be done about it."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from daywork.ground.database import company_transaction
from daywork.ground.problems import Problem
from daywork.ground.terms import EntryState, PushResult
from daywork.letters import queries, service, words
from daywork.letters.queries import Letter
from daywork.letters.rules import LONGEST_REASON, MENDABLE, Mending
from daywork.sites import queries as sites
from daywork.sites import task_queries, workforce_queries
from daywork.web.forms import Answers
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request

STRIKE = "strike"
"""Chosen instead of a worker: the line goes."""


@get("/letters")
async def letters(
    request: Request,
    site: FromQuery[UUID | None] = None,
    settled: FromQuery[bool] = False,
) -> Response[str]:
    """What could not be booked on my sites."""
    actor = request.user
    async with company_transaction(actor.organisation, snapshot=True):
        desk = await service.desk_of(actor)
        shown = desk if site is None else await service.desk_of(actor, site)
        found = await service.letters_on(shown, actor, settled=settled)
        names = await queries.names_of(actor, words.ids_in(found), desk.ids)
    return page(
        request,
        "letters/list.html",
        letters=found,
        names=names,
        sites=desk.sites,
        site=site,
        settled=settled,
        words=words,
    )


@get("/letters/notice")
async def notice(request: Request) -> Response[str]:
    """A line for the overview; nothing when there is nothing to clear up."""
    return page(request, "letters/notice.html", count=await service.count_open(request.user))


@dataclass(frozen=True, slots=True)
class Choices:
    """What may stand in place of what the letter says."""

    crews: list[tuple[str, str]]
    tasks: list[tuple[str, str]]
    workers: list[tuple[str, str]]


async def _choices(organisation: UUID, letter: Letter) -> Choices:
    if letter.site is None or letter.type not in MENDABLE:
        return Choices([], [], [])
    crews = await sites.crews_of(organisation, letter.site)
    tasks = await task_queries.tasks_of(organisation, letter.site)
    workers = await workforce_queries.workers_on(organisation, letter.site)
    return Choices(
        [(str(crew.id), crew.name) for crew in crews if crew.active],
        [(str(task.id), f"{task.code} {task.name}".strip()) for task in tasks if task.active],
        [(str(one.id), f"{one.name} · {one.crew_name}") for one in workers],
    )


async def _letter_page(
    request: Request,
    letter_id: UUID,
    answers: Answers | None = None,
    problem: Problem | None = None,
) -> Response[str]:
    actor = request.user
    async with company_transaction(actor.organisation, snapshot=True):
        desk = await service.desk_of(actor)
        letter = await service.letter_for(actor, letter_id)
        names = await queries.names_of(actor, words.ids_in([letter]), desk.ids)
        choices = await _choices(actor.organisation, letter)
    return page(
        request,
        "letters/letter.html",
        status=problem.kind.status if problem else 422 if answers and answers.faults else 200,
        letter=letter,
        names=names,
        choices=choices,
        lines=list(enumerate(words.lines_of(letter.payload))),
        mendable=MENDABLE.get(letter.type, frozenset()),
        needs_reason=letter.version > 0 and letter.state is not EntryState.RETURNED,
        raw=json.dumps(letter.mutation, ensure_ascii=False, indent=2),
        typed=answers.typed if answers else {},
        faults=answers.faults if answers else {},
        problem=told(problem) if problem else None,
        words=words,
        strike=STRIKE,
    )


@get("/letters/{letter:uuid}")
async def letter_page(request: Request, letter: FromPath[UUID]) -> Response[str]:
    """One letter: why, what it contains, what to do."""
    return await _letter_page(request, letter)


def _mending(answers: Answers, letter: Letter, choices: Choices) -> Mending:
    """What was chosen; a field left as it was stays as it was recorded."""
    typed = answers.typed
    may = MENDABLE.get(letter.type, frozenset())
    fields: dict[str, Any] = {}
    if "work_day" in may and "work_day" in typed:
        fields["work_day"] = answers.day("work_day", needed=True)
    if "crew" in may and typed.get("crew"):
        fields["crew"] = answers.named("crew", [UUID(one) for one, _name in choices.crews])
    if "worker" in may and typed.get("worker"):
        fields["worker"] = answers.named("worker", [UUID(one) for one, _name in choices.workers])
    if "task" in may and "task" in typed and typed["task"] != "as_it_is":
        fields["task"] = answers.named("task", [UUID(one) for one, _name in choices.tasks])
    if "reason" in may and "reason" in typed:
        fields["reason"] = answers.text("reason", longest=LONGEST_REASON) or None
    workers: dict[int, UUID | None] = {}
    for number, _line in enumerate(words.lines_of(letter.payload)):
        name = f"worker-{number}"
        if typed.get(name) == STRIKE:
            workers[number] = None
        elif typed.get(name):
            workers[number] = answers.named(name, [UUID(one) for one, _name in choices.workers])
    return Mending(fields, workers)


@post("/letters/{letter:uuid}/take-up")
async def take_up(request: Request, letter: FromPath[UUID]) -> Response[Any]:
    """Book it on its author's behalf, with what was put right."""
    actor = request.user
    answers = Answers(await request.form())
    async with company_transaction(actor.organisation, snapshot=True):
        found = await service.letter_for(actor, letter)
        choices = await _choices(actor.organisation, found)
    mending = _mending(answers, found, choices)
    seen = int(answers.number("version", places=0) or 0)
    if answers.faults:
        return await _letter_page(request, letter, answers)
    try:
        receipt = await service.take_up(actor, letter, mending, seen)
    except Problem as problem:
        if problem.kind.status == 409:
            return await _letter_page(request, letter, answers, problem)
        raise
    if receipt.result is not PushResult.APPLIED:
        return await _letter_page(request, letter, answers, receipt.problem)
    return go(request, f"/letters/{letter}")


@post("/letters/{letter:uuid}/put-aside")
async def put_aside(request: Request, letter: FromPath[UUID]) -> Response[Any]:
    """Do not book it, for a reason."""
    answers = Answers(await request.form())
    try:
        await service.put_aside(request.user, letter, answers.raw("why"))
    except Problem as problem:
        if problem.kind.status in (409, 422):
            return await _letter_page(request, letter, answers, problem)
        raise
    return go(request, f"/letters/{letter}")


handlers = [letters, notice, letter_page, take_up, put_aside]
