"""Settings: the company's trades, and what each costs from when to when."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.people.queries import currency_of
from daywork.people.rules import Right, may
from daywork.sites import queries, rate_queries, service
from daywork.sites.rates import agree_rate
from daywork.sites.rules import RateScope, Whose
from daywork.sites.worker_pages import read_rate
from daywork.web.forms import Answers, shown_again
from daywork.web.language import gettext
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request


async def _trades_page(
    request: Request,
    trade: UUID | None = None,
    answers: Answers | None = None,
    problem: Problem | None = None,
) -> Response[str]:
    actor = request.user
    sees_pay = may(actor, Right.SEE_PAY)
    async with company_transaction(actor.organisation):
        if not may(actor, Right.MANAGE_SITE):
            raise NOT_ALLOWED()
        trades = await queries.trades_of(actor.organisation)
        rates = await rate_queries.trade_rates(actor.organisation) if sees_pay else []
        currency = await currency_of(actor.organisation)
        today = day_at(datetime.now(UTC), "Asia/Shanghai")
        reached = (
            await rate_queries.sites_reached(
                actor.organisation, Whose(RateScope.TRADE, trade), today
            )
            if trade and sees_pay
            else []
        )
    chosen = next((one for one in trades if one.id == trade), None)
    if trade is not None and chosen is None:
        raise NOT_FOUND()
    return page(
        request,
        "sites/trade.html" if chosen else "sites/trades.html",
        status=problem.kind.status if problem else 422 if answers else 200,
        trades=trades,
        trade=chosen,
        currency=currency,
        reached=reached,
        rates=[rate for rate in rates if rate.whose == trade] if chosen else [],
        now={
            rate.whose: rate
            for rate in reversed(rates)
            if rate.valid_from <= today and (rate.valid_to is None or today <= rate.valid_to)
        },
        sees_pay=sees_pay,
        manages_rates=may(actor, Right.MANAGE_RATES),
        today=today,
        typed=answers.typed if answers else {},
        was=shown_again(None if answers and "amount" in answers.typed else answers),
        faults=answers.faults if answers else {},
        problem=told(problem) if problem else None,
    )


@get("/settings/trades")
async def trades(request: Request) -> Response[str]:
    """All trades with the rate of today."""
    return await _trades_page(request)


@get("/settings/trades/{trade:uuid}")
async def trade_page(request: Request, trade: FromPath[UUID]) -> Response[str]:
    """One trade with the history of its rates."""
    return await _trades_page(request, trade)


@post("/settings/trades")
async def add_trade(request: Request) -> Response[Any]:
    """A new trade."""
    return await _save_trade(request, None)


@post("/settings/trades/{trade:uuid}")
async def change_trade(request: Request, trade: FromPath[UUID]) -> Response[Any]:
    """Another name."""
    return await _save_trade(request, trade)


async def _save_trade(request: Request, trade: UUID | None) -> Response[Any]:
    actor = request.user
    answers = Answers(await request.form())
    name = answers.text("name", needed=True, longest=40)
    name_en = answers.text("name_en", longest=40)
    if answers.faults:
        return await _trades_page(request, trade, answers)
    try:
        async with company_transaction(actor.organisation):
            saved = await service.save_trade(actor, trade, name, name_en)
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _trades_page(request, trade, answers, problem)
    return go(request, f"/settings/trades/{saved}")


@post("/settings/trades/{trade:uuid}/rates")
async def agree_trade_rate(request: Request, trade: FromPath[UUID]) -> Response[Any]:
    """A new rate of the trade from a day on; the one before ends the day before."""
    actor = request.user
    answers = Answers(await request.form())
    rate = read_rate(answers)
    if rate is None:
        return await _trades_page(request, trade, answers)
    try:
        async with company_transaction(actor.organisation):
            await agree_rate(actor, Whose(RateScope.TRADE, trade), site=None, **rate)
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _trades_page(request, trade, answers, problem)
    return go(request, f"/settings/trades/{trade}", said=gettext("The rate is agreed."))


handlers = [trades, trade_page, add_trade, change_trade, agree_trade_rate]
