"""Sync as a phone meets it: status codes are for the envelope and signing in alone."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from daywork.people.actor import Actor
from tests.support.cast import Cast, found
from tests.support.client import client_of
from tests.support.phone_words import envelope, sheet
from tests.support.server import Server


@pytest.fixture
def cast(app_server: Server) -> Cast:
    """A company behind a real server."""
    return found(app_server.database_url)


async def ask(server: Server, actor: Actor, method: str, path: str, **given: Any) -> httpx.Response:
    """One request of a signed-in phone."""
    async with client_of(server.database_url, server.url, actor) as client:
        return await client.request(method, path, **given)


async def test_a_pushed_sheet_comes_back_in_the_pull(app_server: Server, cast: Cast) -> None:
    body = json.loads(envelope(sheet(cast)))
    async with client_of(app_server.database_url, app_server.url, cast.foreman) as phone:
        pushed = await phone.post("/api/sync/push", json=body)
        assert pushed.status_code == 200
        assert pushed.headers["x-daywork"] == "1"
        [receipt] = pushed.json()["results"]
        assert (receipt["result"], receipt["version"]) == ("applied", 1)
        told = (await phone.get("/api/sync/me")).json()
        pulled = await phone.get("/api/sync/pull", params={"site": told["sites"][0]["id"]})
    page = pulled.json()
    assert page["revision"] == receipt["revision"]
    assert page["reset"] is None
    assert {row["s"] for row in page["rows"]} >= {"site", "crew", "worker", "task"}


async def test_a_refusal_speaks_the_persons_language(app_server: Server, cast: Cast) -> None:
    sent = sheet(cast)
    sent["payload"]["lines"] = []
    answer = await ask(app_server, cast.foreman, "POST", "/api/sync/push", content=envelope(sent))
    [receipt] = answer.json()["results"]
    assert answer.status_code == 200
    assert receipt["problem"]["type"] == "sheet_empty"
    assert receipt["problem"]["fix"] == "Add at least one worker."


async def test_a_broken_envelope_is_a_problem_with_a_fix(app_server: Server, cast: Cast) -> None:
    answer = await ask(app_server, cast.foreman, "POST", "/api/sync/push", content=b"<html>")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "envelope_unreadable"


async def test_an_envelope_past_the_limit_is_refused_before_it_is_read(
    app_server: Server, cast: Cast
) -> None:
    huge = b'{"protocol":1,"mutations":[],"x":"' + b"x" * (5 * 1024 * 1024) + b'"}'
    answer = await ask(app_server, cast.foreman, "POST", "/api/sync/push", content=huge)
    assert answer.status_code == 413


async def test_signed_out_is_401_and_says_nothing_is_lost(app_server: Server, cast: Cast) -> None:
    async with httpx.AsyncClient(base_url=app_server.url, trust_env=False) as nobody:
        nobody.cookies["dw_csrf"] = "t" * 32
        answer = await nobody.post(
            "/api/sync/push", content=envelope(sheet(cast)), headers={"x-csrf-token": "t" * 32}
        )
    assert answer.status_code == 401
    assert answer.json()["type"] == "signed_out"


async def test_an_outbox_is_never_sent_as_somebody_else(app_server: Server, cast: Cast) -> None:
    answer = await ask(
        app_server,
        cast.foreman,
        "POST",
        "/api/sync/push",
        content=envelope(sheet(cast)),
        headers={"x-daywork-member": str(cast.members["other_foreman"])},
    )
    assert answer.status_code == 401
    assert answer.json()["type"] == "another_member"


async def test_a_push_without_the_csrf_token_is_refused(app_server: Server, cast: Cast) -> None:
    answer = await ask(
        app_server,
        cast.foreman,
        "POST",
        "/api/sync/push",
        content=envelope(sheet(cast)),
        headers={"x-csrf-token": "forged"},
    )
    assert answer.status_code == 403


async def test_another_companys_site_is_not_there(app_server: Server, cast: Cast) -> None:
    stranger = found(app_server.database_url, "Another company").owner
    path = f"/api/sync/pull?site={cast.site}"
    answers = await asyncio.gather(
        ask(app_server, stranger, "GET", path), ask(app_server, cast.far_supervisor, "GET", path)
    )
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json()["type"] == "not_found"
