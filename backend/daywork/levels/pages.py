"""Settings of a site: who approves in how many steps, who stands in for whom, closed months."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.levels import queries, service
from daywork.levels.rules import ApprovalRule, Closing, next_month
from daywork.people.rules import Right
from daywork.sites.service import site_for
from daywork.web.forms import Answers, shown_again
from daywork.web.language import gettext
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request


async def _levels_page(
    request: Request,
    site: UUID,
    answers: Answers | None = None,
    problem: Problem | None = None,
) -> Response[str]:
    actor = request.user
    async with company_transaction(actor.organisation):
        found = await site_for(actor, site, Right.MANAGE_SITE)
        rule = await service.rule_of(actor.organisation, site)
        today = day_at(datetime.now(UTC), found.time_zone)
        deputies = await queries.deputies_of(actor.organisation, site, today)
        deciders = await queries.deciders_on(actor.organisation, site)
        members = await queries.members_of(actor.organisation)
    return page(
        request,
        "levels/levels.html",
        status=problem.kind.status if problem else 422 if answers else 200,
        site=found,
        rule=rule,
        today=today,
        deputies=deputies,
        deciders=deciders,
        members=members,
        was=shown_again(answers),
        again=answers is not None,
        faults=answers.faults if answers else {},
        problem=told(problem) if problem else None,
    )


@get("/settings/sites/{site:uuid}/approvals")
async def levels(request: Request, site: FromPath[UUID]) -> Response[str]:
    """Steps, automatic approval, deadline for signatures, deputies."""
    return await _levels_page(request, site)


@post("/settings/sites/{site:uuid}/approvals")
async def agree(request: Request, site: FromPath[UUID]) -> Response[Any]:
    """Keep what is agreed."""
    actor = request.user
    answers = Answers(await request.form())
    steps = answers.one_of("steps", ["1", "2"], needed=True)
    days = answers.number("sign_days", low="1", high="365", places=0)
    rule = ApprovalRule(
        steps=2 if steps == "2" else 1,
        automatic=answers.ticked("automatic"),
        automatic_man_days=answers.number("automatic_man_days", high="9999"),
        automatic_amount=answers.number("automatic_amount", high="99999999"),
        sign_days=int(days) if days is not None else None,
    )
    if answers.faults:
        return await _levels_page(request, site, answers)
    async with company_transaction(actor.organisation):
        await service.agree(actor, site, rule)
    return go(request, f"/settings/sites/{site}/approvals", said=gettext("Saved."))


@post("/settings/sites/{site:uuid}/deputies")
async def name_deputy(request: Request, site: FromPath[UUID]) -> Response[Any]:
    """Let somebody stand in for a while."""
    actor = request.user
    answers = Answers(await request.form())
    async with company_transaction(actor.organisation):
        await site_for(actor, site, Right.MANAGE_SITE)
        deciders = dict(await queries.deciders_on(actor.organisation, site))
        members = dict(await queries.members_of(actor.organisation))
    absent = answers.named("absent", deciders, needed=True)
    deputy = answers.named("deputy", members, needed=True)
    first, last = answers.day("first_day", needed=True), answers.day("last_day", needed=True)
    if first and last and last < first:
        answers.fault("last_day", gettext("The end lies before the beginning"))
    if answers.faults or not (absent and deputy and first and last):
        return await _levels_page(request, site, answers)
    try:
        async with company_transaction(actor.organisation):
            await service.let_stand_in(actor, site, absent, deputy, first, last)
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _levels_page(request, site, answers, problem)
    return go(request, f"/settings/sites/{site}/approvals", said=gettext("Saved."))


@post("/settings/sites/{site:uuid}/deputies/{deputy:uuid}/end")
async def end_deputy(
    request: Request, site: FromPath[UUID], deputy: FromPath[UUID]
) -> Response[Any]:
    """The one who was away is back."""
    actor = request.user
    async with company_transaction(actor.organisation):
        await service.stop_standing_in(actor, site, deputy)
    return go(request, f"/settings/sites/{site}/approvals", said=gettext("Saved."))


# Months


async def _months_page(
    request: Request, site: UUID, problem: Problem | None = None, at: date | None = None
) -> Response[str]:
    actor = request.user
    async with company_transaction(actor.organisation):
        found = await site_for(actor, site, Right.CLOSE_MONTH)
        closings = await queries.closings_of(actor.organisation, site)
        worked = await queries.months_worked(actor.organisation, site)
    last: dict[date, Closing] = {}
    for one in closings:
        last.setdefault(one.month, one)
    today = day_at(datetime.now(UTC), found.time_zone)
    months = sorted({*worked, *last}, reverse=True)
    return page(
        request,
        "levels/months.html",
        status=problem.kind.status if problem else 200,
        site=found,
        months=[(month, last.get(month), next_month(month) <= today) for month in months],
        closings=closings,
        problem=told(problem) if problem else None,
        at=at,
    )


@get("/settings/sites/{site:uuid}/months")
async def months(request: Request, site: FromPath[UUID]) -> Response[str]:
    """The site's months: which are closed, by whom, when and why."""
    return await _months_page(request, site)


@post("/settings/sites/{site:uuid}/months")
async def close_or_reopen(request: Request, site: FromPath[UUID]) -> Response[Any]:
    """Close a month, or reopen one, with a reason."""
    actor = request.user
    answers = Answers(await request.form())
    month = answers.day("month", needed=True)
    what = answers.one_of("what", ["closed", "reopened"], needed=True)
    if month is None or month.day != 1 or not what:
        return await _months_page(request, site)
    act = service.close_month if what == "closed" else service.reopen_month
    try:
        async with company_transaction(actor.organisation):
            await act(actor, site, month, answers.text("reason", longest=300))
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _months_page(request, site, problem, month)
    return go(request, f"/settings/sites/{site}/months", said=gettext("Saved."))


handlers = [levels, agree, name_deputy, end_deputy, months, close_or_reopen]
