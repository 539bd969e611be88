"""The supervisor's queue: what waits, the worst first; one record; the clean ones together.

Every page works as plain forms and redirects. With htmx a decision swaps its own card only, so
that a thumb can go down the list.
"""

from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from daywork.approvals import queries, service, words
from daywork.approvals.opened import Changes, changes_since, open_record, record_for
from daywork.approvals.queries import Record
from daywork.approvals.rules import offered
from daywork.approvals.waiting import Queue, cards_of, queue_of
from daywork.entries.rules import (
    DECISION_STALE,
    NOT_APPROVED,
    NOT_WAITING,
    RETURN_REASON_MISSING,
)
from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.ground.terms import EntryState, Outcome
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.photos.queries import photos_of
from daywork.progress.rules import planned_percent
from daywork.sites.service import site_for, sites_for
from daywork.sites.site import Site
from daywork.web.forms import Answers
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request

SHOWN: Final = 30
"""Cards of a queue at first; the rest comes when asked for."""

LONGEST_REASON: Final = 300

OUTCOMES: Final = {
    "approve": Outcome.APPROVED,
    "return": Outcome.RETURNED,
    "reopen": Outcome.REOPENED,
}

SPOKEN: Final[dict[str, Any]] = {
    "words": words,
    "planned_percent": planned_percent,
    "LONGEST_REASON": LONGEST_REASON,
}
"""What the templates of this room speak with."""


# The queue


async def _site_chosen(actor: Actor, chosen: UUID | None) -> tuple[Site, list[tuple[Site, int]]]:
    """The site asked for, else the first where something waits; and all with their counts."""
    sites = [site for site in await sites_for(actor, Right.SEE_LABOUR) if site.active]
    if chosen is not None:
        site = await site_for(actor, chosen, Right.SEE_LABOUR)
        sites = sites if site in sites else [*sites, site]
    if not sites:
        raise NOT_ALLOWED()
    counts = await queries.waiting_by_site(actor, [site.id for site in sites])
    counted = [(site, counts.get(site.id, 0)) for site in sites]
    if chosen is None:
        site = next((site for site, waiting in counted if waiting), sites[0])
    return site, counted


@get("/approvals")
async def queue(
    request: Request,
    site: FromQuery[UUID | None] = None,
    shown: FromQuery[int] = SHOWN,
    decided: FromQuery[UUID | None] = None,
) -> Response[str]:
    """What waits on one site."""
    actor: Actor = request.user
    async with company_transaction(actor.organisation):
        at, sites = await _site_chosen(actor, site)
        waiting = await queue_of(actor, at)
        just = await _just_decided(actor, decided, at) if decided else None
    most = max(shown, SHOWN)
    doubtful = waiting.doubtful[:most]
    clean = waiting.clean[: most - len(doubtful)]
    return page(
        request,
        "approvals/queue.html",
        block="queue",
        site=at,
        sites=sites,
        waiting=waiting,
        doubtful=doubtful,
        clean=clean,
        hidden=waiting.waiting - len(doubtful) - len(clean),
        next_shown=most + SHOWN,
        just=just,
        may_decide=may(actor, Right.DECIDE, at.id),
        **SPOKEN,
    )


async def _just_decided(actor: Actor, entry: UUID, site: Site) -> Record | None:
    """The record a redirect names, if it is decided and of this site: a link is not believed."""
    record = (await queries.records_by_id(actor, [entry])).get(entry)
    if record is None or record.site != site.id:
        return None
    return record if record.state in (EntryState.APPROVED, EntryState.RETURNED) else None


# The clean ones, together


async def _clean_page(
    request: Request, site: UUID | None, outcome: service.CleanOutcome | None = None
) -> Response[str]:
    actor: Actor = request.user
    async with company_transaction(actor.organisation):
        at, _sites = await _site_chosen(actor, site)
        waiting: Queue = await queue_of(actor, at)
        left = await queries.records_by_id(actor, outcome.left) if outcome else {}
    return page(
        request,
        "approvals/clean.html",
        site=at,
        waiting=waiting,
        outcome=outcome,
        left=list(left.values()),
        may_decide=may(actor, Right.DECIDE, at.id),
        **SPOKEN,
    )


@get("/approvals/clean")
async def clean_ones(request: Request, site: FromQuery[UUID | None] = None) -> Response[str]:
    """Every record without a doubt, to be read through and approved in one go."""
    return await _clean_page(request, site)


@post("/approvals/clean", status_code=200)
async def approve_clean_ones(
    request: Request, site: FromQuery[UUID | None] = None
) -> Response[str]:
    """Approve those left ticked; the page says what became of each."""
    answers = Answers(await request.form())
    wanted = [found for text in answers.several("entry") if (found := _named(text))]
    outcome = await service.approve_clean(request.user, wanted)
    return await _clean_page(request, site, outcome)


def _named(text: str) -> tuple[UUID, int] | None:
    """``<entry>:<version>`` of a tick box."""
    entry, _colon, version = text.partition(":")
    try:
        return UUID(entry), int(version)
    except ValueError:
        return None


# One record


async def _record_page(
    request: Request,
    entry: UUID,
    *,
    status: int = 200,
    seen: int | None = None,
    problem: Problem | None = None,
) -> Response[str]:
    """The page of a record; ``seen`` is the version somebody decided on that is no longer it."""
    actor: Actor = request.user
    async with company_transaction(actor.organisation):
        opened = await open_record(actor, entry)
        site = await site_for(actor, opened.record.site, Right.SEE_SITE)
        changes = None
        if seen is not None and seen != opened.record.version:
            changes = await changes_since(actor, opened.record, seen)
    return page(
        request,
        "approvals/record.html",
        status=status,
        opened=opened,
        record=opened.record,
        site=site,
        seen=seen,
        changes=changes,
        problem=told(problem) if problem else None,
        offered=offered(
            opened.record.state, may_decide=may(actor, Right.DECIDE, opened.record.site)
        ),
        oversees=may(actor, Right.SEE_LABOUR, opened.record.site),
        **SPOKEN,
    )


@get("/approvals/{entry:uuid}")
async def record(request: Request, entry: FromPath[UUID]) -> Response[str]:
    """A labour sheet or a progress report, with everything a decision needs."""
    return await _record_page(request, entry)


@post("/approvals/{entry:uuid}/{decision:str}", status_code=200)
async def decide(request: Request, entry: FromPath[UUID], decision: FromPath[str]) -> Response[Any]:
    """Approve, return or reopen the version the form names."""
    outcome = OUTCOMES.get(decision)
    if outcome is None:
        raise NOT_FOUND()
    actor: Actor = request.user
    answers = Answers(await request.form())
    version = int(answers.number("version", high="2000000000", places=0) or 0)
    reason = answers.text("reason")[:LONGEST_REASON]
    on_card = bool(request.htmx) and answers.raw("on") == "card"
    try:
        if outcome is Outcome.APPROVED:
            facts = await service.approve(actor, entry, version)
        elif outcome is Outcome.RETURNED:
            facts = await service.send_back(actor, entry, version, reason)
        else:
            facts = await service.reopen(actor, entry, version, reason)
    except Problem as problem:
        moved_on = (DECISION_STALE, NOT_WAITING, NOT_APPROVED)
        if problem.kind not in (*moved_on, RETURN_REASON_MISSING):
            raise
        if on_card and problem.kind in moved_on:
            return await _card(request, entry, seen=version)
        return await _record_page(
            request, entry, status=problem.kind.status, seen=version, problem=problem
        )
    if on_card:
        return await _card(request, entry, outcome=outcome)
    if outcome is Outcome.REOPENED:
        return go(request, f"/approvals/{entry}")
    return go(request, f"/approvals?site={facts.site}&decided={entry}")


async def _card(
    request: Request, entry: UUID, *, outcome: Outcome | None = None, seen: int | None = None
) -> Response[str]:
    """What takes the place of one card: a line about the decision, or the record as it is now."""
    actor: Actor = request.user
    changes: Changes | None = None
    async with company_transaction(actor.organisation):
        now = await record_for(actor, entry)
        (card,) = await cards_of(actor, [now])
        if seen is not None and seen != now.version:
            changes = await changes_since(actor, now, seen)
        site = await site_for(actor, now.site, Right.SEE_LABOUR)
        waiting = await queue_of(actor, site)
    return page(
        request,
        "approvals/one_card.html",
        card=card,
        outcome=outcome,
        changes=changes,
        seen=seen,
        waiting=waiting,
        site=site,
        may_decide=may(actor, Right.DECIDE, now.site),
        **SPOKEN,
    )


# A photo, large


@get("/approvals/{entry:uuid}/photos/{photo:uuid}")
async def photo_of_record(
    request: Request, entry: FromPath[UUID], photo: FromPath[UUID]
) -> Response[str]:
    """One photo of the record, with when, where and by whom; installed apps have no back key."""
    actor: Actor = request.user
    async with company_transaction(actor.organisation):
        of = await record_for(actor, entry)
        site = await site_for(actor, of.site, Right.SEE_SITE)
        photos = (await photos_of(actor.organisation, [entry])).get(entry, [])
    place = next((at for at, one in enumerate(photos) if one.id == photo), None)
    if place is None:
        raise NOT_FOUND()
    return page(
        request,
        "approvals/photo.html",
        record=of,
        site=site,
        photo=photos[place],
        place=place,
        photos=photos,
        **SPOKEN,
    )


handlers = [queue, clean_ones, approve_clean_ones, record, decide, photo_of_record]
