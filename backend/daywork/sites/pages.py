"""Settings: sites and their crews; workers, rates and tasks have pages of their own."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import available_timezones

from babel import Locale
from babel.dates import get_day_names
from litestar import Response, get, post
from litestar.params import FromPath

from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.ground.public_holidays import countries
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.sites import queries, service, task_queries, workforce_queries
from daywork.sites.calendar_pages import handlers as calendar_handlers
from daywork.sites.site import Site
from daywork.sites.task_pages import handlers as task_handlers
from daywork.sites.trade_pages import handlers as trade_handlers
from daywork.sites.worker_pages import handlers as worker_handlers
from daywork.web.forms import Answers, shown_again
from daywork.web.language import gettext, language
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request

TIME_ZONES: Final = (
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Asia/Hong_Kong",
    "Asia/Macau",
    "Asia/Taipei",
    "Asia/Singapore",
    "Asia/Kuala_Lumpur",
    "Asia/Bangkok",
    "Asia/Ho_Chi_Minh",
    "Asia/Vientiane",
    "Asia/Phnom_Penh",
    "Asia/Jakarta",
    "Asia/Manila",
    "Asia/Dhaka",
    "Asia/Karachi",
    "Asia/Tashkent",
    "Asia/Almaty",
    "Asia/Dubai",
    "Asia/Riyadh",
    "Africa/Addis_Ababa",
    "Africa/Nairobi",
    "Africa/Lagos",
    "Africa/Johannesburg",
    "Europe/Moscow",
    "Europe/Belgrade",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Sao_Paulo",
    "Australia/Sydney",
    "UTC",
)
"""Offered first; every other IANA name may be typed."""


def weekday_names() -> list[str]:
    """Monday to Sunday, short, in the reader's language."""
    names = get_day_names("abbreviated", locale="en" if language() == "en" else "zh_Hans_CN")
    return [names[day] for day in range(7)]


def country_names() -> list[tuple[str, str]]:
    """Countries whose holidays are known, in the reader's language; China stands first."""
    names = Locale("en") if language() == "en" else Locale("zh", script="Hans", territory="CN")
    named = [(code, names.territories.get(code, code)) for code in countries()]
    return sorted(named, key=lambda pair: (pair[0] != "CN", pair[1]))


@get("/settings/sites")
async def sites(request: Request) -> Response[str]:
    """The sites I manage."""
    actor = request.user
    async with company_transaction(actor.organisation):
        if not may(actor, Right.MANAGE_SITE):
            raise NOT_ALLOWED()
        found = await service.sites_for(actor, Right.MANAGE_SITE)
    return page(request, "sites/list.html", sites=found, may_found=may(actor, Right.MANAGE_MEMBERS))


@get("/settings/sites/{site:uuid}")
async def site_page(request: Request, site: FromPath[UUID]) -> Response[str]:
    """One site: what is agreed for it, its crews, and the ways to workers and plan."""
    actor = request.user
    async with company_transaction(actor.organisation):
        found = await service.site_for(actor, site, Right.MANAGE_SITE)
        crews = await queries.crews_of(actor.organisation, site)
        workers = await workforce_queries.count_on(actor.organisation, site)
        tasks = await task_queries.tasks_of(actor.organisation, site)
    return page(
        request,
        "sites/site.html",
        site=found,
        crews=crews,
        workers=workers,
        tasks=sum(task.active for task in tasks),
        weekdays=weekday_names(),
        sees_pay=may(request.user, Right.SEE_PAY, site),
    )


# Making and changing a site


def blank_site(actor: Actor) -> Site:
    """What a new site begins with: eight hours, the week-end off, Chinese time."""
    return Site(
        organisation=actor.organisation,
        id=new_id(),
        name="",
        time_zone="Asia/Shanghai",
        hours_per_day=Decimal(8),
        overtime_hours_per_man_day=Decimal(8),
        rest_weekdays=(6, 7),
        latitude=None,
        longitude=None,
        radius_m=500,
        photo_required=False,
        starts_on=None,
        ends_on=None,
        active=True,
    )


def _read_site(answers: Answers, before: Site) -> Site:
    zone = answers.text("time_zone", needed=True)
    if zone and zone not in available_timezones():
        answers.fault("time_zone", gettext("Choose a time zone from the list"))
    latitude = answers.number("latitude", low="-90", high="90", places=8)
    longitude = answers.number("longitude", low="-180", high="180", places=8)
    if (latitude is None) != (longitude is None):
        empty = "latitude" if latitude is None else "longitude"
        answers.fault(empty, gettext("Give both, or neither"))
    starts_on, ends_on = answers.day("starts_on"), answers.day("ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        answers.fault("ends_on", gettext("The end lies before the beginning"))
    hours = answers.number("hours_per_day", needed=True, low="1", high="24")
    overtime = answers.number("overtime_hours_per_man_day", needed=True, low="1", high="24")
    radius = answers.number("radius_m", needed=True, low="20", high="50000", places=0)
    rest = {day for day in answers.several("rest_weekdays") if day in set("1234567")}
    if len(rest) == 7:
        answers.fault("rest_weekdays", gettext("A site works at least one day of the week"))
    country = answers.one_of("country", countries())
    region = answers.text("region", longest=40)
    if region and region not in countries().get(country, ()):
        answers.fault("region", gettext("This country has no such part; leave it empty if unsure"))
    tolerance = answers.number("delay_tolerance", low="1", high="90", places=0)
    return replace(
        before,
        name=answers.text("name", needed=True, longest=80),
        time_zone=zone,
        hours_per_day=hours or before.hours_per_day,
        overtime_hours_per_man_day=overtime or before.overtime_hours_per_man_day,
        rest_weekdays=tuple(sorted(int(day) for day in rest)),
        latitude=None if latitude is None else float(latitude),
        longitude=None if longitude is None else float(longitude),
        radius_m=int(radius) if radius else before.radius_m,
        photo_required=answers.ticked("photo_required"),
        starts_on=starts_on,
        ends_on=ends_on,
        active=not answers.ticked("closed"),
        country=country,
        region=region,
        delay_tolerance=before.delay_tolerance if tolerance is None else int(tolerance),
    )


def _site_form(
    request: Request, site: Site, *, new: bool, answers: Answers | None = None
) -> Response[str]:
    return page(
        request,
        "sites/site_form.html",
        status=422 if answers else 200,
        site=site,
        new=new,
        was=shown_again(answers),
        rest=set(answers.several("rest_weekdays"))
        if answers
        else {str(day) for day in site.rest_weekdays},
        faults=answers.faults if answers else {},
        time_zones=TIME_ZONES,
        weekdays=weekday_names(),
        countries=country_names(),
        regions=countries().get(site.country, ()),
    )


@get("/settings/sites/new")
async def new_site_form(request: Request) -> Response[str]:
    """An empty form, for owners."""
    if not may(request.user, Right.MANAGE_MEMBERS):
        raise NOT_ALLOWED()
    return _site_form(request, blank_site(request.user), new=True)


@post("/settings/sites/new")
async def found_site(request: Request) -> Response[Any]:
    """Make the site and go on to its crews."""
    actor = request.user
    answers = Answers(await request.form())
    site = _read_site(answers, blank_site(actor))
    if answers.faults:
        return _site_form(request, site, new=True, answers=answers)
    async with company_transaction(actor.organisation):
        await service.found_site(actor, site)
    return go(request, f"/settings/sites/{site.id}")


@get("/settings/sites/{site:uuid}/edit")
async def site_form(request: Request, site: FromPath[UUID]) -> Response[str]:
    """What is agreed for the site, to change."""
    actor = request.user
    async with company_transaction(actor.organisation):
        found = await service.site_for(actor, site, Right.MANAGE_SITE)
    return _site_form(request, found, new=False)


@post("/settings/sites/{site:uuid}/edit")
async def change_site(request: Request, site: FromPath[UUID]) -> Response[Any]:
    """Keep the new values."""
    actor = request.user
    answers = Answers(await request.form())
    async with company_transaction(actor.organisation):
        before = await service.site_for(actor, site, Right.MANAGE_SITE)
        after = _read_site(answers, before)
        if not answers.faults:
            await service.change_site(actor, before, after)
    if answers.faults:
        return _site_form(request, after, new=False, answers=answers)
    return go(request, f"/settings/sites/{site}", said=gettext("Saved."))


# Crews


async def _crew_page(
    request: Request,
    site: UUID,
    crew: UUID | None,
    answers: Answers | None = None,
    problem: Problem | None = None,
) -> Response[str]:
    actor = request.user
    async with company_transaction(actor.organisation):
        found = await service.site_for(actor, site, Right.MANAGE_SITE)
        known = await service.crew_of(found, crew) if crew else None
        trades = await queries.trades_of(actor.organisation)
        foremen = await queries.foremen_of(actor.organisation, site)
        workers = await workforce_queries.workers_on(actor.organisation, site, crew) if crew else []
    return page(
        request,
        "sites/crew.html",
        status=problem.kind.status if problem else 422 if answers else 200,
        site=found,
        crew=known,
        trades=trades,
        foremen=foremen,
        workers=workers,
        was=shown_again(answers),
        faults=answers.faults if answers else {},
        problem=told(problem) if problem else None,
    )


@get("/settings/sites/{site:uuid}/crews/new")
async def new_crew_form(request: Request, site: FromPath[UUID]) -> Response[str]:
    """An empty form for a crew."""
    return await _crew_page(request, site, None)


@get("/settings/sites/{site:uuid}/crews/{crew:uuid}")
async def crew_page(request: Request, site: FromPath[UUID], crew: FromPath[UUID]) -> Response[str]:
    """One crew, to change, with its workers."""
    return await _crew_page(request, site, crew)


@post("/settings/sites/{site:uuid}/crews/new")
async def add_crew(request: Request, site: FromPath[UUID]) -> Response[Any]:
    """Make the crew and go on to its workers."""
    return await _save_crew(request, site, None)


@post("/settings/sites/{site:uuid}/crews/{crew:uuid}")
async def change_crew(
    request: Request, site: FromPath[UUID], crew: FromPath[UUID]
) -> Response[Any]:
    """Keep the new values."""
    return await _save_crew(request, site, crew)


async def _save_crew(request: Request, site: UUID, crew: UUID | None) -> Response[Any]:
    actor = request.user
    answers = Answers(await request.form())
    try:
        async with company_transaction(actor.organisation):
            found = await service.site_for(actor, site, Right.MANAGE_SITE)
            trades = await queries.trades_of(actor.organisation)
            foremen = dict(await queries.foremen_of(actor.organisation, site))
            if crew:
                kept = (await service.crew_of(found, crew)).foreman
                foremen.setdefault(kept, "") if kept else None
            own = answers.one_of("own", ["own", "sub"], needed=True) != "sub"
            name = answers.text("name", needed=True, longest=60)
            trade = answers.named("trade", [trade.id for trade in trades])
            foreman = answers.named("foreman", foremen)
            company = answers.text("company", needed=not own, longest=80)
            if not answers.faults:
                saved = await service.save_crew(
                    actor,
                    found,
                    crew,
                    name=name,
                    trade=trade,
                    foreman=foreman,
                    own=own,
                    company=company,
                    active=not answers.ticked("closed"),
                )
                path = f"/settings/sites/{site}"
                return go(request, path if crew else f"{path}/crews/{saved}")
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _crew_page(request, site, crew, answers, problem)
    return await _crew_page(request, site, crew, answers)


handlers = [
    sites,
    site_page,
    new_site_form,
    found_site,
    site_form,
    change_site,
    new_crew_form,
    crew_page,
    add_crew,
    change_crew,
    *worker_handlers,
    *trade_handlers,
    *task_handlers,
    *calendar_handlers,
]
