"""Words said after a commit: what changed, to whoever listens in any process.

A NOTIFY inside a transaction makes all commits that have one wait for each other, flush by flush
(see ADR 0022). So a transaction only collects its words; once it is committed they are handed to
the process's speaker, which says many of them in one go on a connection of its own. A word that is
lost, because the process was killed between the two, is made good by looking: pages look at what
they would have been told of every few seconds, and so do workers at their queue.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Collection
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg
from pgqueuer.domain.settings import db_settings

LIVE: Final = "daywork_live"
"""The channel open pages hang on."""

PAUSE: Final = 0.25
"""Seconds between two goes: a site that takes in a thousand sheets a second is said four times."""

log = logging.getLogger("daywork.saying")


class Word(NamedTuple):
    """One NOTIFY; the same word twice is one."""

    channel: str
    text: str


def site_changed(organisation: UUID, site: UUID) -> Word:
    """What waits on a site may be another number."""
    return Word(LIVE, json.dumps({"o": str(organisation), "s": str(site)}))


def inbox_changed(organisation: UUID, member: UUID) -> Word:
    """A member's messages may be others."""
    return Word(LIVE, json.dumps({"o": str(organisation), "m": str(member)}))


def job_queued() -> Word:
    """Workers may look into the queue, as pgqueuer's own trigger would have said it."""
    channel = db_settings().channel
    said = {
        "channel": channel,
        "operation": "insert",
        "sent_at": "1970-01-01T00:00:00Z",  # the same word each time, and nobody asks when
        "table": db_settings().queue_table,
        "type": "table_changed_event",
    }
    return Word(channel, json.dumps(said))


class Speaker:
    """Says the words of committed transactions, from a task of this process."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._loop = asyncio.get_running_loop()
        self._words: dict[Word, None] = {}
        self._some = asyncio.Event()
        self._connection: asyncpg.Connection | None = None
        self._task = asyncio.create_task(self._speak_for_ever())

    def say(self, words: Collection[Word]) -> None:
        """Hand over what a committed transaction has to say, from whatever thread."""
        with contextlib.suppress(RuntimeError):  # the process is ending; see the module
            self._loop.call_soon_threadsafe(self._take, tuple(words))

    def _take(self, words: tuple[Word, ...]) -> None:
        self._words.update(dict.fromkeys(words))
        self._some.set()

    async def stop(self) -> None:
        """Say what is left, then end."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        await asyncio.sleep(0)  # what was handed over this moment
        await self._speak()
        if self._connection is not None:
            await self._connection.close()

    async def _speak_for_ever(self) -> None:
        while True:
            await self._some.wait()
            await self._speak()
            await asyncio.sleep(PAUSE)

    async def _speak(self) -> None:
        """Say what is there. What cannot be said is let go: pages and workers look by themselves,
        and a database that is away for an hour must not fill this process."""
        words, self._words = list(self._words), {}
        self._some.clear()
        if not words:
            return
        try:
            if self._connection is None or self._connection.is_closed():
                self._connection = await asyncpg.connect(self._url, timeout=10)
            await self._connection.fetch(
                "SELECT pg_notify(u.channel, u.text)"
                " FROM unnest($1::text[], $2::text[]) AS u (channel, text)",
                [word.channel for word in words],
                [word.text for word in words],
            )
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("%d words were not said (%s)", len(words), error)
