"""The labour summary of a big company: as many lines as ``DAYWORK_BENCH_LINES`` says.

Whole pages are timed through the app, of one and the same month: first with that month and the one
before it alone, then with all the history. Times are printed, with the durability and the memory
people get, beside the processor time they took, which says more on a machine that others use;
what is asserted are ratios of one run.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
import pytest

from daywork.ground.database import close_database, company_transaction, fetch, open_database
from daywork.ground.migrations import migrate
from daywork.ground.postgres import running
from daywork.ground.settings import load_settings
from daywork.people.actor import Actor
from daywork.summary.kept import keep_up
from daywork.summary.rules import Month
from daywork.summary.sums import OF_MONTH, SUMS
from tests.bench.big_company import A_MONTH, found_company, live_months, one_site
from tests.bench.house import REPEATS, middle
from tests.support.client import client_of
from tests.support.server import serving

LINES = int(os.environ.get("DAYWORK_BENCH_LINES", "4400000"))
LAST = Month(date(2026, 10, 1), date(2026, 10, 31))
MOVED_SITES = 20
BY_SITE = "company, by site"
SMALL = 0.03
"""Seconds of processor time below which a ratio says nothing."""


def busy(postmaster: int) -> float:
    """Seconds of processor time that this process and the back ends of Postgres have had so far."""
    ticks = os.sysconf("SC_CLK_TCK")
    spent = time.process_time()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().partition(") ")
            if name.endswith("(postgres") and int(rest.split()[1]) == postmaster:
                spent += sum(map(int, rest.split()[11:13])) / ticks
        except OSError:
            continue
    return spent


@dataclass(frozen=True, slots=True)
class Took:
    """Of one ask: seconds on the clock, and of processors."""

    clock: float
    cpu: float


async def took(
    place: "Place", ask: Callable[[], Awaitable[object]], repeats: int = REPEATS
) -> Took:
    """The middle on the clock, and the mean of what processors did."""
    clocks = []
    postmaster = int((place.home / "postgres/data/postmaster.pid").read_text().split()[0])
    before = busy(postmaster)
    for _ in range(repeats):
        begun = time.perf_counter()
        await ask()
        clocks.append(time.perf_counter() - begun)
    return Took(middle(clocks), (busy(postmaster) - before) / repeats)


def say(name: str, of: Took) -> None:
    print(f"  {name:<34} {of.clock * 1000:>9,.0f} ms {of.cpu * 1000:>9,.0f} ms", flush=True)


def pages_of(site: UUID, worker: UUID) -> dict[str, str]:
    """Addresses of the pages that are timed."""
    month = f"month={LAST.text}"
    of_site = f"{month}&site={site}"
    axes = ("worker", "crew", "trade", "task", "cost_code", "site", "day")
    found = {f"site, by {by}": f"/labour?{of_site}&by={by}" for by in axes if by != "site"}
    found |= {f"company, by {by}": f"/labour?{month}&by={by}" for by in axes}
    return found | {
        "company, a worker found": f"/labour?{month}&by=worker&find=4711",
        "company, workers 5,001 to 5,100": f"/labour?{month}&by=worker&skip=5000",
        "site, money": f"/labour/money?{of_site}",
        "worker, ledger": f"/labour/workers/{worker}/ledger?site={site}",
        "site, wage sheets": f"/labour/wages?{of_site}",
    }


async def timed_pages(
    place: "Place", browser: httpx.AsyncClient, pages: dict[str, str]
) -> dict[str, Took]:
    found = {}
    for name, path in pages.items():

        async def ask(path: str = path) -> None:
            reply = await browser.get(path)
            assert reply.status_code == 200, (path, reply.text[:300])

        await ask()
        found[name] = await took(place, ask)
        say(name, found[name])
    return found


@dataclass(frozen=True, slots=True)
class Place:
    """What is measured."""

    url: str
    home: Path
    owner: Actor


async def keep(place: Place) -> None:
    """The product's own keeping up, and what Postgres does by itself a little later."""
    await open_database(place.url, pool_size=2)
    begun = time.perf_counter()
    months = await keep_up(place.owner.organisation)
    each = (time.perf_counter() - begun) / max(months, 1)
    await close_database()
    print(f"{months:,} months of sites kept, {each * 1000:.0f} ms each", flush=True)
    connection = await asyncpg.connect(place.url)
    await connection.execute("VACUUM (ANALYZE) labour_total, labour_moved, payment")
    await connection.close()


async def grow(place: Place, months: list[date]) -> None:
    connection = await asyncpg.connect(place.url)
    begun = time.perf_counter()
    await live_months(connection, place.owner, months)
    await connection.execute("VACUUM (ANALYZE) labour_line")
    lines = len(months) * A_MONTH
    print(f"{lines:,} lines in {(time.perf_counter() - begun) / 60:.1f} minutes", flush=True)
    await connection.close()
    await keep(place)


async def pages(place: Place, base: str, *, more: bool) -> dict[str, Took]:
    connection = await asyncpg.connect(place.url)
    site, worker = await one_site(connection)
    print(f"  {'load ' + ' '.join(f'{one:.1f}' for one in os.getloadavg()):<34} "
          f"{'clock':>12} {'processors':>12}")  # fmt: skip
    async with client_of(place.url, base, place.owner) as browser:
        asked = pages_of(site, worker)
        found = await timed_pages(place, browser, asked)
        if more:
            book = f"/labour/summary.xlsx?month={LAST.text}"
            say("company, the workbook", await took(place, lambda: browser.get(book), 1))
            await connection.execute(
                "UPDATE labour_line SET note = 'moved' WHERE organisation = $1 AND work_day = $2"
                " AND site = ANY(SELECT DISTINCT site FROM bench_gang WHERE s <= $3)",
                place.owner.organisation,
                LAST.first,
                MOVED_SITES,
            )
            print(f"{MOVED_SITES} sites moved just now")
            moved = {f"{name}, moved": asked[name] for name in ("company, by worker", BY_SITE)}
            await timed_pages(place, browser, moved)
    await connection.close()
    return found


async def from_lines(place: Place) -> Took:
    """The month of the company without anything kept."""
    await open_database(place.url, pool_size=2)
    owner = place.owner.organisation
    async with company_transaction(owner, snapshot=True):
        sites = [row["id"] for row in await fetch("SELECT id FROM site")]
        found = await took(
            place,
            lambda: fetch(f"SELECT {SUMS} {OF_MONTH}", owner, sites, LAST.first, LAST.last),
            2,
        )
    await close_database()
    return found


SENT = """
INSERT INTO labour_line (organisation, id, sheet, version, site, crew, worker, task, work_day,
    unit, amount, man_days, hours_per_day)
SELECT $1, gen_random_uuid(), e.id, 1, e.site, g.crew, g.worker, t.task, e.work_day,
    'man_days', 1, 1, 8
FROM bench_sheet e JOIN bench_gang g ON g.site = e.site AND g.c = e.c
JOIN bench_task t ON t.s = g.s AND t.t = g.w % 10
"""


async def pushing(place: Place) -> None:
    """500 lines of 25 sheets and sites, with and without the note that their months moved."""
    connection = await asyncpg.connect(place.url)
    owner = place.owner
    await connection.execute(
        "CREATE TABLE bench_sheet AS SELECT gen_random_uuid() AS id, site, c, date '2026-11-03'"
        " AS work_day FROM bench_gang WHERE s <= 25 AND w = 0"
    )
    await connection.execute(
        "INSERT INTO entry (organisation, id, site, kind, work_day, author)"
        " SELECT $1, id, site, 'labour.sheet', work_day, $2 FROM bench_sheet",
        owner.organisation,
        owner.member,
    )
    spent: dict[str, list[float]] = {"ENABLE": [], "DISABLE": []}
    for _ in range(20):
        for way, times in spent.items():
            async with connection.transaction():
                await connection.execute(f"ALTER TABLE labour_line {way} TRIGGER moves_insert")
            going = connection.transaction()
            await going.start()
            begun = time.perf_counter()
            done = await connection.execute(SENT, owner.organisation)
            times.append(time.perf_counter() - begun)
            assert done == "INSERT 0 500"
            await going.rollback()
    await connection.execute("ALTER TABLE labour_line ENABLE TRIGGER moves_insert")
    await connection.close()
    noted, bare = (middle(spent[way]) * 1000 for way in ("ENABLE", "DISABLE"))
    print(f"500 lines written: {noted:.1f} ms with the note of what moved, {bare:.1f} ms without")


def months_back(count: int) -> list[date]:
    """The last month and those before it."""
    found = [LAST]
    while len(found) < count:
        found.append(found[-1].previous)
    return [one.first for one in found]


def measure(url: str, home: Path) -> None:
    async def begin() -> Actor:
        connection = await asyncpg.connect(url)
        owner = await found_company(connection)
        await connection.close()
        return owner

    place = Place(url, home, asyncio.run(begin()))
    settings = replace(
        load_settings({"DAYWORK_HOME": str(home)}), database_url=url, host="127.0.0.1"
    )
    months = months_back(max(3, round(LINES / A_MONTH)))
    asyncio.run(grow(place, months[:2]))
    with serving(settings) as base:
        few = asyncio.run(pages(place, base, more=False))
    asyncio.run(grow(place, months[2:]))
    with serving(settings) as base:
        many = asyncio.run(pages(place, base, more=True))
    asyncio.run(keep(place))
    lines = asyncio.run(from_lines(place))
    say("company, total, from lines", lines)
    asyncio.run(pushing(place))
    print(f"the same month with {len(months)} months of history, against 2: clock, processors")
    for name, before in few.items():
        after = many[name]
        print(f"  {name:<34} {after.clock / before.clock:>9.0%} {after.cpu / before.cpu:>9.0%}")
    assert many[BY_SITE].cpu < lines.cpu
    for name, before in few.items():
        assert many[name].cpu < before.cpu * 3 + SMALL, name


@pytest.mark.timeout(7200)
def test_a_month_costs_the_same_however_long_the_history(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with running(home) as url:
        asyncio.run(migrate(url))
        measure(url, home)
