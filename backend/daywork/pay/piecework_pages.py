"""Pages of piecework: what is left to pay of each task, sharing it out, taking a run back."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.ground.terms import RateUnit
from daywork.pay import piecework, rates, words
from daywork.pay.piecework_queries import OnPiece
from daywork.pay.rules import Piece, ShareBy
from daywork.sites.rules import RateScope, Whose
from daywork.summary.pages import links_of
from daywork.web.forms import Answers
from daywork.web.language import _
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request, named


@get("/labour/piecework")
async def pieces(
    request: Request, site: FromQuery[str | None] = None, month: FromQuery[str | None] = None
) -> Response[str]:
    """The tasks with a quantity, what is approved and paid of each, and the runs."""
    found = await piecework.pieces_of(request.user, named(site), month, datetime.now(UTC))
    view = found.desk.view
    following = view.month.next
    return page(
        request,
        "labour/piecework.html",
        found=found,
        view=view,
        link=links_of(view),
        words=words,
        next_month=following if following.first <= view.today else None,
    )


async def _task_page(
    request: Request,
    site: UUID,
    month: str | None,
    task: UUID,
    answers: Answers | None = None,
    problem: Problem | None = None,
    *,
    workers: list[OnPiece] | None = None,
    shared: piecework.Shared | None = None,
) -> Response[str]:
    found = await piecework.piece_of(request.user, site, month, task, datetime.now(UTC))
    view = found.desk.view
    return page(
        request,
        "labour/piece.html",
        status=problem.kind.status if problem else 422 if answers and answers.faults else 200,
        found=found,
        task=found.task,
        site=found.desk.site,
        view=view,
        link=links_of(view),
        words=words,
        workers=workers,
        shared=shared,
        run=(answers and answers.id("run")) or new_id(),
        typed=answers.typed if answers else {},
        faults=answers.faults if answers else {},
        problem=told(problem) if problem else None,
    )


@get("/labour/piecework/{task:uuid}")
async def piece(
    request: Request,
    task: FromPath[UUID],
    site: FromQuery[str],
    month: FromQuery[str | None] = None,
) -> Response[str]:
    """One task: its unit price, and sharing out a quantity of it."""
    return await _task_page(request, _site(site), month, task)


def _site(text: str) -> UUID:
    site = named(text)
    if site is None:
        raise NOT_FOUND()
    return site


@post("/labour/piecework/{task:uuid}/price")
async def agree_price(
    request: Request,
    task: FromPath[UUID],
    site: FromQuery[str],
    month: FromQuery[str | None] = None,
) -> Response[Any]:
    """A unit price from a day on."""
    answers = Answers(await request.form())
    where = _site(site)
    amount = answers.number("unit_price", needed=True, low="0.01", high="99999")
    valid_from = answers.day("valid_from", needed=True)
    if amount is None or valid_from is None:
        return await _task_page(request, where, month, task, answers)
    await rates.agree(
        request.user,
        where,
        Whose(RateScope.TASK, task),
        unit=RateUnit.QUANTITY,
        amount=amount,
        overtime_hour=None,
        valid_from=valid_from,
        note=answers.text("price_note"),
    )
    return go(request, _back(task, where, month), said=_("The price is agreed."))


@post("/labour/piecework/{task:uuid}/share")
async def share(
    request: Request,
    task: FromPath[UUID],
    site: FromQuery[str],
    month: FromQuery[str | None] = None,
) -> Response[Any]:
    """First the shares to look at, then booked."""
    answers = Answers(await request.form())
    where = _site(site)
    found = _piece(answers, task)
    if found is None:
        return await _task_page(request, where, month, task, answers)
    act = answers.raw("act")
    workers = None
    try:
        if found.share_by is ShareBy.GIVEN:
            workers = await piecework.crew_on_piece(request.user, where, found)
            if not _given(answers, workers, found):
                act = "change"
        if act == "change":
            return await _task_page(request, where, month, task, answers, workers=workers)
        if act != "book":
            shared = await piecework.preview(request.user, where, found)
            return await _task_page(request, where, month, task, answers, shared=shared)
        await piecework.share_out(request.user, where, answers.id("run") or new_id(), found)
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _task_page(request, where, month, task, answers, problem, workers=workers)
    return go(request, _back(task, where, f"{found.last:%Y-%m}"), said=_("Booked."))


def _piece(answers: Answers, task: UUID) -> Piece | None:
    crew = answers.id("crew")
    if crew is None:
        answers.fault("crew", _("Please choose one"))
    first = answers.day("first", needed=True)
    last = answers.day("last", needed=True)
    if first and last and first > last:
        answers.fault("last", _("The end lies before the beginning"))
    quantity = answers.number("quantity", needed=True, low="0.001", places=3)
    share_by = answers.one_of("share_by", list(ShareBy), needed=True)
    note = answers.text("note")
    if answers.faults or not (crew and first and last and quantity):
        return None
    return Piece(task, crew, first, last, quantity, ShareBy(share_by), {}, note)


def _given(answers: Answers, workers: list[OnPiece], found: Piece) -> bool:
    """Read the shares given by hand into the piece; False while none is, or one is no number."""
    for one in workers:
        value = answers.number(f"share-{one.worker}", high="99999", places=3)
        found.given[one.worker] = value if value is not None else Decimal(0)
    return not answers.faults and any(found.given.values())


def _back(task: UUID, site: UUID, month: str | None) -> str:
    return f"/labour/piecework/{task}?site={site}" + (f"&month={month}" if month else "")


async def _run_page(
    request: Request, run: UUID, answers: Answers | None = None, problem: Problem | None = None
) -> Response[str]:
    found = await piecework.run_for(request.user, run)
    return page(
        request,
        "labour/piece_run.html",
        status=problem.kind.status if problem else 200,
        found=found,
        run=found.run,
        items=found.items,
        currency=found.currency,
        zone=found.site.time_zone,
        words=words,
        typed=answers.typed if answers else {},
        problem=told(problem) if problem else None,
    )


@get("/labour/piecework/runs/{run:uuid}")
async def run_page(request: Request, run: FromPath[UUID]) -> Response[str]:
    """What was shared out, with every share."""
    return await _run_page(request, run)


@post("/labour/piecework/runs/{run:uuid}/void")
async def void_run(request: Request, run: FromPath[UUID]) -> Response[Any]:
    """Take it back as a whole."""
    answers = Answers(await request.form())
    try:
        await piecework.take_back_run(request.user, run, answers.text("reason"))
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _run_page(request, run, answers, problem)
    return go(request, f"/labour/piecework/runs/{run}")


handlers = [pieces, piece, agree_price, share, run_page, void_run]
