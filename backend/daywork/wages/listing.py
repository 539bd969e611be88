"""The month's wage sheets at a look: which are not made, drafts, closed, signed, paid."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from daywork.ground.money import ZERO
from daywork.ground.names import name_order
from daywork.ground.problems import NOT_ALLOWED
from daywork.labour.double_queries import closed_days_doubled
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.sites.service import without_site
from daywork.summary.service import View, view_for
from daywork.wages import queries, signing_queries
from daywork.wages.gathering import gather
from daywork.wages.owing import dues_of
from daywork.wages.queries import Draft, Version
from daywork.wages.rules import Figures, total_of


@dataclass(frozen=True, slots=True)
class Row:
    """One sheet of the month, made or not."""

    crew: UUID | None
    """None: the whole site."""
    name: str
    company: str
    draft: Draft | None
    version: Version | None
    """The newest one."""
    signed: int
    due: Decimal
    """Still to be paid of the newest version."""
    now: Figures
    """As things stand: what a version not made yet would say."""
    doubled: int = 0
    """Days on the newest version that were booked twice since."""

    @property
    def state(self) -> str:
        """``none``, ``draft``, ``closed``, ``signed`` or ``paid``: the farthest it has come; a
        draft of a next version is told beside it."""
        if self.version is None:
            return "draft" if self.draft else "none"
        if self.due == 0:
            return "paid"
        return "signed" if self.signed >= self.version.workers else "closed"


@dataclass(frozen=True, slots=True)
class Listing:
    """A site's month."""

    view: View
    rows: list[Row]
    whole: bool | None
    """How this month is cut: as a whole, by crew, or not yet (None)."""
    may_make: bool


async def wages_of_month(
    actor: Actor, site_id: UUID | None, month: str | None, now: datetime
) -> Listing:
    """The sheets of a site's month, of the first site when none is named; on the running
    transaction.

    Raises:
        Problem: ``not_found``, ``not_allowed`` or ``month_unreadable``.
    """
    view = await view_for(actor, site_id, month, now)
    seen = [site for site in view.choice if may(actor, Right.SEE_PAY, site.id)]
    site = view.site or (seen[0] if seen else None)
    if site is None:
        raise without_site(actor)
    if site not in seen:
        raise NOT_ALLOWED()
    organisation = actor.organisation
    view = View(seen, site, view.month, view.today, True, view.pay_elsewhere, view.currency)
    gathered = await gather(site, view.month)
    drafts = {
        one.crew: one for one in await queries.drafts_of(organisation, site.id, view.month.first)
    }
    versions = {
        one.crew: one
        for one in await queries.versions_of_month(organisation, site.id, view.month.first)
        if one.latest
    }
    doubled = await closed_days_doubled(organisation, site.id, view.month.first, view.month.last)
    ids = [one.id for one in versions.values()]
    signed = await signing_queries.signed_counts(organisation, ids)
    left = await dues_of(gathered, versions)
    due = {
        crew: sum((amount for (of, _worker), amount in left.items() if of == crew), ZERO)
        for crew in versions
    }

    def row(crew: UUID | None, name: str, company: str) -> Row:
        version = versions.get(crew)
        return Row(
            crew,
            name,
            company,
            drafts.get(crew),
            version,
            signed.get(version.id, 0) if version else 0,
            due.get(crew, ZERO),
            total_of(gathered.figures(crew).values()),
            sum(crew in (None, one.crew) for one in doubled) if version else 0,
        )

    cut = {crew is None for crew in (*drafts, *versions)}
    crews = {crew.id: crew for crew in gathered.crews_at_work()}
    crews |= {crew: gathered.crews[crew] for crew in (*drafts, *versions) if crew}
    rows = [
        row(crew.id, crew.name, crew.company)
        for crew in sorted(crews.values(), key=lambda crew: name_order(crew.name))
    ]
    whole = True in cut if cut else None
    if whole is not False and rows:
        rows = [row(None, "", "")] if whole else [*rows, row(None, "", "")]
    return Listing(view, rows, whole, may(actor, Right.CLOSE_MONTH, site.id))
