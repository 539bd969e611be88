"""Doubts that other rows make: months of overtime, prices that moved, photos from elsewhere."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from daywork.approvals.doubts import Doubt, DoubtKind
from daywork.approvals.service import approve
from daywork.approvals.words import doubt_words
from daywork.ground.database import company_transaction
from daywork.people.actor import Actor
from daywork.people.rules import Right
from daywork.sites.rules import metres_between
from daywork.sites.service import site_for
from daywork.web.language import speaking
from tests.support.cast import DAY, Cast
from tests.support.database import query
from tests.support.phone_words import line, mutation, said, send, sheet
from tests.support.queues import checked


async def sent(cast: Cast, *mutations: dict[str, Any], by: Actor | None = None) -> list[UUID]:
    assert set(said(await send(by or cast.foreman, *mutations))) == {"applied"}
    query(cast.url, "UPDATE entry SET clock_doubtful = false, received_at = work_day")
    query(cast.url, "UPDATE entry_version SET received_at = '2026-03-05 10:00+00'")
    return [one["entity_id"] for one in mutations]


async def doubts_of(cast: Cast, entry: UUID) -> dict[DoubtKind, Doubt]:
    async with company_transaction(cast.organisation):
        site = await site_for(cast.supervisor, cast.site, Right.SEE_LABOUR)
        waiting = await checked(cast.supervisor, site)
    cards = {card.record.id: card for card in [*waiting.doubtful, *waiting.clean]}
    return {doubt.kind: doubt for doubt in cards[entry].doubts}


async def test_overtime_adds_up_over_the_month_and_no_further(cast: Cast) -> None:
    worker = cast.workers[0]
    february = sheet(cast, line(worker, overtime_hours="15"), day=date(2026, 2, 28))
    days = [
        sheet(cast, line(worker, overtime_hours="9.5"), day=date(2026, 3, day))
        for day in (1, 2, 3, 4)
    ]
    first, *_others, last = await sent(cast, february, *days)
    february_entry, last_entry = first, last
    assert DoubtKind.OVERTIME_MONTH not in await doubts_of(cast, february_entry)
    assert DoubtKind.OVERTIME_MONTH not in await doubts_of(cast, days[2]["entity_id"])
    found = await doubts_of(cast, last_entry)
    assert found[DoubtKind.OVERTIME_MONTH].about[0].figure == Decimal(38)
    with speaking("en"):
        told = doubt_words(found[DoubtKind.OVERTIME_MONTH])
    assert told == "Overtime over 36 hours this month: worker 1 38.0"


async def test_a_price_that_differs_from_the_last_approved_day_is_told(cast: Cast) -> None:
    first, second = await sent(
        cast,
        sheet(cast, line(cast.workers[0]), day=DAY - timedelta(days=1)),
        sheet(cast, line(cast.workers[0]), line(cast.workers[1])),
    )
    await approve(cast.supervisor, first, 1)
    assert DoubtKind.RATE_CHANGED not in await doubts_of(cast, second)
    query(
        cast.url,
        "INSERT INTO rate (organisation, id, worker, unit, amount, valid_from)"
        " VALUES ($1, $1, $2, 'man_day', 350, $3)",
        cast.organisation,
        cast.workers[0],
        DAY,
    )
    found = await doubts_of(cast, second)
    assert [about.worker for about in found[DoubtKind.RATE_CHANGED].about] == [cast.workers[0]]
    with speaking("en"):
        assert "350" not in doubt_words(found[DoubtKind.RATE_CHANGED])  # prices are not for all


def merge(cast: Cast, kept: UUID, other: UUID) -> None:
    """Who was entered twice is one person."""
    query(cast.url, "UPDATE worker SET merged_into = $1 WHERE id = $2", kept, other)


async def test_overtime_is_the_person_s_on_whichever_record_it_was_written(cast: Cast) -> None:
    kept, other, third = cast.workers[:3]
    *_others, entry, strange = await sent(
        cast,
        sheet(cast, line(other, overtime_hours="10"), day=date(2026, 3, 1)),
        sheet(cast, line(other, overtime_hours="10"), day=date(2026, 3, 2)),
        sheet(cast, line(kept, overtime_hours="10"), day=date(2026, 3, 3)),
        sheet(cast, line(other, overtime_hours="7"), day=date(2026, 3, 4)),
        sheet(cast, line(third, overtime_hours="7"), day=date(2026, 3, 9)),
    )
    assert DoubtKind.OVERTIME_MONTH not in await doubts_of(cast, entry)
    merge(cast, kept, other)
    found = await doubts_of(cast, entry)
    assert found[DoubtKind.OVERTIME_MONTH].about[0].figure == Decimal(37)
    assert DoubtKind.OVERTIME_MONTH not in await doubts_of(cast, strange)


async def test_a_price_is_compared_with_the_person_s_last_day(cast: Cast) -> None:
    kept, other = cast.workers[:2]
    first, second = await sent(
        cast,
        sheet(cast, line(other), day=DAY - timedelta(days=1)),
        sheet(cast, line(kept)),
    )
    await approve(cast.supervisor, first, 1)
    query(
        cast.url,
        "INSERT INTO rate (organisation, id, worker, unit, amount, valid_from)"
        " VALUES ($1, $1, $2, 'man_day', 350, $3)",
        cast.organisation,
        kept,
        DAY,
    )
    assert DoubtKind.RATE_CHANGED not in await doubts_of(cast, second)
    merge(cast, kept, other)
    assert [
        one.worker for one in (await doubts_of(cast, second))[DoubtKind.RATE_CHANGED].about
    ] == [kept]


def photo(cast: Cast, of: UUID, latitude: float, accuracy: float | None) -> dict[str, Any]:
    fields = {
        "site": cast.site,
        "work_day": DAY,
        "entry": of,
        "taken_at": "2026-03-05T08:00:00Z",
        "taken_at_source": "exif",
        "latitude": latitude,
        "longitude": 121.0,
        "accuracy_m": accuracy,
        "sha256": "ab" * 32,
        "bytes": 10,
        "width": 8,
        "height": 8,
        "media_type": "image/jpeg",
    }
    return mutation("photo.record", fields)


async def test_a_photo_from_outside_the_radius_is_told_with_its_distance(cast: Cast) -> None:
    query(cast.url, "UPDATE site SET latitude = 31, longitude = 121, radius_m = 500")
    near, far, unsure = await sent(
        cast,
        sheet(cast, line(cast.workers[0])),
        sheet(cast, line(cast.workers[1])),
        sheet(cast, line(cast.workers[2])),
    )
    await sent(
        cast,
        photo(cast, near, 31.004, 5),  # 445 m
        photo(cast, far, 31.01, 5),  # 1112 m
        photo(cast, unsure, 31.005, 100),  # 556 m, give or take 100
    )
    assert DoubtKind.OFF_SITE not in await doubts_of(cast, near)
    assert DoubtKind.OFF_SITE not in await doubts_of(cast, unsure)
    doubt = (await doubts_of(cast, far))[DoubtKind.OFF_SITE]
    assert 1100 < int(str(doubt.figures["metres"])) < 1125


def test_a_degree_of_latitude_is_111_kilometres() -> None:
    assert round(metres_between((31, 121), (32, 121)) / 1000) == 111
    assert metres_between((31, 121), (31, 121)) == 0
