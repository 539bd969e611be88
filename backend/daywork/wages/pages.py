"""Wage sheets on the screen: the month's list, a draft with what is missing, a closed version."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from daywork.chain.pages import code_qr
from daywork.chain.wage_contents import WAGES
from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.ground.problems import Problem
from daywork.people.rules import Right, may
from daywork.signatures.words import outcome_words
from daywork.summary.pages import links_of
from daywork.summary.rules import month_named
from daywork.wages import paying, service, signing, signing_queries, words
from daywork.wages.listing import wages_of_month
from daywork.wages.paying import due_on
from daywork.wages.payout_form import Payout, is_told_on_the_page, methods
from daywork.wages.printing import code_about, latest_by_worker
from daywork.wages.rules import (
    FIGURES_MOVED,
    NOT_READY,
    NOTHING_NEW,
    OTHER_CUT,
    REASON_MISSING,
    WARNINGS_UNSEEN,
    Line,
)
from daywork.web.forms import Answers, shown_again
from daywork.web.language import gettext
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request, named
from daywork.web.stretches import FIRST, Wanted, stretch_of

TOLD_AGAIN: Final = (NOT_READY, WARNINGS_UNSEEN, FIGURES_MOVED, REASON_MISSING, NOTHING_NEW)


async def _list(
    request: Request, site: UUID | None, month: str | None, problem: Problem | None = None
) -> Response[str]:
    async with company_transaction(request.user.organisation):
        listing = await wages_of_month(request.user, site, month, datetime.now(UTC))
    view = listing.view
    following = view.month.next
    return page(
        request,
        "wages/list.html",
        status=problem.kind.status if problem else 200,
        listing=listing,
        view=view,
        link=links_of(view),
        next_month=following if following.first <= view.today else None,
        problem=told(problem) if problem else None,
    )


@get("/labour/wages")
async def wages(
    request: Request,
    site: FromQuery[str | None] = None,
    month: FromQuery[str | None] = None,
) -> Response[str]:
    """The wage sheets of a month, with how far each has come."""
    return await _list(request, named(site), month)


@post("/labour/wages")
async def begin(request: Request) -> Response[Any]:
    """Begin a draft of a crew's month, or of the whole site's."""
    answers = Answers(await request.form())
    now = datetime.now(UTC)
    month = month_named(answers.text("month"), now.date())
    site = named(answers.text("site"))
    if site is None:
        return await _list(request, None, month.text)
    try:
        async with company_transaction(request.user.organisation):
            draft = await service.begin(request.user, site, named(answers.text("crew")), month, now)
    except Problem as problem:
        if problem.kind is not OTHER_CUT:
            raise
        return await _list(request, site, month.text, problem)
    return go(request, f"/labour/wages/drafts/{draft}")


def _who(line: Line) -> str:
    """What a line is found by."""
    return f"{line.person.name}\n{line.person.number}"


async def _draft_page(
    request: Request,
    draft: UUID,
    answers: Answers | None = None,
    problem: Problem | None = None,
    wanted: Wanted = FIRST,
) -> Response[str]:
    async with company_transaction(request.user.organisation):
        sheet = await service.draft_sheet(request.user, draft, datetime.now(UTC))
    return page(
        request,
        "wages/draft.html",
        status=problem.kind.status if problem else 422 if answers else 200,
        sheet=sheet,
        stretch=stretch_of(sheet.lines, wanted, _who).at(f"/labour/wages/drafts/{draft}"),
        columns=words.columns_for(sheet.total, sheet.lines),
        words=words,
        may_close=may(request.user, Right.CLOSE_MONTH, sheet.site.id),
        was=shown_again(answers),
        faults=answers.faults if answers else {},
        problem=told(problem) if problem else None,
        back=f"/labour/wages?site={sheet.site.id}&month={sheet.month.text}",
    )


@get("/labour/wages/drafts/{draft:uuid}")
async def draft_page(
    request: Request,
    draft: FromPath[UUID],
    find: FromQuery[str] = "",
    skip: FromQuery[int] = 0,
) -> Response[str]:
    """A draft: the figures of now, and what is missing before it can be closed."""
    return await _draft_page(request, draft, wanted=Wanted.read(find, skip))


@post("/labour/wages/drafts/{draft:uuid}/close")
async def close(request: Request, draft: FromPath[UUID]) -> Response[Any]:
    """Freeze a version."""
    answers = Answers(await request.form())
    pay_day = answers.day("pay_day")
    if answers.faults:
        return await _draft_page(request, draft, answers)
    try:
        async with company_transaction(request.user.organisation):
            sheet = await service.close_sheet(
                request.user,
                draft,
                shown=answers.text("shown"),
                seen=answers.ticked("seen"),
                reason=answers.text("reason")[:300],
                pay_day=pay_day,
                at=datetime.now(UTC),
            )
    except Problem as problem:
        if problem.kind not in TOLD_AGAIN:
            raise
        return await _draft_page(request, draft, answers, problem)
    return go(
        request,
        f"/labour/wages/{sheet}",
        said=gettext("The wage sheet is closed: it can be signed and paid now."),
    )


@post("/labour/wages/drafts/{draft:uuid}/give-up")
async def give_up(request: Request, draft: FromPath[UUID]) -> Response[Any]:
    """Take a draft away."""
    async with company_transaction(request.user.organisation):
        gone = await service.give_up(request.user, draft)
    return go(
        request,
        f"/labour/wages?site={gone.site}&month={gone.month:%Y-%m}",
        said=gettext("The draft is given up."),
    )


async def sheet_page(
    request: Request,
    sheet: UUID,
    problem: Problem | None = None,
    answers: Answers | None = None,
    wanted: Wanted = FIRST,
) -> Response[str]:
    """A closed version; also where a failed export or payment is told, with what was typed."""
    actor = request.user
    async with company_transaction(actor.organisation):
        found = await service.closed_sheet(actor, sheet)
        due = await due_on(found)
        signatures = await signing_queries.signatures_of(actor.organisation, ("sheet", sheet))
        papers = await signing_queries.papers_of(actor.organisation, ("sheet", sheet))
        code = await code_about(actor.organisation, WAGES, sheet)
    by_worker = latest_by_worker(signatures)
    signed = {worker for worker, one in by_worker.items() if one.counts}
    site, version = found.site, found.version
    unsigned = [line for line in found.lines if line.worker not in signed]
    return page(
        request,
        "wages/sheet.html",
        status=problem.kind.status if problem else 422 if answers else 200,
        found=found,
        version=version,
        site=site,
        columns=words.columns_for(found.total, found.lines),
        words=words,
        by_worker=by_worker,
        outcome_words=outcome_words,
        signed=signed,
        stretch=stretch_of(found.lines, wanted, _who).at(f"/labour/wages/{sheet}"),
        unsigned=stretch_of(unsigned, Wanted(wanted.find), _who),
        papers=papers,
        due=due,
        code=code,
        qr=code_qr(request, code),
        may_close=may(actor, Right.CLOSE_MONTH, site.id),
        may_unmask=may(actor, Right.UNMASK, site.id),
        methods=methods(),
        today=day_at(datetime.now(UTC), site.time_zone),
        typed=answers.typed if answers else {},
        faults=answers.faults if answers else {},
        megabytes=signing.LARGEST_PAPER // 1024 // 1024,
        problem=told(problem) if problem else None,
        back=f"/labour/wages?site={site.id}&month={version.month:%Y-%m}",
    )


@get("/labour/wages/{sheet:uuid}")
async def sheet(
    request: Request,
    sheet: FromPath[UUID],
    find: FromQuery[str] = "",
    skip: FromQuery[int] = 0,
) -> Response[str]:
    """A closed version, who has signed, what was paid, what is different now."""
    return await sheet_page(request, sheet, wanted=Wanted.read(find, skip))


@post("/labour/wages/{sheet:uuid}/again")
async def again(request: Request, sheet: FromPath[UUID]) -> Response[Any]:
    """Begin the next version."""
    actor = request.user
    now = datetime.now(UTC)
    async with company_transaction(actor.organisation):
        version, _site = await service.version_for(actor, sheet, Right.CLOSE_MONTH)
        month = month_named(f"{version.month:%Y-%m}", now.date())
        draft = await service.begin(actor, version.site, version.crew, month, now)
    return go(request, f"/labour/wages/drafts/{draft}")


@post("/labour/wages/{sheet:uuid}/paid")
async def paid(request: Request, sheet: FromPath[UUID]) -> Response[Any]:
    """Book what is still due, of all workers at once; a second click books nothing."""
    now = datetime.now(UTC)
    answers = Answers(await request.form())
    payout = Payout.of(answers)
    if payout is None:
        return await sheet_page(request, sheet, None, answers)
    try:
        async with company_transaction(request.user.organisation):
            await paying.mark_paid(
                request.user,
                sheet,
                paid_on=payout.paid_on,
                method=payout.method,
                reference=payout.reference,
                at=now,
            )
    except Problem as problem:
        if not is_told_on_the_page(problem):
            raise
        return await sheet_page(request, sheet, problem, answers)
    return go(request, f"/labour/wages/{sheet}#paid")


handlers = [wages, begin, draft_page, close, give_up, sheet, again, paid]
