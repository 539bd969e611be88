"""The people every test may call on: a company with two sites, and the one who must not see it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from daywork.ground.ids import new_id
from daywork.ground.terms import Role
from daywork.people.actor import Actor
from tests.support.database import apart

DAY = date(2026, 3, 5)


@dataclass
class Cast:
    """One company. ``foreman`` leads ``crew``, ``other_foreman`` leads ``other_crew``."""

    url: str
    organisation: UUID = field(default_factory=new_id)
    site: UUID = field(default_factory=new_id)
    far_site: UUID = field(default_factory=new_id)
    crew: UUID = field(default_factory=new_id)
    other_crew: UUID = field(default_factory=new_id)
    far_crew: UUID = field(default_factory=new_id)
    carpenter: UUID = field(default_factory=new_id)
    workers: list[UUID] = field(default_factory=list)
    far_worker: UUID = field(default_factory=new_id)
    task: UUID = field(default_factory=new_id)
    uncounted_task: UUID = field(default_factory=new_id)
    members: dict[str, UUID] = field(default_factory=dict)

    def actor(self, name: str, *roles: tuple[UUID, Role], is_owner: bool = False) -> Actor:
        """A member as the session would give it."""
        return Actor(
            organisation=self.organisation,
            member=self.members[name],
            name=name,
            language="en",
            is_owner=is_owner,
            roles=dict(roles),
        )

    @property
    def foreman(self) -> Actor:
        return self.actor("foreman", (self.site, Role.FOREMAN))

    @property
    def other_foreman(self) -> Actor:
        return self.actor("other_foreman", (self.site, Role.FOREMAN))

    @property
    def supervisor(self) -> Actor:
        return self.actor("supervisor", (self.site, Role.SUPERVISOR))

    @property
    def far_supervisor(self) -> Actor:
        return self.actor("far_supervisor", (self.far_site, Role.SUPERVISOR))

    @property
    def office(self) -> Actor:
        return self.actor("office", (self.site, Role.OFFICE))

    @property
    def owner(self) -> Actor:
        return self.actor("owner", is_owner=True)


ROLES = {
    "foreman": ("site", "foreman"),
    "other_foreman": ("site", "foreman"),
    "supervisor": ("site", "supervisor"),
    "far_supervisor": ("far_site", "supervisor"),
    "office": ("site", "office"),
    "owner": None,
}


def found(url: str, name: str = "Huayan Building", cast: Cast | None = None) -> Cast:
    """Write a company into an empty or shared database, as the database's owner.

    ``cast`` names what must have a certain id.
    """
    cast = cast or Cast(url)
    told: list[tuple[Any, ...]] = []

    def tell(*statement: Any) -> None:
        told.append(statement)

    organisation = cast.organisation
    tell("INSERT INTO organisation (id, name) VALUES ($1, $2)", organisation, name)
    for number, member in enumerate(ROLES):
        cast.members[member] = new_id()
        tell(
            "INSERT INTO member (organisation, id, name, phone, is_owner, language)"
            " VALUES ($1, $2, $3, $4, $5, 'en')",
            organisation,
            cast.members[member],
            member,
            f"+8613{organisation.int % 10**8:08d}{number}",
            member == "owner",
        )
    tell(
        "INSERT INTO trade (organisation, id, name, name_en) VALUES ($1, $2, '木工', 'Carpenter')",
        organisation,
        cast.carpenter,
    )
    for site, title, hours in ((cast.site, "Block A", 8), (cast.far_site, "Bridge", 9)):
        tell(
            "INSERT INTO site (organisation, id, name, hours_per_day,"
            " overtime_hours_per_man_day) VALUES ($1, $2, $3, $4, 6)",
            organisation,
            site,
            title,
            hours,
        )
    for member, place in ROLES.items():
        if place is not None:
            tell(
                "INSERT INTO membership (organisation, site, member, role) VALUES ($1, $2, $3, $4)",
                organisation,
                getattr(cast, place[0]),
                cast.members[member],
                place[1],
            )
    for crew, site, title, foreman in (
        (cast.crew, cast.site, "Carpenters", "foreman"),
        (cast.other_crew, cast.site, "Rebar", "other_foreman"),
        (cast.far_crew, cast.far_site, "Bridge gang", None),
    ):
        tell(
            "INSERT INTO crew (organisation, id, site, name, trade, foreman)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            organisation,
            crew,
            site,
            title,
            cast.carpenter,
            cast.members.get(foreman or ""),
        )
    cast.workers = cast.workers or [new_id() for _ in range(4)]
    for number, worker in enumerate([*cast.workers, cast.far_worker]):
        tell(
            "INSERT INTO worker (organisation, id, name, trade) VALUES ($1, $2, $3, $4)",
            organisation,
            worker,
            f"worker {number + 1}",
            cast.carpenter,
        )
        far = worker == cast.far_worker
        tell(
            "INSERT INTO roster (organisation, site, worker, crew, joined_on)"
            " VALUES ($1, $2, $3, $4, '2026-01-01')",
            organisation,
            cast.far_site if far else cast.site,
            worker,
            cast.far_crew if far else cast.crew,
        )
    for task, code, quantity in ((cast.task, "1.1", 120), (cast.uncounted_task, "1.2", None)):
        tell(
            "INSERT INTO task (organisation, id, site, code, name, unit, quantity, planned_start,"
            " planned_finish) VALUES ($1, $2, $3, $4, 'Formwork', 'm²', $5, '2026-03-01',"
            " '2026-03-10')",
            organisation,
            task,
            cast.site,
            code,
            quantity,
        )
    tell(
        "INSERT INTO rate (organisation, id, trade, unit, amount, valid_from)"
        " VALUES ($1, $2, $3, 'man_day', 300, '2026-01-01')",
        organisation,
        new_id(),
        cast.carpenter,
    )

    async def write() -> None:
        connection = await asyncpg.connect(url)
        for statement in told:
            await connection.execute(*statement)
        await connection.close()

    apart(write())
    return cast


@pytest.fixture
def cast(database: str) -> Cast:
    """A company in the database that the app's pool is open on."""
    return found(database)


@pytest.fixture
def stranger(database: str) -> Actor:
    """The owner of another company: the one who must not see it."""
    return found(database, "Another company").owner
