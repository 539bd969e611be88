"""SQL of progress: the tasks a report is judged by, reports, and the task's standing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from daywork.entries.rules import NewVersion
from daywork.ground.database import execute, fetch, fetch_value
from daywork.ground.terms import TaskStatus
from daywork.people.actor import Actor
from daywork.progress.rules import PlannedTask, ReportPayload


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What a report of this task is judged by."""

    site: UUID
    is_summary: bool
    quantity: Decimal | None
    percent: Decimal


async def tasks_by_id(actor: Actor, tasks: Iterable[UUID]) -> dict[UUID, TaskFacts]:
    """Known tasks of the company."""
    rows = await fetch(
        "SELECT id, site, is_summary, quantity, percent FROM task"
        " WHERE organisation = $1 AND id = ANY($2)",
        actor.organisation,
        list(set(tasks)),
    )
    return {
        row["id"]: TaskFacts(row["site"], row["is_summary"], row["quantity"], row["percent"])
        for row in rows
    }


async def upsert_reports(
    actor: Actor,
    versions: Sequence[NewVersion],
    percents: dict[UUID, Decimal],
    tasks: dict[UUID, TaskFacts],
) -> None:
    """Write the reports' particulars; ``percents`` is by entry."""
    reports: list[ReportPayload] = [version.recorded.payload for version in versions]
    ids = [version.recorded.entity for version in versions]
    await execute(
        """
        INSERT INTO progress_report (organisation, entry, site, task, work_day, percent,
                                     quantity_done, percent_before, status, cause, note)
        SELECT $1, u.* FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::date[], $6::numeric[],
            $7::numeric[], $8::numeric[], $9::text[], $10::text[], $11::text[]) AS u
        ON CONFLICT (organisation, entry) DO UPDATE SET percent = excluded.percent,
            quantity_done = excluded.quantity_done, status = excluded.status,
            cause = excluded.cause, note = excluded.note
        """,
        actor.organisation,
        ids,
        [report.site for report in reports],
        [report.task for report in reports],
        [report.work_day for report in reports],
        [percents[entry] for entry in ids],
        [report.quantity for report in reports],
        [tasks[report.task].percent for report in reports],
        [report.status for report in reports],
        [report.cause for report in reports],
        [report.note for report in reports],
    )


async def mark_task_progress(actor: Actor, tasks: Iterable[UUID]) -> None:
    """Set each task's standing to its latest report that was neither returned nor voided.

    The latest day counts, and on one day the report that arrived last.
    """
    await execute(
        """
        UPDATE task t SET percent = coalesce(l.percent, 0),
               status = coalesce(l.status, 'not_begun'),
               quantity_done = coalesce(l.quantity_done, l.percent * t.quantity / 100, 0),
               progress_day = l.work_day
        FROM unnest($2::uuid[]) AS touched (id)
        LEFT JOIN LATERAL (
            SELECT p.percent, p.status, p.quantity_done, p.work_day
            FROM progress_report p
            JOIN entry e ON e.organisation = p.organisation AND e.id = p.entry
            WHERE p.organisation = $1 AND p.task = touched.id
              AND e.state IN ('submitted', 'approved')
            ORDER BY p.work_day DESC, e.received_at DESC, e.id DESC LIMIT 1
        ) l ON true
        WHERE t.organisation = $1 AND t.id = touched.id
        """,
        actor.organisation,
        list(set(tasks)),
    )


async def tasks_of_reports(actor: Actor, entries: Sequence[UUID]) -> list[UUID]:
    """Which tasks these reports are of."""
    rows = await fetch(
        "SELECT DISTINCT task FROM progress_report WHERE organisation = $1 AND entry = ANY($2)",
        actor.organisation,
        list(entries),
    )
    return [row["task"] for row in rows]


# Reading the plan


async def plan_of_sites(
    organisation: UUID, sites: Sequence[UUID], *, english: bool
) -> dict[UUID, list[PlannedTask]]:
    """The active tasks by site. A task with tasks below it counts as a summary."""
    rows = await fetch(
        """
        SELECT t.id, t.site, t.parent, t.position, t.code,
               CASE WHEN $3 THEN coalesce(nullif(t.name_en, ''), t.name) ELSE t.name END AS name,
               t.is_summary OR EXISTS (
                   SELECT 1 FROM task b WHERE b.organisation = t.organisation AND b.site = t.site
                   AND b.parent = t.id AND b.active) AS is_summary,
               t.unit, t.quantity, t.weight, t.planned_start AS start,
               t.planned_finish AS finish, coalesce(c.name, '') AS crew, t.percent,
               t.quantity_done, t.status, t.progress_day AS reported_on
        FROM task t
        LEFT JOIN crew c ON c.organisation = t.organisation AND c.id = t.crew
        WHERE t.organisation = $1 AND t.site = ANY($2) AND t.active
        """,
        organisation,
        list(sites),
        english,
    )
    found: dict[UUID, list[PlannedTask]] = {site: [] for site in sites}
    for row in rows:
        found[row["site"]].append(PlannedTask(**{**row, "status": TaskStatus(row["status"])}))
    return found


async def site_of_task(organisation: UUID, task: UUID) -> UUID | None:
    """The site a task is on, or None."""
    site: UUID | None = await fetch_value(
        "SELECT site FROM task WHERE organisation = $1 AND id = $2", organisation, task
    )
    return site


@dataclass(frozen=True, slots=True)
class Report:
    """One report of a task as it is read later."""

    entry: UUID
    day: date
    percent: Decimal
    percent_before: Decimal
    quantity: Decimal | None
    status: str
    cause: str | None
    note: str
    author: str
    state: str
    received_at: datetime
    photos: list[UUID]


async def reports_of_task(organisation: UUID, task: UUID, limit: int = 200) -> list[Report]:
    """Reports of a task that were not voided, latest first, with their photos that are here."""
    rows = await fetch(
        """
        SELECT p.entry, p.work_day AS day, p.percent, p.percent_before,
               p.quantity_done AS quantity, p.status, p.cause, p.note, m.name AS author,
               e.state, e.received_at,
               ARRAY(SELECT f.id FROM photo f
                     JOIN entry fe ON fe.organisation = f.organisation AND fe.id = f.id
                     WHERE f.organisation = $1 AND f.of_entry = p.entry
                       AND f.state = 'complete' AND fe.state <> 'void'
                     ORDER BY f.taken_at NULLS LAST, f.id) AS photos
        FROM progress_report p
        JOIN entry e ON e.organisation = p.organisation AND e.id = p.entry
        JOIN member m ON m.organisation = e.organisation AND m.id = e.author
        WHERE p.organisation = $1 AND p.task = $2 AND e.state <> 'void'
        ORDER BY p.work_day DESC, e.received_at DESC, p.entry
        LIMIT $3
        """,
        organisation,
        task,
        limit,
    )
    return [Report(**{**row, "photos": list(row["photos"])}) for row in rows]


async def photos_of_task(organisation: UUID, task: UUID, limit: int = 60) -> list[UUID]:
    """Photos that name the task and belong to none of its reports, latest first."""
    rows = await fetch(
        """
        SELECT f.id FROM photo f
        JOIN entry e ON e.organisation = f.organisation AND e.id = f.id
        WHERE f.organisation = $1 AND f.task = $2 AND f.state = 'complete' AND e.state <> 'void'
          AND NOT EXISTS (SELECT 1 FROM progress_report p
                          WHERE p.organisation = $1 AND p.entry = f.of_entry AND p.task = $2)
        ORDER BY e.received_at DESC, f.id LIMIT $3
        """,
        organisation,
        task,
        limit,
    )
    return [row["id"] for row in rows]
