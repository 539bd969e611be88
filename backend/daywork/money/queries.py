"""SQL of advances and their limits: writing them, and how a worker stands beside one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from daywork.entries.rules import NewVersion
from daywork.ground.database import execute, fetch, fetch_one
from daywork.ground.terms import EntryState
from daywork.money.rules import AdvancePayload, Limit
from daywork.people.actor import Actor
from daywork.sites.tables import kept_record


async def upsert_advances(actor: Actor, versions: Sequence[NewVersion]) -> None:
    """What each advance says now; a new version waits again."""
    advances: list[AdvancePayload] = [one.recorded.payload for one in versions]
    await execute(
        """
        INSERT INTO advance AS a (organisation, entry, site, worker, work_day, amount, handed, note)
        SELECT $1, u.* FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::date[], $6::numeric[],
                                   $7::text[], $8::text[]) AS u
        ON CONFLICT (organisation, entry) DO UPDATE SET worker = excluded.worker,
            amount = excluded.amount, handed = excluded.handed, note = excluded.note,
            state = 'submitted'
        """,
        actor.organisation,
        [one.recorded.entity for one in versions],
        [one.recorded.site for one in versions],
        [one.worker for one in advances],
        [one.work_day for one in advances],
        [one.amount for one in advances],
        [one.handed.value for one in advances],
        [one.note for one in advances],
    )


async def mark_advances(actor: Actor, entries: Sequence[UUID], state: EntryState) -> None:
    """Repeat the entries' state on their advances."""
    await execute(
        "UPDATE advance SET state = $3 WHERE organisation = $1 AND entry = ANY($2)",
        actor.organisation,
        list(entries),
        state.value,
    )


@dataclass(frozen=True, slots=True)
class AdvanceSeen:
    """An advance with its worker, as whoever decides on it sees it."""

    entry: UUID
    worker: UUID
    name: str
    left_on: date | None
    lent_this_month: Decimal
    """Other advances of the calendar month on the site, approved or waiting."""
    waiting: Decimal
    """Other advances of any month on the site that wait: no sum of approved ones has them yet."""
    same_day: int
    """Other advances of the very day, on any site of the company."""


async def advances_seen(organisation: UUID, entries: Collection[UUID]) -> dict[UUID, AdvanceSeen]:
    """These advances beside the worker's others; returned and void ones do not count.

    Who was entered twice and merged is one worker.
    """
    rows = await fetch(
        f"""
        SELECT a.entry, p.id AS worker, p.name, r.left_on,
               coalesce(sum(o.amount) FILTER (WHERE o.site = a.site AND
                   date_trunc('month', o.work_day) = date_trunc('month', a.work_day)), 0)
                   AS lent_this_month,
               coalesce(sum(o.amount) FILTER (WHERE o.site = a.site
                   AND o.state = 'submitted'), 0) AS waiting,
               count(o.entry) FILTER (WHERE o.work_day = a.work_day) AS same_day
        FROM advance a
        JOIN worker w ON w.organisation = a.organisation AND w.id = a.worker
        JOIN worker p ON p.organisation = a.organisation AND p.id = {kept_record("w")}
        LEFT JOIN roster r ON r.organisation = a.organisation AND r.site = a.site
             AND r.worker = a.worker
        LEFT JOIN worker same ON same.organisation = a.organisation
             AND (same.id = p.id OR same.merged_into = p.id)
        LEFT JOIN advance o ON o.organisation = a.organisation AND o.worker = same.id
             AND o.entry <> a.entry AND o.state IN ('submitted', 'approved')
        WHERE a.organisation = $1 AND a.entry = ANY($2)
        GROUP BY a.organisation, a.entry, p.id, p.name, r.left_on
        """,  # noqa: S608
        organisation,
        list(entries),
    )
    return {row["entry"]: AdvanceSeen(**row) for row in rows}


async def limits_of(organisation: UUID, sites: Collection[UUID]) -> dict[UUID, Limit]:
    """By site; where none was agreed there is none."""
    rows = await fetch(
        "SELECT site, monthly, percent FROM advance_limit"
        " WHERE organisation = $1 AND site = ANY($2)",
        organisation,
        list(sites),
    )
    return dict.fromkeys(sites, Limit()) | {
        row["site"]: Limit(row["monthly"], row["percent"]) for row in rows
    }


@dataclass(frozen=True, slots=True)
class LimitSet:
    """A site's limit, and whose word it is."""

    limit: Limit
    by: str
    """Empty: nobody has set one."""


async def limit_set(organisation: UUID, site: UUID) -> LimitSet:
    """The site's limit with the name of who set it."""
    row = await fetch_one(
        "SELECT l.monthly, l.percent, m.name FROM advance_limit l JOIN member m"
        " ON m.organisation = l.organisation AND m.id = l.set_by"
        " WHERE l.organisation = $1 AND l.site = $2",
        organisation,
        site,
    )
    return (
        LimitSet(Limit(row["monthly"], row["percent"]), row["name"])
        if row
        else LimitSet(Limit(), "")
    )


async def upsert_limit(actor: Actor, site: UUID, limit: Limit) -> None:
    """Agree on a limit; the one before stands in the audit trail."""
    await execute(
        """
        INSERT INTO advance_limit (organisation, site, monthly, percent, set_by)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (organisation, site) DO UPDATE SET monthly = excluded.monthly,
            percent = excluded.percent, set_by = excluded.set_by, set_at = now()
        """,
        actor.organisation,
        site,
        limit.monthly,
        limit.percent,
        actor.member,
    )
