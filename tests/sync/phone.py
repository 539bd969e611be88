"""The simplest honest client of the feed: rows and a cursor."""

import json
from typing import Any
from uuid import UUID

from daywork.people.actor import Actor
from daywork.sync.feed import pull
from tests.support.phone_words import NOW


class Phone:
    """The rows and cursor a phone keeps of one site. ``tombstones`` counts rows told as gone."""

    def __init__(self, actor: Actor, site: UUID, limit: int = 500) -> None:
        self.actor, self.site, self.limit = actor, site, limit
        self.cursor: str | None = None
        self.revision = 0
        self.rows: dict[tuple[str, UUID], Any] = {}
        self.resets: list[str] = []
        self.marks: list[str] = []
        self.tombstones = 0
        self.seen = 0

    async def turn(self) -> bool:
        """Pull one page; says whether there are more."""
        seen = ",".join(self.marks)
        page = await pull(self.actor, self.site, self.cursor, self.limit, NOW, seen=seen)
        if page.reset:
            self.resets.append(page.reset)
            self.rows.clear()
        for row in page.rows:
            self.seen += 1
            if row.gone:
                self.tombstones += 1
                self.rows.pop((row.s, row.id), None)
            else:
                assert row.d is not None
                self.rows[row.s, row.id] = json.loads(bytes(row.d))
        self.cursor = page.cursor
        if not page.more:
            self.revision = page.revision
        return page.more

    async def sync(self) -> int:
        """Pull until nothing more comes; returns how many rows came."""
        before = self.seen
        while await self.turn():
            pass
        return self.seen - before

    def ids(self, subject: str) -> set[UUID]:
        return {name for kind, name in self.rows if kind == subject}
