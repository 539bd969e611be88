"""Remove from the store what no row knows: pieces of given-up uploads, drafts of a crash.

Nothing a row refers to is ever removed. Bytes come first and their row's completion after, so an
object is looked at only when it is older than ``ORPHAN_AGE``, and then under a lock that whoever
completes a photo takes, too: either the sweep sees the row, or the other side sees that the object
is gone and stores it again, before it gives its receipt.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from obstore.store import ObjectStore

from daywork.ground.database import company_transaction
from daywork.photos import queries, storage
from daywork.photos.local import INCOMING
from daywork.photos.rules import ORPHAN_AGE

Known = Callable[[UUID, list[str]], Awaitable[bool | None]]
"""Whether a row knows the object with these key parts behind the organisation; None: not ours."""

_SHA256: Final = 64


async def sweep_store(store: ObjectStore, now: datetime, others: Known) -> list[str]:
    """Remove old orphans; returns their keys. ``others`` knows the objects of other rooms."""
    removed = []
    async for kept in storage.listed(store):
        if now - kept.changed_at >= ORPHAN_AGE and await _remove_orphan(store, kept.key, others):
            removed.append(kept.key)
    return removed


async def _remove_orphan(store: ObjectStore, key: str, others: Known) -> bool:
    first, *rest = key.split("/")
    if first == INCOMING:
        await storage.remove(store, [key])
        return True
    organisation = _uuid(first)
    if organisation is None:
        return False
    async with company_transaction(organisation):
        if not await queries.may_sweep():
            return False  # a backup is being made; there will be another night
        await queries.claim_bytes(_locked_by(key))
        known = await others(organisation, rest)
        if known is None:
            known = await _is_known(organisation, rest)
        if known is not False:
            return False
        await storage.remove(store, [key])
        return True


def _locked_by(key: str) -> str:
    """A thumbnail goes with its original."""
    return key.removesuffix(".thumb.jpg")


async def _is_known(organisation: UUID, parts: list[str]) -> bool | None:
    """None for what is none of ours: a bucket may hold other things."""
    if len(parts) == 3 and (site := _uuid(parts[0])) is not None:
        _, _, name = parts
        digest = _locked_by(name)
        if len(digest) == _SHA256:
            try:
                return await queries.photos_needing(organisation, site, bytes.fromhex(digest))
            except ValueError:
                return None
    if len(parts) == 3 and parts[1] == "previews" and (site := _uuid(parts[0])) is not None:
        photo = _uuid(parts[2].removesuffix(".jpg"))
        return None if photo is None else await queries.is_photo(organisation, site, photo)
    return None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
