"""A worker's months on his foreman's phone: whose phone holds them, and that they keep up."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from daywork.approvals.disputes import answer
from daywork.crosscheck.opening import own_month
from daywork.crosscheck.queries import SiteRule
from daywork.crosscheck.service import agree_on_rule
from daywork.ground import places
from daywork.ground.database import close_database, company_transaction, open_database
from daywork.people.actor import Actor
from daywork.sync.feed import pull
from tests.crosscheck.phones import SHOWN, claim, cross_check
from tests.support.cast import Cast, found
from tests.support.database import query, value
from tests.support.months import advance_given, sheet_sent
from tests.support.phone_words import NOW, line, said, send, sheet
from tests.sync.phone import Phone

MARCH = "2026-03"


@pytest.fixture
async def cast(books: Cast) -> AsyncIterator[Cast]:
    await open_database(books.url, pool_size=4)
    yield books
    await close_database()


async def held(actor: Actor, cast: Cast) -> Phone:
    phone = Phone(actor, cast.site)
    await phone.sync()
    return phone


def month(phone: Phone, worker: UUID, which: str = MARCH) -> dict[str, Any]:
    found: dict[str, Any] = phone.rows["own_month", worker]["months"][which]
    return found


def led_by_the_office(cast: Cast) -> None:
    """Somebody who may see pay leads the crew himself."""
    led = "UPDATE crew SET foreman = $2 WHERE id = $1"
    query(cast.url, led, cast.crew, cast.members["office"])


async def test_a_foreman_holds_the_months_of_his_own_people_and_nobody_else_does(
    cast: Cast,
) -> None:
    await sheet_sent(cast, date(2026, 2, 27), [line(cast.workers[0])])
    phone = await held(cast.foreman, cast)
    assert phone.ids("own_month") == set(cast.workers[:2])
    assert month(phone, cast.workers[0])["days"] == {
        "02": ["1", "2"],
        "03": ["0", "0", "0.5"],
    }
    assert month(phone, cast.workers[0], "2026-02")["days"] == {"27": ["1"]}
    for other in (cast.other_foreman, cast.supervisor, cast.office, cast.owner):
        assert (await held(other, cast)).ids("own_month") == set()
    stranger = found(cast.url, "Another company")
    assert (await held(stranger.foreman, stranger)).ids("own_month") == set()


async def test_what_the_phone_holds_is_what_a_link_would_show(cast: Cast) -> None:
    phone = await held(cast.foreman, cast)
    async with company_transaction(cast.organisation, snapshot=True):
        shown = await own_month(
            cast.organisation, cast.site, cast.workers[0], date(2026, 3, 1), NOW, pay=False
        )
    days = month(phone, cast.workers[0])["days"]
    for one in shown.days:
        told = [Decimal(amount) for amount in days[f"{one.day:%d}"]] + [Decimal(0)] * 4
        assert told[:4] == [
            one.man_days,
            one.overtime_hours,
            one.pending_man_days,
            one.pending_overtime,
        ]
    assert shown.shown == SHOWN


async def test_a_foreman_sees_no_money_and_who_may_see_pay_sees_it(cast: Cast) -> None:
    assert "pay" not in json.dumps(
        (await held(cast.foreman, cast)).rows["own_month", cast.workers[0]]
    )
    led_by_the_office(cast)
    phone = await held(cast.office, cast)
    pay = month(phone, cast.workers[0])["pay"]
    assert (pay["earned"], pay["advances"], pay["outstanding"]) == ("400.00", "200.00", "200.00")
    # The site lets its workers see days alone: the phone begins anew, without the money.
    await agree_on_rule(cast.owner, cast.site, SiteRule(shows_pay=False), NOW)
    await phone.sync()
    assert phone.resets == ["scope_changed"]
    assert "pay" not in month(phone, cast.workers[0])


async def test_every_change_of_the_month_reaches_the_phone(cast: Cast) -> None:
    worker, mate = cast.workers[:2]
    phone = await held(cast.foreman, cast)
    await send(cast.foreman, sheet(cast, line(worker, "0.5"), day=date(2026, 3, 4)))
    await phone.sync()
    assert month(phone, worker)["days"]["04"] == ["0", "0", "0.5"]

    await send(cast.foreman, cross_check(cast, claims={"2026-03-03": claim("1")}))
    await phone.sync()
    (dispute,) = month(phone, worker)["disputes"]
    assert (dispute["claimed"], dispute["outcome"]) == (["1", "0"], None)
    assert month(phone, worker)["answer"]["outcome"] == "disputed"

    assert month(phone, worker)["answer"]["changed"] == ["2026-03-04"]
    await answer(cast.supervisor, UUID(dispute["id"]), "declined", "He left at noon", NOW)
    await phone.sync()
    (dispute,) = month(phone, worker)["disputes"]
    assert (dispute["outcome"], dispute["answer"]) == ("declined", "He left at noon")

    query(cast.url, "UPDATE worker SET merged_into = $2 WHERE id = $1", worker, mate)
    await phone.sync()
    assert phone.ids("own_month") == {mate}
    assert month(phone, mate)["days"]["02"] == ["2", "2"]
    assert phone.rows == (await held(cast.foreman, cast)).rows
    query(cast.url, "UPDATE worker SET merged_into = NULL WHERE id = $1", worker)
    await phone.sync()
    assert phone.ids("own_month") == {worker, mate}
    assert phone.rows == (await held(cast.foreman, cast)).rows


async def test_money_keeps_up_where_it_is_shown(cast: Cast) -> None:
    worker = cast.workers[0]
    led_by_the_office(cast)
    phone = await held(cast.office, cast)
    advance_given(cast, worker, date(2026, 3, 4), "50")
    await phone.sync()
    assert month(phone, worker)["pay"]["advances"] == "250.00"
    query(cast.url, "UPDATE advance SET state = 'void' WHERE worker = $1", worker)
    await phone.sync()
    assert month(phone, worker)["pay"]["advances"] == "0"
    assert phone.rows == (await held(cast.office, cast)).rows


async def test_who_goes_to_another_crew_goes_from_one_phone_to_the_other(cast: Cast) -> None:
    worker = cast.workers[0]
    one, other = await held(cast.foreman, cast), await held(cast.other_foreman, cast)
    query(cast.url, "UPDATE roster SET crew = $2 WHERE worker = $1", worker, cast.other_crew)
    await one.sync()
    await other.sync()
    assert one.ids("own_month") == {cast.workers[1]}
    assert (one.resets, other.resets) == (["scope_changed"], [])
    assert month(other, worker)["days"].keys() == {"02", "03"}
    # Nothing is told of who has no recorded days, and no phone begins anew for him.
    query(
        cast.url, "UPDATE roster SET crew = $2 WHERE worker = $1", cast.workers[3], cast.other_crew
    )
    await one.sync()
    assert one.resets == ["scope_changed"]


async def test_later_months_take_the_place_of_earlier_ones(cast: Cast) -> None:
    later = datetime(2026, 6, 5, tzinfo=UTC)
    page = await pull(cast.foreman, cast.site, None, now=later)
    assert not [row for row in page.rows if row.s == "own_month" and not row.gone]


async def test_months_of_before_are_brought_to_the_phone_by_the_migration(cast: Cast) -> None:
    query(cast.url, "DELETE FROM feed WHERE subject = 'own_month'")
    query(
        cast.url,
        "UPDATE labour_line SET work_day = current_date WHERE organisation = $1",
        cast.organisation,
    )

    text = (places.MIGRATIONS / "sql/0026_1_cross_check_offline.sql").read_text(encoding="utf-8")
    query(cast.url, "DELETE FROM feed WHERE subject = 'own_month'")
    query(cast.url, text.rpartition("\n-- Months of before")[2].partition("\n")[2])
    kept = "SELECT count(*) FROM feed WHERE organisation = $1 AND subject = 'own_month'"
    assert value(cast.url, kept, cast.organisation) == 2
    assert said(await send(cast.foreman, cross_check(cast))) == ["applied"]
