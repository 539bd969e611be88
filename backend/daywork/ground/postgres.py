"""The embedded Postgres: started by whoever needs it, stopped by the last one to leave.

Daywork has to run where nobody has set up a database, so a wheel brings the Postgres binaries and
this supervisor runs them. Several launchers may share one cluster (`daywork up` in one
window, `daywork company` in another): each holds a shared lock on `in-use`, and whoever finds
himself alone when leaving stops the server. The kernel drops the lock of a killed launcher, so
nothing has to be cleaned up by hand after `kill -9`:

- launcher killed: its server runs on and the next launcher adopts it;
- server killed: `revive` (or the next start) starts it again, and Postgres recovers by itself;
- `postmaster.pid` left behind with a number that is now somebody else's: seen by the command
  line of that process, and the number is replaced by ours. The file is not deleted, because
  Postgres reads from it whether orphaned back ends still hold the old shared memory.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from daywork.ground.cluster import PORT, Cluster, find_cluster, prepare
from daywork.ground.trouble import Trouble

READY_WITHIN = 300.0
"""Seconds; recovery after a crash may take its time, and a dead server is noticed at once."""

STOP_WITHIN = 30.0
LARGEST_LOG = 8 * 1024 * 1024

_FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off"]


class EmbeddedPostgres:
    """A running embedded server, as seen by one launcher.

    `durable=False` is for tests: it trades safety against power loss for speed.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self._home = home
        self._durable = durable
        self._cluster: Cluster | None = None
        self._in_use: IO[bytes] | None = None
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def cluster(self) -> Cluster:
        if self._cluster is None:
            self._cluster = find_cluster(self._home)
        return self._cluster

    @property
    def url(self) -> str:
        return self.cluster.url()

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return _postmaster(self.cluster)

    def start(self) -> str:
        """Start the server, or join the one that runs; returns the database's URL."""
        if self._in_use is not None:
            return self.url
        with _alone(self.cluster):
            in_use = _open_lock(self.cluster.place / "in-use")
            fcntl.flock(in_use, fcntl.LOCK_SH)
            self._in_use = in_use
            try:
                changed = prepare(self.cluster)
                if changed and (pid := self.pid) is not None:
                    os.kill(pid, signal.SIGHUP)
                self._bring_up()
            except BaseException:
                self._let_go()
                raise
        return self.url

    def alive(self) -> bool:
        if self._child is not None and self._child.poll() is not None:
            self._child = None
        return _postmaster(self.cluster) is not None

    def revive(self) -> None:
        """Start the server again after it died; does nothing while it runs."""
        if self._in_use is None:
            raise RuntimeError("revive() is for a launcher that has started")
        with _alone(self.cluster):
            if not self.alive():
                prepare(self.cluster)
                self._bring_up()

    def stop(self) -> None:
        """Leave; stops the server when no other launcher uses it."""
        if self._in_use is None:
            return
        with _alone(self.cluster):
            try:
                fcntl.flock(self._in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # somebody else works with it, and will stop it
            else:
                self._shut_down()
            self._let_go()

    def _let_go(self) -> None:
        if self._in_use is not None:
            self._in_use.close()
            self._in_use = None

    def _bring_up(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            if _postmaster(self.cluster) is None:
                self._launch()
            if self._wait_until_ready(deadline):
                return
        raise Trouble(
            f"The embedded database is not ready after {READY_WITHIN:.0f} seconds.",
            f"Look into {self.cluster.log}.",
        )

    def _launch(self) -> None:
        cluster = self.cluster
        _disarm_stale_files(cluster)
        settings = [
            "listen_addresses=",
            f"unix_socket_directories={cluster.sockets}",
            "unix_socket_permissions=0700",
            f"port={PORT}",
            "max_connections=200",
            "timezone=UTC",
            "log_timezone=UTC",
            "log_error_verbosity=terse",  # else it writes down the rows it refuses
            *([] if self._durable else _FAST),
        ]
        command = [str(cluster.binaries / "bin" / "postgres"), "-D", str(cluster.data)]
        for setting in settings:
            command += ["-c", setting]
        if cluster.log.exists() and cluster.log.stat().st_size > LARGEST_LOG:
            cluster.log.replace(cluster.log.with_suffix(".log.1"))
        with cluster.log.open("ab") as log:
            # A session of its own: Ctrl-C in the terminal must reach the web server first, and
            # stop the database last.
            self._child = subprocess.Popen(  # type: ignore[call-overload]  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=cluster.place,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
                start_new_session=True,
                **cluster.owner.popen(),
            )

    def _wait_until_ready(self, deadline: float) -> bool:
        """True when ready; False when an adopted or orphan-hindered server is to be tried again."""
        while time.monotonic() < deadline:
            if self._child is not None and self._child.poll() is not None:
                self._child = None
                said = _tail(self.cluster.log)
                if "pre-existing shared memory block" in said:
                    time.sleep(0.1)  # back ends of a killed server are on their way out
                    return False
                raise Trouble(
                    f"The embedded database did not start: {_last_word(said)}",
                    f"The whole story is in {self.cluster.log}.",
                )
            lines = _pid_file(self.cluster)
            status = lines[7].strip() if len(lines) > 7 else ""
            # The number is checked too: a killed server's file says "ready" as well.
            if status == "ready" and _postmaster(self.cluster) is not None:
                return True
            if self._child is None and _postmaster(self.cluster) is None:
                return False  # the one we adopted was just leaving
            time.sleep(0.01)
        return False

    def _shut_down(self) -> None:
        pid = _postmaster(self.cluster)
        if pid is None:
            return
        for how, patience in ((signal.SIGINT, STOP_WITHIN), (signal.SIGQUIT, STOP_WITHIN)):
            try:
                os.kill(pid, how)
            except ProcessLookupError:
                return
            until = time.monotonic() + patience
            while time.monotonic() < until:
                if self._has_ended(pid):
                    return
                time.sleep(0.01)
        raise Trouble(
            f"The embedded database (process {pid}) does not stop.",
            f"Look into {self.cluster.log}.",
        )

    def _has_ended(self, pid: int) -> bool:
        """Whether the process is over; the server removes its pid file a little earlier."""
        if self._child is not None and self._child.pid == pid:
            if self._child.poll() is None:
                return False
            self._child = None
            return True
        return not _serves(pid, self.cluster)


@contextmanager
def running(home: Path, *, durable: bool = True) -> Iterator[str]:
    """The URL of the embedded database, which runs for as long as the block does."""
    server = EmbeddedPostgres(home, durable=durable)
    try:
        yield server.start()
    finally:
        server.stop()


def _open_lock(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b")


@contextmanager
def _alone(cluster: Cluster) -> Iterator[None]:
    """Only one launcher at a time starts or stops the server."""
    with _open_lock(cluster.place / "start") as lock:
        until = time.monotonic() + READY_WITHIN + STOP_WITHIN
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise Trouble(
                        "Another Daywork has been starting this database for minutes.",
                        f"Find it with: fuser {cluster.place / 'start'}",
                    ) from None
                time.sleep(0.02)
        yield


def _pid_file(cluster: Cluster) -> list[str]:
    try:
        return (cluster.data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _postmaster(cluster: Cluster) -> int | None:
    """The process id of this cluster's server, if the one in the pid file really is it."""
    lines = _pid_file(cluster)
    if not lines or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    return pid if _serves(pid, cluster) else None


def _serves(pid: int, cluster: Cluster) -> bool:
    """Whether this process is a server of this cluster."""
    words = _command_line(pid)
    return len(words) > 2 and words[0].endswith("postgres") and words[2] == str(cluster.data)


def _command_line(pid: int) -> list[str]:
    """The words a process was started with; empty for one that is gone or a zombie."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            return []
    ps = ["/bin/ps", "-ww", "-o", "args=", "-p", str(pid)]
    said = subprocess.run(ps, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603
    program, _, rest = said.partition(" -D ")
    return [program, "-D", rest.split(" -c ")[0]]


def _disarm_stale_files(cluster: Cluster) -> None:
    """Make the files of a dead server harmless; called only when this cluster has none running."""
    lines = _pid_file(cluster)
    if lines:
        # Postgres takes its parent's number in the file for a left-over and goes on to check the
        # shared memory; any other live number of this user would stop it.
        path = cluster.data / "postmaster.pid"
        path.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        (cluster.sockets / name).unlink(missing_ok=True)


def _tail(log: Path) -> str:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4000))
        return file.read().decode(errors="replace")


def _last_word(said: str) -> str:
    """The most telling line of the log: the last FATAL or PANIC, else the last line."""
    lines = [line for line in said.splitlines() if line.strip()]
    bad = [line for line in lines if "FATAL" in line or "PANIC" in line or "could not" in line]
    return (bad or lines or ["it said nothing"])[-1]
