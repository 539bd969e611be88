"""What is still to be paid: of the sheets of a site's month, and of settlements. Everything that
shows or books a payment asks here, so that no two papers pay the same money."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from daywork.ground.money import ZERO
from daywork.summary.owed import months_owed
from daywork.wages import payment_queries
from daywork.wages.dues import Place, Share, over_months, still_due
from daywork.wages.gathering import Gathered
from daywork.wages.queries import Version
from daywork.wages.settlement_queries import Settlement

# Each runs on the open transaction of the company


async def dues_of(
    gathered: Gathered, versions: Mapping[UUID | None, Version]
) -> dict[Place, Decimal]:
    """What is still due of each line of these versions, one a crew; a crew without one is taken as
    its sheet would be now."""
    organisation, site = gathered.site.organisation, gathered.site.id
    crews = {version.id: crew for crew, version in versions.items()}
    written = await payment_queries.owed_on(organisation, list(crews))
    kept = await payment_queries.persons_among(organisation, {one.worker for one in written})
    shares = [
        Share(crews[one.sheet], one.worker, kept.get(one.worker, one.worker), one.owed)
        for one in written
    ]
    if None not in versions:
        shares += [
            Share(crew.id, worker, worker, figures.earned - figures.advances)
            for crew in gathered.crews_at_work()
            if crew.id not in versions
            for worker, figures in gathered.figures(crew.id).items()
        ]
    settled = await payment_queries.settled_until(
        organisation, site, {one.person for one in shares}, gathered.month.first
    )
    return still_due(
        shares,
        gathered.sources.paid,
        gathered.sources.sheet_crews,
        gathered.homes,
        await _in_all(organisation, site, settled),
    )


async def _in_all(
    organisation: UUID, site: UUID, until: Mapping[UUID, date]
) -> dict[UUID, Decimal]:
    """What each of these workers is owed on the site, of all months until that of a day."""
    if not until:
        return {}
    found = dict.fromkeys(until, ZERO)
    for month in await months_owed(organisation, [site], workers=list(until)):
        if month.month <= until[month.worker]:
            found[month.worker] += month.outstanding
    return found


async def settlements_due(
    organisation: UUID, site: UUID, settlements: Sequence[Settlement]
) -> dict[UUID, Decimal]:
    """By settlement: what is still to be paid of it. One of a record that was merged since, either
    way, is paid no more than is owed to the one who was kept."""
    paid = await payment_queries.paid_of_settlements(organisation, [one.id for one in settlements])
    one_of_two = await payment_queries.persons_among(
        organisation, {one.worker for one in settlements}
    )
    until: dict[UUID, date] = {}
    for one in settlements:
        person = one_of_two.get(one.worker)
        if person is not None:
            until[person] = max(one.until_day, until.get(person, one.until_day))
    in_all = await _in_all(organisation, site, until)

    def due(one: Settlement) -> Decimal:
        owed = one.figures.earned - one.figures.advances - paid.get(one.id, ZERO)
        person = one_of_two.get(one.worker)
        return max(owed if person is None else min(owed, in_all[person]), ZERO)

    return {one.id: due(one) for one in settlements}


async def months_paid_by(
    organisation: UUID, settlement: Settlement, amount: Decimal
) -> dict[date, Decimal]:
    """Which months an amount that is paid of a settlement pays."""
    worker = settlement.worker
    kept = await payment_queries.persons_among(organisation, [worker])
    months = await months_owed(organisation, [settlement.site], workers=[kept.get(worker, worker)])
    last = settlement.until_day.replace(day=1)
    return over_months(
        amount, {one.month: one.outstanding for one in months if one.month <= last}, last
    )
