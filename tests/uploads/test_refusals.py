"""What an upload is refused for, and who must not see, touch or begin one."""

from pathlib import Path
from uuid import uuid4

import httpx

from daywork.photos.rules import LARGEST_PHOTO
from tests.support.cast import found
from tests.support.database import query, value
from tests.support.server import Server
from tests.support.uploads import Phone, files, metadata, noise, phone_of


async def test_what_is_wrong_with_a_creation_is_said(phone: Phone) -> None:
    data = noise(4_000)
    photo = await phone.announce(data)
    small = await phone.begin(photo, 3_999)
    assert (small.status_code, small.json()["type"]) == (422, "length_mismatch")
    large = await phone.begin(photo, LARGEST_PHOTO + 1)
    assert (large.status_code, large.json()["type"]) == (413, "photo_too_large")
    big_thumb = await phone.begin(photo, 1_000_000, kind="thumb")
    assert big_thumb.status_code == 413
    assert (await phone.begin(photo, 0)).status_code == 422
    unknown = await phone.begin(uuid4(), 4_000)
    assert (unknown.status_code, unknown.json()["type"]) == (409, "photo_unknown")
    for said in ("", "photo", "photo !!!", "kind ZnVsbA==", metadata(photo, "other"), "photo eA=="):
        answer = await phone.begin(photo, 4_000, upload_metadata=said)
        assert (answer.status_code, answer.json()["type"]) == (400, "upload_header"), said
    for said in ("-1", "4e3", "", "9" * 20):
        answer = await phone.begin(photo, 4_000, upload_length=said)
        assert answer.status_code == 400, said
    too_long = await phone.begin(photo, 4_000, body=data + b"x")
    assert (too_long.status_code, too_long.json()["type"]) == (413, "upload_too_long")
    assert query(phone.cast.url, "SELECT 1 FROM upload") == []


async def test_another_version_of_tus_is_refused(phone: Phone) -> None:
    data = noise(4_000)
    photo = await phone.announce(data)
    upload = await phone.begun(photo, len(data))
    for headers in ({}, {"tus-resumable": "0.2.2"}):
        phone.headers = headers
        for answer in (
            await phone.begin(photo, len(data)),
            await phone.where(upload),
            await phone.go_on(upload, 0, data),
            await phone.end(upload),
        ):
            assert answer.status_code == 412
            assert answer.headers["tus-version"] == "1.0.0"


async def test_a_body_of_another_kind_is_refused(phone: Phone) -> None:
    data = noise(4_000)
    upload = await phone.begun(await phone.announce(data), len(data))
    answer = await phone.go_on(upload, 0, data, content_type="image/jpeg")
    assert (answer.status_code, answer.json()["type"]) == (415, "upload_type")
    too_long = await phone.go_on(upload, 0, data + b"x")
    assert too_long.status_code == 413
    assert await phone.offset(upload) == 0


async def test_nobody_else_sees_touches_or_begins_an_upload(
    app_server: Server, phone: Phone, folder: Path
) -> None:
    cast, data = phone.cast, noise(4_000)
    photo = await phone.announce(data)
    upload = await phone.begun(photo, len(data), body=data[:1_000])
    other_company = found(cast.url, "Another company")
    for actor in (cast.other_foreman, cast.supervisor, cast.owner, other_company.owner):
        async with phone_of(app_server.url, cast, actor) as outsider:
            assert (await outsider.where(upload)).status_code == 404
            assert (await outsider.go_on(upload, 1_000, data[1_000:])).status_code == 404
            assert (await outsider.end(upload)).status_code == 404
            begun = await outsider.begin(photo, len(data), body=data)
            assert (begun.status_code, begun.json()["type"]) == (409, "photo_unknown")
    assert await phone.offset(upload) == 1_000
    async with httpx.AsyncClient(base_url=app_server.url, trust_env=False) as nobody:
        assert (await nobody.head(upload, headers=phone.headers)).status_code == 401
    assert value(cast.url, "SELECT state FROM photo") == "awaiting_bytes"
    assert len(files(folder)) == 1


async def test_an_upload_is_never_sent_as_somebody_else(phone: Phone) -> None:
    data = noise(4_000)
    photo = await phone.announce(data)
    answer = await phone.begin(
        photo, len(data), x_daywork_member=str(phone.cast.members["other_foreman"])
    )
    assert (answer.status_code, answer.json()["type"]) == (401, "another_member")


async def test_without_the_token_against_forgery_nothing_is_taken(phone: Phone) -> None:
    data = noise(4_000)
    photo = await phone.announce(data)
    del phone.http.headers["x-csrf-token"]
    assert (await phone.begin(photo, len(data), body=data)).status_code == 403
