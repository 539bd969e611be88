"""One key for every process and machine of an installation, and out of reach of any request."""

import asyncio
from dataclasses import replace

import asyncpg
import pytest

from daywork.ground.database import company_transaction, fetch_value
from daywork.ground.settings import Settings, load_settings
from daywork.ground.trouble import Trouble
from daywork.push.keys import new_private_key, server_key
from tests.support.cast import Cast
from tests.support.database import query, value


@pytest.fixture
def settings(database_url: str) -> Settings:
    return replace(
        load_settings({"DAYWORK_PUSH_CONTACT": "mailto:it@example.com"}),
        database_url=database_url,
    )


async def test_all_processes_that_start_at_once_have_one_key(settings: Settings) -> None:
    keys = await asyncio.gather(*(server_key(settings) for _ in range(8)))
    assert len({key.public for key in keys if key}) == 1
    assert value(settings.database_url or "", "SELECT count(*) FROM installation_secret") == 1


async def test_a_key_given_by_the_operator_is_the_one(settings: Settings) -> None:
    given = replace(settings, vapid_private_key=new_private_key())
    keys = [await server_key(chosen) for chosen in (given, given, settings)]
    one, again, other = [key.public if key else "" for key in keys]
    assert one == again != other != ""


@pytest.mark.parametrize("text", ["short", "AAAA", "", "é" * 43, "A" * 43])
async def test_what_is_no_key_is_said_so(settings: Settings, text: str) -> None:
    if text == "":
        assert load_settings({"DAYWORK_VAPID_PRIVATE_KEY": ""}).vapid_private_key is None
        return
    with pytest.raises(Trouble) as trouble:
        await server_key(replace(settings, vapid_private_key=text))
    assert "DAYWORK_VAPID_PRIVATE_KEY" in trouble.value.what


async def test_nothing_is_pushed_when_nobody_answers_for_it(settings: Settings) -> None:
    assert await server_key(replace(settings, push_contact=None)) is None


@pytest.mark.parametrize(
    ("environ", "contact"),
    [
        ({}, None),
        ({"DAYWORK_BASE_URL": "https://daywork.example.com/"}, "https://daywork.example.com"),
        ({"DAYWORK_BASE_URL": "http://10.0.0.2"}, None),
        ({"DAYWORK_PUSH_CONTACT": "mailto:it@example.com"}, "mailto:it@example.com"),
    ],
)
def test_the_contact_is_the_one_set_or_the_https_address(
    environ: dict[str, str], contact: str | None
) -> None:
    assert load_settings(environ).push_contact == contact


@pytest.mark.parametrize(
    "text", ["it@example.com", "mailto:", "http://example.com", "mailto:a b@c"]
)
def test_a_contact_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="DAYWORK_PUSH_CONTACT"):
        load_settings({"DAYWORK_PUSH_CONTACT": text})


async def test_no_request_can_read_the_key_whatever_its_sql_says(
    cast: Cast, settings: Settings
) -> None:
    await server_key(replace(settings, database_url=cast.url))
    assert query(cast.url, "SELECT 1 FROM installation_secret")
    for sql in ("SELECT value FROM installation_secret", "DELETE FROM installation_secret"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with company_transaction(cast.organisation):
                await fetch_value(sql)
