"""A list longer than a page comes in stretches, is searched whole, and adds up as before."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Callable
from datetime import date
from decimal import Decimal
from html import unescape
from io import BytesIO
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from daywork.ground.database import close_database, open_database
from daywork.people.actor import Actor
from daywork.summary import api, pages, service
from tests.support.cast import Cast, found
from tests.support.client import client_of
from tests.support.database import query
from tests.support.months import advance_given, sheet_sent, work_on
from tests.support.phone_words import line
from tests.support.server import Server

MARCH = {"month": "2026-03"}
Client = Callable[[Actor], httpx.AsyncClient]


@pytest.fixture
async def crowd(database_url: str) -> Cast:
    """Four with work this month, one of them two records; one with work last month only, one with
    an advance only; a crew and a task on another site."""
    cast = found(database_url)
    await open_database(database_url, pool_size=2)
    w = [*cast.workers, cast.far_worker]
    work_on(cast, cast.far_site, cast.far_crew, w)
    for number, worker in enumerate(w):
        query(
            database_url,
            "UPDATE worker SET number = $1 WHERE id = $2",
            f"A{number + 1}",
            worker,
        )
    await sheet_sent(cast, date(2026, 3, 2), [line(w[0]), line(w[1], "0.5")], task=cast.task)
    await sheet_sent(cast, date(2026, 3, 3), [line(w[0]), line(w[2], "0.25")])
    await sheet_sent(
        cast, date(2026, 3, 4), [line(w[2], "0.5")], site=cast.far_site, crew=cast.far_crew
    )
    await sheet_sent(cast, date(2026, 2, 27), [line(w[3])], task=cast.task)
    query(database_url, "UPDATE worker SET merged_into = $1 WHERE id = $2", w[1], w[2])
    advance_given(cast, w[4], date(2026, 3, 6), "450.50")
    await close_database()
    return cast


@pytest.fixture
def client(crowd: Cast, app_server: Server) -> Client:
    return lambda actor: client_of(app_server.database_url, app_server.url, actor)


def rows_on(html: str) -> list[tuple[str, Decimal]]:
    """Name and approved 工 of each row, but the total."""
    found = []
    for row in re.findall(r"<tr>(.*?)</tr>", html, re.S):
        name = re.search(r'class="door-name"[^>]*>(.*?)</a>', row, re.S)
        approved = re.search(r'data-label="Approved 工">\s*<[^>]*>\s*([\d.]+)', row)
        if name and approved:
            found.append((unescape(name[1]), Decimal(approved[1])))
    return found


@pytest.mark.parametrize("by", ["worker", "crew", "task"])
async def test_stretches_are_every_row_once_and_the_most_work_first(
    crowd: Cast, client: Client, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    asked = MARCH | {"by": by}
    async with client(crowd.owner) as browser:
        whole = rows_on((await browser.get("/labour", params=asked)).text)
        monkeypatch.setattr(pages, "ROWS_AT_ONCE", 1)
        html = (await browser.get("/labour", params=asked)).text
        assert f"{len(whole)} rows" in html
        assert "<tfoot>" in html
        read = rows_on(html)
        while more := re.search(r'hx-get="([^"]*)"', html):
            reply = await browser.get(unescape(more[1]), headers={"hx-request": "true"})
            html = reply.text
            assert "<tfoot>" not in html
            read += rows_on(html)
            alone = rows_on((await browser.get(unescape(more[1]))).text)
            assert alone == read[-1:]
    assert sorted(read) == sorted(whole)
    assert [done for _name, done in read] == sorted((done for _n, done in whole), reverse=True)
    assert len(whole) > 1


async def test_a_name_or_number_is_found_among_all(
    crowd: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "ROWS_AT_ONCE", 1)
    async with client(crowd.owner) as browser:

        async def found(by: str, text: str) -> list[tuple[str, Decimal]]:
            reply = await browser.get("/labour", params=MARCH | {"by": by, "find": text})
            return rows_on(reply.text)

        assert await found("worker", "a1") == [("worker 1", Decimal(2))]
        # By the number of the record that was merged into his, too.
        assert await found("worker", "A3") == [("worker 2", Decimal("1.25"))]
        assert await found("worker", "WORKER 2") == [("worker 2", Decimal("1.25"))]
        assert await found("worker", "worker 4") == [("worker 4", Decimal(0))]
        assert await found("worker", "%") == []
        assert await found("crew", "bridge") == [("Bridge gang", Decimal("0.5"))]
        assert await found("site", "bridge") == [("Bridge", Decimal("0.5"))]
        reply = await browser.get("/labour", params=MARCH | {"by": "worker", "find": "<b>nobody"})
        assert "Nothing is called “&lt;b&gt;nobody” in this month" in reply.text


async def test_the_workbook_holds_all_however_it_was_put_together(
    crowd: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with client(crowd.owner) as browser:

        async def book() -> dict[str, list[tuple[object, ...]]]:
            reply = await browser.get("/labour/summary.xlsx", params=MARCH)
            read = load_workbook(BytesIO(reply.content))
            return {one.title: list(one.iter_rows(values_only=True)) for one in read.worksheets}

        whole = await book()
        monkeypatch.setattr(service, "ROWS_A_PART", 1)
        parts = await book()
    assert list(parts) == list(whole)
    for title, rows in whole.items():
        if title == "About":
            continue
        assert parts[title][0] == rows[0]
        assert parts[title][-1] == rows[-1]
        assert sorted(map(str, parts[title])) == sorted(map(str, rows))
    assert len(whole["Worker"]) == 6


async def test_a_workbook_is_answered_before_it_is_made(
    crowd: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = service.month_by_parts, threading.Event()

    async def when_asked(*args: Any, **named: Any) -> AsyncIterator[service.Summary]:
        assert await asyncio.to_thread(asked.wait, 20)
        async for part in real(*args, **named):
            yield part

    monkeypatch.setattr(service, "month_by_parts", when_asked)
    async with (
        client(crowd.owner) as browser,
        browser.stream("GET", "/labour/summary.xlsx", params=MARCH, timeout=10) as reply,
    ):
        assert reply.status_code == 200
        assert "2026-03.xlsx" in reply.headers["content-disposition"]
        asked.set()
        assert load_workbook(BytesIO(await reply.aread())).sheetnames[0] == "About"
    async with client(crowd.foreman) as browser:
        assert (await browser.get("/labour/summary.xlsx", params=MARCH)).status_code == 403


async def test_other_programs_get_stretches_too(
    crowd: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = MARCH | {"by": "worker"}
    async with client(crowd.owner) as browser:
        whole = (await browser.get("/api/labour/summary", params=asked)).json()
        monkeypatch.setattr(api, "ROWS_A_REPLY", 3)
        parts = []
        for skip in ("0", "3", "6"):
            parts.append(
                (await browser.get("/api/labour/summary", params=asked | {"skip": skip})).json()
            )
        found = (await browser.get("/api/labour/summary", params=asked | {"find": "A1"})).json()
    keys = [row["key"] for part in parts for row in part["rows"]]
    assert sorted(keys) == sorted(row["key"] for row in whole["rows"])
    assert [part["rows_in_all"] for part in parts[:2]] == [len(keys)] * 2
    assert all(part["total"] == whole["total"] for part in parts)
    assert [row["name"] for row in found["rows"]] == ["worker 1"]
    assert found["total"] == whole["total"]


async def test_nobody_finds_who_works_where_he_must_not_look(crowd: Cast, client: Client) -> None:
    asked = MARCH | {"by": "worker", "find": "worker 2"}
    async with client(crowd.far_supervisor) as browser:
        (row,) = rows_on((await browser.get("/labour", params=asked)).text)
        assert row == ("worker 2", Decimal("0.5"))
        for hidden in ("worker 1", "worker 4", "A5"):
            reply = await browser.get("/labour", params=asked | {"find": hidden})
            assert rows_on(reply.text) == []
        api = (await browser.get("/api/labour/summary", params=asked)).json()
        assert api["rows"][0]["figures"]["earned"] is None
    async with client(crowd.supervisor) as browser:
        reply = await browser.get("/labour", params=asked | {"site": str(crowd.far_site)})
        assert reply.status_code == 404


async def test_sites_that_count_alike_stand_together_under_the_month(
    crowd: Cast, client: Client, app_server: Server
) -> None:
    said = re.compile(r"<p>([^<]*1 工 = [^<]*)</p>")
    async with client(crowd.owner) as browser:
        apart = said.findall((await browser.get("/labour", params=MARCH)).text)
        query(
            app_server.database_url,
            "UPDATE site SET hours_per_day = 8 WHERE organisation = $1",
            crowd.organisation,
        )
        query(app_server.database_url, "UPDATE labour_line SET hours_per_day = 8")
        alike = said.findall((await browser.get("/labour", params=MARCH)).text)
    assert len(apart) == 2
    assert all(("Block A" in one) != ("Bridge" in one) for one in apart)
    assert len(alike) == 1
    assert "Block A" not in alike[0]
