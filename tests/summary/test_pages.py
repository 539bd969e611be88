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
from pypdf import PdfReader

from daywork.ground.database import close_database, open_database
from daywork.people.actor import Actor
from daywork.summary.rules import Grouping
from tests.support.cast import Cast, found
from tests.support.client import client_of
from tests.support.database import query
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
    await sheet_sent(cast, date(2026, 2, 27), [line(cast.workers[0])], task=cast.task)
    advance_given(cast, cast.workers[0], date(2026, 3, 6), "450.50")
    query(
        database_url,
        "UPDATE task SET budget_man_days = 10, labour_budget = 3000, cost_code = '01.1 formwork'"
        " WHERE organisation = $1 AND id = $2",
        cast.organisation,
        cast.task,
    )
    await close_database()
    return cast


@pytest.fixture
def client(books: Cast, app_server: Server) -> Callable[[Actor], httpx.AsyncClient]:
    return lambda actor: client_of(app_server.database_url, app_server.url, actor)


AGAINST = {
    "Approved 工": "工 against the month before",
    "Earned": "Earned against the month before",
}
"""What stands under a figure of the page has a column of its own in the workbook."""


def figures_on(html: str) -> list[tuple[str, dict[str, list[Decimal]]]]:
    """The table's rows: name, and the numbers in each cell by its heading."""
    table = re.search(r'<table class="figures doors month-figures">.*?</table>', html, re.S)
    assert table is not None
    rows = []
    for row in re.findall(r"<tr>(.*?)</tr>", table[0], re.S)[1:]:
        first = re.search(r"<th[^>]*>(.*?)</th>", row, re.S)
        assert first is not None
        link = re.search(r"<a[^>]*>(.*?)</a>", first[1], re.S)
        name = link[1] if link else re.sub(r"<.*?>", " ", first[1]).split()[0]
        cells = {}
        for label, cell in re.findall(r'<td[^>]*data-label="([^"]*)">(.*?)</td>', row, re.S):
            text = re.sub(r"<.*?>|[¥,\s]", "", cell.split('<span class="small')[0])
            numbers = re.findall(r"-?[0-9.]+", text.replace("−", "-"))
            cells[label] = [Decimal(number) for number in numbers]
            against = re.search(r'against">vs \w+ <span class="nowrap-text">([^<]*)<', cell)
            if against is not None:
                more = re.sub(r"[¥,+]", "", against[1]).replace("−", "-")
                cells[AGAINST[label]] = [Decimal(more)]
        rows.append((name, cells))
    return rows


ON_PAGE = {
    "Approved 工": ["Approved 工"],
    "Overtime, h": ["Overtime, hours"],
    "Earned": ["Earned"],
    "Advances": ["Advances"],
    "Paid": ["Paid"],
    "Outstanding": ["Outstanding"],
    "工 against the month before": ["工 against the month before"],
    "Earned against the month before": ["Earned against the month before"],
    "工 used of plan": ["Used so far, 工", "Planned 工"],
    "Pay used of plan": ["Used so far, pay", "Planned pay"],
    "Pending 工": ["Pending 工"],
    "Returned 工": ["Returned 工"],
}
"""The workbook's columns of each heading of the page."""


async def test_page_workbook_paper_and_api_say_the_same(
    books: Cast, client: Callable[[Actor], httpx.AsyncClient]
) -> None:
    titles = ("Worker", "Crew", "Trade", "Task", "Cost code", "Site", "Day")
    async with client(books.office) as browser:
        reply = await browser.get("/labour/summary.xlsx", params=MARCH)
        book = load_workbook(BytesIO(reply.content))
        for by, title in zip(Grouping, titles, strict=True):
            asked = MARCH | {"by": by}
            html = (await browser.get("/labour", params=asked)).text
            assert "&lt;span" not in html
            page = figures_on(html)
            if by is Grouping.WORKER:
                assert any(AGAINST["Approved 工"] in cells for _name, cells in page)
            api = (await browser.get("/api/labour/summary", params=asked)).json()
            paper = PdfReader(
                BytesIO((await browser.get("/labour/summary.pdf", params=asked)).content)
            )
            printed = " ".join(one.extract_text() for one in paper.pages).replace(",", "")
            sheet = book[title]
            head = [cell.value for cell in sheet[1]]
            facts = [*(one["figures"] for one in api["rows"]), api["total"]]
            plans = [*(one["plan"] for one in api["rows"]), api["plan"]]
            lines = zip(page, sheet.iter_rows(min_row=2), facts, plans, strict=True)
            for (_name, shown), line_, said, plan in lines:
                there = {
                    one: Decimal(str(cell.value))
                    for one, cell in zip(head, line_, strict=True)
                    if isinstance(cell.value, int | float)
                }
                assert shown.keys() <= ON_PAGE.keys()
                for label, numbers in shown.items():
                    columns = [one for one in ON_PAGE[label] if one in there]
                    # "no plan" is said in words on the page, and as zero in the workbook.
                    assert numbers == [there[one] for one in columns][: len(numbers)], label
                    for one in columns:
                        as_printed = f"{there[one]:f}".rstrip("0").rstrip(".") or "0"
                        assert as_printed.replace("-", "−") in printed.replace("-", "−"), label
                assert Decimal(said["man_days"]) == there["Approved 工"]
                assert Decimal(said["earned"]) == there["Earned"]
                assert Decimal(said["pending_man_days"]) == there["Pending 工"]
                if "Planned 工" in there:
                    assert Decimal(plan["man_days"]) == there["Planned 工"]
                    assert Decimal(plan["used_amount"]) == there["Used so far, pay"]
            assert sheet.freeze_panes == "A2"
            assert not sheet.merged_cells.ranges
            assert sheet.max_row == len(page) + 1


async def test_the_total_is_a_number_of_ours_and_not_a_formula(
    books: Cast, client: Callable[[Actor], httpx.AsyncClient]
) -> None:
    async with client(books.office) as browser:
        reply = await browser.get("/labour/summary.xlsx", params=MARCH)
    sheet = load_workbook(BytesIO(reply.content))["Worker"]
    last: list[Any] = [cell.value for cell in sheet[sheet.max_row]]
    # 4.5 工 × 300 + 7.5 h × 50; the name that looks like a formula is text in the test below.
    assert last == [
        None,
        "Total",
        None,
        None,
        4.5,
        7.5,
        1725,
        *(1350, 375, 0, 0, 0, 0),
        450.5,
        0,
        1274.5,
        3.5,
        1425,
        1,
        0,
        0.25,
        0,
        0,
        0,
    ]


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
    "path",
    [
        "/labour",
        "/labour/sheets",
        "/labour/advances",
        "/labour/summary.xlsx",
        "/labour/summary.pdf",
        "/api/labour/summary",
        "/overview",
    ],
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
    assert [cell.value for cell in sheet[2]] == ["Total", *[0] * 15]


async def test_htmx_gets_the_month_alone(
    books: Cast, client: Callable[[Actor], httpx.AsyncClient]
) -> None:
    async with client(books.office) as browser:
        piece = await browser.get("/labour", params=MARCH, headers={"hx-request": "true"})
    assert piece.text.lstrip().startswith('<div id="summary"')
