"""SQL of progress: the tasks a report is judged by, reports, and the task's standing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from daywork.entries.rules import NewVersion
from daywork.ground.database import execute, fetch
from daywork.people.actor import Actor
from daywork.progress.rules import ReportPayload


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
