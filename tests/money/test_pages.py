"""The office's pages of money: each figure the same everywhere, and for nobody who must not see."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID

import httpx
import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]

from daywork.ground.database import close_database, open_database
from daywork.ground.ids import new_id
from daywork.people.actor import Actor
from tests.money.test_advances import of_company
from tests.support.cast import Cast, found
from tests.support.client import client_of
from tests.support.database import query
from tests.support.months import advance_given, sheet_sent
from tests.support.phone_words import line
from tests.support.server import Server

MARCH = {"month": "2026-03"}
FILE = "工号,姓名,金额,日期,流水号,结果\n7,worker 2,450.50,2026-04-02,T1,成功\n"

Client = Callable[[Actor], httpx.AsyncClient]


@pytest.fixture
async def books(database_url: str) -> Cast:
    """March: two workers earned, one was lent to; written before the server starts."""
    cast = found(database_url)
    await open_database(database_url, pool_size=2)
    for day in (2, 3, 4):
        await sheet_sent(cast, date(2026, 3, day), [line(one) for one in cast.workers[:2]])
    advance_given(cast, cast.workers[0], date(2026, 3, 6), "200")
    query(cast.url, "UPDATE worker SET number = '7' WHERE id = $1", cast.workers[1])
    await close_database()
    return cast


@pytest.fixture
def client(books: Cast, app_server: Server) -> Client:
    return lambda actor: client_of(app_server.database_url, app_server.url, actor)


def figures(html: str) -> list[str]:
    return re.findall(r'class="value">([^<]*)<', html)


async def pay(browser: httpx.AsyncClient, cast: Cast, **other: str) -> httpx.Response:
    form = {
        "payment": str(new_id()),
        "worker": str(cast.workers[0]),
        "amount": "100.25",
        "paid_on": "2026-04-01",
        "for_month": "2026-03-01",
        "method": "cash",
        "reference": "",
        "note": "",
    } | other
    return await browser.post("/labour/payments/new", params={"site": str(cast.site)}, data=form)


async def bring(browser: httpx.AsyncClient, cast: Cast, text: str) -> httpx.Response:
    return await browser.post(
        "/labour/money/imports/new",
        params={"site": str(cast.site)},
        files={"file": ("返回.csv", text.encode("gb18030"), "text/csv")},
    )


async def test_the_office_pays_and_every_page_says_the_same(books: Cast, client: Client) -> None:
    async with client(books.office) as browser:
        reply = await pay(browser, books)
        assert reply.status_code == 303, reply.text
        page = (await browser.get(reply.headers["location"])).text
        assert "¥100.25" in page
        assert "Booked" in page

        brought = await bring(browser, books, FILE)
        assert brought.status_code == 303, brought.text
        file = brought.headers["location"]
        preview = (await browser.get(file)).text
        assert "Book 1 payment" in preview
        assert "worker 2" in preview
        done = await browser.post(f"{file}/book", data={"for_month": "2026-03-01"})
        assert done.status_code == 303
        assert "1 payment booked" in (await browser.get(file)).text

        month = (await browser.get("/labour/money", params=MARCH)).text
        assert figures(month) == ["¥1,800.00", "¥200.00", "¥550.75", "¥1,049.25", "¥1,049.25"]
        summary = (await browser.get("/labour", params=MARCH)).text
        assert {"¥550.75", "¥1,049.25"} <= set(figures(summary))
        overview = (await browser.get("/overview", params=MARCH)).text
        assert "¥1,049.25" in overview

        address = f"/labour/workers/{books.workers[0]}/ledger"
        ledger = (await browser.get(address)).text
        assert figures(ledger) == ["¥900.00", "¥200.00", "¥100.25", "¥599.75"]
        rows = await sheet_of(browser, f"{address}.xlsx", "Ledger")
        assert rows[-1][4:] == [900, 200, 100.25, 599.75]
        assert [row[7] for row in rows[1:]] == [-200, 700, 599.75, 599.75]
        by_worker = await sheet_of(browser, "/labour/money.xlsx", "Outstanding", **MARCH)
        assert by_worker[-1][3:] == [1800, 200, 550.75, 1049.25, 1049.25]


async def sheet_of(
    browser: httpx.AsyncClient, address: str, title: str, **asked: str
) -> list[list[Any]]:
    reply = await browser.get(address, params=asked)
    assert reply.status_code == 200, reply.text
    rows = load_workbook(BytesIO(reply.content))[title].iter_rows(values_only=True)
    return [list(row) for row in rows]


async def test_faults_are_told_by_row_and_column_and_nothing_is_booked(
    books: Cast, client: Client
) -> None:
    async with client(books.office) as browser:
        wrong = FILE + "9,worker 9,x,2026-04-02,T2,成功\n"
        file = (await bring(browser, books, wrong)).headers["location"]
        page = (await browser.get(file)).text
        assert "1 row has a fault: nothing can be booked yet" in page
        assert "Worker’s number: nobody on this site’s roster is “9”" in page
        assert "Amount: “x” is not an amount" in page
        reply = await browser.post(f"{file}/book", data={"for_month": "2026-03-01"})
        assert reply.status_code == 422
        refused = await bring(browser, books, "a,b\n1,2\n")
        assert refused.status_code == 422
        assert "The columns of this file are not recognised" in refused.text
        bad = await pay(browser, books, amount="0", worker="")
        assert bad.status_code == 422
        assert "Please choose one" in bad.text
    assert of_company(books, "SELECT FROM payment") == []


async def test_of_a_long_file_the_faults_come_first_and_the_rest_a_hundred_at_a_time(
    books: Cast, client: Client
) -> None:
    rows = [f"7,worker 2,{n}.50,2026-04-02,R{n:03},成功\n" for n in range(1, 131)]
    text = (
        FILE.splitlines(keepends=True)[0] + "".join(rows) + "9,worker 9,1.00,2026-04-02,Z1,成功\n"
    )
    async with client(books.office) as browser:
        file = (await bring(browser, books, text)).headers["location"]
        first = (await browser.get(file)).text
        numbers = re.findall(r">(R\d{3}|Z1)<", first)
        assert numbers == ["Z1", *(f"R{n:03}" for n in range(1, 100))]
        rest = (await browser.get(f"{file}?skip=100")).text
        assert re.findall(r">(R\d{3}|Z1)<", rest) == [f"R{n:03}" for n in range(100, 131)]
        assert re.findall(r">(R\d{3}|Z1)<", (await browser.get(f"{file}?find=r077")).text) == [
            "R077"
        ]


async def test_a_payment_is_voided_with_a_reason_and_a_limit_is_kept(
    books: Cast, client: Client
) -> None:
    async with client(books.office) as browser:
        address = (await pay(browser, books)).headers["location"].split("?")[0]
        assert (await browser.post(f"{address}/void", data={"reason": " "})).status_code == 422
        await browser.post(f"{address}/void", data={"reason": "typed twice"})
        assert "typed twice" in (await browser.get(address)).text
        ledger = (await browser.get(f"/labour/workers/{books.workers[0]}/ledger")).text
        assert figures(ledger)[2] == "¥0.00"

        limit = f"/settings/sites/{books.site}/advances"
        assert (await browser.post(limit, data={"monthly": "-1"})).status_code == 422
        await browser.post(limit, data={"monthly": "2000", "percent": "50"})
        page = (await browser.get(limit)).text
        assert 'value="2,000"' in page
        assert 'value="50"' in page


async def test_who_must_not_see_it_does_not(books: Cast, client: Client, database_url: str) -> None:
    async with client(books.office) as browser:
        payment = (await pay(browser, books)).headers["location"].split("?")[0]
        file = (await bring(browser, books, FILE)).headers["location"]
    stranger = found(database_url, "Another company").owner
    ledger = f"/labour/workers/{books.workers[0]}/ledger"
    site = f"?site={books.site}"
    limit = f"/settings/sites/{books.site}/advances"
    pages = ("/labour/money" + site, ledger, payment, file, limit, f"{ledger}.xlsx")
    forms = (f"/labour/payments/new{site}", f"/labour/money/imports/new{site}")
    for actor, status in (
        (books.foreman, {403, 404}),
        (books.supervisor, {403, 404}),
        (books.far_supervisor, {403, 404}),
        (stranger, {404}),
    ):
        async with client(actor) as browser:
            for address in (*pages, *forms):
                reply = await browser.get(address)
                assert reply.status_code in status, (actor.name, address, reply.status_code)
                assert "¥100.25" not in reply.text
            for address in (f"{payment}/void", f"{file}/book", f"{file}/undo", limit):
                data = {"reason": "x", "for_month": "2026-03-01", "monthly": "1"}
                reply = await browser.post(address, data=data)
                assert reply.status_code in status, (actor.name, address)
            assert (await pay(browser, books)).status_code in status
    assert len(of_company(books, "SELECT FROM payment")) == 1


async def test_a_second_click_on_the_form_is_no_second_payment(books: Cast, client: Client) -> None:
    async with client(books.office) as browser:
        payment = str(UUID(int=7))
        first = await pay(browser, books, payment=payment)
        second = await pay(browser, books, payment=payment)
        assert first.headers["location"] == second.headers["location"]
        other = await pay(browser, books, payment=payment, amount="7")
        assert other.status_code == 409
    (row,) = of_company(books, "SELECT amount FROM payment")
    assert row["amount"] == Decimal("100.25")
