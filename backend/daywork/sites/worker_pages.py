"""Settings: the workers of a site, by crew; many at once by pasting a list of names."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.ground.terms import RateUnit
from daywork.people.queries import currency_of
from daywork.people.rules import Right, login_from, may, shown_phone
from daywork.sites import queries, rate_queries, service, workforce, workforce_queries
from daywork.sites.rates import agree_rate
from daywork.sites.rules import RateScope, Whose
from daywork.sites.site import Site
from daywork.web.forms import Answers, shown_again
from daywork.web.language import gettext
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request
from daywork.web.stretches import AT_ONCE, FIRST, Stretch, Wanted


def today_on(site: Site) -> date:
    """The day it is on the site."""
    return day_at(datetime.now(UTC), site.time_zone)


async def _workers_page(
    request: Request,
    site: UUID,
    answers: Answers | None = None,
    problem: Problem | None = None,
    wanted: Wanted = FIRST,
) -> Response[str]:
    actor = request.user
    async with company_transaction(actor.organisation):
        found = await service.site_for(actor, site, Right.MANAGE_SITE)
        workers, in_all = await workforce_queries.workers_found(
            actor.organisation, site, wanted.pattern, wanted.skip, AT_ONCE
        )
        crews = await queries.crews_of(actor.organisation, site)
        trades = await queries.trades_of(actor.organisation)
    return page(
        request,
        "sites/workers.html",
        status=problem.kind.status if problem else 422 if answers else 200,
        site=found,
        stretch=Stretch(workers, in_all, wanted).at(f"/settings/sites/{site}/workers"),
        crews=[crew for crew in crews if crew.active],
        trades=trades,
        today=today_on(found),
        typed=answers.typed if answers else request.query_params,
        faults=answers.faults if answers else {},
        problem=told(problem) if problem else None,
    )


@get("/settings/sites/{site:uuid}/workers")
async def workers(
    request: Request,
    site: FromPath[UUID],
    find: FromQuery[str] = "",
    skip: FromQuery[int] = 0,
) -> Response[str]:
    """The roster, and a place to paste names; ``?crew=`` chooses the crew beforehand."""
    return await _workers_page(request, site, wanted=Wanted.read(find, skip))


@post("/settings/sites/{site:uuid}/workers")
async def add_workers(request: Request, site: FromPath[UUID]) -> Response[Any]:
    """Add one or many, one name a line."""
    actor = request.user
    answers = Answers(await request.form())
    try:
        async with company_transaction(actor.organisation):
            found = await service.site_for(actor, site, Right.MANAGE_SITE)
            crews = await queries.crews_of(actor.organisation, site)
            trades = await queries.trades_of(actor.organisation)
            names = answers.lines("names", longest=40)
            if not names:
                answers.fault("names", gettext("Please fill this in"))
            if len(names) > 300:
                answers.fault("names", gettext("At most 300 names at once"))
            crew = answers.named("crew", [crew.id for crew in crews], needed=True)
            trade = answers.named("trade", [trade.id for trade in trades])
            joined_on = answers.day("joined_on", needed=True)
            if not answers.faults and crew is not None and joined_on is not None:
                await workforce.add_workers(
                    actor, found, crew, names, trade=trade, joined_on=joined_on
                )
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _workers_page(request, site, answers, problem)
    if answers.faults:
        return await _workers_page(request, site, answers)
    return go(request, f"/settings/sites/{site}/workers", said=gettext("Saved."))


async def _worker_page(
    request: Request,
    site: UUID,
    worker: UUID,
    answers: Answers | None = None,
    problem: Problem | None = None,
) -> Response[str]:
    actor = request.user
    sees_pay = may(actor, Right.SEE_PAY, site)
    async with company_transaction(actor.organisation):
        found = await service.site_for(actor, site, Right.MANAGE_SITE)
        known = await workforce.worker_of(found, worker)
        crews = await queries.crews_of(actor.organisation, site)
        trades = await queries.trades_of(actor.organisation)
        rates = await rate_queries.worker_rates(actor.organisation, worker) if sees_pay else []
        currency = await currency_of(actor.organisation)
        today = today_on(found)
        reached = (
            await rate_queries.sites_reached(
                actor.organisation, Whose(RateScope.WORKER, worker), today
            )
            if sees_pay
            else []
        )
    return page(
        request,
        "sites/worker.html",
        status=problem.kind.status if problem else 422 if answers else 200,
        site=found,
        worker=known,
        shown_phone=shown_phone,
        crews=crews,
        trades=trades,
        rates=rates,
        currency=currency,
        reached=reached,
        sees_pay=sees_pay,
        manages_rates=may(actor, Right.MANAGE_RATES, site),
        may_settle=may(actor, Right.CLOSE_MONTH, site),
        today=today,
        typed=answers.typed if answers else {},
        was=shown_again(None if answers and "amount" in answers.typed else answers),
        faults=answers.faults if answers else {},
        problem=told(problem) if problem else None,
    )


@get("/settings/sites/{site:uuid}/workers/{worker:uuid}")
async def worker_page(
    request: Request, site: FromPath[UUID], worker: FromPath[UUID]
) -> Response[str]:
    """One worker: name, crew, days, and the rate agreed for him alone."""
    return await _worker_page(request, site, worker)


@post("/settings/sites/{site:uuid}/workers/{worker:uuid}")
async def change_worker(
    request: Request, site: FromPath[UUID], worker: FromPath[UUID]
) -> Response[Any]:
    """Keep the new values."""
    actor = request.user
    answers = Answers(await request.form())
    try:
        async with company_transaction(actor.organisation):
            found = await service.site_for(actor, site, Right.MANAGE_SITE)
            before = await workforce.worker_of(found, worker)
            crews = await queries.crews_of(actor.organisation, site)
            trades = await queries.trades_of(actor.organisation)
            name = answers.text("name", needed=True, longest=40)
            number = answers.text("number", longest=20)
            trade = answers.named("trade", [trade.id for trade in trades])
            crew = answers.named("crew", [crew.id for crew in crews], needed=True)
            joined_on = answers.day("joined_on", needed=True)
            left_on = answers.day("left_on")
            if joined_on and left_on and left_on < joined_on:
                answers.fault("left_on", gettext("The end lies before the beginning"))
            phone = _phone(answers)
            if not answers.faults and crew and joined_on:
                await workforce.change_worker(
                    actor,
                    found,
                    before,
                    name=name,
                    number=number,
                    phone=phone,
                    trade=trade,
                    crew=crew,
                    joined_on=joined_on,
                    left_on=left_on,
                )
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _worker_page(request, site, worker, answers, problem)
    if answers.faults:
        return await _worker_page(request, site, worker, answers)
    return go(request, f"/settings/sites/{site}/workers", said=gettext("Saved."))


def _phone(answers: Answers) -> str | None:
    typed = answers.text("phone")
    if not typed:
        return None
    try:
        login = login_from(typed)
    except Problem:
        login = None
    if login is None or not login.is_phone:
        answers.fault("phone", gettext("This is not a phone number"))
        return None
    return login.value


def read_rate(answers: Answers) -> dict[str, Any] | None:
    """The fields of a new rate; None when something is wrong with them."""
    unit = answers.one_of("unit", [RateUnit.MAN_DAY, RateUnit.HOUR, RateUnit.MONTH], needed=True)
    amount = answers.number("amount", needed=True, high="999999")
    overtime_hour = answers.number("overtime_hour", high="99999")
    valid_from = answers.day("valid_from", needed=True)
    valid_to = answers.day("valid_to")
    if valid_from and valid_to and valid_to < valid_from:
        answers.fault("valid_to", gettext("The end lies before the beginning"))
    if answers.faults:
        return None
    return {
        "unit": unit,
        "amount": amount,
        "overtime_hour": overtime_hour,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "note": answers.text("note"),
    }


@post("/settings/sites/{site:uuid}/workers/{worker:uuid}/rates")
async def agree_worker_rate(
    request: Request, site: FromPath[UUID], worker: FromPath[UUID]
) -> Response[Any]:
    """A rate for this worker alone, from a day on."""
    actor = request.user
    answers = Answers(await request.form())
    rate = read_rate(answers)
    try:
        async with company_transaction(actor.organisation):
            found = await service.site_for(actor, site, Right.MANAGE_RATES)
            if rate:
                await agree_rate(actor, Whose(RateScope.WORKER, worker), site=found, **rate)
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _worker_page(request, site, worker, answers, problem)
    if answers.faults:
        return await _worker_page(request, site, worker, answers)
    return go(
        request, f"/settings/sites/{site}/workers/{worker}", said=gettext("The rate is agreed.")
    )


handlers = [workers, add_workers, worker_page, change_worker, agree_worker_rate]
