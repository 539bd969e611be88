"""The labour summary of a big company: as many lines as ``DAYWORK_BENCH_LINES`` says.

500 sites and 50,000 workers; each site has a hundred workers at a time, in five crews, 22 days a
month, so 20,000,000 lines are a year and a half. They are made inside Postgres. Times are printed,
with the durability and the memory people get; what is asserted are ratios of one run.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from daywork.ground.database import close_database, company_transaction, fetch, open_database
from daywork.ground.ids import new_id
from daywork.ground.migrations import migrate
from daywork.ground.postgres import running
from daywork.summary import queries
from daywork.summary.kept import keep_up
from daywork.summary.owed import months_owed
from daywork.summary.rules import Month
from daywork.summary.sums import OF_MONTH, SUMS
from tests.bench.house import REPEATS, middle

LINES = int(os.environ.get("DAYWORK_BENCH_LINES", "2000000"))
SITES, WORKERS_A_SITE, CREWS_A_SITE, TASKS_A_SITE, DAYS = 500, 100, 5, 10, 22
A_MONTH = SITES * WORKERS_A_SITE * DAYS
"""Lines of one month of the company."""
LAST = Month(date(2026, 10, 1), date(2026, 10, 31))

COMPANY = """
INSERT INTO organisation (id, name) VALUES ('{o}', 'big');
INSERT INTO site (organisation, id, name)
    SELECT '{o}', md5('site' || s)::uuid, 'site ' || s FROM generate_series(1, {sites}) AS s;
INSERT INTO crew (organisation, id, site, name)
    SELECT '{o}', md5('crew' || s || ' ' || c)::uuid, md5('site' || s)::uuid, 'crew ' || c
    FROM generate_series(1, {sites}) AS s, generate_series(0, {crews} - 1) AS c;
INSERT INTO task (organisation, id, site, code, name, budget_man_days)
    SELECT '{o}', md5('task' || s || ' ' || t)::uuid, md5('site' || s)::uuid, t::text, 'task', 9000
    FROM generate_series(1, {sites}) AS s, generate_series(0, {tasks} - 1) AS t;
INSERT INTO worker (organisation, id, name, number)
    SELECT '{o}', md5('worker' || s || ' ' || w)::uuid, 'worker ' || w, w::text
    FROM generate_series(1, {sites}) AS s, generate_series(0, {workers} - 1) AS w;
"""
MONTH = """
INSERT INTO labour_line (organisation, id, sheet, version, site, crew, worker, task, work_day,
    state, unit, amount, man_days, hours_per_day, overtime_hours, rate_amount, rate_unit, earned,
    overtime_earned)
SELECT '{o}', gen_random_uuid(),
    md5('sheet' || s || ' ' || w % {crews} || ' ' || d || ' {first}')::uuid,
    1, md5('site' || s)::uuid, md5('crew' || s || ' ' || w % {crews})::uuid,
    md5('worker' || s || ' ' || w)::uuid, md5('task' || s || ' ' || (w + d) % {tasks})::uuid,
    '{first}'::date + d, 'approved', 'man_days', 1, 1, 8, 1, 300, 'man_day', 300, 50
FROM generate_series(1, {sites}) AS s, generate_series(0, {days} - 1) AS d,
     generate_series(0, {workers} - 1) AS w
"""


def _filled(sql: str, organisation: UUID, first: date = LAST.first) -> str:
    return sql.format(
        o=organisation,
        sites=SITES,
        crews=CREWS_A_SITE,
        tasks=TASKS_A_SITE,
        workers=WORKERS_A_SITE,
        days=DAYS,
        first=first,
    )


async def found_company(connection: asyncpg.Connection, organisation: UUID) -> None:
    for statement in _filled(COMPANY, organisation).split(";\n"):
        if statement.strip():
            await connection.execute(statement)


async def live_a_month(connection: asyncpg.Connection, organisation: UUID, first: date) -> None:
    """The lines of a month, as if phones had sent them: the notes of what moved are written too."""
    async with connection.transaction():
        await connection.execute("SET LOCAL synchronous_commit = off")
        # Foreign keys are those of md5: checking eleven hundred thousand times six finds nothing.
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(_filled(MONTH, organisation, first))
        await connection.execute(
            "INSERT INTO labour_moved (organisation, site, month)"
            " SELECT $1, id, $2 FROM site WHERE organisation = $1",
            organisation,
            first,
        )


Asked = Callable[[], Awaitable[object]]


async def seconds(organisation: UUID, ask: Asked) -> float:
    """The middle of several."""
    took = []
    for _ in range(REPEATS):
        async with company_transaction(organisation, snapshot=True):
            begun = time.perf_counter()
            await ask()
            took.append(time.perf_counter() - begun)
    return middle(took)


async def views(organisation: UUID, sites: list[UUID]) -> dict[str, float]:
    """Seconds of each view of the last month."""
    one = sites[:1]
    asks: dict[str, Asked] = {
        "site, by worker": lambda: queries.by_worker(organisation, one, LAST),
        "site, by crew": lambda: queries.by_crew(organisation, one, LAST),
        "site, by task": lambda: queries.by_task(organisation, one, LAST, english=False),
        "site, by day": lambda: queries.by_day(organisation, one, LAST),
        "site, total": lambda: queries.month_total(organisation, one, LAST),
        "site, money of all months": lambda: months_owed(organisation, one, until=LAST.last),
        "company, total": lambda: queries.month_total(organisation, sites, LAST),
        "company, by site": lambda: queries.by_site(organisation, sites, LAST),
        "company, by crew": lambda: queries.by_crew(organisation, sites, LAST),
        "company, by trade": lambda: queries.by_trade(organisation, sites, LAST, english=False),
        "company, by day": lambda: queries.by_day(organisation, sites, LAST),
        "company, by worker": lambda: queries.by_worker(organisation, sites, LAST),
        "company, total, from lines": lambda: fetch(
            f"SELECT {SUMS} {OF_MONTH}", organisation, sites, LAST.first, LAST.last
        ),
    }
    found = {}
    for name, ask in asks.items():
        found[name] = await seconds(organisation, ask)
        print(f"  {name:<30} {found[name] * 1000:>10,.1f} ms", flush=True)
    return found


async def measure(url: str) -> None:
    organisation = new_id()
    connection = await asyncpg.connect(url)
    await found_company(connection, organisation)
    sites = [row["id"] for row in await connection.fetch("SELECT id FROM site ORDER BY name")]
    month, made, begun = LAST, 0, time.perf_counter()
    await open_database(url, pool_size=2)
    found: list[dict[str, float]] = []
    while True:
        await live_a_month(connection, organisation, month.first)
        made += A_MONTH
        if not found or made >= LINES:
            print(f"{made:,} lines in {(time.perf_counter() - begun) / 60:.1f} minutes", flush=True)
            await connection.execute("VACUUM (ANALYZE) labour_line")
            if not found:
                print("nothing kept", flush=True)
                await views(organisation, sites)
            kept_from = time.perf_counter()
            months = await keep_up(organisation)
            took = time.perf_counter() - kept_from
            print(f"{months} months of sites kept in {took:.1f} s", flush=True)
            await connection.execute("VACUUM (ANALYZE) labour_total, labour_moved")
            found.append(await views(organisation, sites))
        if made >= LINES:
            break
        month = month.previous
    await close_database()
    await connection.close()
    first, last = found[0], found[-1]
    print("the last month with all the history, against without")
    for name in first:
        print(f"  {name:<30} {last[name] / first[name]:>10.0%}")
    for name in ("company, total", "company, by site"):
        assert last[name] < last["company, total, from lines"] / 3, name
        if len(found) > 1:
            assert last[name] < first[name] * 3, name


@pytest.mark.timeout(7200)
def test_a_month_costs_the_same_however_long_the_history(tmp_path: Path) -> None:
    with running(tmp_path / "home") as url:
        asyncio.run(migrate(url))
        asyncio.run(measure(url))
