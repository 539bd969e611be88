"""A settlement is what the ledger says is outstanding, frozen, for those whose records are done."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from daywork.evidence.service import check
from daywork.ground.database import close_database, company_transaction, open_database
from daywork.ground.money import ZERO
from daywork.ground.problems import Problem
from daywork.people.actor import Actor
from daywork.sites.queries import site_by_id
from daywork.summary.owed import months_owed
from daywork.wages import settling
from daywork.wages.rules import Why
from daywork.wages.settlement_queries import Settlement
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.months import march, sheet_sent
from tests.support.phone_words import line
from tests.wages.story import APRIL, a_month, closed, item

UNTIL = date(2026, 4, 1)


async def settle(
    cast: Cast, *workers: UUID, actor: Actor | None = None, **other: Any
) -> list[UUID]:
    who = actor or cast.office
    async with company_transaction(who.organisation):
        return await settling.settle(who, cast.site, workers, UNTIL, Why.LEFT, at=APRIL, **other)


async def looked_at(cast: Cast, settlement: UUID, actor: Actor | None = None) -> Settlement:
    who = actor or cast.office
    async with company_transaction(who.organisation):
        found, _site = await settling.settlement_for(who, settlement)
    return found


async def test_a_settlement_is_what_the_ledger_says_is_outstanding(cast: Cast) -> None:
    await a_month(cast)
    first, second, third, _fourth = cast.workers
    await sheet_sent(cast, UNTIL, [line(first, "0.5")])
    item(cast, first, "deduction", "-12.34", day=UNTIL)
    made = await settle(cast, first, second, third)
    async with company_transaction(cast.organisation):
        owed = await months_owed(cast.organisation, [cast.site], workers=cast.workers)
    for one in [await looked_at(cast, settlement) for settlement in made]:
        of_worker = [month for month in owed if month.worker == one.worker]
        assert one.payable == sum((month.outstanding for month in of_worker), ZERO)
        assert [(said.month, said.owed) for said in one.months] == [
            (month.month, month.outstanding) for month in of_worker
        ]
        assert one.payable == sum((said.owed for said in one.months), ZERO)
    batches = query(cast.url, "SELECT DISTINCT batch FROM settlement")
    assert len(batches) == 1
    assert batches[0][0] is not None


async def test_nobody_is_settled_with_while_a_day_or_an_advance_waits(cast: Cast) -> None:
    await a_month(cast)
    first, second, *_others = cast.workers
    await sheet_sent(cast, march(12), [line(first)], state="submitted")
    query(cast.url, "UPDATE advance SET state = 'submitted' WHERE worker = $1", second)
    for worker in (first, second):
        with pytest.raises(Problem, match="settlement_not_ready"):
            await settle(cast, worker, cast.workers[2])
    assert value(cast.url, "SELECT count(*) FROM settlement") == 0
    async with company_transaction(cast.organisation):
        site = await site_by_id(cast.organisation, cast.site)
        assert site is not None
        owed = await settling.owed_to(site, [first, second], UNTIL)
    blocking = {one.worker: [f.slug for f in one.missing if f.blocks] for one in owed}
    assert blocking == {first: ["sheets_pending"], second: ["advances_waiting"]}


async def test_records_after_it_make_a_new_version_with_a_reason(cast: Cast) -> None:
    await a_month(cast, advances=False)
    first = cast.workers[0]
    (settlement,) = await settle(cast, first)
    with pytest.raises(Problem, match="settlement_nothing_new"):
        await settle(cast, first, reason="again")
    await sheet_sent(cast, march(20), [line(first)])
    with pytest.raises(Problem, match="wages_reason_missing"):
        await settle(cast, first)
    (second,) = await settle(cast, first, reason="a day was forgotten")
    old, new = await looked_at(cast, settlement), await looked_at(cast, second)
    assert (old.latest, new.latest, new.version) == (False, True, 2)
    assert new.payable - old.payable == Decimal(300)
    await close_database()
    await open_database(cast.url, pool_size=2)
    assert [fault.what for fault in (await check(cast.organisation)).faults] == []
    query(cast.url, "UPDATE settlement SET until_day = '2026-05-01' WHERE version = 1")
    (fault,) = (await check(cast.organisation)).faults
    assert "the settlement of worker 1, version 1, was altered" in fault.what


async def test_who_may_not_close_months_settles_with_nobody(cast: Cast, stranger: Actor) -> None:
    await a_month(cast)
    first = cast.workers[0]
    (settlement,) = await settle(cast, first)
    for outsider, slug in (
        (cast.foreman, "not_allowed"),
        (cast.supervisor, "not_allowed"),
        (cast.far_supervisor, "not_found"),
        (stranger, "not_found"),
    ):
        with pytest.raises(Problem, match=slug):
            await settle(cast, first, actor=outsider)
        with pytest.raises(Problem, match=slug):
            await looked_at(cast, settlement, outsider)
    with pytest.raises(Problem, match="not_found"):
        await settle(cast, cast.far_worker)
    await closed(cast, cast.crew)  # a settlement does not stand in the way of the month's sheet


async def test_a_subcontractors_worker_is_settled_with_in_his_employers_name(cast: Cast) -> None:
    await a_month(cast, advances=False)
    query(cast.url, "UPDATE crew SET own = false, company = 'Hongda Labour'")
    (made,) = await settle(cast, cast.workers[0])
    assert (await looked_at(cast, made)).employer == "Hongda Labour"
