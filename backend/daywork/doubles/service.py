"""Seeing what is booked twice, and settling it: lock the sites, check, act, record."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from daywork.doubles import queries
from daywork.doubles.rules import (
    DOUBLE_MOVED,
    DOUBLE_SETTLED,
    LONGEST_REASON,
    REASON_MISSING,
    Claim,
    Double,
    may_settle,
)
from daywork.entries.closed import months_of
from daywork.entries.queries import lock_sites
from daywork.ground.database import company_transaction
from daywork.ground.money import ZERO
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND
from daywork.ground.terms import EntryKind
from daywork.labour.double_queries import BOTH_STAND, lock_shared_workers
from daywork.labour.doubles import sheets_in
from daywork.labour.telling import tell_answer, tell_doubles
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.people.service import record_audit
from daywork.summary.service import View, view_for

MOST_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Booked:
    """A month of double bookings of the sites in view, open ones first."""

    view: View
    doubles: list[Double]
    more: bool
    """There are others than these."""


async def doubles_of_month(
    actor: Actor, site: UUID | None, month: str | None, now: datetime
) -> Booked:
    """What is or was booked twice in the month.

    Raises:
        Problem: ``not_found``, ``not_allowed`` or ``month_unreadable``.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        view = await view_for(actor, site, month, now)
        found = await queries.doubles_between(
            actor.organisation, view.ids, view.month.first, view.month.last, MOST_SHOWN + 1
        )
    return Booked(view, _as_seen(actor, found[:MOST_SHOWN]), len(found) > MOST_SHOWN)


def _as_seen(actor: Actor, doubles: Sequence[Double]) -> list[Double]:
    """Of sites the actor has no part in, only the name and the 工."""

    def seen(claim: Claim) -> Claim:
        if may(actor, Right.SEE_LABOUR, claim.site):
            return claim
        return Claim(
            claim.site, claim.site_name, claim.man_days, None, "", "", "", ZERO, claim.closed
        )

    return [
        replace(
            one,
            sheets=tuple(seen(claim) for claim in one.sheets),
            may_settle=one.open and may_settle(actor, {claim.site for claim in one.sheets}),
        )
        for one in doubles
    ]


async def resolve(
    actor: Actor, double: UUID, mark: str, counts: UUID | None, reason: str
) -> Double:
    """Say that all sheets of the day stand, or with ``counts`` that only this one does.

    When all stand, their lines earn at once. When one counts, pay waits until the others no longer
    claim the day: who decides on them sends them back. ``mark`` is :attr:`Double.mark` as it was
    looked at. Sent twice, it counts once. Runs on the open transaction; returns it as it was.

    Raises:
        Problem: ``not_found``, ``not_allowed``, ``double_reason_missing``, ``double_moved``,
            ``double_settled`` or ``month_closed``.
    """
    said = " ".join(reason.split())[:LONGEST_REASON]
    # The first reading only tells what to lock; what is judged is read under the locks.
    known = await _for_settling(actor, double)
    await lock_sites(actor, {claim.site for claim in known.sheets})
    await lock_shared_workers(actor.organisation, [known.worker])
    known = await _for_settling(actor, double)
    if not said:
        raise REASON_MISSING()
    if known.mark != mark:
        raise DOUBLE_MOVED()
    asked = (actor.member, counts, said)
    if known.decided_at and asked == (known.decided_by, known.counts, known.reason):
        return known
    if not known.open:
        raise DOUBLE_SETTLED()
    if counts is not None and counts not in {claim.sheet for claim in known.sheets}:
        raise NOT_FOUND()
    moved = known.moved_by(counts)
    months = await months_of(actor, {claim.site for claim in moved})
    for claim in moved:
        months.check(claim.site, known.work_day, EntryKind.LABOUR_SHEET)
    now = datetime.now(UTC)
    pair = sheets_in(known.claims)
    if counts is None:
        await queries.mark_all_stand(actor.organisation, double, actor.member, said, now)
        await tell_doubles(actor.organisation, {known.work_day}, opened=(), eased={pair})
    else:
        await queries.mark_one_counts(actor.organisation, double, counts, actor.member, said, now)
    answer = BOTH_STAND if counts is None else str(counts)
    await tell_answer(actor.organisation, known.work_day, pair, answer, by=actor.member)
    for claim in known.sheets:
        await record_audit(
            actor.organisation,
            actor.member,
            "double_booking.both_stand" if counts is None else "double_booking.one_counts",
            site=claim.site,
            entry=claim.sheet,
            detail={
                "double_booking": str(double),
                "worker": str(known.worker),
                "day": known.work_day.isoformat(),
                "reason": said,
                **({"counts": str(counts)} if counts else {}),
            },
        )
    return known


async def _for_settling(actor: Actor, double: UUID) -> Double:
    known = await queries.double_by_id(actor.organisation, double)
    if known is None:
        raise NOT_FOUND()
    sites = {claim.site for claim in known.sheets}
    if not may_settle(actor, sites):
        seen = any(may(actor, Right.SEE_LABOUR, site) for site in sites)
        raise NOT_ALLOWED() if seen else NOT_FOUND()
    return known
