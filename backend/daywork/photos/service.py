"""Recording photos: the row by sync, the bytes by upload, complete when the hash matches."""

import asyncio
import hashlib
from collections.abc import Sequence
from uuid import UUID

from obstore.store import ObjectStore

from daywork.entries.rules import TASK_UNKNOWN, Answer, NewVersion, Recorded
from daywork.entries.service import judge_versions, write_versions
from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_FOUND
from daywork.ground.terms import EntryKind, PhotoState
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.photos import queries, storage
from daywork.photos.pictures import Undecodable, thumbnail
from daywork.photos.queries import Photo
from daywork.photos.rules import (
    HASH_MISMATCH,
    PHOTO_INCOMPLETE,
    PHOTO_UNKNOWN,
    PhotoPayload,
    storage_key,
)


async def record_photos(
    actor: Actor, batch: Sequence[Recorded[PhotoPayload]]
) -> dict[UUID, Answer]:
    """Write the rows of photos; their bytes follow. Answers by mutation."""
    named = [one.payload.task for one in batch if one.payload.task is not None]
    site_of_task = await queries.tasks_on_sites(actor.organisation, named)

    def check(one: Recorded[PhotoPayload]) -> None:
        task = one.payload.task
        if task is not None and site_of_task.get(task) != one.site:
            raise TASK_UNKNOWN()

    def version(one: Recorded[PhotoPayload]) -> NewVersion:
        task = one.payload.task
        return NewVersion(
            one,
            EntryKind.PHOTO,
            one.payload.work_day,
            task=task if task is not None and site_of_task.get(task) == one.site else None,
            reason=one.payload.reason,
        )

    judged = await judge_versions(actor, batch, version, check)
    await write_versions(actor, judged.versions)
    if judged.versions:
        await queries.insert_photos(actor, judged.versions)
    return judged.answers


async def receive_bytes(actor: Actor, store: ObjectStore, photo_id: UUID, data: bytes) -> Photo:
    """Take a photo's bytes. Sending the same bytes again changes nothing.

    Raises:
        Problem: ``photo_unknown`` while its row has not arrived, ``hash_mismatch`` when the bytes
            are not those the row announced.
    """
    async with company_transaction(actor.organisation):
        photo = await queries.photo_by_id(actor.organisation, photo_id)
    if photo is None or photo.author != actor.member:
        raise PHOTO_UNKNOWN()
    if await asyncio.to_thread(_digest, data) != photo.sha256:
        raise HASH_MISMATCH()
    key = storage_key(actor.organisation, photo.site, photo.sha256)
    await storage.put_once(store, key, data)
    made = await _keep_thumbnail(store, key, data)
    async with company_transaction(actor.organisation):
        await queries.mark_complete(actor.organisation, photo_id)
        if made:
            await queries.mark_thumbnail(actor.organisation, photo_id)
    return photo


async def _keep_thumbnail(store: ObjectStore, key: str, data: bytes) -> bool:
    """Whether there is a thumbnail now; a picture that cannot be decoded has none."""
    try:
        small = await asyncio.to_thread(thumbnail, data)
    except Undecodable:
        return False
    await storage.put_bytes(store, key + ".thumb.jpg", small)
    return True


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


async def photo_for(actor: Actor, photo_id: UUID) -> Photo:
    """A photo the actor may see: one's own, of a crew one leads, or on a site one oversees.

    Raises:
        Problem: ``not_found``.
    """
    photo = await queries.photo_by_id(actor.organisation, photo_id)
    if photo is None or not may(actor, Right.SEE_SITE, photo.site):
        raise NOT_FOUND()
    if photo.author != actor.member and not may(actor, Right.SEE_LABOUR, photo.site):
        raise NOT_FOUND()
    return photo


async def picture_of(
    actor: Actor, store: ObjectStore, photo_id: UUID, *, small: bool
) -> tuple[bytes, str]:
    """Bytes and media type of a photo, or of its thumbnail.

    Raises:
        Problem: ``not_found``, or ``photo_incomplete`` while the bytes are still on the phone.
    """
    async with company_transaction(actor.organisation):
        photo = await photo_for(actor, photo_id)
    if photo.state != PhotoState.COMPLETE:
        raise PHOTO_INCOMPLETE()
    key = storage_key(actor.organisation, photo.site, photo.sha256)
    if small and photo.thumbnail_at is not None:
        return await storage.get_bytes(store, key + ".thumb.jpg"), "image/jpeg"
    return await storage.get_bytes(store, key), photo.media_type
