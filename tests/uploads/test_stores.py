"""Uploads on a folder and on S3 alike; orphans go, and nothing a row refers to ever does."""

import asyncio
import io
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from obstore.store import ObjectStore
from PIL import Image

from daywork.photos import storage
from daywork.photos.rules import ORPHAN_AGE, storage_key
from daywork.photos.service import receive_bytes
from daywork.photos.showing import Small, original_of, thumbnail_of
from daywork.photos.storage import listed, open_storage
from daywork.uploads.service import begin, go_on, sweep_expired, sweep_orphans, terminate
from tests.photos.made import quarters, saved
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.phone_words import send
from tests.support.uploads import metadata, noise, photo_row


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "folder":
        return open_storage((tmp_path / "photos").as_uri())
    return open_storage(str(request.getfixturevalue("bucket")) + "/photos")


async def announced(cast: Cast, data: bytes) -> UUID:
    row = photo_row(cast, data)
    await send(cast.foreman, row)
    return UUID(str(row["entity_id"]))


async def body(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def keys(store: ObjectStore) -> list[str]:
    return sorted([one.key async for one in listed(store)])


def later() -> datetime:
    return datetime.now(UTC) + ORPHAN_AGE + timedelta(hours=1)


@pytest.mark.parametrize("size", [50_000, 2_500_000, 9_000_000])
async def test_a_picture_in_parts_comes_together(cast: Cast, store: ObjectStore, size: int) -> None:
    data = noise(size)
    photo = await announced(cast, data)
    upload = await begin(cast.foreman, store, size, metadata(photo), None, None)
    at = 0
    for to in (size // 3, size // 2, size):
        part = body(data[at : (at + to) // 2], data[(at + to) // 2 : to])
        upload = await go_on(cast.foreman, store, upload.id, at, to - at, part)
        assert upload.received == to
        at = to
    kept = await original_of(cast.foreman, store, photo)
    assert b"".join([chunk async for chunk in kept.chunks]) == data
    assert await keys(store) == [_key(cast, photo)], "the parts are gone"


async def test_its_thumbnail_is_drawn_and_kept(cast: Cast, store: ObjectStore) -> None:
    data = saved(quarters(), "JPEG")
    photo = await announced(cast, data)
    await receive_bytes(cast.foreman, store, photo, data)
    for _ in range(2):
        small = await thumbnail_of(cast.supervisor, store, photo)
        assert isinstance(small, Small)
        assert Image.open(io.BytesIO(small.data)).size == (480, 360)
    assert len(await keys(store)) == 2


async def test_orphans_are_collected_and_what_is_needed_stays(
    cast: Cast, store: ObjectStore
) -> None:
    data = saved(quarters(), "JPEG")
    photo = await announced(cast, data)
    await receive_bytes(cast.foreman, store, photo, data)
    await thumbnail_of(cast.foreman, store, photo)
    going = await announced(cast, other := noise(9_000))
    upload = await begin(cast.foreman, store, len(other), metadata(going), body(other[:500]), None)
    void = await announced(cast, gone := noise(700, seed=5))
    await receive_bytes(cast.foreman, store, void, gone)
    query(cast.url, "UPDATE entry SET state = 'void' WHERE id = $1", void)
    needed = await keys(store)

    lost = storage_key(cast.organisation, cast.site, b"\7" * 32)
    orphans = [
        lost,
        lost + ".thumb.jpg",
        f"{cast.organisation}/{cast.site}/previews/{UUID(int=5)}.jpg",
        f"{cast.organisation}/uploads/{upload.id}/000000000000-other",
        f"{cast.organisation}/uploads/{UUID(int=7)}/000000000000-any",
        "incoming/draft",
    ]
    strange = ["notes.txt", f"{cast.organisation}/somebody/elses.bin"]
    for key in (*orphans, *strange):
        await storage.put_bytes(store, key, b"x")
    assert await sweep_orphans(store, datetime.now(UTC)) == [], "young ones may still be needed"
    assert sorted(await sweep_orphans(store, later())) == sorted(orphans)
    assert await keys(store) == sorted([*needed, *strange])


async def test_expired_and_ended_uploads_leave_nothing(cast: Cast, store: ObjectStore) -> None:
    data = noise(9_000)
    photo = await announced(cast, data)
    for _ in range(2):
        upload = await begin(
            cast.foreman, store, len(data), metadata(photo), body(data[:500]), None
        )
    await terminate(cast.foreman, store, upload.id)
    assert len(await keys(store)) == 1
    far = datetime.now(UTC) + timedelta(days=30)
    assert await sweep_expired(cast.organisation, store, far) == 1
    assert await keys(store) == []
    assert query(cast.url, "SELECT 1 FROM upload") == []


@pytest.mark.parametrize("turn", range(4))
async def test_the_sweep_never_takes_a_picture_that_is_being_attached(
    cast: Cast, store: ObjectStore, turn: int
) -> None:
    """Bytes lie there without a row (of an attempt that broke off) while the phone sends again."""
    data = noise(20_000, seed=turn)
    photo = await announced(cast, data)
    await storage.put_bytes(store, _key(cast, photo), data)
    now = later()
    if folder := storage.folder_of(store):  # there, drafts being written are young, this is not
        now = datetime.now(UTC)
        old = (now - ORPHAN_AGE - timedelta(hours=1)).timestamp()
        os.utime(folder / _key(cast, photo), (old, old))

    async def sweeping() -> None:
        for _ in range(6):
            await sweep_orphans(store, now)
            await asyncio.sleep(0)

    async def attaching() -> None:
        await asyncio.sleep(0.004 * turn)
        await receive_bytes(cast.foreman, store, photo, data)

    await asyncio.gather(sweeping(), attaching(), sweeping())
    assert value(cast.url, "SELECT state FROM photo") == "complete"
    kept = await original_of(cast.foreman, store, photo)
    assert b"".join([chunk async for chunk in kept.chunks]) == data


def _key(cast: Cast, photo: UUID) -> str:
    sha256 = value(cast.url, "SELECT sha256 FROM photo WHERE id = $1", photo)
    return storage_key(cast.organisation, cast.site, sha256)
