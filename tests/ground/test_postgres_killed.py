"""The embedded Postgres outlives every kind of sudden death, and nothing written is lost."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg

from daywork.ground.postgres import EmbeddedPostgres
from tests.ground.launchers import Launcher
from tests.support.database import query, value
from tests.support.processes import gone, within


def test_a_killed_launcher_leaves_a_database_that_the_next_one_adopts(
    home: Path, launch: Callable[[], Launcher]
) -> None:
    first = launch()
    url, pid = first.ready()
    query(url, "CREATE TABLE kept AS SELECT 1 AS n")
    first.kill()
    assert not gone(pid)
    second = EmbeddedPostgres(home)
    assert second.start() == url
    assert second.pid == pid
    assert value(url, "SELECT n FROM kept") == 1
    second.stop()
    assert within(5, lambda: gone(pid))


def test_a_killed_server_comes_back_with_everything_committed(home: Path) -> None:
    server = EmbeddedPostgres(home)
    url = server.start()
    query(url, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert within(5, lambda: not server.alive())
    server.revive()
    assert server.pid != pid
    assert value(url, "SELECT count(*) FROM kept") == 1000
    server.stop()


def test_launcher_and_server_killed_together_lose_nothing(
    home: Path, launch: Callable[[], Launcher]
) -> None:
    first = launch()
    url, pid = first.ready()
    query(url, "CREATE TABLE kept AS SELECT 1 AS n")
    first.kill()
    os.kill(pid, signal.SIGKILL)
    assert within(5, lambda: gone(pid))
    server = EmbeddedPostgres(home)
    assert value(server.start(), "SELECT n FROM kept") == 1
    server.stop()


def test_a_back_end_that_outlives_its_killed_server_is_waited_for(home: Path) -> None:
    """Two servers on one data folder would ruin it; the orphan holds the old shared memory."""
    server = EmbeddedPostgres(home)
    url = server.start()
    pid = server.pid
    assert pid is not None

    async def orphan() -> tuple[int, asyncpg.Connection]:
        connection = await asyncpg.connect(url)
        back_end: int = await connection.fetchval("SELECT pg_backend_pid()")
        os.kill(back_end, signal.SIGSTOP)
        return back_end, connection

    async def story() -> float:
        back_end, connection = await orphan()
        orphans.append(back_end)
        os.kill(pid, signal.SIGKILL)
        loop = asyncio.get_running_loop()
        assert await loop.run_in_executor(None, within, 5, lambda: not server.alive())
        loop.call_later(1.0, os.kill, back_end, signal.SIGCONT)
        before = time.monotonic()
        await loop.run_in_executor(None, server.revive)
        took = time.monotonic() - before
        connection.terminate()
        return took

    orphans: list[int] = []
    try:
        assert asyncio.run(story()) >= 0.9
    finally:
        for back_end in orphans:
            if not gone(back_end):
                os.kill(back_end, signal.SIGKILL)
    assert value(url, "SELECT 1") == 1
    server.stop()


def test_a_stale_pid_that_now_belongs_to_somebody_else_hinders_nothing(home: Path) -> None:
    server = EmbeddedPostgres(home)
    url = server.start()
    query(url, "CREATE TABLE kept AS SELECT 1 AS n")
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert within(5, lambda: not server.alive())
    server._let_go()
    stranger = subprocess.Popen(
        ["/bin/sleep", "60"],
        **server.cluster.owner.popen(),  # type: ignore[call-overload]
    )
    try:
        for name in (
            server.cluster.data / "postmaster.pid",
            server.cluster.sockets / ".s.PGSQL.5432.lock",
        ):
            lines = name.read_text().splitlines()
            name.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        again = EmbeddedPostgres(home)
        assert value(again.start(), "SELECT n FROM kept") == 1
        assert stranger.poll() is None
        again.stop()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_two_launchers_share_one_server_and_the_last_one_stops_it(
    launch: Callable[[], Launcher],
) -> None:
    both = [launch(), launch()]
    (url, pid), (other_url, other_pid) = both[0].ready(), both[1].ready()
    assert (url, pid) == (other_url, other_pid)
    assert both[0].leave() == 0
    assert not gone(pid)
    assert value(url, "SELECT 1") == 1
    assert both[1].leave() == 0
    assert within(5, lambda: gone(pid))


def test_four_launchers_on_an_empty_home_make_one_cluster(launch: Callable[[], Launcher]) -> None:
    four = [launch() for _ in range(4)]
    assert len({launcher.ready() for launcher in four}) == 1
    assert [launcher.leave() for launcher in four] == [0, 0, 0, 0]


def test_a_launcher_killed_while_making_the_cluster_leaves_no_half_of_one(
    home: Path, launch: Callable[[], Launcher]
) -> None:
    first = launch()
    assert within(10, lambda: any((home / "postgres").glob("new-*")))
    first.kill()
    server = EmbeddedPostgres(home)
    assert value(server.start(), "SELECT 1") == 1
    assert list(server.cluster.place.glob("new-*")) == []
    server.stop()
