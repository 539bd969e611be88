"""A company that pays in another currency than yuan reads its own on every page."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from daywork.ground.database import close_database, open_database
from tests.support.cast import Cast, found
from tests.support.client import client_of
from tests.support.database import query, value
from tests.support.server import Server
from tests.wages.story import a_month, item
from tests.wages.test_pages import closed

MOST = 400
"""Pages a walk looks at; more would say that it walks in circles."""


@pytest.fixture(params=["EUR", "USD"])
async def company(database_url: str, request: pytest.FixtureRequest) -> Cast:
    """The month of the story, priced in another currency."""
    cast = found(database_url)
    query(
        cast.url,
        "UPDATE organisation SET currency = $2 WHERE id = $1",
        cast.organisation,
        request.param,
    )
    await open_database(database_url, pool_size=2)
    await a_month(cast)
    await close_database()
    item(cast, cast.workers[0], "allowance", "12.50")
    return cast


def shape_of(path: str) -> str:
    """Pages that differ only in whose they are."""
    bare = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "*", path)
    return re.sub(r"\d{4}-\d\d(-\d\d)?", "#", bare)


def links_in(html: str) -> Iterator[str]:
    for link in re.findall(r'(?:href|hx-get)="(/[^"#]*)', html):
        path = link.replace("&amp;", "&")
        bare = urlsplit(path).path
        if not re.search(r"^/(m|api|assets)/|\.\w+$|sign-out|/live$", bare):
            yield path


async def walked(browser: httpx.AsyncClient, begin: list[str]) -> dict[str, str]:
    """Every page that links lead to, one of each shape."""
    waiting, shapes, seen = list(begin), set(), {}
    while waiting:
        path = waiting.pop(0)
        if shape_of(path) in shapes:
            continue
        shapes.add(shape_of(path))
        assert len(shapes) < MOST
        reply = await browser.get(path, follow_redirects=True)
        if reply.headers.get("content-type", "").startswith("text/html"):
            seen[path] = reply.text
            waiting += links_in(reply.text)
    return seen


async def test_no_page_shows_yuan(company: Cast, app_server: Server) -> None:
    symbol = {"EUR": "€", "USD": "$"}[
        value(company.url, "SELECT currency FROM organisation WHERE id = $1", company.organisation)
    ]
    async with client_of(company.url, app_server.url, company.owner) as owner:
        sheet = await closed(owner, company)
        settle = f"/labour/settlements/new?site={company.site}&crew={company.crew}"
        code = (await owner.get(f"/api{sheet.removeprefix('/labour')}")).json()["check_code"]
        month = f"?site={company.site}&month=2026-03"
        begin = [
            "/",
            f"/labour{month}",
            f"/labour/wages{month}",
            sheet,
            settle,
            f"/v/{code}",
            "/settings/trades",
        ]
        pages = await walked(owner, begin)
    yuan = [path for path, html in pages.items() if re.search(r"[¥￥]|\bCNY\b|人民币", html)]
    assert yuan == []
    for path in begin[1:]:
        assert symbol in pages[path], path
    assert len(pages) > 40


async def test_a_stranger_with_a_code_reads_no_amount(company: Cast, app_server: Server) -> None:
    async with client_of(company.url, app_server.url, company.owner) as owner:
        sheet = await closed(owner, company)
        code = (await owner.get(f"/api{sheet.removeprefix('/labour')}")).json()["check_code"]
    async with httpx.AsyncClient(base_url=app_server.url, trust_env=False) as anybody:
        html = (await anybody.get(f"/v/{code}", headers={"accept-language": "en"})).text
    assert "shown to the company" in html
    assert not re.search(r"[€¥]|\$\d", html)
