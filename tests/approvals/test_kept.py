"""The kept order of a queue is that of its rows, whatever happened, and stands in nobody's way."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from uuid import UUID

import asyncpg
import pytest

from daywork.approvals import waiting
from daywork.approvals.kept import keep_doubts
from daywork.approvals.kept_queries import companies_with_doubts, unknown_waiting
from daywork.approvals.service import approve
from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.people.actor import Actor
from daywork.people.rules import Right
from daywork.sites.service import site_for
from tests.approvals.test_doubts_found import photo
from tests.support.cast import DAY, Cast
from tests.support.database import query, value
from tests.support.lives import Life
from tests.support.months import work_on
from tests.support.phone_words import line, mutation, report, said, send, sheet
from tests.support.queues import Queue, checked


async def queue(cast: Cast) -> Queue:
    """The queue of the first site by its rows, the pages held to it."""
    async with company_transaction(cast.organisation, snapshot=True):
        site = await site_for(cast.owner, cast.site, Right.SEE_LABOUR)
        return await checked(cast.owner, site)


async def unknown(cast: Cast) -> int:
    """How many waiting records somebody has to look at anew."""
    async with company_transaction(cast.organisation, snapshot=True):
        return len(await unknown_waiting(cast.organisation, kept_only=True))


async def kept(cast: Cast) -> Queue:
    """The queue after it was kept."""
    await keep_doubts(cast.organisation)
    assert await unknown(cast) == 0
    return await queue(cast)


def in_time(cast: Cast) -> None:
    """As if all had come in on their work day."""
    query(
        cast.url,
        "UPDATE entry_version v SET received_at = e.work_day + time '10:00' FROM entry e"
        " WHERE e.id = v.entry",
    )


async def sent(cast: Cast, amount: str = "1", worker: int = 0, day: date = DAY) -> UUID:
    """A sheet with nothing unusual about it, unless the amount is."""
    one = sheet(cast, line(cast.workers[worker], amount), day=day)
    assert said(await send(cast.owner, one)) == ["applied"]
    in_time(cast)
    query(cast.url, "UPDATE entry SET clock_doubtful = false WHERE clock_doubtful")
    entry: UUID = one["entity_id"]
    return entry


class Busy(Life):
    """Whatever a doubt may hang on happens too."""

    async def reports(self) -> None:
        """Progress that may go down, and days lost that somebody may have reported already."""
        percent = str(self.rolls.randint(0, 100))
        lost = {"site": self.cast.site, "work_day": self.day(), "task": self.cast.task}
        lost |= {"days": "1", "cause": "weather", "note": ""}
        for one in (report(self.cast, percent, self.day()), mutation("delay.report", lost)):
            assert said(await send(self.cast.owner, one)) == ["applied"]

    async def decide_on_a_report(self) -> None:
        """Returned or approved by hand, as raw SQL."""
        rows = query(self.cast.url, "SELECT id FROM entry WHERE kind <> 'labour.sheet'")
        if rows:
            state = self.rolls.choice(("approved", "returned", "submitted"))
            one = self.rolls.choice(rows)["id"]
            query(self.cast.url, "UPDATE entry SET state = $2 WHERE id = $1", one, state)

    async def prices_move(self) -> None:
        """A rate of a worker from a day on."""
        query(
            self.cast.url,
            "INSERT INTO rate (organisation, id, worker, unit, amount, valid_from)"
            " VALUES ($1, $2, $3, 'man_day', $4, $5)",
            self.cast.organisation,
            new_id(),
            self.rolls.choice(self.cast.workers[:3]),
            Decimal(self.rolls.randint(200, 500)),
            self.day(),
        )

    async def somebody_leaves(self) -> None:
        """Or stays after all."""
        left = self.day() if self.rolls.random() < 0.7 else None
        worker = self.rolls.choice(self.cast.workers[:3])
        query(self.cast.url, "UPDATE roster SET left_on = $2 WHERE worker = $1", worker, left)

    async def site_asks_for_photos(self) -> None:
        """Or for none."""
        query(self.cast.url, "UPDATE site SET photo_required = NOT photo_required")

    async def two_are_one(self) -> None:
        """Two records of one worker are merged, or parted again."""
        one, other = self.cast.workers[:2]
        query(
            self.cast.url,
            "UPDATE worker SET merged_into = CASE WHEN merged_into IS NULL THEN $2::uuid END"
            " WHERE id = $1",
            one,
            other,
        )

    async def clock(self) -> None:
        """Somebody's phone tells a doubtful time."""
        if one := self._any("submitted"):
            query(
                self.cast.url,
                "UPDATE entry SET clock_doubtful = NOT clock_doubtful WHERE id = $1",
                one[0],
            )


@pytest.mark.timeout(180)
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whatever_happens_the_pages_show_the_queue_of_the_rows(cast: Cast, seed: int) -> None:
    work_on(cast, cast.far_site, cast.far_crew, cast.workers[:3])
    life = Busy(cast, random.Random(seed))
    steps: list[Callable[[], Awaitable[None]]] = [
        *[life.record] * 4,
        *[life.keep_up] * 4,
        *[life.reports] * 2,
        life.approve,
        life.send_back,
        life.reopen,
        life.correct,
        life.void,
        life.decide_on_a_report,
        life.prices_move,
        life.somebody_leaves,
        life.site_asks_for_photos,
        life.two_are_one,
        life.clock,
    ]
    for _ in range(50):
        await life.rolls.choice(steps)()
        in_time(cast)
        await queue(cast)
    await kept(cast)


async def test_kept_ranks_are_used_until_something_moves(cast: Cast) -> None:
    first = await sent(cast, day=date(2026, 3, 2))
    other = await sent(cast, worker=1)
    before = await kept(cast)
    assert before.ids == [first, other]
    again = await sent(cast, "0.5", worker=0, day=date(2026, 3, 3))
    async with company_transaction(cast.organisation):
        looked = set(await unknown_waiting(cast.organisation, cast.site))
    assert again in looked
    assert first not in looked  # what came later touches nothing before it
    await kept(cast)
    # A day before it moves what the first day's price is compared with, and not the other worker's.
    await sent(cast, "0.5", worker=0, day=date(2026, 3, 1))
    async with company_transaction(cast.organisation):
        looked = set(await unknown_waiting(cast.organisation, cast.site))
    assert first in looked


async def test_what_makes_a_clean_sheet_doubtful_elsewhere_moves_it(cast: Cast) -> None:
    """By another sheet of the worker, another day of the crew, a price, a leaving, a merging."""
    days = [date(2026, 3, day) for day in (1, 2, 3)]
    for day in days[1:]:
        await sent(cast, worker=0, day=day)
    for day in (date(2026, 3, 20), date(2026, 3, 21)):
        one = sheet(cast, line(cast.workers[1], overtime_hours="15"), day=day)
        assert said(await send(cast.owner, one)) == ["applied"]
    await sent(cast, worker=2, day=date(2026, 3, 28))
    await sent(cast, worker=3, day=date(2026, 3, 29))
    query(cast.url, "UPDATE entry SET clock_doubtful = false WHERE clock_doubtful")
    in_time(cast)
    work_on(cast, cast.far_site, cast.far_crew, [cast.workers[2]])

    async def doubted() -> dict[date, int]:
        found = await kept(cast)
        return {card.record.work_day: len(card.doubts) for card in found.doubtful}

    before = await doubted()
    assert not {*days[1:], date(2026, 3, 28), date(2026, 3, 29)} & before.keys()
    await sent(cast, worker=0, day=days[0])  # the third day that is just like those after it
    early = await queue(cast)
    assert days[2] in {card.record.work_day for card in early.doubtful}
    there = sheet(
        cast, line(cast.workers[2]), day=date(2026, 3, 28), site=cast.far_site, crew=cast.far_crew
    )
    assert said(await send(cast.owner, there)) == ["applied"]  # booked twice
    assert date(2026, 3, 28) in {card.record.work_day for card in (await queue(cast)).doubtful}
    assert date(2026, 3, 28) in await doubted()
    query(cast.url, "UPDATE roster SET left_on = '2026-03-28' WHERE worker = $1", cast.workers[3])
    assert date(2026, 3, 29) in {card.record.work_day for card in (await queue(cast)).doubtful}
    assert date(2026, 3, 29) in await doubted()
    query(cast.url, "UPDATE roster SET left_on = NULL WHERE worker = $1", cast.workers[3])
    assert date(2026, 3, 29) not in await doubted()
    query(cast.url, "DELETE FROM rate")
    assert date(2026, 3, 29) in {card.record.work_day for card in (await queue(cast)).doubtful}


async def test_a_price_fixed_on_an_earlier_day_moves_the_later_ones(cast: Cast) -> None:
    for amount, since in (("450", "2026-01-01"), ("500", "2026-03-20")):
        query(
            cast.url,
            "INSERT INTO rate (organisation, id, worker, unit, amount, valid_from)"
            " VALUES ($1, $2, $3, 'man_day', $4, $5)",
            *(cast.organisation, new_id(), cast.workers[0], Decimal(amount)),
            date.fromisoformat(since),
        )
    first = await sent(cast, day=date(2026, 3, 4))
    second = await sent(cast, day=date(2026, 3, 25))
    assert len((await kept(cast)).clean) == 2
    await approve(cast.owner, first, 1)
    assert [card.record.id for card in (await queue(cast)).doubtful] == [second]


async def test_somebody_more_in_the_crew_makes_its_days_differ(cast: Cast) -> None:
    for day in (1, 2, 3):
        await sent(cast, day=date(2026, 3, day))
    assert len((await kept(cast)).doubtful) == 1
    await sent(cast, worker=1, day=date(2026, 3, 2))
    assert (await queue(cast)).doubtful == []


async def test_a_photo_that_comes_after_its_sheet_or_goes_moves_it(cast: Cast) -> None:
    query(cast.url, "UPDATE site SET latitude = 31, longitude = 121, radius_m = 500")
    entry = await sent(cast)
    assert len((await kept(cast)).clean) == 1
    far = photo(cast, entry, 31.01, 5)
    assert said(await send(cast.foreman, far)) == ["applied"]
    assert await unknown(cast) == 1
    assert len((await kept(cast)).doubtful) == 1
    query(cast.url, "UPDATE entry SET state = 'void' WHERE id = $1", far["entity_id"])
    assert await unknown(cast) == 1
    assert len((await kept(cast)).clean) == 1
    query(cast.url, "UPDATE entry SET state = 'submitted' WHERE id = $1", far["entity_id"])
    await kept(cast)
    query(cast.url, "UPDATE photo SET latitude = 31.001")
    assert len((await queue(cast)).clean) == 1


async def test_a_sheet_not_committed_while_the_queue_is_kept_is_seen_afterwards(cast: Cast) -> None:
    work_on(cast, cast.far_site, cast.far_crew, cast.workers[:1])
    here = await sent(cast)
    there = sheet(cast, line(cast.workers[0]), site=cast.far_site, crew=cast.far_crew)
    assert (await kept(cast)).clean[0].record.id == here
    connection = await asyncpg.connect(cast.url)
    going = connection.transaction()
    await going.start()
    assert said(await send(cast.owner, there)) == ["applied"]
    query(cast.url, "UPDATE labour_line SET man_days = 0.1 WHERE sheet = $1", there["entity_id"])
    await kept(cast)
    await connection.execute(
        "UPDATE labour_line SET man_days = 1 WHERE sheet = $1", there["entity_id"]
    )
    await keep_doubts(cast.organisation)
    await going.commit()
    await connection.close()
    assert [card.record.id for card in (await queue(cast)).doubtful] == [here]


async def test_what_a_page_has_no_time_to_look_at_is_not_called_clean(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "MOST_LOOKED", 2)
    for day in range(1, 5):
        await sent(cast, "1" if day < 4 else "2", worker=day - 1, day=date(2026, 3, day))
    async with company_transaction(cast.organisation, snapshot=True):
        site = await site_for(cast.owner, cast.site, Right.SEE_LABOUR)
        page = await waiting.stretch_of_queue(cast.owner, site, 30)
        clean, _facts, waits = await waiting.clean_of_queue(cast.owner, site)
    assert [len(page.doubtful), len(page.clean), page.waiting] == [1, 3, 4]  # as each card is
    assert [one.work_day.day for one in clean] == [1, 2]
    assert (page.all_clean, waits) == (2, 4)
    assert len((await kept(cast)).clean) == 3


async def test_two_who_keep_at_once_leave_a_right_queue(cast: Cast) -> None:
    for day in range(1, 5):
        await sent(cast, day=date(2026, 3, day))
    await asyncio.gather(*(keep_doubts(cast.organisation) for _ in range(3)))
    await kept(cast)
    assert value(cast.url, "SELECT count(*) FROM doubt_moved") == 0


async def test_a_decided_record_is_kept_no_longer_and_another_company_knows_nothing(
    cast: Cast, stranger: Actor
) -> None:
    first, second = await sent(cast), await sent(cast, worker=1)
    await kept(cast)
    await approve(cast.owner, first, 1)
    await kept(cast)
    rows = query(cast.url, "SELECT entry FROM kept_doubt")
    assert [row["entry"] for row in rows] == [second]
    async with company_transaction(stranger.organisation):
        assert await unknown_waiting(cast.organisation) == []
    await keep_doubts(stranger.organisation)
    connection = await asyncpg.connect(cast.url)
    assert await companies_with_doubts(connection) == []
    await sent(cast, worker=2)
    assert await companies_with_doubts(connection) == [cast.organisation]
    await connection.close()
