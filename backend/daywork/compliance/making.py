"""The job that makes a pack: one site a job, so that a company's year holds neither a worker nor
memory, and what was made before a worker died is not made again.

A part that was claimed by a worker that died is taken up by the next after some minutes; after
three tries it is given up, told, and the rest goes on.
"""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from obstore.store import ObjectStore

from daywork.compliance import order_queries, sealed, service
from daywork.compliance.order_queries import Order
from daywork.compliance.ordering import PACK_JOB, key_of
from daywork.compliance.packing import zipped
from daywork.compliance.rules import (
    KEPT_FOR,
    KEPT_IN_FULL,
    MOST_TRIES,
    PACK_BROKEN,
    SILENT_FOR,
    months_between,
)
from daywork.compliance.service import Pack, Stock
from daywork.ground.calendar import month_of
from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_ALLOWED, Problem
from daywork.ground.queue import enqueue, enqueue_once
from daywork.people.queries import actor_of
from daywork.people.rules import Right
from daywork.photos import storage
from daywork.register.rules import NO_KEY
from daywork.register.sealing import Keyring, place_of
from daywork.sites.service import site_for
from daywork.summary.rules import Month
from daywork.web.language import speaking

BREATH = SILENT_FOR / 5
MOST_TOLD = 2000
"""Missing things kept with a part; its cover and manifest have them all."""

log = logging.getLogger("daywork.packs")


async def make_next(
    organisation: UUID, pack: UUID, store: ObjectStore, keys: Keyring | None
) -> bool:
    """Make the next site of a pack and queue the one after it; False when nothing is left."""
    now = datetime.now(UTC)
    async with company_transaction(organisation):
        order = await order_queries.order_by_id(organisation, pack)
        if order is None or order.done_at is not None:
            return False
        claimed = await order_queries.claim_part(organisation, pack, now)
    if claimed is None:
        await _go_on(organisation, order)
        return False
    site, tries = claimed
    try:
        if tries > MOST_TRIES:
            raise PACK_BROKEN()
        async with _breathing(organisation, pack, site):
            made = await _make(organisation, order, site, store, keys)
    except Problem as problem:
        log.warning("pack %s, site %s: %s", pack, site, problem.kind.slug)
        made = {"state": "failed", "problem": problem.kind.slug}
    await _go_on(organisation, order, site, made)
    return True


@asynccontextmanager
async def _breathing(organisation: UUID, pack: UUID, site: UUID) -> AsyncIterator[None]:
    """A sign of life now and then: one file of a large site may take minutes, and a second worker
    must not begin what the first one makes."""

    async def breathe() -> None:
        while True:
            await asyncio.sleep(BREATH.total_seconds())
            await _note(organisation, pack, site)

    breathing = asyncio.create_task(breathe())
    try:
        yield
    finally:
        breathing.cancel()
        await asyncio.gather(breathing, return_exceptions=True)


async def _go_on(
    organisation: UUID, order: Order, site: UUID | None = None, made: dict[str, Any] | None = None
) -> None:
    """Note what was made; the next job, or the end, in the same transaction."""
    async with company_transaction(organisation):
        if site is not None and made is not None:
            await order_queries.mark_part(organisation, order.id, site, **made)
        if await order_queries.parts_left(organisation, order.id):
            if made is not None:
                await enqueue(PACK_JOB, _payload(organisation, order.id))
            return
        kept_for = KEPT_IN_FULL if order.in_full else KEPT_FOR
        await order_queries.mark_done(organisation, order.id, datetime.now(UTC), kept_for)


async def _make(
    organisation: UUID, order: Order, site_id: UUID, store: ObjectStore, keys: Keyring | None
) -> dict[str, Any]:
    """One site's zip into the store; what there is to note of it.

    Raises:
        Problem: the maker's rights ended, or the register's key is not here.
    """
    async with company_transaction(organisation, snapshot=True):
        actor = await actor_of(organisation, order.made_by)
        if actor is None:
            raise NOT_ALLOWED()
        site = await site_for(actor, site_id, Right.SEE_PAY)
    first, last = (Month(*month_of(day)) for day in (order.first, order.last))
    pack = Pack(
        actor,
        actor.organisation_name,
        site,
        months_between(first, last, last.last),
        datetime.now(UTC),
        order.verify_at,
        order.language == "en",
        order.purpose,
        order.note,
    )

    async def seen(months: int) -> None:
        await _note(organisation, order.id, site_id, files=months, files_due=0)

    with speaking(order.language):
        stock = await service.take_stock(pack, seen)
        opened = await service.begin_pack(pack, keys, stock.entries)
    due = 5 * len(pack.months) + 2 * len(stock.dues) + 8
    await _note(organisation, order.id, site_id, files=0, files_due=due)
    weighed = _Weighed()

    async def pieces() -> AsyncIterator[bytes]:
        files = 0
        async for piece in zipped(pack, stock, opened, keys, store, order.language):
            files += 1
            await _note(organisation, order.id, site_id, files=files)
            yield weighed.of(piece)

    stream = pieces()
    if order.sealed_key is not None:
        if keys is None:
            raise NO_KEY()
        key = keys.open(order.sealed_key, place_of(organisation, order.id, "pack"))
        stream = sealed.seal(stream, key)
    await storage.put_source(store, key_of(organisation, order.id, site_id), _Endless(stream))
    return _told(stock) | {
        "state": "done",
        "bytes": weighed.size,
        "sha256": weighed.sha256.digest(),
    }


def _told(stock: Stock) -> dict[str, Any]:
    return {
        "missing": order_queries.plain([one.plain() for one in stock.missing[:MOST_TOLD]]),
        "missing_count": len(stock.missing),
        "currency": stock.currency,
    }


async def _note(organisation: UUID, pack: UUID, site: UUID, **values: Any) -> None:
    """A sign of life, with how far it is."""
    async with company_transaction(organisation):
        await order_queries.mark_part(
            organisation, pack, site, moved_at=datetime.now(UTC), **values
        )


@dataclass
class _Weighed:
    """Size and hash of what went by."""

    size: int = 0
    sha256: Any = field(default_factory=hashlib.sha256)

    def of(self, piece: bytes) -> bytes:
        self.size += len(piece)
        self.sha256.update(piece)
        return piece


@dataclass(frozen=True)
class _Endless:
    """A source whose size nobody knows before its end; it can be read once."""

    pieces: AsyncIterator[bytes]

    @property
    def size(self) -> int:
        """More than goes in one request: a store takes it in parts."""
        return storage.ONE_REQUEST + 1

    def chunks(self) -> AsyncIterator[bytes]:
        return self.pieces


def _payload(organisation: UUID, pack: UUID) -> dict[str, str]:
    return {"organisation": str(organisation), "pack": str(pack)}


async def wake_packs(organisation: UUID, now: datetime) -> None:
    """Queue what a killed worker left behind."""
    async with company_transaction(organisation):
        for pack in await order_queries.silent_orders(organisation, now):
            await enqueue_once(PACK_JOB, _payload(organisation, pack))


async def sweep_packs(organisation: UUID, store: ObjectStore, now: datetime) -> int:
    """Remove packs whose time is over; returns how many. That they were taken stays on record."""
    async with company_transaction(organisation):
        over = await order_queries.orders_over(organisation, now)
    for pack in over:
        async with company_transaction(organisation):
            parts = await order_queries.parts_of(organisation, pack)
        await storage.remove(store, [key_of(organisation, pack, part.site) for part in parts])
        async with company_transaction(organisation):
            await order_queries.mark_removed(organisation, pack, now)
    return len(over)
