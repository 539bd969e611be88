"""The month of a site, or of all sites a person may see, and what stands behind each figure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.ground.money import ZERO
from daywork.ground.problems import NOT_ALLOWED
from daywork.people.actor import Actor
from daywork.people.queries import currency_of
from daywork.people.rules import Right, may
from daywork.people.service import record_audit
from daywork.sites.service import site_for, sites_for
from daywork.sites.site import Site
from daywork.summary import origins, queries
from daywork.summary.chart import Chart, chart_of, shared_rest_days
from daywork.summary.origins import Advance, ItemOfFigure, Narrowing, SheetOfFigure
from daywork.summary.plan_queries import Planned, plans_by
from daywork.summary.rules import (
    COMPARED,
    PLANNED,
    Figures,
    Grouping,
    Month,
    Plan,
    Row,
    compared,
    in_reading_order,
    month_named,
    outstanding,
)
from daywork.summary.unpriced import Missing, missing_rates, price_waiting

SHEETS_A_PAGE = 100
MANY_SITES = 20
"""With more of them, a month is first looked at by site."""


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
        await currency_of(actor.organisation),
    )


@dataclass(frozen=True, slots=True)
class Summary:
    """A month in one grouping. ``total`` is of the database, not added up from ``rows``."""

    view: View
    by: Grouping
    rows: list[Row]
    total: Figures
    before: Figures
    """The total of the month before, whole."""
    plan: Plan
    """Of all the sites' tasks, from the beginning to the month's end."""
    days: list[Row]
    chart: Chart | None
    advances: Decimal | None
    payments: Decimal | None
    missing: list[Missing]
    may_fill: bool
    divisors: list[tuple[Site, list[Decimal]]]
    """Hours per 工 that the month's lines were made with."""

    @property
    def outstanding(self) -> Decimal | None:
        return outstanding(self.total.earned, self.advances, self.payments)

    @property
    def planned(self) -> bool:
        """Whether rows of this grouping stand beside a plan."""
        return self.by in PLANNED and bool(self.plan.man_days or self.plan.amount)

    @property
    def compared(self) -> bool:
        """Whether rows of this grouping stand beside their month before."""
        return self.by in COMPARED


async def month_summary(
    actor: Actor,
    site_id: UUID | None,
    month: str | None,
    by: Grouping | None,
    now: datetime,
    *,
    english: bool,
) -> Summary:
    """The month, from one snapshot of the database. Without a grouping: by worker, or by site where
    there are more sites than can be looked through worker by worker."""
    async with company_transaction(actor.organisation, snapshot=True):
        view = await view_for(actor, site_id, month, now)
        usual = Grouping.WORKER if len(view.sites) <= MANY_SITES else Grouping.SITE
        return (await _summaries(actor, view, [by or usual], english=english))[by or usual]


async def month_in_every_grouping(
    actor: Actor, site_id: UUID | None, month: str | None, now: datetime, *, english: bool
) -> dict[Grouping, Summary]:
    """All groupings of one snapshot, for the workbook."""
    async with company_transaction(actor.organisation, snapshot=True):
        view = await view_for(actor, site_id, month, now)
        return await _summaries(actor, view, list(Grouping), english=english)


async def _summaries(
    actor: Actor, view: View, groupings: Sequence[Grouping], *, english: bool
) -> dict[Grouping, Summary]:
    organisation, sites, month = actor.organisation, view.ids, view.month
    total = await queries.month_total(organisation, sites, month)
    before = await queries.month_total(organisation, sites, month.previous)
    days = await queries.by_day(organisation, sites, month)
    advances = payments = None
    missing: list[Missing] = []
    if view.pay:
        advances = await queries.advances_of_month(organisation, sites, month)
        payments = await queries.payments_of_month(organisation, sites, month)
        if total.unpriced:
            missing = await missing_rates(actor, sites, month)
    used = await queries.divisors_of_month(organisation, sites, month)
    plans = {
        by: await plans_by(by, organisation, sites, month, english=english)
        for by in {*groupings, Grouping.SITE} & PLANNED
    }
    plan = sum((one.plan for one in plans[Grouping.SITE]), Plan())
    rests = shared_rest_days([site.rest_weekdays for site in view.sites])
    found = {}
    for by in groupings:
        rows = await _rows(by, organisation, sites, month, english=english)
        if by in COMPARED:
            earlier = await _rows(by, organisation, sites, month.previous, english=english)
            rows = compared(rows, earlier)
        if by in plans:
            rows = _beside_plans(rows, plans[by], whole=by is not Grouping.TASK)
        found[by] = Summary(
            view,
            by,
            in_reading_order(rows if view.pay else [row.without_pay() for row in rows], by),
            total if view.pay else total.without_pay(),
            before if view.pay else before.without_pay(),
            plan if view.pay else plan.without_pay(),
            in_reading_order(
                days if view.pay else [row.without_pay() for row in days], Grouping.DAY
            ),
            chart_of({row.day: row.figures for row in days if row.day}, month, rests),
            advances,
            payments,
            missing,
            all(may(actor, Right.MANAGE_RATES, site) for site in sites),
            [(site, used.get(site.id, [site.hours_per_day])) for site in view.sites],
        )
    return found


async def _rows(
    by: Grouping, organisation: UUID, sites: Sequence[UUID], month: Month, *, english: bool
) -> list[Row]:
    if by is Grouping.WORKER:
        return await queries.by_worker(organisation, sites, month)
    if by is Grouping.CREW:
        return await queries.by_crew(organisation, sites, month)
    if by is Grouping.TRADE:
        return await queries.by_trade(organisation, sites, month, english=english)
    if by is Grouping.TASK:
        return await queries.by_task(organisation, sites, month, english=english)
    if by is Grouping.COST_CODE:
        return await queries.by_cost_code(organisation, sites, month)
    if by is Grouping.SITE:
        return await queries.by_site(organisation, sites, month)
    return await queries.by_day(organisation, sites, month)


def _beside_plans(rows: Iterable[Row], plans: Iterable[Planned], *, whole: bool) -> list[Row]:
    """Rows beside their plans. ``whole``: a plan without work in either month gets a row too, so
    that the plans add up to the plan of all; a plan of hundreds of tasks would hide the month."""
    by_key = {one.key: one for one in plans}
    found = [
        replace(row, plan=by_key.pop(row.key).plan if row.key in by_key else Plan()) for row in rows
    ]
    return found + [
        Row(one.key, one.name, Figures(), number=one.number, before=Figures(), plan=one.plan)
        for one in by_key.values()
        if whole and (one.plan.man_days or one.plan.amount)
    ]


# Rates that came after the approval


async def price_what_waited(
    actor: Actor, site_id: UUID | None, month: str | None, now: datetime
) -> int:
    """Give approved lines without a rate the rate that holds on their day by now.

    Lines that have a rate keep it. Returns how many lines were priced.

    Raises:
        Problem: ``not_found`` or ``not_allowed``: it takes the right to manage rates;
            ``month_closed``.
    """
    async with company_transaction(actor.organisation):
        view = await view_for(actor, site_id, month, now)
        return await price_waiting(actor, view.sites, view.month)


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
    items: list[ItemOfFigure]
    """Pay items that are part of the figure; none for who may not see pay."""


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
            trade=narrowing.trade,
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
        items = await origins.items_of(*where, view.month, narrowing) if view.pay else []
    if not view.pay:
        total = total.without_pay()
        sheets = [replace(one, figures=one.figures.without_pay()) for one in sheets]
    more = len(sheets) > SHEETS_A_PAGE
    return Origin(view, narrowing, names, total, sheets[:SHEETS_A_PAGE], page, more, items)


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


async def note_export(actor: Actor, sites: Iterable[Site], month: str) -> None:
    """Leave in the audit trail of each site that its month (``"2026-03"``) was taken away."""
    async with company_transaction(actor.organisation):
        for site in sites:
            await record_audit(
                actor.organisation,
                actor.member,
                "labour.exported",
                site.id,
                detail={"month": month},
            )
