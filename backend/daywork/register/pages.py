"""The register of a site: who is on it, what is missing, what runs out; on paper and as Excel.

Numbers are masked. In full they leave the server only as the answer to a form that says what they
are needed for, never by an address somebody could send on.
"""

import asyncio
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromQuery

from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.people.rules import Right, may, shown_phone
from daywork.register import queries, service, words
from daywork.register.entry_queries import entries_of
from daywork.register.roster import Roster, roster_of, workbook_of
from daywork.register.rules import PURPOSE_MISSING, Field, How, Show, Unmasked, found_by, shown
from daywork.sites.service import site_for, sites_for
from daywork.sites.site import Site
from daywork.summary.pages import XLSX
from daywork.web.downloads import attachment
from daywork.web.forms import Answers
from daywork.web.language import gettext as _
from daywork.web.language import language
from daywork.web.pages import page
from daywork.web.problems import told
from daywork.web.request import Request, named
from daywork.web.stretches import Wanted, stretch_of

LOOKS_AT_ONCE = 100


def today_on(site: Site) -> date:
    """The day it is on the site."""
    return day_at(datetime.now(UTC), site.time_zone)


async def chosen_site(request: Request, site: UUID | None) -> tuple[list[Site], Site | None]:
    """The sites whose register may be seen, and the one asked for or the first.

    Raises:
        Problem: ``not_allowed`` for whoever may see none; ``not_found``.
    """
    actor = request.user
    if not may(actor, Right.SEE_PAY):
        raise NOT_ALLOWED()
    choice = await sites_for(actor, Right.SEE_PAY)
    if site is not None:
        return choice, await site_for(actor, site, Right.SEE_PAY)
    return choice, choice[0] if choice else None


@get("/labour/register")
async def register(
    request: Request,
    site: FromQuery[str | None] = None,
    show: FromQuery[str | None] = None,
    crew: FromQuery[str | None] = None,
    find: FromQuery[str | None] = None,
    skip: FromQuery[str | None] = None,
) -> Response[str]:
    """A site's register, and what it lacks, a hundred at a time; paper and Excel hold all."""
    actor = request.user
    view = Show(show) if show in set(Show) else Show.PRESENT
    async with company_transaction(actor.organisation, snapshot=True):
        choice, found = await chosen_site(request, named(site))
        every = await entries_of(actor.organisation, found.id) if found else []
    today = today_on(found) if found else date.min
    crews = list(dict.fromkeys((entry.crew, entry.crew_name) for entry in every))
    chosen = named(crew)
    wanted = Wanted.read(find or "", int(skip) if skip and skip.isdecimal() else 0)
    among = found_by([one for one in every if chosen is None or one.crew == chosen], wanted.find)
    entries = shown(among, view, today)
    if wanted.skip >= len(entries):
        wanted = Wanted(wanted.find)
    here = found.id if found else None
    return page(
        request,
        "register/register.html",
        block="register",
        choice=choice,
        site=found,
        show=view,
        stretch=stretch_of(entries, wanted).at(
            "/labour/register", site=here, show=view.value, crew=chosen
        ),
        counts={one: len(shown(among, one, today)) for one in Show},
        crews=crews,
        crew=chosen,
        today=today,
        words=words,
        shown_phone=shown_phone,
        english=language() == "en",
        unmasks=bool(found and may(actor, Right.UNMASK, found.id)),
        manages=bool(found and may(actor, Right.MANAGE_SITE, found.id)),
    )


# The roster on paper and as Excel (实名制花名册)


async def _roster(
    request: Request, site: str | None, show: str | None, answers: Answers | None, how: How
) -> tuple[Roster, Site]:
    """What a roster shows; in full only with ``answers`` that state a purpose.

    Raises:
        Problem: ``not_found``, ``not_allowed``, ``purpose_missing``, ``register_key_missing``.
    """
    actor = request.user
    asked = named(site)
    if asked is None:
        raise NOT_FOUND()
    async with company_transaction(actor.organisation):
        found = await site_for(actor, asked, Right.SEE_PAY)
        today = today_on(found)
        every = await entries_of(actor.organisation, found.id)
        entries = shown(every, Show.LEFT if show == Show.LEFT else Show.PRESENT, today)
        opened: dict[UUID, Unmasked] = {}
        if answers is not None:
            opened = await service.unmask(
                actor,
                found,
                request.app.state.register_keys,
                [entry.worker for entry in entries],
                list(Field),
                purpose=answers.raw("purpose"),
                note=answers.text("note", longest=200),
                how=how,
            )
    made = f"{actor.name} · {actor.organisation_name}"
    return roster_of(entries, opened, today, made, english=language() == "en"), found


async def _paper(
    request: Request, site: str | None, show: str | None, answers: Answers | None
) -> Response[str]:
    roster, found = await _roster(request, site, show, answers, How.PRINT)
    return page(request, "register/roster.html", roster=roster, site=found, words=words, show=show)


@get("/labour/register/roster")
async def paper(
    request: Request, site: FromQuery[str | None] = None, show: FromQuery[str | None] = None
) -> Response[str]:
    """The roster to print, masked."""
    return await _paper(request, site, show, None)


@post("/labour/register/roster", status_code=200)
async def paper_in_full(
    request: Request, site: FromQuery[str | None] = None, show: FromQuery[str | None] = None
) -> Response[Any]:
    """The roster to print with full numbers, for a purpose."""
    try:
        return await _paper(request, site, show, Answers(await request.form()))
    except Problem as problem:
        return _asked_again(request, problem, site, show)


async def _workbook(
    request: Request, site: str | None, show: str | None, answers: Answers | None
) -> Response[bytes]:
    roster, found = await _roster(request, site, show, answers, How.EXCEL)
    made = await asyncio.to_thread(workbook_of, roster, found.name, request.user.organisation_name)
    name = f"{_('Real-name roster')} {found.name} {roster.today.isoformat()}.xlsx"
    return Response(made, media_type=XLSX, headers=attachment(name))


@get("/labour/register.xlsx")
async def workbook(
    request: Request, site: FromQuery[str | None] = None, show: FromQuery[str | None] = None
) -> Response[bytes]:
    """The roster as Excel, masked."""
    return await _workbook(request, site, show, None)


@post("/labour/register.xlsx", status_code=200)
async def workbook_in_full(
    request: Request, site: FromQuery[str | None] = None, show: FromQuery[str | None] = None
) -> Response[Any]:
    """The roster as Excel with full numbers, for a purpose."""
    try:
        return await _workbook(request, site, show, Answers(await request.form()))
    except Problem as problem:
        return _asked_again(request, problem, site, show)


def _asked_again(
    request: Request, problem: Problem, site: str | None, show: str | None
) -> Response[str]:
    if problem.kind != PURPOSE_MISSING:
        raise problem
    return page(
        request,
        "register/purpose.html",
        status=problem.kind.status,
        problem=told(problem),
        site_id=named(site),
        show=show,
        words=words,
    )


@get("/labour/register/purpose")
async def ask_purpose(
    request: Request, site: FromQuery[str | None] = None, show: FromQuery[str | None] = None
) -> Response[str]:
    """The form that says what full numbers are needed for, before paper or Excel."""
    actor = request.user
    asked = named(site)
    if asked is None:
        raise NOT_FOUND()
    async with company_transaction(actor.organisation, snapshot=True):
        await site_for(actor, asked, Right.UNMASK)
    return page(
        request, "register/purpose.html", site_id=asked, show=show, words=words, problem=None
    )


# Who has looked


@get("/labour/register/looks")
async def who_looked(
    request: Request,
    worker: FromQuery[str | None] = None,
    before: FromQuery[str | None] = None,
) -> Response[str]:
    """Every look at a full number: who, when, whose and why. For owners."""
    actor = request.user
    if not may(actor, Right.MANAGE_MEMBERS):
        raise NOT_ALLOWED()
    try:
        until = datetime.fromisoformat(before).astimezone(UTC) if before else None
    except ValueError:
        raise NOT_FOUND() from None
    async with company_transaction(actor.organisation, snapshot=True):
        found = await queries.looks(actor.organisation, named(worker), until, LOOKS_AT_ONCE + 1)
    return page(
        request,
        "register/looks.html",
        looks=found[:LOOKS_AT_ONCE],
        more=len(found) > LOOKS_AT_ONCE,
        worker=named(worker),
        words=words,
    )


handlers = [register, paper, paper_in_full, workbook, workbook_in_full, ask_purpose, who_looked]
