"""The page that asks for a pack, the one that shows how far it is, and the zip itself."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Stream

from daywork.compliance import ordering, service, words
from daywork.compliance.ordering import Asked
from daywork.compliance.rules import SEEN_AT_ONCE, TOLD_AT_ONCE, by_worker, work_of
from daywork.compliance.service import Pack
from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.register import words as register_words
from daywork.sites.service import without_site
from daywork.web.downloads import attachment
from daywork.web.forms import Answers
from daywork.web.language import language
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request, named

ALL: Final = "all"
"""What the choice of sites says for the whole company."""


async def _pack(request: Request, site: UUID, first: str | None, last: str | None) -> Pack:
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
    )


async def _asked(
    request: Request,
    site: str | None,
    first: str | None,
    last: str | None,
    *,
    problem: Problem | None = None,
    full: bool = False,
) -> Response[str]:
    choice = await service.sites_to_pack(request.user)
    if not choice:
        raise without_site(request.user)
    every = site == ALL and len(choice) > 1
    chosen = choice[0].id if every or site == ALL else named(site) or choice[0].id
    try:
        pack = await _pack(request, chosen, first, last)
    except Problem as wrong:
        if wrong.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        problem = wrong
        pack = await _pack(request, chosen, None, None)
    seen = not every and work_of(len(pack.months), await service.workers_of(pack)) <= SEEN_AT_ONCE
    stock = await service.take_stock(pack) if seen else None
    workers = by_worker(stock.missing) if stock else []
    return page(
        request,
        "compliance/pack.html",
        status=problem.kind.status if problem else 200,
        choice=choice,
        pack=pack,
        every=every,
        order=new_id(),
        stock=stock,
        workers=workers[:TOLD_AT_ONCE],
        of_workers=len(workers),
        of_months=[one for one in stock.missing if one.worker is None] if stock else [],
        unmasks=all(service.may_unmask(request.user, one) for one in choice)
        if every
        else service.may_unmask(request.user, pack.site),
        full=full,
        words=words,
        register_words=register_words,
        packs=await ordering.packs_of(request.user),
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
    return await _asked(request, site, first, last)


@post("/labour/compliance")
async def ask(request: Request) -> Response[Any]:
    """One click: the pack is made in the background. With a purpose numbers stand in it in full."""
    answers = Answers(await request.form())
    site, order = answers.raw("site"), answers.id("order")
    if not site or order is None:
        raise NOT_FOUND()
    first, last = answers.raw("first"), answers.raw("last")
    full, every = answers.ticked("full"), site == ALL
    choice = await service.sites_to_pack(request.user)
    if every and not choice:
        raise NOT_ALLOWED()
    now = datetime.now(UTC)
    try:
        one = choice[0].id if every else named(site)
        if one is None:
            raise NOT_FOUND()
        _site, months = await service.period_of(request.user, one, first, last, now)
        asked = Asked(
            order,
            [] if every else [one],
            months[0],
            months[-1],
            language(),
            f"{request.base_url.netloc}/v",
            (answers.raw("purpose") or "?") if full else "",
            answers.text("note", longest=200) if full else "",
        )
        await ordering.ask(request.user, asked, request.app.state.register_keys, now)
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _asked(request, site, first, last, problem=problem, full=full)
    return go(request, f"/labour/compliance/packs/{order}?take=1")


@get("/labour/compliance/packs/{pack:uuid}")
async def progress(
    request: Request, pack: FromPath[UUID], take: FromQuery[bool] = False
) -> Response[Any]:
    """How far it is. Whoever waits here gets the file by itself as soon as it is there."""
    standing = await ordering.standing_of(request.user, pack)
    done = standing.order.done_at is not None
    workers = by_worker(standing.missing)
    if done and request.htmx:
        return go(request, f"/labour/compliance/packs/{pack}{'?take=1' if take else ''}")
    return page(
        request,
        "compliance/progress.html",
        block="progress",
        standing=standing,
        order=standing.order,
        kept=done and standing.order.removed_at is None and standing.made > 0,
        take=take,
        workers=workers[:TOLD_AT_ONCE],
        of_workers=len(workers),
        of_months=[one for one in standing.missing if one.worker is None],
        words=words,
    )


@get("/labour/compliance/packs/{pack:uuid}/pack.zip")
async def take(request: Request, pack: FromPath[UUID]) -> Stream:
    """The zip, streamed from the store."""
    name, pieces = await ordering.take(
        request.user,
        pack,
        request.app.state.storage,
        request.app.state.register_keys,
        datetime.now(UTC),
    )
    return Stream(pieces, media_type="application/zip", headers=attachment(name))


handlers = [compliance, ask, progress, take]
