"""Bringing in a list of workers: choose a file, look at every row, then all of it or nothing."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, FromQuery

from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.people.rules import Right
from daywork.register import import_queries, importing, words
from daywork.register.judging import Outcome
from daywork.register.lists import LARGEST_FILE, LIST_MISSING, LIST_TOO_LARGE, MOST_ROWS, Column
from daywork.sites.queries import crews_of
from daywork.sites.service import site_for
from daywork.sites.site import Site
from daywork.summary.pages import XLSX
from daywork.web.downloads import attachment
from daywork.web.forms import Answers
from daywork.web.language import gettext as _
from daywork.web.pages import go, page
from daywork.web.problems import told
from daywork.web.request import Request

ROWS_AT_ONCE = 100
ROOM = LARGEST_FILE + 64 * 1024
"""Bytes of a request that carries a file as large as we read."""


def _today(site: Site) -> Any:
    return day_at(datetime.now(UTC), site.time_zone)


async def _start(
    request: Request, site: UUID, problem: Problem | None = None, answers: Answers | None = None
) -> Response[str]:
    actor = request.user
    async with company_transaction(actor.organisation, snapshot=True):
        found = await site_for(actor, site, Right.MANAGE_SITE)
        crews = await crews_of(actor.organisation, site)
        earlier = await import_queries.lists_of(actor.organisation, site)
    return page(
        request,
        "register/import.html",
        status=problem.kind.status if problem else 422 if answers else 200,
        site=found,
        crews=[(crew.id, crew.name) for crew in crews if crew.active],
        earlier=earlier,
        today=_today(found),
        typed=answers.typed if answers else {},
        faults=answers.faults if answers else {},
        rows=MOST_ROWS,
        megabytes=LARGEST_FILE // 1024 // 1024,
        problem=told(problem) if problem else None,
    )


@get("/labour/register/{site:uuid}/import")
async def choose(request: Request, site: FromPath[UUID]) -> Response[str]:
    """Choose a file; what was brought in before."""
    return await _start(request, site)


@post("/labour/register/{site:uuid}/import", request_max_body_size=ROOM)
async def bring(request: Request, site: FromPath[UUID]) -> Response[Any]:
    """Read the file; nothing is written into the register yet."""
    actor = request.user
    form: Any = await request.form()
    file = form.get("file")
    answers = Answers(form)
    try:
        if not isinstance(file, UploadFile) or not file.filename:
            raise LIST_MISSING()
        data = await file.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise LIST_TOO_LARGE(rows=MOST_ROWS, megabytes=LARGEST_FILE // 1024 // 1024)
        async with company_transaction(actor.organisation):
            found = await site_for(actor, site, Right.MANAGE_SITE)
            crews = await crews_of(actor.organisation, site)
            crew = answers.named("crew", [one.id for one in crews if one.active])
            joined_on = answers.day("joined_on") or _today(found)
            if not answers.faults:
                brought = await importing.bring(
                    actor,
                    found,
                    request.app.state.register_keys,
                    file.filename,
                    data,
                    crew=crew,
                    joined_on=joined_on,
                )
    except Problem as problem:
        if problem.kind in (NOT_FOUND, NOT_ALLOWED):
            raise
        return await _start(request, site, problem)
    finally:
        if isinstance(file, UploadFile):
            await file.close()
    if answers.faults:
        return await _start(request, site, answers=answers)
    return go(request, f"/labour/register/{site}/import/{brought}")


async def _preview(
    request: Request,
    site: UUID,
    brought: UUID,
    show: str | None = None,
    from_row: int = 0,
    problem: Problem | None = None,
) -> Response[Any]:
    actor = request.user
    async with company_transaction(actor.organisation):
        found = await site_for(actor, site, Right.MANAGE_SITE)
        known = await import_queries.list_by_id(actor.organisation, site, brought)
        if known is not None and known.imported_at is not None:
            return page(request, "register/imported.html", site=found, brought=known)
        seen = await importing.look_at(
            actor,
            found,
            request.app.state.register_keys,
            brought,
            words.papers_named(),
            _today(found),
        )
    counts = {outcome: seen.count(outcome) for outcome in Outcome}
    first = next((one for one in words.outcomes() if counts[one]), Outcome.NEW)
    view = Outcome(show) if show in set(Outcome) else first
    rows = [row for row in seen.rows if row.outcome is view]
    start = max(0, min(from_row, len(rows) - 1))
    return page(
        request,
        "register/preview.html",
        status=problem.kind.status if problem else 200,
        site=found,
        seen=seen,
        counts=counts,
        show=view,
        rows=rows[start : start + ROWS_AT_ONCE],
        start=start,
        more=start + ROWS_AT_ONCE if len(rows) > start + ROWS_AT_ONCE else None,
        before=max(start - ROWS_AT_ONCE, 0) if start else None,
        words=words,
        columns=words.columns(),
        problem=told(problem) if problem else None,
    )


@get("/labour/register/{site:uuid}/import/{brought:uuid}")
async def preview(
    request: Request,
    site: FromPath[UUID],
    brought: FromPath[UUID],
    show: FromQuery[str | None] = None,
    row: FromQuery[int] = 0,
) -> Response[Any]:
    """Every row, and what it comes to."""
    try:
        return await _preview(request, site, brought, show, row)
    except Problem as problem:
        if problem.kind != importing.LIST_GONE:
            raise
        return await _start(request, site, problem)


@post("/labour/register/{site:uuid}/import/{brought:uuid}")
async def bring_in(
    request: Request, site: FromPath[UUID], brought: FromPath[UUID]
) -> Response[Any]:
    """All of it, or nothing."""
    actor = request.user
    try:
        async with company_transaction(actor.organisation):
            found = await site_for(actor, site, Right.MANAGE_SITE)
            await importing.bring_in(
                actor,
                found,
                request.app.state.register_keys,
                brought,
                words.papers_named(),
                _today(found),
            )
    except Problem as problem:
        if problem.kind == importing.LIST_HAS_FAULTS:
            return await _preview(request, site, brought, Outcome.FAULT, problem=problem)
        if problem.kind == importing.LIST_GONE:
            return await _start(request, site, problem)
        raise
    return go(request, f"/labour/register/{site}/import/{brought}")


@get("/labour/register/template.xlsx")
async def template(request: Request) -> Response[bytes]:
    """An empty list with the headings; its columns are text, so that no number is spoilt."""
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    text = book.add_format({"num_format": "@"})
    head = book.add_format({"bold": True, "bottom": 2, "bg_color": "#ECEFF2", "num_format": "@"})
    sheet: Any = book.add_worksheet(_("Workers"))
    for place, (column, title) in enumerate(words.columns().items()):
        wide = column in (Column.IDENTITY, Column.BANK, Column.ADDRESS)
        sheet.set_column(place, place, 24 if wide else 14, text)
        sheet.write_string(0, place, title, head)
    sheet.freeze_panes(1, 1)
    about: Any = book.add_worksheet(_("About"))
    about.set_column(0, 0, 90)
    for line, said in enumerate(
        (
            _("One row a worker. Only the full name is needed; an empty cell changes nothing."),
            _("Days as 2026-03-05. Identity and bank numbers as text, not as numbers."),
            _("Without a crew the one you choose when you bring the list is taken."),
            _("A list can be brought again: who is known already is not entered twice."),
        )
    ):
        about.write_string(line, 0, said, text)
    book.close()
    return Response(
        target.getvalue(), media_type=XLSX, headers=attachment(f"{_('List of workers')}.xlsx")
    )


handlers = [template, choose, bring, preview, bring_in]
