"""Asking for a pack, seeing how far it is, and taking it. Each opens its own transactions.

The order and the job that makes it are written in one transaction; a pack is its maker's alone, and
only as long as the rights last with which it was asked for.
"""

import json
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from obstore.store import ObjectStore

from daywork.compliance import order_queries, sealed
from daywork.compliance.order_queries import Order, Part
from daywork.compliance.packing import Wire, open_archive
from daywork.compliance.rules import (
    FORMAT,
    MOST_OPEN,
    PACK_NOT_DONE,
    PACK_OVER,
    PACKS_WAITING,
    Missing,
    months_between,
)
from daywork.ground.calendar import day_at
from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND
from daywork.ground.queue import enqueue
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.people.service import record_audit
from daywork.photos import storage
from daywork.register.rules import NO_KEY, check_purpose
from daywork.register.sealing import CannotOpenError, Keyring, place_of
from daywork.sites.service import site_for, sites_for
from daywork.sites.site import Site
from daywork.summary.rules import Month
from daywork.web.downloads import file_name
from daywork.web.language import gettext as _
from daywork.web.language import speaking

PACK_JOB: Final = "daywork_pack"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a pack is asked for with; without sites, for all whose pay the actor may see."""

    id: UUID
    sites: Collection[UUID]
    first: Month
    last: Month
    language: str
    verify_at: str
    purpose: str = ""
    note: str = ""


async def ask(actor: Actor, asked: Asked, keys: Keyring | None, now: datetime) -> None:
    """Keep the order and queue its making; the same order once more changes nothing.

    Raises:
        Problem: ``not_found``, ``not_allowed``, ``pack_period``, ``purpose_missing``,
            ``register_key_missing``, ``packs_waiting``.
    """
    organisation = actor.organisation
    async with company_transaction(organisation):
        sites = await _sites(actor, asked.sites, in_full=bool(asked.purpose))
        months_between(asked.first, asked.last, day_at(now, sites[0].time_zone))
        purpose, key = "", None
        if asked.purpose:
            purpose = check_purpose(asked.purpose, asked.note)
            if keys is None:
                raise NO_KEY()
            key = keys.seal(sealed.new_key(), place_of(organisation, asked.id, "pack"))
        waiting = await order_queries.open_orders(organisation, actor.member)
        order = Order(
            asked.id,
            asked.first.first,
            asked.last.first,
            asked.language,
            asked.verify_at,
            purpose,
            asked.note,
            key,
            actor.member,
            now,
            *(None,) * 4,
        )
        if not await order_queries.insert_order(organisation, order, [site.id for site in sites]):
            return
        if waiting >= MOST_OPEN:
            raise PACKS_WAITING()
        await record_audit(
            organisation,
            actor.member,
            "compliance.asked",
            sites[0].id if len(sites) == 1 else None,
            detail={
                "pack": asked.id,
                "from": asked.first.text,
                "to": asked.last.text,
                "sites": len(sites),
                "full": bool(purpose),
                "purpose": purpose,
            },
        )
        await enqueue(PACK_JOB, {"organisation": str(organisation), "pack": str(asked.id)})


async def _sites(actor: Actor, wanted: Collection[UUID], *, in_full: bool) -> list[Site]:
    if wanted:
        sites = [await site_for(actor, site, Right.SEE_PAY) for site in wanted]
    else:
        sites = await sites_for(actor, Right.SEE_PAY)
    if not sites or (in_full and not all(may(actor, Right.UNMASK, one.id) for one in sites)):
        raise NOT_ALLOWED()
    return sites


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a pack is."""

    order: Order
    parts: Sequence[Part]
    missing: Sequence[Missing]
    """Of the one site, where it is one and made; of several each part's own cover tells."""

    @property
    def made(self) -> int:
        """Sites that are done."""
        return sum(part.state == "done" for part in self.parts)

    @property
    def failed(self) -> list[Part]:
        """Sites that were given up."""
        return [part for part in self.parts if part.state == "failed"]

    @property
    def now(self) -> Part | None:
        """The site that is being made."""
        return next((part for part in self.parts if part.state == "making"), None)

    @property
    def percent(self) -> int:
        """Of the files of one site, or of the sites."""
        if len(self.parts) == 1:
            part = self.parts[0]
            if not part.files_due:
                return 0
            return min(99, 100 * part.files // max(1, part.files_due))
        return 100 * sum(part.state in ("done", "failed") for part in self.parts) // len(self.parts)

    @property
    def bytes(self) -> int:
        """Of all zips."""
        return sum(part.bytes or 0 for part in self.parts)


async def standing_of(actor: Actor, pack: UUID) -> Standing:
    """The actor's own pack.

    Raises:
        Problem: ``not_found``, also for somebody else's.
    """
    async with company_transaction(actor.organisation, snapshot=True):
        order = await order_queries.order_by_id(actor.organisation, pack)
        if order is None or order.made_by != actor.member:
            raise NOT_FOUND()
        parts = await order_queries.parts_of(actor.organisation, pack)
        missing = (
            await order_queries.missing_of(actor.organisation, pack, parts[0].site)
            if len(parts) == 1
            else []
        )
    return Standing(order, parts, missing)


async def packs_of(actor: Actor) -> list[Order]:
    """The actor's latest packs."""
    async with company_transaction(actor.organisation, snapshot=True):
        return await order_queries.orders_of(actor.organisation, actor.member)


def key_of(organisation: UUID, pack: UUID, site: UUID) -> str:
    """Where a site's zip lies in the store."""
    return f"{organisation}/packs/{pack}/{site}.zip"


async def take(
    actor: Actor, pack: UUID, store: ObjectStore, keys: Keyring | None, now: datetime
) -> tuple[str, AsyncIterator[bytes]]:
    """The pack's name and bytes. One site is its zip; several are zips in one.

    Raises:
        Problem: ``not_found``, ``not_allowed``, ``pack_not_done``, ``pack_over``,
            ``register_key_missing``.
    """
    standing = await standing_of(actor, pack)
    order, organisation = standing.order, actor.organisation
    if order.removed_at is not None or (order.expires_at and order.expires_at <= now):
        raise PACK_OVER()
    if order.done_at is None or not standing.made:
        raise PACK_NOT_DONE()
    key = _opened_key(organisation, order, keys)
    async with company_transaction(organisation):
        await _sites(actor, [part.site for part in standing.parts], in_full=order.in_full)
        done = [part for part in standing.parts if part.state == "done"]
        for part in done:
            if not await storage.has(store, key_of(organisation, order.id, part.site)):
                raise PACK_OVER()
        await order_queries.mark_taken(organisation, order.id, now)
        await record_audit(
            organisation,
            actor.member,
            "compliance.taken",
            done[0].site if len(standing.parts) == 1 else None,
            detail={"pack": order.id, "sites": len(done), "full": order.in_full},
        )

    def bytes_of(part: Part) -> AsyncIterator[bytes]:
        pieces = storage.read(store, key_of(organisation, order.id, part.site))
        return pieces if key is None else sealed.unseal(pieces, key)

    with speaking(order.language):
        what = _("Compliance pack")
    months = f"{order.first:%Y-%m}_{order.last:%Y-%m}"
    if len(standing.parts) == 1:
        return f"{what} {done[0].site_name} {months}.zip", bytes_of(done[0])
    pieces = _bound(standing, [(part, bytes_of(part)) for part in done])
    return f"{what} {actor.organisation_name} {months}.zip", pieces


def _opened_key(organisation: UUID, order: Order, keys: Keyring | None) -> str | None:
    if order.sealed_key is None:
        return None
    if keys is None:
        raise NO_KEY()
    try:
        return keys.open(order.sealed_key, place_of(organisation, order.id, "pack"))
    except CannotOpenError as error:
        raise NO_KEY() from error


async def _bound(
    standing: Standing, parts: Sequence[tuple[Part, AsyncIterator[bytes]]]
) -> AsyncIterator[bytes]:
    """Zips in one zip, as they are: a bite in memory, however many sites there are."""
    wire = Wire()
    with open_archive(wire, standing.order.asked_at) as archive:
        for part, pieces in parts:
            name = f"{part.number:03} {file_name(part.site_name) or part.site}.zip"
            with archive.begin(name) as file:
                async for piece in pieces:
                    file.write(piece)
                    yield wire.taken()
        archive.put("manifest.json", _manifest_of(standing))
        yield wire.taken()
    yield wire.taken()


def _manifest_of(standing: Standing) -> bytes:
    order = standing.order
    return json.dumps(
        {
            "format": FORMAT,
            "from": f"{order.first:%Y-%m}",
            "to": f"{order.last:%Y-%m}",
            "asked_at": order.asked_at.isoformat(),
            "numbers": "full" if order.in_full else "masked",
            "sites": [
                {
                    "site": str(part.site),
                    "name": part.site_name,
                    "sha256": part.sha256.hex() if part.sha256 else None,
                    "bytes": part.bytes,
                    "missing": part.missing_count,
                    "problem": part.problem or None,
                }
                for part in standing.parts
            ],
        },
        ensure_ascii=False,
        indent=1,
    ).encode()
