"""The embedded Postgres outlives every kind of sudden death, and nothing written is lost."""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from daywork.ground import cluster as clusters
from daywork.ground.postgres import EmbeddedPostgres
from daywork.ground.trouble import Trouble
from tests.support.database import query, value

LAUNCHER = """
import sys, time
from pathlib import Path
from daywork.ground.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
print(server.start(), server.pid, flush=True)
sys.stdin.readline()
server.stop()
"""


class Launcher:
    """Another process that uses the database of `home`, as `daywork up` does."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", LAUNCHER, str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ready(self) -> tuple[str, int]:
        assert self.process.stdout is not None
        url, pid = self.process.stdout.readline().split()
        return url, int(pid)

    def leave(self) -> int:
        self.process.communicate("\n", timeout=60)
        return self.process.returncode

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def home() -> Iterator[Path]:
    """A home of its own, short enough for a socket, gone with its server afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="dw-"))
    folder.chmod(0o755)
    yield folder / "home"
    _destroy(folder / "home")
    shutil.rmtree(folder)


def _destroy(home: Path) -> None:
    if not (home / "postgres").exists():
        return
    server = EmbeddedPostgres(home)
    server._shut_down()
    place, sockets = server.cluster.place, server.cluster.sockets
    shutil.rmtree(place, ignore_errors=True)
    shutil.rmtree(sockets, ignore_errors=True)


@pytest.fixture
def launch(home: Path) -> Iterator[Callable[[], Launcher]]:
    started: list[Launcher] = []

    def start() -> Launcher:
        started.append(Launcher(home))
        return started[-1]

    yield start
    for launcher in started:
        if launcher.process.poll() is None:
            launcher.kill()


def _gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return True
    return state == "Z"


def _within(seconds: float, happens: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if happens():
            return True
        time.sleep(0.02)
    return happens()


def test_it_starts_answers_and_stops_without_a_trace(home: Path) -> None:
    server = EmbeddedPostgres(home)
    url = server.start()
    pid = server.pid
    assert pid is not None
    assert value(url, "SHOW listen_addresses") == ""
    assert value(url, "SHOW data_checksums") == "on"
    assert value(url, "SHOW fsync") == "on"
    assert value(url, "SELECT current_database()") == "daywork"
    assert server.cluster.sockets.stat().st_mode & 0o777 == 0o700
    assert server.cluster.data.stat().st_mode & 0o077 == 0
    server.stop()
    assert _gone(pid)
    assert not (server.cluster.data / "postmaster.pid").exists()


def test_a_second_start_is_quick(home: Path) -> None:
    server = EmbeddedPostgres(home)
    server.start()
    server.stop()
    before = time.monotonic()
    server.start()
    took = time.monotonic() - before
    server.stop()
    assert took < 1.0


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_started_by_root_it_runs_as_somebody_without_rights(home: Path) -> None:
    server = EmbeddedPostgres(home)
    server.start()
    owner = Path(f"/proc/{server.pid}").stat().st_uid
    server.stop()
    assert owner != 0
    assert pwd.getpwuid(owner).pw_name in (clusters.SYSTEM_USER, "nobody")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_a_home_closed_to_everybody_else_keeps_its_database_where_postgres_can_reach(
    home: Path,
) -> None:
    closed = home.parent / "closed"
    closed.mkdir(mode=0o700)
    closed.chmod(0o700)
    try:
        server = EmbeddedPostgres(closed / "home")
        url = server.start()
        query(url, "CREATE TABLE kept (n int)")
        server.stop()
        assert (closed / "home" / "postgres").is_symlink()
        assert closed.stat().st_mode & 0o777 == 0o700
        # Opened later: the database stays where it is instead of starting afresh.
        closed.chmod(0o755)
        again = EmbeddedPostgres(closed / "home")
        assert value(again.start(), "SELECT to_regclass('kept')::text") == "kept"
        again.stop()
    finally:
        _destroy(closed / "home")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_binaries_out_of_reach_are_copied_to_where_they_can_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shared = Path(tempfile.mkdtemp(prefix="dw-shared-"))
    shared.chmod(0o755)
    monkeypatch.setattr(clusters, "SHARED", shared)
    monkeypatch.setattr(clusters, "_may_enter", lambda folder, owner: False)
    try:
        copy = clusters._reachable_binaries(clusters._system_user())
        assert copy.parent == shared
        said = subprocess.run(
            [copy / "bin" / "postgres", "--version"],
            user=clusters._system_user().uid,
            capture_output=True,
            text=True,
            check=True,
            cwd="/",
        )
        assert "(PostgreSQL) 18" in said.stdout
    finally:
        shutil.rmtree(shared)


def test_nobody_else_on_the_machine_may_connect(home: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root, to become somebody else")
    server = EmbeddedPostgres(home)
    url = server.start()
    for folder in (home, server.cluster.place, server.cluster.sockets):
        folder.chmod(0o755)  # even if the folders' own locks were open
    (server.cluster.sockets / ".s.PGSQL.5432").chmod(0o777)
    try:
        ident = (server.cluster.data / "pg_ident.conf").read_text()
        said = subprocess.run(
            [server.cluster.binaries / "bin" / "psql", url, "-c", "SELECT 1"],
            user=65534,
            group=65534,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            text=True,
        )
    finally:
        server.stop()
    assert "nobody" not in ident
    assert said.returncode != 0
    assert "Peer authentication failed" in said.stderr


def test_a_killed_launcher_leaves_a_database_that_the_next_one_adopts(
    home: Path, launch: Callable[[], Launcher]
) -> None:
    first = launch()
    url, pid = first.ready()
    query(url, "CREATE TABLE kept AS SELECT 1 AS n")
    first.kill()
    assert not _gone(pid)
    second = EmbeddedPostgres(home)
    assert second.start() == url
    assert second.pid == pid
    assert value(url, "SELECT n FROM kept") == 1
    second.stop()
    assert _gone(pid)


def test_a_killed_server_comes_back_with_everything_committed(home: Path) -> None:
    server = EmbeddedPostgres(home)
    url = server.start()
    query(url, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert _within(5, lambda: not server.alive())
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
    assert _within(5, lambda: _gone(pid))
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
        assert await loop.run_in_executor(None, _within, 5, lambda: not server.alive())
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
            if not _gone(back_end):
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
    assert _within(5, lambda: not server.alive())
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
    assert not _gone(pid)
    assert value(url, "SELECT 1") == 1
    assert both[1].leave() == 0
    assert _within(5, lambda: _gone(pid))


def test_four_launchers_on_an_empty_home_make_one_cluster(launch: Callable[[], Launcher]) -> None:
    four = [launch() for _ in range(4)]
    assert len({launcher.ready() for launcher in four}) == 1
    assert [launcher.leave() for launcher in four] == [0, 0, 0, 0]


def test_a_launcher_killed_while_making_the_cluster_leaves_no_half_of_one(
    home: Path, launch: Callable[[], Launcher]
) -> None:
    first = launch()
    assert _within(10, lambda: any((home / "postgres").glob("new-*")))
    first.kill()
    server = EmbeddedPostgres(home)
    assert value(server.start(), "SELECT 1") == 1
    assert list(server.cluster.place.glob("new-*")) == []
    server.stop()


def test_a_home_too_deep_for_a_socket_gets_a_short_folder_for_it(home: Path) -> None:
    deep = home / ("a-folder-with-a-long-name/" * 6)
    server = EmbeddedPostgres(deep)
    try:
        url = server.start()
        assert len(os.fsencode(server.cluster.sockets)) < 60
        assert server.cluster.sockets.stat().st_mode & 0o777 == 0o700
        assert value(url, "SELECT 1") == 1
        server.stop()
    finally:
        _destroy(deep)


def test_a_database_of_another_major_version_is_left_alone(home: Path) -> None:
    server = EmbeddedPostgres(home)
    server.start()
    server.stop()
    (server.cluster.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(Trouble, match="made by Postgres 17") as refused:
        EmbeddedPostgres(home).start()
    assert "pg_dump" in refused.value.fix


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    server = EmbeddedPostgres(home)
    server.start()
    server.stop()
    with (server.cluster.data / "postgresql.conf").open("a") as conf:
        conf.write("no_such_setting = 1\n")
    with pytest.raises(Trouble, match="did not start") as refused:
        server.start()
    assert "postgres.log" in refused.value.fix


def test_a_start_that_failed_leaves_the_way_free(home: Path, monkeypatch: Any) -> None:
    server = EmbeddedPostgres(home)

    def fail(_: object) -> bool:
        raise Trouble("no", "yes")

    with monkeypatch.context() as patch:
        patch.setattr("daywork.ground.postgres.prepare", fail)
        with pytest.raises(Trouble):
            server.start()
    assert value(server.start(), "SELECT 1") == 1
    server.stop()
