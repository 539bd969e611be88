"""Workers: add, move, let go. History stays.

Each use case runs on the open transaction of the company, with a site from ``site_for``.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_FOUND
from daywork.people.actor import Actor
from daywork.people.service import record_audit
from daywork.sites import workforce_queries
from daywork.sites.rules import SAME_NAME, repeated
from daywork.sites.service import crew_of
from daywork.sites.site import Site
from daywork.sites.workforce_queries import Worker


async def add_workers(
    actor: Actor,
    site: Site,
    crew: UUID,
    names: Sequence[str],
    *,
    trade: UUID | None,
    joined_on: date,
) -> None:
    """New workers in one crew.

    Raises:
        Problem: ``same_name`` when two of the crew could not be told apart; ``not_found``.
    """
    await crew_of(site, crew)
    present = await workforce_queries.workers_on(site.organisation, site.id, crew)
    twice = repeated(names, [worker.name for worker in present if worker.left_on is None])
    if twice:
        raise SAME_NAME(names=", ".join(twice))
    await workforce_queries.insert_workers(
        site.organisation,
        site.id,
        crew,
        [(new_id(), name) for name in names],
        trade=trade,
        joined_on=joined_on,
        created_by=actor.member,
    )
    await record_audit(
        actor.organisation,
        actor.member,
        "workers.added",
        site.id,
        detail={"crew": crew, "workers": len(names)},
    )


async def worker_of(site: Site, worker: UUID) -> Worker:
    """One worker of the site.

    Raises:
        Problem: ``not_found``.
    """
    found = await workforce_queries.worker_on(site.organisation, site.id, worker)
    if found is None:
        raise NOT_FOUND()
    return found


async def change_worker(
    actor: Actor,
    site: Site,
    before: Worker,
    *,
    name: str,
    number: str,
    phone: str | None,
    trade: UUID | None,
    crew: UUID,
    joined_on: date,
    left_on: date | None,
) -> None:
    """Correct a worker, move to another crew, note the last day on this site.

    Raises:
        Problem: ``same_name``; ``not_found`` for a crew that is not the site's.
    """
    await crew_of(site, crew)
    others = await workforce_queries.workers_on(site.organisation, site.id, crew)
    names = {one.name for one in others if one.id != before.id and one.left_on is None}
    if left_on is None and name in names:
        raise SAME_NAME(names=name)
    await workforce_queries.mark_worker(
        site.organisation, before.id, name=name, number=number, phone=phone, trade=trade
    )
    await workforce_queries.mark_on_roster(
        site.organisation,
        site.id,
        before.id,
        crew=crew,
        joined_on=joined_on,
        left_on=left_on,
    )
    await record_audit(
        actor.organisation,
        actor.member,
        "worker.changed",
        site.id,
        detail={
            "worker": before.id,
            "renamed": before.name != name,
            "crew": [before.crew, crew],
            "left_on": [before.left_on, left_on],
        },
    )
