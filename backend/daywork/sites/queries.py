"""SQL about sites, crews, workers and trades."""

from collections.abc import Collection
from uuid import UUID

from daywork.ground.database import execute, fetch, fetch_one
from daywork.sites.site import Site

_SITE = """
    organisation, id, name, time_zone, hours_per_day, overtime_hours_per_man_day,
    rest_weekdays, latitude, longitude, radius_m, photo_required, starts_on, ends_on, active
"""


async def site_by_id(organisation: UUID, site: UUID) -> Site | None:
    """The company's site, or None when it is nobody's or another company's."""
    row = await fetch_one(
        f"SELECT {_SITE} FROM site WHERE organisation = $1 AND id = $2",  # noqa: S608
        organisation,
        site,
    )
    return None if row is None else Site(**{**row, "rest_weekdays": tuple(row["rest_weekdays"])})


async def sites_of(organisation: UUID, among: Collection[UUID] | None = None) -> list[Site]:
    """The company's sites by name, running ones first; ``among`` narrows to these ids."""
    rows = await fetch(
        f"SELECT {_SITE} FROM site "  # noqa: S608
        "WHERE organisation = $1 AND ($2::uuid[] IS NULL OR id = ANY ($2)) "
        "ORDER BY active DESC, name, id",
        organisation,
        None if among is None else list(among),
    )
    return [Site(**{**row, "rest_weekdays": tuple(row["rest_weekdays"])}) for row in rows]


async def mark_foreman(
    organisation: UUID, site: UUID, crews: Collection[UUID], member: UUID
) -> None:
    """The member leads exactly these crews of the site from now on."""
    await execute(
        "UPDATE crew SET foreman = CASE WHEN id = ANY ($3) THEN $4::uuid END"
        " WHERE organisation = $1 AND site = $2"
        " AND (id = ANY ($3) AND foreman IS DISTINCT FROM $4"
        "      OR id <> ALL ($3) AND foreman = $4)",
        organisation,
        site,
        list(crews),
        member,
    )
