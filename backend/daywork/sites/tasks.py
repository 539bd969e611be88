"""The plan of a site: add a task, change it, take it out."""

from uuid import UUID

from daywork.ground.problems import NOT_FOUND
from daywork.people.actor import Actor
from daywork.people.service import record_audit
from daywork.sites import task_queries
from daywork.sites.calendar import plan_changed
from daywork.sites.rules import CODE_TAKEN, PARENT_LOOPS, loops
from daywork.sites.site import Site
from daywork.sites.task_queries import Task


async def task_of(site: Site, task: UUID) -> Task:
    """One task of the site.

    Raises:
        Problem: ``not_found``.
    """
    for found in await task_queries.tasks_of(site.organisation, site.id):
        if found.id == task:
            return found
    raise NOT_FOUND()


async def save_task(actor: Actor, site: Site, task: Task) -> None:
    """A new task, or new values for one; the task above becomes a summary.

    Raises:
        Problem: ``code_taken``, ``parent_loops``.
    """
    plan = {one.id: one for one in await task_queries.tasks_of(site.organisation, site.id)}
    if any(one.code == task.code and one.id != task.id for one in plan.values()):
        raise CODE_TAKEN(code=task.code)
    parents = {one.id: one.parent for one in plan.values()}
    if loops(task.id, task.parent, parents):
        raise PARENT_LOOPS()
    await task_queries.save_task(site.organisation, site.id, task)
    if task.parent is not None:
        await task_queries.mark_summary(site.organisation, site.id, task.parent)
    await plan_changed(site.organisation, site.id)
    await record_audit(
        actor.organisation,
        actor.member,
        "task.changed" if task.id in plan else "task.added",
        site.id,
        detail={"task": task.id, "code": task.code, "name": task.name},
    )
