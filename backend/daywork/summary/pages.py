"""The labour pages: the month, the sheets behind each figure, the workbook and the paper."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromQuery

from daywork.ground.problems import NOT_FOUND
from daywork.ground.terms import EntryState
from daywork.summary import service
from daywork.summary.origins import Narrowing
from daywork.summary.paper import pdf_of
from daywork.summary.rules import NONE, Grouping, Month, Row, grouping_named
from daywork.summary.service import View
from daywork.summary.workbook import grouping_name, name_of, workbook_of
from daywork.web.downloads import attachment
from daywork.web.figures import day as day_words
from daywork.web.figures import places_of
from daywork.web.language import gettext as _
from daywork.web.language import language
from daywork.web.pages import go, page
from daywork.web.request import Request, named

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Link = Callable[..., str]

ROWS_AT_ONCE = 500
"""Rows on one page; the workbook holds them all."""


def links_of(view: View) -> Link:
    """Makes addresses that keep site and month: ``link("/labour", by="crew")``."""

    def link(path: str, **asked: Any) -> str:
        values = {
            "site": view.site.id if view.site and len(view.choice) > 1 else None,
            "month": view.month.text,
            **asked,
        }
        kept = {name: value for name, value in values.items() if value not in (None, "", False)}
        return f"{path}?{urlencode(kept)}" if kept else path

    return link


@get("/labour")
async def labour(
    request: Request,
    site: FromQuery[str | None] = None,
    month: FromQuery[str | None] = None,
    by: FromQuery[str | None] = None,
) -> Response[str]:
    """A month by worker, crew, trade, task, cost code, site or day."""
    summary = await service.month_summary(
        request.user,
        named(site),
        month,
        grouping_named(by),
        datetime.now(UTC),
        english=language() == "en",
    )
    shown = summary.rows[:ROWS_AT_ONCE]
    return page(
        request,
        "labour/summary.html",
        block="summary",
        summary=summary,
        view=summary.view,
        link=links_of(summary.view),
        groupings=[
            (one, grouping_name(one))
            for one in Grouping
            if one is not Grouping.SITE or summary.view.several or one is summary.by
        ],
        shown=shown,
        row_name=row_name,
        asked_of=asked_of,
        man_day_places=places_of(_man_days(summary.rows), 1),
        hour_places=places_of(row.figures.overtime_hours for row in summary.rows),
        next_month=_next(summary.view),
    )


def _man_days(rows: Iterable[Row]) -> Iterator[Decimal]:
    for row in rows:
        yield row.figures.man_days
        yield row.figures.pending_man_days
        yield row.figures.returned_man_days


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
) -> Response[str]:
    """The advances behind a figure."""
    lent = await service.advances_behind(
        request.user, named(site), month, named(worker), datetime.now(UTC)
    )
    return page(
        request, "labour/advances.html", lent=lent, view=lent.view, link=links_of(lent.view)
    )


@get("/labour/summary.xlsx")
async def workbook(
    request: Request, site: FromQuery[str | None] = None, month: FromQuery[str | None] = None
) -> Response[bytes]:
    """The month as Excel, in the person's language."""
    now = datetime.now(UTC)
    summaries = await service.month_in_every_grouping(
        request.user, named(site), month, now, english=language() == "en"
    )
    view = summaries[Grouping.WORKER].view
    where = view.site.name if view.site else _("All sites")
    name = f"{_('Labour summary')} {where} {view.month.text}.xlsx"
    made = await asyncio.to_thread(
        workbook_of, summaries, now, request.user.name, request.user.organisation_name
    )
    await service.note_export(request.user, view.sites, view.month.text)
    return Response(made, media_type=XLSX, headers=attachment(name))


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
        request.user, named(site), month, grouping_named(by), now, english=language() == "en"
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
