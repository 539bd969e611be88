"""The inbox and the wishes over HTTP: by everybody, in both languages, and not by strangers."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from daywork.people.actor import Actor
from daywork.push.rules import MessageKind
from tests.support.cast import Cast, found
from tests.support.client import client_of
from tests.support.database import query, value
from tests.support.phone_words import envelope, sheet
from tests.support.server import Server


@pytest.fixture
def cast(app_server: Server) -> Cast:
    return found(app_server.database_url)


def client(server: Server, actor: Actor) -> httpx.AsyncClient:
    return client_of(server.database_url, server.url, actor)


async def returned(server: Server, cast: Cast) -> None:
    """The foreman's sheet comes back."""
    one = sheet(cast)
    async with client(server, cast.foreman) as phone:
        sent = await phone.post("/api/sync/push", content=envelope(one))
        assert sent.json()["results"][0]["result"] == "applied", sent.text
    async with client(server, cast.supervisor) as desk:
        reply = await desk.post(
            f"/approvals/{one['entity_id']}/return", data={"version": "1", "reason": "who?"}
        )
        assert reply.status_code == 303, reply.text


@pytest.mark.parametrize(
    ("language", "title", "empty"),
    [("en", "Returned: Carpenters", "Nothing new"), ("zh-CN", "已退回：Carpenters", "暂无消息")],
)
async def test_the_inbox_shows_what_came_back_until_it_is_read(
    app_server: Server, cast: Cast, language: str, title: str, empty: str
) -> None:
    query(cast.url, "UPDATE member SET language = $1", language)
    async with client(app_server, cast.foreman) as phone:
        assert empty in (await phone.get("/inbox")).text
        await returned(app_server, cast)
        page = await phone.get("/inbox")
        assert title in page.text
        assert "who?" in page.text
        message = value(cast.url, "SELECT id FROM message")
        opened = await phone.get(f"/inbox/{message}/open")
        assert opened.status_code == 303
        assert opened.headers["location"].startswith("/m/?day=2026-03-05")
        assert "message unread" not in (await phone.get("/inbox")).text


async def test_another_company_finds_neither_page_nor_message(
    app_server: Server, cast: Cast
) -> None:
    await returned(app_server, cast)
    message = value(cast.url, "SELECT id FROM message")
    stranger = found(app_server.database_url, "Another company").owner
    for actor in (stranger, cast.owner, cast.other_foreman):
        async with client(app_server, actor) as other:
            assert "Carpenters" not in (await other.get("/inbox")).text
            assert (await other.get(f"/inbox/{message}/open")).status_code == 404
            assert (await other.post(f"/inbox/{message}/read")).status_code == 404
    assert value(cast.url, "SELECT read_at FROM message") is None


async def test_who_is_signed_out_is_sent_to_sign_in(app_server: Server) -> None:
    async with httpx.AsyncClient(base_url=app_server.url, trust_env=False) as nobody:
        for path in ("/inbox", "/me/notifications"):
            reply = await nobody.get(path)
            assert reply.status_code == 303
            assert reply.headers["location"].startswith("/sign-in")


async def test_messages_are_marked_read_one_by_one_or_all(app_server: Server, cast: Cast) -> None:
    for _ in range(3):
        await returned(app_server, cast)
    async with client(app_server, cast.foreman) as phone:
        first = value(cast.url, "SELECT id FROM message ORDER BY created_at LIMIT 1")
        assert (await phone.post(f"/inbox/{first}/read")).status_code == 303
        assert "2 unread" in (await phone.get("/inbox")).text
        until = datetime.now(UTC) + timedelta(minutes=1)
        await phone.post("/inbox/read", data={"until": until.isoformat()})
    assert value(cast.url, "SELECT count(*) FROM message WHERE read_at IS NULL") == 0


async def test_older_messages_are_a_page_away(app_server: Server, cast: Cast) -> None:
    query(
        cast.url,
        "INSERT INTO message (organisation, id, member, kind, notice, subject, link, read_at,"
        " created_at) SELECT $1, gen_random_uuid(), $2, 'delay', 'x', n::text, '/m/', now(),"
        " now() - n * interval '1 hour' FROM generate_series(1, 60) AS n",
        cast.organisation,
        cast.members["foreman"],
    )
    async with client(app_server, cast.foreman) as phone:
        first = (await phone.get("/inbox")).text
        assert first.count('class="item message') == 50
        older = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        assert (await phone.get(older)).text.count('class="item message') == 10
        assert (await phone.get("/inbox?before=yesterday")).status_code == 200


async def test_wishes_are_kept(app_server: Server, cast: Cast) -> None:
    async with client(app_server, cast.foreman) as phone:
        assert 'value="21:00"' in (await phone.get("/me/notifications")).text
        await phone.post(
            "/me/notifications",
            data={"kind": ["returned", "delay"], "quiet": "on", "quiet_from": "22:30",
                  "quiet_to": "05:15"},
        )  # fmt: skip
        page = (await phone.get("/me/notifications")).text
    assert 'value="22:30"' in page
    assert page.count("checked") == 3
    row = query(cast.url, "SELECT * FROM push_preference")[0]
    assert row["member"] == cast.members["foreman"]
    assert set(row["muted"]) == {kind.value for kind in MessageKind} - {"returned", "delay"}


async def test_a_time_nobody_can_read_falls_back_to_the_usual(
    app_server: Server, cast: Cast
) -> None:
    async with client(app_server, cast.foreman) as phone:
        await phone.post("/me/notifications", data={"quiet_from": "late", "quiet_to": "25:00"})
    row = query(cast.url, "SELECT quiet, quiet_from, quiet_to FROM push_preference")[0]
    assert (row["quiet"], str(row["quiet_from"]), str(row["quiet_to"])) == (
        False,
        "21:00:00",
        "06:00:00",
    )
