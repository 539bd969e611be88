"""The queue of approvals with 40, 300 and 1,000 waiting sheets of 20 lines, half of them clean: the
page, the stretch after it, the review of the clean ones, and one decision by htmx. Read the ratios:
neither a page nor a decision may cost more in a long queue; the review costs what it names. The
first page is the one opened before the worker has looked at what came in; the page after a decision
looks anew at the two months of a crew that the decision may have touched.
"""

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import httpx
import pytest

from tests.bench.house import LINES, House, house, middle
from tests.support.client import client_of
from tests.support.database import apart

CREWS = 40
ROUNDS = 7

CREWS_SQL = """
CREATE TABLE bench_crew AS
    SELECT n, gen_random_uuid() AS crew FROM generate_series(1, $3::int) AS n;
INSERT INTO crew (organisation, id, site, name, foreman)
    SELECT $1, crew, $2, 'crew ' || n, $4 FROM bench_crew;
CREATE TABLE bench_worker AS SELECT c.n, c.crew, p.place, gen_random_uuid() AS worker
    FROM bench_crew c, generate_series(1, $5::int) AS p (place);
INSERT INTO rate (organisation, id, site, unit, amount, valid_from)
    SELECT $1, gen_random_uuid(), $2, 'man_day', 450, '2020-01-01' WHERE NOT EXISTS
    (SELECT FROM rate WHERE site = $2);
INSERT INTO worker (organisation, id, name) SELECT $1, worker, 'w' FROM bench_worker;
INSERT INTO roster (organisation, site, worker, crew, joined_on)
    SELECT $1, $2, worker, crew, current_date - 60 FROM bench_worker;
"""
SHEETS_SQL = """
CREATE TABLE bench_sheet AS
    SELECT gen_random_uuid() AS id, c.n, c.crew, current_date - 1 - d AS day
    FROM (SELECT 1 + i % $3::int AS n, i / $3::int AS d
          FROM generate_series($6::int, $5::int - 1) AS i) AS s
    JOIN bench_crew c USING (n);
INSERT INTO entry (organisation, id, site, kind, crew, work_day, author, received_at)
    SELECT $1, id, $2, 'labour.sheet', crew, day, $4, day + 1 FROM bench_sheet;
INSERT INTO entry_version (organisation, entry, version, mutation, author, payload, sha256,
                           received_at)
    SELECT $1, id, 1, gen_random_uuid(), $4, '{}', sha256(id::text::bytea), day + 1
    FROM bench_sheet;
INSERT INTO labour_sheet (organisation, entry, man_days, overtime_hours, workers)
    SELECT $1, id, 20, 0, 20 FROM bench_sheet;
INSERT INTO labour_line (organisation, id, sheet, version, site, crew, worker, work_day, unit,
                         amount, man_days, hours_per_day, overtime_hours)
    SELECT $1, gen_random_uuid(), s.id, 1, $2, s.crew, w.worker, s.day, 'man_days', 1, 1, 8,
           CASE WHEN s.n % 2 = 1 THEN 4 ELSE 0 END
    FROM bench_sheet s JOIN bench_worker w ON w.n = s.n
    WHERE s.n % 2 = 1 OR (s.day - date '2026-01-01') % 20 <> w.place % 20;
DROP TABLE bench_sheet;
"""


async def _run(at: House, sql: str, last: int, first: int = 0) -> None:
    cast = at.cast
    values = [cast.organisation, cast.site, CREWS, cast.members["foreman"], last, first]
    connection = await asyncpg.connect(at.url)
    for statement in sql.split(";\n"):
        text = statement
        used = [n for n in range(1, 7) if f"${n}" in text]
        for new, old in enumerate(used, 1):
            text = text.replace(f"${old}", f"$ {new}")
        if text.strip():
            await connection.execute(text.replace("$ ", "$"), *(values[n - 1] for n in used))
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


def _keep(at: House) -> None:
    """What the worker does each minute."""
    program = (
        "import asyncio, sys, uuid\n"
        "from daywork.approvals.kept import keep_doubts\n"
        "from daywork.ground.database import open_database\n"
        "async def keep():\n"
        "    await open_database(sys.argv[1], 1)\n"
        "    await keep_doubts(uuid.UUID(sys.argv[2]))\n"
        "asyncio.run(keep())\n"
    )
    subprocess.run(
        [sys.executable, "-c", program, at.settings.database_url, str(at.cast.organisation)],
        check=True,
    )


async def _took(work: Callable[[], Awaitable[httpx.Response]]) -> tuple[float, httpx.Response]:
    begun = time.perf_counter()
    reply = await work()
    took = time.perf_counter() - begun
    assert reply.status_code == 200, reply.text
    return took, reply


async def measure(at: House, waiting: int, before: int) -> dict[str, float]:
    """Milliseconds of each, medians."""
    await _run(at, SHEETS_SQL, waiting, before)
    pages, more, reviews, decisions, afterwards = [], [], [], [], []
    async with client_of(at.url, at.base_url, at.cast.supervisor) as desk:
        unkept, _page = await _took(lambda: desk.get("/approvals"))
        await asyncio.to_thread(_keep, at)
        for _ in range(ROUNDS):
            took, page = await _took(lambda: desk.get("/approvals"))
            pages.append(took)
            entries = re.findall(r'id="e-([0-9a-f-]{36})"', page.text)
            if after := re.search(r"after=([0-9a-f-]{36})", page.text):
                path = f"/approvals?site={at.cast.site}&after={after[1]}"
                took, _ = await _took(
                    lambda path=path: desk.get(path, headers={"HX-Request": "true"})
                )
                more.append(took)
            took, _ = await _took(lambda: desk.get(f"/approvals/clean?site={at.cast.site}"))
            reviews.append(took)
            form = {"version": "1", "on": "card"}
            path = f"/approvals/{entries[0]}/approve"
            took, _ = await _took(
                lambda path=path, form=form: desk.post(
                    path, data=form, headers={"HX-Request": "true"}
                )
            )
            decisions.append(took)
            took, _ = await _took(lambda: desk.get("/approvals"))
            afterwards.append(took)
            await asyncio.to_thread(_keep, at)
    figures = {"the first page": [unkept], "the page": pages, "the next stretch": more}
    figures |= {"the clean ones": reviews, "one decision": decisions}
    figures["the page after it"] = afterwards
    return {name: middle(values) * 1000 for name, values in figures.items() if values}


@pytest.mark.timeout(900)
def test_a_decision_costs_the_same_in_a_long_queue(tmp_path: Path) -> None:
    found = {}
    with house(tmp_path) as at:
        apart(_run(at, CREWS_SQL, LINES))
        there = 0
        for waiting in (40, 300, 1000):
            found[waiting] = apart(measure(at, waiting, there))
            there = waiting
    print()
    first = found[40]
    for waiting, figures in found.items():
        for name, ms in figures.items():
            ratio = f"{ms / first[name]:.1f} times that of 40" if name in first else ""
            print(f"  {waiting:>5} waiting, {name:<18} {ms:>8.0f} ms   {ratio}")
    for name in ("the page", "one decision"):  # about 1; before places were kept 40 and 2
        assert found[1000][name] < 5 * first[name], name
