"""One database a module, and a company of its own for each test in it."""

from datetime import date

import httpx
import pytest

from daywork.ground.database import close_database, open_database
from tests.crosscheck.story import PHONE, Client, Phones, Worker
from tests.support.cast import Cast, found
from tests.support.client import client_of
from tests.support.database import query
from tests.support.months import advance_given, sheet_sent
from tests.support.phone_words import line
from tests.support.server import Server
from tests.support.shared_database import cast, database_url

__all__ = ["books", "cast", "database_url"]


@pytest.fixture
async def books(database_url: str) -> Cast:
    """March: one worker of the foreman's crew with an approved and a waiting day, and a
    second one beside him; written before the server starts."""
    cast = found(database_url)
    await open_database(database_url, pool_size=2)
    worker, mate = cast.workers[:2]
    await sheet_sent(cast, date(2026, 3, 2), [line(worker, overtime_hours="2"), line(mate)])
    await sheet_sent(cast, date(2026, 3, 3), [line(worker, "0.5")], state="submitted")
    advance_given(cast, worker, date(2026, 3, 6), "200")
    query(cast.url, "UPDATE worker SET phone = $2 WHERE id = $1", worker, PHONE[0])
    query(cast.url, "UPDATE worker SET phone = '+8613900139002' WHERE id = $1", mate)
    await close_database()
    return cast


@pytest.fixture
def client(books: Cast, app_server: Server) -> Client:
    return lambda actor: client_of(app_server.database_url, app_server.url, actor)


@pytest.fixture
def phone(app_server: Server) -> Phones:
    def made(path: str) -> Worker:
        token = "t" * 30
        http = httpx.AsyncClient(
            base_url=app_server.url,
            cookies={"dw_csrf": token},
            headers={"x-csrf-token": token, "accept-language": "en"},
            timeout=60,
            trust_env=False,
        )
        return Worker(http, path)

    return made
