"""What stands on the page stands in the workbook, and nobody gets either who must not."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from openpyxl import load_workbook

from daywork.ground.database import close_database, open_database
from daywork.people.actor import Actor
from daywork.summary.rules import Grouping
from tests.support.cast import Cast, found
from tests.support.client import client_of
from tests.support.months import advance_given, sheet_sent
from tests.support.phone_words import line
from tests.support.server import Server

MARCH = {"month": "2026-03"}


@pytest.fixture
async def books(database_url: str) -> Cast:
    """A month with every kind of figure, written before the server starts: one pool a process."""
    cast = found(database_url)
    await open_database(database_url, pool_size=2)
    for day in (2, 3, 4):
        await sheet_sent(
            cast,
            date(2026, 3, day),
            [line(cast.workers[0], overtime_hours="2.5"), line(cast.workers[1], "0.5")],
            task=cast.task if day == 3 else None,
        )
    await sheet_sent(cast, date(2026, 3, 5), [line(cast.workers[2])], state="submitted")
    await sheet_sent(cast, date(2026, 3, 6), [line(cast.workers[2], "0.25")], state="returned")
    advance_given(cast, cast.workers[0], date(2026, 3, 6), "450.50")
    await close_database()
    return cast


@pytest.fixture
def client(books: Cast, app_server: Server) -> Callable[[Actor], httpx.AsyncClient]:
    return lambda actor: client_of(app_server.database_url, app_server.url, actor)


def figures_on(html: str) -> list[list[str]]:
    """The table's rows as texts: name, then figures without signs of money and links."""
    table = re.search(r'<table class="figures doors">.*?</table>', html, re.S)
    assert table is not None
    rows = []
    for row in re.findall(r"<tr>(.*?)</tr>", table[0], re.S)[1:]:
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)
        first = re.search(r"<a[^>]*>(.*?)</a>", cells[0], re.S)
        name = first[1] if first else re.sub(r"<.*?>", " ", cells[0]).split()[0]
        rest = [re.sub(r"<.*?>|[¥,\s]", "", cell).replace("−", "-") for cell in cells[1:]]
        rows.append([name, *rest])
    return rows


async def test_the_workbook_says_what_the_page_says(
    books: Cast, client: Callable[[Actor], httpx.AsyncClient]
) -> None:
    async with client(books.office) as browser:
        reply = await browser.get("/labour/summary.xlsx", params=MARCH)
        book = load_workbook(BytesIO(reply.content))
        for by, title in zip(Grouping, ("Worker", "Crew", "Task", "Day"), strict=True):
            html = (await browser.get("/labour", params=MARCH | {"by": by})).text
            sheet = book[title]
            head = [cell.value for cell in sheet[1]]
            first = head.index("Approved 工")
            shown = ["Approved 工", "Overtime, hours", "Earned"]
            shown += ["Advances", "Outstanding"] if by is Grouping.WORKER else []
            shown += ["Pending 工", "Returned 工"]
            for on_page, line_ in zip(figures_on(html), sheet.iter_rows(min_row=2), strict=True):
                named = dict(zip(head, line_, strict=True))
                assert [Decimal(text) for text in on_page[1:]] == [
                    Decimal(str(named[title].value)) for title in shown
                ]
            for row in sheet.iter_rows(min_row=2, min_col=first + 1):
                assert all(
                    cell.value is None or isinstance(cell.value, int | float) for cell in row
                )
            assert sheet.freeze_panes == "A2"
            assert not sheet.merged_cells.ranges
            assert sheet.max_row == len(figures_on(html)) + 1


async def test_the_total_is_a_number_of_ours_and_not_a_formula(
    books: Cast, client: Callable[[Actor], httpx.AsyncClient]
) -> None:
    async with client(books.office) as browser:
        reply = await browser.get("/labour/summary.xlsx", params=MARCH)
    sheet = load_workbook(BytesIO(reply.content))["Worker"]
    last: list[Any] = [cell.value for cell in sheet[sheet.max_row]]
    # 4.5 工 × 300 + 7.5 h × 50; the name that looks like a formula is text in the test below.
    assert last == [None, "Total", None, None, 4.5, 7.5, 1725, 450.5, 1274.5, 1, 0, 0.25, 0, 0]


async def test_the_file_is_named_by_site_and_month_in_the_readers_language(
    books: Cast, client: Callable[[Actor], httpx.AsyncClient]
) -> None:
    async with client(books.office) as browser:
        reply = await browser.get("/labour/summary.xlsx", params=MARCH)
    said = reply.headers["content-disposition"]
    assert 'filename="Labour-summary-Block-A-2026-03.xlsx"' in said
    assert unquote(said.split("filename*=UTF-8''")[1]) == "Labour summary Block A 2026-03.xlsx"


async def test_a_supervisors_page_and_workbook_hold_no_money(
    books: Cast, client: Callable[[Actor], httpx.AsyncClient]
) -> None:
    async with client(books.supervisor) as browser:
        for by in Grouping:
            html = (await browser.get("/labour", params=MARCH | {"by": by})).text
            assert "¥" not in html
            assert "1,725" not in html
        for path in ("/overview", "/labour/sheets"):
            assert "¥" not in (await browser.get(path, params=MARCH)).text
        reply = await browser.get("/labour/summary.xlsx", params=MARCH)
        book = load_workbook(BytesIO(reply.content))
        cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
        assert 1725 not in cells
        assert "Earned" not in [cell.value for cell in book["Worker"][1]]
        assert (await browser.get("/labour/advances", params=MARCH)).status_code == 403


@pytest.mark.parametrize(
    "path", ["/labour", "/labour/sheets", "/labour/advances", "/labour/summary.xlsx", "/overview"]
)
async def test_who_must_not_see_it_gets_nothing(
    books: Cast, client: Callable[[Actor], httpx.AsyncClient], path: str
) -> None:
    stranger = found(books.url, "Another company")
    async with client(books.foreman) as browser:
        assert (await browser.get(path, params=MARCH)).status_code == 403
    async with client(stranger.owner) as browser:
        for site in (books.site, books.far_site):
            reply = await browser.get(path, params=MARCH | {"site": str(site)})
            assert reply.status_code == 404
        everything = await browser.get(path, params=MARCH)
        assert b"worker 1" not in everything.content
    async with client(books.office) as browser:
        far = await browser.get(path, params=MARCH | {"site": str(books.far_site)})
        assert far.status_code == 404
    async with httpx.AsyncClient(base_url=str(client(books.office).base_url)) as nobody:
        reply = await nobody.get(path)
        assert reply.status_code in (302, 303, 401)


async def test_an_address_that_makes_no_sense_is_not_found(
    books: Cast, client: Callable[[Actor], httpx.AsyncClient]
) -> None:
    async with client(books.office) as browser:
        for asked in (
            "/labour?month=never",
            "/labour?by=moon",
            "/labour?site=1",
            "/labour/sheets?worker=x",
            "/labour/sheets?day=2026-02-30",
            "/labour/sheets?at=lost",
        ):
            assert (await browser.get(asked)).status_code == 404, asked
        assert (await browser.get("/labour/sheets?number=99999999999&month=2026-03")).is_success


async def test_a_worker_called_like_a_formula_stays_a_name(
    books: Cast, client: Callable[[Actor], httpx.AsyncClient], app_server: Server
) -> None:
    from tests.support.database import query

    query(
        app_server.database_url,
        "UPDATE worker SET name = '=HYPERLINK(\"http://x\")' WHERE id = $1",
        books.workers[0],
    )
    async with client(books.office) as browser:
        reply = await browser.get("/labour/summary.xlsx", params=MARCH)
    sheet = load_workbook(BytesIO(reply.content))["Worker"]
    names = {cell.value: cell.data_type for cell in sheet["B"]}
    assert names['=HYPERLINK("http://x")'] == "s"


async def test_an_empty_month_is_an_empty_page_and_an_empty_workbook(
    books: Cast, client: Callable[[Actor], httpx.AsyncClient]
) -> None:
    async with client(books.office) as browser:
        html = (await browser.get("/labour", params={"month": "2026-01"})).text
        assert "No labour recorded in January 2026" in html
        reply = await browser.get("/labour/summary.xlsx", params={"month": "2026-01"})
    sheet = load_workbook(BytesIO(reply.content))["Day"]
    assert [cell.value for cell in sheet[2]] == ["Total", 0, 0, 0, 0, 0, 0, 0, 0]


async def test_htmx_gets_the_month_alone(
    books: Cast, client: Callable[[Actor], httpx.AsyncClient]
) -> None:
    async with client(books.office) as browser:
        piece = await browser.get("/labour", params=MARCH, headers={"hx-request": "true"})
    assert piece.text.lstrip().startswith('<div id="summary"')
