"""Noting that a site is done, and purging what is past its time. Opens its own transactions.

Nothing is ever purged by itself: an owner looks at what would go, and says it with a reason. The
database holds the same lock once more, in a trigger. What a purge took is a link of the chain.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from obstore.store import ObjectStore

from daywork.chain.contents import PurgeSaid
from daywork.chain.service import append
from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.ground.money import ZERO
from daywork.ground.problems import NOT_ALLOWED
from daywork.people.actor import Actor
from daywork.people.queries import currency_of
from daywork.people.rules import Right, may
from daywork.people.service import record_audit
from daywork.photos import storage
from daywork.photos.rules import phone_preview_key, storage_key, thumbnail_key
from daywork.retention import queries
from daywork.retention.queries import PhotoGoing, Purge, WorkerGoing
from daywork.retention.rules import (
    NOTHING_TO_PURGE,
    PURGE_CHANGED,
    Standing,
    check_days,
    check_free,
    check_settled,
)
from daywork.sites.service import site_for
from daywork.sites.site import Site
from daywork.summary.owed import months_owed
from daywork.web.figures import money

NAMELESS = "(—)"
"""The name of a worker who was made nameless; the company's own number stays beside it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How a site stands, and what would go if its time is over."""

    site: Site
    standing: Standing
    today: date
    outstanding: Decimal
    currency: str
    photos: list[PhotoGoing]
    workers: list[WorkerGoing]
    purges: list[Purge]
    owner: bool

    @property
    def free(self) -> bool:
        """Its time is over."""
        until = self.standing.kept_until
        return until is not None and self.today > until

    @property
    def bytes(self) -> int:
        return sum(photo.bytes for photo in self.photos)


async def kept_of(actor: Actor, site_id: UUID, now: datetime) -> Kept:
    """What the site's page shows.

    Raises:
        Problem: ``not_found``, ``not_allowed``.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        site = await site_for(actor, site_id, Right.MANAGE_SITE)
        return await _kept(actor, site, now)


async def _kept(actor: Actor, site: Site, now: datetime) -> Kept:
    organisation, today = actor.organisation, day_at(now, site.time_zone)
    standing = await queries.standing_of(organisation, site.id)
    found = Kept(
        site,
        standing,
        today,
        await _outstanding(site),
        await currency_of(organisation),
        [],
        [],
        await queries.purges_of(organisation, site.id),
        may(actor, Right.MANAGE_MEMBERS),
    )
    if found.free:
        found.photos.extend(await queries.photos_going(organisation, site.id))
        found.workers.extend(await queries.workers_going(organisation, site.id, today))
    return found


async def _outstanding(site: Site) -> Decimal:
    """What the site owes to all those it owes something; who owes it does not lessen it."""
    by_worker: dict[UUID, Decimal] = {}
    for one in await months_owed(site.organisation, [site.id]):
        by_worker[one.worker] = by_worker.get(one.worker, ZERO) + one.outstanding
    return sum((amount for amount in by_worker.values() if amount > 0), ZERO)


async def note_days(
    actor: Actor,
    site_id: UUID,
    completed_on: date | None,
    settled_on: date | None,
    now: datetime,
) -> None:
    """When the site was completed and fully settled; an empty day takes it back.

    Raises:
        Problem: ``not_found``, ``not_allowed``, ``completion_days``, ``site_not_settled``,
            ``site_still_disputed``.
    """
    organisation = actor.organisation
    async with company_transaction(organisation):
        site = await site_for(actor, site_id, Right.MANAGE_SITE)
        before = await queries.standing_of(organisation, site.id)
        check_days(completed_on, settled_on, day_at(now, site.time_zone))
        owed = await _outstanding(site)
        shown = money(owed, await currency_of(organisation))
        check_settled(owed, settled_on, shown, before.disputes)
        await queries.mark_days(organisation, site.id, completed_on, settled_on)
        await record_audit(
            organisation,
            actor.member,
            "site.completed",
            site.id,
            detail={
                "completed_on": [before.completed_on, completed_on],
                "settled_on": [before.settled_on, settled_on],
            },
        )


async def purge(
    actor: Actor,
    site_id: UUID,
    store: ObjectStore,
    *,
    shown: tuple[int, int],
    reason: str,
    now: datetime,
) -> UUID:
    """Let go what is past its time; ``shown`` is how many pictures and workers the page named.

    Rows first, bytes after: what a crash leaves in the store the sweep takes, because no photo
    needs it any more.

    Raises:
        Problem: ``not_found``, ``not_allowed``, ``site_still_disputed``,
            ``retention_not_completed``, ``retention_lock``, ``nothing_to_purge``,
            ``purge_changed``.
    """
    organisation, made = actor.organisation, new_id()
    async with company_transaction(organisation):
        site = await site_for(actor, site_id, Right.MANAGE_SITE)
        if not may(actor, Right.MANAGE_MEMBERS):
            raise NOT_ALLOWED()
        found = await _kept(actor, site, now)
        until = check_free(found.standing, found.today)
        if not found.photos and not found.workers:
            raise NOTHING_TO_PURGE()
        if (len(found.photos), len(found.workers)) != shown:
            raise PURGE_CHANGED()
        photos = [photo.id for photo in found.photos]
        workers = [worker.id for worker in found.workers]
        await queries.insert_purge(
            organisation,
            made,
            site.id,
            kept_until=until,
            reason=reason,
            photos=found.photos,
            workers=len(workers),
            made_by=actor.member,
            at=now,
        )
        await queries.mark_photos(organisation, made, photos)
        await queries.mark_nameless(organisation, made, workers, NAMELESS, now)
        await queries.mark_wordless(organisation, site.id, NAMELESS)
        said = PurgeSaid(made, site.id, until, reason, actor.member, now, photos, workers)
        await append(organisation, [said.happening()])
        await record_audit(
            organisation,
            actor.member,
            "site.purged",
            site.id,
            detail={"purge": made, "photos": len(photos), "workers": len(workers)},
        )
    await _remove_bytes(site, store, found.photos)
    return made


async def _remove_bytes(site: Site, store: ObjectStore, photos: Sequence[PhotoGoing]) -> None:
    async with company_transaction(site.organisation, snapshot=True):
        kept = await queries.kept_elsewhere(
            site.organisation, site.id, [photo.sha256 for photo in photos]
        )
    for photo in photos:
        keys = [phone_preview_key(site.organisation, site.id, photo.id)]
        if photo.sha256 not in kept:
            original = storage_key(site.organisation, site.id, photo.sha256)
            keys += [thumbnail_key(original), original]
        await storage.remove(store, keys)
