"""A bank file: brought, looked at row by row, booked as a whole, undone as a whole."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, FromQuery

from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.money import importing, payment_queries, words
from daywork.money.bank_file import FILE_MISSING, LARGEST_FILE
from daywork.money.bank_headings import Column
from daywork.money.matching import Judged
from daywork.money.payment_pages import last_month, months_to_pay
from daywork.people.queries import currency_of
from daywork.people.rules import Right, may
from daywork.sites.service import site_for, sites_for, without_site
from daywork.web.forms import Answers
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request, named
from daywork.web.stretches import FIRST, Stretch, Wanted, stretch_of


async def _start(
    request: Request, site_id: UUID | None, problem: Problem | None = None
) -> Response[str]:
    actor = request.user
    async with company_transaction(actor.organisation, snapshot=True):
        choice = await sites_for(actor, Right.CLOSE_MONTH)
        if not choice:
            raise without_site(actor)
        site = await site_for(actor, site_id or choice[0].id, Right.CLOSE_MONTH)
    return page(
        request,
        "money/bring_file.html",
        status=problem.kind.status if problem else 200,
        site=site,
        choice=choice,
        megabytes=LARGEST_FILE // 1024 // 1024,
        problem=told(problem) if problem else None,
    )


@get("/labour/money/imports/new")
async def start(request: Request, site: FromQuery[str | None] = None) -> Response[str]:
    """Choose a file of the bank."""
    return await _start(request, named(site))


@post("/labour/money/imports/new", request_max_body_size=LARGEST_FILE + 64 * 1024)
async def bring(request: Request, site: FromQuery[str | None] = None) -> Response[Any]:
    """Read the file; nothing is booked yet."""
    actor = request.user
    site_id = named(site)
    if site_id is None:
        raise NOT_FOUND()
    form: Any = await request.form()
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return await _start(request, site_id, FILE_MISSING())
    try:
        data = await file.read()
        async with company_transaction(actor.organisation):
            found = await importing.bring(actor, site_id, file.filename, data)
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _start(request, site_id, problem)
    finally:
        await file.close()
    return go(request, f"/labour/money/imports/{found}")


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _said(row: Judged) -> str:
    """What a row is found by: who it is, and what the file says."""
    known = f"{row.worker.name}\n{row.worker.number}" if row.worker else ""
    return f"{known}\n{row.line.name}\n{row.line.number}\n{row.line.reference}"


async def _import_page(
    request: Request,
    bank_import: UUID,
    *,
    paid_on: date | None = None,
    for_month: str = "",
    problem: Problem | None = None,
    wanted: Wanted = FIRST,
) -> Response[str]:
    actor = request.user
    now = datetime.now(UTC)
    async with company_transaction(actor.organisation, snapshot=True):
        known = await importing.import_for(actor, bank_import)
        site = await site_for(actor, known.site, Right.SEE_PAY)
        currency = await currency_of(actor.organisation)
        payments = await payment_queries.payments_of_import(actor.organisation, bank_import)
        seen = None
        if known.booked_at is None:
            seen = await importing.preview(actor, bank_import, paid_on, now)
    today = day_at(now, site.time_zone)
    rows = (
        sorted(seen.verdict.rows, key=lambda row: not (row.faults or row.repeats)) if seen else []
    )
    booked = stretch_of(payments, wanted, lambda one: f"{one.worker_name}\n{one.reference}")
    stretch: Stretch[Any] = stretch_of(rows, wanted, _said) if seen else booked
    return page(
        request,
        "money/import.html",
        status=problem.kind.status if problem else 200,
        stretch=stretch.at(
            f"/labour/money/imports/{bank_import}", paid_on=paid_on, for_month=for_month
        ),
        site=site,
        known=known,
        seen=seen,
        payments=payments,
        live=sum(not one.void for one in payments),
        amount=sum((one.amount for one in payments if not one.void), start=0),
        words=words,
        currency=currency,
        columns=list(Column),
        paid_on=paid_on,
        without_day=any(line.paid_on is None for line in known.lines),
        today=today,
        months=months_to_pay(today),
        for_month=for_month or last_month(today).isoformat(),
        may_pay=may(actor, Right.CLOSE_MONTH, site.id),
        problem=told(problem) if problem else None,
    )


@get("/labour/money/imports/{bank_import:uuid}")
async def import_page(
    request: Request,
    bank_import: FromPath[UUID],
    paid_on: FromQuery[str | None] = None,
    for_month: FromQuery[str] = "",
    find: FromQuery[str] = "",
    skip: FromQuery[int] = 0,
) -> Response[str]:
    """A file as it would be booked, or as it was; rows with a fault come first."""
    return await _import_page(
        request,
        bank_import,
        paid_on=_day(paid_on),
        for_month=for_month,
        wanted=Wanted.read(find, skip),
    )


@post("/labour/money/imports/{bank_import:uuid}/book")
async def book(request: Request, bank_import: FromPath[UUID]) -> Response[Any]:
    """Book the whole file."""
    actor = request.user
    answers = Answers(await request.form())
    paid_on = _day(answers.raw("paid_on"))
    month = _day(answers.raw("for_month"))
    if month is None:
        raise NOT_FOUND()
    try:
        async with company_transaction(actor.organisation):
            await importing.book(
                actor,
                bank_import,
                for_month=month,
                paid_on=paid_on,
                sure=answers.ticked("sure"),
            )
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _import_page(
            request,
            bank_import,
            paid_on=paid_on,
            for_month=month.isoformat(),
            problem=problem,
        )
    return go(request, f"/labour/money/imports/{bank_import}")


@post("/labour/money/imports/{bank_import:uuid}/undo")
async def undo(request: Request, bank_import: FromPath[UUID]) -> Response[Any]:
    """Void every payment of the file."""
    actor = request.user
    answers = Answers(await request.form())
    try:
        async with company_transaction(actor.organisation):
            await importing.undo_import(actor, bank_import, answers.text("reason")[:300])
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _import_page(request, bank_import, problem=problem)
    return go(request, f"/labour/money/imports/{bank_import}")


handlers = [start, bring, import_page, book, undo]
