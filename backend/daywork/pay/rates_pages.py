"""Pages of rates: a site's with their history, what a month lacks, and how overtime is paid."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from daywork.ground.calendar import day_at
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.labour.prices import OvertimeWay
from daywork.pay import rates as service
from daywork.pay import words
from daywork.pay.rules import by_statute
from daywork.people.rules import Right, may
from daywork.sites.overtime_queries import OvertimeAgreed
from daywork.sites.rate_queries import ReachedSite
from daywork.sites.rules import RateScope, Whose
from daywork.sites.worker_pages import read_rate
from daywork.summary.pages import links_of
from daywork.web.forms import Answers
from daywork.web.language import _
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request, named
from daywork.web.stretches import FIRST, Wanted, stretch_of


async def _rates_page(
    request: Request,
    site: UUID | None,
    month: str | None,
    answers: Answers | None = None,
    problem: Problem | None = None,
    *,
    filling: bool = False,
    reached: Sequence[ReachedSite] = (),
    elsewhere: Mapping[UUID, list[str]] | None = None,
    wanted: Wanted = FIRST,
) -> Response[str]:
    found = await service.rates_of_site(request.user, site, month, datetime.now(UTC), wanted)
    view = found.desk.view
    following = view.month.next
    return page(
        request,
        "labour/rates.html",
        status=problem.kind.status if problem else 422 if answers and answers.faults else 200,
        found=found,
        stretch=found.own.at("/labour/rates", site=found.desk.site.id, month=view.month.text),
        missing=stretch_of(found.missing, FIRST),
        choosable=found.workers[: service.MOST_CHOSEN],
        too_many=len(found.workers) > service.MOST_CHOSEN,
        view=view,
        site=found.desk.site,
        link=links_of(view),
        words=words,
        way=_holding(found.overtime, view.today),
        scopes=[(scope, words.scope_words(scope)) for scope in RateScope],
        next_month=following if following.first <= view.today else None,
        typed=answers.typed if answers else {},
        ticked=set(answers.several("worker")) if answers else set(),
        faults=answers.faults if answers else {},
        filling=filling,
        reached=reached,
        elsewhere=elsewhere or {},
        problem=told(problem) if problem else None,
    )


@get("/labour/rates")
async def rates(
    request: Request,
    site: FromQuery[str | None] = None,
    month: FromQuery[str | None] = None,
    find: FromQuery[str] = "",
    skip: FromQuery[int] = 0,
) -> Response[str]:
    """All rates that may count on a site; the month's missing ones first."""
    return await _rates_page(request, named(site), month, wanted=Wanted.read(find, skip))


@post("/labour/rates/agree")
async def agree(
    request: Request,
    site: FromQuery[str],
    month: FromQuery[str | None] = None,
    find: FromQuery[str] = "",
) -> Response[Any]:
    """A new rate of the site, of a crew, a trade or a worker.

    One that counts on other sites too is shown with them first.
    """
    answers = Answers(await request.form())
    where = named(site)
    whose = _whose(answers)
    rate = read_rate(answers)
    if where is None:
        raise NOT_FOUND()
    act, wanted = answers.raw("act"), Wanted.read(find, 0)
    if rate is None or whose is None or act == "change":
        return await _rates_page(request, where, month, answers, wanted=wanted)
    try:
        if act != "agree":
            reached = await service.reach_of(request.user, where, whose, rate["valid_from"])
            if any(one.id != where for one in reached):
                return await _rates_page(
                    request, where, month, answers, reached=reached, wanted=wanted
                )
        await service.agree(request.user, where, whose, **rate)
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _rates_page(request, where, month, answers, problem, wanted=wanted)
    return go(request, _back(where, month), said=_("The rate is agreed."))


def _whose(answers: Answers) -> Whose | None:
    """``crew:0190…`` as the list of the form has it."""
    scope, _colon, text = answers.raw("whose").partition(":")
    try:
        return Whose(RateScope(scope), UUID(text))
    except ValueError:
        answers.fault("whose", _("Please choose one"))
        return None


@post("/labour/rates/fill")
async def fill(request: Request, site: FromQuery[str], month: FromQuery[str]) -> Response[Any]:
    """One rate for several workers, and their waiting lines priced.

    Where it would count on other sites too, that is said first.
    """
    answers = Answers(await request.form())
    where = named(site)
    if where is None:
        raise NOT_FOUND()
    workers = {one for text in answers.several("worker") if (one := named(text))}
    rate = read_rate(answers)
    if rate is None:
        return await _rates_page(request, where, month, answers, filling=True)
    of_crews = answers.raw("scope") == "crew"
    try:
        if not of_crews and answers.raw("act") != "agree":
            day = rate["valid_from"]
            elsewhere = await service.also_elsewhere(request.user, where, workers, day)
            if elsewhere:
                return await _rates_page(
                    request, where, month, answers, filling=True, elsewhere=elsewhere
                )
        await service.fill_in(
            request.user, where, month, workers, datetime.now(UTC), of_crews=of_crews, **rate
        )
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _rates_page(request, where, month, answers, problem, filling=True)
    return go(
        request,
        _back(where, month),
        said=_("The rate is agreed, and what waited for it is priced."),
    )


def _back(site: UUID, month: str | None) -> str:
    return f"/labour/rates?site={site}" + (f"&month={month}" if month else "")


# How a site pays overtime


def _holding(rules: Iterable[OvertimeAgreed], day: date) -> OvertimeAgreed | None:
    """What was agreed last for that day; without anything it is by agreement."""
    return next((rule for rule in rules if rule.valid_from <= day), None)


async def _overtime_page(
    request: Request, site: UUID, answers: Answers | None = None, problem: Problem | None = None
) -> Response[str]:
    found, rules = await service.overtime_of_site(request.user, site)
    today = day_at(datetime.now(UTC), found.time_zone)
    way = _holding(rules, today)
    return page(
        request,
        "sites/overtime.html",
        status=problem.kind.status if problem else 422 if answers else 200,
        site=found,
        rules=rules,
        holding=way.way if way else OvertimeWay.AGREEMENT,
        example=by_statute(found.hours_per_day),
        manages_rates=may(request.user, Right.MANAGE_RATES, site),
        today=today,
        typed=answers.typed if answers else {},
        faults=answers.faults if answers else {},
        problem=told(problem) if problem else None,
    )


@get("/settings/sites/{site:uuid}/overtime")
async def overtime(request: Request, site: FromPath[UUID]) -> Response[str]:
    """By agreement or by statute, since when, and whose word it is."""
    return await _overtime_page(request, site)


@post("/settings/sites/{site:uuid}/overtime")
async def choose_overtime(request: Request, site: FromPath[UUID]) -> Response[Any]:
    """The other way from a day on."""
    answers = Answers(await request.form())
    way = answers.one_of("way", list(OvertimeWay), needed=True)
    valid_from = answers.day("valid_from", needed=True)
    note = answers.text("note")
    if answers.faults or valid_from is None:
        return await _overtime_page(request, site, answers)
    try:
        await service.choose_overtime(request.user, site, way, valid_from, note)
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _overtime_page(request, site, answers, problem)
    return go(request, f"/settings/sites/{site}/overtime", said=_("Saved."))


handlers = [rates, agree, fill, overtime, choose_overtime]
