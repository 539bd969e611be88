"""`daywork up` starts everything, survives what may happen to its parts, and leaves nothing."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from daywork.cli.up import _greeting
from daywork.ground.postgres import EmbeddedPostgres
from daywork.ground.settings import load_settings
from tests.support.processes import destroy, free_port, gone, within

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


class Up:
    """A running `daywork up`."""

    def __init__(self, home: Path, port: int) -> None:
        self.home, self.port = home, port
        environment = {key: value for key, value in os.environ.items() if "DAYWORK" not in key}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "daywork", "up", "--host", "127.0.0.1", "--port", str(port)],
            env=environment | {"DAYWORK_HOME": str(home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.said.extend(iter(self.process.stdout.readline, ""))

    def ready(self) -> "Up":
        assert within(90, lambda: any("Ctrl-C" in line for line in self.said)), self.said
        return self

    def answers(self) -> bool:
        try:
            url = f"http://127.0.0.1:{self.port}/healthz"
            with urllib.request.urlopen(url, timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def children(self) -> dict[str, int]:
        """Process ids of web server and worker."""
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                words = (process / "cmdline").read_bytes().decode().split("\0")
                parent = (process / "stat").read_text().rsplit(")", 1)[1].split()[1]
            except OSError:
                continue
            if parent == str(self.process.pid) and "daywork" in words:
                found[words[words.index("daywork") + 1]] = int(process.name)
        return found

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(how)
        return self.process.wait(60)


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="dw-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "home"
        destroy(Path(folder) / "home")


@pytest.fixture
def up(home: Path) -> Iterator[Callable[[], Up]]:
    started: list[Up] = []

    def start() -> Up:
        started.append(Up(home, free_port()))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_serves_and_stops_cleanly(up: Callable[[], Up], how: signal.Signals) -> None:
    running = up().ready()
    assert running.answers()
    parts = [*running.children().values()]
    server = EmbeddedPostgres(running.home).pid
    assert len(parts) == 2
    assert server is not None
    assert running.end(how) == 0
    assert "Stopped." in running.said[-1]
    assert all(gone(pid) for pid in [*parts, server])
    assert not any("Traceback" in line for line in running.said), running.said


def test_an_impatient_second_interrupt_changes_nothing(up: Callable[[], Up]) -> None:
    running = up().ready()
    server = EmbeddedPostgres(running.home).pid
    assert server is not None
    for _ in range(3):
        running.process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    assert running.process.wait(30) == 0
    assert gone(server)


def loading() -> float:
    """Seconds a bare interpreter takes to load the app: what this machine is worth just now."""
    before = time.monotonic()
    subprocess.run([sys.executable, "-c", "import daywork.app"], check=True)
    return time.monotonic() - before


def test_a_second_start_takes_little_more_than_loading_the_app(up: Callable[[], Up]) -> None:
    up().ready().end()
    shares = []
    for _ in range(3):
        bare = loading()
        before = time.monotonic()
        again = up().ready()
        shares.append((time.monotonic() - before) / bare)
        assert again.answers()
        again.end()
        if shares[-1] < 6:
            break
    assert min(shares) < 6, "command, server and worker load it each, and the database starts"


def test_an_empty_installation_tells_where_to_found_the_company(up: Callable[[], Up]) -> None:
    running = up().ready()
    assert any("/welcome?token=" in line for line in running.said)
    running.end()


def test_a_killed_launcher_takes_its_children_along_and_the_next_one_carries_on(
    up: Callable[[], Up],
) -> None:
    first = up().ready()
    parts = first.children().values()
    database = EmbeddedPostgres(first.home).pid
    first.process.kill()
    first.process.wait()
    assert within(40, lambda: all(gone(pid) for pid in parts))
    again = up()
    again.port = first.port
    again.ready()
    assert EmbeddedPostgres(first.home).pid == database
    again.end()


def test_a_killed_web_server_is_started_again(up: Callable[[], Up]) -> None:
    running = up().ready()
    before = running.children()
    os.kill(before["serve"], signal.SIGKILL)
    assert within(40, lambda: running.children().get("serve") not in (None, before["serve"]))
    assert within(40, running.answers)
    running.end()


def test_a_killed_database_is_started_again_under_the_running_app(up: Callable[[], Up]) -> None:
    running = up().ready()
    server = EmbeddedPostgres(running.home)
    before = server.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    assert within(40, lambda: server.pid not in (None, before))
    assert within(40, running.answers)
    assert within(5, lambda: set(running.children()) == {"serve", "worker"})
    assert running.end() == 0


def test_the_greeting_draws_a_code_for_a_phone_unless_asked_not_to() -> None:
    known = load_settings({"DAYWORK_BASE_URL": "https://daywork.example.com"})
    assert "█▀" in _greeting(known, company=True, is_demo=False, qr=True)
    assert "█▀" not in _greeting(known, company=True, is_demo=False, qr=False)
