"""Lists of the office stay a hundred rows long on a site of more, and lead to all of them."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg
import httpx
import pytest

from daywork.ground.database import close_database, company_transaction, open_database
from daywork.people.actor import Actor
from daywork.summary.rules import Month
from daywork.wages import service as wages
from daywork.web.stretches import AT_ONCE, Wanted, stretch_of
from tests.support import big_site
from tests.support.cast import Cast, found
from tests.support.client import client_of
from tests.support.server import Server

SIZE = big_site.Size(workers=AT_ONCE + 30, crews=1, days=2)
MAY = Month(date(2026, 5, 1), date(2026, 5, 31))
NOW = datetime(2026, 6, 10, 8, tzinfo=UTC)

Client = Callable[[Actor], httpx.AsyncClient]


@pytest.fixture
async def large(database_url: str) -> tuple[Cast, UUID, UUID, UUID]:
    """A site of 130 workers who earned, were lent to, were paid and dispute a day in May; a draft
    of its wages, and a closed sheet of the month before."""
    cast = found(database_url)
    connection = await asyncpg.connect(database_url)
    owner = cast.owner
    site = await big_site.found_site(connection, owner, SIZE)
    for month, paid in ((MAY.previous, True), (MAY, True)):
        await big_site.live_a_month(connection, owner, site, SIZE, month.first, paid=paid)
    await big_site.quarrel(connection, owner, site, MAY.first, doubles=1)
    await connection.close()
    await open_database(database_url, pool_size=2)
    async with company_transaction(cast.organisation):
        draft = await wages.begin(owner, site, None, MAY, NOW)
        before = await wages.begin(owner, site, None, MAY.previous, NOW)
    async with company_transaction(cast.organisation):
        shown = (await wages.draft_sheet(owner, before, NOW)).fingerprint
        sheet = await wages.close_sheet(owner, before, shown=shown, seen=True, at=NOW)
    await close_database()
    return cast, site, draft, sheet


@pytest.fixture
def client(large: tuple[Cast, UUID, UUID, UUID], app_server: Server) -> Client:
    return lambda actor: client_of(app_server.database_url, app_server.url, actor)


def named(html: str) -> set[int]:
    """Numbers of the workers that a page lists; those one can choose in a form do not count."""
    listed = re.sub(r"<select.*?</select>|<a class=.chip..*?</a>", "", html, flags=re.DOTALL)
    return {int(number) for number in re.findall(r">\s*worker (\d+)\b", listed)}


def onward(html: str) -> str | None:
    found = re.search(r'rel="next" href="([^"]*skip=[^"]*)"', html)
    return found.group(1).replace("&amp;", "&") if found else None


async def test_every_list_is_a_hundred_long_and_leads_to_the_rest(
    client: Client, large: tuple[Cast, UUID, UUID, UUID]
) -> None:
    cast, site, draft, sheet = large
    asked = f"site={site}&month={MAY.text}"
    pages = [
        f"/settings/sites/{site}/workers",
        f"/labour/rates?{asked}",
        f"/labour/money?{asked}",
        f"/labour/crosscheck?{asked}",
        f"/approvals/disputes?site={site}",
        f"/labour/wages/drafts/{draft}",
        f"/labour/wages/{sheet}",
    ]
    async with client(cast.owner) as browser:
        for path in pages:
            reply = await browser.get(path)
            assert reply.status_code == 200, (path, reply.text[:300])
            first = named(reply.text)
            assert AT_ONCE <= len(first) < SIZE.workers, path
            following = onward(reply.text)
            assert following, path
            rest = (await browser.get(following)).text
            assert len(first | named(rest)) == SIZE.workers, path
            assert onward(rest) is None, path
            sought = f"{path}{'&' if '?' in path else '?'}find=worker 117"
            assert named((await browser.get(sought)).text) == {117}, path
        lent = (await browser.get(f"/labour/advances?{asked}")).text
        assert len(set(re.findall(r"worker (\d+)<", lent))) == SIZE.workers // 2
    async with client(cast.far_supervisor) as browser:
        for path in pages:
            assert (await browser.get(path)).status_code in (403, 404), path


def test_a_stretch_knows_what_is_before_and_after_it() -> None:
    rows = list(range(250))
    middle = stretch_of(rows, Wanted.read("", 100)).at("/x", site="s", crew=None)
    assert list(middle.rows) == rows[100:200]
    assert (middle.before, middle.after) == ("/x?site=s", "/x?site=s&skip=200")
    sought = stretch_of(rows, Wanted.read(" 24 ", 0), str).at("/x")
    assert list(sought.rows) == [24, 124, 224, *range(240, 250)]
    assert (sought.before, sought.after) == (None, None)
    assert not sought.is_all
    assert stretch_of(rows[:100], Wanted()).is_all
    assert stretch_of(rows, Wanted.read("", -5)).rows[0] == 0
    assert stretch_of(rows, Wanted.read("", 10**12)).rows == []
    assert Wanted.read("50%_\\", 0).pattern == "%50\\%\\_\\\\%"
    assert Wanted().pattern is None
