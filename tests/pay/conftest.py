"""One database a module, and a company of its own for each test in it; its books and its clerk."""

from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest

from daywork.approvals.service import approve
from daywork.ground.database import close_database, open_database
from tests.pay.clerk import Client
from tests.support.cast import Cast, found
from tests.support.client import client_of
from tests.support.database import query
from tests.support.months import sheet_sent
from tests.support.phone_words import line, report, said, send
from tests.support.server import Server
from tests.support.shared_database import cast, database_url

__all__ = ["cast", "database_url"]


@pytest.fixture
async def books(database_url: str) -> Cast:
    """March: worker 1 two days, worker 2 a half; half of the formwork is approved. In euros, on a
    clock an hour ahead of Greenwich."""
    cast = found(database_url)
    await open_database(database_url, pool_size=2)
    for day in (2, 3):
        await sheet_sent(cast, date(2026, 3, day), [line(cast.workers[0])], task=cast.task)
    await sheet_sent(cast, date(2026, 3, 4), [line(cast.workers[1], "0.5")], task=cast.task)
    progress = report(cast, "50", date(2026, 3, 10))
    assert said(await send(cast.owner, progress)) == ["applied"]
    await approve(cast.owner, progress["entity_id"], 1)
    query(cast.url, "UPDATE organisation SET currency = 'EUR' WHERE id = $1", cast.organisation)
    query(
        cast.url,
        "UPDATE site SET time_zone = 'Europe/Berlin' WHERE organisation = $1",
        cast.organisation,
    )
    await close_database()
    return cast


@pytest.fixture
def client(books: Cast, app_server: Server) -> Client:
    return lambda actor: client_of(app_server.database_url, app_server.url, actor)


@pytest.fixture
async def office(books: Cast, client: Client) -> AsyncIterator[httpx.AsyncClient]:
    async with client(books.office) as browser:
        yield browser
