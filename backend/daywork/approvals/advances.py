"""How a worker stands beside each advance that waits: what it is doubted by, and shown with."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from daywork.approvals.doubts import AdvanceFacts
from daywork.approvals.queries import Record
from daywork.ground.calendar import day_at
from daywork.ground.money import ZERO
from daywork.ground.terms import EntryState
from daywork.money.queries import AdvanceSeen, advances_seen, limits_of
from daywork.money.rules import Standing
from daywork.people.actor import Actor
from daywork.people.queries import currency_of
from daywork.people.rules import Right, may
from daywork.photos.queries import Photo
from daywork.sites.site import Site
from daywork.summary.owed import months_owed


async def advance_facts(
    actor: Actor,
    advances: Sequence[Record],
    sites: Mapping[UUID, Site],
    photos: Mapping[UUID, Sequence[Photo]],
) -> dict[UUID, AdvanceFacts]:
    """By entry: the worker's other advances and what is due, by the figures of now."""
    if not advances:
        return {}
    organisation = actor.organisation
    seen = await advances_seen(organisation, [one.id for one in advances])
    limits = await limits_of(organisation, {one.site for one in advances})
    currency = await currency_of(organisation)
    due: dict[tuple[UUID, UUID], Decimal] = {}
    for site in {one.site for one in advances}:
        workers = {seen[one.id].worker for one in advances if one.site == site}
        for month in await months_owed(organisation, [site], workers=list(workers)):
            key = (site, month.worker)
            due[key] = due.get(key, ZERO) + month.outstanding

    def standing(record: Record, one: AdvanceSeen) -> Standing:
        left = due.get((record.site, one.worker), ZERO) - one.waiting
        if record.state is EntryState.APPROVED:  # its own amount is off already
            left += record.advance or ZERO
        return Standing(one.lent_this_month, left, one.same_day)

    return {
        one.id: AdvanceFacts(
            one.work_day,
            day_at(one.first_received_at, sites[one.site].time_zone),
            seen[one.id].worker,
            seen[one.id].name,
            one.advance or ZERO,
            limits[one.site],
            standing(one, seen[one.id]),
            currency,
            seen[one.id].left_on,
            may(actor, Right.SEE_PAY, one.site),
            one.clock_doubtful,
            len(photos.get(one.id, ())),
        )
        for one in advances
    }
