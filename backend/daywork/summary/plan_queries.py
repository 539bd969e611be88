"""SQL of planned labour: what tasks, cost codes and sites were given, and what they used so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from daywork.ground.database import fetch, fetch_one
from daywork.summary.kept import BEGINNING, Way, moved_between, rows_until
from daywork.summary.rules import NONE, Grouping, Month, Plan


@dataclass(frozen=True, slots=True)
class Planned:
    """One task's, cost code's or site's plan, with its name: it may have no line in the month."""

    key: str
    name: str
    number: str
    site: str
    plan: Plan


_KEYS = {
    Grouping.TASK: (
        "t.id::text",
        "CASE WHEN $5 THEN coalesce(nullif(t.name_en, ''), t.name) ELSE t.name END",
        "coalesce(t.code, '')",
        "coalesce(site.name, '')",
    ),
    Grouping.COST_CODE: ("nullif(t.cost_code, '')", "t.cost_code", "''", "''"),
    Grouping.SITE: ("site.id::text", "site.name", "''", "site.name"),
}


_USED = ("man_days", "earned")
_GIVEN = "t.organisation = $1 AND t.site = ANY($2) AND t.active AND NOT t.is_summary"


async def plan_of_all(organisation: UUID, sites: Sequence[UUID], month: Month) -> Plan:
    """What :func:`plans_by` comes to in all."""
    moved = await moved_between(organisation, sites, BEGINNING, month.last)
    row = await fetch_one(
        f"""
        SELECT * FROM (
            SELECT coalesce(sum(t.budget_man_days), 0) AS planned,
                   coalesce(sum(t.labour_budget), 0) AS amount
            FROM task t WHERE {_GIVEN}) AS given, (
            SELECT coalesce(sum(r.man_days), 0) AS used, coalesce(sum(r.earned), 0) AS used_amount
            FROM {rows_until(Way.SITE, _USED, moved=moved)} r) AS used
        """,  # noqa: S608 - pieces of SQL of our own
        organisation,
        list(sites),
        BEGINNING,
        month.last,
    )
    return Plan() if row is None else Plan(*row.values())


async def plans_by(
    by: Grouping,
    organisation: UUID,
    sites: Sequence[UUID],
    month: Month,
    among: Sequence[UUID | None] | None = None,
    *,
    english: bool,
) -> list[Planned]:
    """Plans by task, cost code or site that say something: planned in all, and approved from the
    beginning to the month's end. Lines without a task count under ``none``. ``among``: only what
    these tasks come to."""
    key, name, number, site = _KEYS[by]
    moved = await moved_between(organisation, sites, BEGINNING, month.last)
    # A site's row is nearer than those of its tasks.
    way, task = (Way.SITE, "NULL::uuid") if by is Grouping.SITE else (Way.TASK, "r.task")
    used = rows_until(way, _USED, moved=moved)
    mine = "AND ($6::uuid[] IS NULL OR {0} = ANY($6) OR {0} IS NULL AND $7)"
    rows = await fetch(
        f"""
        WITH used AS MATERIALIZED (
            SELECT r.site, {task} AS task, sum(r.man_days) AS man_days, sum(r.earned) AS amount
            FROM {used} r WHERE true {mine.format(task)} GROUP BY 1, 2
        ), given AS (
            SELECT t.site, t.id AS task, t.budget_man_days AS planned, t.labour_budget AS amount
            FROM task t WHERE {_GIVEN} {mine.format("t.id")}
        ), both_ AS (
            SELECT coalesce(u.site, g.site) AS site, coalesce(u.task, g.task) AS task,
                   coalesce(g.planned, 0) AS planned, coalesce(g.amount, 0) AS planned_amount,
                   coalesce(u.man_days, 0) AS used, coalesce(u.amount, 0) AS used_amount
            FROM used u FULL JOIN given g ON g.site = u.site AND g.task = u.task
        )
        SELECT coalesce({key}, '{NONE}') AS key, coalesce(min({name}), '') AS name,
               min({number}) AS number, min({site}) AS site,
               sum(b.planned) AS planned, sum(b.planned_amount) AS planned_amount,
               sum(b.used) AS used, sum(b.used_amount) AS used_amount
        FROM both_ b
        JOIN site ON site.organisation = $1 AND site.id = b.site
        LEFT JOIN task t ON t.organisation = $1 AND t.id = b.task
        WHERE $5::boolean IS NOT NULL
        GROUP BY 1
        """,  # noqa: S608 - pieces of SQL of our own
        organisation,
        list(sites),
        BEGINNING,
        month.last,
        english,
        among and [one for one in among if one],
        among is not None and None in among,
    )
    return [
        Planned(
            row["key"],
            row["name"],
            row["number"],
            row["site"],
            Plan(row["planned"], row["planned_amount"], row["used"], row["used_amount"]),
        )
        for row in rows
    ]
