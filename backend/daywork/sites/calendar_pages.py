"""Settings: the calendar of a site, a month at a time."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from daywork.ground.calendar import day_at, month_from, month_of
from daywork.ground.database import company_transaction
from daywork.ground.public_holidays import holidays_of
from daywork.people.rules import Right
from daywork.sites import calendar, calendar_queries, service
from daywork.sites.calendar import ExceptionCause, ExceptionKind, Weather
from daywork.web.forms import Answers, shown_again
from daywork.web.language import gettext as _
from daywork.web.pages import go, page
from daywork.web.request import Request

LONGEST = {ExceptionKind.CLOSED: 366, ExceptionKind.WORKED: 31}
"""Days that one exception may span."""


def cause_words() -> dict[str, str]:
    """Why a site departs from its calendar, in the reader's language."""
    return {
        ExceptionCause.WEATHER: _("Weather"),
        ExceptionCause.ORDER: _("By order of the authorities"),
        ExceptionCause.HOLIDAY: _("Holiday"),
        ExceptionCause.OTHER: _("Other"),
    }


def weather_words() -> dict[str, str]:
    """Weather that stops work, in the reader's language."""
    return {
        Weather.RAIN: _("Heavy rain"),
        Weather.STORM: _("Storm or typhoon"),
        Weather.WIND: _("Strong wind"),
        Weather.SNOW: _("Snow"),
        Weather.FROST: _("Frost"),
        Weather.HEAT: _("Heat"),
        Weather.DUST: _("Dust or smog"),
        Weather.FLOOD: _("Flood"),
    }


def _month(text: str, today: date) -> tuple[date, date]:
    try:
        return month_from(text)
    except ValueError:
        return month_of(today)


async def _calendar_page(
    request: Request, site: UUID, month: str, answers: Answers | None = None
) -> Response[str]:
    actor = request.user
    async with company_transaction(actor.organisation, snapshot=True):
        found = await service.site_for(actor, site, Right.MANAGE_SITE)
        today = day_at(datetime.now(UTC), found.time_zone)
        first, last = _month(month, today)
        exceptions = await calendar_queries.exceptions_of(actor.organisation, [site], first, last)
    days = calendar.days_of(found, exceptions, first, last)
    return page(
        request,
        "sites/calendar.html",
        status=422 if answers else 200,
        site=found,
        today=today,
        month=first,
        before=(first - timedelta(days=1)).isoformat()[:7],
        after=(last + timedelta(days=1)).isoformat()[:7],
        days=days,
        workdays=sum(day.works for day in days),
        exceptions=exceptions,
        holidays=holidays_of(found.country, found.region, first.year),
        causes=cause_words(),
        weathers=weather_words(),
        was=shown_again(answers),
        faults=answers.faults if answers else {},
    )


@get("/settings/sites/{site:uuid}/calendar")
async def calendar_page(
    request: Request, site: FromPath[UUID], month: FromQuery[str] = ""
) -> Response[str]:
    """A month: what each day is, and why."""
    return await _calendar_page(request, site, month)


@post("/settings/sites/{site:uuid}/calendar")
async def except_days(request: Request, site: FromPath[UUID]) -> Response[Any]:
    """Close the site for some days, or work days it would not."""
    actor = request.user
    answers = Answers(await request.form())
    kind = answers.one_of("kind", ExceptionKind, needed=True)
    first_day = answers.day("first_day", needed=True)
    last_day = answers.day("last_day") or first_day
    cause = answers.one_of("cause", ExceptionCause, needed=True)
    weather = answers.one_of("weather", Weather, needed=cause == ExceptionCause.WEATHER)
    reason = answers.text("reason", needed=cause == ExceptionCause.OTHER, longest=120)
    if first_day and last_day and last_day < first_day:
        answers.fault("last_day", _("The end lies before the beginning"))
    elif first_day and last_day and kind:
        longest = LONGEST[ExceptionKind(kind)]
        if (last_day - first_day).days >= longest:
            answers.fault("last_day", _("At most %(count)s days at once", count=longest))
    month = first_day.isoformat()[:7] if first_day else ""
    async with company_transaction(actor.organisation):
        found = await service.site_for(actor, site, Right.MANAGE_SITE)
        if not answers.faults and first_day and last_day:
            await calendar.except_days(
                actor,
                found,
                kind=ExceptionKind(kind),
                first_day=first_day,
                last_day=last_day,
                cause=ExceptionCause(cause),
                weather=Weather(weather) if cause == ExceptionCause.WEATHER else None,
                reason=reason,
            )
    if answers.faults:
        return await _calendar_page(request, site, month, answers)
    return go(request, f"/settings/sites/{site}/calendar?month={month}", said=_("Saved."))


@post("/settings/sites/{site:uuid}/calendar/{exception:uuid}/withdraw")
async def take_back(
    request: Request, site: FromPath[UUID], exception: FromPath[UUID], month: FromQuery[str] = ""
) -> Response[Any]:
    """The days are as they were."""
    actor = request.user
    async with company_transaction(actor.organisation):
        found = await service.site_for(actor, site, Right.MANAGE_SITE)
        await calendar.take_back(actor, found, exception)
        today = day_at(datetime.now(UTC), found.time_zone)
    first, _last = _month(month, today)
    return go(request, f"/settings/sites/{site}/calendar?month={first.isoformat()[:7]}")


handlers = [calendar_page, except_days, take_back]
