"""The page of days booked twice: rendered in both languages, settled through its form."""

import re
from collections.abc import Callable

import httpx
import pytest

from daywork.ground.database import close_database, open_database
from daywork.people.actor import Actor
from tests.support.cast import DAY, Cast, found
from tests.support.client import client_of
from tests.support.months import sheet_sent, work_on
from tests.support.phone_words import line
from tests.support.server import Server

PAGE = "/labour/double-bookings"
MARCH = {"month": "2026-03"}


@pytest.fixture
async def books(database_url: str) -> Cast:
    """Worker 1 is on a sheet of each site; written before the server starts."""
    cast = found(database_url)
    await open_database(database_url, pool_size=2)
    work_on(cast, cast.far_site, cast.far_crew, cast.workers[:1])
    await sheet_sent(cast, DAY, [line(cast.workers[0])])
    await sheet_sent(cast, DAY, [line(cast.workers[0])], site=cast.far_site, crew=cast.far_crew)
    await close_database()
    return cast


@pytest.fixture
def client(books: Cast, app_server: Server) -> Callable[[Actor], httpx.AsyncClient]:
    return lambda actor: client_of(app_server.database_url, app_server.url, actor)


async def test_the_page_settles_what_it_shows_and_hides_what_it_must(
    books: Cast, client: Callable[[Actor], httpx.AsyncClient]
) -> None:
    async with client(books.owner) as browser:
        assert f'href="{PAGE}?month=2026-03"' in (await browser.get("/labour", params=MARCH)).text
        english = (await browser.get(PAGE, params=MARCH)).text
        await browser.post("/language", data={"language": "zh-CN", "next": "/"})
        chinese = (await browser.get(PAGE, params=MARCH)).text
        await browser.post("/language", data={"language": "en", "next": "/"})
    assert "Bridge gang · Bridge" in english
    assert "All of them stand" in english
    assert "全部有效" in chinese
    async with client(books.office) as browser:
        html = (await browser.get(PAGE, params=MARCH)).text
        assert "Bridge" in html
        assert "Bridge gang" not in html
        assert 'name="answer"' not in html
        action, mark = re.search(  # type: ignore[union-attr]
            r'action="(/labour/double-bookings/[^"?]+)[^"]*">.*?name="mark" value="(\w+)"',
            english,
            re.S,
        ).groups()
        form = {"mark": mark, "answer": "all", "reason": "night shift"}
        assert (await browser.post(action, data=form)).status_code == 403
    async with client(books.foreman) as browser:
        assert (await browser.get(PAGE, params=MARCH)).status_code == 403
        assert (await browser.post(action, data=form)).status_code == 404
    async with client(books.owner) as browser:
        assert (await browser.post(action, data=form | {"reason": ""})).status_code == 422
        assert (await browser.post(action, data=form | {"answer": "?"})).status_code == 404
        for _ in range(2):
            reply = await browser.post(action, data=form)
            assert reply.status_code == 303, reply.text
        after = await browser.get(reply.headers["location"])
        assert "<q>night shift</q>" in after.text
        assert 'name="answer"' not in after.text
        assert "wait: booked twice" not in (await browser.get("/labour", params=MARCH)).text
