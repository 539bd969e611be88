"""Making one worker of two records, and taking that back. Opens its own transactions.

Both records stay as they were written: sheets, advances, payments and wage sheets keep the worker
they name. What follows the pointer are sums, the grid, rates, double bookings and the phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND
from daywork.labour.doubles import close_doubles_of, keep_doubles
from daywork.merging import merge_queries, queries
from daywork.merging.merge_queries import Merge
from daywork.merging.queries import Pair
from daywork.merging.rules import (
    BUILT_ON,
    NOT_TWO,
    REASON_MISSING,
    Built,
    Match,
    SharedDay,
    Side,
    Stay,
    found_by,
)
from daywork.people.actor import Actor
from daywork.people.queries import currency_of
from daywork.people.rules import Right, may
from daywork.people.service import record_audit
from daywork.register import keeping
from daywork.register.sealing import Keyring
from daywork.sites.service import sites_for
from daywork.sites.site import Site
from daywork.summary.owed import MonthOwed, months_owed

PAIRS_AT_ONCE = 100
MERGES_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Alike:
    """What the office looks at: likely pairs, and what was merged before."""

    pairs: list[Pair]
    merges: list[Merge]


async def workers_alike(actor: Actor) -> Alike:
    """Likely pairs among the workers of the sites the actor manages.

    Raises:
        Problem: ``not_allowed``.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        sites = [site.id for site in await _managed(actor)]
        return Alike(
            await queries.pairs_alike(actor.organisation, sites, PAIRS_AT_ONCE),
            await merge_queries.merges_on(actor.organisation, sites, MERGES_AT_ONCE),
        )


@dataclass(frozen=True, slots=True)
class Compared:
    """Two records beside each other."""

    one: Side
    other: Side
    matches: tuple[Match, ...]
    days: list[SharedDay]
    """On which both are on sheets."""
    owed: dict[UUID, list[MonthOwed]]
    """By record, on the sites whose pay the actor sees."""
    currency: str

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.one, self.other

    @property
    def older(self) -> Side:
        """The one to keep unless the office says otherwise: whoever has more work, then who was
        there first."""
        return min(self.sides, key=lambda side: (-side.lines, side.added_on, side.worker))


async def compare(actor: Actor, one: UUID, other: UUID) -> Compared:
    """Both records, for somebody who may merge them.

    Raises:
        Problem: ``not_allowed``; ``not_found`` unless both are or were on sites the actor manages.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        return await _compared(actor, one, other)


async def _compared(actor: Actor, one: UUID, other: UUID) -> Compared:
    sites = await _managed(actor)
    sides = await queries.sides_of(actor.organisation, [one, other])
    if set(sides) != {one, other}:
        raise NOT_FOUND()
    _check_seen(sites, *sides.values())
    paid = [site.id for site in await sites_for(actor, Right.SEE_PAY)]
    owed: dict[UUID, list[MonthOwed]] = {one: [], other: []}
    if sides[one].merged_into is None and sides[other].merged_into is None:
        for month in await months_owed(actor.organisation, paid, workers=[one, other]):
            owed[month.worker].append(month)
    return Compared(
        sides[one],
        sides[other],
        await queries.matches_of(actor.organisation, one, other),
        await queries.shared_days(actor.organisation, one, other),
        owed,
        await currency_of(actor.organisation),
    )


async def merge_workers(
    actor: Actor, keys: Keyring | None, kept: UUID, merged: UUID, reason: str, at: datetime
) -> UUID:
    """Make one worker of two records; returns the merge's id.

    Raises:
        Problem: ``not_allowed``, ``not_found``, ``not_two_workers``, ``merge_reason_missing``,
            ``register_key_missing``.
    """
    organisation = actor.organisation
    async with company_transaction(organisation):
        await queries.lock_pair(organisation, kept, merged)
        pair = await _compared(actor, kept, merged)
        if any(side.merged_into or side.anonymised for side in pair.sides) or kept == merged:
            raise NOT_TWO()
        if not reason.strip():
            raise REASON_MISSING()
        before: dict[str, Any] = {
            **await _join_stays(organisation, pair.one, pair.other),
            "pointing": await queries.pointing_at(organisation, merged),
            "carried": await keeping.carry_over(actor, keys, merged, kept),
        }
        doubled = await close_doubles_of(organisation, [merged])
        await queries.mark_merged(organisation, kept, merged)
        merge = await merge_queries.insert_merge(
            organisation,
            kept,
            merged,
            found_by(pair.matches),
            reason.strip(),
            before,
            actor.member,
            at,
        )
        await keep_doubles(organisation, _sheets(pair.days, doubled), all_days=True)
        await record_audit(
            organisation,
            actor.member,
            "worker.merged",
            detail={"merge": merge, "kept": kept, "merged": merged, "reason": reason.strip()},
        )
        return merge


async def _join_stays(organisation: UUID, kept: Side, merged: Side) -> dict[str, Any]:
    """The one kept stands wherever either stood; what must be restored comes back."""
    here = {stay.site: stay for stay in kept.stays}
    joined = [
        join_stays(here[stay.site], stay) if stay.site in here else stay for stay in merged.stays
    ]
    await queries.save_stays(organisation, kept.worker, joined)
    return {
        "stays": [merge_queries.stay_kept(stay) for stay in kept.stays],
        "added": [merge_queries.stay_kept(stay) for stay in merged.stays if stay.site not in here],
    }


def join_stays(kept: Stay, merged: Stay) -> Stay:
    """On one site: from the first day of both to the last, in the crew of whoever is there yet."""
    gone = kept.left_on is not None and merged.left_on is None
    days = [stay.left_on for stay in (kept, merged)]
    return replace(
        kept,
        crew=merged.crew if gone else kept.crew,
        joined_on=min(kept.joined_on, merged.joined_on),
        left_on=None if None in days else max(day for day in days if day),
    )


def _sheets(days: Sequence[SharedDay], doubled: Sequence[UUID]) -> list[UUID]:
    return list(dict.fromkeys([*doubled, *(sheet for day in days for sheet in day.sheets)]))


async def tell_apart(actor: Actor, one: UUID, other: UUID) -> None:
    """Somebody looked: they are two people, and are not proposed again.

    Raises:
        Problem: ``not_allowed``, ``not_found``.
    """
    async with company_transaction(actor.organisation):
        await _compared(actor, one, other)
        await queries.tell_apart(actor.organisation, one, other, actor.member)
        await record_audit(
            actor.organisation,
            actor.member,
            "worker.told_apart",
            detail={"one": one, "other": other},
        )


@dataclass(frozen=True, slots=True)
class Looked:
    """A merge with both records as they stand, and what was built on it."""

    merge: Merge
    kept: Side
    merged: Side
    built: list[Built]


async def look_at(actor: Actor, merge: UUID) -> Looked:
    """One merge, for somebody who may have made it.

    Raises:
        Problem: ``not_allowed``, ``not_found``.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        return await _looked(actor, merge)


async def _looked(actor: Actor, merge: UUID) -> Looked:
    sites = await _managed(actor)
    found = await merge_queries.merge_by_id(actor.organisation, merge)
    if found is None:
        raise NOT_FOUND()
    sides = await queries.sides_of(actor.organisation, [found.kept, found.merged])
    kept, merged = sides[found.kept], sides[found.merged]
    _check_seen(sites, kept, merged)
    built = await merge_queries.built_since(actor.organisation, found)
    return Looked(found, kept, merged, built)


async def undo_merge(
    actor: Actor, keys: Keyring | None, merge: UUID, reason: str, at: datetime
) -> None:
    """Two workers again, as long as nothing was closed or paid for both together.

    Raises:
        Problem: ``not_allowed``, ``not_found``, ``not_two_workers`` when it was taken back
            already, ``merge_built_on``, ``merge_reason_missing``, ``register_key_missing``.
    """
    organisation = actor.organisation
    async with company_transaction(organisation):
        found = await _looked(actor, merge)
        await queries.lock_pair(organisation, found.kept.worker, found.merged.worker)
        found = await _looked(actor, merge)
        kept, merged, made = found.kept.worker, found.merged.worker, found.merge
        if made.undone_at is not None or found.merged.merged_into != kept:
            raise NOT_TWO()
        if found.built or found.kept.anonymised:
            raise BUILT_ON()
        if not reason.strip():
            raise REASON_MISSING()
        days = await queries.shared_days(organisation, kept, merged)
        doubled = await close_doubles_of(organisation, [kept])
        await queries.save_stays(organisation, kept, _stays_before(made, at))
        await keeping.take_away(actor, keys, kept, made.before.get("carried", {}))
        await queries.mark_parted(
            organisation, [UUID(one) for one in made.before.get("pointing", ())], merged
        )
        await merge_queries.mark_undone(organisation, merge, actor.member, reason.strip(), at)
        await keep_doubles(organisation, _sheets(days, doubled), all_days=True)
        await record_audit(
            organisation,
            actor.member,
            "worker.parted",
            detail={"merge": merge, "kept": kept, "merged": merged, "reason": reason.strip()},
        )


def _stays_before(made: Merge, at: datetime) -> list[Stay]:
    """The rosters before the merge; on a site it brought, the worker leaves today."""
    today = day_at(at, "Asia/Shanghai")
    left = [merge_queries.stay_restored(stay) for stay in made.before.get("added", ())]
    return [
        *(merge_queries.stay_restored(stay) for stay in made.before.get("stays", ())),
        *(replace(stay, left_on=_not_before(stay.joined_on, today)) for stay in left),
    ]


def _not_before(joined_on: date, today: date) -> date:
    return max(joined_on, today)


async def _managed(actor: Actor) -> list[Site]:
    if not may(actor, Right.MANAGE_SITE):
        raise NOT_ALLOWED()
    return await sites_for(actor, Right.MANAGE_SITE)


def _check_seen(sites: Sequence[Site], *sides: Side) -> None:
    """Each of the records is or was on a site the actor manages."""
    managed = {site.id for site in sites}
    if any(not managed & {stay.site for stay in side.stays} for side in sides):
        raise NOT_FOUND()
