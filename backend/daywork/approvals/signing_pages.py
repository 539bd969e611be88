"""Signing a labour sheet on the phone, what is still to be signed, and the sheet on paper."""

import asyncio
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from daywork.approvals import words
from daywork.approvals.daywork_sheet import Paper, draw
from daywork.approvals.opened import Opened, open_record
from daywork.chain.service import codes_of_versions
from daywork.entries.rules import DECISION_STALE
from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_ALLOWED, Problem
from daywork.levels.service import rule_of
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.signatures import queries, service
from daywork.signatures.rules import (
    BOX,
    LONGEST_STROKES,
    NOT_A_SHEET,
    SIGNER_MISSING,
    STROKES_UNREADABLE,
    WITNESS_MISSING,
    Party,
    Signing,
    due_on,
)
from daywork.signatures.words import OUTCOMES, PARTIES, outcome_words, party_words, when_words
from daywork.sites.service import site_for, sites_for
from daywork.sites.site import Site
from daywork.web.downloads import attachment
from daywork.web.forms import Answers, shown_again
from daywork.web.language import gettext, language, speaking
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request

TOLD_AGAIN: Final = (SIGNER_MISSING, WITNESS_MISSING, STROKES_UNREADABLE, DECISION_STALE)


async def _sheet(actor: Actor, entry: UUID) -> tuple[Opened, Site]:
    """A labour sheet the actor may see, with its site.

    Raises:
        Problem: ``not_found`` or ``not_a_sheet``.
    """
    opened = await open_record(actor, entry)
    if not opened.record.is_sheet:
        raise NOT_A_SHEET()
    return opened, await site_for(actor, opened.record.site, Right.SEE_SITE)


async def _sign_page(
    request: Request,
    entry: UUID,
    answers: Answers | None = None,
    problem: Problem | None = None,
) -> Response[str]:
    actor: Actor = request.user
    async with company_transaction(actor.organisation):
        opened, site = await _sheet(actor, entry)
        if not may(actor, Right.RECORD, site.id):
            raise NOT_ALLOWED()
        rule = await rule_of(actor.organisation, site.id)
        contents = await queries.contents_of(actor.organisation, [entry])
    due = due_on(opened.record.work_day, rule.sign_days) if rule.sign_days else None
    return page(
        request,
        "approvals/sign.html",
        status=problem.kind.status if problem else 200,
        opened=opened,
        record=opened.record,
        site=site,
        due=due,
        content=contents[entry][opened.record.version],
        new_id=new_id,
        was=shown_again(answers),
        problem=told(problem) if problem else None,
        outcomes=[(one.value, gettext(text)) for one, text in OUTCOMES.items()],
        parties=[(one.value, gettext(text)) for one, text in PARTIES.items()],
        box=BOX,
        longest_strokes=LONGEST_STROKES,
        words=words,
    )


@get("/approvals/{entry:uuid}/sign")
async def sign_form(request: Request, entry: FromPath[UUID]) -> Response[str]:
    """To be handed over: what was recorded, and a box to sign in."""
    return await _sign_page(request, entry)


@post("/approvals/{entry:uuid}/sign", status_code=200)
async def sign(request: Request, entry: FromPath[UUID]) -> Response[Any]:
    """Keep the signature, or why there is none."""
    answers = Answers(await request.form())
    outcome = answers.one_of("outcome", [one.value for one in Signing])
    party = answers.one_of("party", [one.value for one in Party])
    drawn = outcome in ("", "signed", "for_record")
    try:
        await service.sign(
            request.user,
            entry,
            int(answers.number("version", high="2000000000", places=0) or 0),
            party=Party(party or Party.CLIENT),
            outcome=Signing(outcome or Signing.SIGNED),
            name=answers.text("name")[:80],
            company=answers.text("company")[:80],
            witness=answers.text("witness")[:80],
            note=answers.text("note")[:300],
            strokes=answers.raw("strokes").strip() if drawn else "",
            named=answers.id("signature"),
        )
    except Problem as problem:
        if problem.kind not in TOLD_AGAIN:
            raise
        return await _sign_page(request, entry, answers, problem)
    return go(request, f"/approvals/{entry}#signatures")


# The sheet on paper


async def _paper(request: Request, entry: UUID) -> Paper:
    actor: Actor = request.user
    async with company_transaction(actor.organisation, snapshot=True):
        opened, site = await _sheet(actor, entry)
        signed = await queries.signatures_of(actor.organisation, entry)
        codes = await codes_of_versions(actor.organisation, entry)
    host = request.base_url.netloc
    code = codes.get(opened.record.version, "")
    return Paper(
        actor.organisation_name,
        site,
        opened.record,
        opened.lines,
        len(opened.card.photos),
        [one for one in signed if one.version == opened.record.version],
        code,
        f"{host}/v",
        datetime.now(UTC),
    )


@get("/approvals/{entry:uuid}/daywork")
async def print_page(request: Request, entry: FromPath[UUID]) -> Response[str]:
    """The sheet to be printed from the browser."""
    paper = await _paper(request, entry)
    return page(
        request,
        "approvals/daywork.html",
        paper=paper,
        record=paper.record,
        site=paper.site,
        box=BOX,
        words=words,
        outcome_words=outcome_words,
        party_words=party_words,
        when_words=when_words,
    )


@get("/approvals/{entry:uuid}/daywork.pdf")
async def pdf(
    request: Request, entry: FromPath[UUID], lang: FromQuery[str | None] = None
) -> Response[bytes]:
    """The sheet as a PDF; ``lang`` for the other language than the reader's."""
    paper = await _paper(request, entry)
    await service.note_print(request.user, paper.site.id, entry, paper.record.version)
    spoken = lang if lang in ("zh-CN", "en") else language()

    def drawn() -> tuple[bytes, str]:
        with speaking(spoken):
            return draw(paper), gettext("Daywork sheet")

    body, title = await asyncio.to_thread(drawn)
    name = f"{title} {paper.record.crew_name} {paper.record.work_day}.pdf"
    return Response(body, media_type="application/pdf", headers=attachment(name))


# What is still to be signed


@get("/approvals/to-sign")
async def to_sign(request: Request, site: FromQuery[UUID | None] = None) -> Response[str]:
    """Sheets whose client has not answered, by deadline."""
    actor: Actor = request.user
    now = datetime.now(UTC)
    async with company_transaction(actor.organisation):
        sites = [one for one in await sites_for(actor, Right.SEE_LABOUR) if one.active]
        if site is not None:
            at = await site_for(actor, site, Right.SEE_LABOUR)
        elif sites:
            at = sites[0]
        else:
            raise NOT_ALLOWED()
        rule = await rule_of(actor.organisation, at.id)
        today = day_at(now, at.time_zone)
        waiting = await queries.unsigned_on(actor.organisation, at.id, today - service.LOOK_BACK)
    return page(
        request,
        "approvals/to_sign.html",
        site=at,
        sites=sites,
        today=today,
        waiting=[
            (one, due_on(one.work_day, rule.sign_days) if rule.sign_days else None)
            for one in waiting
        ],
        rule=rule,
    )


handlers = [sign_form, sign, print_page, pdf, to_sign]
