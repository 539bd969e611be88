"""Settling with workers who leave: everything earned − advances − paid, to a day, frozen."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from daywork.chain.service import append
from daywork.chain.wage_contents import SETTLEMENT, wage_happening
from daywork.entries.closed import note_closed
from daywork.entries.queries import lock_site
from daywork.ground.calendar import month_of
from daywork.ground.ids import new_id
from daywork.ground.names import name_order
from daywork.ground.problems import NOT_FOUND
from daywork.people.actor import Actor
from daywork.people.rules import Right
from daywork.people.service import record_audit
from daywork.sites.queries import crews_of
from daywork.sites.service import site_for
from daywork.sites.site import Site
from daywork.sites.workforce import change_worker, worker_of
from daywork.sites.workforce_queries import Worker, workers_on
from daywork.summary import breakdown
from daywork.summary.parts import Item, Lent, PaidOut, WorkedDay, added_up
from daywork.summary.rules import EARLIEST, LATEST
from daywork.wages import queries, settlement_queries
from daywork.wages.checks import Finding, Who
from daywork.wages.gathering import people_and_persons
from daywork.wages.rules import (
    NOBODY_TO_SETTLE,
    NOT_SETTLED,
    REASON_MISSING,
    SETTLED_OTHERWISE,
    Figures,
    Person,
    Sources,
    Why,
    figures_of,
)
from daywork.wages.settlement_queries import MonthSaid, Settlement

# Each runs on the open transaction of the company

MOST_AT_ONCE: Final = 300
"""Workers of one crew that are settled with together."""


@dataclass(frozen=True, slots=True)
class Owed:
    """What a worker is owed as things stand, and what is missing before it can be settled."""

    worker: UUID
    person: Person
    figures: Figures
    months: list[MonthSaid]
    first_day: date | None
    last_day: date | None
    left_on: date | None
    before: Settlement | None
    """The settlement there is."""
    missing: list[Finding]

    @property
    def ready(self) -> bool:
        return not any(one.blocks for one in self.missing)

    @property
    def moved(self) -> bool:
        """Whether something but payments is different from the settlement there is."""
        if self.before is None:
            return True
        kept, now = self.before.figures, self.figures
        return any(getattr(kept, name) != getattr(now, name) for name in _COMPARED)


_COMPARED: Final = (
    "man_days",
    "labour",
    "overtime",
    "piecework",
    "monthly",
    "allowances",
    "deductions",
    "advances",
)


async def owed_to(site: Site, workers: Collection[UUID], until: date) -> list[Owed]:
    """What each of these workers is owed, by name; ``until`` is the last day that counts."""
    where = (site.organisation, site.id, EARLIEST, LATEST, list(workers))
    everything = _History(
        await breakdown.worked_days(*where),
        await breakdown.items_of(*where),
        await breakdown.lent_to(*where),
        await breakdown.paid_to(*where),
    )
    known, persons = await people_and_persons(site, set(workers))
    rosters = {one.id: one for one in await workers_on(site.organisation, site.id)}
    kept = await settlement_queries.settled(site.organisation, site.id, workers)
    found = [
        _owed(
            site,
            worker,
            persons[worker],
            everything.of(worker),
            until,
            rosters.get(worker),
            kept.get(worker),
        )
        for worker in known
    ]
    return sorted(
        found,
        key=lambda one: (name_order(one.person.crews), name_order(one.person.name), one.worker),
    )


@dataclass(frozen=True, slots=True)
class _History:
    """All there is of workers on the site."""

    days: list[WorkedDay]
    items: list[Item]
    lent: list[Lent]
    paid: list[PaidOut]

    def figures(self, worker: UUID) -> Figures | None:
        worked = added_up(self.days, {})
        of = Sources(worked, items=self.items, lent=self.lent, paid=self.paid)
        return figures_of(of).get(worker)

    def of(self, worker: UUID) -> "_History":
        """Of one of them."""
        return _History(
            [one for one in self.days if one.worker == worker],
            [one for one in self.items if one.worker == worker],
            [one for one in self.lent if one.worker == worker],
            [one for one in self.paid if one.worker == worker],
        )

    def between(self, first: date, last: date) -> "_History":
        """Of one month."""
        return _History(
            [one for one in self.days if first <= one.work_day <= last],
            [one for one in self.items if first <= one.work_day <= last],
            [one for one in self.lent if first <= one.work_day <= last],
            [one for one in self.paid if one.for_month == first],
        )


def _owed(
    site: Site,
    worker: UUID,
    person: Person,
    history: _History,
    until: date,
    roster: Worker | None,
    before: Settlement | None,
) -> Owed:
    if roster is not None:
        person = Person(
            person.name,
            person.number,
            person.trade,
            roster.crew_name,
            person.phone,
            person.identity_mask,
            person.bank_name,
            person.bank_mask,
        )
    figures = history.figures(worker) or Figures()
    worked = [day.work_day for day in history.days if day.man_days or day.overtime_hours]
    return Owed(
        worker,
        person,
        figures,
        _months(history, worker),
        min(worked, default=None),
        max(worked, default=None),
        roster.left_on if roster else None,
        before,
        _missing(site, worker, person, history, figures, until),
    )


def _months(history: _History, worker: UUID) -> list[MonthSaid]:
    """Month by month; the sum of all is the settlement."""
    months = sorted(
        {one.work_day.replace(day=1) for one in history.days}
        | {one.work_day.replace(day=1) for one in history.items}
        | {one.work_day.replace(day=1) for one in history.lent}
        | {one.for_month for one in history.paid}
    )
    found = []
    for month in months:
        said = history.between(*month_of(month)).figures(worker)
        if said is not None:
            found.append(
                MonthSaid(
                    month, said.man_days, said.overtime_hours, said.earned, said.advances, said.paid
                )
            )
    return found


def _missing(
    site: Site,
    worker: UUID,
    person: Person,
    history: _History,
    figures: Figures,
    until: date,
) -> list[Finding]:
    """A settlement ends everything, so nothing may be open; the months say where."""
    sheets = f"/labour/sheets?site={site.id}&worker={worker}"
    advances = f"/labour/advances?site={site.id}&worker={worker}"
    record = f"/labour/register/{site.id}/{worker}"

    def of(slug: str, days: Sequence[date], blocks: bool, href: Callable[[str], str]) -> None:
        if days:
            months = sorted({f"{day:%Y-%m}" for day in days})
            who = tuple(Who(month, href(month)) for month in months)
            found.append(Finding(slug, blocks, len(days), who[0].href, who))

    found: list[Finding] = []
    days, lent = history.days, history.lent
    of(
        "sheets_pending",
        [day.work_day for day in days if day.pending],
        True,
        lambda month: f"{sheets}&month={month}&at=submitted",
    )
    of(
        "sheets_returned",
        [day.work_day for day in days if day.returned],
        True,
        lambda month: f"{sheets}&month={month}&at=returned",
    )
    of(
        "lines_unpriced",
        [day.work_day for day in days if day.unpriced],
        True,
        lambda month: f"{sheets}&month={month}&unpriced=1",
    )
    of(
        "double_booked",
        [day.work_day for day in days if day.held],
        True,
        lambda month: f"{sheets}&month={month}",
    )
    of(
        "days_after",
        [day.work_day for day in days if day.work_day > until and day.booked],
        True,
        lambda month: f"{sheets}&month={month}",
    )
    of(
        "advances_waiting",
        [one.work_day for one in lent if one.state != "approved"],
        True,
        lambda month: f"{advances}&month={month}",
    )
    if figures == Figures():
        found.append(Finding("nothing_earned", True, 1, sheets))
    if figures.payable < 0:
        found.append(Finding("more_lent_than_earned", False, 1, f"{advances}&month={until:%Y-%m}"))
    if not person.identity_mask:
        found.append(Finding("identity_missing", False, 1, record))
    if not person.bank_mask:
        found.append(Finding("bank_missing", False, 1, record))
    return found


async def settle(
    actor: Actor,
    site_id: UUID,
    workers: Sequence[UUID],
    until: date,
    why: Why,
    *,
    reason: str = "",
    leaving: bool = False,
    at: datetime,
) -> list[UUID]:
    """Freeze a settlement of each worker, all or none; returns their ids.

    ``leaving`` notes the day as the workers' last one on the site: a record after it is a doubt.

    Raises:
        Problem: ``not_found``, ``not_allowed``, ``settlement_nobody``, ``settlement_not_ready``,
            ``settlement_nothing_new``, or ``wages_reason_missing`` for who is settled with anew.
    """
    site = await site_for(actor, site_id, Right.CLOSE_MONTH)
    await lock_site(actor.organisation, site.id)
    chosen = list(dict.fromkeys(workers))
    if not chosen:
        raise NOBODY_TO_SETTLE()
    crew_of = {one.id: one.crew for one in await workers_on(site.organisation, site.id)}
    if set(chosen) - crew_of.keys() or len(chosen) > MOST_AT_ONCE:
        raise NOT_FOUND()
    said = " ".join(reason.split())
    owed = await owed_to(site, chosen, until)
    for one in owed:
        if not one.ready:
            raise NOT_SETTLED()
        if not one.moved:
            raise SETTLED_OTHERWISE()
        if one.before is not None and not said:
            raise REASON_MISSING()
    company, currency = await queries.employer_of(actor.organisation)
    crews = {crew.id: crew for crew in await crews_of(site.organisation, site.id)}
    batch = new_id() if len(owed) > 1 else None
    happenings, made = [], []
    for one in owed:
        settlement = Settlement(
            new_id(),
            site.id,
            one.worker,
            one.before.version + 1 if one.before else 1,
            said if one.before else "",
            batch,
            until,
            why.value,
            crews[crew_of[one.worker]].employer(company),
            site.name,
            currency,
            one.person,
            one.first_day,
            one.last_day,
            one.figures,
            one.months,
            actor.member,
            at,
            warnings=[{"slug": finding.slug, "n": finding.n} for finding in one.missing],
        )
        row = await settlement_queries.insert_settlement(actor.organisation, settlement)
        happenings.append(wage_happening(SETTLEMENT, row))
        made.append(settlement.id)
    for month in {said_of.month for one in owed for said_of in one.months}:
        await note_closed(actor.organisation, site.id, month)
    await append(actor.organisation, happenings)
    await record_audit(
        actor.organisation,
        actor.member,
        "wages.settled",
        site.id,
        detail={"settlements": made, "until": until.isoformat(), "why": why.value},
    )
    if leaving:
        await mark_left(actor, site, chosen, until)
    return made


async def mark_left(actor: Actor, site: Site, workers: Sequence[UUID], last_day: date) -> None:
    """Note the last day on the site of workers who have none."""
    for worker in workers:
        before = await worker_of(site, worker)
        if before.left_on is None:
            await change_worker(
                actor,
                site,
                before,
                name=before.name,
                number=before.number,
                phone=before.phone,
                trade=before.trade,
                crew=before.crew,
                joined_on=before.joined_on,
                left_on=max(last_day, before.joined_on),
            )


async def settlement_for(
    actor: Actor, settlement_id: UUID, right: Right = Right.SEE_PAY
) -> tuple[Settlement, Site]:
    """A settlement the actor may see.

    Raises:
        Problem: ``not_found`` or ``not_allowed``.
    """
    found = await settlement_queries.settlement_by_id(actor.organisation, settlement_id)
    if found is None:
        raise NOT_FOUND()
    return found, await site_for(actor, found.site, right)
