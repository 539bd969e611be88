"""The office's pages of letters, over HTTP, in both languages."""

import json
from typing import Any

import httpx
import pytest

from daywork.ground.ids import new_id
from daywork.people.actor import Actor
from tests.support.cast import Cast, found
from tests.support.client import client_of
from tests.support.database import query, value
from tests.support.phone_words import envelope, sheet
from tests.support.server import Server


@pytest.fixture
def cast(app_server: Server) -> Cast:
    """A company behind a real server."""
    return found(app_server.database_url)


async def ask(cast: Cast, server: Server, actor: Actor, path: str) -> httpx.Response:
    """GET as somebody."""
    async with client_of(cast.url, server.url, actor) as client:
        return await client.get(path)


async def fill_in(
    cast: Cast, server: Server, actor: Actor, path: str, **fields: Any
) -> httpx.Response:
    """POST a form as somebody."""
    async with client_of(cast.url, server.url, actor) as client:
        return await client.post(path, data={k: str(v) for k, v in fields.items()})


async def a_refused_sheet(cast: Cast, server: Server) -> str:
    """A sheet for a crew that is gone; its letter's id."""
    sent = sheet(cast, crew=new_id())
    async with client_of(cast.url, server.url, cast.foreman) as phone:
        reply = await phone.post("/api/sync/push", content=envelope(sent))
    assert reply.json()["results"][0]["result"] == "refused"
    return str(sent["id"])


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Refused", "This crew is not on this site", "Book it for foreman"]),
        ("zh-CN", ["未能接收", "该班组不在本项目", "入账"]),
    ],
)
async def test_a_letter_says_why_who_and_what_with_its_raw_record(
    app_server: Server, cast: Cast, language: str, words: list[str]
) -> None:
    query(cast.url, "UPDATE member SET language = $1", language)
    letter = await a_refused_sheet(cast, app_server)
    listed = await ask(cast, app_server, cast.office, "/letters")
    assert listed.status_code == 200
    assert f"/letters/{letter}" in listed.text
    shown = await ask(cast, app_server, cast.office, f"/letters/{letter}")
    for word in [*words, "foreman", "worker 1", "Block A", "phone-1", letter]:
        assert word in shown.text, word


async def test_the_overview_says_how_many_there_are_and_nothing_when_there_are_none(
    app_server: Server, cast: Cast
) -> None:
    assert (await ask(cast, app_server, cast.office, "/letters/notice")).text.strip() == ""
    await a_refused_sheet(cast, app_server)
    told = await ask(cast, app_server, cast.office, "/letters/notice")
    assert "1 record could not be booked" in told.text
    assert (await ask(cast, app_server, cast.foreman, "/letters/notice")).text.strip() == ""


async def test_the_form_puts_the_crew_right_and_books_it(app_server: Server, cast: Cast) -> None:
    letter = await a_refused_sheet(cast, app_server)
    path = f"/letters/{letter}/take-up"
    kept = await fill_in(cast, app_server, cast.office, path, version=0, work_day="2026-03-05")
    assert (kept.status_code, "This crew is not on this site" in kept.text) == (422, True)
    wrong = await fill_in(cast, app_server, cast.office, path, version=0, crew=cast.far_crew)
    assert (wrong.status_code, "Please choose" in wrong.text) == (422, True)
    done = await fill_in(
        cast, app_server, cast.office, path, version=0, work_day="2026-03-04", crew=cast.crew
    )
    assert (done.status_code, done.headers["location"]) == (303, f"/letters/{letter}")
    assert str(value(cast.url, "SELECT work_day FROM entry")) == "2026-03-04"
    entry = value(cast.url, "SELECT id FROM entry")
    after = await ask(cast, app_server, cast.owner, f"/letters/{letter}")
    assert f"/approvals/{entry}" in after.text


async def test_putting_aside_tells_the_authors_phone_why(app_server: Server, cast: Cast) -> None:
    letter = await a_refused_sheet(cast, app_server)
    path = f"/letters/{letter}/put-aside"
    assert (await fill_in(cast, app_server, cast.office, path, why="")).status_code == 422
    assert (await fill_in(cast, app_server, cast.office, path, why="Twice")).status_code == 303
    async with client_of(cast.url, app_server.url, cast.foreman) as phone:
        body = json.dumps({"asked": [letter], "dismissed": []})
        news = (await phone.post("/api/letters", content=body)).json()
    assert news["open"] == []
    [told] = news["settled"]
    assert (told["how"], told["reason"], told["by"]) == ("put_aside", "Twice", "office")


async def test_pages_are_closed_to_who_may_not_clear_up(app_server: Server, cast: Cast) -> None:
    letter = await a_refused_sheet(cast, app_server)
    other = found(cast.url, "Another company")
    for actor, status in (
        (cast.foreman, 403),
        (cast.supervisor, 403),
        (cast.far_supervisor, 403),
        (other.owner, 404),
    ):
        assert (await ask(cast, app_server, actor, f"/letters/{letter}")).status_code == status
        for act in ("take-up", "put-aside"):
            path = f"/letters/{letter}/{act}"
            answer = await fill_in(cast, app_server, actor, path, why="x", version=0)
            assert answer.status_code == status, (actor.name, act)
    assert value(cast.url, "SELECT count(*) FROM letter_decision") == 0
    assert letter not in (await ask(cast, app_server, other.owner, "/letters")).text


async def test_a_phone_is_told_nothing_for_an_unreadable_question(
    app_server: Server, cast: Cast
) -> None:
    async with client_of(cast.url, app_server.url, cast.foreman) as phone:
        for body in (b"<html>", b'{"asked": "all"}'):
            assert (await phone.post("/api/letters", content=body)).status_code == 400
        headers = {"x-daywork-member": str(cast.members["office"])}
        answer = await phone.post("/api/letters", content=b"{}", headers=headers)
        assert answer.status_code == 401
