"""A site's month of advances and payments, a worker's ledger, and how much a site lends."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from daywork.ground.database import company_transaction
from daywork.money import import_pages, payment_pages, queries, service, words
from daywork.money.books import WorkerLedger, ledger_for, money_of_month, note_ledger_taken
from daywork.money.rules import Limit
from daywork.money.workbook import ledger_book, month_book
from daywork.people.queries import currency_of
from daywork.people.rules import Right
from daywork.sites.service import site_for
from daywork.summary.pages import XLSX, links_of
from daywork.summary.service import note_export
from daywork.web.downloads import attachment
from daywork.web.forms import Answers, shown_again
from daywork.web.language import gettext as _
from daywork.web.pages import go, page
from daywork.web.request import Request, named
from daywork.web.stretches import Wanted, stretch_of


@get("/labour/money")
async def money(
    request: Request,
    site: FromQuery[str | None] = None,
    month: FromQuery[str | None] = None,
    find: FromQuery[str] = "",
    skip: FromQuery[int] = 0,
) -> Response[str]:
    """Advances, payments and what is outstanding, of one site and month; a hundred at a time."""
    found = await money_of_month(request.user, named(site), month, datetime.now(UTC))
    following = found.view.month.next
    wanted = Wanted.read(find, skip)
    first = Wanted(wanted.find)
    rows = stretch_of(found.rows, wanted, lambda row: f"{row.name}\n{row.number}")
    return page(
        request,
        "money/month.html",
        found=found,
        stretch=rows.at("/labour/money", site=found.site.id, month=found.view.month.text),
        advances=stretch_of(found.advances, first, lambda one: one.worker_name),
        payments=stretch_of(
            found.payments, first, lambda one: f"{one.worker_name}\n{one.reference}"
        ),
        view=found.view,
        link=links_of(found.view),
        words=words,
        next_month=following if following.first <= found.view.today else None,
    )


@get("/labour/money.xlsx")
async def month_workbook(
    request: Request,
    site: FromQuery[str | None] = None,
    month: FromQuery[str | None] = None,
) -> Response[bytes]:
    """The month as Excel, in the person's language."""
    found = await money_of_month(request.user, named(site), month, datetime.now(UTC))
    made = await asyncio.to_thread(month_book, found)
    name = f"{_('Advances and payments')} {found.site.name} {found.view.month.text}.xlsx"
    await note_export(request.user, [found.site], found.view.month.text)
    return Response(made, media_type=XLSX, headers=attachment(name))


def _within(found: WorkerLedger) -> str:
    """What an address adds to stay with the site in view."""
    return f"&site={found.site.id}" if found.site and len(found.choice) > 1 else ""


@get("/labour/workers/{worker:uuid}/ledger")
async def ledger(
    request: Request, worker: FromPath[UUID], site: FromQuery[str | None] = None
) -> Response[str]:
    """Everything between a worker and the site, line by line."""
    found = await ledger_for(request.user, worker, named(site), datetime.now(UTC))
    return page(request, "money/ledger.html", found=found, words=words, within=_within(found))


@get("/labour/workers/{worker:uuid}/ledger.xlsx")
async def ledger_workbook(
    request: Request, worker: FromPath[UUID], site: FromQuery[str | None] = None
) -> Response[bytes]:
    """The ledger as Excel, in the person's language."""
    found = await ledger_for(request.user, worker, named(site), datetime.now(UTC))
    made = await asyncio.to_thread(ledger_book, found)
    name = f"{_('Ledger')} {found.worker.name} {found.worker.number}".strip()
    await note_ledger_taken(request.user, found)
    return Response(made, media_type=XLSX, headers=attachment(f"{name}.xlsx"))


# How much a site lends


async def _limit_page(
    request: Request, site: UUID, answers: Answers | None = None, *, saved: bool = False
) -> Response[str]:
    actor = request.user
    async with company_transaction(actor.organisation, snapshot=True):
        found = await site_for(actor, site, Right.MANAGE_SITE)
        known = await queries.limit_set(actor.organisation, site)
        currency = await currency_of(actor.organisation)
    return page(
        request,
        "money/limit.html",
        status=422 if answers else 200,
        site=found,
        known=known,
        currency=currency,
        was=shown_again(answers),
        faults=answers.faults if answers else {},
        saved=saved,
    )


@get("/settings/sites/{site:uuid}/advances")
async def limit(
    request: Request, site: FromPath[UUID], saved: FromQuery[bool] = False
) -> Response[str]:
    """How much the site lends without a second look."""
    return await _limit_page(request, site, saved=saved)


@post("/settings/sites/{site:uuid}/advances")
async def agree_on_limit(request: Request, site: FromPath[UUID]) -> Response[Any]:
    """Keep what is agreed."""
    actor = request.user
    answers = Answers(await request.form())
    monthly = answers.number("monthly", high="9999999")
    percent = answers.number("percent", high="100", places=0)
    if answers.faults:
        return await _limit_page(request, site, answers)
    agreed = Limit(monthly, None if percent is None else int(percent))
    async with company_transaction(actor.organisation):
        await service.agree_on_limit(actor, site, agreed)
    return go(request, f"/settings/sites/{site}/advances?saved=1")


handlers = [
    money,
    month_workbook,
    ledger,
    ledger_workbook,
    limit,
    agree_on_limit,
    *payment_pages.handlers,
    *import_pages.handlers,
]
