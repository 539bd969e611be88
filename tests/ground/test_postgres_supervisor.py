"""The embedded Postgres: who may start it, who may connect, and what it says when it cannot run."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from daywork.ground import cluster as clusters
from daywork.ground.postgres import EmbeddedPostgres
from daywork.ground.trouble import Trouble
from tests.support.database import query, value
from tests.support.processes import destroy, gone


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
    assert gone(pid)
    assert not (server.cluster.data / "postmaster.pid").exists()


def test_a_second_start_makes_nothing_anew(home: Path) -> None:
    server, took = EmbeddedPostgres(home), []
    for _ in range(2):
        before = time.monotonic()
        server.start()
        took.append(time.monotonic() - before)
        server.stop()
    assert took[1] < took[0] / 2, "the first makes the cluster, the second only starts it"


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
        destroy(closed / "home")


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
        destroy(deep)


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
