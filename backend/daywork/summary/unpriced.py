"""Approved work that has no rate: listed by worker, and priced once the rate is there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from daywork.entries.closed import months_of
from daywork.entries.queries import lock_sites
from daywork.ground.money import ZERO
from daywork.ground.terms import EntryKind
from daywork.labour.prices import Pay
from daywork.labour.pricing import priced
from daywork.labour.queries import mark_priced
from daywork.people.actor import Actor
from daywork.people.rules import Right
from daywork.people.service import record_audit
from daywork.sites.service import site_for
from daywork.sites.site import Site
from daywork.summary import unpriced_queries
from daywork.summary.rules import Month
from daywork.summary.unpriced_queries import UnpricedLine


@dataclass(frozen=True, slots=True)
class Missing:
    """A worker's approved work of the month that has no rate, on one site."""

    worker: UUID
    name: str
    trade: str
    site: UUID
    site_name: str
    first: date
    last: date
    lines: int
    man_days: Decimal
    overtime_hours: Decimal
    fillable: int
    """Lines that have a rate by now and only wait to be priced."""
    crews: frozenset[UUID] = frozenset()
    """Out of whose work the lines are."""


Priced = tuple[UnpricedLine, Pay | None]


async def missing_rates(actor: Actor, sites: Sequence[UUID], month: Month) -> list[Missing]:
    """Workers whose approved work of the month has no rate, on the running transaction."""
    waiting = await unpriced_queries.unpriced_lines(actor.organisation, sites, month)
    return _by_worker(await _priced(actor, waiting))


async def _priced(actor: Actor, waiting: Iterable[UnpricedLine]) -> list[Priced]:
    """Each line with the pay it would have by the rates of now, or None."""
    waiting = list(waiting)
    found = await priced(actor, [one.line for one in waiting])
    return [(one, pay) for one, (_line, pay) in zip(waiting, found, strict=True)]


def _by_worker(waiting: Iterable[Priced]) -> list[Missing]:
    found: dict[tuple[UUID, UUID], Missing] = {}
    for one, pay in waiting:
        line = one.line
        so_far = found.get((line.worker, one.site)) or Missing(
            line.worker,
            one.worker_name,
            one.trade_name,
            one.site,
            one.site_name,
            line.work_day,
            line.work_day,
            0,
            ZERO,
            ZERO,
            0,
        )
        found[line.worker, one.site] = replace(
            so_far,
            first=min(so_far.first, line.work_day),
            last=max(so_far.last, line.work_day),
            lines=so_far.lines + 1,
            man_days=so_far.man_days + line.man_days,
            overtime_hours=so_far.overtime_hours + line.overtime_hours,
            fillable=so_far.fillable + (pay is not None),
            crews=so_far.crews | {line.crew},
        )
    return list(found.values())


async def price_waiting(actor: Actor, sites: Sequence[Site], month: Month) -> int:
    """Give approved lines without a rate the rate of their day, on the running transaction.

    Raises:
        Problem: ``not_allowed``, ``month_closed``; see ``price_what_waited``.
    """
    ids = [site.id for site in sites]
    for site in sites:
        await site_for(actor, site.id, Right.MANAGE_RATES)
    await lock_sites(actor, ids)
    waiting = await unpriced_queries.unpriced_lines(actor.organisation, ids, month)
    found = [(one, pay) for one, pay in await _priced(actor, waiting) if pay is not None]
    months = await months_of(actor, {one.site for one, _pay in found})
    for one, _pay in found:
        months.check(one.site, one.line.work_day, EntryKind.LABOUR_SHEET)
    await mark_priced(actor, [(one.line, pay) for one, pay in found])
    for site in sites:
        lines = sum(one.site == site.id for one, _pay in found)
        if lines:
            await record_audit(
                actor.organisation,
                actor.member,
                "labour.priced_later",
                site=site.id,
                detail={"month": month.text, "lines": lines},
            )
    return len(found)
