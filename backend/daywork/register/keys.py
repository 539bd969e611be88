"""Where the register's keys lie: outside the database, in a file of the home folder.

``register.keys`` is made on the first start, readable by its owner alone: one key a line, the
first seals, the others only open what was sealed before. ``DAYWORK_REGISTER_KEY`` takes its place
where several machines share one database (several keys with commas between them).

Which key an installation seals with is noted in the database by name, so that a second machine, or
a restored backup without its key, says so instead of quietly making another.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import asyncpg

from daywork.ground.settings import Settings
from daywork.ground.trouble import Trouble
from daywork.push.rules import from_base64url, to_base64url
from daywork.register.sealing import KEY_BYTES, Key, Keyring

FILE: Final = "register.keys"
NOTED: Final = "register_key"
"""The name under which ``installation_secret`` keeps the present key's name (not the key)."""


def key_file(settings: Settings) -> Path:
    """Where the keys are when no variable gives them."""
    return settings.home / FILE


def read_keys(settings: Settings) -> list[bytes]:
    """The secrets at hand, the sealing one first; none when there is no file yet.

    Raises:
        Trouble: what is there is no key.
    """
    given = settings.register_key
    if given is None:
        try:
            given = key_file(settings).read_text(encoding="ascii", errors="replace")
        except FileNotFoundError:
            return []
        except OSError as error:
            raise Trouble(
                f"The register's keys in {key_file(settings)} cannot be read: {error.strerror}.",
                "Make the file readable for the user that runs Daywork, and for nobody else.",
            ) from error
    secrets = []
    for number, text in enumerate(given.replace(",", "\n").split(), start=1):
        try:
            secret = from_base64url(text)
        except ValueError:
            secret = b""
        if len(secret) != KEY_BYTES:
            where = "DAYWORK_REGISTER_KEY" if settings.register_key else str(key_file(settings))
            raise Trouble(
                f"Key {number} in {where} is not a key of the register.",
                "Put it back as it was; a key is 32 bytes as base64url, 43 signs.",
            )
        secrets.append(secret)
    return secrets


def write_keys(path: Path, secrets: Sequence[bytes], *, new: bool = False) -> None:
    """Put keys into the file, all or none, for its owner alone.

    Raises:
        FileExistsError: ``new`` was asked for, and another process was quicker.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write("".join(f"{to_base64url(secret)}\n" for secret in secrets))
        file.flush()
        os.fsync(file.fileno())
    try:
        if new:
            os.link(beside, path)  # unlike a rename, it never replaces a file
        else:
            os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


async def open_keyring(settings: Settings) -> Keyring | None:
    """The keys of this installation, made when it has none yet.

    None when the database is sealed with a key that is not here: everything but opening and
    adding numbers goes on working, and ``daywork doctor`` says what is missing.

    Raises:
        Trouble: what is there is no key.
    """
    connection = await asyncpg.connect(settings.database_url)
    try:
        noted = await noted_key(connection)
        secrets = read_keys(settings)
        if not secrets and noted is None:
            with suppress(FileExistsError):  # another process of this start was quicker
                write_keys(key_file(settings), [os.urandom(KEY_BYTES)], new=True)
            secrets = read_keys(settings)
        if not secrets:
            return None
        keys = [Key.of(secret) for secret in secrets]
        if noted is None:
            noted = await note_key(connection, keys[0].name, replace=False)
        if noted not in {key.name for key in keys}:
            return None
        return Keyring(keys, lambda: [Key.of(secret) for secret in read_keys(settings)])
    finally:
        await connection.close()


async def noted_key(connection: asyncpg.Connection) -> str | None:
    """The name of the key this database is sealed with."""
    found: str | None = await connection.fetchval(
        "SELECT value FROM installation_secret WHERE name = $1", NOTED
    )
    return found


async def note_key(connection: asyncpg.Connection, name: str, *, replace: bool) -> str:
    """Note which key seals; returns the one that is noted now."""
    await connection.execute(
        "INSERT INTO installation_secret (name, value) VALUES ($1, $2)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE $3",
        NOTED,
        name,
        replace,
    )
    return await noted_key(connection) or name
