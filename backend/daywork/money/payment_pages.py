"""Booking one payment, looking at it, and voiding it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.money import payment_queries, words
from daywork.money.paying import payment_for, record_payments, void_payment
from daywork.money.payment_queries import Payee
from daywork.money.rules import Method, NewPayment
from daywork.people.queries import currency_of
from daywork.people.rules import Right, may
from daywork.sites.service import site_for, sites_for, without_site
from daywork.sites.site import Site
from daywork.web import figures
from daywork.web.forms import Answers, shown_again
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request, named

MONTHS_BACK = 24


def months_to_pay(today: date) -> list[tuple[str, str]]:
    """Months whose wages can be paid, the latest first; the one before this is the usual one."""
    months = [today.replace(day=1)]
    while len(months) < MONTHS_BACK:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return [(month.isoformat(), figures.month(month)) for month in months]


def last_month(today: date) -> date:
    """First day of the month before."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def payee_words(people: Sequence[Payee]) -> list[tuple[str, str]]:
    """Workers to choose from: name, number, crew."""
    return [
        (str(one.id), " · ".join(text for text in (one.name, one.number, one.crew) if text))
        for one in people
    ]


async def _new_page(
    request: Request,
    site_id: UUID | None,
    *,
    worker: UUID | None = None,
    answers: Answers | None = None,
    problem: Problem | None = None,
) -> Response[str]:
    actor = request.user
    async with company_transaction(actor.organisation, snapshot=True):
        choice = await sites_for(actor, Right.CLOSE_MONTH)
        if not choice:
            raise without_site(actor)
        site: Site = await site_for(actor, site_id or choice[0].id, Right.CLOSE_MONTH)
        people = await payment_queries.payees_of(actor.organisation, site.id)
        currency = await currency_of(actor.organisation)
    today = day_at(datetime.now(UTC), site.time_zone)
    return page(
        request,
        "money/new_payment.html",
        status=problem.kind.status if problem else 422 if answers else 200,
        site=site,
        choice=choice,
        people=payee_words(people),
        worker=worker,
        payment=answers.id("payment") if answers else new_id(),
        methods=words.methods(),
        months=months_to_pay(today),
        usual_month=last_month(today).isoformat(),
        today=today,
        currency=currency,
        was=shown_again(answers),
        faults=answers.faults if answers else {},
        problem=told(problem) if problem else None,
    )


@get("/labour/payments/new")
async def new_payment(
    request: Request,
    site: FromQuery[str | None] = None,
    worker: FromQuery[str | None] = None,
) -> Response[str]:
    """A form for one payment."""
    return await _new_page(request, named(site), worker=named(worker))


@post("/labour/payments/new")
async def record_payment(request: Request, site: FromQuery[str | None] = None) -> Response[Any]:
    """Book it, once however often it is sent."""
    actor = request.user
    site_id = named(site)
    if site_id is None:
        raise NOT_FOUND()
    answers = Answers(await request.form())
    async with company_transaction(actor.organisation, snapshot=True):
        found = await site_for(actor, site_id, Right.CLOSE_MONTH)
        people = await payment_queries.payees_of(actor.organisation, site_id)
    today = day_at(datetime.now(UTC), found.time_zone)
    worker = answers.named("worker", [one.id for one in people], needed=True)
    amount = answers.number("amount", needed=True, low="0.01")
    paid_on = answers.day("paid_on", needed=True)
    method = answers.one_of("method", list(Method), needed=True)
    month = answers.one_of("for_month", [one for one, _words in months_to_pay(today)], needed=True)
    reference = answers.text("reference", longest=80)
    note = answers.text("note", longest=200)
    payment = answers.id("payment")
    if answers.faults or not (worker and amount and paid_on and payment):
        return await _new_page(request, site_id, answers=answers)
    new = NewPayment(
        payment,
        worker,
        paid_on,
        date.fromisoformat(month),
        amount,
        Method(method),
        reference,
        note,
    )
    try:
        async with company_transaction(actor.organisation):
            await record_payments(actor, site_id, [new])
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _new_page(request, site_id, answers=answers, problem=problem)
    return go(request, f"/labour/payments/{payment}?booked=1")


async def _payment_page(
    request: Request,
    payment: UUID,
    *,
    booked: bool = False,
    problem: Problem | None = None,
) -> Response[str]:
    actor = request.user
    async with company_transaction(actor.organisation, snapshot=True):
        known = await payment_for(actor, payment)
        site = await site_for(actor, known.site, Right.SEE_PAY)
        currency = await currency_of(actor.organisation)
    return page(
        request,
        "money/payment.html",
        status=problem.kind.status if problem else 200,
        payment=known,
        site=site,
        currency=currency,
        words=words,
        booked=booked,
        may_void=may(actor, Right.CLOSE_MONTH, known.site) and not known.void,
        problem=told(problem) if problem else None,
    )


@get("/labour/payments/{payment:uuid}")
async def payment_page(
    request: Request, payment: FromPath[UUID], booked: FromQuery[bool] = False
) -> Response[str]:
    """One payment, with what may be done about it."""
    return await _payment_page(request, payment, booked=booked)


@post("/labour/payments/{payment:uuid}/void")
async def void(request: Request, payment: FromPath[UUID]) -> Response[Any]:
    """Void it, with a reason."""
    actor = request.user
    answers = Answers(await request.form())
    try:
        async with company_transaction(actor.organisation):
            await void_payment(actor, payment, answers.text("reason")[:300])
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _payment_page(request, payment, problem=problem)
    return go(request, f"/labour/payments/{payment}")


handlers = [new_payment, record_payment, payment_page, void]
