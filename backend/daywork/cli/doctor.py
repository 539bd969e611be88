"""`daywork doctor`: looks at each thing Daywork needs and says what would fix it."""

from __future__ import annotations

import asyncio
import json
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from urllib.request import url2pathname

import click

from daywork.cli import ports, start
from daywork.ground import places
from daywork.ground.settings import Settings
from daywork.ground.trouble import Trouble

ROOM = 1_000_000_000
"""Bytes of free disk below which the doctor warns."""


@dataclass(frozen=True)
class Finding:
    good: bool
    what: str
    fix: str = ""


@click.command("doctor")
def command() -> None:
    """Examine the installation and say what would fix it; exit status 1 when something is bad."""
    known = start.settings()
    findings = [_python(), _home(known)]
    if findings[-1].good:
        findings += _database(known)
    findings += [_photos(known), _assets(), _port(known)]
    for finding in findings:
        mark = click.style("✓", fg="green") if finding.good else click.style("✗", fg="red")
        click.echo(f"{mark} {finding.what}")
        if not finding.good:
            click.echo(f"    {finding.fix}")
    if not all(finding.good for finding in findings):
        raise click.exceptions.Exit(1)


def _checked(look: Callable[[], str]) -> Finding:
    try:
        return Finding(True, look())
    except Trouble as trouble:
        return Finding(False, trouble.what, trouble.fix)


def _python() -> Finding:
    found = platform.python_version()
    good = sys.version_info >= (3, 11)
    return Finding(good, f"Python {found}", "Daywork needs Python 3.11 or newer.")


def _home(known: Settings) -> Finding:
    try:
        known.home.mkdir(parents=True, exist_ok=True)
        _write_trial(known.home)
    except OSError as error:
        return Finding(
            False,
            f"Home {known.home}: {error.strerror}",
            "Set DAYWORK_HOME to a folder that this user may write to.",
        )
    free = shutil.disk_usage(known.home).free
    return Finding(
        free > ROOM,
        f"Home {known.home}, {free / 1e9:.1f} GB free",
        "Less than 1 GB is free: make room before photos fill the disk.",
    )


def _database(known: Settings) -> list[Finding]:
    from daywork.ground import migrations

    findings: list[Finding] = []

    async def look(url: str) -> None:
        connection = await migrations.connect(url)
        version = str(await connection.fetchval("SHOW server_version")).split()[0]
        await connection.close()
        whose = "embedded" if known.database_url is None else _without_password(url)
        findings.append(Finding(True, f"Postgres {version}, {whose}"))
        state = await migrations.standing(url)
        if state.unknown:
            findings.append(
                Finding(
                    False,
                    f"The database is newer than this Daywork ({state.unknown[-1]})",
                    "Install the newer Daywork, or restore a backup made before the update.",
                )
            )
        else:
            findings.append(
                Finding(
                    not state.waiting,
                    f"Migrations: {len(state.ran)} run, {len(state.waiting)} waiting",
                    "Run: daywork migrate",
                )
            )

    try:
        with start.with_database(known) as settled:
            asyncio.run(look(settled.database_url or ""))
    except Trouble as trouble:
        findings.append(Finding(False, trouble.what, trouble.fix))
    return findings


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    user = f"{parts.username}@" if parts.username else ""
    place = f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
    return urlunsplit(parts._replace(netloc=user + place, query=""))


def _photos(known: Settings) -> Finding:
    parts = urlsplit(known.storage_url)
    if parts.scheme != "file":
        return Finding(True, f"Photos go to {parts.scheme}://{parts.hostname}{parts.path}")
    folder = Path(url2pathname(parts.path))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_trial(folder)
    except OSError as error:
        return Finding(
            False,
            f"Photos in {folder}: {error.strerror}",
            "Set DAYWORK_STORAGE_URL to file:///a/folder/that/can/be/written or s3://bucket.",
        )
    return Finding(True, f"Photos in {folder}")


def _write_trial(folder: Path) -> None:
    trial = folder / ".may-write"
    trial.touch()
    trial.unlink()


def _assets() -> Finding:
    listed = places.PWA / "dist" / "assets.json"
    fix = "Run: make (in a checkout), or install Daywork again."
    try:
        count = len(json.loads(listed.read_bytes()))
    except (OSError, ValueError):
        return Finding(False, f"What reaches the browser is not built ({listed} is missing)", fix)
    return Finding(count > 0, f"What reaches the browser is built ({count} files)", fix)


def _port(known: Settings) -> Finding:
    def look() -> str:
        ports.must_be_free(known.host, known.port)
        return f"Port {known.port} is free"

    finding = _checked(look)
    if not finding.good and "Daywork" in finding.what:
        return Finding(True, finding.what.rstrip("."))
    return finding
