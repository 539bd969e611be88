"""Where the figures are taken: a durable Postgres, the app, a company, and years of its past."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from uuid import UUID

import asyncpg

from daywork.ground.ids import new_id
from daywork.ground.migrations import migrate
from daywork.ground.postgres import running
from daywork.ground.settings import Settings, load_settings
from tests.support.cast import Cast, found
from tests.support.database import apart, query
from tests.support.server import serving

LINES = 20
"""Lines a sheet: an ordinary crew."""
REPEATS = 5
"""Each figure is the median of so many: the machine is shared."""


@dataclass
class House:
    """A running installation with one company in it."""

    url: str
    base_url: str
    settings: Settings
    cast: Cast
    workers: list[UUID]


@contextmanager
def house(folder: Path) -> Iterator[House]:
    """With the durability people get: fsync on, synchronous commit."""
    with running(folder / "home") as url:
        apart(migrate(url))
        cast = found(url)
        workers = [*cast.workers, *(new_id() for _ in range(LINES - len(cast.workers)))]
        for worker in workers[len(cast.workers) :]:
            query(
                url,
                "WITH one AS (INSERT INTO worker (organisation, id, name) VALUES ($1, $2, 'bench'))"
                " INSERT INTO roster (organisation, site, worker, crew, joined_on)"
                " VALUES ($1, $3, $2, $4, '2026-01-01')",
                *(cast.organisation, worker, cast.site, cast.crew),
            )
        known = load_settings({"DAYWORK_HOME": str(folder / "home")})
        settings = replace(known, database_url=url, host="127.0.0.1")
        with serving(settings) as base_url:
            yield House(url, base_url, settings, cast, workers)


def timed(work: Callable[[], object]) -> float:
    """Seconds it takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def middle(values: list[float]) -> float:
    """What is reported of several runs."""
    return median(values)


PAST = """
SET LOCAL session_replication_role = replica;
SET LOCAL synchronous_commit = off;
CREATE TEMP TABLE place ON COMMIT DROP AS
    SELECT n, CASE WHEN n = 0 THEN $2::uuid ELSE gen_random_uuid() END AS site,
           CASE WHEN n = 0 THEN $3::uuid ELSE gen_random_uuid() END AS crew
    FROM generate_series(0, 19) AS n;
INSERT INTO site (organisation, id, name) SELECT $1, site, 'past ' || n FROM place WHERE n > 0;
INSERT INTO crew (organisation, id, site, name, foreman)
    SELECT $1, crew, site, 'past', $4 FROM place WHERE n > 0;
CREATE TEMP TABLE gang ON COMMIT DROP AS
    SELECT p.n, p.site, w AS place, gen_random_uuid() AS worker
    FROM place p, generate_series(1, 20) AS w;
INSERT INTO worker (organisation, id, name) SELECT $1, worker, 'past' FROM gang;
CREATE TEMP TABLE past ON COMMIT DROP AS
    SELECT i, p.n, p.site, p.crew, gen_random_uuid() AS id,
           current_date - 70 - (i / 20) % 1500 AS day
    FROM generate_series(1, $5) AS i JOIN place p ON p.n = i % 20;
INSERT INTO entry (organisation, id, site, kind, crew, work_day, author)
    SELECT $1, id, site, 'labour.sheet', crew, day, $4 FROM past;
INSERT INTO entry_version (organisation, entry, version, mutation, author, payload, sha256)
    SELECT $1, id, 1, gen_random_uuid(), $4,
           jsonb_build_object('site', site, 'note', '', 'lines', (SELECT jsonb_agg(
               jsonb_build_object('id', gen_random_uuid(), 'unit', 'man_days', 'amount', '1.0'))
               FROM generate_series(1, 20 + 0 * i))), sha256(id::text::bytea) FROM past;
INSERT INTO labour_sheet (organisation, entry, man_days, overtime_hours, workers)
    SELECT $1, id, 20, 0, 20 FROM past;
INSERT INTO labour_line (organisation, id, sheet, version, site, crew, worker, work_day, unit,
                         amount, man_days, hours_per_day)
    SELECT $1, gen_random_uuid(), p.id, 1, p.site, p.crew, g.worker, p.day, 'man_days', 1, 1, 8
    FROM past p JOIN gang g ON g.n = p.n;
INSERT INTO sync_mutation (organisation, id, sha256, member, site, type, entity_id, result)
    SELECT $1, gen_random_uuid(), sha256(id::text::bytea), $4, site, 'labour.sheet', id, 'applied'
    FROM past;
INSERT INTO chain_link (organisation, site, number, kind, subject, version, content, detail,
                        previous, hash, at)
    SELECT $1, p.site, coalesce(h.number, 0) + row_number() OVER (PARTITION BY p.site ORDER BY i),
           'entry.version', p.id, 1, sha256(p.id::text::bytea), '8.00',
           sha256((p.i - 20)::text::bytea), sha256(p.i::text::bytea), now()
    FROM past p LEFT JOIN (SELECT l.site, max(l.number) AS number FROM chain_link l
                            WHERE l.organisation = $1 GROUP BY l.site) AS h ON h.site = p.site;
INSERT INTO site_revision (organisation, site, revision) SELECT $1, site, 1 FROM place
    ON CONFLICT DO NOTHING;
INSERT INTO site_revision_nonce (organisation, site, revision)
    SELECT $1, p.site, r FROM place p, generate_series(1, 5000) AS r
    WHERE p.n > 0 ON CONFLICT DO NOTHING;
INSERT INTO feed (organisation, site, subject, id, revision)
    SELECT $1, site, 'entry', id, 1 FROM past;
"""
"""``$5`` sheets of 20 lines in the past of 20 sites, one of them the one that is measured."""


def live_through(house: House, lines: int) -> None:
    """Years of work, written by SQL."""
    cast = house.cast
    values = [cast.organisation, cast.site, cast.crew, cast.members["foreman"], lines // LINES]

    async def write() -> None:
        connection = await asyncpg.connect(house.url)
        async with connection.transaction():
            for statement in PAST.split(";\n"):
                if not statement.strip():
                    continue
                used = [n for n in range(1, 6) if f"${n}" in statement]
                for new, old in enumerate(used, 1):
                    statement = statement.replace(f"${old}", f"$ {new}")
                words = [values[n - 1] for n in used]
                await connection.execute(statement.replace("$ ", "$"), *words)
        await connection.execute("VACUUM ANALYZE")
        await connection.execute("CHECKPOINT")
        await connection.close()

    apart(write())
