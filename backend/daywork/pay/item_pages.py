"""Pages of what is earned besides lines: the month's items, entering and taking back, and how a
worker's pay came about."""

from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.pay import service, words
from daywork.pay.rules import BY_HAND, Basis, Entered, ItemKind
from daywork.summary.pages import links_of
from daywork.web.forms import Answers
from daywork.web.language import _
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request, named


@get("/labour/pay")
async def items(
    request: Request, site: FromQuery[str | None] = None, month: FromQuery[str | None] = None
) -> Response[str]:
    """The month's allowances, deductions, meals and shares, as they were entered."""
    found = await service.booked(request.user, named(site), month, datetime.now(UTC))
    view = found.desk.view
    following = view.month.next
    return page(
        request,
        "labour/pay.html",
        found=found,
        batches=[list(of) for _batch, of in groupby(found.items, key=lambda one: one.batch)],
        view=view,
        link=links_of(view),
        words=words,
        next_month=following if following.first <= view.today else None,
    )


async def _form_page(
    request: Request,
    site: UUID | None,
    month: str | None,
    answers: Answers | None = None,
    problem: Problem | None = None,
    form: service.Form | None = None,
    entered: Entered | None = None,
) -> Response[str]:
    if form is None:
        form = await service.form_for(request.user, site, month, datetime.now(UTC))
    view = form.desk.view
    return page(
        request,
        "labour/pay_new.html",
        status=problem.kind.status if problem else 422 if answers and answers.faults else 200,
        form=form,
        entered=entered,
        view=view,
        link=links_of(view),
        site=form.desk.site,
        words=words,
        kinds=[(kind, words.kind_words(kind)) for kind in BY_HAND],
        bases=[(basis, words.basis_chosen(basis)) for basis in Basis],
        batch=(answers and answers.id("batch")) or new_id(),
        typed=answers.typed if answers else {},
        ticked={*answers.several("worker"), *answers.several("crew")} if answers else set(),
        faults=answers.faults if answers else {},
        problem=told(problem) if problem else None,
    )


@get("/labour/pay/new")
async def new_items(
    request: Request, site: FromQuery[str | None] = None, month: FromQuery[str | None] = None
) -> Response[str]:
    """Enter something for one worker or many."""
    return await _form_page(request, named(site), month)


@post("/labour/pay/new")
async def enter_items(
    request: Request, site: FromQuery[str], month: FromQuery[str | None] = None
) -> Response[Any]:
    """First shown with what everybody gets, then booked."""
    answers = Answers(await request.form())
    where = named(site)
    if where is None:
        raise NOT_FOUND()
    entered = _entered(answers)
    if entered is None or answers.raw("act") == "change":
        return await _form_page(request, where, month, answers)
    batch = answers.id("batch") or new_id()
    try:
        if answers.raw("act") != "book":
            form = await service.propose(request.user, where, entered, datetime.now(UTC))
            return await _form_page(request, where, month, answers, None, form, entered)
        await service.book(request.user, where, batch, entered)
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _form_page(request, where, month, answers, problem)
    return go(request, f"/labour/pay?site={where}&month={entered.last:%Y-%m}", said=_("Booked."))


def _entered(answers: Answers) -> Entered | None:
    kind = answers.one_of("kind", list(BY_HAND), needed=True)
    basis = answers.one_of("basis", list(Basis), needed=True)
    correction = kind == ItemKind.CORRECTION
    amount = answers.number(
        "amount", needed=True, low="-99999" if correction else "0.01", high="99999"
    )
    if amount is not None and not amount:
        answers.fault("amount", _("Please fill this in"))
    last = answers.day("last", needed=True)
    first = answers.day("first") or (last.replace(day=1) if last else None)
    if first and last and first > last:
        answers.fault("last", _("The end lies before the beginning"))
    if first and last and (last - first).days > 366:
        answers.fault("first", _("At most a year"))
    note = answers.text("note", needed=True)
    workers = frozenset(one for text in answers.several("worker") if (one := named(text)))
    crews = frozenset(one for text in answers.several("crew") if (one := named(text)))
    if answers.faults or amount is None or first is None or last is None:
        return None
    return Entered(ItemKind(kind), Basis(basis), amount, first, last, workers, note, crews)


async def _item_page(
    request: Request, item: UUID, answers: Answers | None = None, problem: Problem | None = None
) -> Response[str]:
    found = await service.item_for(request.user, item)
    return page(
        request,
        "labour/pay_item.html",
        status=problem.kind.status if problem else 200,
        found=found,
        item=found.item,
        currency=found.currency,
        zone=found.site.time_zone,
        words=words,
        typed=answers.typed if answers else {},
        problem=told(problem) if problem else None,
    )


@get("/labour/pay/{item:uuid}")
async def item_page(request: Request, item: FromPath[UUID]) -> Response[str]:
    """One item, and the way to take it back."""
    return await _item_page(request, item)


@post("/labour/pay/{item:uuid}/void")
async def void_item(request: Request, item: FromPath[UUID]) -> Response[Any]:
    """Take back the item, or all that was entered with it."""
    answers = Answers(await request.form())
    try:
        one = await service.take_back(
            request.user, item, answers.text("reason"), together=answers.ticked("together")
        )
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _item_page(request, item, answers, problem)
    return go(
        request, f"/labour/pay?site={one.site}&month={one.work_day:%Y-%m}", said=_("Taken back.")
    )


@get("/labour/workers/{worker:uuid}/pay")
async def worker_pay(
    request: Request,
    worker: FromPath[UUID],
    site: FromQuery[str | None] = None,
    month: FromQuery[str | None] = None,
) -> Response[str]:
    """How a worker's month came about, line by line."""
    found = await service.how_it_came_about(
        request.user, named(site), month, worker, datetime.now(UTC)
    )
    return page(
        request,
        "labour/worker_pay.html",
        found=found,
        view=found.view,
        link=links_of(found.view),
        words=words,
    )


handlers = [items, new_items, enter_items, item_page, void_item, worker_pay]
