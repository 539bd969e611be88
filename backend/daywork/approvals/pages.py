"""The supervisor's queue: what waits, the worst first; one record; the clean ones together.

Every page works as plain forms and redirects. With htmx a decision swaps its own card only, so
that a thumb can go down the list.
"""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from daywork.approvals import queries, service, words
from daywork.approvals.look_pages import handlers as look_handlers
from daywork.approvals.opened import changes_since, open_record, record_for
from daywork.approvals.queries import Record
from daywork.approvals.rules import Changes, offered
from daywork.approvals.undoing import may_undo, take_back
from daywork.approvals.waiting import cards_of, clean_of_queue, counts_of_queue, stretch_of_queue
from daywork.chain.pages import code_qr
from daywork.chain.service import codes_of_versions
from daywork.crosscheck.answer_queries import open_disputes_count
from daywork.entries.queries import last_decisions
from daywork.entries.rules import (
    DECISION_STALE,
    MONTH_CLOSED,
    NOT_APPROVED,
    NOT_WAITING,
    RETURN_REASON_MISSING,
)
from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.ground.terms import EntryState, Outcome
from daywork.levels.queries import rules_of
from daywork.levels.rules import SECOND_PERSON, may_decide, turns, turns_shown
from daywork.levels.service import rule_of
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.progress.rules import planned_percent
from daywork.push.queries import counts_of
from daywork.signatures.rules import BOX
from daywork.signatures.words import outcome_words, party_words, when_words
from daywork.sites.service import site_for, sites_for, without_site
from daywork.sites.site import Site
from daywork.web.forms import Answers
from daywork.web.language import gettext
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
    "new_id": new_id,
    "box": BOX,
    "outcome_words": outcome_words,
    "party_words": party_words,
    "when_words": when_words,
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
        raise without_site(actor)
    counts = await queries.waiting_by_site(actor, [site.id for site in sites])
    rules = await rules_of(actor.organisation, [site.id for site in sites])
    counted = [
        (
            site,
            sum(
                counts.get((site.id, passed), 0)
                for passed in turns_shown(actor, rules[site.id], site.id)
            ),
        )
        for site in sites
    ]
    if chosen is None:
        site = next((site for site, waiting in counted if waiting), sites[0])
    return site, counted


@get("/approvals")
async def queue(
    request: Request,
    site: FromQuery[UUID | None] = None,
    shown: FromQuery[int] = SHOWN,
    after: FromQuery[UUID | None] = None,
    decided: FromQuery[UUID | None] = None,
    back: FromQuery[int] = 0,
) -> Response[str]:
    """What waits on one site; ``after``: the next stretch of it, which htmx adds at the end.
    ``shown``: so many cards the page has, or will have; whoever comes back finds the place by it.
    """
    actor: Actor = request.user
    most = SHOWN if after else max(shown, SHOWN)
    async with company_transaction(actor.organisation, snapshot=True):
        at, sites = await _site_chosen(actor, site)
        known = await queries.records_by_id(actor, [after]) if after else {}
        stretch = await stretch_of_queue(actor, at, most, known.get(after) if after else None)
        rule = await rule_of(actor.organisation, at.id)
        just = await _just_decided(actor, decided, at) if decided else None
        undo = await _undo_offered(actor, just)
        disputed = await open_disputes_count(actor.organisation, at.id)
        counts = {} if after else await counts_of(actor.organisation, [actor.member])
    return page(
        request,
        "approvals/queue.html",
        block="stretch" if after else "queue",
        site=at,
        sites=sites,
        waiting=stretch,
        away=sum(one.waiting for one in counts.values()) - stretch.waiting,
        stretch=stretch,
        rule=rule,
        after=after,
        next_shown=max(shown, SHOWN) + SHOWN,
        just=just,
        undo=undo,
        back=back,
        disputed=disputed,
        may_decide=bool(turns(actor, rule, at.id)),
        to_be_kept=request.to_be_kept,
        **SPOKEN,
    )


async def _just_decided(actor: Actor, entry: UUID, site: Site) -> Record | None:
    """The record a redirect names, if it is decided and of this site: a link is not believed."""
    record = (await queries.records_by_id(actor, [entry])).get(entry)
    if record is None or record.site != site.id:
        return None
    return record if record.decided_at is not None else None


async def _undo_offered(actor: Actor, record: Record | None) -> bool:
    """Whether the actor has decided it only just now."""
    if record is None:
        return False
    last = (await last_decisions(actor, [record.id])).get(record.id)
    return may_undo(last, actor.member, datetime.now(UTC))


# The clean ones, together


async def _clean_page(
    request: Request, site: UUID | None, outcome: service.CleanOutcome | None = None
) -> Response[str]:
    actor: Actor = request.user
    async with company_transaction(actor.organisation, snapshot=True):
        at, _sites = await _site_chosen(actor, site)
        clean, facts, waiting = await clean_of_queue(actor, at)
        rule = await rule_of(actor.organisation, at.id)
        left = await queries.records_by_id(actor, outcome.left) if outcome else {}
    return page(
        request,
        "approvals/clean.html",
        site=at,
        clean=clean,
        facts=facts,
        waiting=waiting,
        outcome=outcome,
        left=list(left.values()),
        may_decide=bool(turns(actor, rule, at.id)),
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


@post("/approvals/undo", status_code=200)
async def undo(request: Request, site: FromQuery[UUID | None] = None) -> Response[Any]:
    """Take back what was decided a moment ago: one card, or all that were approved together."""
    answers = Answers(await request.form())
    wanted = [found for text in answers.several("entry") if (found := _named(text))]
    if not wanted:
        raise NOT_FOUND()
    taken = await take_back(request.user, wanted)
    if request.htmx and answers.raw("on") == "card":
        return await _card(request, wanted[0][0])
    return go(request, f"/approvals?site={taken.back[0].site}&back={len(taken.back)}")


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
        code = (await codes_of_versions(actor.organisation, entry)).get(opened.record.version)
        rule = await rule_of(actor.organisation, site.id)
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
        rule=rule,
        offered=offered(
            opened.record.state,
            may_decide=may(actor, Right.DECIDE, site.id)
            if opened.record.state is EntryState.APPROVED
            else may_decide(actor, rule, site.id, opened.record.steps_passed),
        ),
        oversees=may(actor, Right.SEE_LABOUR, opened.record.site),
        code=code,
        code_qr=code_qr(request, code),
        **SPOKEN,
    )


@get("/approvals/{entry:uuid}")
async def record(request: Request, entry: FromPath[UUID]) -> Response[str]:
    """A labour sheet or a report on a task, with everything a decision needs."""
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
    # A form whose answer was lost: the same decision comes again from what the phone has kept.
    made = service.Made(named=answers.id("decision"))
    try:
        if outcome is Outcome.APPROVED:
            facts = await service.approve(actor, entry, version, made=made)
        elif outcome is Outcome.RETURNED:
            questions = _questions(answers)
            if questions and not reason:
                reason = gettext(words.SEE_LINES)
            facts = await service.send_back(
                actor, entry, version, reason, questions=questions, made=made
            )
        else:
            facts = await service.reopen(actor, entry, version, reason)
    except Problem as problem:
        moved_on = (DECISION_STALE, NOT_WAITING, NOT_APPROVED)
        if problem.kind not in (*moved_on, RETURN_REASON_MISSING, MONTH_CLOSED, SECOND_PERSON):
            raise
        if on_card:
            if problem.kind not in moved_on:
                raise
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
        undo = await _undo_offered(actor, now)
        (card,) = await cards_of(actor, [now])
        if seen is not None and seen != now.version:
            changes = await changes_since(actor, now, seen)
        site = await site_for(actor, now.site, Right.SEE_LABOUR)
        waiting = await counts_of_queue(actor, site)
        rule = await rule_of(actor.organisation, site.id)
        if outcome is Outcome.APPROVED and now.state is EntryState.SUBMITTED:
            outcome = Outcome.PASSED
    return page(
        request,
        "approvals/one_card.html",
        card=card,
        outcome=outcome,
        undo=undo,
        changes=changes,
        seen=seen,
        waiting=waiting,
        site=site,
        may_decide=may_decide(actor, rule, site.id, now.steps_passed),
        **SPOKEN,
    )


# Questions about single lines


@get("/approvals/{entry:uuid}/ask")
async def ask(
    request: Request,
    entry: FromPath[UUID],
    problem: FromQuery[str | None] = None,
) -> Response[str]:
    """The lines of a sheet, each to be asked about; it goes back with the questions on them."""
    actor: Actor = request.user
    async with company_transaction(actor.organisation):
        opened = await open_record(actor, entry)
        site = await site_for(actor, opened.record.site, Right.SEE_LABOUR)
        rule = await rule_of(actor.organisation, site.id)
        if not may_decide(actor, rule, site.id, opened.record.steps_passed):
            raise NOT_ALLOWED()
    if not opened.record.is_sheet or opened.record.state is not EntryState.SUBMITTED:
        return go(request, f"/approvals/{entry}")
    return page(
        request,
        "approvals/ask.html",
        opened=opened,
        record=opened.record,
        site=site,
        problem=problem,
        **SPOKEN,
    )


def _questions(answers: Answers) -> dict[UUID, str]:
    """What was typed or picked beside the lines, by worker."""
    found: dict[UUID, str] = {}
    for name in answers.typed:
        if name.startswith("ask-"):
            asked = answers.text(name)[:LONGEST_REASON]
            with suppress(ValueError):
                if asked:
                    found[UUID(name.removeprefix("ask-"))] = asked
    return found


handlers = [queue, clean_ones, approve_clean_ones, undo, record, ask, decide, *look_handlers]
