"""The processes that `daywork up` starts, and the leash they are held on.

A child must not outlive its launcher, not even one that was killed with `kill -9`: it would keep
the port. Each child therefore holds the reading end of a pipe whose writing end only the launcher
has. When the launcher is gone, however it went, the pipe ends, and the child ends itself.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping

import click

LEASH = "DAYWORK_LEASH"
PATIENCE = 15.0
"""Seconds a child has for finishing its requests before it is killed."""

RESTARTS = 5
"""How often a child may die within a minute before the launcher gives up."""


def heed_leash() -> None:
    """In a child: end like on SIGTERM when the launcher is gone."""
    handle = os.environ.pop(LEASH, None)
    if handle is None:
        return
    pipe = int(handle)
    os.set_inheritable(pipe, False)

    def watch() -> None:
        while os.read(pipe, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="leash", daemon=True).start()


class Child:
    """One part of Daywork in a process of its own, started again when it dies."""

    def __init__(self, name: str, words: list[str], environment: Mapping[str, str]) -> None:
        self.name = name
        self._words = words
        self._environment = environment
        self._deaths: list[float] = []
        self._start()

    def _start(self) -> None:
        reading, self._leash = os.pipe()
        # A session of its own: Ctrl-C reaches the launcher alone, who ends the parts in order.
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "daywork", *self._words],
            env={**self._environment, LEASH: str(reading)},
            pass_fds=(reading,),
            start_new_session=True,
        )
        os.close(reading)

    def tend(self) -> bool:
        """Start it again if it died; False when it dies too often to go on."""
        if self.process.poll() is None:
            return True
        os.close(self._leash)
        now = time.monotonic()
        self._deaths = [then for then in self._deaths if now - then < 60] + [now]
        if len(self._deaths) > RESTARTS:
            return False
        click.echo(
            f"The {self.name} ended ({self.process.returncode}); starting it again.", err=True
        )
        self._start()
        return True

    def end(self) -> None:
        """Ask it to finish, and kill it when it does not."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
