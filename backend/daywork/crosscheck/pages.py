"""Who has answered, and the links to ask by: for the office, and for a foreman of his own crews."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import segno
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from daywork.crosscheck import link_pages, service, words
from daywork.crosscheck.queries import SiteRule
from daywork.crosscheck.rules import NOBODY_TO_ASK, Standing
from daywork.ground.problems import NOT_FOUND, Problem
from daywork.people.rules import Right, may
from daywork.sign_in.visitor import address_of
from daywork.sites.service import without_site
from daywork.web.forms import Answers, shown_again
from daywork.web.language import gettext
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request, named
from daywork.web.stretches import FIRST, Wanted, stretch_of


def _picture(address: str) -> str:
    made: str = segno.make(address, error="m").svg_data_uri(scale=4, border=2, light="#fff")
    return made


async def _board(
    request: Request,
    site: UUID | None,
    month: str | None,
    crew: UUID | None,
    problem: Problem | None = None,
    wanted: Wanted = FIRST,
    answers: Answers | None = None,
) -> Response[str]:
    actor = request.user
    board = await service.board_of(actor, site, month, crew, datetime.now(UTC))
    if board is None:
        raise without_site(actor)
    here = board.reach.site.id

    def link(path: str, month: str | None = None, **asked: Any) -> str:
        kept_crew = crew if path.startswith("/labour/crosscheck") else None
        asked = {"site": here, "month": month or board.month.text, "crew": kept_crew, **asked}
        kept = "&".join(f"{name}={value}" for name, value in asked.items() if value)
        return f"{path}?{kept}"

    return page(
        request,
        "crosscheck/board.html",
        status=problem.kind.status if problem else 422 if answers else 200,
        board=board,
        stretch=stretch_of(
            board.workers, wanted, lambda one: f"{one.person.name}\n{one.person.number}"
        ).at("/labour/crosscheck", site=here, month=board.month.text, crew=crew),
        view=board,
        link=link,
        words=words,
        standings=list(Standing),
        pay=may(actor, Right.SEE_PAY, here),
        sees_labour=may(actor, Right.SEE_LABOUR, here),
        may_set=may(actor, Right.MANAGE_SITE, here),
        next_month=board.month.next if board.month.next.first <= board.latest.last else None,
        was=shown_again(answers),
        faults=answers.faults if answers else {},
        problem=told(problem) if problem else None,
    )


@get("/labour/crosscheck")
async def board(
    request: Request,
    site: FromQuery[str | None] = None,
    month: FromQuery[str | None] = None,
    crew: FromQuery[str | None] = None,
    find: FromQuery[str] = "",
    skip: FromQuery[int] = 0,
) -> Response[str]:
    """Who has answered for the month, who has not, and what is disputed."""
    wanted = Wanted.read(find, skip)
    return await _board(request, named(site), month, named(crew), wanted=wanted)


@post("/labour/crosscheck/links")
async def ask(request: Request) -> Response[Any]:
    """Make links: the one time their addresses are shown, as a sheet of QR codes to print."""
    answers = Answers(await request.form())
    site, worker, crew = answers.id("site"), answers.id("worker"), answers.id("crew")
    month = answers.raw("month")
    if site is None:
        raise NOT_FOUND()
    try:
        made = await service.ask(
            request.user,
            site,
            month,
            datetime.now(UTC),
            crew=crew,
            workers=[worker] if worker else None,
        )
    except Problem as problem:
        if problem.kind is not NOBODY_TO_ASK:
            raise
        return await _board(request, site, month, crew, problem)
    codes = []
    for one in made.made:
        address = address_of(request, f"/w/{one.token}")
        codes.append((one, address, _picture(address)))
    return page(
        request,
        "crosscheck/links.html",
        headers={"cache-control": "no-store"},
        found=made,
        codes=codes,
        back=f"/labour/crosscheck?site={site}&month={made.month.text}"
        + (f"&crew={crew}" if crew else ""),
    )


@post("/labour/crosscheck/{site:uuid}/{worker:uuid}/take-back")
async def take_back(
    request: Request, site: FromPath[UUID], worker: FromPath[UUID]
) -> Response[Any]:
    """The worker's link opens nothing any more."""
    answers = Answers(await request.form())
    month = answers.raw("month")
    await service.take_back(request.user, site, month, worker, datetime.now(UTC))
    crew = answers.id("crew")
    return go(
        request,
        f"/labour/crosscheck?site={site}&month={month}" + (f"&crew={crew}" if crew else ""),
        said=gettext("The link opens nothing any more."),
    )


@post("/labour/crosscheck/{site:uuid}/rule")
async def agree_on_rule(request: Request, site: FromPath[UUID]) -> Response[Any]:
    """Whether links show pay, and how long they hold."""
    answers = Answers(await request.form())
    days = answers.number("link_days", needed=True, low="1", high="90", places=0)
    if days is None:
        return await _board(request, site, answers.raw("month"), None, answers=answers)
    rule = SiteRule(shows_pay=answers.ticked("shows_pay"), link_days=int(days))
    await service.agree_on_rule(request.user, site, rule, datetime.now(UTC))
    return go(
        request,
        f"/labour/crosscheck?site={site}&month={answers.raw('month')}",
        said=gettext("Saved."),
    )


handlers = [board, ask, take_back, agree_on_rule, *link_pages.handlers]
