"""Totals that are kept, so that a month costs the same in a company of any size and age.

A month of a site is added up once and kept by crew and task, by worker, and by day. Triggers write
down, in the transaction of the change, which months moved since; until they are added up again a
reader takes their lines instead. A reader sees one snapshot, so the figures are those of the lines
at that instant, always; keeping up only makes them cheaper. Decision 0034 tells what was declined.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from uuid import UUID

import asyncpg

from daywork.ground.database import company_transaction, execute, fetch
from daywork.summary.sums import BOOKED, NAMES, SUMS

MONTHS_AT_ONCE = 300
"""Months of sites that one transaction adds up again: some seconds of work."""

BEGINNING = date(2000, 1, 1)
"""Before any record."""


class Way(StrEnum):
    """How a month is kept; each row of it is a sum of lines."""

    TASK = "task"
    WORKER = "worker"
    DAY = "day"


KEYS = {Way.TASK: ("crew", "task"), Way.WORKER: ("worker",), Way.DAY: ("work_day",)}
_BESIDE = {
    Way.TASK: ("hours", "array_agg(DISTINCT l.hours_per_day) FILTER (WHERE l.kind IS NULL)"),
    Way.WORKER: ("crews", "array_agg(DISTINCT l.crew)"),
    Way.DAY: ("hours", "NULL::numeric[]"),
}
_COUNTS = ("unpriced", "held")
ADDED = ", ".join(
    f"coalesce(sum(r.{name}), 0){'::bigint' if name in _COUNTS else ''} AS {name}" for name in NAMES
)
"""The sums of rows ``r`` of :func:`rows_of`, named like those of lines."""

# From a note of a worker to the months of the lines that may be held by it: the worker's own, and
# those of records merged into that one. It goes from the few notes to the lines, never back,
# whatever the planner thinks of tiny tables.
_OF_WORKERS = """
    SELECT l.organisation, l.site, date_trunc('month', l.work_day)::date AS month
    FROM labour_moved m
    CROSS JOIN LATERAL (
        SELECT m.worker AS id
        UNION ALL
        SELECT id FROM worker WHERE organisation = m.organisation AND merged_into = m.worker) AS w
    CROSS JOIN LATERAL (
        SELECT l.organisation, l.site, l.work_day FROM labour_line l
        WHERE l.organisation = m.organisation AND l.worker = w.id
          AND (m.work_day IS NULL OR l.work_day = m.work_day)
          AND l.live AND l.state <> 'void' OFFSET 0) AS l
    WHERE m.worker IS NOT NULL
"""
_MOVED = f"""
    SELECT m.site, m.month FROM labour_moved m
    WHERE m.organisation = $1 AND m.site = ANY($2) AND m.month BETWEEN $3 AND $4
    UNION
    SELECT o.site, o.month FROM ({_OF_WORKERS} AND m.organisation = $1) AS o
    WHERE o.site = ANY($2) AND o.month BETWEEN $3 AND $4
"""  # noqa: S608 - pieces of SQL of our own


def _of_lines(way: Way) -> str:
    """The month ``s.month`` of the site ``s.site``, added up from its lines."""
    keys = ", ".join(f"l.{key}" for key in KEYS[way])
    name, beside = _BESIDE[way]
    return f"""LATERAL (
        SELECT {keys}, {beside} AS {name}, {SUMS} FROM {BOOKED} l
        WHERE l.organisation = $1 AND l.site = s.site
          AND l.work_day BETWEEN s.month AND (s.month + interval '1 month - 1 day')::date
        GROUP BY {keys})"""  # noqa: S608 - pieces of SQL of our own


def rows_of(way: Way) -> str:
    """Rows of the sites ``$2`` and the whole months from ``$3`` to ``$4``, in parentheses.

    Columns: site, month, the way's keys, ``hours`` (by task) or ``crews`` (by worker), the sums.
    A month has at most one row of each site and key.
    """
    names = (*KEYS[way], _BESIDE[way][0], *NAMES)
    kept, made = (", ".join(f"{of}.{name}" for name in names) for of in "kr")
    return f"""(
        WITH moved AS MATERIALIZED ({_MOVED})
        SELECT k.site, k.month, {kept} FROM labour_total k
        WHERE k.organisation = $1 AND k.site = ANY($2) AND k.way = '{way}'
          AND k.month BETWEEN $3 AND $4
          AND NOT EXISTS (SELECT FROM moved s WHERE s.site = k.site AND s.month = k.month)
        UNION ALL
        SELECT s.site, s.month, {made} FROM moved s CROSS JOIN {_of_lines(way)} r
    )"""  # noqa: S608 - pieces of SQL of our own


async def keep_up(organisation: UUID) -> int:
    """Add up again what moved, some months at a time; returns how many were made.

    Exact without a lock: it takes away only the notes that its snapshot shows, so whatever is
    committed while it adds stays noted. Who comes second to the same months gives way.
    """
    made = 0
    while True:
        try:
            async with company_transaction(organisation, snapshot=True, writes=True):
                months = await _keep_some(organisation)
        except (asyncpg.SerializationError, asyncpg.UniqueViolationError):
            return made  # another worker is at it
        made += months
        if months < MONTHS_AT_ONCE:
            return made


async def companies_moved(connection: asyncpg.Connection) -> list[UUID]:
    """Companies with something to add up again; past the walls."""
    rows = await connection.fetch("SELECT DISTINCT organisation FROM labour_moved ORDER BY 1")
    return [row["organisation"] for row in rows]


async def _keep_some(organisation: UUID) -> int:
    notes = await fetch(
        "SELECT id, site, month, worker FROM labour_moved WHERE organisation = $1 ORDER BY id",
        organisation,
    )
    of_workers = await fetch(
        f"SELECT DISTINCT site, month FROM ({_OF_WORKERS} AND m.organisation = $1) AS o",  # noqa: S608
        organisation,
    )
    # Workers' days are resolved all at once: a note may go only when each of its months is made.
    months = dict.fromkeys((row["site"], row["month"]) for row in of_workers)
    for note in notes:
        if note["site"] and len(months) < MONTHS_AT_ONCE:
            months[note["site"], note["month"]] = None
    done = [
        note["id"] for note in notes if note["worker"] or (note["site"], note["month"]) in months
    ]
    if not done:
        return 0
    what = (organisation, [site for site, _m in months], [month for _s, month in months])
    await execute(
        "DELETE FROM labour_total t USING unnest($2::uuid[], $3::date[]) AS s (site, month)"
        " WHERE t.organisation = $1 AND t.site = s.site AND t.month = s.month",
        *what,
    )
    for way in Way:
        names = ", ".join((*KEYS[way], _BESIDE[way][0], *NAMES))
        await execute(
            f"INSERT INTO labour_total (organisation, site, month, way, number, {names})"  # noqa: S608
            f" SELECT $1, s.site, s.month, '{way}',"
            f"  row_number() OVER (PARTITION BY s.site, s.month), {names}"
            " FROM unnest($2::uuid[], $3::date[]) AS s (site, month)"
            f" CROSS JOIN {_of_lines(way)} r",
            *what,
        )
    await execute(
        "DELETE FROM labour_moved WHERE organisation = $1 AND id = ANY($2)", organisation, done
    )
    return len(months)


async def wrong_months(connection: asyncpg.Connection) -> list[tuple[UUID, UUID, date]]:
    """Months whose kept totals are not what their lines come to: company, site, month, all of them.

    There are none, unless somebody wrote past the triggers. Reads every line; for the doctor.
    """
    names = ", ".join(f"sum(t.{name}) AS {name}" for name in NAMES)
    same = ", ".join(NAMES)
    rows = await connection.fetch(
        f"""
        WITH moved AS (
            SELECT organisation, site, month FROM labour_moved WHERE site IS NOT NULL
            UNION
            SELECT organisation, site, month FROM ({_OF_WORKERS}) AS o
        ), lines AS (
            SELECT l.organisation, l.site, date_trunc('month', l.work_day)::date AS month, {SUMS}
            FROM {BOOKED} l GROUP BY 1, 2, 3
        ), kept AS (
            SELECT t.organisation, t.site, t.month, t.way, {names}
            FROM labour_total t GROUP BY 1, 2, 3, 4
        ), ways AS (SELECT l.*, w.way FROM lines l, unnest($1::text[]) AS w (way))
        SELECT DISTINCT organisation, site, month FROM (
            (SELECT organisation, site, month, way, {same} FROM ways
             EXCEPT SELECT organisation, site, month, way, {same} FROM kept)
            UNION ALL
            (SELECT organisation, site, month, way, {same} FROM kept
             EXCEPT SELECT organisation, site, month, way, {same} FROM ways)
        ) AS differing
        WHERE (organisation, site, month) NOT IN (SELECT organisation, site, month FROM moved)
        ORDER BY organisation, site, month
        """,  # noqa: S608 - pieces of SQL of our own
        [way.value for way in Way],
    )
    return [(row["organisation"], row["site"], row["month"]) for row in rows]


async def note_moved(
    connection: asyncpg.Connection, months: Sequence[tuple[UUID, UUID, date]]
) -> None:
    """Let these months be added up again; readers take their lines from now on."""
    await connection.executemany(
        "INSERT INTO labour_moved (organisation, site, month) VALUES ($1, $2, $3)", months
    )
