"""A month of a site, or of all sites a person may see, on one screen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.ground.money import ZERO
from daywork.overview import queries
from daywork.overview.queries import Picture
from daywork.overview.rules import change, same_days, share
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.progress.queries import plan_of_sites
from daywork.progress.rules import Standing, standing_of
from daywork.sites.site import Site
from daywork.summary.chart import Chart, chart_of, shared_rest_days
from daywork.summary.queries import advances_of_month, by_day, payments_of_month
from daywork.summary.rules import Figures, Grouping, Row, in_reading_order, outstanding, total_of
from daywork.summary.service import View, view_for

PICTURES = 8


@dataclass(frozen=True, slots=True)
class Comparison:
    """Recorded 工 (approved, pending, returned): this month, and the previous to the same day."""

    until: date
    recorded: Decimal
    until_before: date
    recorded_before: Decimal

    @property
    def change(self) -> Decimal | None:
        """Percent."""
        return change(self.recorded, self.recorded_before)


@dataclass(frozen=True, slots=True)
class SiteFigures:
    """One site's line in the list of sites."""

    site: Site
    figures: Figures
    waiting: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the page shows; money is None for who may not see it."""

    view: View
    figures: Figures
    comparison: Comparison
    waiting: int
    may_decide: bool
    budget_man_days: Decimal
    used_man_days: Decimal
    advances: Decimal | None
    payments: Decimal | None
    days: list[Row]
    chart: Chart | None
    standing: Standing | None
    """None with several sites: a percentage over unlike sites says nothing."""
    sites: list[SiteFigures]
    pictures: list[Picture]

    @property
    def outstanding(self) -> Decimal | None:
        return outstanding(self.figures.earned, self.advances, self.payments)

    @property
    def budget_share(self) -> Decimal | None:
        return share(self.used_man_days, self.budget_man_days)


async def overview_of(
    actor: Actor, site_id: UUID | None, month: str | None, now: datetime, *, english: bool
) -> Overview:
    """The overview, from one snapshot of the database.

    Raises:
        Problem: ``not_found``, ``not_allowed`` or ``month_unreadable``.
    """
    organisation = actor.organisation
    async with company_transaction(organisation, snapshot=True):
        view = await view_for(actor, site_id, month, now)
        sites = view.ids
        figures = await queries.figures_by_site(organisation, sites, view.month)
        comparison = await _compared(organisation, sites, view)
        waiting = await queries.waiting_by_site(organisation, sites)
        budget = await queries.budget_by_site(organisation, sites)
        days = in_reading_order(await by_day(organisation, sites, view.month), Grouping.DAY)
        advances = payments = None
        if view.pay:
            payments = await payments_of_month(organisation, sites, view.month)
            advances = await advances_of_month(organisation, sites, view.month)
        plans = await plan_of_sites(organisation, sites, english=english)
        pictures = await queries.latest_pictures(organisation, sites, PICTURES, english=english)

    def seen(one: Figures) -> Figures:
        return one if view.pay else one.without_pay()

    listed = [
        SiteFigures(
            site,
            seen(figures[site.id]),
            waiting[site.id],
            standing_of(plans[site.id], day_at(now, site.time_zone)),
        )
        for site in view.sites
    ]
    if not view.pay:
        days = [replace(row, figures=row.figures.without_pay()) for row in days]
    by_date = {row.day: row.figures for row in days if row.day}
    return Overview(
        view,
        seen(total_of(figures.values())),
        comparison,
        sum(waiting.values()),
        any(may(actor, Right.DECIDE, site) for site in sites),
        sum((one.man_days for one in budget.values()), ZERO),
        sum((one.used_man_days for one in budget.values()), ZERO),
        advances,
        payments,
        days,
        chart_of(
            by_date, view.month, shared_rest_days([site.rest_weekdays for site in view.sites])
        ),
        listed[0].standing if len(listed) == 1 else None,
        listed,
        pictures,
    )


async def _compared(organisation: UUID, sites: Sequence[UUID], view: View) -> Comparison:
    this, before = same_days(view.month, view.today)
    recorded = total_of((await queries.figures_by_site(organisation, sites, this)).values())
    earlier = total_of((await queries.figures_by_site(organisation, sites, before)).values())
    return Comparison(this.last, recorded.recorded, before.last, earlier.recorded)
