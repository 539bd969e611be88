"""The same grid on the page, in Excel and on paper: what was worked out by hand."""

import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from io import BytesIO
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from daywork.ground.database import close_database, open_database
from daywork.people.actor import Actor
from daywork.web.downloads import sheet_titles
from tests.attendance.story import a_month_by_hand
from tests.support.cast import Cast, found
from tests.support.client import client_of
from tests.support.database import query
from tests.support.server import Server

MARCH = {"month": "2026-03"}


def test_excel_takes_the_names_of_all_crews() -> None:
    titles = sheet_titles(
        ["About", "history", "a/b", "a:b", "班" * 40, "班" * 40, "'", ""], taken="about"
    )
    assert len({title.casefold() for title in titles}) == len(titles)
    assert all(0 < len(title) <= 31 for title in titles)
    assert not any(set(title) & set("[]:*?/\\") for title in titles)


@pytest.fixture
async def books(database_url: str) -> Cast:
    """Written before the server starts: one pool a process."""
    cast = found(database_url)
    await open_database(database_url, pool_size=2)
    await a_month_by_hand(cast)
    await close_database()
    return cast


@pytest.fixture
def client(books: Cast, app_server: Server) -> Callable[[Actor], httpx.AsyncClient]:
    return lambda actor: client_of(app_server.database_url, app_server.url, actor)


Totals = dict[str, dict[str, list[Decimal]]]
"""Crew → worker → approved 工 and overtime."""
BY_HAND: Totals = {
    "Carpenters": {
        "worker 1": [Decimal("2.5"), Decimal("6.5")],
        "worker 2": [Decimal("1.5"), Decimal(0)],
        "worker 3": [Decimal(0), Decimal(0)],
        "worker 4": [Decimal(0), Decimal(0)],
    },
    "Rebar": {"worker 1": [Decimal("0.75"), Decimal(0)]},
}


def totals_on(html: str) -> Totals:
    """What the page's tables say at the end of each worker's row."""
    found_: Totals = {}
    for section in re.findall(r'<section class="crew-month".*?</section>', html, re.S):
        name = re.search(r"<h2[^>]*>(.*?)(?: <span|</h2>)", section, re.S)
        assert name is not None
        body = section.split("<tbody>")[1].split("</tbody>")[0]
        rows: dict[str, list[Decimal]] = {}
        for row_ in re.findall(r"<tr>(.*?)</tr>", body, re.S):
            worker = re.search(r"<a[^>]*>(.*?)</a>", row_)
            assert worker is not None
            sums = dict(re.findall(r'data-label="([^"]*)">([^<]*)<', row_))
            rows[worker[1]] = [
                Decimal(sums["Approved 工"]),
                Decimal(sums.get("Overtime, hours", 0)),
            ]
        found_[name[1]] = rows
    return found_


def totals_in(book: Any) -> Totals:
    """What the workbook says, by its own header."""
    found_: Totals = {}
    for sheet in book.worksheets[1:]:
        head = [cell.value for cell in sheet[1]]
        rows: dict[str, list[Decimal]] = {}
        for cells in sheet.iter_rows(min_row=2, values_only=True):
            named = dict(zip(head, cells, strict=True))
            if named["Worker"] == "Total":
                continue
            rows.setdefault(named["Worker"], [Decimal(0), Decimal(0)])
            for place, kind in enumerate(("Approved 工", "Overtime, hours")):
                if named["Figure"] == kind:
                    rows[named["Worker"]][place] = Decimal(str(named["Total"]))
                    days = [value for title, value in named.items() if title[0].isdigit()]
                    assert (
                        sum(Decimal(str(one)) for one in days if one)
                        == rows[named["Worker"]][place]
                    )
        found_[sheet.title] = rows
    return found_


async def test_page_and_workbook_say_what_was_worked_out(
    books: Cast, client: Callable[[Actor], httpx.AsyncClient]
) -> None:
    async with client(books.office) as browser:
        html = unescape((await browser.get("/labour/attendance", params=MARCH)).text)
        reply = await browser.get("/labour/attendance.xlsx", params=MARCH)
    assert totals_on(html) == BY_HAND
    book = load_workbook(BytesIO(reply.content))
    assert totals_in(book) == BY_HAND
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "E2"
        assert not sheet.merged_cells.ranges
        for row_ in sheet.iter_rows(min_row=2, min_col=5, max_col=36):
            assert all(cell.value is None or cell.data_type == "n" for cell in row_)
    assert "¥" not in html


async def test_the_pdf_has_a_page_a_crew_with_the_same_totals_in_both_languages(
    books: Cast, client: Callable[[Actor], httpx.AsyncClient]
) -> None:
    for language, worker, company in [("en", "Worker", "Company"), ("zh-CN", "工人", "企业")]:
        query(books.url, "UPDATE member SET language = $1", language)
        async with client(books.office) as browser:
            reply = await browser.get("/labour/attendance.pdf", params=MARCH)
        assert reply.headers["content-type"] == "application/pdf"
        pages = PdfReader(BytesIO(reply.content)).pages
        assert [(round(one.mediabox.width), round(one.mediabox.height)) for one in pages] == [
            (842, 595)
        ] * 2
        carpenters, rebar = (one.extract_text() for one in pages)
        for text, crew in ((carpenters, "Carpenters"), (rebar, "Rebar")):
            assert worker in text
            assert f"{company}: Huayan Building" in text
            assert crew in text
            assert "Block A" in text
        words = carpenters.split()
        assert {"2.5", "6.5", "1.5", "(1)", "[0.25]", "[+1]", "+2.5"} <= set(words)
        assert "0.75" in rebar.split() or "0.75!" in rebar.split()


async def test_every_day_opens_its_sheets_with_the_same_figure(
    books: Cast, client: Callable[[Actor], httpx.AsyncClient]
) -> None:
    async with client(books.office) as browser:
        html = (await browser.get("/labour/attendance", params=MARCH)).text
        doors = re.findall(r'<td class="on[^"]*"><a href="([^"]*)">(.*?)</a>', html, re.S)
        assert len(doors) == 9
        for address, inside in doors:
            behind = await browser.get(unescape(address))
            assert behind.text.count('class="item" href="/approvals/') == 1
            signs = re.findall(
                r'<span class="(?:approved|submitted|returned)">(.*?)</span>', inside
            )
            for sign in signs:
                figure = sign.strip("()[]+")
                assert figure in behind.text


async def test_who_must_not_see_it_gets_no_page_and_no_file(
    books: Cast, client: Callable[[Actor], httpx.AsyncClient]
) -> None:
    stranger = found(books.url, "Another company")
    for kind in ("", ".xlsx", ".pdf"):
        path = f"/labour/attendance{kind}"
        for actor, asked, status in [
            (books.foreman, {}, 403),
            (books.far_supervisor, {"site": str(books.site)}, 404),
            (books.office, {"crew": str(books.far_crew)}, 404),
            (stranger.owner, {"site": str(books.site)}, 404),
        ]:
            async with client(actor) as browser:
                reply = await browser.get(path, params=MARCH | asked)
            assert reply.status_code == status, (path, actor.name)
            assert b"worker 1" not in reply.content


async def test_one_crew_alone_and_a_month_with_nothing(
    books: Cast, client: Callable[[Actor], httpx.AsyncClient]
) -> None:
    async with client(books.office) as browser:
        one = {"crew": str(books.other_crew)} | MARCH
        assert list(totals_on((await browser.get("/labour/attendance", params=one)).text)) == [
            "Rebar"
        ]
        book = load_workbook(
            BytesIO((await browser.get("/labour/attendance.xlsx", params=one)).content)
        )
        assert book.sheetnames == ["About", "Rebar"]
        empty = await browser.get("/labour/attendance", params={"month": "2026-01"})
        assert "No labour recorded in January 2026" in empty.text
        for kind in ("xlsx", "pdf"):
            nothing = await browser.get(f"/labour/attendance.{kind}", params={"month": "2026-01"})
            assert nothing.status_code == 404
        summary = (await browser.get("/labour", params=MARCH)).text
        assert "/labour/attendance?month=2026-03" in summary
