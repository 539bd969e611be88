"""The database as a stream out of pg_dump, and back in through pg_restore and psql."""

import asyncio
import contextlib
import hashlib
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from pathlib import Path

from daywork.backup.rules import FileFacts
from daywork.ground.postgres_tools import environment_for, find_tool
from daywork.ground.trouble import Trouble
from daywork.photos.storage import BITE, ONE_REQUEST

_TOO_NEW = b"SET transaction_timeout = 0;\n"
"""pg_dump 18 writes it for every server; Postgres 15 and 16 do not know it."""


class Dumping:
    """A source of bytes: the database at a snapshot. Can be read once."""

    def __init__(self, url: str, snapshot: str) -> None:
        self._url, self._snapshot = url, snapshot
        self.facts = FileFacts(0, "")

    @property
    def size(self) -> int:
        """Not known before; large enough to be stored in parts."""
        return ONE_REQUEST + 1

    async def chunks(self) -> AsyncIterator[bytes]:
        """
        Raises:
            Trouble: pg_dump gave up; what has come so far is no backup.
        """
        words = ["--format=custom", "--no-owner", f"--snapshot={self._snapshot}"]
        running = await asyncio.create_subprocess_exec(
            find_tool("pg_dump"),
            *words,
            env=environment_for(self._url),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
        )
        assert running.stdout is not None and running.stderr is not None  # noqa: S101, PT018
        said = asyncio.create_task(running.stderr.read())
        hashed, size = hashlib.sha256(), 0
        try:
            while data := await running.stdout.read(BITE):
                hashed.update(data)
                size += len(data)
                yield data
            if await running.wait() != 0:
                raise Trouble(
                    f"The database could not be dumped: {_first_error(await said)}",
                    "The database's log says more; nothing was backed up.",
                )
        finally:
            if running.returncode is None:
                running.kill()
                await running.wait()
            await said
        self.facts = FileFacts(size, hashed.hexdigest())


async def is_readable(dump: Path) -> bool:
    """Whether pg_restore can read the dump to its end."""
    with tempfile.TemporaryFile() as errors:
        running = await asyncio.create_subprocess_exec(
            find_tool("pg_restore"), "--file=/dev/null", dump, stdin=DEVNULL, stderr=errors
        )
        return await running.wait() == 0


async def pour(dump: Path, url: str, before: str, after: str) -> None:
    """Put a dump into a database in one transaction, between two pieces of SQL: all, or nothing.

    Raises:
        Trouble: it did not go in; the database is as it was.
    """
    with tempfile.TemporaryFile() as errors:
        reader = await asyncio.create_subprocess_exec(
            find_tool("pg_restore"),
            "--no-owner",
            "--file=-",
            dump,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=errors,
        )
        writer = await asyncio.create_subprocess_exec(
            find_tool("psql"),
            *("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"),
            *("--output=/dev/null", "--file=-"),
            env=environment_for(url),
            stdin=PIPE,
            stderr=errors,
        )
        assert reader.stdout is not None and writer.stdin is not None  # noqa: S101, PT018
        whole = False
        try:
            # A closed pipe means that psql has given up; why stands in what it said.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                writer.stdin.write(before.encode())
                data = await _head(reader.stdout)
                data = data.replace(_TOO_NEW, b"", 1)
                while data:
                    writer.stdin.write(data)
                    await writer.stdin.drain()
                    data = await reader.stdout.read(BITE)
                whole = await reader.wait() == 0
                # Without its end the transaction is rolled back.
                writer.stdin.write(after.encode() if whole else b"\nSELECT 1/0;\n")
                await writer.stdin.drain()
                writer.stdin.close()
            went_in = await writer.wait() == 0
        finally:
            for one in (reader, writer):
                if one.returncode is None:
                    one.kill()
                    await one.wait()
        if not (whole and went_in):
            errors.seek(0)
            raise Trouble(
                f"The database was not restored: {_first_error(errors.read())}",
                "It is as it was before. The backup can be examined with: daywork backup --check",
            )


async def _head(stream: asyncio.StreamReader) -> bytes:
    """The first few thousand bytes, in one piece."""
    head = b""
    while len(head) < 4096 and (data := await stream.read(4096)):
        head += data
    return head


def _first_error(said: bytes) -> str:
    """The first error, which explains the others."""
    lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
    bad = [line for line in lines if "ERROR" in line or "FATAL" in line or "error" in line]
    return (bad or lines or ["no reason was given"])[0]
