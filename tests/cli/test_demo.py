"""The demo company is loaded once, whole, and never beside a real one."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.cli.test_messages import daywork
from tests.support.database import value
from tests.support.server import Server


def test_it_is_loaded_once(database_url: str, tmp_path: Path) -> None:
    where = {"DAYWORK_DATABASE_URL": database_url, "DAYWORK_HOME": str(tmp_path)}
    first = daywork("demo", **where)
    assert first.returncode == 0, first.stderr
    assert "daywork-demo" in first.stdout
    entries = value(database_url, "SELECT count(*) FROM entry")
    assert entries > 100
    second = daywork("demo", **where)
    assert "There is a company already." in second.stdout
    assert value(database_url, "SELECT count(*) FROM entry") == entries


def test_one_that_was_killed_is_completed(
    database_url: str, tmp_path: Path, demo_server: Server
) -> None:
    where = {"DAYWORK_DATABASE_URL": database_url, "DAYWORK_HOME": str(tmp_path)}
    loading = subprocess.Popen([sys.executable, "-m", "daywork", "demo"], env=os.environ | where)
    until = time.monotonic() + 30
    while value(database_url, "SELECT count(*) FROM entry") < 40 and time.monotonic() < until:
        time.sleep(0.02)
    loading.send_signal(signal.SIGKILL)
    loading.wait()
    assert daywork("demo", **where).returncode == 0
    sites = "SELECT count(*) FROM site"
    assert value(database_url, sites) == value(demo_server.database_url, sites)
    lines = "SELECT count(*) > 1000 FROM labour_line"
    assert value(database_url, lines) is True


def test_it_is_never_mixed_with_a_real_company(database_url: str, tmp_path: Path) -> None:
    where = {"DAYWORK_DATABASE_URL": database_url, "DAYWORK_HOME": str(tmp_path)}
    words = ["company", "--name", "华建", "--owner", "王芳", "--login", "13800138000"]
    secret = "a long and unusual password"
    assert daywork(*words, "--password-env", "SECRET", **where, SECRET=secret).returncode == 0
    said = daywork("demo", **where)
    assert "There is a company already." in said.stdout
    assert value(database_url, "SELECT array_agg(name) FROM organisation") == ["华建"]
