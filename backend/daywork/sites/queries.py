"""SQL about sites, crews and trades."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from daywork.ground.database import execute, fetch, fetch_one
from daywork.ground.names import by_name
from daywork.sites.site import Site

_SITE = """
    organisation, id, name, time_zone, hours_per_day, overtime_hours_per_man_day,
    rest_weekdays, latitude, longitude, radius_m, photo_required, starts_on, ends_on, active,
    country, region, delay_tolerance
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
        f"ORDER BY active DESC, {by_name('name')}, id",
        organisation,
        None if among is None else list(among),
    )
    return [Site(**{**row, "rest_weekdays": tuple(row["rest_weekdays"])}) for row in rows]


async def save_site(site: Site) -> None:
    """Insert the site, or put these values in place of the old ones."""
    await execute(
        f"INSERT INTO site ({_SITE})"  # noqa: S608
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
        " $15, $16, $17)"
        " ON CONFLICT (organisation, id) DO UPDATE SET name = excluded.name,"
        " time_zone = excluded.time_zone, hours_per_day = excluded.hours_per_day,"
        " overtime_hours_per_man_day = excluded.overtime_hours_per_man_day,"
        " rest_weekdays = excluded.rest_weekdays, latitude = excluded.latitude,"
        " longitude = excluded.longitude, radius_m = excluded.radius_m,"
        " photo_required = excluded.photo_required, starts_on = excluded.starts_on,"
        " ends_on = excluded.ends_on, active = excluded.active, country = excluded.country,"
        " region = excluded.region, delay_tolerance = excluded.delay_tolerance",
        site.organisation,
        site.id,
        site.name,
        site.time_zone,
        site.hours_per_day,
        site.overtime_hours_per_man_day,
        list(site.rest_weekdays),
        site.latitude,
        site.longitude,
        site.radius_m,
        site.photo_required,
        site.starts_on,
        site.ends_on,
        site.active,
        site.country,
        site.region,
        site.delay_tolerance,
    )


# Crews


@dataclass(frozen=True, slots=True)
class Crew:
    """A crew with the names a page needs."""

    id: UUID
    site: UUID
    name: str
    trade: UUID | None
    trade_name: str
    trade_name_en: str
    foreman: UUID | None
    foreman_name: str
    own: bool
    company: str
    """The subcontractor, when it is not our own crew."""
    active: bool
    workers: int
    """How many are on the roster now."""

    def employer(self, ours: str) -> str:
        """Who employs its workers (用人单位): the subcontractor, else the company itself."""
        return ours if self.own else self.company or ours


_CREW = """
    SELECT c.id, c.site, c.name, c.trade, coalesce(t.name, '') AS trade_name,
           coalesce(t.name_en, '') AS trade_name_en, c.foreman,
           coalesce(m.name, '') AS foreman_name, c.own, c.company, c.active,
           coalesce(n.workers, 0) AS workers
    FROM crew c
    LEFT JOIN (SELECT r.crew, count(*) AS workers
               FROM roster r JOIN worker w ON w.organisation = r.organisation AND w.id = r.worker
               WHERE r.organisation = $1 AND r.site = $2 AND r.left_on IS NULL
                 AND w.merged_into IS NULL
               GROUP BY r.crew) AS n ON n.crew = c.id
    LEFT JOIN trade t ON t.organisation = c.organisation AND t.id = c.trade
    LEFT JOIN member m ON m.organisation = c.organisation AND m.id = c.foreman
"""


async def crews_of(organisation: UUID, site: UUID) -> list[Crew]:
    """The crews of a site by name, those at work first."""
    rows = await fetch(
        f"{_CREW} WHERE c.organisation = $1 AND c.site = $2"
        f" ORDER BY c.active DESC, {by_name('c.name')}, c.id",
        organisation,
        site,
    )
    return [Crew(**row) for row in rows]


async def save_crew(
    organisation: UUID,
    site: UUID,
    crew: UUID,
    *,
    name: str,
    trade: UUID | None,
    foreman: UUID | None,
    own: bool,
    company: str,
    active: bool,
) -> None:
    """Insert the crew, or put these values in place of the old ones."""
    await execute(
        "INSERT INTO crew (organisation, site, id, name, trade, foreman, own, company, active)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " ON CONFLICT (organisation, id) DO UPDATE SET name = excluded.name,"
        " trade = excluded.trade, foreman = excluded.foreman, own = excluded.own,"
        " company = excluded.company, active = excluded.active",
        organisation,
        site,
        crew,
        name,
        trade,
        foreman,
        own,
        company,
        active,
    )


async def foremen_of(organisation: UUID, site: UUID) -> list[tuple[UUID, str]]:
    """Members who may lead a crew of the site: id and name."""
    rows = await fetch(
        "SELECT m.id, m.name FROM membership ms"  # noqa: S608
        " JOIN member m ON m.organisation = ms.organisation AND m.id = ms.member"
        " WHERE ms.organisation = $1 AND ms.site = $2 AND ms.withdrawn_at IS NULL AND m.active"
        f" AND ms.role IN ('foreman', 'supervisor') ORDER BY {by_name('m.name')}, m.id",
        organisation,
        site,
    )
    return [(row["id"], row["name"]) for row in rows]


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


# Trades


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade of the company."""

    id: UUID
    name: str
    name_en: str


async def trades_of(organisation: UUID) -> list[Trade]:
    """The company's trades by name."""
    rows = await fetch(
        "SELECT id, name, name_en FROM trade WHERE organisation = $1"  # noqa: S608
        f" ORDER BY {by_name('name')}, id",
        organisation,
    )
    return [Trade(**row) for row in rows]


async def save_trade(organisation: UUID, trade: UUID, name: str, name_en: str) -> None:
    """Insert the trade, or rename it."""
    await execute(
        "INSERT INTO trade (organisation, id, name, name_en) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (organisation, id) DO UPDATE"
        " SET name = excluded.name, name_en = excluded.name_en",
        organisation,
        trade,
        name,
        name_en,
    )
