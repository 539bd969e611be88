"""Whatever an office does with pay, in whatever order: every path tells the same, which is what
plain Python (`book.py`) makes of what was said; what was closed stays as it was; nobody is paid
twice, and in the end nothing that was earned stays unpaid.

`DAYWORK_MONEY_EXAMPLES=200` keeps as many books, each another; here it is always the same few.
"""

import os
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    invariant,
    run_state_machine_as_test,
)

from daywork.evidence.service import check as check_chain
from daywork.ground.database import (
    close_database,
    company_transaction,
)
from daywork.money.books import ledger_for, money_of_month
from daywork.money.rules import Method
from daywork.sites.calendar import days_of
from daywork.sites.calendar_queries import exceptions_of
from daywork.sites.queries import site_by_id
from daywork.summary.breakdown import worked_days
from daywork.summary.owed import months_owed, owed_until
from daywork.summary.parts import added_up
from daywork.summary.rules import Grouping
from daywork.summary.service import month_summary
from daywork.wages import paying
from daywork.wages.gathering import Gathered, gather
from daywork.wages.rules import by_crew, figures_of, home_crews, total_of
from tests.money.machine.book import ZERO
from tests.money.machine.office import Office
from tests.money.machine.recording import MONTHS, NOW, PAID_ON

EXAMPLES = int(os.environ.get("DAYWORK_MONEY_EXAMPLES", "4"))


class Books(Office):
    """The books of this office."""

    def teardown(self) -> None:
        try:
            self.pay_everything()
        finally:
            self.run(close_database())
            self.runner.close()

    @invariant()
    def all_is_as_it_should_be(self) -> None:
        held = self.held()
        persons = {self.book.person(worker) for worker in self.cast.workers[:3]}
        for person in persons:
            for day in {one.day for one in self.book.sheets.values()}:
                twice = self.book.booked_twice(person, day)
                stands = self.book.stand.get((person, day)) == self.book.claimed(person, day)
                assert ((person, day) in held) <= twice
                assert twice <= (((person, day) in held) or stands), (person, day)
        self.run(self.compare(held))
        for at, told in self.frozen.items():
            table, _, row = at.partition(" ")
            assert self.stored(table, UUID(row)) == told, "a closed paper changed"

    async def compare(self, held: set[tuple[UUID, date]]) -> None:
        cast, owner = self.cast, self.cast.owner
        for site in (cast.site, cast.far_site):
            self.book.remember(site, held)
            told = self.book.owed(site, held)
            expected = {at: e - a - p for at, (e, a, p) in told.items() if (e, a, p) != (ZERO,) * 3}
            async with company_transaction(cast.organisation):
                there = await site_by_id(cast.organisation, site)
                assert there is not None
                for workers in (None, cast.workers):
                    owed = await months_owed(cast.organisation, [site], workers=workers)
                    assert {
                        (one.worker, one.month): one.outstanding
                        for one in owed
                        if (one.earned, one.advances, one.payments) != (ZERO,) * 3
                    } == expected
                for month in MONTHS:
                    of_month = {who: x for (who, at), x in told.items() if at == month.first}
                    until = {
                        one.worker: (one.outstanding, one.in_all)
                        for one in await owed_until(cast.organisation, site, month)
                    }
                    for who, (now, ever) in until.items():
                        earned, lent, paid = of_month.get(who, (ZERO,) * 3)
                        assert now == earned - lent - paid
                        assert ever == sum(
                            x for (at, m), x in expected.items() if at == who and m <= month.first
                        )
                    gathered = await gather(there, month)
                    whole = gathered.figures(None)
                    for who, (earned, lent, paid) in of_month.items():
                        one = whole.get(who)
                        assert (
                            (one.earned, one.advances, one.paid) == (earned, lent, paid)
                            if one
                            else (earned, lent, paid) == (ZERO,) * 3
                        )
                    await self.days_add_up(gathered)
                    crews = [gathered.figures(c) for s, c in self.crews if s == site]
                    assert (
                        total_of(f for by in crews for f in by.values()).payable
                        == total_of(whole.values()).payable
                    )
            for month in MONTHS:
                of_month = {who: x for (who, at), x in told.items() if at == month.first}
                earned = sum((x[0] for x in of_month.values()), ZERO)
                for by in (Grouping.WORKER, Grouping.CREW, Grouping.TASK, Grouping.DAY):
                    summed = await month_summary(owner, site, month.text, by, NOW, english=True)
                    assert summed.total.earned == earned
                    assert sum((row.figures.earned or ZERO for row in summed.rows), ZERO) == earned
                books = await money_of_month(owner, site, month.text, NOW)
                assert books.total.outstanding == sum(
                    (e - a - p for e, a, p in of_month.values()), ZERO
                )
            for who in {who for who, _month in expected}:
                ledger = (await ledger_for(owner, who, site, NOW)).ledger
                assert ledger.outstanding == sum(x for (at, _), x in expected.items() if at == who)
            self.nobody_is_paid_twice(site)

    async def days_add_up(self, gathered: Gathered) -> None:
        """What Postgres adds up of a month is what its days come to, one by one."""
        site, month = gathered.site, gathered.month
        where = (site.organisation, site.id, month.first, month.last)
        days = await worked_days(*where, self.cast.workers)
        exceptions = await exceptions_of(site.organisation, [site.id], month.first, month.last)
        kinds = {one.day: one.kind for one in days_of(site, exceptions, month.first, month.last)}
        by_day = replace(gathered.sources, worked=added_up(days, kinds))
        assert figures_of(by_day) == gathered.figures(None)
        assert home_crews(by_day) == gathered.homes
        for crew, of in by_crew(by_day).items():
            assert figures_of(of) == gathered.figures(crew)
        waiting: Counter[tuple[UUID, UUID, str]] = Counter()
        for of_worker in (by_day.worked, gathered.sources.worked):
            sign = 1 if of_worker is by_day.worked else -1
            for one in of_worker:
                for name in ("unpriced", "pending", "returned"):
                    waiting[one.worker, one.crew, name] += sign * getattr(one, name)
        assert not any(waiting.values())
        held = {(day.worker, day.crew, day.work_day) for day in days if day.held}
        assert held == {
            (one.worker, one.crew, month.first + timedelta(days=n))
            for one in gathered.sources.worked
            for n in range(31)
            if one.held >> n & 1
        }

    def nobody_is_paid_twice(self, site: UUID) -> None:
        """Nobody ever had more than the most that ever was owed, month by month."""
        had: dict[UUID, Decimal] = defaultdict(Decimal)
        most: dict[UUID, Decimal] = defaultdict(Decimal)
        for one in self.book.paid.values():
            if one.counts and one.site == site:
                had[self.book.person(one.worker)] += one.amount
        for (at, worker, _month), peak in self.book.peaks.items():
            if at == site:
                most[self.book.person(worker)] += max(peak, ZERO)
        for person, amount in had.items():
            assert amount <= most[person], (person, amount, most[person])

    def pay_everything(self) -> None:
        """In the end: what can be closed is closed and paid, and nothing that was earned stays
        unpaid but what somebody owes."""
        for month in MONTHS:
            for site in (self.cast.site, self.cast.far_site):
                whole = self.whole.setdefault((site, month.first), True)
                for at, crew in self.crews:
                    if at == site:
                        self.close(site, None if whole else crew, month)
        for one in self.closed_sheets:
            self.pay_from_sheet(one)
        for one in self.settled:
            fields = {"paid_on": PAID_ON, "method": Method.BANK, "at": NOW}
            (row,) = self.ask("SELECT site FROM settlement WHERE id = $1", one)
            what = self.in_company(paying.pay_settlement, one, **fields)
            self.booked("pay settlement", row["site"], what)
        self.all_is_as_it_should_be()
        self.run(self.chain_holds())

    async def chain_holds(self) -> None:
        assert [fault.what for fault in (await check_chain(self.cast.organisation)).faults] == []


@pytest.mark.timeout(60 * EXAMPLES + 120)
def test_every_path_tells_the_same_and_nobody_is_paid_twice(database_url: str) -> None:
    Books.url = database_url
    Books.done.clear()
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=30,
            derandomize="DAYWORK_MONEY_EXAMPLES" not in os.environ,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
            database=None,
            print_blob=True,
        ),
    )
    print(dict(sorted(Books.done.items())))
