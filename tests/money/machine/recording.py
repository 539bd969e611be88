"""The days of two sites, as they are recorded, decided, corrected and priced, in any order: the
first rules of a Hypothesis state machine that keeps books. What it said stands in `book.py`.

A step may be refused: then nothing has happened.
"""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
)

from daywork.approvals.service import approve, reopen, send_back
from daywork.ground.database import (
    company_transaction,
    fetch,
    open_database,
)
from daywork.ground.problems import Problem
from daywork.labour.prices import OvertimeWay
from daywork.pay import rates
from daywork.register.sealing import Key, Keyring
from daywork.sites.rules import RateScope, Whose
from daywork.summary.rules import Month
from tests.money.machine.book import Book, Line, Place, Rate, Sheet
from tests.support.cast import Cast, found
from tests.support.database import query
from tests.support.months import work_on
from tests.support.phone_words import line, mutation, said, send, sheet

NOW = datetime(2026, 4, 20, 3, 0, tzinfo=UTC)
PAID_ON = date(2026, 4, 15)
MONTHS = (Month(date(2026, 2, 1), date(2026, 2, 28)), Month(date(2026, 3, 1), date(2026, 3, 31)))
DAYS = st.sampled_from([date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2)])
WHO = st.integers(0, 2)
PLACE = st.integers(0, 2)
MAN_DAYS = st.sampled_from(["1", "0.5", "0.333", "0", "1.5"])
OVERTIME = st.sampled_from(["0", "0", "1", "2.5", "0.1"])
AMOUNTS = st.sampled_from(["0.01", "33.33", "199.99", "412.7"])
AT_ONCE = st.sampled_from([True, True, True, False])
PICK = st.integers(0, 50)
KEYS = Keyring([Key.of(bytes(32))])
EVERYBODY = UUID(int=0)
"""Whose the trade's rate is, in the book."""


class Recording(RuleBasedStateMachine):
    """Two sites, three crews, three workers who may turn out to be fewer, and one owner."""

    url: ClassVar[str] = ""
    done: ClassVar[dict[str, int]] = defaultdict(int)

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.cast: Cast = found(self.url)
        cast = self.cast
        query(
            self.url,
            "UPDATE rate SET amount = 287.77 WHERE organisation = $1",
            cast.organisation,
        )
        work_on(cast, cast.far_site, cast.far_crew, cast.workers[:3])
        self.crews = [
            (cast.site, cast.crew),
            (cast.site, cast.other_crew),
            (cast.far_site, cast.far_crew),
        ]
        self.book = Book(
            {
                cast.site: Place(Decimal(8), Decimal(6)),
                cast.far_site: Place(Decimal(9), Decimal(6)),
            },
            rates=[Rate(EVERYBODY, "man_day", Decimal("287.77"), date(2026, 1, 1), 0)],
        )
        self.merges: list[tuple[UUID, UUID]] = []
        self.frozen: dict[str, str] = {}
        self.closed_sheets: list[UUID] = []
        self.settled: list[UUID] = []
        self.whole: dict[tuple[UUID, date], bool] = {}
        self.doubles: dict[UUID, tuple[UUID, date]] = {}
        self.clock = NOW
        self.run(open_database(self.url, pool_size=2))

    def run(self, what: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(what)

    def tick(self) -> datetime:
        """Each thing is said a minute after the other."""
        self.clock += timedelta(minutes=1)
        return self.clock

    def ask(self, sql: str, *args: Any) -> list[Any]:
        """Rows of this company."""

        async def asked() -> list[Any]:
            async with company_transaction(self.cast.organisation):
                return await fetch(sql, *args)

        found: list[Any] = self.run(asked())
        return found

    def tried(self, name: str, what: Coroutine[Any, Any, Any]) -> Any:
        """What came of it; None when it was refused, which any step may be."""
        try:
            made = self.run(what)
        except Problem as problem:
            self.done[f"{name}: {problem.kind.slug}"] += 1
            return None
        self.done[name] += 1
        return made if made is not None else True

    # Sheets

    def lines(self, told: list[tuple[int, str, str]]) -> list[Line]:
        by_worker = {who: (man_days, overtime) for who, man_days, overtime in told}
        return [
            Line(self.cast.workers[who], Decimal(man_days), Decimal(overtime))
            for who, (man_days, overtime) in by_worker.items()
        ]

    LINES = st.lists(st.tuples(WHO, MAN_DAYS, OVERTIME), min_size=1, max_size=2)

    @initialize(told=st.lists(st.tuples(PLACE, DAYS, LINES), min_size=2, max_size=5))
    def begin(self, told: list[tuple[int, date, list[tuple[int, str, str]]]]) -> None:
        for place, day, lines in told:
            self.record_sheet(place, day, lines, at_once=True)

    @rule(place=PLACE, day=DAYS, told=LINES, at_once=AT_ONCE)
    def record(
        self, place: int, day: date, told: list[tuple[int, str, str]], at_once: bool
    ) -> None:
        self.record_sheet(place, day, told, at_once=at_once)

    def record_sheet(
        self, place: int, day: date, told: list[tuple[int, str, str]], *, at_once: bool
    ) -> None:
        site, crew = self.crews[place]
        lines = self.lines(told)
        sent = sheet(self.cast, *self.spelled(lines), day=day, site=site, crew=crew)
        if self.pushed("record", sent):
            entry: UUID = sent["entity_id"]
            self.book.sheets[entry] = Sheet(
                site, crew, day, 1, "submitted", lines, self.book.places[site].hours_per_day
            )
            if at_once:
                self.decide(entry)

    def spelled(self, lines: list[Line]) -> list[dict[str, Any]]:
        return [
            line(one.worker, str(one.man_days), overtime_hours=str(one.overtime)) for one in lines
        ]

    def pushed(self, name: str, sent: dict[str, Any]) -> bool:
        told = said(self.run(send(self.cast.owner, sent, now=NOW)))
        self.done[name if told == ["applied"] else f"{name}: {told[0]}"] += 1
        return told == ["applied"]

    def one_of(self, pick: int, *states: str) -> UUID | None:
        ids = [at for at, one in self.book.sheets.items() if one.state in states]
        return ids[pick % len(ids)] if ids else None

    def decide(self, entry: UUID) -> None:
        one = self.book.sheets[entry]
        if self.tried("approve", approve(self.cast.owner, entry, one.version, at=self.tick())):
            one.state = "approved"
            self.book.fix(one)

    @rule(pick=PICK)
    def approve_one(self, pick: int) -> None:
        if entry := self.one_of(pick, "submitted"):
            self.decide(entry)

    @rule(pick=PICK)
    def return_one(self, pick: int) -> None:
        if entry := self.one_of(pick, "submitted"):
            one = self.book.sheets[entry]
            what = send_back(self.cast.owner, entry, one.version, "count again", at=self.tick())
            if self.tried("return", what):
                one.state = "returned"

    @rule(pick=PICK)
    def reopen_one(self, pick: int) -> None:
        if entry := self.one_of(pick, "approved"):
            one = self.book.sheets[entry]
            what = reopen(self.cast.owner, entry, one.version, "wrong", at=self.tick())
            if self.tried("reopen", what):
                one.state = "submitted"

    @rule(pick=PICK, told=LINES, at_once=AT_ONCE)
    def correct(self, pick: int, told: list[tuple[int, str, str]], at_once: bool) -> None:
        entry = self.one_of(pick, "submitted", "returned", "approved")
        if entry is None:
            return
        one, lines = self.book.sheets[entry], self.lines(told)
        sent = sheet(
            self.cast,
            *self.spelled(lines),
            day=one.day,
            site=one.site,
            crew=one.crew,
            reason="counted again",
            entity_id=entry,
            base_version=one.version,
        )
        if self.pushed("correct", sent):
            one.version, one.state, one.lines = one.version + 1, "submitted", lines
            one.hours = self.book.places[one.site].hours_per_day
            if at_once:
                self.decide(entry)

    @rule(pick=PICK)
    def void_sheet(self, pick: int) -> None:
        if entry := self.one_of(pick, "submitted", "returned"):
            one = self.book.sheets[entry]
            words = {"site": one.site, "reason": "twice"}
            sent = mutation("entry.void", words, entity_id=entry, base_version=one.version)
            if self.pushed("void", sent):
                one.state = "void"

    # Rates and rules

    @rule(who=WHO | st.none(), amount=st.sampled_from(["280", "33.335", "317.77", "0.01"]),
          unit=st.sampled_from(["man_day", "hour"]), day=DAYS)  # fmt: skip
    def agree_rate(self, who: int | None, amount: str, unit: str, day: date) -> None:
        cast = self.cast
        whose = (
            Whose(RateScope.TRADE, cast.carpenter)
            if who is None
            else Whose(RateScope.WORKER, cast.workers[who])
        )
        price = Decimal(amount).quantize(Decimal("0.01"))
        what = rates.agree(
            cast.owner,
            cast.site,
            whose,
            unit=unit,
            amount=price,
            overtime_hour=None,
            valid_from=day,
            note="",
        )
        if self.tried("rate", what):
            of = EVERYBODY if who is None else cast.workers[who]
            self.book.rates.append(Rate(of, unit, price, day, len(self.book.rates)))

    @rule(hours=st.sampled_from(["8", "9", "10"]), far=st.booleans())
    def other_hours(self, hours: str, far: bool) -> None:
        """From now on a 工 has so many hours; sheets keep the ones they were made with."""
        site = self.cast.far_site if far else self.cast.site
        self.ask("UPDATE site SET hours_per_day = $2 WHERE id = $1", site, Decimal(hours))
        self.book.places[site].hours_per_day = Decimal(hours)

    @rule(far=st.booleans(), day=DAYS)
    def by_statute(self, far: bool, day: date) -> None:
        site = self.cast.far_site if far else self.cast.site
        place = self.book.places[site]
        if place.statute_from is None:
            what = rates.choose_overtime(self.cast.owner, site, OvertimeWay.STATUTE, day, "")
            if self.tried("statute", what):
                place.statute_from = day

    # What it can look up

    def held(self) -> set[tuple[UUID, date]]:
        """Days booked twice that nobody has settled: each is one, and each that is one is known."""
        rows = self.ask(
            "SELECT id, worker, work_day FROM double_booking WHERE organisation = $1"
            " AND resolved_at IS NULL",
            self.cast.organisation,
        )
        found = {row["id"]: (row["worker"], row["work_day"]) for row in rows}
        for gone in self.doubles.keys() - found.keys():
            self.book.close_double(*self.doubles[gone])
        for new in found.keys() - self.doubles.keys():
            self.book.open_double(*found[new])
            # The database opened it by its own clock.
            query(
                self.url, "UPDATE double_booking SET opened_at = $2 WHERE id = $1", new, self.tick()
            )
        self.doubles = found
        assert len(set(found.values())) == len(rows)
        return set(found.values())
