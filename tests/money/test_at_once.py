"""Everybody in the office works on the same month at the same moment, on a real Postgres."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from daywork.evidence.service import check
from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.ground.money import ZERO
from daywork.ground.problems import Problem
from daywork.merging.service import merge_workers, undo_merge
from daywork.money import importing
from daywork.money.paying import record_payments, void_payment
from daywork.money.rules import Method, NewPayment
from daywork.pay import piecework, rates
from daywork.pay import service as pay
from daywork.pay.rules import ShareBy
from daywork.register.sealing import Key, Keyring
from daywork.sites.rules import RateScope, Whose
from daywork.summary.kept import keep_up
from daywork.summary.owed import months_owed
from daywork.wages import paying, settling
from daywork.wages.rules import Why
from tests.doubles.test_at_once import interleaved
from tests.money.test_bank_file import csv_of
from tests.pay.test_service import a_price, piece
from tests.support.cast import Cast
from tests.support.database import query
from tests.support.months import march, sheet_sent
from tests.support.phone_words import line
from tests.wages.story import APRIL, a_month, closed, item

PAID_ON = date(2026, 4, 10)
LATER = datetime(2026, 4, 20, 3, 0, tzinfo=UTC)
KEYS = Keyring([Key.of(bytes(32))])
HOW: dict[str, Any] = {"paid_on": PAID_ON, "method": Method.CASH, "at": LATER}


async def in_company(cast: Cast, what: Callable[..., Awaitable[Any]], *args: Any, **o: Any) -> Any:
    async with company_transaction(cast.organisation):
        return await what(cast.office, *args, **o)


async def together(*steps: Awaitable[Any]) -> list[Any]:
    """All at once; a refusal is its slug, anything else that goes wrong goes wrong here."""

    async def one(step: Awaitable[Any]) -> Any:
        try:
            return await step
        except Problem as problem:
            return problem.kind.slug

    return list(await asyncio.gather(*(one(step) for step in steps)))


def standing(cast: Cast) -> Decimal:
    """What payments that stand come to."""
    (row,) = query(
        cast.url,
        "SELECT coalesce(sum(amount), 0) AS amount FROM payment WHERE voided_at IS NULL"
        " AND organisation = $1",
        cast.organisation,
    )
    found: Decimal = row["amount"]
    return found


async def test_a_sheet_is_paid_once_whoever_clicks(cast: Cast) -> None:
    await a_month(cast, advances=False)
    sheet = await closed(cast, None)
    made = await together(*(in_company(cast, paying.mark_paid, sheet, **HOW) for _ in range(5)))
    assert sorted(len(one) for one in made) == [0, 0, 0, 0, 3]
    assert standing(cast) == 2050


async def test_a_settlement_that_is_replaced_meanwhile_is_not_paid(cast: Cast) -> None:
    """The new version is being written while the old one is clicked."""
    await a_month(cast, advances=False)
    first = cast.workers[0]
    written = asyncio.Event()

    async def settle() -> UUID:
        async with company_transaction(cast.organisation):
            (made,) = await settling.settle(
                cast.office, cast.site, [first], PAID_ON, Why.LEFT, reason="less", at=APRIL
            )
            written.set()
            await asyncio.sleep(0.3)
        return made

    old = await settle()
    written.clear()
    item(cast, first, "deduction", "-1000", day=march(20))
    new = asyncio.create_task(settle())
    await written.wait()
    assert await together(in_company(cast, paying.pay_settlement, old, **HOW)) == [
        "wages_version_replaced"
    ]
    assert len(await in_company(cast, paying.pay_settlement, await new, **HOW)) == 1
    assert standing(cast) == 300


async def test_one_file_is_booked_once_whoever_books_it_on_whichever_site(cast: Cast) -> None:
    query(cast.url, "UPDATE worker SET name = 'Li' WHERE id = ANY($1)",
          [cast.workers[0], cast.far_worker])  # fmt: skip
    data = csv_of(["name", "amount", "date"], ["Li", "100", "2026-03-05"])
    async with company_transaction(cast.organisation):
        brought = [
            await importing.bring(cast.owner, site, "a.csv", data)
            for site in (cast.site, cast.site, cast.far_site)
        ]

    async def book(one: UUID) -> Any:
        async with company_transaction(cast.organisation):
            return await importing.book(
                cast.owner, one, for_month=march(1), paid_on=None, sure=True, now=LATER
            )

    made = await together(*(book(one) for one in brought * 2))
    assert sum(one for one in made if isinstance(one, int)) == 1
    assert set(made) <= {0, 1, "bank_file_booked"}
    assert standing(cast) == 100


async def test_what_is_taken_back_twice_at_once_is_taken_back_once(cast: Cast) -> None:
    await a_month(cast, advances=False)
    first = cast.workers[0]
    item(cast, first, "allowance", "50")
    here = cast.organisation
    (booked,) = query(cast.url, "SELECT id FROM pay_item WHERE organisation = $1", here)
    payment = NewPayment(new_id(), first, PAID_ON, march(1), Decimal(70), Method.CASH)
    await in_company(cast, record_payments, cast.site, [payment], LATER)

    async def take_back() -> object:
        return await pay.take_back(cast.office, booked["id"], "twice")

    late = await interleaved(cast, take_back, take_back)
    assert isinstance(late, Problem)
    assert late.kind.slug == "voided_already"
    told = await together(*(in_company(cast, void_payment, payment.id, "x") for _ in range(3)))
    assert sorted(isinstance(one, str) for one in told) == [False, True, True]
    for action in ("pay.voided", "payment.voided"):
        rows = query(
            cast.url,
            "SELECT 1 FROM audit_event WHERE action = $1 AND organisation = $2",
            action,
            cast.organisation,
        )
        assert len(rows) == 1, action


async def test_a_quantity_is_shared_out_once_by_whoever_shares_it(cast: Cast) -> None:
    await a_price(cast)
    await sheet_sent(cast, march(4), [line(cast.workers[0])], task=cast.task)
    whole = piece(cast, share_by=ShareBy.MAN_DAYS, given={})
    told = await together(
        *(piecework.share_out(cast.office, cast.site, new_id(), whole) for _ in range(4))
    )
    runs = query(cast.url, "SELECT quantity, total FROM piecework_run")
    paid = sum((run["quantity"] for run in runs), ZERO)
    assert told.count(None) == len(runs)
    assert paid <= 10 * len(runs)
    shares = query(cast.url, "SELECT sum(amount) AS amount FROM pay_item WHERE kind = 'piecework'")
    assert shares[0]["amount"] == sum((run["total"] for run in runs), ZERO)


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_at_once_nobody_is_paid_twice_and_all_adds_up(
    cast: Cast, seed: int
) -> None:
    rolls = random.Random(seed)
    await a_month(cast, advances=False)
    first, _second, third, _fourth = cast.workers
    sheets = [await closed(cast, crew) for crew in (cast.crew, cast.other_crew)]
    async with company_transaction(cast.organisation):
        settlements = await settling.settle(
            cast.office, cast.site, [first, third], PAID_ON, Why.LEFT, at=APRIL
        )

    async def pay_some() -> None:
        await in_company(cast, paying.mark_paid, rolls.choice(sheets), **HOW)

    async def pay_a_settlement() -> None:
        await in_company(cast, paying.pay_settlement, rolls.choice(settlements), **HOW)

    async def void_some() -> None:
        rows = query(cast.url, "SELECT id FROM payment WHERE organisation = $1", cast.organisation)
        if rows:
            await in_company(cast, void_payment, rolls.choice(rows)["id"], "x", LATER)

    async def close_again() -> None:
        sheets.append(await closed(cast, rolls.choice([cast.crew, cast.other_crew]), "again"))

    async def settle_again() -> None:
        made = await in_company(
            cast, settling.settle, cast.site, [rolls.choice(cast.workers[:3])], PAID_ON, Why.LEFT,
            reason="again", at=APRIL,
        )  # fmt: skip
        settlements.extend(made)

    async def merge() -> None:
        kept, merged = rolls.sample(cast.workers[:3], 2)
        await merge_workers(cast.office, KEYS, kept, merged, "one card", APRIL)

    async def part() -> None:
        rows = query(cast.url, "SELECT id FROM worker_merge WHERE organisation = $1",
                     cast.organisation)  # fmt: skip
        if rows:
            await undo_merge(cast.office, KEYS, rolls.choice(rows)["id"], "two", APRIL)

    async def work() -> None:
        who = rolls.choice(cast.workers[:3])
        crew = rolls.choice([cast.crew, cast.other_crew])
        await sheet_sent(cast, march(rolls.randint(10, 25)), [line(who, "0.25")], crew=crew)

    async def agree() -> None:
        await rates.agree(
            cast.office, cast.site, Whose(RateScope.WORKER, rolls.choice(cast.workers[:3])),
            unit="man_day", amount=Decimal(rolls.randint(300, 400)), overtime_hour=None,
            valid_from=march(rolls.randint(1, 20)), note="",
        )  # fmt: skip

    async def add_up() -> None:
        await keep_up(cast.organisation)

    steps = [pay_some, pay_a_settlement, pay_some, void_some, close_again, settle_again, merge,
             part, work, work, agree, add_up]  # fmt: skip
    for _ in range(6):
        await together(*(rolls.choice(steps)() for _ in range(6)))
    await books_hold(cast)
    assert [fault.what for fault in (await check(cast.organisation)).faults] == []


async def books_hold(cast: Cast) -> None:
    """Nothing was ever taken off what was earned here, so nobody may have had more than that."""
    async with company_transaction(cast.organisation):
        lines = await months_owed(cast.organisation, [cast.site], workers=cast.workers)
        kept = await months_owed(cast.organisation, [cast.site])
    assert [(one.worker, one.month, one.outstanding) for one in lines] == [
        (one.worker, one.month, one.outstanding) for one in kept
    ]
    earned = sum_by((one.worker, max(one.earned - one.advances, ZERO)) for one in lines)
    paid = sum_by((one.worker, one.payments) for one in lines)
    for worker, amount in paid.items():
        assert amount <= earned[worker]


def sum_by(amounts: Iterable[tuple[UUID, Decimal]]) -> dict[UUID, Decimal]:
    found: dict[UUID, Decimal] = defaultdict(Decimal)
    for worker, amount in amounts:
        found[worker] += amount
    return found
