"""Labour lines a second through the API, against the same rows by bare asyncpg in the same run.

Both write with the same durability into the same server; ours also judges, keeps versions, ledger
and feed, prices nothing. Prints a table; asserts nothing, because the machine is shared.
"""

import asyncio
import json
import time
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from daywork.ground.ids import new_id
from daywork.ground.migrations import migrate
from daywork.ground.postgres import running
from daywork.ground.settings import load_settings
from tests.support.cast import Cast, found
from tests.support.client import client_of
from tests.support.server import serving

LINES = 20
"""Lines a sheet: an ordinary crew."""
DAYS = [date(2026, 1, 1) + timedelta(days=n) for n in range(300)]


def sheets(cast: Cast, workers: list[UUID], count: int) -> list[dict[str, Any]]:
    """``count`` sheets of 20 lines."""
    return [
        {
            "id": str(new_id()),
            "type": "labour.sheet",
            "v": 1,
            "entity_id": str(new_id()),
            "base_version": 0,
            "prev_id": None,
            "client_time": "2026-03-05T10:00:00Z",
            "payload": {
                "site": str(cast.site),
                "work_day": str(DAYS[number % len(DAYS)]),
                "crew": str(cast.crew),
                "task": None,
                "note": "",
                "lines": [
                    {
                        "id": str(new_id()),
                        "worker": str(worker),
                        "unit": "man_days",
                        "amount": "1.0",
                        "overtime_hours": "2",
                        "task": None,
                        "note": "",
                    }
                    for worker in workers
                ],
                "reason": None,
            },
        }
        for number in range(count)
    ]


async def through_the_api(client: httpx.AsyncClient, batches: list[bytes]) -> float:
    """Seconds to push these envelopes one after another."""
    begun = time.perf_counter()
    for body in batches:
        answer = await client.post("/api/sync/push", content=body)
        answer.raise_for_status()
        assert all(one["result"] == "applied" for one in answer.json()["results"]), answer.text
    return time.perf_counter() - begun


BARE_TABLE = """
CREATE TABLE IF NOT EXISTS bare_line (
    organisation uuid NOT NULL, id uuid NOT NULL, sheet uuid NOT NULL, site uuid NOT NULL,
    crew uuid NOT NULL, worker uuid NOT NULL, work_day date NOT NULL, unit text NOT NULL,
    amount numeric(6, 3) NOT NULL, man_days numeric(6, 3) NOT NULL,
    overtime_hours numeric(5, 2) NOT NULL, note text NOT NULL,
    PRIMARY KEY (organisation, sheet, id));
CREATE INDEX IF NOT EXISTS bare_by_site ON bare_line (organisation, site, work_day);
CREATE INDEX IF NOT EXISTS bare_by_worker ON bare_line (organisation, worker, work_day);
"""


async def bare(url: str, cast: Cast, batches: list[list[dict[str, Any]]]) -> float:
    """Seconds to write the same lines by one ``INSERT … SELECT FROM unnest`` a batch."""
    connection = await asyncpg.connect(url)
    await connection.execute(BARE_TABLE)
    begun = time.perf_counter()
    for batch in batches:
        lines = [
            (
                UUID(line["id"]),
                UUID(one["entity_id"]),
                UUID(line["worker"]),
                date.fromisoformat(one["payload"]["work_day"]),
                Decimal(line["amount"]),
                Decimal(line["overtime_hours"]),
            )
            for one in batch
            for line in one["payload"]["lines"]
        ]
        ids, of, workers, days, amounts, overtimes = (
            list(column) for column in zip(*lines, strict=True)
        )
        await connection.execute(
            "INSERT INTO bare_line SELECT $1, u.id, u.sheet, $2, $3, u.worker, u.day, 'man_days',"
            " u.amount, u.amount, u.overtime, '' FROM unnest($4::uuid[], $5::uuid[], $6::uuid[],"
            " $7::date[], $8::numeric[], $9::numeric[])"
            " AS u (id, sheet, worker, day, amount, overtime)",
            cast.organisation,
            cast.site,
            cast.crew,
            ids,
            of,
            workers,
            days,
            amounts,
            overtimes,
        )
    seconds = time.perf_counter() - begun
    await connection.close()
    return seconds


async def measure(url: str, cast: Cast, client: httpx.AsyncClient) -> None:
    """One table row a batch size; interleaved, so that both meet the same machine."""
    workers = [*cast.workers]
    connection = await asyncpg.connect(url)
    while len(workers) < LINES:
        worker = new_id()
        await connection.execute(
            "INSERT INTO worker (organisation, id, name) VALUES ($1, $2, 'bench')",
            cast.organisation,
            worker,
        )
        await connection.execute(
            "INSERT INTO roster (organisation, site, worker, crew, joined_on)"
            " VALUES ($1, $2, $3, $4, '2026-01-01')",
            cast.organisation,
            cast.site,
            worker,
            cast.crew,
        )
        workers.append(worker)
    await connection.close()
    print(f"{'sheets a batch':>15} {'ours lines/s':>14} {'bare lines/s':>14} {'ratio':>7}")
    for size, count in ((1, 60), (50, 500), (500, 2000)):
        ours = theirs = 0.0
        for _ in range(3):
            many = sheets(cast, workers, count)
            batches = [many[at : at + size] for at in range(0, count, size)]
            bodies = [
                json.dumps(
                    {"protocol": 1, "build": "bench", "device_id": "bench", "mutations": batch}
                ).encode()
                for batch in batches
            ]
            ours += await through_the_api(client, bodies)
            theirs += await bare(url, cast, batches)
        lines = 3 * count * LINES
        print(
            f"{size:>15} {lines / ours:>14,.0f} {lines / theirs:>14,.0f} {theirs / ours:>7.0%}",
            flush=True,
        )


def test_pushing_against_bare_writes(tmp_path: Path) -> None:
    """On a throw-away embedded server with full durability."""
    with running(tmp_path / "home") as url:
        asyncio.run(migrate(url))
        cast = found(url)
        settings = replace(
            load_settings({"DAYWORK_HOME": str(tmp_path)}), database_url=url, host="127.0.0.1"
        )
        with serving(settings) as base_url:

            async def go() -> None:
                async with client_of(url, base_url, cast.foreman) as client:
                    await measure(url, cast, client)

            asyncio.run(go())
