"""What every command needs first: settings, a database to talk to, an end that is clean."""

from __future__ import annotations

import asyncio
import dataclasses
import signal
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from daywork.ground.settings import Settings, load_settings
from daywork.ground.trouble import Trouble

T = TypeVar("T")


def settings() -> Settings:
    """This process's settings.

    Raises:
        Trouble: a variable cannot be read.
    """
    try:
        return load_settings()
    except ValueError as error:
        raise Trouble(str(error), "Correct the environment variable, or unset it.") from error


@contextmanager
def with_database(known: Settings) -> Iterator[Settings]:
    """The settings with a database in them: the given one, or the embedded one while we run."""
    if known.database_url is not None:
        yield known
        return
    from daywork.ground.postgres import running

    with end_on_terminate(), running(known.home) as url:
        yield dataclasses.replace(known, database_url=url)


@contextmanager
def end_on_terminate() -> Iterator[None]:
    """Let SIGTERM unwind the stack, so that what was started is stopped again."""

    def end(number: int, _frame: object) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


async def bring_up_to_date(url: str) -> None:
    """Migrate, and say so when there was something to do."""
    from daywork.ground.migrations import migrate

    ran = await migrate(url)
    if ran:
        click.echo(f"Database: {len(ran)} migration{'s' if len(ran) > 1 else ''} run.")


async def with_pool(known: Settings, work: Coroutine[Any, Any, T]) -> T:
    """Run a use case on the app's own connections."""
    from daywork.ground.database import close_database, open_database

    await open_database(known.database_url or "", pool_size=2)
    try:
        return await work
    finally:
        await close_database()


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)
