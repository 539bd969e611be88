"""The small picture that goes ahead of its large one."""

import hashlib
import io

import pytest
from PIL import Image

from tests.support.uploads import Phone, metadata, noise


async def test_a_thumbnail_is_shown_before_its_picture_has_come(phone: Phone) -> None:
    small, large = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (240, 180), "teal").save(small, "JPEG")
    Image.new("RGB", (1600, 1200), "teal").save(large, "JPEG", quality=95)
    photo = await phone.announce(large.getvalue())
    preview = small.getvalue()
    assert (await phone.http.get(f"/api/photos/{photo}/thumb")).status_code == 404
    sent = await phone.begin(photo, len(preview), kind="thumb", body=preview)
    assert sent.headers["x-daywork-photo"] == "preview"
    shown = await phone.http.get(f"/api/photos/{photo}/thumb")
    assert shown.content == preview
    assert "immutable" not in shown.headers["cache-control"]
    assert (await phone.http.get(f"/api/photos/{photo}/full")).status_code == 404
    await phone.begin(photo, len(large.getvalue()), body=large.getvalue())
    drawn = await phone.http.get(f"/api/photos/{photo}/thumb")
    assert drawn.content != preview
    with Image.open(io.BytesIO(drawn.content)) as ours:
        assert ours.size == (480, 360)


@pytest.mark.parametrize(
    "preview",
    [b"<svg onload=alert(1)>", b"\xff\xd8\xff\xe0 short", b"GIF89a" + bytes(100)],
    ids=["svg", "headless", "gif"],
)
async def test_a_thumbnail_that_is_no_small_jpeg_is_left_out(phone: Phone, preview: bytes) -> None:
    data = noise(4_000)
    photo = await phone.announce(data)
    answer = await phone.begin(photo, len(preview), kind="thumb", body=preview)
    assert (answer.status_code, answer.json()["type"]) == (422, "preview_not_jpeg")
    assert (await phone.http.get(f"/api/photos/{photo}/thumb")).status_code == 404


async def test_a_thumbnail_with_another_hash_is_refused(phone: Phone) -> None:
    out = io.BytesIO()
    Image.new("RGB", (240, 180), "teal").save(out, "JPEG")
    photo = await phone.announce(noise(4_000))
    said = metadata(photo, "thumb", sha256=hashlib.sha256(b"other").hexdigest())
    answer = await phone.begin(
        photo, len(out.getvalue()), kind="thumb", body=out.getvalue(), upload_metadata=said
    )
    assert (answer.status_code, answer.json()["type"]) == (422, "hash_mismatch")
