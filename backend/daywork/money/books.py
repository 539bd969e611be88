"""Reading the books: a site's month of advances and payments, and one worker's ledger.

Nothing is added up here that the summary adds up: earned, advances and payments of a month are its
figures (:mod:`daywork.summary.owed`), and the ledger carries them on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.ground.money import ZERO
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND
from daywork.ground.terms import EntryState
from daywork.money import import_queries, ledger_queries, payment_queries
from daywork.money.import_queries import ImportListed
from daywork.money.ledger import Item, Kind, Ledger, earned_in, ledger_of
from daywork.money.ledger_queries import AdvanceHanded, WorkerFacts
from daywork.money.payment_queries import Payment
from daywork.money.queries import limits_of
from daywork.money.rules import Limit
from daywork.people.actor import Actor
from daywork.people.queries import currency_of
from daywork.people.rules import Right, may
from daywork.people.service import record_audit
from daywork.sites.service import site_for, sites_for, without_site
from daywork.sites.site import Site
from daywork.summary.owed import Owed, merged_workers, months_owed, owed_until
from daywork.summary.service import View, view_for


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A worker's month beside what is outstanding in all."""

    worker: UUID
    name: str
    number: str
    crew: str
    earned: Decimal
    advances: Decimal
    payments: Decimal
    outstanding: Decimal
    """Of this month."""
    in_all: Decimal
    """Of every month until this one's end."""


@dataclass(frozen=True, slots=True)
class MoneyMonth:
    """A site's month of money."""

    view: View
    site: Site
    rows: list[WorkerRow]
    total: WorkerRow
    advances: list[AdvanceHanded]
    payments: list[Payment]
    imports: list[ImportListed]
    limit: Limit
    may_pay: bool


async def money_of_month(
    actor: Actor, site_id: UUID | None, month: str | None, now: datetime
) -> MoneyMonth:
    """The month of one site: the one asked for, else the first whose pay the actor may see.

    Raises:
        Problem: ``not_found``, ``not_allowed`` or ``month_unreadable``.
    """
    organisation = actor.organisation
    async with company_transaction(organisation, snapshot=True):
        view = await view_for(actor, site_id, month, now)
        if view.site is None:
            paid = [site for site in view.choice if may(actor, Right.SEE_PAY, site.id)]
            if not paid:
                raise without_site(actor)
            view = replace(view, site=paid[0], pay=True)
        site = view.site
        if site is None or not view.pay:
            raise NOT_ALLOWED()
        owed = await owed_until(organisation, site.id, view.month)
        facts = await ledger_queries.workers_named(
            organisation, site.id, {one.worker for one in owed}
        )
        rows = _rows(owed, facts)
        return MoneyMonth(
            view,
            site,
            rows,
            _total(rows),
            await ledger_queries.advances_handed(organisation, [site.id], month=view.month),
            await payment_queries.payments_made(organisation, [site.id], view.month),
            await import_queries.imports_booked(organisation, [site.id]),
            (await limits_of(organisation, [site.id]))[site.id],
            may(actor, Right.CLOSE_MONTH, site.id),
        )


def _rows(owed: Iterable[Owed], facts: dict[UUID, WorkerFacts]) -> list[WorkerRow]:
    """Whoever has something in the month, or is still owed or owing, by crew, number and name."""
    theirs = {one.worker: one for one in owed}
    rows = []
    for worker, known in facts.items():
        one = theirs[worker]
        if not one.of_month and not one.in_all:
            continue
        rows.append(
            WorkerRow(
                worker,
                known.name,
                known.number,
                known.crew,
                one.earned,
                one.advances,
                one.payments,
                one.outstanding,
                one.in_all,
            )
        )
    return rows


def _total(rows: Sequence[WorkerRow]) -> WorkerRow:
    def of(name: str) -> Decimal:
        return sum((getattr(row, name) for row in rows), ZERO)

    return WorkerRow(
        UUID(int=0),
        "",
        "",
        "",
        of("earned"),
        of("advances"),
        of("payments"),
        of("outstanding"),
        of("in_all"),
    )


# One worker


@dataclass(frozen=True, slots=True)
class WorkerLedger:
    """A worker's ledger on the sites in view."""

    worker: WorkerFacts
    ledger: Ledger
    choice: list[Site]
    """The sites the worker is or was on, whose pay the actor may see."""
    site: Site | None
    """The one chosen; None for all of them together."""
    currency: str
    may_pay: bool

    @property
    def sites(self) -> list[Site]:
        return self.choice if self.site is None else [self.site]


async def ledger_for(
    actor: Actor, worker: UUID, site_id: UUID | None, now: datetime
) -> WorkerLedger:
    """Everything between a worker and the site asked for, or all sites whose pay the actor sees.

    Raises:
        Problem: ``not_found``, also when the worker never was on one of these sites, or
            ``not_allowed``.
    """
    organisation = actor.organisation
    async with company_transaction(organisation, snapshot=True):
        choice = await sites_for(actor, Right.SEE_PAY)
        if site_id is not None:
            await site_for(actor, site_id, Right.SEE_PAY)
        if not choice:
            raise without_site(actor)
        kept = await merged_workers(organisation)
        worker = kept.get(worker, worker)
        same = [worker, *(one for one, into in kept.items() if into == worker)]
        on = await ledger_queries.sites_of_workers(organisation, same, [site.id for site in choice])
        choice = [site for site in choice if site.id in on]
        site = next((one for one in choice if one.id == site_id), None)
        if not choice or (site_id is not None and site is None):
            raise NOT_FOUND()
        if len(choice) == 1:
            site = choice[0]
        ids = [site.id] if site else [one.id for one in choice]
        facts = (await ledger_queries.workers_named(organisation, ids[0], {worker}))[worker]
        items = await _items(organisation, ids, same, now, choice[0].time_zone)
        return WorkerLedger(
            facts,
            ledger_of(items),
            choice,
            site,
            await currency_of(organisation),
            site is not None and may(actor, Right.CLOSE_MONTH, site.id),
        )


async def note_ledger_taken(actor: Actor, found: WorkerLedger) -> None:
    """Leave in the audit trail of each site that a worker's ledger was taken away as a file."""
    async with company_transaction(actor.organisation):
        for site in found.sites:
            await record_audit(
                actor.organisation,
                actor.member,
                "ledger.exported",
                site.id,
                detail={"worker": str(found.worker.id)},
            )


async def _items(
    organisation: UUID,
    sites: Sequence[UUID],
    workers: Sequence[UUID],
    now: datetime,
    time_zone: str,
) -> list[Item]:
    today = day_at(now, time_zone)
    earned = [
        earned_in(one.month, one.earned, one.figures.man_days, one.figures.unpriced, today)
        for one in await months_owed(organisation, sites, workers=workers)
        if one.earned or one.figures.man_days or one.figures.unpriced
    ]
    lent = [
        Item(
            Kind.ADVANCE,
            one.day,
            one.amount,
            counts=one.state is EntryState.APPROVED,
            record=one.entry,
            state=one.state.value,
            words=one.note,
            how=one.handed.value,
        )
        for one in await ledger_queries.advances_handed(organisation, sites, workers=workers)
    ]
    paid = [
        Item(
            Kind.PAYMENT,
            one.paid_on,
            one.amount,
            counts=not one.void,
            record=one.id,
            state="void" if one.void else "",
            words=" · ".join(text for text in (one.reference, one.note) if text),
            how=one.method.value,
            for_month=one.for_month,
        )
        for one in await payment_queries.payments_of_workers(organisation, sites, workers)
    ]
    return [*earned, *lent, *paid]
