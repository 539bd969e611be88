"""tus 1.0 on the wire: what each request answers, and what it leaves behind."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest

from daywork.photos.rules import LARGEST_PHOTO
from tests.support.database import query, value
from tests.support.server import Server
from tests.support.uploads import Phone, checksum, files, metadata, noise


def test_the_server_says_what_it_can_do_before_sign_in(app_server: Server) -> None:
    answer = httpx.options(f"{app_server.url}/api/uploads", trust_env=False)
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert answer.headers["tus-resumable"] == "1.0.0"
    assert set(answer.headers["tus-extension"].split(",")) == {
        "creation",
        "creation-with-upload",
        "checksum",
        "termination",
        "expiration",
    }
    assert answer.headers["tus-max-size"] == str(LARGEST_PHOTO)
    assert {"sha1", "sha256"} <= set(answer.headers["tus-checksum-algorithm"].split(","))


async def test_a_picture_in_parts_is_complete_with_its_last_byte(phone: Phone) -> None:
    data = noise(300_000)
    photo = await phone.announce(data)
    begun = await phone.begin(photo, len(data))
    assert begun.status_code == 201
    upload = begun.headers["location"]
    for at, end in ((0, 1), (1, 100_000), (100_000, 299_999)):
        answer = await phone.go_on(upload, at, data[at:end])
        assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(end))
        assert "x-daywork-photo" not in answer.headers
        expires = parsedate_to_datetime(answer.headers["upload-expires"])
        assert expires > datetime.now(UTC) + timedelta(days=6)
        assert value(phone.cast.url, "SELECT state FROM photo") == "awaiting_bytes"
    told = await phone.where(upload)
    assert told.headers["upload-offset"] == "299999"
    assert told.headers["upload-length"] == "300000"
    assert told.headers["upload-metadata"] == metadata(photo)
    assert told.headers["cache-control"] == "no-store"
    assert told.headers["x-daywork"] == "1"
    last = await phone.go_on(upload, 299_999, data[299_999:])
    assert last.headers["upload-offset"] == "300000"
    assert last.headers["x-daywork-photo"] == "complete"
    assert value(phone.cast.url, "SELECT state FROM photo") == "complete"
    assert (await phone.http.get(f"/api/photos/{photo}/full")).content == data
    again = await phone.where(upload)
    assert again.headers["x-daywork-photo"] == "complete", "for whom the last answer was lost"


async def test_finished_pieces_leave_only_the_picture(phone: Phone, folder: Path) -> None:
    data = noise(5_000)
    photo = await phone.announce(data)
    upload = await phone.begun(photo, len(data))
    await phone.go_on(upload, 0, data[:2_000])
    assert len(files(folder)) == 1
    await phone.go_on(upload, 2_000, data[2_000:])
    assert [name.split("/")[-1] for name in files(folder)] == [hashlib.sha256(data).hexdigest()]
    assert query(phone.cast.url, "SELECT 1 FROM upload_piece") == []


@pytest.mark.parametrize("size", [100, 300_000, 3_500_000])
async def test_a_picture_can_come_with_its_creation(phone: Phone, size: int) -> None:
    data = noise(size)
    photo = await phone.announce(data)
    answer = await phone.begin(photo, size, body=data)
    assert answer.status_code == 201, answer.text
    assert answer.headers["upload-offset"] == str(size)
    assert answer.headers["x-daywork-photo"] == "complete"
    assert (await phone.http.get(f"/api/photos/{photo}/full")).content == data


async def test_a_creation_can_bring_the_first_part(phone: Phone) -> None:
    data = noise(50_000)
    photo = await phone.announce(data)
    answer = await phone.begin(photo, len(data), body=data[:20_000])
    assert answer.headers["upload-offset"] == "20000"
    rest = await phone.go_on(answer.headers["location"], 20_000, data[20_000:])
    assert rest.headers["x-daywork-photo"] == "complete"


async def test_a_photo_the_office_has_is_not_sent_again(phone: Phone, folder: Path) -> None:
    data = noise(9_000)
    photo = await phone.announce(data)
    await phone.begin(photo, len(data), body=data)
    answer = await phone.begin(photo, len(data))
    assert answer.status_code == 201
    assert answer.headers["upload-offset"] == "9000"
    assert answer.headers["x-daywork-photo"] == "complete"
    for one in files(folder):
        (folder / one).unlink()
    lost = await phone.begin(photo, len(data))
    assert lost.headers["upload-offset"] == "0", "restored without its photos: it is wanted again"
    await phone.go_on(lost.headers["location"], 0, data)
    assert (await phone.http.get(f"/api/photos/{photo}/full")).content == data


@pytest.mark.parametrize("at", [0, 999, 1_001, 4_000])
async def test_bytes_at_another_place_change_nothing(phone: Phone, at: int) -> None:
    data = noise(4_000)
    upload = await phone.begun(await phone.announce(data), len(data))
    await phone.go_on(upload, 0, data[:1_000])
    answer = await phone.go_on(upload, at, data[at:])
    assert answer.status_code == 409
    assert answer.json()["type"] == "upload_offset"
    assert answer.headers["upload-offset"] == "1000"
    assert answer.headers["tus-resumable"] == "1.0.0"
    assert await phone.offset(upload) == 1_000


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512", "md5"])
async def test_a_damaged_part_is_not_kept(phone: Phone, algorithm: str, folder: Path) -> None:
    data = noise(2_500_000)
    photo = await phone.announce(data)
    upload = await phone.begun(photo, len(data))
    part = data[:2_400_000]
    damaged = part[:-1] + bytes([part[-1] ^ 1])
    answer = await phone.go_on(upload, 0, damaged, upload_checksum=checksum(part, algorithm))
    assert answer.status_code == 460
    assert answer.json()["type"] == "checksum_mismatch"
    assert await phone.offset(upload) == 0
    assert files(folder) == []
    right = await phone.go_on(upload, 0, part, upload_checksum=checksum(part, algorithm))
    assert right.headers["upload-offset"] == "2400000"
    rest = data[2_400_000:]
    last = await phone.go_on(upload, 2_400_000, rest, upload_checksum=checksum(b"other", algorithm))
    assert last.status_code == 460, "of the last part, too"
    assert value(phone.cast.url, "SELECT state FROM photo") == "awaiting_bytes"
    await phone.go_on(upload, 2_400_000, rest, upload_checksum=checksum(rest, algorithm))
    assert (await phone.http.get(f"/api/photos/{photo}/full")).content == data


@pytest.mark.parametrize("header", ["sha256", "sha256 !", "crc32 AAAA", "sha1 AAAA", "😀"])
async def test_a_checksum_nobody_can_read_is_said(phone: Phone, header: str) -> None:
    data = noise(1_000)
    upload = await phone.begun(await phone.announce(data), len(data))
    answer = await phone.http.patch(
        upload,
        headers={
            b"tus-resumable": b"1.0.0",
            b"upload-offset": b"0",
            b"content-type": b"application/offset+octet-stream",
            b"upload-checksum": header.encode(),
        },
        content=data,
    )
    assert answer.status_code == 400
    assert await phone.offset(upload) == 0


async def test_bytes_that_are_not_the_rows_end_the_upload(phone: Phone, folder: Path) -> None:
    data = noise(40_000)
    photo = await phone.announce(data)
    upload = await phone.begun(photo, len(data))
    await phone.go_on(upload, 0, data[:10_000])
    wrong = await phone.go_on(upload, 10_000, noise(30_000, seed=2))
    assert (wrong.status_code, wrong.json()["type"]) == (422, "hash_mismatch")
    assert (await phone.where(upload)).status_code == 404
    assert files(folder) == []
    assert value(phone.cast.url, "SELECT state FROM photo") == "awaiting_bytes"
    once_more = await phone.begin(photo, len(data), body=data)
    assert once_more.headers["x-daywork-photo"] == "complete"


async def test_a_given_up_upload_is_gone_with_its_bytes(phone: Phone, folder: Path) -> None:
    data = noise(40_000)
    upload = await phone.begun(await phone.announce(data), len(data))
    await phone.go_on(upload, 0, data[:10_000])
    assert (await phone.end(upload)).status_code == 204
    assert files(folder) == []
    assert (await phone.where(upload)).status_code == 404
    assert (await phone.go_on(upload, 10_000, data[10_000:])).status_code == 404
    assert (await phone.end(upload)).status_code == 404


async def test_ending_a_finished_upload_leaves_the_photo(phone: Phone) -> None:
    data = noise(4_000)
    photo = await phone.announce(data)
    upload = await phone.begun(photo, len(data), body=data)
    assert (await phone.end(upload)).status_code == 204
    assert (await phone.http.get(f"/api/photos/{photo}/full")).content == data


async def test_an_expired_upload_says_so(phone: Phone) -> None:
    data = noise(4_000)
    upload = await phone.begun(await phone.announce(data), len(data), body=data[:1_000])
    query(phone.cast.url, "UPDATE upload SET expires_at = now()")
    assert (await phone.where(upload)).status_code == 410
    answer = await phone.go_on(upload, 1_000, data[1_000:])
    assert (answer.status_code, answer.json()["type"]) == (410, "upload_gone")


async def test_only_the_youngest_uploads_of_a_picture_stay(phone: Phone) -> None:
    data = noise(4_000)
    photo = await phone.announce(data)
    uploads = [await phone.begun(photo, len(data)) for _ in range(6)]
    told = [(await phone.where(one)).status_code for one in uploads]
    assert told == [404, 404, 200, 200, 200, 200]


async def test_post_can_stand_for_what_a_network_does_not_let_through(phone: Phone) -> None:
    data = noise(4_000)
    photo = await phone.announce(data)
    upload = await phone.begun(photo, len(data))
    given = phone.headers | {
        "upload-offset": "0",
        "content-type": "application/offset+octet-stream",
        "x-http-method-override": "PATCH",
    }
    answer = await phone.http.post(upload, headers=given, content=data)
    assert answer.headers["x-daywork-photo"] == "complete"
    ended = await phone.http.post(
        upload, headers=phone.headers | {"x-http-method-override": "DELETE"}
    )
    assert ended.status_code == 204


@pytest.mark.parametrize("size", [5_000, 2_600_000])
async def test_a_plain_put_still_works_for_phones_of_the_first_build(
    phone: Phone, size: int
) -> None:
    data = noise(size)
    photo = await phone.announce(data)
    for _ in range(2):
        answer = await phone.http.put(f"/api/photos/{photo}/bytes", content=data)
        assert answer.json() == {
            "id": str(photo),
            "state": "complete",
            "sha256": hashlib.sha256(data).hexdigest(),
        }
    broken = await phone.http.put(f"/api/photos/{photo}/bytes", content=data[:-1])
    assert (broken.status_code, broken.json()["type"]) == (422, "hash_mismatch")
    huge = await phone.http.put(f"/api/photos/{photo}/bytes", content=bytes(LARGEST_PHOTO + 1))
    assert huge.status_code == 413


async def test_two_phones_at_one_place_cannot_both_count(phone: Phone) -> None:
    data = noise(900_000)
    photo = await phone.announce(data)
    upload = await phone.begun(photo, len(data))
    answers = await asyncio.gather(
        *(phone.go_on(upload, 0, data[: 100_000 * n]) for n in range(1, 6))
    )
    assert sorted(one.status_code for one in answers) == [204, 409, 409, 409, 409]
    at = await phone.offset(upload)
    ends = await asyncio.gather(*(phone.go_on(upload, at, data[at:]) for _ in range(4)))
    assert {one.status_code for one in ends} <= {204, 409}
    assert 204 in {one.status_code for one in ends}
    assert (await phone.http.get(f"/api/photos/{photo}/full")).content == data
