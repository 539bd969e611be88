"""SQL that chooses which workers, crews or tasks a page shows, before it asks for their figures.

A company has tens of thousands of them and a page shows a hundred: here only what puts them in
order is added up, for all of them, and the rest is read for those that are shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from daywork.ground.database import execute, fetch
from daywork.summary.kept import Way, moved_between, rows_of
from daywork.summary.rules import NONE, Grouping, Month, Stretch

_MONEY = """
    UNION ALL
    SELECT worker, 0 FROM advance
    WHERE organisation = $1 AND site = ANY($2) AND work_day BETWEEN $3 AND $4
      AND state = 'approved' {mine}
    UNION ALL
    SELECT worker, 0 FROM payment
    WHERE organisation = $1 AND site = ANY($2) AND for_month BETWEEN $3 AND $4
      AND voided_at IS NULL {mine}
"""
_MERGED = """
    LEFT JOIN (SELECT id, merged_into FROM worker
               WHERE organisation = $1 AND merged_into IS NOT NULL) m ON m.id = n.id
"""


@dataclass(frozen=True, slots=True)
class _Kind:
    way: Way
    found: str
    """Ids of records whose name or number holds ``$8``, and of those merged into them."""
    beside: str = ""
    """More rows ``id, 0``: who has no line."""
    merged: str = ""
    key: str = "n.id"


def _holds(said: str) -> str:
    return f"strpos(lower(concat_ws(chr(10), {said})), lower($8)) > 0"


_KINDS = {
    Grouping.WORKER: _Kind(
        Way.WORKER,
        f"SELECT w.id FROM worker w WHERE w.organisation = $1 AND {_holds('w.name, w.number')}"  # noqa: S608
        " UNION ALL SELECT twin.id FROM worker twin"
        " JOIN worker w ON w.organisation = $1 AND w.id = twin.merged_into"
        " WHERE twin.organisation = $1 AND twin.merged_into IS NOT NULL"
        f" AND {_holds('w.name, w.number')}",
        _MONEY,
        _MERGED,
        "coalesce(m.merged_into, n.id)",
    ),
    Grouping.CREW: _Kind(
        Way.CREW,
        "SELECT g.id FROM crew g JOIN site s ON s.organisation = $1 AND s.id = g.site"  # noqa: S608
        f" WHERE g.organisation = $1 AND {_holds('g.name, g.company, s.name')}",
    ),
    Grouping.TASK: _Kind(
        Way.TASK,
        "SELECT t.id FROM task t JOIN site s ON s.organisation = $1 AND s.id = t.site"  # noqa: S608
        f" WHERE t.organisation = $1 AND {_holds('t.name, t.name_en, t.code, s.name')}",
    ),
}
RANKED = frozenset(_KINDS)
"""Groupings that may have more rows than anybody reads."""


async def ranked(
    by: Grouping, organisation: UUID, sites: Sequence[UUID], month: Month, stretch: Stretch
) -> tuple[list[str], int]:
    """The keys of the rows of a stretch, most approved 工 first, and how many there are of them
    without its bounds: whoever has something in the month or in the month before it."""
    kind = _KINDS[by]
    key = kind.way.value
    args: list[object] = [organisation, list(sites), month.previous.first, month.last, month.first]
    args += [stretch.limit, stretch.skip]
    mine = ""
    if stretch.find:
        mine = f"AND {key} IN ({kind.found})"
        args.append(stretch.find)
    moved = await moved_between(organisation, sites, month.previous.first, month.last)
    # 工 have three decimals; Postgres adds up whole numbers in half the time. And tens of
    # thousands in one go: for this question alone, more memory than a question has.
    await execute("SET LOCAL work_mem = '64MB'")
    rows = await fetch(
        f"""
        WITH counted AS (
            SELECT {kind.key} AS key, sum(n.man_days) AS man_days
            FROM (SELECT {key} AS id,
                         CASE WHEN r.month = $5 THEN (r.man_days * 1000)::int ELSE 0 END AS man_days
                  FROM {rows_of(kind.way, ["man_days"], moved=moved)} r WHERE true {mine}
                  {kind.beside.format(mine=mine)}) n {kind.merged}
            GROUP BY 1
        )
        SELECT key, count(*) OVER () AS in_all FROM counted
        ORDER BY man_days DESC, key LIMIT $6 OFFSET $7
        """,  # noqa: S608 - pieces of SQL of our own
        *args,
    )
    keys = [NONE if row["key"] is None else str(row["key"]) for row in rows]
    return keys, rows[0]["in_all"] if rows else 0
