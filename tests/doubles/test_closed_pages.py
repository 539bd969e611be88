"""What the pages say of a day of a closed wage sheet that is booked twice by what came late."""

import re
from collections.abc import Callable

import httpx
import pytest

from daywork.ground.database import close_database, open_database
from daywork.people.actor import Actor
from tests.doubles.test_closed import late, worked
from tests.support.cast import Cast, found
from tests.support.client import client_of
from tests.support.database import query
from tests.support.server import Server
from tests.wages.story import closed

DOUBLES = "/labour/double-bookings"
MARCH = {"month": "2026-03"}


@pytest.fixture
async def books(database_url: str) -> tuple[Cast, str]:
    """Closed in Block A on the 2nd of April, booked again on the bridge on the 9th."""
    cast = found(database_url)
    await open_database(database_url, pool_size=2)
    await worked(cast)
    sheet = await closed(cast, None)
    await late(cast)
    await close_database()
    return cast, f"/labour/wages/{sheet}"


@pytest.fixture
def client(app_server: Server) -> Callable[[Actor], httpx.AsyncClient]:
    return lambda actor: client_of(app_server.database_url, app_server.url, actor)


async def test_the_closed_sheet_and_the_double_booking_say_what_stands_and_what_waits(
    books: tuple[Cast, str], client: Callable[[Actor], httpx.AsyncClient]
) -> None:
    cast, sheet = books
    async with client(cast.owner) as owner:
        page = (await owner.get(sheet)).text
        assert "1 day was booked twice since this was closed" in page
        assert "What was closed stands and is paid as it says." in page
        assert "The records have changed" not in page
        assert "Nothing has changed" not in page
        where = re.search(rf'href="({DOUBLES}[^"]+)#', page)
        assert where
        listed = (await owner.get("/labour/wages", params=MARCH | {"site": str(cast.site)})).text
        assert "1 day booked twice since" in listed
        doubles = (await owner.get(where[1].replace("&amp;", "&"))).text
        assert "It stands as it was closed and paid" in doubles
        assert "The closed sheet is to go back" in doubles
        asked = r'action="(/labour/double-bookings/[^"]+)">.*?name="mark" value="(\w+)"'
        action, mark = re.findall(asked, doubles, re.S)[0]
        there = query(cast.url, "SELECT id FROM entry WHERE site = $1", cast.far_site)[0]["id"]
        form = {"mark": mark, "answer": str(there), "reason": "was on the bridge"}
        reply = await owner.post(action.replace("&amp;", "&"), data=form)
        assert reply.status_code == 303
        doubles = (await owner.get(DOUBLES, params=MARCH)).text
        assert f'href="/settings/sites/{cast.site}/months"' in doubles
        assert "The difference then shows on the closed wage sheet" in doubles
        assert "not this sheet counts: send it back" in (await owner.get(sheet)).text
    async with client(cast.far_supervisor) as far:
        seen = (await far.get(DOUBLES, params=MARCH)).text
        assert "It stands as it was closed and paid" in seen
        assert "/months" not in seen
        assert (await far.get(sheet)).status_code == 404
