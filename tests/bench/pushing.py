"""Labour lines a second through the API, against the same rows by bare asyncpg in the same run.

Both write with the same durability into the same server; ours also judges, keeps versions, ledger,
feed and evidence.
"""

import asyncio
import json
import time
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from daywork.ground.ids import new_id
from tests.bench.house import REPEATS, House, middle
from tests.support.cast import Cast
from tests.support.client import client_of

SIZES = ((1, 30), (50, 300), (500, 1000))
"""Sheets a request, and sheets in all, of one repeat."""


def sheets(
    cast: Cast, workers: list[UUID], count: int, days: tuple[int, int] = (100, 400)
) -> list[dict[str, Any]]:
    """``count`` sheets of one line for each worker, so many days ago."""
    today = date.today()  # noqa: DTZ011 - any day will do
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
                "work_day": str(today - timedelta(days[0] + number % (days[1] - days[0]))),
                "crew": str(cast.crew),
                "task": None,
                "note": "",
                "lines": [
                    {
                        "id": str(new_id()),
                        "worker": str(worker),
                        "unit": "man_days",
                        "amount": "0.01",  # again and again, and nobody booked over a day
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


def envelopes(batches: list[list[dict[str, Any]]]) -> list[bytes]:
    """What a phone posts."""
    words = {"protocol": 1, "build": "bench", "device_id": "bench"}
    return [json.dumps(words | {"mutations": batch}).encode() for batch in batches]


async def through_the_api(client: httpx.AsyncClient, bodies: list[bytes]) -> float:
    """Seconds to push these envelopes one after another."""
    begun = time.perf_counter()
    for body in bodies:
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


async def bare(connection: asyncpg.Connection, cast: Cast, batch: list[dict[str, Any]]) -> None:
    """The same lines by one ``INSERT … SELECT FROM unnest``."""
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
    ids, of, workers, days, amounts, overtimes = (list(each) for each in zip(*lines, strict=True))
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


async def measure(house: House) -> dict[str, tuple[float, str]]:
    """Lines a second by size of the batch, and the ratio to bare writes; interleaved."""
    cast, figures = house.cast, {}
    connection = await asyncpg.connect(house.url)
    await connection.execute(BARE_TABLE)
    async with client_of(house.url, house.base_url, cast.foreman) as client:
        await through_the_api(client, envelopes([sheets(cast, house.workers, 20)]))
        for size, count in SIZES:
            ours, ratios = [], []
            for _ in range(REPEATS):
                many = sheets(cast, house.workers, count)
                batches = [many[at : at + size] for at in range(0, count, size)]
                took = await through_the_api(client, envelopes(batches))
                begun = time.perf_counter()
                for batch in batches:
                    await bare(connection, cast, batch)
                ratios.append((time.perf_counter() - begun) / took)
                ours.append(count * len(house.workers) / took)
            figures[f"lines/s, {size} sheets a batch"] = (
                middle(ours),
                f"{middle(ratios):.0%} of bare asyncpg",
            )
    await connection.close()
    return figures


def run(house: House) -> dict[str, tuple[float, str]]:
    """For a thread of its own."""
    return asyncio.run(measure(house))
