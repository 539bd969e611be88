"""Recording progress reports as they arrive, and keeping each task's standing up to date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from daywork.entries.queries import entries_by_id
from daywork.entries.rules import TASK_UNKNOWN, Answer, NewVersion, Recorded
from daywork.entries.service import judge_versions, write_versions
from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND
from daywork.ground.terms import EntryKind, EntryState
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.progress import queries
from daywork.progress.queries import Report
from daywork.progress.rules import (
    SUMMARY_TASK,
    Branch,
    ReportPayload,
    Standing,
    percent_of,
    plan_of,
    standing_of,
)
from daywork.push.bundles import tell_recorded
from daywork.sites.calendar import plan_changed
from daywork.sites.service import site_for, sites_for
from daywork.sites.site import Site


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
    said = {entry: f"{percent:.2f}" for entry, percent in percents.items()}
    await write_versions(actor, judged.versions, said)
    if judged.versions:
        await queries.upsert_reports(actor, judged.versions, percents, tasks)
        await queries.mark_task_progress(
            actor, {version.recorded.payload.task for version in judged.versions}
        )
        await tell_recorded(actor, judged.versions)
        for site in sorted({version.recorded.site for version in judged.versions}):
            await plan_changed(actor.organisation, site)
    return judged.answers


async def settle_reports(actor: Actor, reports: Sequence[UUID], state: EntryState) -> int:
    """Act on a decision or a voiding: the task falls back to its last report that stands."""
    await queries.mark_task_progress(actor, await queries.tasks_of_reports(actor, reports))
    for site in sorted({fact.site for fact in (await entries_by_id(actor, reports)).values()}):
        await plan_changed(actor.organisation, site)
    return 0


# Reading the plan


@dataclass(frozen=True, slots=True)
class SitePlan:
    """A site's tasks in the order of the work breakdown, as of ``today`` on the site."""

    site: Site
    today: date
    whole: Standing
    branches: list[Branch]

    @property
    def late(self) -> list[Branch]:
        """Late tasks, the latest first."""
        found = [branch for branch in self.branches if branch.late]
        return sorted(found, key=lambda branch: -branch.late.days if branch.late else 0)


@dataclass(frozen=True, slots=True)
class Plans:
    """The plan of the chosen site, and the sites to choose from."""

    choice: list[Site]
    plan: SitePlan | None
    """None when there is no site at all yet."""


async def plan_for(actor: Actor, site_id: UUID | None, now: datetime, *, english: bool) -> Plans:
    """The plan of a site; without one, of the first the actor may see.

    Raises:
        Problem: ``not_found`` or ``not_allowed``.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        choice = await sites_for(actor, Right.SEE_LABOUR)
        if site_id is not None:
            site = await site_for(actor, site_id, Right.SEE_LABOUR)
        elif choice:
            site = choice[0]
        elif may(actor, Right.SEE_LABOUR):
            return Plans([], None)
        else:
            raise NOT_ALLOWED()
        tasks = await queries.plan_of_sites(actor.organisation, [site.id], english=english)
    today = day_at(now, site.time_zone)
    standing = standing_of(tasks[site.id], today)
    return Plans(choice, SitePlan(site, today, standing, plan_of(tasks[site.id], today)))


@dataclass(frozen=True, slots=True)
class TaskStory:
    """One task: its plan, its reports, its photos."""

    site: Site
    today: date
    branch: Branch
    reports: list[Report]
    photos: list[UUID]


async def task_story(actor: Actor, task: UUID, now: datetime, *, english: bool) -> TaskStory:
    """What was reported of a task.

    Raises:
        Problem: ``not_found`` or ``not_allowed``.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        site_id = await queries.site_of_task(actor.organisation, task)
        if site_id is None:
            raise NOT_FOUND()
        site = await site_for(actor, site_id, Right.SEE_LABOUR)
        today = day_at(now, site.time_zone)
        tasks = await queries.plan_of_sites(actor.organisation, [site.id], english=english)
        found = [one for one in plan_of(tasks[site.id], today) if one.task.id == task]
        if not found:
            raise NOT_FOUND()
        reports = await queries.reports_of_task(actor.organisation, task)
        photos = await queries.photos_of_task(actor.organisation, task)
    return TaskStory(site, today, found[0], reports, photos)
