"""Homes for a database, and launchers in them, that leave nothing behind."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ground.launchers import Launcher
from tests.support.processes import destroy


@pytest.fixture
def home() -> Iterator[Path]:
    """A home of its own, short enough for a socket, gone with its server afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="dw-"))
    folder.chmod(0o755)
    yield folder / "home"
    destroy(folder / "home")
    shutil.rmtree(folder)


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
