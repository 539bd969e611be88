"""Recording photos: the row by sync, the bytes by upload, complete when the hash matches."""

from collections.abc import Sequence
from uuid import UUID

from obstore.store import ObjectStore

from daywork.chain.service import append
from daywork.entries.queries import lock_site
from daywork.entries.rules import TASK_UNKNOWN, Answer, NewVersion, Recorded
from daywork.entries.service import judge_versions, write_versions
from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_FOUND
from daywork.ground.terms import EntryKind, PhotoState
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.photos import queries
from daywork.photos.queries import Photo
from daywork.photos.rules import (
    HASH_MISMATCH,
    PHOTO_UNKNOWN,
    PREVIEW_NOT_JPEG,
    THUMBNAIL_EDGE,
    PhotoPayload,
    jpeg_size,
    phone_preview_key,
    storage_key,
)
from daywork.photos.storage import InMemory, Settle, Source, create, digest, has, put_bytes


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


async def receive_bytes(
    actor: Actor, store: ObjectStore, photo_id: UUID, data: bytes | Source
) -> Photo:
    """Take a photo's bytes in one go. Sending the same bytes again changes nothing.

    Raises:
        Problem: ``photo_unknown`` while its row has not arrived, ``hash_mismatch`` when the bytes
            are not those the row announced.
    """
    photo = await photo_to_fill(actor, photo_id)
    source = InMemory(data) if isinstance(data, bytes) else data
    await keep_original(store, actor.organisation, photo, source)
    return photo


async def photo_to_fill(actor: Actor, photo_id: UUID) -> Photo:
    """One's own photo, whose bytes one may send; opens its own transaction.

    Raises:
        Problem: ``photo_unknown``, also when it is somebody else's or another company's.
    """
    async with company_transaction(actor.organisation):
        photo = await queries.photo_by_id(actor.organisation, photo_id)
    if photo is None or photo.author != actor.member:
        raise PHOTO_UNKNOWN()
    return photo


async def keep_original(
    store: ObjectStore,
    organisation: UUID,
    photo: Photo,
    source: Source,
    settle: Settle | None = None,
) -> None:
    """Compare the hash, store the bytes for good, and only then call the photo complete.

    ``settle`` runs in the transaction that completes it.

    Raises:
        Problem: ``hash_mismatch``.
    """
    if await digest(source) != photo.sha256:
        raise HASH_MISMATCH()
    key = storage_key(organisation, photo.site, photo.sha256)
    while True:
        await create(store, key, source, photo.sha256)
        async with company_transaction(organisation):
            await queries.hold_bytes(key)
            if not await has(store, key):
                continue  # the sweep took it for an orphan just before we held it
            await lock_site(organisation, photo.site)
            completed = await queries.mark_complete(organisation, photo.id)
            if completed is not None:
                await append(organisation, [completed.happening()])
            if settle is not None:
                await settle()
        return


async def has_original(store: ObjectStore, organisation: UUID, photo: Photo) -> bool:
    """Whether the photo is complete and its bytes are where they should be."""
    key = storage_key(organisation, photo.site, photo.sha256)
    return photo.state == PhotoState.COMPLETE and await has(store, key)


async def keep_phone_preview(
    store: ObjectStore,
    organisation: UUID,
    photo: Photo,
    data: bytes,
    settle: Settle | None = None,
) -> None:
    """Keep the phone's own thumbnail, shown until ours is made from the picture.

    Raises:
        Problem: ``preview_not_jpeg``.
    """
    size = jpeg_size(data)
    if size is None or not 1 <= min(size) <= max(size) <= 4 * THUMBNAIL_EDGE:
        raise PREVIEW_NOT_JPEG()
    await put_bytes(store, phone_preview_key(organisation, photo.site, photo.id), data)
    async with company_transaction(organisation):
        await queries.mark_phone_preview(organisation, photo.id)
        if settle is not None:
            await settle()


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
