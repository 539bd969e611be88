"""Logs say what happened, and nothing private: no secret address, no search, no row."""

import logging
from collections.abc import Iterator

import asyncpg
import httpx
import pytest

from daywork.ground.logs import keep_private_out, plain_path
from tests.support.server import Server

NUMBER = "110101199003074514"


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What is logged, requests too: uvicorn hands those to no logger above its own."""
    keep_private_out()
    access = logging.getLogger("uvicorn.access")
    before = access.level
    access.addHandler(caplog.handler)
    access.setLevel(logging.INFO)
    yield caplog
    access.removeHandler(caplog.handler)
    access.setLevel(before)


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("/w/a-worker-s-own-token", "/w/…"),
        ("/w/a-worker-s-own-token/dispute?day=2026-03-02", "/w/…/dispute"),
        ("/join/somebody-s-invitation", "/join/…"),
        ("/welcome?token=the-first-one", "/welcome"),
        (f"/labour/register?find={NUMBER}", "/labour/register"),
        ("/labour/wages", "/labour/wages"),
    ],
)
def test_a_request_is_logged_without_its_secret_and_its_search(
    app_server: Server, said: pytest.LogCaptureFixture, asked: str, kept: str
) -> None:
    httpx.get(f"{app_server.url}{asked}")
    (line,) = [one for one in said.messages if "GET" in one]
    assert f'"GET {kept} HTTP' in line
    assert plain_path(asked) == kept


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        ("INSERT INTO site (name) VALUES ($1)", [NUMBER]),
        ("SELECT $1::int", [NUMBER]),
        ("SELECT $1::text::int", [NUMBER]),
    ],
)
async def test_an_error_of_the_database_names_no_row_and_no_value(
    database_url: str, said: pytest.LogCaptureFixture, statement: str, values: list[str]
) -> None:
    connection = await asyncpg.connect(database_url)
    with pytest.raises(asyncpg.PostgresError) as caught:
        await connection.execute(statement, *values)
    await connection.close()
    assert NUMBER in str(caught.value), "what could be told, or this test proves nothing"
    stumbled = RuntimeError("stumbled")
    stumbled.__cause__ = caught.value
    logging.getLogger("daywork").error("%s", caught.value, exc_info=stumbled)
    assert "stumbled" in said.text
    assert NUMBER not in said.text
