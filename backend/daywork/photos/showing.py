"""What is shown of a photo: the picture as it came, or a thumbnail that was drawn by us."""

import logging
from collections.abc import AsyncIterator
from typing import NamedTuple
from uuid import UUID

from obstore.store import ObjectStore

from daywork.ground.database import company_transaction
from daywork.ground.terms import PhotoState
from daywork.people.actor import Actor
from daywork.photos import queries, storage
from daywork.photos.darkroom import develop
from daywork.photos.queries import Photo
from daywork.photos.rules import (
    PHOTO_INCOMPLETE,
    PHOTO_PURGED,
    NoPreview,
    phone_preview_key,
    sniffed,
    storage_key,
    thumbnail_key,
)
from daywork.photos.service import photo_for

log = logging.getLogger("daywork.photos")

AT_A_TIME = 200
"""Photos one round of the background job develops for one company."""


class Original(NamedTuple):
    """A picture to be sent: its type by its own first bytes, its size, and the bytes."""

    media_type: str
    size: int
    chunks: AsyncIterator[bytes]


class Small(NamedTuple):
    """A thumbnail; ``for_good`` when it will never change."""

    data: bytes
    for_good: bool


async def original_of(actor: Actor, store: ObjectStore, photo_id: UUID) -> Original:
    """The picture as the phone sent it.

    Raises:
        Problem: ``not_found``, or ``photo_incomplete`` while the bytes are still on the phone.
    """
    photo = await _complete(actor, photo_id)
    key = storage_key(actor.organisation, photo.site, photo.sha256)
    try:
        size = await storage.size_of(store, key)
        chunks = storage.read(store, key)
        first = await anext(chunks, b"")
    except FileNotFoundError:
        log.error("photo %s is complete, but its bytes are gone from the store", photo_id)
        raise PHOTO_INCOMPLETE() from None

    async def whole() -> AsyncIterator[bytes]:
        yield first
        async for chunk in chunks:
            yield chunk

    return Original(sniffed(first[:16]), size, whole())


async def thumbnail_of(actor: Actor, store: ObjectStore, photo_id: UUID) -> Small | NoPreview:
    """The thumbnail, made now when nobody has looked at it yet; or why there is none.

    Raises:
        Problem: ``not_found``, or ``photo_incomplete`` while there is nothing to show.
    """
    async with company_transaction(actor.organisation):
        photo = await photo_for(actor, photo_id)
    return await preview_of(actor.organisation, store, photo)


async def preview_of(organisation: UUID, store: ObjectStore, photo: Photo) -> Small | NoPreview:
    """Like :func:`thumbnail_of`; whoever asks has seen to it that it may be shown."""
    if photo.purged:
        raise PHOTO_PURGED()
    if photo.state != PhotoState.COMPLETE:
        return await _phone_preview(organisation, store, photo)
    if photo.no_preview is not None:
        return NoPreview(photo.no_preview)
    key = storage_key(organisation, photo.site, photo.sha256)
    if photo.thumbnail_at is not None:
        try:
            return Small(await storage.get_bytes(store, thumbnail_key(key)), True)
        except FileNotFoundError:
            pass  # it can be made again
    return await develop_photo(organisation, store, photo)


async def develop_photo(organisation: UUID, store: ObjectStore, photo: Photo) -> Small | NoPreview:
    """Make the thumbnail of a complete photo and keep it; or note why there can be none."""
    key = storage_key(organisation, photo.site, photo.sha256)
    try:
        made = await develop(store, key)
    except FileNotFoundError:
        log.error("photo %s is complete, but its bytes are gone from the store", photo.id)
        raise PHOTO_INCOMPLETE() from None
    if isinstance(made, NoPreview):
        async with company_transaction(organisation):
            await queries.mark_no_preview(organisation, photo.id, made)
        return made
    await storage.put_bytes(store, thumbnail_key(key), made)
    async with company_transaction(organisation):
        await queries.mark_thumbnail(organisation, photo.id)
    return Small(made, True)


async def develop_waiting(organisation: UUID, store: ObjectStore) -> int:
    """The background's part: thumbnails of what has arrived. Returns how many were looked at."""
    async with company_transaction(organisation):
        waiting = await queries.photos_to_develop(organisation, AT_A_TIME)
    for photo_id in waiting:
        async with company_transaction(organisation):
            photo = await queries.photo_by_id(organisation, photo_id)
        if photo is None:
            continue
        try:
            await develop_photo(organisation, store, photo)
        except Exception:
            log.exception("the thumbnail of photo %s was not made", photo_id)
    return len(waiting)


async def _complete(actor: Actor, photo_id: UUID) -> Photo:
    async with company_transaction(actor.organisation):
        photo = await photo_for(actor, photo_id)
    if photo.purged:
        raise PHOTO_PURGED()
    if photo.state != PhotoState.COMPLETE:
        raise PHOTO_INCOMPLETE()
    return photo


async def _phone_preview(organisation: UUID, store: ObjectStore, photo: Photo) -> Small:
    if photo.phone_preview_at is None:
        raise PHOTO_INCOMPLETE()
    key = phone_preview_key(organisation, photo.site, photo.id)
    try:
        return Small(await storage.get_bytes(store, key), False)
    except FileNotFoundError:
        raise PHOTO_INCOMPLETE() from None
