"""The month of a site, or of all sites a person may see, and what stands behind each figure."""

from collections.abc import AsyncGenerator, Iterable
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
from daywork.summary import behind, origins, queries
from daywork.summary.chart import Chart, chart_of, shared_rest_days
from daywork.summary.origins import Advance, ItemOfFigure, Narrowing, SheetOfFigure
from daywork.summary.plan_queries import plan_of_all
from daywork.summary.ranked_queries import RANKED, ranked
from daywork.summary.rules import (
    ALL,
    COMPARED,
    PLANNED,
    Figures,
    Grouping,
    Month,
    Plan,
    Row,
    Stretch,
    in_reading_order,
    month_named,
    outstanding,
)
from daywork.summary.stretches import Asked, rows_among, rows_in
from daywork.summary.unpriced import Missing, missing_rates, price_waiting

SHEETS_A_PAGE = 100
ROWS_A_PART = 1000
"""Rows of a workbook that are in memory at a time."""
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
    elif not choice and not may(actor, Right.SEE_LABOUR):
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


async def view_of(actor: Actor, site_id: UUID | None, month: str | None, now: datetime) -> View:
    """As :func:`view_for`, on a transaction of its own: who may look is known before anything long
    begins."""
    async with company_transaction(actor.organisation, snapshot=True):
        return await view_for(actor, site_id, month, now)


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
    """工 and overtime of each day; what it earned is not asked."""
    chart: Chart | None
    advances: Decimal | None
    payments: Decimal | None
    missing: list[Missing]
    may_fill: bool
    divisors: list[tuple[Site, list[Decimal]]]
    """Hours per 工 that the month's lines were made with."""

    stretch: Stretch = ALL
    in_all: int = 0
    """Rows there are, of which ``rows`` are a stretch."""

    def with_rows(self, rows: list[Row], in_all: int) -> "Summary":
        """The same month with these rows, of so many."""
        shown = rows if self.view.pay else [row.without_pay() for row in rows]
        return replace(self, rows=shown, in_all=in_all)

    @property
    def divisors_alike(self) -> list[tuple[list[Site], list[Decimal]]]:
        """``divisors``, sites with the same ones together; most sites first."""
        found: dict[tuple[object, ...], tuple[list[Site], list[Decimal]]] = {}
        for site, hours in self.divisors:
            key = (*hours, site.overtime_hours_per_man_day)
            found.setdefault(key, ([], hours))[0].append(site)
        return sorted(found.values(), key=lambda one: -len(one[0]))

    @property
    def left(self) -> int:
        """Rows after the ones of the stretch."""
        return max(self.in_all - self.stretch.skip - len(self.rows), 0)

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
    stretch: Stretch = ALL,
) -> Summary:
    """The month, from one snapshot of the database. Without a grouping: by worker, or by site where
    there are more sites than can be looked through worker by worker."""
    async with company_transaction(actor.organisation, snapshot=True):
        view = await view_for(actor, site_id, month, now)
        by = by or (Grouping.WORKER if len(view.sites) <= MANY_SITES else Grouping.SITE)
        asked = _asked(actor, view, english=english)
        rows, in_all = await rows_in(asked, by, stretch)
        return replace(await _head(actor, view, asked), by=by, stretch=stretch).with_rows(
            rows, in_all
        )


async def month_in_every_grouping(
    actor: Actor, site_id: UUID | None, month: str | None, now: datetime, *, english: bool
) -> dict[Grouping, Summary]:
    """All groupings of one snapshot, every row of them: for the workbook of a site."""
    found: dict[Grouping, Summary] = {}
    async for part in month_by_parts(actor, site_id, month, now, english=english):
        earlier = found.get(part.by)
        found[part.by] = replace(part, rows=[*earlier.rows, *part.rows]) if earlier else part
    return found


async def month_by_parts(
    actor: Actor, site_id: UUID | None, month: str | None, now: datetime, *, english: bool
) -> AsyncGenerator[Summary, None]:
    """Every row of all groupings of one snapshot, grouping by grouping, some rows at a time: the
    workbook of a big company is never in memory as a whole. Each grouping has one part at least."""
    async with company_transaction(actor.organisation, snapshot=True):
        view = await view_for(actor, site_id, month, now)
        asked = _asked(actor, view, english=english)
        head = await _head(actor, view, asked)
        for by in Grouping:
            part = replace(head, by=by)
            stretch = Stretch(limit=ROWS_A_PART) if by in RANKED else ALL
            rows, in_all = await rows_in(asked, by, stretch)
            yield part.with_rows(rows, in_all)
            if in_all == len(rows):
                continue
            rest = Stretch(skip=ROWS_A_PART, limit=in_all)
            keys = (await ranked(by, asked.organisation, asked.sites, view.month, rest))[0]
            for start in range(0, len(keys), ROWS_A_PART):
                rows = await rows_among(asked, by, keys[start : start + ROWS_A_PART])
                yield part.with_rows(rows, in_all)


def _asked(actor: Actor, view: View, *, english: bool) -> Asked:
    return Asked(actor.organisation, view.ids, view.month, english)


async def _head(actor: Actor, view: View, asked: Asked) -> Summary:
    """The month without its rows."""
    organisation, sites, month = asked.organisation, asked.sites, asked.month
    total, before = await queries.two_totals(organisation, sites, month)
    days = await queries.work_by_day(organisation, sites, month)
    advances = payments = None
    missing: list[Missing] = []
    if view.pay:
        advances = await queries.advances_of_month(organisation, sites, month)
        payments = await queries.payments_of_month(organisation, sites, month)
        if total.unpriced:
            missing = await missing_rates(actor, sites, month)
    else:
        total, before = total.without_pay(), before.without_pay()
    used = await queries.divisors_of_month(organisation, sites, month)
    plan = await plan_of_all(organisation, sites, month)
    rests = shared_rest_days([site.rest_weekdays for site in view.sites])
    return Summary(
        view,
        Grouping.DAY,
        [],
        total,
        before,
        plan if view.pay else plan.without_pay(),
        in_reading_order(days, Grouping.DAY),
        chart_of({row.day: row.figures for row in days if row.day}, month, rests),
        advances,
        payments,
        missing,
        all(may(actor, Right.MANAGE_RATES, site) for site in sites),
        [(site, used.get(site.id, [site.hours_per_day])) for site in view.sites],
    )


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
        total = await behind.figure_of(*where, view.month, narrowing)
        sheets = await behind.page_of_sheets(
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
