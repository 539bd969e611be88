"""Lives of sheets by the roll of a die: what is kept must be right whatever happened."""

import random
from datetime import date
from uuid import UUID

from daywork.approvals.kept import keep_doubts
from daywork.approvals.service import approve, reopen, send_back
from daywork.ground.ids import new_id
from daywork.summary.kept import keep_up
from tests.support.cast import Cast
from tests.support.database import query
from tests.support.months import advance_given, item_booked
from tests.support.phone_words import line, mutation, said, send, sheet


class Life:
    """What happens to sheets and pay items, one thing after another, as ``rolls`` fall."""

    def __init__(self, cast: Cast, rolls: random.Random) -> None:
        self.cast, self.rolls = cast, rolls
        self.sheets: dict[UUID, tuple[UUID, date, int]] = {}
        self.trades = [new_id(), new_id()]
        for trade in self.trades:
            query(
                cast.url,
                "INSERT INTO trade (organisation, id, name) VALUES ($1, $2, $2::uuid::text)",
                cast.organisation,
                trade,
            )

    months: tuple[tuple[int, int], ...] = ((2025, 12), (2026, 3), (2026, 4))

    def day(self) -> date:
        year, month = self.rolls.choice(self.months)
        return date(year, month, self.rolls.randint(1, 4))

    async def record(self) -> None:
        """On one of two sites, so that workers come to be booked twice."""
        far = self.rolls.random() < 0.5
        workers = self.rolls.sample(self.cast.workers[:3], 2)
        site = self.cast.far_site if far else self.cast.site
        crew = self.cast.far_crew if far else self.cast.crew
        lines = [line(one, self.rolls.choice(("1", "0.5")), overtime_hours="2") for one in workers]
        day = self.day()
        one = sheet(self.cast, *lines, day=day, site=site, crew=crew)
        assert said(await send(self.cast.owner, one)) == ["applied"]
        self.sheets[one["entity_id"]] = (site, day, 1)

    def _any(self, *states: str) -> tuple[UUID, int] | None:
        rows = query(
            self.cast.url,
            "SELECT id, version FROM entry WHERE state = ANY($1) AND id = ANY($2) ORDER BY id",
            list(states),
            list(self.sheets),
        )
        if not rows:
            return None
        one = self.rolls.choice(rows)
        return one["id"], one["version"]

    async def approve(self) -> None:
        if one := self._any("submitted"):
            await approve(self.cast.owner, *one)

    async def send_back(self) -> None:
        if one := self._any("submitted"):
            await send_back(self.cast.owner, *one, "count again")

    async def reopen(self) -> None:
        if one := self._any("approved"):
            await reopen(self.cast.owner, *one, "wrong day")

    async def correct(self) -> None:
        """A new version with other lines."""
        if one := self._any("submitted", "returned"):
            entry, version = one
            site, day, _ = self.sheets[entry]
            crew = self.cast.far_crew if site == self.cast.far_site else self.cast.crew
            lines = [line(self.rolls.choice(self.cast.workers[:3]), "0.75")]
            again = sheet(self.cast, *lines, day=day, site=site, crew=crew)
            again |= {"entity_id": entry, "base_version": version}
            again["payload"]["reason"] = "counted again"
            assert said(await send(self.cast.owner, again)) == ["applied"]

    async def void(self) -> None:
        if one := self._any("submitted", "returned"):
            entry, version = one
            words = {"site": self.sheets[entry][0], "reason": "twice"}
            gone = mutation("entry.void", words, entity_id=entry, base_version=version)
            assert said(await send(self.cast.owner, gone)) == ["applied"]

    async def pay(self) -> None:
        kind, amount = self.rolls.choice((("meal", "30"), ("deduction", "-20")))
        item = {"day": self.day().isoformat(), "amount": amount, "kind": kind}
        item_booked(self.cast, item | {"voided": self.rolls.random() < 0.3})

    async def lend(self) -> None:
        advance_given(self.cast, self.rolls.choice(self.cast.workers[:3]), self.day(), "100.50")

    async def learn(self) -> None:
        """A worker has another trade from now on, or none."""
        query(
            self.cast.url,
            "UPDATE worker SET trade = $1 WHERE id = $2",
            self.rolls.choice((None, *self.trades)),
            self.rolls.choice(self.cast.workers[:3]),
        )

    async def merge(self) -> None:
        """Two records are one worker, or two again."""
        one, other = self.rolls.sample(self.cast.workers[:3], 2)
        query(self.cast.url, "UPDATE worker SET merged_into = NULL WHERE merged_into IS NOT NULL")
        if self.rolls.random() < 0.7:
            query(self.cast.url, "UPDATE worker SET merged_into = $1 WHERE id = $2", one, other)

    async def keep_up(self) -> None:
        """What the worker does each minute."""
        await keep_up(self.cast.organisation)
        await keep_doubts(self.cast.organisation)
