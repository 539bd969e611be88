"""One request's work on an upload: put bytes down, move on, and at the end compare the hash.

Bytes go into the store first, as an object under a name of their own, and then into the row by
compare-and-set. So a crash leaves an orphan object at most, two requests at one place cannot both
count, and any process can go on where another stopped. The last bytes never become a piece: an
upload reaches its length only in the transaction that completes the photo.
"""

import asyncio
import dataclasses
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from obstore.store import ObjectStore

from daywork.ground.database import company_transaction
from daywork.ground.problems import Problem
from daywork.photos import storage
from daywork.photos.queries import Photo, hold_bytes
from daywork.photos.rules import HASH_MISMATCH, PREVIEW_NOT_JPEG
from daywork.photos.service import keep_original, keep_phone_preview
from daywork.photos.storage import InMemory, Source, Stored
from daywork.uploads import queries
from daywork.uploads.arriving import BrokenOff, pieces_arriving
from daywork.uploads.queries import Piece, Upload
from daywork.uploads.rules import (
    CHECKSUM_MISMATCH,
    LIFETIME,
    MOST_PIECES,
    UPLOAD_GONE,
    UPLOAD_TOO_LONG,
    Checksum,
    elsewhere,
    piece_prefix,
    purpose_of,
)


def expiry() -> datetime:
    """When an upload that moves now is given up."""
    return datetime.now(UTC) + LIFETIME


def keys_of(organisation: UUID, upload: UUID, pieces: Sequence[Piece]) -> list[str]:
    """The objects of these pieces."""
    return [piece_prefix(organisation, upload) + piece.name for piece in pieces]


async def give_up(store: ObjectStore, organisation: UUID, upload_id: UUID) -> None:
    """Forget an upload: rows first, then objects, so that no row names what is gone."""
    async with company_transaction(organisation):
        upload = await queries.upload_by_id(organisation, upload_id)
        pieces: list[Piece] = []
        if upload is not None and await queries.lock_upload(upload):
            pieces = await queries.pieces_of(upload)
        await queries.delete_upload(organisation, upload_id)
    await storage.remove(store, keys_of(organisation, upload_id, pieces))


@dataclass
class Taking:
    """``stands``: the upload has its row already; one that comes whole gets it when it is done."""

    store: ObjectStore
    upload: Upload
    photo: Photo
    stands: bool
    unsaid: list[Piece] = field(default_factory=list)
    """Pieces in the store that are not in the row: they wait for the checksum of the body."""

    @property
    def at(self) -> int:
        """How many bytes are in the store."""
        return self.upload.received + sum(piece.bytes for piece in self.unsaid)

    async def take(self, body: AsyncIterator[bytes], checksum: Checksum | None) -> Upload:
        """Take a body; what came of one that breaks off stays, unless it waits for its checksum.

        Raises:
            Problem: ``upload_too_long``, ``checksum_mismatch``, ``upload_offset``,
                ``upload_stalled``; ``hash_mismatch`` and ``preview_not_jpeg`` end the upload.
            BrokenOff: nobody is there to be answered.
        """
        hashed = checksum.begin() if checksum is not None else None
        tail = b""
        try:
            async for data in pieces_arriving(body):
                if self.at + len(tail) + len(data) > self.upload.length:
                    raise UPLOAD_TOO_LONG()
                if hashed is not None:
                    await asyncio.to_thread(hashed.update, data)
                if self.at + len(data) == self.upload.length:
                    tail = data
                    continue
                await self.put_down(data)
                if checksum is None:
                    await self.say()
        except BrokenOff:
            if not tail or checksum is not None:
                await self.forget()
                raise
            # The last byte had come when the link went: the photo need not wait for the next one.
        except BaseException:
            await self.forget()
            raise
        if checksum is not None and hashed is not None and hashed.digest() != checksum.digest:
            await self.forget()
            raise CHECKSUM_MISMATCH()
        if self.unsaid or not (self.stands or tail):
            await self.say()
        if tail:
            return await self.finish(tail)
        await self.join()
        return self.upload

    async def put_down(self, data: bytes) -> None:
        """Into the store, under a name nobody else uses."""
        piece = Piece(self.at, len(data), f"{self.at:012d}-{secrets.token_hex(8)}")
        (key,) = keys_of(self.upload.organisation, self.upload.id, [piece])
        await storage.put_bytes(self.store, key, data)
        self.unsaid.append(piece)

    async def say(self) -> None:
        """Count what was put down.

        Raises:
            Problem: ``upload_offset`` when somebody else has counted bytes meanwhile,
                ``upload_gone`` when it was ended.
        """
        upload = self.upload
        later = dataclasses.replace(upload, received=self.at, expires_at=expiry())
        keys = keys_of(upload.organisation, upload.id, self.unsaid)
        async with company_transaction(upload.organisation):
            there = await self._held(keys)
            if there and not self.stands:
                await queries.insert_upload(upload)
            if there:
                there = await queries.move_on(upload, later.received, later.expires_at)
            if there:
                await queries.insert_pieces(upload, self.unsaid)
        if not there:
            await self.forget()
            raise await where_it_is(upload)
        self.upload, self.stands = later, True
        self.unsaid.clear()

    async def _held(self, keys: list[str]) -> bool:
        """Whether the sweep has left them all, and will."""
        for key in keys:
            await hold_bytes(key)
            if not await storage.has(self.store, key):
                return False
        return True

    async def forget(self) -> None:
        """Remove what was put down and not counted."""
        keys = keys_of(self.upload.organisation, self.upload.id, self.unsaid)
        self.unsaid.clear()
        await storage.remove(self.store, keys)

    async def finish(self, tail: bytes) -> Upload:
        """All bytes are here: compare, keep, and complete photo and upload in one transaction."""
        upload = self.upload
        pieces = await self._pieces()
        if pieces is None:  # another request was first; these bytes were not needed
            raise await where_it_is(upload)
        keys = keys_of(upload.organisation, upload.id, pieces)
        done = dataclasses.replace(
            upload, received=upload.length, finished_at=datetime.now(UTC), expires_at=expiry()
        )
        moved = False

        async def settle() -> None:
            nonlocal moved
            if not self.stands:
                await queries.insert_upload(done)
            elif await queries.move_on(upload, upload.length, done.expires_at):
                await queries.delete_pieces(upload)
                moved = True

        source = Stored(self.store, keys, upload.length, tail) if keys else InMemory(tail)
        try:
            await self._keep(source, settle)
        except FileNotFoundError:
            return await self._finished_elsewhere()
        except Problem as refused:
            if self.stands and refused.kind in (HASH_MISMATCH, PREVIEW_NOT_JPEG):
                await give_up(self.store, upload.organisation, upload.id)
            raise
        if moved:
            await storage.remove(self.store, keys)
        return done

    async def _keep(self, source: Source, settle: storage.Settle) -> None:
        organisation = self.upload.organisation
        if self.upload.kind == "full":
            await keep_original(self.store, organisation, self.photo, source, settle)
            return
        data = await storage.gathered(source)
        said = purpose_of(self.upload.metadata).sha256
        if said is not None and await storage.digest(InMemory(data)) != said:
            raise HASH_MISMATCH()
        await keep_phone_preview(self.store, organisation, self.photo, data, settle)

    async def _finished_elsewhere(self) -> Upload:
        """A piece is gone: another request finished the upload, or ended it, or it was lost."""
        upload = self.upload
        async with company_transaction(upload.organisation):
            found = await queries.upload_by_id(upload.organisation, upload.id)
        if found is not None and found.finished_at is not None:
            return found
        if found is not None and found.received != upload.received:
            raise elsewhere(found.received)
        await give_up(self.store, upload.organisation, upload.id)
        raise UPLOAD_GONE()

    async def join(self) -> None:
        """An upload broken off many times is made one piece again, so that they stay few."""
        pieces = await self._pieces()
        if pieces is None or len(pieces) < MOST_PIECES:
            return
        upload = self.upload
        whole = Piece(0, upload.received, f"{0:012d}-{secrets.token_hex(8)}")
        old = keys_of(upload.organisation, upload.id, pieces)
        (key,) = keys_of(upload.organisation, upload.id, [whole])
        try:
            await storage.put_source(self.store, key, Stored(self.store, old, upload.received))
        except FileNotFoundError:
            return
        async with company_transaction(upload.organisation):
            joined = await self._held([key]) and await queries.lock_upload(upload)
            if joined:
                await queries.delete_pieces(upload)
                await queries.insert_pieces(upload, [whole])
        await storage.remove(self.store, old if joined else [key])

    async def _pieces(self) -> list[Piece] | None:
        """What has been counted so far; None when the upload has moved on without us, or ended."""
        if not self.stands:
            return []
        async with company_transaction(self.upload.organisation):
            if not await queries.lock_upload(self.upload):
                return None
            return await queries.pieces_of(self.upload)


async def where_it_is(upload: Upload) -> Problem:
    """The answer to whoever is at the wrong place."""
    async with company_transaction(upload.organisation):
        found = await queries.upload_by_id(upload.organisation, upload.id)
    return UPLOAD_GONE() if found is None else elsewhere(found.received)
