"""SQL about links between tasks."""

from collections.abc import Sequence
from uuid import UUID

from daywork.ground.database import execute, fetch
from daywork.ground.terms import LinkKind
from daywork.schedule.rules import Link


async def links_of(organisation: UUID, site: UUID) -> list[Link]:
    """The links between tasks that are in the site's plan."""
    rows = await fetch(
        "SELECT l.predecessor, l.successor, l.kind, l.lag FROM task_link l"
        " JOIN task p ON p.organisation = l.organisation AND p.id = l.predecessor AND p.active"
        " JOIN task s ON s.organisation = l.organisation AND s.id = l.successor AND s.active"
        " WHERE l.organisation = $1 AND l.site = $2 ORDER BY l.successor, l.predecessor",
        organisation,
        site,
    )
    return [
        Link(row["predecessor"], row["successor"], LinkKind(row["kind"]), row["lag"])
        for row in rows
    ]


async def replace_links(
    organisation: UUID, site: UUID, successor: UUID, links: Sequence[Link]
) -> None:
    """What a task waits for is exactly this from now on."""
    await execute(
        "DELETE FROM task_link WHERE organisation = $1 AND site = $2 AND successor = $3",
        organisation,
        site,
        successor,
    )
    await execute(
        "INSERT INTO task_link (organisation, site, successor, predecessor, kind, lag)"
        " SELECT $1, $2, $3, u.* FROM unnest($4::uuid[], $5::text[], $6::smallint[]) AS u",
        organisation,
        site,
        successor,
        [link.predecessor for link in links],
        [link.kind for link in links],
        [link.lag for link in links],
    )
