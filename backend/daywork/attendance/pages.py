"""The attendance grid on a page, as Excel and as a PDF; every day of it opens its sheets."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from litestar import Response, get
from litestar.params import FromQuery

from daywork.attendance import words
from daywork.attendance.paper import pdf_of
from daywork.attendance.service import Attendance, attendance_of
from daywork.attendance.workbook import workbook_of
from daywork.ground.problems import NOT_FOUND
from daywork.summary.pages import XLSX, links_of
from daywork.web.downloads import attachment
from daywork.web.language import gettext as _
from daywork.web.language import language
from daywork.web.pages import page
from daywork.web.request import Request, named

ROWS_AT_ONCE = 150
"""Workers on one page; a bigger site shows its first crew until another one is chosen."""


@get("/labour/attendance")
async def attendance(
    request: Request,
    site: FromQuery[str | None] = None,
    month: FromQuery[str | None] = None,
    crew: FromQuery[str | None] = None,
) -> Response[str]:
    """A site's month, crew by crew, workers by days."""
    found = await attendance_of(
        request.user,
        named(site),
        month,
        named(crew),
        datetime.now(UTC),
        english=language() == "en",
        at_once=ROWS_AT_ONCE,
    )
    view = found.view
    link = links_of(view)
    following = view.month.next

    def same_crew(path: str, **asked: Any) -> str:
        return link(path, crew=found.crew, **asked)

    return page(
        request,
        "labour/attendance.html",
        found=found,
        view=view,
        link=link,
        same_crew=same_crew,
        too_many=found.too_many,
        words=words,
        next_month=following if following.first <= view.today else None,
    )


async def _file(
    request: Request,
    found: Attendance,
    make: Callable[[Attendance, datetime, str, str], bytes],
    kind: str,
    media_type: str,
) -> Response[bytes]:
    """A file of the crews in view, made beside the loop: fonts and big sites take a while."""
    if found.site is None or not found.crews:
        raise NOT_FOUND()
    user = request.user
    made = await asyncio.to_thread(
        make, found, datetime.now(UTC), user.name, user.organisation_name
    )
    where = " ".join(name for name in (found.site.name, found.crew_name) if name)
    name = f"{_('Attendance')} {where} {found.view.month.text}.{kind}"
    return Response(made, media_type=media_type, headers=attachment(name))


@get("/labour/attendance.xlsx")
async def workbook(
    request: Request,
    site: FromQuery[str | None] = None,
    month: FromQuery[str | None] = None,
    crew: FromQuery[str | None] = None,
) -> Response[bytes]:
    """The grid as Excel, in the person's language."""
    found = await attendance_of(
        request.user, named(site), month, named(crew), datetime.now(UTC), english=language() == "en"
    )
    return await _file(request, found, workbook_of, "xlsx", XLSX)


@get("/labour/attendance.pdf")
async def paper(
    request: Request,
    site: FromQuery[str | None] = None,
    month: FromQuery[str | None] = None,
    crew: FromQuery[str | None] = None,
) -> Response[bytes]:
    """The grid to print and sign, in the person's language."""
    found = await attendance_of(
        request.user, named(site), month, named(crew), datetime.now(UTC), english=language() == "en"
    )
    return await _file(request, found, pdf_of, "pdf", "application/pdf")


handlers = [attendance, workbook, paper]
