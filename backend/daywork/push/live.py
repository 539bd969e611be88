"""Counts that stay true on open pages: one listener a process, whoever changed them.

Whoever changes something says so by NOTIFY after the commit (see ``ground.saying``); a process
listens on one connection of its own and wakes the pages it concerns. A word may be lost, or never
have been said (plain SQL): every few seconds the process looks at what its pages hang on, in two
queries for all of them. What the count is, each page asks for itself, with the rights its reader
has at that moment: the word alone tells nobody anything.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Final
from uuid import UUID

import asyncpg

from daywork.ground.saying import LIVE

LOOK: Final = 5.0
"""Seconds between two looks at what may have changed without a word."""
_LONGEST_PAUSE: Final = 30.0

log = logging.getLogger("daywork.live")


class Page:
    """One open page; :meth:`changed` wakes when its counts may be others."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.over = False
        """The process is ending: the page should come again, to another one."""

    def wake(self) -> None:
        """Something that concerns the page has changed."""
        self._event.set()

    def end(self) -> None:
        """Nothing will be told here any more."""
        self.over = True
        self._event.set()

    async def changed(self, patience: float) -> bool:
        """Wait for the next word; False when none came within ``patience`` seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), patience)
        woken = self._event.is_set()
        self._event.clear()
        return woken


# A site's revision moves with every change that phones see (a trigger keeps it), so the sum moves
# when anything of the company's records does.
_SITES: Final = """
    SELECT organisation, sum(revision) AS state FROM site_revision
    WHERE organisation = ANY($1) GROUP BY organisation
"""
_INBOXES: Final = """
    SELECT organisation, member, (count(*), sum(revision), max(created_at))::text AS state
    FROM message WHERE organisation = ANY($1) AND member = ANY($2) AND read_at IS NULL
    GROUP BY organisation, member
"""


@dataclass
class _Seen:
    """How things stood at the last look."""

    sites: dict[UUID, Any] = field(default_factory=dict)
    inboxes: dict[tuple[UUID, UUID], str] = field(default_factory=dict)


class Live:
    """The listener of this process, and the pages that hang on it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pages: dict[UUID, dict[Page, UUID]] = {}
        self._task: asyncio.Task[None] | None = None
        self._ending = False
        self.listening = asyncio.Event()

    def start(self) -> None:
        """Begin to listen; a lost connection is made again."""
        self._task = asyncio.create_task(self._listen_for_ever())

    async def stop(self) -> None:
        """End all pages, then the listener."""
        self.end_pages()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def end_pages(self) -> None:
        """Let every open page go, so that the server can end without waiting for them."""
        self._ending = True
        for page in self._all():
            page.end()

    def end_pages_on_signal(self) -> None:
        """Let pages go as soon as the process is asked to end, before the server waits for them."""
        if threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            before = signal.getsignal(number)
            if not callable(before):
                continue

            def end(received: int, frame: FrameType | None, then: Any = before) -> None:
                loop.call_soon_threadsafe(self.end_pages)
                then(received, frame)

            signal.signal(number, end)

    @contextmanager
    def page(self, organisation: UUID, member: UUID) -> Iterator[Page]:
        """An open page of this member."""
        page = Page()
        if self._ending:
            page.end()
        self._pages.setdefault(organisation, {})[page] = member
        try:
            yield page
        finally:
            of_company = self._pages[organisation]
            del of_company[page]
            if not of_company:
                del self._pages[organisation]

    @property
    def open(self) -> int:
        """How many pages hang on this process."""
        return sum(map(len, self._pages.values()))

    def _all(self) -> list[Page]:
        return [page for pages in self._pages.values() for page in pages]

    async def _listen_for_ever(self) -> None:
        pause = 0.5
        while True:
            try:
                await self._listen()
                pause = 0.5
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("not listening for changes (%s); trying again", error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def _listen(self) -> None:
        """Listen until the connection is lost."""
        connection = await asyncpg.connect(self._url, timeout=10)
        lost = asyncio.Event()
        seen = _Seen()
        try:
            connection.add_termination_listener(lambda _connection: lost.set())
            await connection.add_listener(LIVE, self._heard)
            self.listening.set()
            # Whatever was said while nobody listened is made good by asking everything once.
            for page in self._all():
                page.wake()
            while not lost.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(lost.wait(), LOOK)
                if self._pages and not lost.is_set():
                    await self._look(connection, seen)
        finally:
            self.listening.clear()
            connection.terminate()

    async def _look(self, connection: asyncpg.Connection, seen: _Seen) -> None:
        """Wake the pages of whatever is not as it was at the last look."""
        companies = list(self._pages)
        members = [member for pages in self._pages.values() for member in pages.values()]
        sites = {
            row["organisation"]: row["state"] for row in await connection.fetch(_SITES, companies)
        }
        inboxes = {
            (row["organisation"], row["member"]): row["state"]
            for row in await connection.fetch(_INBOXES, companies, members)
        }
        for organisation, pages in self._pages.items():
            moved = sites.get(organisation) != seen.sites.get(organisation)
            for page, member in pages.items():
                inbox = (organisation, member)
                if moved or inboxes.get(inbox) != seen.inboxes.get(inbox):
                    page.wake()
        seen.sites, seen.inboxes = sites, inboxes

    def _heard(self, _connection: Any, _process: int, _channel: str, text: object) -> None:
        try:
            said = json.loads(str(text))
            organisation = UUID(said["o"])
            member = UUID(said["m"]) if "m" in said else None
        except (ValueError, KeyError, TypeError):
            log.warning("a word that cannot be read: %r", text)
            return
        for page, reader in self._pages.get(organisation, {}).items():
            if member is None or member == reader:
                page.wake()
