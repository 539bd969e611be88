"""A photo is complete only when the server's own hash of its bytes matches its row."""

import io
from pathlib import Path

import pytest
from obstore.store import ObjectStore
from PIL import Image, ImageDraw

from daywork.ground.problems import Problem
from daywork.people.actor import Actor
from daywork.photos.rules import NoPreview
from daywork.photos.service import receive_bytes
from daywork.photos.showing import Small, original_of, thumbnail_of
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.phone_words import photo_row, said, send, sheet


def jpeg(width: int = 640, height: int = 480, orientation: int = 1) -> bytes:
    """A picture whose upper left quarter is red."""
    picture = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(picture).rectangle((0, 0, width // 2, height // 2), fill="red")
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, quality=90)
    return out.getvalue()


async def test_a_photo_is_complete_when_its_bytes_match(cast: Cast, store: ObjectStore) -> None:
    data = jpeg()
    photo = photo_row(cast, data)
    assert said(await send(cast.foreman, photo)) == ["applied"]
    assert value(cast.url, "SELECT state FROM photo") == "awaiting_bytes"
    await receive_bytes(cast.foreman, store, photo["entity_id"], data)
    assert value(cast.url, "SELECT state FROM photo") == "complete"
    kept = await original_of(cast.foreman, store, photo["entity_id"])
    assert (kept.media_type, kept.size) == ("image/jpeg", len(data))
    assert b"".join([chunk async for chunk in kept.chunks]) == data


async def test_sending_the_bytes_again_changes_nothing(cast: Cast, store: ObjectStore) -> None:
    data = jpeg()
    photo = photo_row(cast, data)
    await send(cast.foreman, photo)
    await receive_bytes(cast.foreman, store, photo["entity_id"], data)
    first = value(cast.url, "SELECT completed_at FROM photo")
    await receive_bytes(cast.foreman, store, photo["entity_id"], data)
    assert value(cast.url, "SELECT completed_at FROM photo") == first


async def test_damaged_bytes_are_refused_and_the_photo_still_waits(
    cast: Cast, store: ObjectStore
) -> None:
    data = jpeg()
    photo = photo_row(cast, data)
    await send(cast.foreman, photo)
    with pytest.raises(Problem) as refused:
        await receive_bytes(cast.foreman, store, photo["entity_id"], data[:-1])
    assert refused.value.kind.slug == "hash_mismatch"
    assert value(cast.url, "SELECT state FROM photo") == "awaiting_bytes"


async def test_bytes_before_their_row_wait(cast: Cast, store: ObjectStore) -> None:
    with pytest.raises(Problem) as refused:
        await receive_bytes(cast.foreman, store, photo_row(cast, b"x")["entity_id"], b"x")
    assert refused.value.kind.slug == "photo_unknown"


async def test_a_thumbnail_is_upright_small_and_without_metadata(
    cast: Cast, store: ObjectStore
) -> None:
    data = jpeg(1200, 800, orientation=6)  # turned right: the red corner ends up at the top right
    photo = photo_row(cast, data)
    await send(cast.foreman, photo)
    await receive_bytes(cast.foreman, store, photo["entity_id"], data)
    small = await thumbnail_of(cast.foreman, store, photo["entity_id"])
    assert isinstance(small, Small)
    with Image.open(io.BytesIO(small.data)) as shown:
        assert shown.size == (320, 480)
        assert not shown.getexif()
        pixel = shown.convert("RGB").getpixel((300, 20))
    assert isinstance(pixel, tuple)
    assert pixel[0] > 200
    assert pixel[1] < 60


async def test_what_is_no_picture_is_kept_without_a_thumbnail(
    cast: Cast, store: ObjectStore
) -> None:
    data = b"GIF89a is what I claim to be"
    photo = photo_row(cast, data)
    await send(cast.foreman, photo)
    await receive_bytes(cast.foreman, store, photo["entity_id"], data)
    assert await thumbnail_of(cast.foreman, store, photo["entity_id"]) is NoPreview.DAMAGED
    kept = await original_of(cast.foreman, store, photo["entity_id"])
    assert b"".join([chunk async for chunk in kept.chunks]) == data


async def test_the_same_picture_twice_on_a_site_is_stored_once(
    cast: Cast, store: ObjectStore, tmp_path: Path
) -> None:
    data = jpeg()
    for _ in range(2):
        photo = photo_row(cast, data)
        await send(cast.foreman, photo)
        await receive_bytes(cast.foreman, store, photo["entity_id"], data)
        await thumbnail_of(cast.foreman, store, photo["entity_id"])
    files = [one for one in (tmp_path / "photos").rglob("*") if one.is_file()]
    assert len(files) == 2, "the picture and its thumbnail"


async def test_a_photo_belongs_to_its_sheet_and_is_seen_by_who_may(
    cast: Cast, stranger: Actor, store: ObjectStore
) -> None:
    of = sheet(cast)
    data = jpeg()
    photo = photo_row(cast, data, entry=of["entity_id"])
    assert said(await send(cast.foreman, of, photo)) == ["applied", "applied"]
    await receive_bytes(cast.foreman, store, photo["entity_id"], data)
    await thumbnail_of(cast.supervisor, store, photo["entity_id"])
    for outsider in (stranger, cast.far_supervisor, cast.other_foreman):
        with pytest.raises(Problem) as refused:
            await thumbnail_of(outsider, store, photo["entity_id"])
        assert refused.value.kind.slug == "not_found"
        with pytest.raises(Problem) as refused:
            await original_of(outsider, store, photo["entity_id"])
        assert refused.value.kind.slug == "not_found"


async def test_nobody_fills_in_somebody_elses_photo(cast: Cast, store: ObjectStore) -> None:
    data = jpeg()
    photo = photo_row(cast, data)
    await send(cast.foreman, photo)
    with pytest.raises(Problem) as refused:
        await receive_bytes(cast.other_foreman, store, photo["entity_id"], data)
    assert refused.value.kind.slug == "photo_unknown"
    assert query(cast.url, "SELECT 1 FROM photo WHERE state = 'complete'") == []
