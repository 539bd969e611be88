"""Totals that are kept, so that a month costs the same in a company of any size and age.

A month of a site is added up once and kept in every way it is looked at. Triggers write down, in
the transaction of the change, which months moved since; until they are added up again a reader
takes their lines instead. A reader sees one snapshot, so the figures are those of the lines
at that instant, always; keeping up only makes them cheaper. Decisions 0034 and 0039 tell what was
declined.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from uuid import UUID

import asyncpg

from daywork.ground.database import company_transaction, execute, fetch, fetch_once
from daywork.sites.tables import kept_record
from daywork.summary.sums import BOOKED, NAMES, SUMS

MONTHS_AT_ONCE = 300
"""Months of sites that one transaction adds up again: some seconds of work."""

BEGINNING = date(2000, 1, 1)
"""Before any record."""


class Way(StrEnum):
    """How a month is kept; each row of it is a sum of lines."""

    SITE = "site"
    CREW = "crew"
    TASK = "task"
    TRADE = "trade"
    WORKER = "worker"
    DAY = "day"


KEYS: dict[Way, tuple[str, ...]] = {
    Way.SITE: (),
    Way.CREW: ("crew",),
    Way.TASK: ("task",),
    Way.TRADE: ("trade",),
    Way.WORKER: ("worker",),
    Way.DAY: ("work_day",),
}
YEARLY = (Way.SITE, Way.TASK, Way.WORKER)
"""Kept by year as well: what is asked of them from the beginning on."""
_BESIDE = {
    Way.SITE: ("hours", "array_agg(DISTINCT l.hours_per_day) FILTER (WHERE l.kind IS NULL)"),
    Way.WORKER: ("crews", "array_agg(DISTINCT l.crew)"),
}
_COUNTS = ("unpriced", "held")
ADDED = ", ".join(
    f"coalesce(sum(r.{name}), 0){'::bigint' if name in _COUNTS else ''} AS {name}" for name in NAMES
)
"""The sums of rows ``r`` of :func:`rows_of`, named like those of lines."""

# From a note of a worker to the months that may be moved by it: of the worker's own lines, and of
# those of records merged into that one; and of pay items, when it is about no one day. It goes
# from the few notes to the lines, never back, whatever the planner thinks of tiny tables.
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
          AND l.live AND l.state <> 'void'
        UNION ALL
        SELECT i.organisation, i.site, i.work_day FROM pay_item i
        WHERE i.organisation = m.organisation AND i.worker = w.id
          AND m.work_day IS NULL AND i.voided_at IS NULL OFFSET 0) AS l
    WHERE m.worker IS NOT NULL
"""
_MOVED = f"""
    SELECT m.site, m.month FROM labour_moved m
    WHERE m.organisation = $1 AND m.site = ANY($2) AND m.month BETWEEN $3 AND $4
    UNION
    SELECT o.site, o.month FROM ({_OF_WORKERS} AND m.organisation = $1) AS o
    WHERE o.site = ANY($2) AND o.month BETWEEN $3 AND $4
"""  # noqa: S608 - pieces of SQL of our own
_MONTHS_MOVED = f"""
    SELECT DISTINCT month FROM labour_moved WHERE organisation = $1 AND site = ANY($2)
    UNION
    SELECT o.month FROM ({_OF_WORKERS} AND m.organisation = $1) AS o WHERE o.site = ANY($2)
"""  # noqa: S608 - pieces of SQL of our own


def _names(way: Way) -> tuple[str, ...]:
    return (*KEYS[way], *_BESIDE.get(way, ())[:1])


def _of_lines(way: Way) -> str:
    """The month ``s.month`` of the site ``s.site``, added up from its lines."""
    if way is Way.TRADE:
        # Each worker once, not each line. And Postgres takes no COALESCE past the wall between
        # companies into an index, but a CASE.
        return f"""LATERAL (
        SELECT w.trade, {ADDED} FROM {_of_lines(Way.WORKER)} r
        JOIN worker entered ON entered.organisation = $1 AND entered.id = r.worker
        JOIN worker w ON w.organisation = $1 AND w.id =
             {kept_record("entered")}
        GROUP BY w.trade)"""  # noqa: S608 - pieces of SQL of our own
    chosen = [f"l.{key}" for key in KEYS[way]]
    if way in _BESIDE:
        name, beside = _BESIDE[way]
        chosen.append(f"{beside} AS {name}")
    grouped = ", ".join(f"l.{key}" for key in KEYS[way]) or "l.site"
    return f"""LATERAL (
        SELECT {", ".join((*chosen, SUMS))} FROM {BOOKED} l
        WHERE l.organisation = $1 AND l.site = s.site
          AND l.work_day BETWEEN s.month AND (s.month + interval '1 month - 1 day')::date
        GROUP BY {grouped})"""  # noqa: S608 - pieces of SQL of our own


async def moved_between(organisation: UUID, sites: Sequence[UUID], first: date, last: date) -> bool:
    """Whether any of these sites' months moved since it was kept. If none did, the kept ones are
    all there is to read, which Postgres plans and reads in a fraction of the time."""
    rows = await fetch_once(_MONTHS_MOVED, organisation, sites)
    return any(first <= row["month"] <= last for row in rows)


def rows_of(way: Way, sums: Sequence[str] | None = None, *, moved: bool = True) -> str:
    """Rows of the sites ``$2`` and the whole months from ``$3`` to ``$4``, in parentheses.

    Columns: site, month, the way's key, ``hours`` (by site) or ``crews`` (by worker), the sums. A
    month has at most one row of each site and key. ``sums``: only these and the key, which may be
    read from an index alone. ``moved``: what :func:`moved_between` said of them.
    """
    names = (*_names(way), *NAMES) if sums is None else (*KEYS[way], *sums)
    kept, made = (", ".join(f"{of}.{name}" for name in names) for of in "kr")
    of_kept = f"""
        SELECT k.site, k.month, {kept} FROM labour_total k
        WHERE k.organisation = $1 AND k.site = ANY($2) AND k.way = '{way}'
          AND k.month BETWEEN $3 AND $4"""  # noqa: S608 - pieces of SQL of our own
    if not moved:
        return f"({of_kept})"
    return f"""(
        WITH moved AS MATERIALIZED ({_MOVED}) {of_kept}
          AND NOT EXISTS (SELECT FROM moved s WHERE s.site = k.site AND s.month = k.month)
        UNION ALL
        SELECT s.site, s.month, {made} FROM moved s CROSS JOIN {_of_lines(way)} r
    )"""  # noqa: S608 - pieces of SQL of our own


def rows_until(way: Way, sums: Sequence[str] = NAMES, *, moved: bool = True) -> str:
    """Rows of the sites ``$2`` from ``$3``, which is before any record, to the end of the month
    that ends on ``$4``, in parentheses. ``way`` is one of :data:`YEARLY`.

    Columns: site, the way's key, the sums. What has passed is read by the year, so that a company
    that has been at work for long adds up no more rows than a young one; of the last year, the
    months until then, or the whole without the months after, whichever are fewer. (Not of workers:
    who came after has no row.) ``moved``: what :func:`moved_between` said.
    """
    keys = [f"k.{key}" for key in KEYS[way]]
    kept = ", ".join((*keys, *(f"k.{name}" for name in sums)))
    less = ", ".join((*keys, *(f"-k.{name}" for name in sums)))
    made = ", ".join(f"r.{name}" for name in (*KEYS[way], *sums))
    ahead = "0" if way is Way.WORKER else "6"
    # Before this day by the year, from it on by the month.
    cut = f"date_trunc('year', $4::date + interval '{ahead} months')::date"
    unmoved = whole = with_moved = lines = ""
    if moved:
        unmoved = "AND NOT EXISTS (SELECT FROM moved s WHERE s.site = k.site AND s.month = k.month)"
        whole = "AND NOT EXISTS (SELECT FROM broken b WHERE b.site = k.site AND b.year = {})"
        with_moved = f"""
        WITH moved AS MATERIALIZED ({_MOVED}),
        broken AS MATERIALIZED (
            SELECT DISTINCT site, date_trunc('year', month)::date AS year FROM moved
            WHERE month < {cut})"""  # noqa: S608 - pieces of SQL of our own
        lines = f"""
        UNION ALL
        SELECT k.site, {kept} FROM broken b CROSS JOIN LATERAL (
            SELECT k.* FROM labour_total k
            WHERE k.organisation = $1 AND k.site = b.site AND k.way = '{way}'
              AND k.month BETWEEN b.year AND least((b.year + interval '1 year - 1 day')::date, $4)
            ) AS k
        WHERE true {unmoved}
        UNION ALL
        SELECT s.site, {made} FROM moved s CROSS JOIN {_of_lines(way)} r"""  # noqa: S608
    return f"""({with_moved}
        SELECT k.site, {kept} FROM labour_total k
        WHERE k.organisation = $1 AND k.site = ANY($2) AND k.way = '{way}_year'
          AND k.month >= $3 AND k.month < {cut} {whole.format("k.month")}
        UNION ALL
        SELECT k.site, {kept} FROM labour_total k
        WHERE k.organisation = $1 AND k.site = ANY($2) AND k.way = '{way}'
          AND k.month BETWEEN {cut} AND $4 {unmoved}
        UNION ALL
        SELECT k.site, {less} FROM labour_total k
        WHERE k.organisation = $1 AND k.site = ANY($2) AND k.way = '{way}'
          AND k.month > $4 AND k.month < {cut}
          {whole.format("date_trunc('year', k.month)::date")}{lines}
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
    await _make(organisation, list(months))
    await execute(
        "DELETE FROM labour_moved WHERE organisation = $1 AND id = ANY($2)", organisation, done
    )
    return len(months)


async def _make(organisation: UUID, months: Sequence[tuple[UUID, date]]) -> None:
    """Add up these months of sites, and the years they are in, anew."""
    years = list(dict.fromkeys((site, month.replace(month=1)) for site, month in months))

    def places(of: Sequence[tuple[UUID, date]]) -> tuple[object, ...]:
        return organisation, [site for site, _m in of], [month for _s, month in of]

    by_year = [f"{way}_year" for way in YEARLY]
    for of, ways in ((months, [way.value for way in Way]), (years, by_year)):
        await execute(
            "DELETE FROM labour_total t USING unnest($2::uuid[], $3::date[]) AS s (site, month),"
            " unnest($4::text[]) AS w (way)"
            " WHERE t.organisation = $1 AND t.site = s.site AND t.way = w.way"
            " AND t.month = s.month",
            *places(of),
            ways,
        )
    for way in Way:
        names = ", ".join((*_names(way), *NAMES))
        await execute(
            f"INSERT INTO labour_total (organisation, site, month, way, number, {names})"  # noqa: S608
            f" SELECT $1, s.site, s.month, '{way}',"
            f"  row_number() OVER (PARTITION BY s.site, s.month), {names}"
            " FROM unnest($2::uuid[], $3::date[]) AS s (site, month)"
            f" CROSS JOIN {_of_lines(way)} r",
            *places(months),
        )
    for way in YEARLY:
        keyed = "".join(f"{key}, " for key in KEYS[way])
        # A month of the year that waits still is in it as it was; nobody reads the year till then.
        await execute(
            f"""
            INSERT INTO labour_total (organisation, site, month, way, number, {keyed}
                                      {", ".join(NAMES)})
            SELECT $1, s.site, s.month, '{way}_year',
                   row_number() OVER (PARTITION BY s.site, s.month), r.*
            FROM unnest($2::uuid[], $3::date[]) AS s (site, month) CROSS JOIN LATERAL (
                SELECT {keyed}{ADDED} FROM labour_total r
                WHERE r.organisation = $1 AND r.site = s.site AND r.way = '{way}'
                  AND r.month BETWEEN s.month AND (s.month + interval '1 year - 1 day')::date
                GROUP BY {keyed}r.site) AS r
            """,  # noqa: S608 - pieces of SQL of our own
            *places(years),
        )


async def wrong_months(connection: asyncpg.Connection) -> list[tuple[UUID, UUID, date]]:
    """Months whose kept totals are not what their lines come to: company, site, month, all of them.
    A year that differs is named by its January, which makes the year anew as well.

    There are none, unless somebody wrote past the triggers. Reads every line; for the doctor.
    """
    names = ", ".join(f"sum(t.{name}) AS {name}" for name in NAMES)
    same = ", ".join(NAMES)
    rows = await connection.fetch(
        f"""
        WITH months AS (
            SELECT organisation, site, month FROM labour_moved WHERE site IS NOT NULL
            UNION
            SELECT organisation, site, month FROM ({_OF_WORKERS}) AS o
        ), moved AS (
            SELECT * FROM months
            UNION
            SELECT organisation, site, date_trunc('year', month)::date FROM months
        ), lines AS (
            SELECT l.organisation, l.site, date_trunc('month', l.work_day)::date AS month, {SUMS}
            FROM {BOOKED} l GROUP BY 1, 2, 3
        ), kept AS (
            SELECT t.organisation, t.site, t.month, t.way, {names}
            FROM labour_total t GROUP BY 1, 2, 3, 4
        ), ways AS (
            SELECT t.*, w.way FROM lines t, unnest($1::text[]) AS w (way)
            UNION ALL
            SELECT t.*, w.way FROM (
                SELECT t.organisation, t.site, date_trunc('year', t.month)::date AS month, {names}
                FROM lines t GROUP BY 1, 2, 3) AS t, unnest($2::text[]) AS w (way)
        )
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
        [f"{way}_year" for way in YEARLY],
    )
    return [(row["organisation"], row["site"], row["month"]) for row in rows]


async def note_moved(
    connection: asyncpg.Connection, months: Sequence[tuple[UUID, UUID, date]]
) -> None:
    """Let these months be added up again; readers take their lines from now on."""
    await connection.executemany(
        "INSERT INTO labour_moved (organisation, site, month) VALUES ($1, $2, $3)", months
    )
