"""Linking tasks: what each waits for."""

from collections.abc import Sequence

from daywork.entries.queries import lock_site
from daywork.people.actor import Actor
from daywork.people.service import record_audit
from daywork.schedule import queries
from daywork.schedule.rules import LINK_TO_SUMMARY, Link, in_sequence
from daywork.sites.calendar import plan_changed
from daywork.sites.site import Site
from daywork.sites.task_queries import Task


async def link_task(
    actor: Actor, site: Site, task: Task, plan: Sequence[Task], links: Sequence[Link]
) -> None:
    """A task waits for exactly these from now on; ``plan`` are the site's tasks.

    Raises:
        Problem: ``links_loop`` or ``link_to_summary``.
    """
    await lock_site(site.organisation, site.id)  # two that link at once could close a circle
    summaries = {one.id for one in plan if one.is_summary}
    if summaries & {task.id, *(link.predecessor for link in links)}:
        raise LINK_TO_SUMMARY()
    others = [
        link
        for link in await queries.links_of(site.organisation, site.id)
        if link.successor != task.id
    ]
    in_sequence([one.id for one in plan], [*others, *links])
    await queries.replace_links(site.organisation, site.id, task.id, links)
    await plan_changed(site.organisation, site.id)
    await record_audit(
        actor.organisation,
        actor.member,
        "task.linked",
        site.id,
        detail={
            "task": task.id,
            "waits_for": [[link.predecessor, link.kind, link.lag] for link in links],
        },
    )
