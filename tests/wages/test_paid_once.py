"""What is owed is paid once, whichever of its papers it is paid from: a sheet of one crew or the
other, a settlement, a form, a bank's file, before or after two records became one."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.ground.money import ZERO
from daywork.merging.service import merge_workers
from daywork.money.paying import record_payments
from daywork.money.rules import Method, NewPayment
from daywork.register.sealing import Key, Keyring
from daywork.summary.owed import months_owed
from daywork.wages import paying, settling
from daywork.wages.listing import wages_of_month
from daywork.wages.rules import Why
from tests.support.cast import Cast
from tests.support.database import query
from tests.support.months import advance_given, march, sheet_sent
from tests.support.phone_words import line
from tests.wages.story import APRIL, MARCH, closed

FEBRUARY = date(2026, 2, 1)
LATER = datetime(2026, 4, 20, 3, 0, tzinfo=UTC)
PAID_ON = date(2026, 4, 10)
KEYS = Keyring([Key.of(bytes(32))])


async def paid_from(cast: Cast, sheet: UUID) -> Decimal:
    """What a click on *Paid* books of a sheet."""
    async with company_transaction(cast.organisation):
        due = (await paying.due_of(cast.office, sheet)).total
        if not due:
            return ZERO
        made = await paying.mark_paid(
            cast.office, sheet, paid_on=PAID_ON, method=Method.CASH, at=LATER
        )
    booked = Decimal(sum(amount_of(cast, made)))
    assert booked == due
    return booked


async def settled(cast: Cast, *workers: UUID, until: date = MARCH.last) -> list[UUID]:
    async with company_transaction(cast.organisation):
        return await settling.settle(cast.office, cast.site, workers, until, Why.LEFT, at=APRIL)


async def settlement_paid(cast: Cast, settlement: UUID, reference: str = "") -> list[UUID]:
    async with company_transaction(cast.organisation):
        return await paying.pay_settlement(
            cast.office,
            settlement,
            paid_on=PAID_ON,
            method=Method.CASH,
            reference=reference,
            at=LATER,
        )


async def handed(cast: Cast, worker: UUID, amount: str, month: date = MARCH.first) -> None:
    """Paid by the form, not from a paper."""
    payment = NewPayment(new_id(), worker, PAID_ON, month, Decimal(amount), Method.CASH)
    async with company_transaction(cast.organisation):
        await record_payments(cast.office, cast.site, [payment], LATER)


def amount_of(cast: Cast, payments: Iterable[UUID]) -> list[Decimal]:
    rows = query(cast.url, "SELECT amount FROM payment WHERE id = ANY($1)", list(payments))
    return [row["amount"] for row in rows]


async def left(cast: Cast, worker: UUID) -> dict[date, Decimal]:
    """What is outstanding, by month."""
    async with company_transaction(cast.organisation):
        owed = await months_owed(cast.organisation, [cast.site], workers=[worker])
    return {one.month: one.outstanding for one in owed}


async def test_months_paid_by_a_settlement_are_not_paid_by_their_sheets_again(cast: Cast) -> None:
    first = cast.workers[0]
    await sheet_sent(cast, date(2026, 2, 10), [line(first)])
    await sheet_sent(cast, march(2), [line(first), line(cast.workers[1])])
    sheet = await closed(cast, None)
    (settlement,) = await settled(cast, first)
    made = await settlement_paid(cast, settlement, "A1")
    assert sum(amount_of(cast, made)) == 600
    # Each month was paid what it had earned, not one of them all and the other nothing.
    assert await left(cast, first) == {FEBRUARY: 0, march(1): 0}
    assert await settlement_paid(cast, settlement, "A1") == []
    assert await paid_from(cast, sheet) == 300  # worker 2 alone
    listed = await listed_due(cast)
    assert listed == 0


async def listed_due(cast: Cast) -> Decimal:
    async with company_transaction(cast.organisation):
        found = await wages_of_month(cast.office, cast.site, MARCH.text, LATER)
    return sum((row.due for row in found.rows), ZERO)


async def test_what_was_lent_in_one_month_and_settled_in_the_next_is_not_paid_after_all(
    cast: Cast,
) -> None:
    first = cast.workers[0]
    advance_given(cast, first, date(2026, 2, 10), "100")
    await sheet_sent(cast, march(2), [line(first)])
    sheet = await closed(cast, None)
    (settlement,) = await settled(cast, first)
    made = await settlement_paid(cast, settlement)
    assert sum(amount_of(cast, made)) == 200
    assert await listed_due(cast) == 0
    assert await paid_from(cast, sheet) == 0


async def test_what_came_late_after_a_settlement_is_still_due_by_a_new_version(cast: Cast) -> None:
    first = cast.workers[0]
    await sheet_sent(cast, march(2), [line(first)])
    await closed(cast, None)
    (settlement,) = await settled(cast, first)
    await settlement_paid(cast, settlement)
    await sheet_sent(cast, march(3), [line(first, "0.5")])
    again = await closed(cast, None, "a day was forgotten")
    assert await paid_from(cast, again) == 150
    assert await left(cast, first) == {march(1): 0}


async def test_who_came_back_after_a_settlement_is_owed_both(cast: Cast) -> None:
    first = cast.workers[0]
    await sheet_sent(cast, date(2026, 2, 10), [line(first)])
    (settlement,) = await settled(cast, first, until=date(2026, 2, 28))
    await sheet_sent(cast, march(2), [line(first, "0.5")])
    sheet = await closed(cast, None)
    assert await paid_from(cast, sheet) == 150
    made = await settlement_paid(cast, settlement)
    assert amount_of(cast, made) == [300]
    assert await left(cast, first) == {FEBRUARY: 0, march(1): 0}


async def test_who_worked_in_two_crews_and_was_paid_by_hand_is_not_paid_by_a_sheet_again(
    cast: Cast,
) -> None:
    first = cast.workers[0]
    await sheet_sent(cast, march(2), [line(first)])
    await sheet_sent(cast, march(3), [line(first, "0.5")], crew=cast.other_crew)
    sheets = [await closed(cast, crew) for crew in (cast.crew, cast.other_crew)]
    await handed(cast, first, "400")  # 300 by the carpenters, and 100 of the 150 by rebar
    assert await listed_due(cast) == 50
    assert [await paid_from(cast, sheet) for sheet in sheets] == [0, 50]
    assert await left(cast, first) == {march(1): 0}


async def test_a_crew_whose_sheet_is_not_made_yet_keeps_its_share_of_what_was_paid(
    cast: Cast,
) -> None:
    first = cast.workers[0]
    await sheet_sent(cast, march(2), [line(first)])
    await sheet_sent(cast, march(3), [line(first, "0.5")], crew=cast.other_crew)
    rebar = await closed(cast, cast.other_crew)
    await handed(cast, first, "300")
    assert await paid_from(cast, rebar) == 150
    carpenters = await closed(cast, cast.crew)
    assert await paid_from(cast, carpenters) == 0
    assert await left(cast, first) == {march(1): 0}


async def test_who_was_paid_and_merged_afterwards_is_not_paid_again(cast: Cast) -> None:
    first, second = cast.workers[:2]
    await sheet_sent(cast, march(2), [line(first), line(second, "0.5")])
    sheet = await closed(cast, None)
    assert await paid_from(cast, sheet) == 450
    await merge_workers(cast.office, KEYS, first, second, "the same card", APRIL)
    assert await listed_due(cast) == 0
    assert await paid_from(cast, sheet) == 0
    assert await left(cast, first) == {march(1): 0}


async def test_a_sheet_closed_before_a_merge_is_paid_once_after_it(cast: Cast) -> None:
    first, second = cast.workers[:2]
    await sheet_sent(cast, march(2), [line(first), line(second, "0.5")])
    sheet = await closed(cast, None)
    await handed(cast, first, "350")
    await merge_workers(cast.office, KEYS, first, second, "the same card", APRIL)
    assert await paid_from(cast, sheet) == 100
    assert await left(cast, first) == {march(1): 0}


async def test_a_settlement_of_a_record_that_was_merged_is_paid_once(cast: Cast) -> None:
    first, second = cast.workers[:2]
    await sheet_sent(cast, march(2), [line(first), line(second, "0.5")])
    (settlement,) = await settled(cast, second)
    await settlement_paid(cast, settlement)
    await merge_workers(cast.office, KEYS, first, second, "the same card", APRIL)
    assert await settlement_paid(cast, settlement) == []
    assert await left(cast, first) == {march(1): 300}
