"""Settlements on the screen: who is to be settled with, the document, its signature and payment."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from daywork.chain.pages import code_qr
from daywork.chain.wage_contents import SETTLEMENT
from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_FOUND, Problem
from daywork.labour.double_queries import closed_days_doubled
from daywork.people.actor import Actor
from daywork.people.queries import currency_of
from daywork.people.rules import Right, may
from daywork.people.service import record_audit
from daywork.sites.queries import crews_of
from daywork.sites.service import site_for, sites_for, without_site
from daywork.sites.site import Site
from daywork.sites.workforce_queries import workers_on
from daywork.summary.rules import EARLIEST
from daywork.wages import paying, settlement_queries, settling, words
from daywork.wages import signing_queries as signed_queries
from daywork.wages.file_pages import PDF
from daywork.wages.owing import settlements_due
from daywork.wages.payout_form import Payout, is_told_on_the_page, methods
from daywork.wages.printing import code_about
from daywork.wages.rules import (
    NOBODY_TO_SETTLE,
    NOT_SETTLED,
    REASON_MISSING,
    SETTLED_OTHERWISE,
    Why,
    kept_until,
)
from daywork.wages.settlement_paper import pdf_of_settlement
from daywork.wages.settlement_queries import Settlement
from daywork.wages.signing import LARGEST_PAPER
from daywork.wages.signing_pages import (
    PAPER_AGAIN,
    SIGN_AGAIN,
    sign_context,
    take_signature,
    take_upload,
    ticked_workers,
)
from daywork.web.downloads import attachment
from daywork.web.forms import Answers, shown_again
from daywork.web.language import gettext as _
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request, named

TOLD_AGAIN: Final = (NOT_SETTLED, NOBODY_TO_SETTLE, SETTLED_OTHERWISE, REASON_MISSING)


async def _site(actor: Actor, site: UUID | None) -> tuple[Site, list[Site]]:
    sites = await sites_for(actor, Right.SEE_PAY)
    if site is not None:
        return await site_for(actor, site, Right.SEE_PAY), sites
    if not sites:
        raise without_site(actor)
    return sites[0], sites


@get("/labour/settlements")
async def settlements(request: Request, site: FromQuery[str | None] = None) -> Response[str]:
    """Who was settled with on a site, and what of it is signed and paid."""
    actor = request.user
    async with company_transaction(actor.organisation):
        at, sites = await _site(actor, named(site))
        found = await settlement_queries.settlements_of(actor.organisation, at.id)
        due = await settlements_due(actor.organisation, at.id, found)
        signed = await signed_queries.settlements_signed(
            actor.organisation, [one.id for one in found]
        )
        crews = await crews_of(actor.organisation, at.id)
    return page(
        request,
        "wages/settlements.html",
        site=at,
        sites=sites,
        found=found,
        due=due,
        signed=signed,
        crews=[crew for crew in crews if crew.active],
        today=day_at(datetime.now(UTC), at.time_zone),
        may_settle=may(actor, Right.CLOSE_MONTH, at.id),
        words=words,
        link=lambda address: f"{address}?site={at.id}",
    )


async def _new_page(
    request: Request,
    site: UUID | None,
    crew: UUID | None,
    worker: UUID | None,
    until: date | None,
    answers: Answers | None = None,
    problem: Problem | None = None,
) -> Response[str]:
    actor = request.user
    async with company_transaction(actor.organisation):
        at, _sites = await _site(actor, site)
        await site_for(actor, at.id, Right.CLOSE_MONTH)
        roster = await workers_on(actor.organisation, at.id, crew)
        chosen = [one.id for one in roster if worker in (None, one.id)]
        if not chosen or len(chosen) > settling.MOST_AT_ONCE:
            raise NOT_FOUND()
        day = until or day_at(datetime.now(UTC), at.time_zone)
        owed = await settling.owed_to(at, chosen, day)
        crews = await crews_of(actor.organisation, at.id)
        currency = await currency_of(actor.organisation)
    return page(
        request,
        "wages/settle.html",
        currency=currency,
        status=problem.kind.status if problem else 200,
        site=at,
        crew=crew,
        crew_name=next((one.name for one in crews if one.id == crew), ""),
        worker=worker,
        until=day,
        owed=[one for one in owed if worker or one.figures.payable or one.months],
        whys=[(one.value, _(text)) for one, text in words.WHYS.items()],
        words=words,
        was=shown_again(answers),
        again=answers is not None,
        ticked={str(one) for one in ticked_workers(answers)} if answers else set(),
        problem=told(problem) if problem else None,
    )


@get("/labour/settlements/new")
async def new(
    request: Request,
    site: FromQuery[str | None] = None,
    crew: FromQuery[str | None] = None,
    worker: FromQuery[str | None] = None,
    until: FromQuery[str | None] = None,
) -> Response[str]:
    """What a worker or a crew is owed to a day, and what is missing before it can be settled."""
    try:
        day = date.fromisoformat(until) if until else None
    except ValueError:
        raise NOT_FOUND() from None
    return await _new_page(request, named(site), named(crew), named(worker), day)


@post("/labour/settlements")
async def settle(request: Request) -> Response[Any]:
    """Freeze a settlement of each ticked worker."""
    answers = Answers(await request.form())
    site, crew, worker = (answers.id(name) for name in ("site", "crew", "one"))
    until = answers.day("until", needed=True)
    why = answers.one_of("why", [one.value for one in Why]) or Why.LEFT
    if site is None or until is None:
        raise NOT_FOUND()
    try:
        async with company_transaction(request.user.organisation):
            made = await settling.settle(
                request.user,
                site,
                ticked_workers(answers),
                until,
                Why(why),
                reason=answers.text("reason")[:300],
                leaving=answers.ticked("leaving"),
                at=datetime.now(UTC),
            )
    except Problem as problem:
        if problem.kind not in TOLD_AGAIN:
            raise
        return await _new_page(request, site, crew, worker, until, answers, problem)
    path = (
        f"/labour/settlements/{made[0]}" if len(made) == 1 else f"/labour/settlements?site={site}"
    )
    return go(request, path, said=_("It is settled: it can be signed and paid now."))


async def _page(
    request: Request,
    settlement: UUID,
    answers: Answers | None = None,
    problem: Problem | None = None,
    payout: Answers | None = None,
) -> Response[str]:
    actor = request.user
    async with company_transaction(actor.organisation):
        found, site = await settling.settlement_for(actor, settlement)
        document = ("settlement", settlement)
        signatures = await signed_queries.signatures_of(actor.organisation, document)
        papers = await signed_queries.papers_of(actor.organisation, document)
        code = await code_about(actor.organisation, SETTLEMENT, settlement)
        due = await settlements_due(actor.organisation, site.id, [found])
        others = await settlement_queries.versions_of(actor.organisation, site.id, found.worker)
        (now,) = await settling.owed_to(site, [found.worker], found.until_day) or (None,)
        doubled = []
        if found.latest:
            doubled = await closed_days_doubled(
                actor.organisation, site.id, EARLIEST, found.until_day
            )
        kept = await _kept_until(found, site)
    today = day_at(datetime.now(UTC), site.time_zone)
    return page(
        request,
        "wages/settlement.html",
        status=problem.kind.status if problem else 422 if payout else 200,
        settlement=found,
        site=site,
        signatures=signatures,
        signed=any(one.counts for one in signatures),
        papers=papers,
        code=code,
        qr=code_qr(request, code),
        due=due[found.id],
        others=others,
        days_doubled=[one for one in doubled if one.worker == found.worker],
        now=now,
        kept_until=kept,
        may_settle=may(actor, Right.CLOSE_MONTH, site.id),
        may_unmask=may(actor, Right.UNMASK, site.id),
        methods=methods(),
        today=today,
        typed=payout.typed if payout else {},
        faults=payout.faults if payout else {},
        words=words,
        problem=told(problem) if problem else None,
        **sign_context(answers),
    )


@get("/labour/settlements/{settlement:uuid}")
async def settlement_page(request: Request, settlement: FromPath[UUID]) -> Response[str]:
    """The document, its signature, its payment."""
    return await _page(request, settlement)


@post("/labour/settlements/{settlement:uuid}/sign")
async def sign(request: Request, settlement: FromPath[UUID]) -> Response[Any]:
    """Keep the signature, or why there is none."""
    answers = Answers(await request.form())
    async with company_transaction(request.user.organisation):
        found, _at = await settling.settlement_for(request.user, settlement)
    try:
        await take_signature(request, ("settlement", settlement), found.worker, answers)
    except Problem as problem:
        if problem.kind not in SIGN_AGAIN:
            raise
        return await _page(request, settlement, answers, problem)
    return go(request, f"/labour/settlements/{settlement}#signatures")


@post(
    "/labour/settlements/{settlement:uuid}/papers",
    request_max_body_size=LARGEST_PAPER + 1024 * 1024,
)
async def upload(request: Request, settlement: FromPath[UUID]) -> Response[Any]:
    """The signed settlement as a photo or scan."""
    form: Any = await request.form()
    async with company_transaction(request.user.organisation):
        found, _at = await settling.settlement_for(request.user, settlement)
    try:
        await take_upload(request, ("settlement", settlement), form, [found.worker])
    except Problem as problem:
        if problem.kind not in PAPER_AGAIN:
            raise
        return await _page(request, settlement, None, problem)
    return go(request, f"/labour/settlements/{settlement}#signatures")


@post("/labour/settlements/{settlement:uuid}/paid")
async def paid(request: Request, settlement: FromPath[UUID]) -> Response[Any]:
    """Book what is still due; a second click books nothing."""
    now = datetime.now(UTC)
    answers = Answers(await request.form())
    payout = Payout.of(answers)
    if payout is None:
        return await _page(request, settlement, payout=answers)
    try:
        async with company_transaction(request.user.organisation):
            await paying.pay_settlement(
                request.user,
                settlement,
                paid_on=payout.paid_on,
                method=payout.method,
                reference=payout.reference,
                at=now,
            )
    except Problem as problem:
        if not is_told_on_the_page(problem):
            raise
        return await _page(request, settlement, None, problem, answers)
    return go(request, f"/labour/settlements/{settlement}#paid")


@post("/labour/settlements/{settlement:uuid}/left")
async def left(request: Request, settlement: FromPath[UUID]) -> Response[Any]:
    """Note the settlement's day as the worker's last one on the site."""
    async with company_transaction(request.user.organisation):
        found, site = await settling.settlement_for(request.user, settlement, Right.CLOSE_MONTH)
        await settling.mark_left(request.user, site, [found.worker], found.until_day)
    return go(request, f"/labour/settlements/{settlement}", said=_("Saved."))


async def _kept_until(found: Settlement, site: Site) -> date:
    completed, lock = await settlement_queries.completion_of(site.organisation, site.id)
    return kept_until(day_at(found.closed_at, site.time_zone), completed, lock)


@get("/labour/settlements/{settlement:uuid}/settlement.pdf")
async def pdf(request: Request, settlement: FromPath[UUID]) -> Response[bytes]:
    """To print and sign; numbers masked."""
    actor = request.user
    now = datetime.now(UTC)
    async with company_transaction(actor.organisation):
        found, site = await settling.settlement_for(actor, settlement)
        signatures = await signed_queries.signatures_of(
            actor.organisation, ("settlement", settlement)
        )
        code = await code_about(actor.organisation, SETTLEMENT, settlement)
        kept = await _kept_until(found, site)
        await record_audit(
            actor.organisation,
            actor.member,
            "wages.printed",
            site.id,
            detail={"settlement": settlement, "kind": "pdf", "full": False},
        )
    made = await asyncio.to_thread(
        pdf_of_settlement,
        found,
        signatures,
        identity=found.person.identity_mask,
        account=found.person.bank_mask,
        code=code,
        verify_at=f"{request.base_url.netloc}/v",
        time_zone=site.time_zone,
        kept_until=kept.isoformat(),
        printed_at=now,
        by_whom=actor.name,
    )
    name = f"{_('Settlement')} {found.person.name} {found.until_day}.pdf"
    return Response(made, media_type=PDF, headers=attachment(name))


handlers = [settlements, new, settle, settlement_page, sign, upload, paid, left, pdf]
