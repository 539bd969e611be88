"""The calendar of a site: which days it works, and why it does not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID

from daywork.ground.calendar import days_from
from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_FOUND
from daywork.ground.public_holidays import Holiday
from daywork.ground.queue import enqueue_once
from daywork.ground.terms import DayKind
from daywork.ground.workdays import WorkCalendar, holiday_on, is_workday, kind_of_day
from daywork.people.actor import Actor
from daywork.people.service import record_audit
from daywork.sites import calendar_queries
from daywork.sites.calendar_queries import SiteException
from daywork.sites.site import Site

CHECK_JOB = "daywork_delays"
"""Somebody should look whether a site's tasks are late: its plan, its calendar or its progress
has changed. What is to be done stands in the tables; see the room ``delays``."""


class ExceptionKind(StrEnum):
    """What a site does otherwise than its week and the holidays say."""

    CLOSED = "closed"  # 停工
    WORKED = "worked"  # 加班上工


class ExceptionCause(StrEnum):
    """Why."""

    WEATHER = "weather"  # 天气
    ORDER = "order"  # 政府要求
    HOLIDAY = "holiday"  # 放假
    OTHER = "other"  # 其他


class Weather(StrEnum):
    """Weather that stops work."""

    RAIN = "rain"  # 大雨
    STORM = "storm"  # 台风、雷暴
    WIND = "wind"  # 大风
    SNOW = "snow"  # 雪
    FROST = "frost"  # 低温冰冻
    HEAT = "heat"  # 高温
    DUST = "dust"  # 扬尘、雾霾
    FLOOD = "flood"  # 洪涝


def calendar_from(site: Site, exceptions: Iterable[SiteException]) -> WorkCalendar:
    """The site's week, its country's holidays and these exceptions as one."""
    closed: dict[date, str] = {}
    extra: dict[date, str] = {}
    for one in exceptions:
        days = closed if one.kind == ExceptionKind.CLOSED else extra
        days |= dict.fromkeys(days_from(one.first_day, one.last_day), one.reason)
    return WorkCalendar(site.rest_weekdays, site.country, site.region, closed, extra)


async def calendars_of(organisation: UUID, sites: Sequence[Site]) -> dict[UUID, WorkCalendar]:
    """The calendars of these sites, whole."""
    exceptions = await calendar_queries.exceptions_of(organisation, [site.id for site in sites])
    return {
        site.id: calendar_from(site, (one for one in exceptions if one.site == site.id))
        for site in sites
    }


async def calendar_of(site: Site) -> WorkCalendar:
    """The calendar of one site."""
    return (await calendars_of(site.organisation, [site]))[site.id]


@dataclass(frozen=True, slots=True)
class SiteDay:
    """One day of a site's calendar as its page shows it."""

    day: date
    kind: DayKind
    works: bool
    holiday: Holiday | None
    exceptions: list[SiteException]


def days_of(
    site: Site, exceptions: Sequence[SiteException], first: date, last: date
) -> list[SiteDay]:
    """Every day from ``first`` to ``last``."""
    calendar = calendar_from(site, exceptions)
    return [
        SiteDay(
            day,
            kind_of_day(calendar, day),
            is_workday(calendar, day),
            holiday_on(calendar, day),
            [one for one in exceptions if one.first_day <= day <= one.last_day],
        )
        for day in days_from(first, last)
    ]


async def plan_changed(organisation: UUID, site: UUID) -> None:
    """Have the site's tasks looked through soon after this transaction's commit."""
    await enqueue_once(CHECK_JOB, {"organisation": str(organisation), "site": str(site)})


async def except_days(
    actor: Actor,
    site: Site,
    *,
    kind: ExceptionKind,
    first_day: date,
    last_day: date,
    cause: ExceptionCause,
    weather: Weather | None,
    reason: str,
) -> None:
    """The site is closed these days, or works them though it would not."""
    exception = new_id()
    await calendar_queries.insert_exception(
        site.organisation,
        site.id,
        exception,
        kind=kind,
        first_day=first_day,
        last_day=last_day,
        cause=cause,
        weather=weather,
        reason=reason,
        created_by=actor.member,
    )
    await plan_changed(site.organisation, site.id)
    await record_audit(
        actor.organisation,
        actor.member,
        f"site.{kind}",
        site.id,
        detail={
            "exception": exception,
            "days": [first_day, last_day],
            "cause": cause,
            "weather": weather,
            "reason": reason,
        },
    )


async def take_back(actor: Actor, site: Site, exception: UUID) -> None:
    """These days are as the week and the holidays say again.

    Raises:
        Problem: ``not_found``.
    """
    now = datetime.now(UTC)
    if not await calendar_queries.mark_withdrawn(
        site.organisation, site.id, exception, actor.member, now
    ):
        raise NOT_FOUND()
    await plan_changed(site.organisation, site.id)
    await record_audit(
        actor.organisation,
        actor.member,
        "site.exception_withdrawn",
        site.id,
        detail={"exception": exception},
    )
