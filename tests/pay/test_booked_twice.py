"""Days that are booked twice wait with everything that is paid by the day, until somebody settles
them."""

from decimal import Decimal

import httpx
import pytest

from daywork.doubles.service import doubles_of_month, resolve
from daywork.ground.database import close_database, company_transaction, open_database
from daywork.pay import piecework, service
from daywork.pay.rules import ShareBy
from tests.pay.clerk import asked
from tests.pay.story import MARCH, NOW, a_price, meals, piece
from tests.support.cast import Cast
from tests.support.months import march, sheet_sent, work_on
from tests.support.phone_words import line


async def two_days_of_which_one_is_booked_twice(cast: Cast) -> None:
    first, second, *_rest = cast.workers
    work_on(cast, cast.far_site, cast.far_crew, [first])
    for day in (2, 3):
        await sheet_sent(cast, march(day), [line(first), line(second)], task=cast.task)
    await sheet_sent(cast, march(3), [line(first)], site=cast.far_site, crew=cast.far_crew)


async def settle(cast: Cast) -> None:
    (double,) = (await doubles_of_month(cast.owner, None, MARCH, NOW)).doubles
    async with company_transaction(cast.organisation):
        await resolve(cast.owner, double.id, double.mark, None, "night shift")


async def test_meals_and_pieces_wait_for_a_day_that_is_booked_twice(cast: Cast) -> None:
    await a_price(cast)
    await two_days_of_which_one_is_booked_twice(cast)
    by_days = piece(cast, share_by=ShareBy.MAN_DAYS, given={})

    async def told() -> list[tuple[list[Decimal | None], list[Decimal], list[tuple[str, int]]]]:
        form = await service.propose(cast.office, cast.site, meals(cast), NOW)
        shared = await piecework.preview(cast.office, cast.site, by_days)
        assert [one.name for one in shared.waiting] == [one.name for one in form.waiting]
        return [
            (
                [one.basis for one in form.proposed],
                [one.weight for one in shared.shares],
                [(one.name, one.held) for one in form.waiting],
            )
        ]

    assert await told() == [([1, 2], [1, 2], [("worker 1", 1)])]
    await settle(cast)
    assert await told() == [([2, 2], [2, 2], [])]


@pytest.fixture
async def twice(books: Cast, database_url: str) -> Cast:
    """Worker 1 is on the bridge as well on the third. Made before the server begins."""
    await open_database(database_url, pool_size=2)
    first = books.workers[0]
    work_on(books, books.far_site, books.far_crew, [first])
    await sheet_sent(books, march(3), [line(first)], site=books.far_site, crew=books.far_crew)
    await close_database()
    return books


async def test_the_page_says_which_days_are_not_counted_yet(
    twice: Cast, office: httpx.AsyncClient
) -> None:
    form = {
        "kind": "meal",
        "basis": "day",
        "amount": "15",
        "first": "2026-03-01",
        "last": "2026-03-31",
        "crew": str(twice.crew),
        "note": "canteen",
        "act": "see",
    }
    page = (await office.post("/labour/pay/new", params=asked(twice), data=form)).text
    assert "1 day is booked twice and not counted: worker 1." in page
    assert "/labour/double-bookings?" in page
    fixed = form | {"basis": "fixed"}
    page = (await office.post("/labour/pay/new", params=asked(twice), data=fixed)).text
    assert "booked twice" not in page
