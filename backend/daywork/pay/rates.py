"""The rates of a site with their history, and filling in the ones a month lacks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from daywork.entries.queries import lock_sites
from daywork.ground.database import company_transaction
from daywork.pay.rules import NOBODY_CHOSEN
from daywork.pay.service import Desk, check_month_open, desk_for
from daywork.people.actor import Actor
from daywork.people.rules import Right
from daywork.sites import overtime_queries, queries, rate_queries
from daywork.sites.overtime_queries import OvertimeAgreed
from daywork.sites.queries import Crew, Trade
from daywork.sites.rate_queries import Rate, ReachedSite
from daywork.sites.rates import agree_overtime, agree_rate, check_reach
from daywork.sites.rules import RateScope, Whose
from daywork.sites.service import site_for
from daywork.sites.site import Site
from daywork.sites.workforce_queries import Worker, workers_found
from daywork.summary.unpriced import Missing, missing_rates, price_waiting
from daywork.summary.unpriced_queries import states_of_month
from daywork.web.stretches import AT_ONCE, FIRST, Stretch, Wanted

MOST_CHOSEN: Final = 300
"""Workers a list to choose from holds; of more, those whose name or number is looked for."""


@dataclass(frozen=True, slots=True)
class RatesOfSite:
    """Every rate that may count on a site, and what the month lacks."""

    desk: Desk
    rates: list[Rate]
    """Of all but single workers."""
    own: Stretch[Rate]
    """Of workers."""
    missing: list[Missing]
    states: set[str]
    """In which states the month has work; nothing that is not approved has its rate yet."""
    overtime: list[OvertimeAgreed]
    """Latest first."""
    workers: list[Worker]
    """Who a new rate may be for, of those looked for."""
    crews: list[Crew]
    trades: list[Trade]


async def rates_of_site(
    actor: Actor, site: UUID | None, month: str | None, now: datetime, wanted: Wanted = FIRST
) -> RatesOfSite:
    """The page of a site's rates.

    Raises:
        Problem: see :func:`daywork.pay.service.desk_for`.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        desk = await desk_for(actor, site, month, now)
        where = (actor.organisation, desk.site.id)
        span = desk.view.month
        own, in_all = await rate_queries.worker_rates_on_site(
            *where, wanted.pattern, wanted.skip, AT_ONCE
        )
        workers, _in_all = await workers_found(*where, wanted.pattern, 0, MOST_CHOSEN + 1)
        return RatesOfSite(
            desk,
            await rate_queries.shared_rates_on_site(*where),
            Stretch(own, in_all, wanted),
            await missing_rates(actor, [desk.site.id], span),
            await states_of_month(*where, span),
            await overtime_queries.overtime_rules_of(actor.organisation, [desk.site.id]),
            [one for one in workers if one.left_on is None or one.left_on >= span.first],
            [crew for crew in await queries.crews_of(*where) if crew.active],
            await queries.trades_of(actor.organisation),
        )


async def reach_of(actor: Actor, site: UUID, whose: Whose, day: date) -> list[ReachedSite]:
    """Every site on which a rate of this one would count on ``day``, for saying so beforehand.

    Raises:
        Problem: ``not_found``, ``not_allowed`` or ``rate_elsewhere``.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        await site_for(actor, site, Right.MANAGE_RATES)
        reached = await rate_queries.sites_reached(actor.organisation, whose, day)
        check_reach(actor, reached)
        return reached


async def agree(
    actor: Actor,
    site: UUID,
    whose: Whose,
    *,
    unit: str,
    amount: Decimal,
    overtime_hour: Decimal | None,
    valid_from: date,
    note: str,
    valid_to: date | None = None,
) -> None:
    """A new rate on this site; see :func:`daywork.sites.rates.agree_rate`."""
    async with company_transaction(actor.organisation):
        found = await site_for(actor, site, Right.MANAGE_RATES)
        await agree_rate(
            actor,
            whose,
            site=found,
            unit=unit,
            amount=amount,
            overtime_hour=overtime_hour,
            valid_from=valid_from,
            valid_to=valid_to,
            note=note,
        )


async def also_elsewhere(
    actor: Actor, site: UUID, workers: Collection[UUID], day: date
) -> dict[UUID, list[str]]:
    """The other sites on which these workers' own rates would count on ``day``, by worker.

    Raises:
        Problem: see :func:`reach_of`.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        await site_for(actor, site, Right.MANAGE_RATES)
        reached = await rate_queries.sites_reached_by(actor.organisation, workers, day)
    for sites in reached.values():
        check_reach(actor, sites)
    others = {
        worker: [one.name for one in sites if one.id != site] for worker, sites in reached.items()
    }
    return {worker: names for worker, names in others.items() if names}


async def fill_in(
    actor: Actor,
    site: UUID,
    month: str,
    workers: Collection[UUID],
    now: datetime,
    *,
    unit: str,
    amount: Decimal,
    overtime_hour: Decimal | None,
    valid_from: date,
    note: str,
    valid_to: date | None = None,
    of_crews: bool = False,
) -> int:
    """One rate for each of these workers, and their waiting lines priced at once, or nothing.

    ``of_crews``: for the crews in which they worked instead, so that it counts on this site alone.
    Returns how many lines were priced; lines that have a rate keep it.

    Raises:
        Problem: ``nobody_chosen``, ``not_found``, ``not_allowed`` or ``month_closed``.
    """
    async with company_transaction(actor.organisation):
        desk = await desk_for(actor, site, month, now)
        found = await site_for(actor, site, Right.MANAGE_RATES)
        if not workers:
            raise NOBODY_CHOSEN()
        await lock_sites(actor, [site])
        await check_month_open(actor, site, desk.view.month.first)
        scope, ids = RateScope.WORKER, set(workers)
        if of_crews:
            waiting = await missing_rates(actor, [site], desk.view.month)
            crews = [one.crews for one in waiting if one.worker in ids]
            scope, ids = RateScope.CREW, set().union(*crews)
        for one in sorted(ids):
            await agree_rate(
                actor,
                Whose(scope, one),
                site=found,
                unit=unit,
                amount=amount,
                overtime_hour=overtime_hour,
                valid_from=valid_from,
                valid_to=valid_to,
                note=note,
            )
        return await price_waiting(actor, [found], desk.view.month)


async def overtime_of_site(actor: Actor, site: UUID) -> tuple[Site, list[OvertimeAgreed]]:
    """How the site pays overtime, and has paid it; latest first.

    Raises:
        Problem: ``not_found`` or ``not_allowed``.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        found = await site_for(actor, site, Right.SEE_PAY)
        return found, await overtime_queries.overtime_rules_of(actor.organisation, [site])


async def choose_overtime(actor: Actor, site: UUID, way: str, valid_from: date, note: str) -> None:
    """From this day on the site pays overtime so.

    Raises:
        Problem: ``not_found``, ``not_allowed`` or ``overtime_as_it_is``.
    """
    async with company_transaction(actor.organisation):
        found = await site_for(actor, site, Right.MANAGE_RATES)
        await agree_overtime(actor, found, way=way, valid_from=valid_from, note=note)
