"""SQL about a site's own exceptions to its week and its country's holidays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from daywork.ground.database import execute, fetch


@dataclass(frozen=True, slots=True)
class SiteException:
    """Days on which a site is closed, or works though it would not."""

    id: UUID
    site: UUID
    kind: str
    """``closed`` or ``worked``."""
    first_day: date
    last_day: date
    cause: str
    weather: str | None
    reason: str
    author: str


async def exceptions_of(
    organisation: UUID, sites: Sequence[UUID], first: date | None = None, last: date | None = None
) -> list[SiteException]:
    """What stands, oldest first; between two days when they are given."""
    rows = await fetch(
        "SELECT x.id, x.site, x.kind, x.first_day, x.last_day, x.cause, x.weather, x.reason,"
        " m.name AS author FROM site_exception x"
        " JOIN member m ON m.organisation = x.organisation AND m.id = x.created_by"
        " WHERE x.organisation = $1 AND x.site = ANY($2) AND x.withdrawn_at IS NULL"
        " AND ($3::date IS NULL OR x.last_day >= $3) AND ($4::date IS NULL OR x.first_day <= $4)"
        " ORDER BY x.first_day, x.last_day, x.id",
        organisation,
        list(sites),
        first,
        last,
    )
    return [SiteException(**row) for row in rows]


async def insert_exception(
    organisation: UUID,
    site: UUID,
    exception: UUID,
    *,
    kind: str,
    first_day: date,
    last_day: date,
    cause: str,
    weather: str | None,
    reason: str,
    created_by: UUID,
) -> None:
    """A new exception."""
    await execute(
        "INSERT INTO site_exception (organisation, site, id, kind, first_day, last_day, cause,"
        " weather, reason, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        organisation,
        site,
        exception,
        kind,
        first_day,
        last_day,
        cause,
        weather,
        reason,
        created_by,
    )


async def mark_withdrawn(
    organisation: UUID, site: UUID, exception: UUID, by: UUID, at: datetime
) -> bool:
    """Take an exception back; whether it stood."""
    touched = await execute(
        "UPDATE site_exception SET withdrawn_by = $4, withdrawn_at = $5"
        " WHERE organisation = $1 AND site = $2 AND id = $3 AND withdrawn_at IS NULL",
        organisation,
        site,
        exception,
        by,
        at,
    )
    return touched == 1
