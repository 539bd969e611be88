"""Ports for other processes, waiting for what they do, seeing them end, and clearing up behind a
database.
"""

import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path

from daywork.ground.postgres import EmbeddedPostgres


def gone(pid: int) -> bool:
    """Whether a process has ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return True
    return state == "Z"


def within(seconds: float, happens: Callable[[], bool]) -> bool:
    """Whether it happens in these seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if happens():
            return True
        time.sleep(0.02)
    return happens()


def free_port() -> int:
    """A port that nobody listens on, for a process that is told where to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def destroy(home: Path) -> None:
    """End the server of a home and remove its files."""
    if not (home / "postgres").exists():
        return
    server = EmbeddedPostgres(home)
    server._shut_down()
    place, sockets = server.cluster.place, server.cluster.sockets
    shutil.rmtree(place, ignore_errors=True)
    shutil.rmtree(sockets, ignore_errors=True)
