"""The labour pages: the month, the sheets behind each figure, the workbook and the paper."""

import asyncio
import re
import tempfile
from asyncio import Task, TaskGroup
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator
from contextlib import aclosing
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote_plus, urlencode

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Stream

from daywork.ground.problems import NOT_FOUND
from daywork.ground.terms import EntryState
from daywork.people.actor import Actor
from daywork.summary import service
from daywork.summary.columns import grouping_name, name_of
from daywork.summary.origins import Narrowing
from daywork.summary.paper import MOST_ROWS, pdf_of
from daywork.summary.rules import (
    NONE,
    Figures,
    Grouping,
    Month,
    Row,
    Stretch,
    grouping_named,
)
from daywork.summary.service import View
from daywork.summary.workbook import MonthBook
from daywork.web.downloads import attachment
from daywork.web.figures import day as day_words
from daywork.web.figures import places_of
from daywork.web.language import gettext as _
from daywork.web.language import language
from daywork.web.pages import go, page
from daywork.web.request import Request, named
from daywork.web.stretches import Wanted, stretch_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Link = Callable[..., str]

_PLAIN = re.compile(r"[A-Za-z0-9_.-]+").fullmatch

ROWS_AT_ONCE = 100
"""Rows on one page, and added to it at a time; the workbook holds them all."""


def _quoted(value: object) -> str:
    """As it stands in an address. A page has a thousand of them, nearly all ids and numbers."""
    text = str(value)
    return text if _PLAIN(text) else quote_plus(text)


def links_of(view: View) -> Link:
    """Makes addresses that keep site and month: ``link("/labour", by="crew")``."""

    several = view.site is not None and len(view.choice) > 1
    here = {"site": view.site.id if several and view.site else None, "month": view.month.text}
    always = _words(here)

    def link(path: str, **asked: Any) -> str:
        if "site" in asked or "month" in asked:
            words = _words({**here, **asked})
        else:
            words = always + _words(asked)
        return f"{path}?{'&'.join(words)}" if words else path

    return link


def _words(asked: dict[str, Any]) -> list[str]:
    return [
        f"{name}={_quoted(value)}"
        for name, value in asked.items()
        if value is not None and value != "" and value is not False
    ]


@get("/labour")
async def labour(
    request: Request,
    site: FromQuery[str | None] = None,
    month: FromQuery[str | None] = None,
    by: FromQuery[str | None] = None,
    find: FromQuery[str] = "",
    skip: FromQuery[int] = 0,
) -> Response[str]:
    """A month by worker, crew, trade, task, cost code, site or day: rows that hold ``find``, after
    ``skip`` of them. The next ones are added to the page by htmx, and stand alone without it."""
    wanted = Wanted.read(find, skip)
    summary = await service.month_summary(
        request.user,
        named(site),
        month,
        grouping_named(by),
        datetime.now(UTC),
        english=language() == "en",
        stretch=Stretch(wanted.find, wanted.skip, ROWS_AT_ONCE),
    )
    figures = [summary.total, *(row.figures for row in summary.rows)]
    return page(
        request,
        "labour/summary.html",
        block="rows" if skip and not request.htmx.boosted else "summary",
        summary=summary,
        view=summary.view,
        link=links_of(summary.view),
        groupings=[
            (one, grouping_name(one))
            for one in Grouping
            if one is not Grouping.SITE or summary.view.several or one is summary.by
        ],
        at_once=ROWS_AT_ONCE,
        row_name=row_name,
        asked_of=asked_of,
        man_day_places=places_of(_man_days(figures), 1),
        hour_places=places_of(one.overtime_hours for one in figures),
        next_month=_next(summary.view),
    )


def _man_days(figures: Iterable[Figures]) -> Iterator[Decimal]:
    for one in figures:
        yield one.man_days
        yield one.pending_man_days
        yield one.returned_man_days


def _next(view: View) -> Month | None:
    following = view.month.next
    return following if following.first <= view.today else None


def row_name(row: Row, by: Grouping) -> str:
    """What a row is called on the screen."""
    return day_words(row.day) if row.day else name_of(row, by)


def asked_of(row: Row, by: Grouping) -> dict[str, str]:
    """What the drill-down asks for to get this row's sheets."""
    return {by.value: row.key}


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NOT_FOUND() from None


def _state(text: str | None) -> EntryState | None:
    try:
        return EntryState(text) if text else None
    except ValueError:
        raise NOT_FOUND() from None


@get("/labour/sheets")
async def sheets(
    request: Request,
    site: FromQuery[str | None] = None,
    month: FromQuery[str | None] = None,
    worker: FromQuery[str | None] = None,
    crew: FromQuery[str | None] = None,
    task: FromQuery[str | None] = None,
    trade: FromQuery[str | None] = None,
    cost_code: FromQuery[str | None] = None,
    day: FromQuery[str | None] = None,
    overtime: FromQuery[str | None] = None,
    unpriced: FromQuery[str | None] = None,
    at: FromQuery[str | None] = None,
    number: FromQuery[int] = 1,
) -> Response[str]:
    """The sheets a figure was made of; ``at`` is their state, ``number`` the page."""
    narrowing = Narrowing(
        worker=named(worker),
        crew=named(crew),
        task=None if task == NONE else named(task),
        without_task=task == NONE,
        trade=None if trade == NONE else named(trade),
        without_trade=trade == NONE,
        cost_code="" if cost_code == NONE else cost_code or None,
        day=_day(day),
        state=_state(at),
        overtime=overtime == "1",
        unpriced=unpriced == "1",
    )
    origin = await service.sheets_behind(
        request.user,
        named(site),
        month,
        narrowing,
        min(max(number, 1), 1_000_000),
        datetime.now(UTC),
        english=language() == "en",
    )
    link = links_of(origin.view)
    asked = {
        name: value
        for name, value in request.query_params.items()
        if name
        in ("worker", "crew", "task", "trade", "cost_code", "day", "overtime", "unpriced", "at")
    }
    return page(
        request,
        "labour/sheets.html",
        origin=origin,
        view=origin.view,
        link=link,
        newer=link("/labour/sheets", **asked, number=origin.page - 1) if origin.page > 1 else None,
        older=link("/labour/sheets", **asked, number=origin.page + 1) if origin.more else None,
        narrowed=_narrowed_words(origin),
        item_kinds=item_kinds(),
    )


def item_kinds() -> dict[str, str]:
    """What pay items are called."""
    return {
        "piecework": _("Piecework"),
        "allowance": _("Allowance"),
        "deduction": _("Deduction"),
        "meal": _("Meals"),
        "monthly": _("Monthly pay"),
        "correction": _("Correction"),
    }


def _narrowed_words(origin: service.Origin) -> list[str]:
    to = origin.narrowing
    words = list(origin.names)
    if to.without_task:
        words.append(_("Without a task"))
    if to.without_trade:
        words.append(_("Without a trade"))
    if to.cost_code is not None:
        words.append(to.cost_code or _("Without a cost code"))
    if to.day:
        words.append(day_words(to.day))
    if to.unpriced:
        words.append(_("Without a rate"))
    elif to.state:
        words.append(
            {
                EntryState.APPROVED: _("Approved"),
                EntryState.RETURNED: _("Returned"),
                EntryState.SUBMITTED: _("Waiting"),
            }.get(EntryState(to.state), _("Void"))
        )
    if to.overtime:
        words.append(_("With overtime"))
    return words


@get("/labour/advances")
async def advances(
    request: Request,
    site: FromQuery[str | None] = None,
    month: FromQuery[str | None] = None,
    worker: FromQuery[str | None] = None,
    find: FromQuery[str] = "",
    skip: FromQuery[int] = 0,
) -> Response[str]:
    """The advances behind a figure, a hundred at a time."""
    lent = await service.advances_behind(
        request.user, named(site), month, named(worker), datetime.now(UTC)
    )
    view = lent.view
    rows = stretch_of(lent.advances, Wanted.read(find, skip), lambda one: one.worker_name)
    return page(
        request,
        "labour/advances.html",
        lent=lent,
        stretch=rows.at(
            "/labour/advances",
            site=view.site.id if view.site else None,
            month=view.month.text,
            worker=named(worker),
        ),
        view=view,
        link=links_of(view),
    )


@get("/labour/summary.xlsx")
async def workbook(
    request: Request, site: FromQuery[str | None] = None, month: FromQuery[str | None] = None
) -> Stream:
    """The month as Excel, in the person's language. The answer begins at once, so that a browser
    shows the download while the file of a big company is still being made."""
    now, person = datetime.now(UTC), request.user
    view = await service.view_of(person, named(site), month, now)
    parts = service.month_by_parts(person, named(site), month, now, english=language() == "en")
    where = view.site.name if view.site else _("All sites")
    name = f"{_('Labour summary')} {where} {view.month.text}.xlsx"
    return Stream(_book(person, parts, now), media_type=XLSX, headers=attachment(name))


async def _book(
    person: Actor, parts: AsyncGenerator[service.Summary, None], now: datetime
) -> AsyncIterator[bytes]:
    """The workbook, made in a file and sent from it. Rows are read while others are written."""
    with tempfile.TemporaryFile() as file:
        book = MonthBook(file, now, person.name, person.organisation_name)
        async with aclosing(parts), TaskGroup() as group:
            writing: Task[None] | None = None
            async for part in parts:
                if writing is not None:
                    await writing
                view = part.view
                writing = group.create_task(asyncio.to_thread(book.write, part))
        await asyncio.to_thread(book.close)
        await service.note_export(person, view.sites, view.month.text)
        file.seek(0)
        while piece := await asyncio.to_thread(file.read, 1 << 18):
            yield piece


@get("/labour/summary.pdf")
async def paper(
    request: Request,
    site: FromQuery[str | None] = None,
    month: FromQuery[str | None] = None,
    by: FromQuery[str | None] = None,
) -> Response[bytes]:
    """The month in one grouping to print, in the person's language."""
    now = datetime.now(UTC)
    summary = await service.month_summary(
        request.user,
        named(site),
        month,
        grouping_named(by),
        now,
        english=language() == "en",
        stretch=Stretch(limit=MOST_ROWS),
    )
    view = summary.view
    where = view.site.name if view.site else _("All sites")
    name = f"{_('Labour summary')} {where} {view.month.text} {grouping_name(summary.by)}.pdf"
    made = await asyncio.to_thread(
        pdf_of, summary, now, request.user.name, request.user.organisation_name
    )
    await service.note_export(request.user, view.sites, view.month.text)
    return Response(made, media_type="application/pdf", headers=attachment(name))


@post("/labour/rates")
async def price(
    request: Request, site: FromQuery[str | None] = None, month: FromQuery[str | None] = None
) -> Response[Any]:
    """Price the approved lines whose rate came after the approval."""
    await service.price_what_waited(request.user, named(site), month, datetime.now(UTC))
    values = {"site": site, "month": month}
    asked = urlencode({name: value for name, value in values.items() if value})
    return go(request, f"/labour?{asked}" if asked else "/labour")


handlers = [labour, sheets, advances, workbook, paper, price]
