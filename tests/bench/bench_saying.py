"""What NOTIFY costs writers: sixteen, each committing one entry at a time on a site of its own.

Four ways take turns in one run, so that the machine's mood is the same for all: nothing is said;
the word is said after the commit, as now; the word is said in the transaction, as triggers once
did; a job is queued in the transaction with the word of pgqueuer's own trigger, and without it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from statistics import median
from uuid import UUID

import asyncpg
import pytest
from pgqueuer.queries import Queries

from daywork.ground.ids import new_id
from daywork.ground.saying import Speaker, site_changed
from tests.bench.house import House, house
from tests.support.database import apart

WRITERS = 16
SECONDS = 1.5
ROUNDS = 7

ENTRY = (
    "INSERT INTO entry (organisation, id, site, kind, crew, work_day, author)"
    " VALUES ($1, $2, $3, 'labour.sheet', $4, $5, $6)"
)
TRIGGER = "ALTER TABLE pgqueuer {} TRIGGER tg_pgqueuer_changed"

Extra = Callable[[asyncpg.Connection, UUID], Awaitable[None]]


async def measure(at: House) -> dict[str, list[float]]:
    """Commits a second by way, one figure a round."""
    cast = at.cast
    sites = [(new_id(), new_id()) for _ in range(WRITERS)]
    owner = await asyncpg.connect(at.url)
    for site, crew in sites:
        await owner.execute(
            "INSERT INTO site (organisation, id, name) VALUES ($1, $2, $3)",
            cast.organisation,
            site,
            f"bench {site}",
        )
        await owner.execute(
            "INSERT INTO crew (organisation, id, site, name, foreman) VALUES ($1, $2, $3, 'b', $4)",
            *(cast.organisation, crew, site, cast.members["foreman"]),
        )
    speaker = Speaker(at.url)
    connections = [await asyncpg.connect(at.url) for _ in sites]

    async def nothing(_connection: asyncpg.Connection, _site: UUID) -> None:
        return

    async def inside(connection: asyncpg.Connection, site: UUID) -> None:
        word = site_changed(cast.organisation, site)
        await connection.execute("SELECT pg_notify($1, $2)", word.channel, word.text)

    async def job(connection: asyncpg.Connection, _site: UUID) -> None:
        await Queries.from_asyncpg_connection(connection).enqueue("bench", b"{}")

    async def write(number: int, extra: Extra, *, after: bool, until: float) -> int:
        connection, (site, crew) = connections[number], sites[number]
        commits = 0
        while time.perf_counter() < until:
            async with connection.transaction():
                await connection.execute(
                    ENTRY,
                    *(cast.organisation, new_id(), site, crew, date(2026, 3, 5)),
                    cast.members["foreman"],
                )
                await extra(connection, site)
            if after:
                speaker.say([site_changed(cast.organisation, site)])
            commits += 1
        return commits

    ways: dict[str, tuple[Extra, bool, str]] = {
        "nothing said": (nothing, False, "DISABLE"),
        "said after the commit": (nothing, True, "DISABLE"),
        "said in the transaction": (inside, False, "DISABLE"),
        "a job, trigger off": (job, False, "DISABLE"),
        "a job, trigger on": (job, False, "ENABLE"),
    }
    found: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, (extra, after, trigger) in ways.items():
            await owner.execute(TRIGGER.format(trigger))
            begun = time.perf_counter()
            until = begun + SECONDS
            commits = await asyncio.gather(
                *(write(n, extra, after=after, until=until) for n in range(WRITERS))
            )
            found[way].append(sum(commits) / (time.perf_counter() - begun))
    await owner.execute(TRIGGER.format("DISABLE"))
    await speaker.stop()
    for connection in (owner, *connections):
        await connection.close()
    return found


@pytest.mark.timeout(600)
def test_writers_of_many_sites_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with house(tmp_path) as at:
        found = apart(measure(at))
    print()
    bases = dict.fromkeys(found, "nothing said") | {"a job, trigger on": "a job, trigger off"}
    for way, figures in found.items():
        ratio = median(one / base for one, base in zip(figures, found[bases[way]], strict=True))
        print(f"  {way:<26} {median(figures):>8,.0f} commits/s   {ratio:>5.0%} of: {bases[way]}")
