"""Piecework on the real database: shared to the cent, and no quantity paid twice."""

from decimal import Decimal

from daywork.ground.ids import new_id
from daywork.ground.terms import RateUnit
from daywork.pay import piecework, service
from daywork.pay.rules import ShareBy
from tests.pay.story import a_price, a_run, agreed, earned, piece
from tests.support.cast import Cast
from tests.support.months import march, sheet_sent
from tests.support.phone_words import line
from tests.support.refusals import refused


async def test_a_piece_is_shared_by_man_days_on_the_task(cast: Cast) -> None:
    first, second, *_rest = cast.workers
    await a_price(cast)
    await sheet_sent(cast, march(2), [line(first), line(second, "0.5")], task=cast.task)
    await sheet_sent(cast, march(3), [line(second)])
    by_days = piece(cast, share_by=ShareBy.MAN_DAYS, given={})
    found = await piecework.preview(cast.office, cast.site, by_days)
    assert found.total == 465
    assert [(one.of.name, one.weight, one.amount) for one in found.shares] == [
        ("worker 1", 1, 310),
        ("worker 2", Decimal("0.5"), 155),
    ]
    run = new_id()
    for _click in range(2):
        await piecework.share_out(cast.office, cast.site, run, by_days)
    assert await earned(cast) == 465 + 300


async def test_no_quantity_is_paid_twice_until_its_run_is_taken_back(cast: Cast) -> None:
    run = await a_run(cast)
    doing = piecework.share_out(cast.office, cast.site, new_id(), piece(cast, "50.001"))
    assert await refused(doing) == "quantity_paid"
    await piecework.share_out(cast.office, cast.site, new_id(), piece(cast, "50"))
    item = (await piecework.run_for(cast.office, run)).items[0]
    assert await refused(service.take_back(cast.office, item.id, "alone")) == "part_of_a_run"
    assert await refused(piecework.take_back_run(cast.office, run, "")) == "pay_void_reason_missing"
    await piecework.take_back_run(cast.office, run, "measured anew")
    assert await earned(cast) == 50 * Decimal("46.50")
    assert await refused(piecework.take_back_run(cast.office, run, "again")) == "voided_already"
    await piecework.share_out(cast.office, cast.site, new_id(), piece(cast))
    assert await earned(cast) == 60 * Decimal("46.50")


async def test_a_piece_wants_a_price_one_price_and_something_to_share_by(cast: Cast) -> None:
    doing = piecework.preview(cast.office, cast.site, piece(cast))
    assert await refused(doing) == "price_missing"
    await a_price(cast)
    doing = piecework.preview(
        cast.office, cast.site, piece(cast, share_by=ShareBy.MAN_DAYS, given={})
    )
    assert await refused(doing) == "nothing_to_share_by"
    await agreed(cast, "task", cast.task, "50", march(10), unit=RateUnit.QUANTITY)
    doing = piecework.preview(cast.office, cast.site, piece(cast))
    assert await refused(doing) == "price_changes"
    found = await piecework.preview(cast.office, cast.site, piece(cast, first=march(10)))
    assert found.total == 500
    doing = piecework.preview(cast.office, cast.site, piece(cast, crew=cast.far_crew))
    assert await refused(doing) == "not_found"
