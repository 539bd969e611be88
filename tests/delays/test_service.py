"""Delays on real Postgres: opened once whoever looks, told once a tolerance, closed in time."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from daywork.delays.service import check_due, check_site
from daywork.ground.database import company_transaction, fetch_value
from daywork.people.actor import Actor
from daywork.push.service import inbox
from daywork.push.words import said as worded
from daywork.web.language import speaking
from tests.support.cast import DAY, Cast
from tests.support.database import query, value
from tests.support.phone_words import mutation, report, said, send

MORNING = datetime(2026, 3, 5, 1, tzinfo=UTC)
"""Nine o'clock in Shanghai, Thursday 5 March 2026."""


@pytest.fixture
def planned(cast: Cast) -> Cast:
    """The task was to be finished on 4 March."""
    query(
        cast.url,
        "UPDATE task SET planned_start = '2026-02-24', planned_finish = CASE WHEN id = $1"
        " THEN date '2026-03-04' ELSE '2026-12-04' END, status = 'going'",
        cast.task,
    )
    return cast


def later(days: int) -> datetime:
    return MORNING + timedelta(days=days)


def on_record(cast: Cast) -> list[tuple[Any, ...]]:
    rows = query(
        cast.url,
        "SELECT cause, days, worsened, closed_why FROM delay ORDER BY created_at, cause",
    )
    return [tuple(row) for row in rows]


async def told(actor: Actor, language: str = "en") -> list[tuple[str, str]]:
    messages, _counts, _more = await inbox(actor)
    with speaking(language):
        return [worded(one.notice, one.facts) for one in messages if one.kind == "delay"]


def delay(cast: Cast, days: str = "1", cause: str = "weather", **other: Any) -> dict[str, Any]:
    """A delay as a phone reports it."""
    fields = {"site": cast.site, "work_day": DAY, "task": cast.task, "cause": cause, "days": days}
    top = {name: other.pop(name) for name in ("entity_id", "base_version") if name in other}
    return mutation("delay.report", fields | {"note": ""} | other, **top)


# Detected


async def test_a_late_task_opens_one_delay_and_tells_its_supervisor(
    planned: Cast, stranger: Actor
) -> None:
    await check_site(planned.organisation, planned.site, MORNING)
    assert on_record(planned) == [("late_finish", Decimal(1), 0, None)]
    assert await told(planned.supervisor) == [
        ("Delay: Formwork", "Block A · Not finished as planned · 1 day")
    ]
    nobody = (planned.foreman, planned.office, planned.owner, planned.far_supervisor, stranger)
    for other in nobody:
        assert await told(other) == [], other.name


async def test_two_workers_at_the_same_moment_open_and_tell_it_once(planned: Cast) -> None:
    looks = [check_site(planned.organisation, planned.site, MORNING) for _ in range(4)]
    looks += [check_due(planned.organisation, MORNING) for _ in range(4)]  # type: ignore[misc]
    done = await asyncio.gather(*looks)
    assert len(on_record(planned)) == 1
    assert len(await told(planned.supervisor)) == 1
    # Two sites, each gone through by one of the four.
    assert sum(count for count in done if count) == 2


async def test_it_is_told_again_once_for_each_tolerance(planned: Cast) -> None:
    revisions = []
    for days in range(11):
        await check_site(planned.organisation, planned.site, later(days))
        await check_site(planned.organisation, planned.site, later(days))
        revisions.append(value(planned.url, "SELECT max(revision) FROM message"))
    # One day late on the 5th, then told at four, seven and ten days.
    assert revisions == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4]
    assert on_record(planned) == [("late_finish", Decimal(11), 3, None)]


async def test_it_closes_by_itself_and_its_message_counts_as_read(planned: Cast) -> None:
    await check_site(planned.organisation, planned.site, MORNING)
    await send(planned.foreman, report(planned, "100", status="done"))
    await check_site(planned.organisation, planned.site, MORNING)
    assert on_record(planned) == [("late_finish", Decimal(1), 0, "recovered")]
    assert (
        value(planned.url, "SELECT count(*) FROM message WHERE kind = 'delay' AND read_at IS NULL")
        == 0
    )


async def test_a_task_that_is_late_again_is_a_new_delay(planned: Cast) -> None:
    await check_site(planned.organisation, planned.site, MORNING)
    query(planned.url, "UPDATE task SET planned_finish = '2026-03-06' WHERE id = $1", planned.task)
    await check_site(planned.organisation, planned.site, MORNING)
    await check_site(planned.organisation, planned.site, later(4))
    ends = [row[3] for row in on_record(planned) if row[0] == "late_finish"]
    assert ends == ["plan_changed", None]


async def test_a_closed_site_is_left_alone(planned: Cast) -> None:
    query(planned.url, "UPDATE site SET active = false")
    await check_site(planned.organisation, planned.site, MORNING)
    assert await check_due(planned.organisation, MORNING) == 0
    assert on_record(planned) == []


async def test_a_report_asks_for_a_look_in_its_own_transaction(planned: Cast) -> None:
    def asked() -> int:
        sql = "SELECT count(*) FROM pgqueuer WHERE entrypoint = 'daywork_delays'"
        return int(value(planned.url, sql))

    before = asked()
    assert said(await send(planned.foreman, report(planned, "101"))) == ["percent_range"]
    assert asked() == before
    assert said(await send(planned.foreman, report(planned, "40"))) == ["applied"]
    assert asked() == before + 1


async def test_chosen_people_are_told_too(planned: Cast) -> None:
    for name in ("office", "owner", "far_supervisor"):
        query(
            planned.url,
            "INSERT INTO delay_watcher (organisation, site, member) VALUES ($1, $2, $3)",
            planned.organisation,
            planned.site,
            planned.members[name],
        )
    await check_site(planned.organisation, planned.site, MORNING)
    assert [len(await told(one)) for one in (planned.office, planned.owner)] == [1, 1]
    # Chosen once, but with no part in the site any more: nothing.
    assert await told(planned.far_supervisor) == []


# Once a site and day


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Asia/Shanghai", date(2026, 3, 4)),
        ("America/New_York", date(2026, 3, 6)),  # the clocks go forward on the 8th
        ("America/New_York", date(2026, 10, 30)),  # and back on 1 November
        ("Pacific/Auckland", date(2026, 9, 25)),  # forward on the 27th
        ("Pacific/Auckland", date(2026, 4, 3)),  # back on the 5th
    ],
)
async def test_a_site_is_gone_through_once_each_morning_of_its_own(
    cast: Cast, zone: str, first: date
) -> None:
    query(cast.url, "UPDATE site SET time_zone = $1, active = (id = $2)", zone, cast.site)
    begin = datetime.combine(first, time(0), ZoneInfo(zone)).astimezone(UTC)
    looked = []
    for step in range(4 * 24 * 2):
        now = begin + timedelta(minutes=30 * step)
        if await check_due(cast.organisation, now):
            looked.append(now.astimezone(ZoneInfo(zone)))
    assert [(at.date(), at.time()) for at in looked] == [
        (first + timedelta(days=day), time(6)) for day in range(4)
    ]


async def test_a_worker_that_was_off_at_six_looks_when_it_is_back(cast: Cast) -> None:
    query(cast.url, "UPDATE site SET active = (id = $1)", cast.site)
    evening = datetime(2026, 3, 5, 12, tzinfo=UTC)
    assert await check_due(cast.organisation, evening) == 1
    assert await check_due(cast.organisation, evening + timedelta(hours=1)) == 0


# Reported


async def test_a_reported_delay_is_counted_and_told(cast: Cast, stranger: Actor) -> None:
    assert said(await send(cast.foreman, delay(cast, "2"))) == ["applied"]
    assert on_record(cast) == [("weather", Decimal(2), 0, None)]
    assert await told(cast.supervisor) == [("Delay: Formwork", "Block A · Weather · 2 days")]
    assert await told(cast.supervisor, "zh-CN") == [("延误：Formwork", "Block A · 天气 · 2 天")]
    for other in (cast.foreman, cast.far_supervisor, stranger):
        assert await told(other) == []


async def test_the_same_cause_adds_up_and_another_stands_beside_it(cast: Cast) -> None:
    await send(cast.foreman, delay(cast, "1"), delay(cast, "2", "material"))
    await send(cast.foreman, delay(cast, "0.5"))
    await send(cast.foreman, delay(cast, "2.5"))
    assert sorted(on_record(cast)) == [
        ("material", Decimal(2), 0, None),
        ("weather", Decimal(4), 1, None),
    ]


async def test_the_same_report_sent_twice_counts_once(cast: Cast) -> None:
    one = delay(cast, "2")
    assert said(await send(cast.foreman, one)) == ["applied"]
    assert said(await send(cast.foreman, one)) == ["already_applied"]
    assert on_record(cast) == [("weather", Decimal(2), 0, None)]


async def test_a_voided_report_takes_its_delay_back(cast: Cast) -> None:
    one = delay(cast, "2")
    await send(cast.foreman, one)
    void = mutation(
        "entry.void",
        {"site": cast.site, "reason": "another task"},
        entity_id=one["entity_id"],
        base_version=1,
    )
    assert said(await send(cast.foreman, void)) == ["applied"]
    assert on_record(cast) == [("weather", Decimal(2), 0, "withdrawn")]


async def test_a_corrected_cause_moves_the_days(cast: Cast) -> None:
    one = delay(cast, "2")
    await send(cast.foreman, one)
    again = delay(
        cast, "3", "client", entity_id=one["entity_id"], base_version=1, reason="was the client"
    )
    assert said(await send(cast.foreman, again)) == ["applied"]
    assert sorted(on_record(cast)) == [
        ("client", Decimal(3), 0, None),
        ("weather", Decimal(2), 0, "withdrawn"),
    ]


async def test_it_closes_when_the_task_goes_on(cast: Cast) -> None:
    query(cast.url, "UPDATE task SET planned_finish = '2026-12-04', status = 'going'")
    await send(cast.foreman, delay(cast, "2"))
    await send(cast.foreman, report(cast, "30", day=DAY))
    await check_site(cast.organisation, cast.site, MORNING)
    assert on_record(cast) == [("weather", Decimal(2), 0, None)]
    await send(cast.foreman, report(cast, "40", day=DAY + timedelta(days=1)))
    await check_site(cast.organisation, cast.site, later(2))
    assert on_record(cast) == [("weather", Decimal(2), 0, "recovered")]


@pytest.mark.parametrize(
    ("change", "slug"),
    [
        ({"days": "0"}, "delay_days_range"),
        ({"days": "0.25"}, "delay_days_range"),
        ({"days": "NaN"}, "delay_days_range"),
        ({"cause": "forecast"}, "delay_cause_detected"),
        ({"cause": "laziness"}, "mutation_unreadable"),
        ({"task": "00000000-0000-7000-8000-000000000000"}, "task_unknown"),
    ],
)
async def test_a_delay_that_cannot_be_is_refused(
    cast: Cast, change: dict[str, object], slug: str
) -> None:
    sent = delay(cast)
    sent["payload"] |= change
    assert said(await send(cast.foreman, sent)) == [slug]
    assert on_record(cast) == []


async def test_nobody_reports_on_a_site_that_is_not_theirs(cast: Cast, stranger: Actor) -> None:
    for who in (cast.far_supervisor, stranger):
        assert said(await send(who, delay(cast))) == ["not_your_site"]
    assert on_record(cast) == []


async def test_another_company_sees_no_delay(cast: Cast, stranger: Actor) -> None:
    await send(cast.foreman, delay(cast))
    async with company_transaction(stranger.organisation):
        assert await fetch_value("SELECT count(*) FROM delay") == 0
        assert await fetch_value("SELECT count(*) FROM delay_report") == 0
    async with company_transaction(cast.organisation):
        assert await fetch_value("SELECT count(*) FROM delay") == 1
