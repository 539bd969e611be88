"""The attendance of a site's month, as whoever asks may see it: without money."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from daywork.attendance import queries
from daywork.attendance.rules import CrewAtWork, CrewMonth, grids_of
from daywork.chain.queries import head_of
from daywork.chain.rules import code_of
from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_FOUND
from daywork.people.actor import Actor
from daywork.sites.calendar import SiteDay, days_of
from daywork.sites.calendar_queries import exceptions_of
from daywork.sites.site import Site
from daywork.summary.origins import names_of
from daywork.summary.queries import divisors_of_month
from daywork.summary.rules import Figures, total_of
from daywork.summary.service import View, view_for


@dataclass(frozen=True, slots=True)
class Seal:
    """The site's last sealed record when the grid was made: who types the code at ``/v`` sees it,
    so a print tells which records it can have known."""

    number: int
    code: str


@dataclass(frozen=True, slots=True)
class Attendance:
    """A site's month by crews."""

    view: View
    site: Site | None
    """None only for a company without sites."""
    days: list[SiteDay]
    choice: list[CrewAtWork]
    """Every crew with records in the month."""
    crew: UUID | None
    """The crew asked for, which may have no records, or the first one of too many."""
    crew_name: str
    too_many: bool
    """All were asked for, and are too many at once."""
    crews: list[CrewMonth]
    """The crews in view."""
    hours: list[Decimal]
    """Hours per 工 that the month's lines were made with."""
    seal: Seal | None

    @property
    def total(self) -> Figures:
        return total_of(one.total for one in self.crews)


async def attendance_of(
    actor: Actor,
    site_id: UUID | None,
    month: str | None,
    crew: UUID | None,
    now: datetime,
    *,
    english: bool,
    at_once: int | None = None,
) -> Attendance:
    """The month of a site, of the first one the actor may see when none is named; of its first crew
    alone when all were asked for and have more workers than ``at_once``.

    Raises:
        Problem: ``not_found``, ``not_allowed`` or ``month_unreadable``.
    """
    organisation = actor.organisation
    async with company_transaction(organisation, snapshot=True):
        view = await view_for(actor, site_id, month, now)
        if view.site is None and view.choice:
            view = replace(view, site=view.choice[0])
        site = view.site
        if site is None:
            return Attendance(view, None, [], [], None, "", False, [], [], None)
        names = await names_of(organisation, [site.id], crew=crew) if crew else []
        if crew and not names:
            raise NOT_FOUND()
        choice = await queries.crews_at_work(organisation, site.id, view.month)
        too_many = (
            crew is None
            and at_once is not None
            and len(choice) > 1
            and sum(one.workers for one in choice) > at_once
        )
        if too_many:
            crew, names = choice[0].crew, [choice[0].name]
        lines = await queries.lines_of_month(
            organisation, site.id, view.month, crew, english=english
        )
        exceptions = await exceptions_of(organisation, [site.id], view.month.first, view.month.last)
        used = await divisors_of_month(organisation, [site.id], view.month)
        head, _at = await head_of(organisation, site.id)
    return Attendance(
        view,
        site,
        days_of(site, exceptions, view.month.first, view.month.last),
        choice,
        crew,
        names[0] if names else "",
        too_many,
        await asyncio.to_thread(grids_of, lines),
        used.get(site.id, [site.hours_per_day]),
        Seal(head.number, code_of(head.hash)) if head.number else None,
    )
