"""SQL of delays: what tasks are judged by, what is on record, and who is told."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from daywork.delays.rules import (
    DETECTED,
    ClosedWhy,
    DelayPayload,
    Found,
    OpenDelay,
    Output,
    TaskState,
)
from daywork.entries.rules import NewVersion
from daywork.ground.database import execute, fetch, fetch_value
from daywork.ground.ids import new_id
from daywork.ground.terms import DelayCause, TaskStatus
from daywork.people.actor import Actor

HUNDRED = Decimal(100)


async def tasks_to_judge(organisation: UUID, site: UUID) -> dict[UUID, TaskState]:
    """The tasks in the site's plan that have none below them, with the reports that stand.

    Of several reports of one day the one that arrived last counts.
    """
    rows = await fetch(
        """
        SELECT t.id, t.planned_start, t.planned_finish, t.quantity, t.unit, t.percent,
               t.quantity_done, t.status, t.progress_day
        FROM task t
        WHERE t.organisation = $1 AND t.site = $2 AND t.active AND NOT t.is_summary
        """,
        organisation,
        site,
    )
    told = await fetch(
        """
        SELECT DISTINCT ON (p.task, p.work_day) p.task, p.work_day, p.percent, p.quantity_done
        FROM progress_report p
        JOIN entry e ON e.organisation = p.organisation AND e.id = p.entry
        WHERE p.organisation = $1 AND p.site = $2 AND e.state IN ('submitted', 'approved')
        ORDER BY p.task, p.work_day, e.received_at DESC, e.id DESC
        """,
        organisation,
        site,
    )
    outputs: dict[UUID, list[Any]] = {}
    for report in told:
        outputs.setdefault(report["task"], []).append(report)
    return {row["id"]: _state(row, outputs.get(row["id"], ())) for row in rows}


def _state(row: Any, reports: Iterable[Any]) -> TaskState:
    total = row["quantity"]
    return TaskState(
        id=row["id"],
        start=row["planned_start"],
        finish=row["planned_finish"],
        total=total or HUNDRED,
        unit=row["unit"] if total else "",
        done=row["quantity_done"] if total else row["percent"],
        status=TaskStatus(row["status"]),
        reported_on=row["progress_day"],
        outputs=tuple(Output(one["work_day"], _done(one, total)) for one in reports),
    )


def _done(report: Any, total: Decimal | None) -> Decimal:
    if total is None:
        return Decimal(report["percent"])
    counted = report["quantity_done"]
    return Decimal(report["percent"] * total / 100 if counted is None else counted)


# On record


async def open_delays(organisation: UUID, site: UUID) -> list[OpenDelay]:
    """What is open on the site."""
    rows = await fetch(
        """
        SELECT d.id, d.task, d.cause, d.days, d.told_days, d.facts,
               (SELECT max(r.work_day) FROM delay_report r
                WHERE r.organisation = d.organisation AND r.delay = d.id) AS last_report
        FROM delay d WHERE d.organisation = $1 AND d.site = $2 AND d.closed_on IS NULL
        ORDER BY d.id
        """,
        organisation,
        site,
    )
    return [
        OpenDelay(
            row["id"],
            row["task"],
            DelayCause(row["cause"]),
            row["days"],
            row["told_days"],
            json.loads(row["facts"]),
            row["last_report"],
        )
        for row in rows
    ]


async def insert_delay(organisation: UUID, site: UUID, found: Found, today: date) -> UUID:
    """A new open delay; returns its id."""
    delay = new_id()
    await execute(
        "INSERT INTO delay (organisation, site, id, task, cause, detected, days, told_days, facts,"
        " opened_on, checked_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8::jsonb, $9, $9)",
        organisation,
        site,
        delay,
        found.task,
        found.cause,
        found.cause in DETECTED,
        found.days,
        json.dumps(found.facts),
        today,
    )
    return delay


async def mark_standing(
    organisation: UUID, delay: UUID, found: Found, today: date, *, told: bool
) -> None:
    """The delay by today's figures; ``told`` when people are told how bad it has become."""
    await execute(
        "UPDATE delay SET days = $3, facts = $4::jsonb, checked_on = $5,"
        " told_days = CASE WHEN $6 THEN $3 ELSE told_days END,"
        " worsened = worsened + CASE WHEN $6 THEN 1 ELSE 0 END"
        " WHERE organisation = $1 AND id = $2",
        organisation,
        delay,
        found.days,
        json.dumps(found.facts),
        today,
        told,
    )


async def mark_closed(organisation: UUID, delay: UUID, today: date, why: ClosedWhy) -> None:
    """The delay is over; its days stay as they were last."""
    await execute(
        "UPDATE delay SET closed_on = greatest($3, opened_on), closed_why = $4, checked_on = $3"
        " WHERE organisation = $1 AND id = $2 AND closed_on IS NULL",
        organisation,
        delay,
        today,
        why,
    )


# Reports by hand


async def known_tasks(actor: Actor, tasks: Iterable[UUID]) -> dict[UUID, tuple[UUID, bool]]:
    """Site of each task, and whether it is a summary."""
    rows = await fetch(
        "SELECT id, site, is_summary FROM task WHERE organisation = $1 AND id = ANY($2)",
        actor.organisation,
        list(set(tasks)),
    )
    return {row["id"]: (row["site"], row["is_summary"]) for row in rows}


async def keys_of_reports(
    organisation: UUID, entries: Collection[UUID]
) -> set[tuple[UUID, UUID, DelayCause]]:
    """Site, task and cause these reports are of, as far as they are known."""
    rows = await fetch(
        "SELECT DISTINCT site, task, cause FROM delay_report"
        " WHERE organisation = $1 AND entry = ANY($2)",
        organisation,
        list(entries),
    )
    return {(row["site"], row["task"], DelayCause(row["cause"])) for row in rows}


async def upsert_reports(actor: Actor, versions: Sequence[NewVersion]) -> None:
    """Write the reports' particulars. One that is of another task or cause now is counted anew."""
    reports: list[DelayPayload] = [version.recorded.payload for version in versions]
    await execute(
        """
        INSERT INTO delay_report AS r (organisation, entry, site, task, work_day, cause, days, note)
        SELECT $1, u.* FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::date[], $6::text[],
            $7::numeric[], $8::text[]) AS u
        ON CONFLICT (organisation, entry) DO UPDATE SET task = excluded.task,
            cause = excluded.cause, days = excluded.days, note = excluded.note,
            delay = CASE WHEN (r.task, r.cause) = (excluded.task, excluded.cause) THEN r.delay END
        """,
        actor.organisation,
        [version.recorded.entity for version in versions],
        [report.site for report in reports],
        [report.task for report in reports],
        [report.work_day for report in reports],
        [report.cause for report in reports],
        [report.days for report in reports],
        [report.note for report in reports],
    )


@dataclass(frozen=True, slots=True)
class Counted:
    """What the standing reports of one delay, or of none yet, come to."""

    delay: UUID | None
    days: Decimal
    reports: int
    first: date
    last: date


async def counted(organisation: UUID, task: UUID, cause: DelayCause) -> list[Counted]:
    """The standing reports of a task by one cause, by the delay they are counted in.

    A report that was returned and has come back is counted anew if its delay ended without it.
    """
    rows = await fetch(
        """
        SELECT d.id AS delay, sum(r.days) AS days, count(*) AS reports, min(r.work_day) AS first,
               max(r.work_day) AS last
        FROM delay_report r
        JOIN entry e ON e.organisation = r.organisation AND e.id = r.entry
        LEFT JOIN delay d ON d.organisation = r.organisation AND d.id = r.delay
             AND d.closed_why IS DISTINCT FROM 'withdrawn'
        WHERE r.organisation = $1 AND r.task = $2 AND r.cause = $3
          AND e.state IN ('submitted', 'approved')
        GROUP BY d.id
        """,
        organisation,
        task,
        cause,
    )
    return [Counted(**row) for row in rows]


async def reopen_withdrawn(organisation: UUID, task: UUID, cause: DelayCause) -> OpenDelay | None:
    """Open the delay again that ended because its reports did not stand, if one stands now."""
    opened = await fetch_value(
        """
        UPDATE delay SET closed_on = NULL, closed_why = NULL
        WHERE organisation = $1 AND id = (
            SELECT d.id FROM delay d
            JOIN delay_report r ON r.organisation = d.organisation AND r.delay = d.id
            JOIN entry e ON e.organisation = r.organisation AND e.id = r.entry
            WHERE d.organisation = $1 AND d.task = $2 AND d.cause = $3
              AND d.closed_why = 'withdrawn' AND e.state IN ('submitted', 'approved')
            ORDER BY d.closed_on DESC, d.id DESC LIMIT 1)
        RETURNING id
        """,
        organisation,
        task,
        cause,
    )
    return await open_delay_of(organisation, task, cause) if opened else None


async def attach_reports(organisation: UUID, task: UUID, cause: DelayCause, delay: UUID) -> None:
    """Count in this delay what is in none yet, or in one that ended without its reports."""
    await execute(
        """
        UPDATE delay_report r SET delay = $4
        WHERE r.organisation = $1 AND r.task = $2 AND r.cause = $3
          AND (r.delay IS NULL OR EXISTS (
              SELECT FROM delay d JOIN entry e ON e.organisation = d.organisation
              WHERE d.organisation = $1 AND d.id = r.delay AND d.closed_why = 'withdrawn'
                AND e.id = r.entry AND e.state IN ('submitted', 'approved')))
        """,
        organisation,
        task,
        cause,
        delay,
    )


async def open_delay_of(organisation: UUID, task: UUID, cause: DelayCause) -> OpenDelay | None:
    """The open delay of a task by one cause."""
    site = await fetch_value(
        "SELECT site FROM task WHERE organisation = $1 AND id = $2", organisation, task
    )
    found = await open_delays(organisation, site) if site else []
    return next((one for one in found if (one.task, one.cause) == (task, cause)), None)


# When, and whom


async def checked_on(organisation: UUID, site: UUID) -> date | None:
    """The last day on which the site was gone through."""
    found: date | None = await fetch_value(
        "SELECT checked_on FROM delay_check WHERE organisation = $1 AND site = $2",
        organisation,
        site,
    )
    return found


async def mark_checked(organisation: UUID, site: UUID, day: date) -> None:
    """The site was gone through on this day of its calendar."""
    await execute(
        "INSERT INTO delay_check AS c (organisation, site, checked_on) VALUES ($1, $2, $3)"
        " ON CONFLICT (organisation, site) DO UPDATE"
        " SET checked_on = greatest(c.checked_on, excluded.checked_on)",
        organisation,
        site,
        day,
    )


async def told_of_delays(organisation: UUID, site: UUID) -> list[UUID]:
    """The site's supervisors, and those its office chose."""
    rows = await fetch(
        "SELECT member FROM membership WHERE organisation = $1 AND site = $2"
        " AND role = 'supervisor' AND withdrawn_at IS NULL"
        " UNION SELECT member FROM delay_watcher WHERE organisation = $1 AND site = $2",
        organisation,
        site,
    )
    return [row["member"] for row in rows]


@dataclass(frozen=True, slots=True)
class Watcher:
    """Somebody who may be told of a site's delays."""

    id: UUID
    name: str
    role: str
    chosen: bool


async def watchers_of(organisation: UUID, site: UUID) -> list[Watcher]:
    """Who has a part in the site, and whether they were chosen; owners belong to every site."""
    rows = await fetch(
        """
        SELECT m.id, m.name, coalesce(ms.role, 'owner') AS role, w.member IS NOT NULL AS chosen
        FROM member m
        LEFT JOIN membership ms ON ms.organisation = m.organisation AND ms.member = m.id
             AND ms.site = $2 AND ms.withdrawn_at IS NULL
        LEFT JOIN delay_watcher w ON w.organisation = m.organisation AND w.site = $2
             AND w.member = m.id
        WHERE m.organisation = $1 AND m.active AND (ms.member IS NOT NULL OR m.is_owner)
        ORDER BY coalesce(ms.role, 'owner') = 'foreman', m.name, m.id
        """,
        organisation,
        site,
    )
    return [Watcher(**row) for row in rows]


async def replace_watchers(organisation: UUID, site: UUID, members: Sequence[UUID]) -> None:
    """Exactly these are chosen from now on."""
    await execute(
        "DELETE FROM delay_watcher WHERE organisation = $1 AND site = $2", organisation, site
    )
    await execute(
        "INSERT INTO delay_watcher (organisation, site, member)"
        " SELECT $1, $2, u.member FROM unnest($3::uuid[]) AS u (member)",
        organisation,
        site,
        list(members),
    )


@dataclass(frozen=True, slots=True)
class TaskName:
    """What a task is called."""

    code: str
    name: str
    name_en: str


async def names_of_tasks(organisation: UUID, tasks: Collection[UUID]) -> dict[UUID, TaskName]:
    """Code and names of these tasks."""
    rows = await fetch(
        "SELECT id, code, name, name_en FROM task WHERE organisation = $1 AND id = ANY($2)",
        organisation,
        list(tasks),
    )
    return {row["id"]: TaskName(row["code"], row["name"], row["name_en"]) for row in rows}
