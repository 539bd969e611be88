"""Payments are booked once, voided with a reason, and taken off what is outstanding."""

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from daywork.ground.database import company_transaction, execute
from daywork.ground.ids import new_id
from daywork.money.books import ledger_for, money_of_month
from daywork.money.importing import book, bring, preview, undo_import
from daywork.money.paying import payment_for, record_payments, void_payment
from daywork.money.rules import Method, NewPayment
from daywork.people.actor import Actor
from daywork.summary.owed import months_owed
from daywork.summary.rules import Grouping
from daywork.summary.service import month_summary
from tests.money.test_advances import of_company
from tests.support.cast import Cast
from tests.support.database import query
from tests.support.months import advance_given, sheet_sent
from tests.support.phone_words import line
from tests.support.refusals import refused

NOW = datetime(2026, 4, 20, 4, tzinfo=UTC)
PAID = date(2026, 4, 10)
MARCH = date(2026, 3, 1)


def payment(cast: Cast, amount: str = "500", **other: Any) -> NewPayment:
    fields = {
        "id": new_id(),
        "worker": cast.workers[0],
        "paid_on": PAID,
        "for_month": MARCH,
        "amount": Decimal(amount),
        "method": Method.BANK,
    }
    return NewPayment(**(fields | other))


async def paid(cast: Cast, *payments: NewPayment, actor: Actor | None = None) -> list[UUID]:
    who = actor or cast.office
    async with company_transaction(who.organisation):
        return await record_payments(who, cast.site, payments, NOW)


async def void(actor: Actor, payment: UUID, reason: str = "typed wrong") -> None:
    async with company_transaction(actor.organisation):
        await void_payment(actor, payment, reason, NOW)


def close(cast: Cast, month: date) -> None:
    query(
        cast.url,
        "INSERT INTO month_closing (organisation, id, site, month, what, reason, member)"
        " VALUES ($1, gen_random_uuid(), $2, $3, 'closed', 'paid', $4)",
        cast.organisation,
        cast.site,
        month,
        cast.members["office"],
    )


async def outstanding(cast: Cast) -> Decimal | None:
    found = await month_summary(
        cast.office, cast.site, "2026-03", Grouping.WORKER, NOW, english=True
    )
    rows = sum((row.outstanding or Decimal(0) for row in found.rows), Decimal(0))
    async with company_transaction(cast.organisation):
        months = await months_owed(cast.organisation, [cast.site], until=date(2026, 3, 31))
    assert found.outstanding == rows == sum(one.outstanding for one in months)
    return found.outstanding


async def test_a_payment_is_taken_off_the_month_it_pays_whenever_it_was_made(cast: Cast) -> None:
    for day in (2, 3, 4):
        await sheet_sent(cast, date(2026, 3, day), [line(one) for one in cast.workers[:2]])
    advance_given(cast, cast.workers[0], date(2026, 3, 6), "200")
    assert await outstanding(cast) == 1600
    (made,) = await paid(cast, payment(cast, "700.50"))
    assert await outstanding(cast) == Decimal("899.50")
    await paid(cast, payment(cast, "50", for_month=date(2026, 4, 1)))
    assert await outstanding(cast) == Decimal("899.50")
    await paid(cast, payment(cast, "30", worker=cast.workers[3]))  # earned nothing
    assert await outstanding(cast) == Decimal("869.50")
    await void(cast.office, made)
    assert await outstanding(cast) == 1570


async def test_a_second_click_is_no_second_payment(cast: Cast) -> None:
    one = payment(cast)
    assert await paid(cast, one) == [one.id]
    assert await paid(cast, one) == []
    assert await refused(paid(cast, payment(cast, "501", id=one.id))) == "payment_id_reused"
    at_once = payment(cast, reference="R")
    booked = await asyncio.gather(*[paid(cast, at_once) for _ in range(4)])
    assert sorted(len(some) for some in booked) == [0, 0, 0, 1]
    assert len(of_company(cast, "SELECT FROM payment")) == 2


async def test_a_reference_is_booked_once_a_worker_until_it_is_voided(cast: Cast) -> None:
    first = payment(cast, reference="CCB1")
    await paid(cast, first)
    again = payment(cast, reference="CCB1")
    assert await refused(paid(cast, again)) == "payment_reference_used"
    await paid(cast, payment(cast, reference="CCB1", worker=cast.workers[1]))
    twice = [payment(cast, reference="CCB2"), payment(cast, reference="CCB2")]
    assert await refused(paid(cast, *twice)) == "payment_reference_used"
    await void(cast.office, first.id)
    assert await paid(cast, again) == [again.id]


async def test_what_cannot_be_is_not_booked(cast: Cast) -> None:
    tomorrow = payment(cast, paid_on=date(2026, 4, 21))
    assert await refused(paid(cast, tomorrow)) == "payment_in_future"
    far = payment(cast, worker=cast.far_worker)
    assert await refused(paid(cast, payment(cast), far)) == "payment_worker_unknown"
    assert of_company(cast, "SELECT FROM payment") == []


async def test_a_closed_month_may_be_paid_but_money_moves_in_an_open_one(cast: Cast) -> None:
    close(cast, MARCH)
    (made,) = await paid(cast, payment(cast))
    assert await refused(paid(cast, payment(cast, paid_on=date(2026, 3, 31)))) == "month_closed"
    close(cast, date(2026, 4, 1))
    assert await refused(void(cast.office, made)) == "month_closed"


async def test_a_voided_payment_stays_in_the_books_with_its_reason(cast: Cast) -> None:
    (made,) = await paid(cast, payment(cast))
    assert await refused(void(cast.office, made, "  ")) == "void_reason_missing"
    await void(cast.office, made, "paid to his brother")
    assert await refused(void(cast.office, made)) == "payment_void"
    async with company_transaction(cast.organisation):
        kept = await payment_for(cast.office, made)
    assert (kept.void, kept.voided_by, kept.void_reason) == (True, "office", "paid to his brother")
    actions = [row["action"] for row in of_company(cast, "SELECT action FROM audit_event")]
    assert actions == ["payment.recorded", "payment.voided"]


async def test_the_database_keeps_what_was_paid(cast: Cast) -> None:
    """The app's role has no right to change an amount, whatever its code should try."""
    await paid(cast, payment(cast))
    for change in ("amount = 1", "paid_on = now()", "reference = 'x'", "made_by = made_by"):
        with pytest.raises(Exception, match="permission denied"):
            async with company_transaction(cast.organisation):
                await execute(f"UPDATE payment SET {change}")  # noqa: S608


async def test_only_who_keeps_the_books_of_the_site_pays(cast: Cast, stranger: Actor) -> None:
    for actor, slug in (
        (cast.foreman, "not_allowed"),
        (cast.supervisor, "not_allowed"),
        (cast.far_supervisor, "not_found"),
        (stranger, "not_found"),
    ):
        assert await refused(paid(cast, payment(cast), actor=actor)) == slug
    (made,) = await paid(cast, payment(cast), actor=cast.owner)
    for actor, slug in (
        (cast.supervisor, "not_allowed"),
        (cast.far_supervisor, "not_found"),
        (stranger, "not_found"),
    ):
        assert await refused(void(actor, made)) == slug


# Bank files

FILE = (
    "户名,金额,日期,流水号,状态\n"
    "worker 1,300.00,2026-04-10,T1,成功\n"
    "worker 2,200.00,2026-04-10,T2,成功\n"
    "worker 3,100.00,2026-04-10,T3,失败\n"
)


async def brought(cast: Cast, text: str = FILE, actor: Actor | None = None) -> UUID:
    who = actor or cast.office
    async with company_transaction(who.organisation):
        return await bring(who, cast.site, "pay.csv", text.encode("gb18030"))


async def booked(cast: Cast, found: UUID, actor: Actor | None = None, **other: Any) -> int:
    who = actor or cast.office
    async with company_transaction(who.organisation):
        return await book(who, found, **({"for_month": MARCH, "paid_on": None, "now": NOW} | other))


async def test_a_file_is_booked_as_a_whole_and_a_second_click_books_nothing(cast: Cast) -> None:
    found = await brought(cast)
    assert of_company(cast, "SELECT FROM payment") == []
    at_once = await asyncio.gather(*[booked(cast, found) for _ in range(3)])
    assert sorted(at_once) == [0, 0, 2]
    rows = of_company(cast, "SELECT amount, reference, bank_import, for_month FROM payment")
    assert sorted(tuple(row) for row in rows) == [
        (Decimal(200), "T2", found, MARCH),
        (Decimal(300), "T1", found, MARCH),
    ]


async def test_the_same_file_is_not_booked_again_until_it_is_undone(cast: Cast) -> None:
    first = await brought(cast)
    await booked(cast, first)
    again = await brought(cast)
    assert await refused(booked(cast, again)) == "bank_file_booked"
    resaved = await brought(cast, FILE + "\n")
    assert await refused(booked(cast, resaved)) == "bank_file_faulty"  # its references
    async with company_transaction(cast.organisation):
        await undo_import(cast.office, first, "wrong month", NOW)
    reasons = of_company(cast, "SELECT undo_reason FROM bank_import")
    assert {row["undo_reason"] for row in reasons} == {None, "wrong month"}
    assert await refused(booked(cast, first)) == "bank_import_undone"
    assert await booked(cast, again) == 2
    live = of_company(cast, "SELECT voided_at IS NULL AS live FROM payment")
    assert [row["live"] for row in live].count(True) == 2


async def test_one_fault_keeps_the_whole_file_out(cast: Cast) -> None:
    found = await brought(cast, FILE + "nobody,1.00,2026-04-10,T4,成功\n")
    async with company_transaction(cast.organisation):
        seen = await preview(cast.office, found, None, NOW)
    assert [(one.line.row, one.faults[0].fault) for one in seen.verdict.faulty] == [(5, "nobody")]
    assert await refused(booked(cast, found)) == "bank_file_faulty"
    assert of_company(cast, "SELECT FROM payment") == []


async def test_rows_without_a_reference_that_look_booked_need_a_word(cast: Cast) -> None:
    text = "户名,金额\nworker 1,500\n"
    found = await brought(cast, text)
    assert await refused(booked(cast, found)) == "bank_file_faulty"  # no day anywhere
    await paid(cast, payment(cast))
    assert await refused(booked(cast, found, paid_on=PAID)) == "bank_file_repeats"
    assert await booked(cast, found, paid_on=PAID, sure=True) == 1


async def test_the_register_tells_two_of_a_name_apart(cast: Cast) -> None:
    query(cast.url, "UPDATE worker SET name = 'worker 1' WHERE id = $1", cast.workers[1])
    text = "户名,账号,金额,日期\nworker 1,6222021234567890123,5,2026-04-10\n"
    found = await brought(cast, text)
    assert await refused(booked(cast, found)) == "bank_file_faulty"
    query(
        cast.url,
        "INSERT INTO worker_identity (organisation, worker, bank_sealed, bank_mask, bank_mark)"
        " VALUES ($1, $2, '', '622************0123', '')",
        cast.organisation,
        cast.workers[1],
    )
    assert await booked(cast, found) == 1
    assert of_company(cast, "SELECT worker FROM payment")[0]["worker"] == cast.workers[1]
    kept = str(of_company(cast, "SELECT lines FROM bank_import")[0]["lines"])
    assert "0123" in kept
    assert "6222021234567890" not in kept


async def test_a_file_is_nobodys_business_elsewhere(cast: Cast, stranger: Actor) -> None:
    found = await brought(cast)
    for actor, slug in (
        (cast.supervisor, "not_allowed"),
        (cast.foreman, "not_allowed"),
        (cast.far_supervisor, "not_found"),
        (stranger, "not_found"),
    ):
        assert await refused(brought(cast, actor=actor)) == slug
        assert await refused(booked(cast, found, actor=actor)) == slug


async def test_who_was_entered_twice_and_merged_has_one_ledger(cast: Cast) -> None:
    first, second = cast.workers[:2]
    await sheet_sent(cast, date(2026, 3, 2), [line(first), line(second)])
    advance_given(cast, second, date(2026, 3, 6), "100")
    await paid(cast, payment(cast, "50"), payment(cast, "30", worker=second))
    merged = "UPDATE worker SET merged_into = $1 WHERE id = $2"
    query(cast.url, merged, first, second)
    async with company_transaction(cast.organisation):
        (month,) = await months_owed(cast.organisation, [cast.site], workers=[first])
    assert (month.worker, month.earned, month.outstanding) == (first, 600, 420)
    for asked in (first, second):
        found = await ledger_for(cast.office, asked, None, NOW)
        assert (found.worker.id, found.ledger.outstanding) == (first, 420)
    books = await money_of_month(cast.office, None, "2026-03", NOW)
    assert [(row.worker, row.in_all) for row in books.rows] == [(first, Decimal(420))]
