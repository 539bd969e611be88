"""Recording progress reports as they arrive, and keeping each task's standing up to date."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from daywork.entries.rules import TASK_UNKNOWN, Answer, NewVersion, Recorded
from daywork.entries.service import judge_versions, write_versions
from daywork.ground.terms import EntryKind, EntryState
from daywork.people.actor import Actor
from daywork.progress import queries
from daywork.progress.rules import SUMMARY_TASK, ReportPayload, percent_of


async def record_reports(
    actor: Actor, batch: Sequence[Recorded[ReportPayload]]
) -> dict[UUID, Answer]:
    """Write reports and move their tasks; answers by mutation."""
    tasks = await queries.tasks_by_id(actor, (one.payload.task for one in batch))
    percents: dict[UUID, Decimal] = {}

    def check(one: Recorded[ReportPayload]) -> None:
        task = tasks.get(one.payload.task)
        if task is None or task.site != one.site:
            raise TASK_UNKNOWN()
        if task.is_summary:
            raise SUMMARY_TASK()
        percents[one.entity] = percent_of(one.payload, task.quantity)

    def version(one: Recorded[ReportPayload]) -> NewVersion:
        report = one.payload
        task = tasks.get(report.task)
        on_site = task is not None and task.site == one.site
        return NewVersion(
            one,
            EntryKind.PROGRESS_REPORT,
            report.work_day,
            task=report.task if on_site else None,
            reason=report.reason,
        )

    judged = await judge_versions(actor, batch, version, check)
    await write_versions(actor, judged.versions)
    if judged.versions:
        await queries.upsert_reports(actor, judged.versions, percents, tasks)
        await queries.mark_task_progress(
            actor, {version.recorded.payload.task for version in judged.versions}
        )
    return judged.answers


async def settle_reports(actor: Actor, reports: Sequence[UUID], state: EntryState) -> int:
    """Act on a decision or a voiding: the task falls back to its last report that stands."""
    await queries.mark_task_progress(actor, await queries.tasks_of_reports(actor, reports))
    return 0
