"""Counts on open pages: told by whoever changes them, seen only by who may, held by nobody."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpx
import pytest

from daywork.people.actor import Actor
from tests.support.cast import Cast, found
from tests.support.client import client_of
from tests.support.database import query, value
from tests.support.phone_words import envelope, sheet
from tests.support.processes import free_port, within
from tests.support.server import Server


@pytest.fixture
def cast(app_server: Server) -> Cast:
    return found(app_server.database_url)


class Line:
    """An open page: what it was told, in order."""

    def __init__(self) -> None:
        self.told: list[dict[str, int]] = []
        self.over = False
        self._more = asyncio.Condition()

    async def read(self, reply: httpx.Response) -> None:
        name = ""
        async for text in reply.aiter_lines():
            if text.startswith("event: "):
                name = text[7:]
            elif text.startswith("data: "):
                async with self._more:
                    if name == "over":
                        self.over = True
                    else:
                        self.told.append(json.loads(text[6:]))
                    self._more.notify_all()
                name = ""

    async def until(self, waiting: int | None, unread: int | None = None) -> None:
        """Until the page shows these counts; None for whatever it is."""

        def shows() -> bool:
            last = self.told[-1] if self.told else {}
            return all(
                wanted is None or last.get(name) == wanted
                for name, wanted in (("waiting", waiting), ("unread", unread))
            )

        async with asyncio.timeout(20), self._more:
            await self._more.wait_for(shows)

    async def ended(self) -> None:
        async with asyncio.timeout(20), self._more:
            await self._more.wait_for(lambda: self.over)


@asynccontextmanager
async def page(server: Server | str, database_url: str, actor: Actor) -> AsyncIterator[Line]:
    line = Line()
    async with (
        client_of(database_url, str(server), actor) as client,
        client.stream("GET", "/api/live") as reply,
    ):
        assert reply.status_code == 200
        assert reply.headers["content-type"].startswith("text/event-stream")
        reading = asyncio.create_task(line.read(reply))
        try:
            yield line
        finally:
            reading.cancel()


async def arrive(server: Server | str, cast: Cast) -> str:
    one = sheet(cast)
    async with client_of(cast.url, str(server), cast.foreman) as phone:
        reply = await phone.post("/api/sync/push", content=envelope(one))
        assert reply.json()["results"][0]["result"] == "applied", reply.text
    return str(one["entity_id"])


async def test_a_sheet_that_arrives_raises_the_supervisors_count_and_nobody_elses(
    app_server: Server, cast: Cast
) -> None:
    stranger = found(app_server.database_url, "Another company").owner
    async with (
        page(app_server, cast.url, cast.supervisor) as supervisor,
        page(app_server, cast.url, cast.far_supervisor) as far,
        page(app_server, cast.url, cast.foreman) as foreman,
        page(app_server, cast.url, stranger) as other,
    ):
        for line in (supervisor, far, foreman, other):
            await line.until(0, 0)
        entry = await arrive(app_server, cast)
        await supervisor.until(1)
        async with client_of(cast.url, app_server.url, cast.supervisor) as desk:
            form = {"version": "1", "reason": "why"}
            await desk.post(f"/approvals/{entry}/return", data=form)
        await supervisor.until(0)
        await foreman.until(0, 1)
        for line in (far, other):
            assert {told["waiting"] for told in line.told} == {0}
            assert {told["unread"] for told in line.told} == {0}


@contextmanager
def another_process(server: Server) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """`daywork serve` on the same database."""
    port = free_port()
    environment = {key: text for key, text in os.environ.items() if "DAYWORK" not in key}
    process = subprocess.Popen(
        [sys.executable, "-m", "daywork", "serve", "--host", "127.0.0.1", "--port", str(port)],
        env=environment
        | {"DAYWORK_HOME": str(server.settings.home), "DAYWORK_DATABASE_URL": server.database_url},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert within(60, lambda: _answers(port))
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


async def test_what_another_process_or_plain_sql_changes_is_told_too(
    app_server: Server, cast: Cast
) -> None:
    with another_process(app_server) as (elsewhere, _process):
        async with (
            page(app_server, cast.url, cast.supervisor) as here,
            page(elsewhere, cast.url, cast.supervisor) as there,
        ):
            for told_by, count in ((elsewhere, 1), (app_server.url, 2)):
                await arrive(told_by, cast)
                await here.until(count)
                await there.until(count)
            query(cast.url, "UPDATE entry SET state = 'void'")
            await here.until(0)
            await there.until(0)


async def test_open_pages_do_not_hold_up_a_server_that_is_asked_to_end(
    app_server: Server, cast: Cast
) -> None:
    with another_process(app_server) as (elsewhere, process):
        async with page(elsewhere, cast.url, cast.supervisor) as line:
            await line.until(0)
            process.send_signal(signal.SIGTERM)
            said = (await asyncio.to_thread(process.communicate))[1]
    assert "timeout graceful shutdown exceeded" not in said
    assert "Finished server process" in said


async def test_who_signs_out_or_leaves_the_site_is_told_no_more(
    app_server: Server, cast: Cast
) -> None:
    async with page(app_server, cast.url, cast.supervisor) as line:
        await line.until(0)
        await arrive(app_server, cast)
        await line.until(1)
        query(cast.url, "UPDATE membership SET withdrawn_at = now() WHERE role = 'supervisor'")
        query(cast.url, "UPDATE entry SET clock_doubtful = true")
        await line.until(0)
        query(cast.url, "UPDATE session SET revoked_at = now()")
        query(cast.url, "UPDATE entry SET clock_doubtful = false")
        await line.ended()


async def test_a_lost_listener_comes_back_and_makes_good_what_it_missed(
    app_server: Server, cast: Cast
) -> None:
    async with page(app_server, cast.url, cast.supervisor) as line:
        await line.until(0)
        query(
            cast.url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE query ILIKE 'LISTEN%' AND datname = current_database()",
        )
        await arrive(app_server, cast)
        await line.until(1)


async def test_forty_open_pages_hold_no_database_connection(app_server: Server, cast: Cast) -> None:
    actors = [cast.supervisor, cast.owner, cast.foreman, cast.office] * 10
    async with client_of(cast.url, app_server.url, cast.supervisor) as plain:
        lines = [page(app_server, cast.url, actor) for actor in actors]
        opened = [await line.__aenter__() for line in lines]
        try:
            await asyncio.gather(*(line.until(None, 0) for line in opened))
            held = value(
                cast.url,
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid()",
            )
            assert held <= app_server.settings.pool_size + 1
            assert (await plain.get("/approvals")).status_code == 200
            await arrive(app_server, cast)
            wanted = {cast.members["supervisor"]: 1, cast.members["owner"]: 1}
            await asyncio.gather(
                *(
                    line.until(wanted.get(actor.member, 0))
                    for line, actor in zip(opened, actors, strict=True)
                )
            )
        finally:
            for line in lines:
                await line.__aexit__(None, None, None)


async def test_a_page_that_goes_away_is_forgotten(app_server: Server, cast: Cast) -> None:
    async with page(app_server, cast.url, cast.supervisor) as line:
        await line.until(0)
    for _ in range(20):  # the server hears of it when it writes, or when the socket is looked at
        query(cast.url, "UPDATE session SET last_seen_at = now() - interval '1 day'")
        before = value(cast.url, "SELECT max(last_seen_at) FROM session")
        await arrive(app_server, cast)
        await asyncio.sleep(1)
        seen = "SELECT last_seen_at FROM session ORDER BY last_seen_at LIMIT 1"
        if value(cast.url, seen) == before:
            return
    raise AssertionError("the page is still told what comes in")


async def test_who_cannot_hold_a_line_may_ask(app_server: Server, cast: Cast) -> None:
    await arrive(app_server, cast)
    async with client_of(cast.url, app_server.url, cast.supervisor) as desk:
        reply = await desk.get("/api/live/counts")
    assert reply.json() == {"waiting": 1, "unread": 0, "badge": 1}
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/api/live", "/api/live/counts", "/api/push/key"])
async def test_nobody_signed_in_is_told_nothing(app_server: Server, path: str) -> None:
    async with httpx.AsyncClient(base_url=app_server.url, trust_env=False) as nobody:
        assert (await nobody.get(path)).status_code == 401
