"""Reads what a site's month is made of, and lays it out as the lines of a wage sheet."""

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from daywork.ground.names import name_order
from daywork.register.service import masked_of
from daywork.sites.calendar import days_of
from daywork.sites.calendar_queries import exceptions_of
from daywork.sites.queries import Crew, crews_of
from daywork.sites.site import Site
from daywork.summary import breakdown
from daywork.summary.queries import divisors_of_month
from daywork.summary.rules import Month, natural_order
from daywork.wages import queries
from daywork.wages.queries import Known
from daywork.wages.rules import (
    Figures,
    Line,
    Person,
    Sources,
    by_crew,
    figures_of,
    home_crews,
    items_said,
    rates_said,
)


@dataclass(frozen=True)
class Gathered:
    """A site's month as it stands now; :meth:`lines` cuts it into sheets.

    What all cuts share is worked out once: a site may have thousands of workers in dozens of crews.
    """

    site: Site
    month: Month
    sources: Sources
    crews: dict[UUID, Crew]
    people: dict[UUID, Known]
    persons: dict[UUID, Person]
    hours_per_day: list[Decimal]

    @cached_property
    def homes(self) -> dict[UUID, UUID]:
        """With which crew's sheet a worker's advances and payments go."""
        return home_crews(self.sources)

    @cached_property
    def _by_crew(self) -> dict[UUID, Sources]:
        return by_crew(self.sources)

    @cached_property
    def _figures(self) -> dict[UUID | None, dict[UUID, Figures]]:
        return {}

    def of(self, crew: UUID | None) -> Sources:
        """What the sheet of one crew, or of the whole site, is made of."""
        return self.sources if crew is None else self._by_crew.get(crew, Sources())

    def figures(self, crew: UUID | None) -> dict[UUID, Figures]:
        """By worker, of one crew or of the whole site."""
        if crew not in self._figures:
            self._figures[crew] = figures_of(self.of(crew))
        return self._figures[crew]

    def crews_at_work(self) -> list[Crew]:
        """The crews whose sheet would hold somebody or something, by name."""
        at_work = {one.crew for one in self.sources.worked}
        at_work |= {self.homes[worker] for worker in self.figures(None) if worker in self.homes}
        return sorted(
            (self.crews[crew] for crew in at_work if crew in self.crews),
            key=lambda crew: name_order(crew.name),
        )

    def lines(self, crew: UUID | None) -> list[Line]:
        """The sheet's lines as the office reads them: crew by crew, by number, by name."""
        of = self.of(crew)
        items, rates = items_said(of), rates_said(of)
        found = [
            Line(
                worker,
                replace(self.persons[worker], crews=self._crew_names(worker, crew)),
                figures,
                rates.get(worker, ()),
                items.get(worker, ()),
            )
            for worker, figures in self.figures(crew).items()
        ]
        return sorted(
            found,
            key=lambda line: (
                name_order(line.person.crews),
                natural_order(line.person.number),
                name_order(line.person.name),
                line.worker,
            ),
        )

    @cached_property
    def _worked_with(self) -> dict[UUID, set[UUID]]:
        found: dict[UUID, set[UUID]] = {}
        for one in self.sources.worked:
            found.setdefault(one.worker, set()).add(one.crew)
        return found

    def _crew_names(self, worker: UUID, crew: UUID | None) -> str:
        if crew is not None:
            return self.crews[crew].name
        roster = self.sources.rosters.get(worker)
        of = self._worked_with.get(worker) or ({roster} if roster else set())
        return "、".join(
            sorted((self.crews[one].name for one in of if one in self.crews), key=name_order)
        )


async def gather(site: Site, month: Month) -> Gathered:
    """The month of a site, on the running transaction."""
    organisation, where = site.organisation, (site.organisation, site.id)
    exceptions = await exceptions_of(organisation, [site.id], month.first, month.last)
    kinds = {one.day: one.kind for one in days_of(site, exceptions, month.first, month.last)}
    worked = await breakdown.worked_in(*where, month.first, month.last, kinds)
    items = await breakdown.items_of(*where, month.first, month.last)
    lent = await breakdown.lent_to(*where, month.first, month.last)
    paid = await breakdown.paid_to(*where, month.first, month.first)
    workers = {one.worker for one in worked} | {one.worker for one in items}
    workers |= {one.worker for one in lent} | {one.worker for one in paid}
    people, persons = await people_and_persons(site, workers)
    used = await divisors_of_month(organisation, [site.id], month)
    sheets = {one.wage_sheet for one in paid if one.wage_sheet}
    return Gathered(
        site,
        month,
        Sources(
            worked,
            await breakdown.rates_used(*where, month.first, month.last),
            items,
            lent,
            paid,
            {known.worker: known.crew for known in people.values() if known.crew},
            await queries.crews_of_sheets(organisation, sheets),
        ),
        {crew.id: crew for crew in await crews_of(*where)},
        people,
        persons,
        used.get(site.id, [site.hours_per_day]),
    )


async def people_and_persons(
    site: Site, workers: set[UUID]
) -> tuple[dict[UUID, Known], dict[UUID, Person]]:
    """Workers as the office knows them, and as they stand on a sheet: numbers masked."""
    known = {
        one.worker: one for one in await queries.people_of(site.organisation, site.id, workers)
    }
    masks = await masked_of(site.organisation, workers)
    return known, {
        worker: Person(
            one.name,
            one.number,
            one.trade,
            "",
            one.phone,
            masks[worker].number,
            masks[worker].bank_name,
            masks[worker].bank,
        )
        for worker, one in known.items()
    }
