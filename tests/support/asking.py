"""Statements of a test, run as the database's owner, on one connection that is kept open.

A connection a statement would be the larger part of a test's time. They live on an event loop in a
thread of its own, because a test's thread may have a loop already (Playwright's, or pytest's).
"""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

import asyncpg

T = TypeVar("T")

_MOST_KEPT = 3
STATEMENT_TAKES = 110  # seconds at most: less than a test may take
_LOST = (
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # of a server that was killed in the middle of an answer
    asyncpg.PostgresConnectionError,
    ConnectionError,
)

_kept: "dict[str, asyncpg.Connection[asyncpg.Record]]" = {}


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="test statements", daemon=True).start()
    return loop


def apart(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in a thread of its own: it may itself ask for rows."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()


def _ask(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run_coroutine_threadsafe(work, _loop()).result(STATEMENT_TAKES)


def query(url: str, sql: str, *args: Any) -> list[asyncpg.Record]:
    """Rows of a statement, run as the database's owner: past the row-level security."""

    async def ask() -> list[asyncpg.Record]:
        kept = _kept.get(url)
        if kept is not None and not kept.is_closed():
            try:
                return await kept.fetch(sql, *args)
            except _LOST:
                pass  # the server went away since the last statement, as some tests have it do
        return await (await _connected(url)).fetch(sql, *args)

    return _ask(ask())


async def _connected(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    await _let_go(url)
    while len(_kept) >= _MOST_KEPT:
        await _let_go(next(iter(_kept)))
    # A statement may follow a change of the tables it names.
    _kept[url] = await asyncpg.connect(url, statement_cache_size=0)
    return _kept[url]


def value(url: str, sql: str, *args: Any) -> Any:
    """The first column of the first row, or None."""
    rows = query(url, sql, *args)
    return rows[0][0] if rows else None


def let_go(url: str) -> None:
    """Close what is kept open to a database: somebody is about to copy, drop or count on it."""
    _ask(_let_go(url))


async def _let_go(url: str) -> None:
    kept = _kept.pop(url, None)
    if kept is not None:
        try:
            await kept.close(timeout=5)
        except (*_LOST, TimeoutError):
            kept.terminate()
