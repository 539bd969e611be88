"""The page that says what a pack holds and lacks, and the zip itself."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Stream

from daywork.compliance import service, words
from daywork.compliance.packing import zipped
from daywork.compliance.rules import by_worker
from daywork.compliance.service import Pack
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.register import words as register_words
from daywork.web.downloads import attachment
from daywork.web.forms import Answers
from daywork.web.language import gettext as _
from daywork.web.language import language
from daywork.web.pages import page
from daywork.web.problems import told
from daywork.web.request import Request, named


async def _pack(
    request: Request,
    site: UUID,
    first: str | None,
    last: str | None,
    *,
    purpose: str = "",
    note: str = "",
) -> Pack:
    now = datetime.now(UTC)
    found, months = await service.period_of(request.user, site, first, last, now)
    return Pack(
        request.user,
        request.user.organisation_name,
        found,
        months,
        now,
        f"{request.base_url.netloc}/v",
        language() == "en",
        purpose,
        note,
    )


async def _asked(
    request: Request,
    site: UUID | None,
    first: str | None,
    last: str | None,
    *,
    problem: Problem | None = None,
    full: bool = False,
) -> Response[str]:
    choice = await service.sites_to_pack(request.user)
    if not choice:
        raise NOT_ALLOWED()
    chosen = site or choice[0].id
    try:
        pack = await _pack(request, chosen, first, last)
    except Problem as wrong:
        if wrong.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        problem = wrong
        pack = await _pack(request, chosen, None, None)
    stock = await service.take_stock(pack)
    return page(
        request,
        "compliance/pack.html",
        status=problem.kind.status if problem else 200,
        choice=choice,
        pack=pack,
        stock=stock,
        workers=by_worker(stock.missing),
        of_months=[one for one in stock.missing if one.worker is None],
        unmasks=service.may_unmask(request.user, pack.site),
        full=full,
        words=words,
        register_words=register_words,
        problem=told(problem) if problem else None,
    )


@get("/labour/compliance")
async def compliance(
    request: Request,
    site: FromQuery[str | None] = None,
    first: FromQuery[str | None] = None,
    last: FromQuery[str | None] = None,
) -> Response[str]:
    """What the pack of these months would hold, and what is missing in it."""
    return await _asked(request, named(site), first, last)


@post("/labour/compliance.zip", status_code=200)
async def take(request: Request) -> Response[Any] | Stream:
    """The zip. With a purpose numbers stand in it in full, and that is kept on record."""
    answers = Answers(await request.form())
    site = answers.id("site")
    if site is None:
        raise NOT_FOUND()
    first, last = answers.raw("first"), answers.raw("last")
    full = answers.ticked("full")
    keys = request.app.state.register_keys
    try:
        pack = await _pack(
            request,
            site,
            first,
            last,
            purpose=(answers.raw("purpose") or "?") if full else "",
            note=answers.text("note", longest=200) if full else "",
        )
        stock = await service.take_stock(pack)
        opened = await service.begin_pack(pack, keys, stock.entries)
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _asked(request, site, first, last, problem=problem, full=full)
    months = f"{pack.months[0].text}_{pack.months[-1].text}"
    name = f"{_('Compliance pack')} {pack.site.name} {months}.zip"
    return Stream(
        zipped(pack, stock, opened, keys, language()),
        media_type="application/zip",
        headers=attachment(name),
    )


handlers = [compliance, take]
