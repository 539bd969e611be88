"""What a phone may do with uploads: begin one, go on with it, ask where it is, give it up."""

import dataclasses
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

from obstore.store import ObjectStore

from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_FOUND
from daywork.people.actor import Actor
from daywork.photos.queries import Photo
from daywork.photos.rules import PHOTO_TOO_LARGE
from daywork.photos.service import has_original, photo_to_fill
from daywork.photos.sweep import sweep_store
from daywork.uploads import queries
from daywork.uploads.queries import Upload
from daywork.uploads.rules import (
    LENGTH_MISMATCH,
    MOST_OPEN,
    UPLOAD_GONE,
    UPLOAD_TOO_LONG,
    Checksum,
    elsewhere,
    largest,
    purpose_of,
)
from daywork.uploads.taking import Taking, expiry, give_up

AT_A_TIME = 500
"""Expired uploads one round of the sweep removes for one company."""


async def begin(
    actor: Actor,
    store: ObjectStore,
    length: int,
    metadata: str,
    body: AsyncIterator[bytes] | None = None,
    checksum: Checksum | None = None,
) -> Upload:
    """Open an upload for one's own photo, with its first bytes when there is a body.

    A photo that is complete already, bytes and all, needs none: its upload is finished at once.

    Raises:
        Problem: ``photo_unknown``, ``photo_too_large``, ``length_mismatch``, ``upload_header``, and
            those of ``Taking.take``.
    """
    upload, photo = await _prepared(actor, length, metadata)
    if upload.kind == "full" and await has_original(store, actor.organisation, photo):
        upload = dataclasses.replace(upload, received=length, finished_at=datetime.now(UTC))
    elif body is not None:
        return await Taking(store, upload, photo, stands=False).take(body, checksum)
    async with company_transaction(actor.organisation):
        crowd = await queries.too_many_open(
            actor.organisation, upload.photo, upload.kind, MOST_OPEN - 1
        )
        await queries.insert_upload(upload)
    for one in crowd:
        await give_up(store, actor.organisation, one)
    return upload


async def _prepared(actor: Actor, length: int, metadata: str) -> tuple[Upload, Photo]:
    purpose = purpose_of(metadata)
    if length > largest(purpose.kind):
        raise PHOTO_TOO_LARGE(megabytes=largest("full") // 1024 // 1024)
    photo = await photo_to_fill(actor, purpose.photo)
    if length == 0 or (purpose.kind == "full" and length != photo.bytes):
        raise LENGTH_MISMATCH()
    upload = Upload(
        organisation=actor.organisation,
        id=new_id(),
        member=actor.member,
        photo=purpose.photo,
        kind=purpose.kind,
        length=length,
        received=0,
        metadata=metadata,
        expires_at=expiry(),
        finished_at=None,
    )
    return upload, photo


async def upload_for(actor: Actor, upload_id: UUID) -> Upload:
    """One's own upload.

    Raises:
        Problem: ``not_found``, also when it is another member's; ``upload_gone`` when expired.
    """
    async with company_transaction(actor.organisation):
        upload = await queries.upload_by_id(actor.organisation, upload_id)
    if upload is None or upload.member != actor.member:
        raise NOT_FOUND()
    if upload.expires_at <= datetime.now(UTC):
        raise UPLOAD_GONE()
    return upload


async def go_on(
    actor: Actor,
    store: ObjectStore,
    upload_id: UUID,
    offset: int,
    announced: int,
    body: AsyncIterator[bytes],
    checksum: Checksum | None = None,
) -> Upload:
    """Take the bytes from ``offset`` on; ``announced`` is how many the request says there are.

    Raises:
        Problem: ``not_found``, ``upload_gone``, ``upload_offset``, ``photo_unknown``, and those of
            ``Taking.take``.
    """
    upload = await upload_for(actor, upload_id)
    if offset != upload.received:
        raise elsewhere(upload.received)
    if upload.received + announced > upload.length:
        raise UPLOAD_TOO_LONG()
    if upload.finished_at is not None:
        return upload
    photo = await photo_to_fill(actor, upload.photo)
    return await Taking(store, upload, photo, stands=True).take(body, checksum)


async def terminate(actor: Actor, store: ObjectStore, upload_id: UUID) -> None:
    """The phone gives the upload up; a photo it completed stays.

    Raises:
        Problem: ``not_found``, ``upload_gone``.
    """
    upload = await upload_for(actor, upload_id)
    await give_up(store, upload.organisation, upload.id)


async def sweep_expired(organisation: UUID, store: ObjectStore, now: datetime) -> int:
    """Forget uploads nobody went on with; returns how many."""
    async with company_transaction(organisation):
        gone = await queries.expired(organisation, now, AT_A_TIME)
    for upload in gone:
        await give_up(store, organisation, upload)
    return len(gone)


async def sweep_orphans(store: ObjectStore, now: datetime) -> list[str]:
    """Remove old objects of the store that no row knows, of photos and uploads; returns them."""
    return await sweep_store(store, now, _is_known)


async def _is_known(organisation: UUID, parts: list[str]) -> bool | None:
    """None for what is no piece of an upload."""
    if len(parts) != 3 or parts[0] != "uploads":
        return None
    try:
        upload = UUID(parts[1])
    except ValueError:
        return None
    return await queries.is_piece(organisation, upload, parts[2])
