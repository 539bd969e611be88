"""A clerk's journeys through rates and pay; nothing is lost of what was typed."""

import re
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from daywork.ground.ids import new_id
from tests.money.test_payments import close
from tests.pay.clerk import Client, agree, asked, held, rates_of, typed
from tests.support.cast import Cast, found
from tests.support.database import query, value
from tests.support.months import work_on


async def test_a_rate_is_agreed_and_what_was_typed_wrong_is_shown_again(
    books: Cast, office: httpx.AsyncClient
) -> None:
    reply = await agree(office, books, f"crew:{books.crew}", amount="lots", note="since Easter")
    assert reply.status_code == 422
    assert "A number from 0 to 999999" in reply.text
    assert (typed(reply.text, "amount"), typed(reply.text, "note")) == ("lots", "since Easter")
    assert f'value="crew:{books.crew}" selected' in reply.text
    assert (await agree(office, books, "moon")).status_code == 422
    assert (await agree(office, books, f"crew:{books.crew}")).status_code == 303
    page = (await office.get("/labour/rates", params=asked(books))).text
    assert "€320.00" in page
    assert "¥" not in page
    assert "The rate is agreed." in page
    again = (await office.get("/labour/rates", params=asked(books))).text
    assert "The rate is agreed." not in again, "it is said once"


async def test_the_sites_a_trades_rate_touches_are_shown_before_it_is_agreed(
    books: Cast, client: Client
) -> None:
    whose = f"trade:{books.carpenter}"
    async with client(books.owner) as owner:
        page = (await agree(owner, books, whose)).text
        assert len(rates_of(books)) == 1
        for told in (
            "Counts on 2 sites",
            "for 5 workers",
            "Block A: 4 workers",
            "Bridge: 1 worker",
        ):
            assert told in page, told
        form = held(page)
        change = await agree(owner, books, **form | {"act": "change"})
        assert typed(change.text, "amount") == "320"
        assert (await agree(owner, books, **form | {"act": "agree"})).status_code == 303
        assert "Counts on 2 sites" in (await owner.get(f"/settings/trades/{books.carpenter}")).text
    assert [row[1:] for row in rates_of(books)] == [
        ("2026-01-01", "2026-03-31"),
        ("2026-04-01", None),
    ]


async def test_what_also_counts_elsewhere_is_refused_with_what_was_typed(
    books: Cast, office: httpx.AsyncClient
) -> None:
    reply = await agree(office, books, f"trade:{books.carpenter}", act="agree")
    assert reply.status_code == 409
    assert "This rate would also count on Bridge" in reply.text
    assert typed(reply.text, "amount") == "320"
    form = {"unit": "man_day", "amount": "1", "valid_from": "2026-04-01"}
    reply = await office.post(f"/settings/trades/{books.carpenter}/rates", data=form)
    assert reply.status_code == 409
    work_on(books, books.far_site, books.far_crew, books.workers[:1])
    worker = f"/settings/sites/{books.site}/workers/{books.workers[0]}"
    reply = await office.post(f"{worker}/rates", data=form)
    assert reply.status_code == 409
    assert "Bridge" in reply.text
    assert len(rates_of(books)) == 1


async def test_missing_rates_are_listed_and_filled_in_together(
    books: Cast, office: httpx.AsyncClient
) -> None:
    query(
        books.url,
        "UPDATE labour_line SET rate = NULL, rate_unit = NULL, rate_amount = NULL, earned = NULL,"
        " overtime_earned = NULL WHERE organisation = $1",
        books.organisation,
    )
    query(books.url, "DELETE FROM rate WHERE organisation = $1", books.organisation)
    page = (await office.get("/labour/rates", params=asked(books))).text
    assert "2 workers have no rate in this month" in page
    workers = [str(worker) for worker in books.workers[:2]]
    form = {"worker": workers, "unit": "man_day", "amount": "", "valid_from": "2026-03-01"}
    reply = await office.post("/labour/rates/fill", params=asked(books), data=form)
    assert reply.status_code == 422
    form |= {"amount": "310"}
    reply = await office.post("/labour/rates/fill", params=asked(books), data=form)
    assert reply.status_code == 303
    page = (await office.get("/labour/rates", params=asked(books))).text
    assert "Every approved line of this month has its rate" in page
    assert value(
        books.url, "SELECT sum(earned) FROM labour_line WHERE organisation = $1", books.organisation
    ) == Decimal("775.00")


async def test_the_green_tick_stands_for_approved_work_and_for_nothing_else(
    books: Cast, office: httpx.AsyncClient
) -> None:
    good, none = (
        "Every approved line of this month has its rate",
        "Nothing of this month is approved",
    )
    rest = "Sheets that are not approved yet get theirs when they are."

    async def told() -> str:
        return (await office.get("/labour/rates", params=asked(books))).text

    page = await told()
    assert (good in page, rest in page, none in page) == (True, False, False)
    for waits, shown in ((1, (False, False, True)), (4, (True, True, False))):
        query(
            books.url,
            "UPDATE labour_line SET state = CASE WHEN work_day >= $2 THEN 'submitted'"
            " ELSE 'approved' END WHERE organisation = $1",
            books.organisation,
            date(2026, 3, waits),
        )
        page = await told()
        assert (good in page, rest in page, none in page) == shown
    query(
        books.url,
        "UPDATE labour_line SET state = 'void' WHERE organisation = $1",
        books.organisation,
    )
    page = await told()
    assert (good in page, none in page) == (False, False)
    assert "No labour recorded in March 2026" in page


async def test_filling_in_says_first_where_else_a_workers_rate_would_count(
    books: Cast, office: httpx.AsyncClient, client: Client
) -> None:
    query(
        books.url,
        "UPDATE labour_line SET rate = NULL, rate_unit = NULL, rate_amount = NULL,"
        " earned = NULL, overtime_earned = NULL WHERE organisation = $1",
        books.organisation,
    )
    query(books.url, "DELETE FROM rate WHERE organisation = $1", books.organisation)
    query(
        books.url,
        "INSERT INTO roster (organisation, site, worker, crew, joined_on)"
        " VALUES ($1, $2, $3, $4, '2026-01-01')",
        books.organisation,
        books.far_site,
        books.workers[0],
        books.far_crew,
    )
    workers = [str(worker) for worker in books.workers[:2]]
    form = {"worker": workers, "unit": "man_day", "amount": "310", "valid_from": "2026-03-01"}
    async with client(books.owner) as owner:
        reply = await owner.post("/labour/rates/fill", params=asked(books), data=form)
        assert reply.status_code == 200
        assert "<li>worker 1: Bridge</li>" in reply.text
        assert typed(reply.text, "amount") == "310"
        assert rates_of(books) == []
        # For the crew alone there is nothing to ask.
        crew = await owner.post(
            "/labour/rates/fill", params=asked(books), data=form | {"scope": "crew"}
        )
        assert crew.status_code == 303
    assert len(rates_of(books)) == 1
    # Whose rights end at this site is refused, as when agreeing a single rate.
    refused = await office.post("/labour/rates/fill", params=asked(books), data=form)
    assert refused.status_code == 409


async def test_overtime_is_chosen_for_a_site_from_a_day_on(
    books: Cast, office: httpx.AsyncClient
) -> None:
    path = f"/settings/sites/{books.site}/overtime"
    assert "By agreement" in (await office.get(path)).text
    bad = await office.post(path, data={"way": "statute", "valid_from": "soon", "note": "contract"})
    assert bad.status_code == 422
    assert typed(bad.text, "note") == "contract"
    form = {"way": "agreement", "valid_from": "2026-03-01"}
    assert (await office.post(path, data=form)).status_code == 409
    form["way"] = "statute"
    assert (await office.post(path, data=form)).status_code == 303
    page = (await office.get(path)).text
    assert "150 % on a workday" in page
    assert "from 2026-03-01" in page


async def test_meals_of_a_crew_are_previewed_changed_booked_and_taken_back(
    books: Cast, office: httpx.AsyncClient
) -> None:
    path, crew = "/labour/pay/new", str(books.crew)
    form: dict[str, Any] = {
        "kind": "meal",
        "basis": "day",
        "amount": "１５",
        "first": "2026-03-01",
        "last": "2026-03-31",
        "note": "",
        "crew": crew,
        "batch": str(new_id()),
    }
    bad = await office.post(path, params=asked(books), data=form)
    assert bad.status_code == 422
    assert f'name="crew" value="{crew}" checked' in bad.text
    form["note"] = "canteen"
    page = (await office.post(path, params=asked(books), data=form)).text
    assert "Meals: €45.00" in page
    assert value(books.url, "SELECT count(*) FROM pay_item WHERE note = 'canteen'") == 0
    everybody = [str(worker) for worker in books.workers[:2]]
    kept = held(page) | {"worker": everybody}
    change = await office.post(path, params=asked(books), data=kept | {"act": "change"})
    assert typed(change.text, "note") == "canteen"
    assert all(f'value="{worker}" checked' in change.text for worker in everybody)
    for _click in range(2):
        reply = await office.post(path, params=asked(books), data=kept | {"act": "book"})
        assert reply.status_code == 303, reply.text
    page = (await office.get("/labour/pay", params=asked(books))).text
    assert "€45.00" in page
    item = re.search(r'href="(/labour/pay/[0-9a-f-]{36})"', page)
    assert item is not None
    one = (await office.get(item[1])).text
    assert "2 days × €15.00" in one
    assert (await office.post(f"{item[1]}/void", data={"reason": ""})).status_code == 422
    reply = await office.post(f"{item[1]}/void", data={"reason": "brought own", "together": "on"})
    assert reply.status_code == 303
    one = (await office.get(item[1])).text
    assert "brought own" in one
    assert "¥" not in one
    at = value(books.url, "SELECT max(voided_at) FROM pay_item WHERE note = 'canteen'")
    assert f"{at.astimezone(ZoneInfo('Europe/Berlin')):%H:%M}" in one
    assert "€0.00" in (await office.get("/labour/pay", params=asked(books))).text


async def test_a_past_month_is_priced_from_its_first_day_for_the_crew_that_worked(
    books: Cast, office: httpx.AsyncClient
) -> None:
    query(books.url, "UPDATE task SET crew = NULL WHERE id = $1", books.task)
    query(books.url, "UPDATE crew SET name = 'Zimmerer' WHERE id = $1", books.crew)
    query(
        books.url,
        "INSERT INTO rate (organisation, id, task, unit, amount, valid_from)"
        " VALUES ($1, $2, $3, 'quantity', 46.5, '2026-01-01')",
        books.organisation,
        new_id(),
        books.task,
    )
    piece = (await office.get(f"/labour/piecework/{books.task}", params=asked(books))).text
    assert typed(piece, "valid_from") == "2026-03-01"
    assert f'<option value="{books.crew}" selected>' in piece
    rates = (await office.get("/labour/rates", params=asked(books))).text
    assert typed(rates, "valid_from") == "2026-03-01"


async def test_a_closed_month_offers_nothing_to_change(
    books: Cast, office: httpx.AsyncClient
) -> None:
    close(books, date(2026, 3, 1))
    page = (await office.get("/labour/pay", params=asked(books))).text
    assert "This month is closed" in page
    assert "/labour/pay/new" not in page
    form = {
        "kind": "meal",
        "basis": "fixed",
        "amount": "15",
        "last": "2026-03-31",
        "note": "late",
        "worker": str(books.workers[0]),
    }
    reply = await office.post("/labour/pay/new", params=asked(books), data=form)
    assert reply.status_code == 409
    assert typed(reply.text, "note") == "late"


async def test_only_who_may_see_pay_gets_in(books: Cast, client: Client) -> None:
    paths = [
        "/labour/rates",
        "/labour/pay",
        "/labour/pay/new",
        "/labour/piecework",
        f"/labour/piecework/{books.task}",
        f"/labour/workers/{books.workers[0]}/pay",
        f"/settings/sites/{books.site}/overtime",
    ]
    other = found(books.url, "Another company")
    people = {
        200: (books.office, books.owner),
        403: (books.foreman, books.supervisor),
        404: (books.far_supervisor, other.owner),
    }
    for status, actors in people.items():
        for actor in actors:
            async with client(actor) as browser:
                for path in paths:
                    reply = await browser.get(path, params=asked(books))
                    assert reply.status_code == status, (actor.name, path)
