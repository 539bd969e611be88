"""The labour pages: the month, the sheets behind each figure, and the workbook."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromQuery

from daywork.ground.problems import NOT_FOUND
from daywork.ground.terms import EntryState
from daywork.summary import service
from daywork.summary.origins import Narrowing
from daywork.summary.rules import NO_TASK, Grouping, Month, Row
from daywork.summary.service import View
from daywork.summary.workbook import grouping_name, workbook_of
from daywork.web.downloads import attachment
from daywork.web.figures import day as day_words
from daywork.web.figures import places_of
from daywork.web.language import gettext as _
from daywork.web.language import language
from daywork.web.pages import go, page
from daywork.web.request import Request

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Link = Callable[..., str]


def named(text: str | None) -> UUID | None:
    """An id in an address; an empty one is none.

    Raises:
        Problem: ``not_found``.
    """
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise NOT_FOUND() from None


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


def _grouping(text: str | None) -> Grouping:
    try:
        return Grouping(text or Grouping.WORKER)
    except ValueError:
        raise NOT_FOUND() from None


@get("/labour")
async def labour(
    request: Request,
    site: FromQuery[str | None] = None,
    month: FromQuery[str | None] = None,
    by: FromQuery[str | None] = None,
) -> Response[str]:
    """A month by worker, crew, task or day."""
    summary = await service.month_summary(
        request.user,
        named(site),
        month,
        _grouping(by),
        datetime.now(UTC),
        english=language() == "en",
    )
    return page(
        request,
        "labour/summary.html",
        block="summary",
        summary=summary,
        view=summary.view,
        link=links_of(summary.view),
        groupings=[(one, grouping_name(one)) for one in Grouping],
        row_name=row_name,
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
    if by is Grouping.TASK and row.key == NO_TASK:
        return _("Without a task")
    return day_words(row.day) if row.day else row.name


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
        task=None if task == NO_TASK else named(task),
        without_task=task == NO_TASK,
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
        if name in ("worker", "crew", "task", "day", "overtime", "unpriced", "at")
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
    )


def _narrowed_words(origin: service.Origin) -> list[str]:
    to = origin.narrowing
    words = list(origin.names)
    if to.without_task:
        words.append(_("Without a task"))
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
    made = workbook_of(summaries, now, request.user.name, request.user.organisation_name)
    return Response(made, media_type=XLSX, headers=attachment(name))


@post("/labour/rates")
async def price(
    request: Request, site: FromQuery[str | None] = None, month: FromQuery[str | None] = None
) -> Response[Any]:
    """Price the approved lines whose rate came after the approval."""
    await service.price_what_waited(request.user, named(site), month, datetime.now(UTC))
    values = {"site": site, "month": month}
    asked = urlencode({name: value for name, value in values.items() if value})
    return go(request, f"/labour?{asked}" if asked else "/labour")


handlers = [labour, sheets, advances, workbook, price]
