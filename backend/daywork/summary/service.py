"""The month of a site, or of all sites a person may see, and what stands behind each figure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from daywork.entries.queries import lock_sites
from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.ground.money import ZERO
from daywork.ground.problems import NOT_ALLOWED
from daywork.labour.queries import LineToPrice, mark_priced, rates_of
from daywork.labour.rules import Pay, price_line, rate_on
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.people.service import record_audit
from daywork.sites.service import site_for, sites_for
from daywork.sites.site import Site
from daywork.summary import origins, queries
from daywork.summary.origins import Advance, Narrowing, SheetOfFigure
from daywork.summary.queries import UnpricedLine
from daywork.summary.rules import (
    Figures,
    Grouping,
    Month,
    Row,
    in_reading_order,
    month_named,
    outstanding,
)

SHEETS_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class View:
    """What is looked at: which sites, which month, and whether money may be seen."""

    choice: list[Site]
    """Every site the person may look at."""
    site: Site | None
    """The one chosen; None for all of ``choice`` together."""
    month: Month
    today: date
    pay: bool
    """Money is shown only where it may be seen on every site in view."""
    pay_elsewhere: bool
    """Money is hidden here, but one of the sites alone would show it."""
    currency: str

    @property
    def sites(self) -> list[Site]:
        return self.choice if self.site is None else [self.site]

    @property
    def ids(self) -> list[UUID]:
        return [site.id for site in self.sites]

    @property
    def several(self) -> bool:
        return len(self.sites) > 1


async def view_for(actor: Actor, site_id: UUID | None, month: str | None, now: datetime) -> View:
    """What the actor looks at, on the running transaction.

    Without a site: all the actor may see, or the only one. ``now`` gives today's month.

    Raises:
        Problem: ``not_found``, ``not_allowed`` or ``month_unreadable``.
    """
    choice = await sites_for(actor, Right.SEE_LABOUR)
    site: Site | None
    if site_id is not None:
        site = await site_for(actor, site_id, Right.SEE_LABOUR)
    elif not choice and not actor.is_owner:
        raise NOT_ALLOWED()
    else:
        site = choice[0] if len(choice) == 1 else None
    zone = site.time_zone if site else (choice[0].time_zone if choice else "Asia/Shanghai")
    today = day_at(now, zone)
    in_view = choice if site is None else [site]
    seen = [may(actor, Right.SEE_PAY, one.id) for one in in_view]
    return View(
        choice,
        site,
        month_named(month, today),
        today,
        all(seen),
        any(seen) and not all(seen),
        await queries.currency_of(actor.organisation),
    )


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


@dataclass(frozen=True, slots=True)
class Summary:
    """A month in one grouping. ``total`` is of the database, not added up from ``rows``."""

    view: View
    by: Grouping
    rows: list[Row]
    total: Figures
    advances: Decimal | None
    missing: list[Missing]
    may_fill: bool
    divisors: list[tuple[Site, list[Decimal]]]
    """Hours per 工 that the month's lines were made with."""

    @property
    def outstanding(self) -> Decimal | None:
        return outstanding(self.total.earned, self.advances)


async def month_summary(
    actor: Actor,
    site_id: UUID | None,
    month: str | None,
    by: Grouping,
    now: datetime,
    *,
    english: bool,
) -> Summary:
    """The month, from one snapshot of the database."""
    async with company_transaction(actor.organisation, snapshot=True):
        view = await view_for(actor, site_id, month, now)
        return await _summary(actor, view, by, english=english)


async def month_in_every_grouping(
    actor: Actor, site_id: UUID | None, month: str | None, now: datetime, *, english: bool
) -> dict[Grouping, Summary]:
    """All groupings of one snapshot, for the workbook."""
    async with company_transaction(actor.organisation, snapshot=True):
        view = await view_for(actor, site_id, month, now)
        return {by: await _summary(actor, view, by, english=english) for by in Grouping}


async def _summary(actor: Actor, view: View, by: Grouping, *, english: bool) -> Summary:
    organisation, sites, month = actor.organisation, view.ids, view.month
    if by is Grouping.WORKER:
        rows = await queries.by_worker(organisation, sites, month)
    elif by is Grouping.CREW:
        rows = await queries.by_crew(organisation, sites, month)
    elif by is Grouping.TASK:
        rows = await queries.by_task(organisation, sites, month, english=english)
    else:
        rows = await queries.by_day(organisation, sites, month)
    total = await queries.month_total(organisation, sites, month)
    advances = None
    missing: list[Missing] = []
    if view.pay:
        advances = await queries.advances_of_month(organisation, sites, month)
        if total.unpriced:
            priced = await _priced(actor, await queries.unpriced_lines(organisation, sites, month))
            missing = _by_worker(priced)
    else:
        rows = [replace(row, figures=row.figures.without_pay(), advances=None) for row in rows]
        total = total.without_pay()
    used = await queries.divisors_of_month(organisation, sites, month)
    return Summary(
        view,
        by,
        in_reading_order(rows, by),
        total,
        advances,
        missing,
        all(may(actor, Right.MANAGE_RATES, site) for site in sites),
        [(site, used.get(site.id, [site.hours_per_day])) for site in view.sites],
    )


# Rates that came after the approval

Priced = tuple[UnpricedLine, Pay | None]


async def _priced(actor: Actor, lines: Iterable[UnpricedLine]) -> list[Priced]:
    """Each line with the pay it would have by the rates of now, or None."""
    lines = list(lines)
    rates = await rates_of(
        actor,
        (one.line.worker for one in lines),
        (one.line.trade for one in lines if one.line.trade is not None),
    )

    def pay_of(line: LineToPrice) -> Pay | None:
        of_trade = rates.get(line.trade, []) if line.trade else []
        rate = rate_on(line.work_day, rates.get(line.worker, []), of_trade)
        if rate is None:
            return None
        return price_line(
            rate,
            line.man_days,
            line.overtime_hours,
            hours_per_day=line.hours_per_day,
            overtime_hours_per_man_day=line.overtime_hours_per_man_day,
        )

    return [(one, pay_of(one.line)) for one in lines]


def _by_worker(priced: Iterable[Priced]) -> list[Missing]:
    found: dict[tuple[UUID, UUID], Missing] = {}
    for one, pay in priced:
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
        )
    return list(found.values())


async def price_what_waited(
    actor: Actor, site_id: UUID | None, month: str | None, now: datetime
) -> int:
    """Give approved lines without a rate the rate that holds on their day by now.

    Lines that have a rate keep it. Returns how many lines were priced.

    Raises:
        Problem: ``not_found`` or ``not_allowed``: it takes the right to manage rates.
    """
    async with company_transaction(actor.organisation):
        view = await view_for(actor, site_id, month, now)
        for site in view.sites:
            await site_for(actor, site.id, Right.MANAGE_RATES)
        await lock_sites(actor, view.ids)
        waiting = await queries.unpriced_lines(actor.organisation, view.ids, view.month)
        priced = [(one, pay) for one, pay in await _priced(actor, waiting) if pay is not None]
        await mark_priced(actor, [(one.line, pay) for one, pay in priced])
        for site in view.sites:
            lines = sum(one.site == site.id for one, _pay in priced)
            if lines:
                await record_audit(
                    actor.organisation,
                    actor.member,
                    "labour.priced_later",
                    site=site.id,
                    detail={"month": view.month.text, "lines": lines},
                )
    return len(priced)


# Behind a figure


@dataclass(frozen=True, slots=True)
class Origin:
    """The sheets a figure was made of; ``total`` is the figure, of all pages."""

    view: View
    narrowing: Narrowing
    names: list[str]
    total: Figures
    sheets: list[SheetOfFigure]
    page: int
    more: bool


async def sheets_behind(
    actor: Actor,
    site_id: UUID | None,
    month: str | None,
    narrowing: Narrowing,
    page: int,
    now: datetime,
    *,
    english: bool,
) -> Origin:
    """The sheets behind a figure of the month, a page at a time (from 1)."""
    async with company_transaction(actor.organisation, snapshot=True):
        view = await view_for(actor, site_id, month, now)
        where = (actor.organisation, view.ids)
        names = await origins.names_of(
            *where,
            worker=narrowing.worker,
            crew=narrowing.crew,
            task=narrowing.task,
            english=english,
        )
        total = await origins.narrowed_total(*where, view.month, narrowing)
        sheets = await origins.sheets_of(
            *where,
            view.month,
            narrowing,
            limit=SHEETS_A_PAGE + 1,
            offset=(page - 1) * SHEETS_A_PAGE,
        )
    if not view.pay:
        total = total.without_pay()
        sheets = [replace(one, figures=one.figures.without_pay()) for one in sheets]
    more = len(sheets) > SHEETS_A_PAGE
    return Origin(view, narrowing, names, total, sheets[:SHEETS_A_PAGE], page, more)


@dataclass(frozen=True, slots=True)
class Lent:
    """Advances of the month, and what of them is approved."""

    view: View
    names: list[str]
    advances: list[Advance]
    approved: Decimal


async def advances_behind(
    actor: Actor, site_id: UUID | None, month: str | None, worker: UUID | None, now: datetime
) -> Lent:
    """The advances behind a figure.

    Raises:
        Problem: ``not_allowed`` for who may not see pay on every site in view.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        view = await view_for(actor, site_id, month, now)
        if not view.pay:
            raise NOT_ALLOWED()
        names = await origins.names_of(actor.organisation, view.ids, worker=worker)
        advances = await origins.advances_of(actor.organisation, view.ids, view.month, worker)
    approved = sum((one.amount for one in advances if one.state == "approved"), ZERO)
    return Lent(view, names, advances, approved)
