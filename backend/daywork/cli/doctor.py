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
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit
from urllib.request import url2pathname

import click

from daywork.cli import ports, start
from daywork.ground import places
from daywork.ground.settings import Settings
from daywork.ground.trouble import Trouble

if TYPE_CHECKING:
    import asyncpg

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
        try:
            await examine(connection, url)
        finally:
            await connection.close()

    async def examine(connection: asyncpg.Connection[asyncpg.Record], url: str) -> None:
        version = str(await connection.fetchval("SHOW server_version")).split()[0]
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
            if not state.waiting:
                findings.append(await _push(known, connection))
                findings.append(await _register(known, connection))
                findings.append(await _totals(connection))

    try:
        with start.with_database(known) as settled:
            asyncio.run(look(settled.database_url or ""))
    except Trouble as trouble:
        findings.append(Finding(False, trouble.what, trouble.fix))
    return findings


async def _push(known: Settings, connection: asyncpg.Connection[asyncpg.Record]) -> Finding:
    """How messages reach phones: whether they can, how many listen, and what is overdue."""
    if known.push_contact is None:
        return Finding(
            True,
            "Push is off: messages stay in the inbox (set DAYWORK_PUSH_CONTACT, or serve by https)",
        )
    phones = await connection.fetchrow(
        "SELECT count(*) FILTER (WHERE gone_at IS NULL) AS here,"
        " count(*) FILTER (WHERE gone_at IS NOT NULL) AS gone FROM push_subscription"
    )
    overdue = await connection.fetchval(
        "SELECT count(*) FROM push_delivery WHERE state IN ('waiting', 'sending')"
        " AND not_before < now() - interval '15 minutes'"
    )
    last = await connection.fetchval(
        "SELECT why FROM push_delivery WHERE state = 'dropped' AND why IS NOT NULL"
        " ORDER BY done_at DESC LIMIT 1"
    )
    assert phones is not None  # noqa: S101 - an aggregate always has a row
    what = f"Push to {phones['here']} phones ({phones['gone']} gone), {overdue} messages overdue"
    return Finding(
        overdue == 0,
        f"{what}; last one let go: {last}" if last else what,
        "Is `daywork worker` running, and may it reach the push services by https?",
    )


async def _totals(connection: asyncpg.Connection[asyncpg.Record]) -> Finding:
    """Whether kept totals of labour are those of their lines; wrong ones are made again at once."""
    from daywork.summary.kept import note_moved, wrong_months

    wrong = await wrong_months(connection)
    await note_moved(connection, wrong)
    return Finding(
        not wrong,
        f"Kept totals of labour: {len(wrong)} months differ from their lines"
        if wrong
        else "Kept totals of labour are those of their lines",
        "They are read from the lines from now on and kept anew by `daywork worker`; somebody wrote"
        " into the database past Daywork: `daywork verify` says whether records were changed.",
    )


async def _register(known: Settings, connection: asyncpg.Connection[asyncpg.Record]) -> Finding:
    """Whether the key of the real-name register is here: without it no number can be opened."""
    from daywork.register.keys import key_file, noted_key, read_keys
    from daywork.register.rekeying import generations
    from daywork.register.sealing import Key

    noted = await noted_key(connection)
    if noted is None:
        return Finding(True, "The real-name register has no key yet: the first start makes one")
    try:
        here = {Key.of(secret).name for secret in read_keys(known)}
    except Trouble as trouble:
        return Finding(False, trouble.what, trouble.fix)
    where = "DAYWORK_REGISTER_KEY" if known.register_key else str(key_file(known))
    sealed = await generations(connection)
    there = ", ".join(
        f"{n} values under {name}{'' if name in here else ' (not here)'}"
        for name, n in sorted(sealed.items())
    )
    return Finding(
        noted in here and sealed.keys() <= here,
        f"The real-name register's key is {'' if noted in here else 'not '}in {where}"
        + (f": {there}" if there else ""),
        "Put back the key that belongs to this database (a back-up does not hold it); without it"
        " the numbers in the register cannot be opened.",
    )


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
