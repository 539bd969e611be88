"""tus clients we did not write, tuspy and tus-js-client, against the real server."""

import asyncio
import hashlib
import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError, TusUploadFailed
from tusclient.uploader import Uploader, baseuploader

from tests.support.database import query, value
from tests.support.uploads import Phone, auth_of, noise

SCRIPT = Path(__file__).with_name("tus_js.mjs")
PACKAGE = SCRIPT.parents[2] / "pwa" / "node_modules" / "tus-js-client"


class Shot:
    """A picture in a file, its row announced."""

    def __init__(self, phone: Phone, path: Path, data: bytes) -> None:
        self.phone, self.path, self.data = phone, path, data
        self.photo = ""
        path.write_bytes(data)

    async def announced(self) -> "Shot":
        self.photo = str(await self.phone.announce(self.data))
        return self

    def tuspy(self, **options: Any) -> Uploader:
        client = TusClient(self.endpoint, headers=self.headers)
        return client.uploader(str(self.path), metadata={"photo": self.photo}, **options)

    @property
    def endpoint(self) -> str:
        return str(self.phone.http.base_url).rstrip("/") + "/api/uploads"

    @property
    def headers(self) -> dict[str, str]:
        return auth_of(self.phone.http)

    async def node(self, **options: Any) -> dict[str, Any]:
        """Run tus-js-client; what it tells."""
        given = {
            "endpoint": self.endpoint,
            "file": str(self.path),
            "headers": self.headers,
            "metadata": {"photo": self.photo},
        }
        run = await asyncio.to_thread(
            subprocess.run,
            ["node", str(SCRIPT), json.dumps(given | options)],
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert run.returncode == 0, run.stderr
        told: dict[str, Any] = json.loads(run.stdout)
        return told

    async def arrived(self) -> bool:
        answer = await self.phone.http.get(f"/api/photos/{self.photo}/full")
        return answer.status_code == 200 and answer.content == self.data


@pytest.fixture
async def shot(phone: Phone, tmp_path: Path) -> Shot:
    return await Shot(phone, tmp_path / "shot.jpg", noise(700_000)).announced()


@pytest.mark.parametrize("chunk_size", [700_000, 64_000])
@pytest.mark.parametrize("with_checksum", [False, True])
async def test_tuspy_uploads(shot: Shot, chunk_size: int, with_checksum: bool) -> None:
    uploader = await asyncio.to_thread(
        shot.tuspy, chunk_size=chunk_size, upload_checksum=with_checksum
    )
    await asyncio.to_thread(uploader.upload)
    assert await shot.arrived()


async def test_tuspy_goes_on_after_interruptions_at_random_bytes(shot: Shot) -> None:
    chance = random.Random(7)
    uploader = await asyncio.to_thread(shot.tuspy, chunk_size=30_000)
    at = 0
    while at < len(shot.data) - 1:
        at = min(at + chance.randrange(1, 120_000), len(shot.data) - 1)
        await asyncio.to_thread(uploader.upload, stop_at=at)
        again = await asyncio.to_thread(shot.tuspy, chunk_size=30_000, url=uploader.url)
        assert again.offset == at, "a new tuspy asks the server and begins there"
        uploader = again
    await asyncio.to_thread(uploader.upload)
    assert await shot.arrived()


async def test_tuspy_is_told_of_a_damaged_part_and_sends_it_again(
    shot: Shot, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploader = await asyncio.to_thread(shot.tuspy, chunk_size=100_000, upload_checksum=True)
    await asyncio.to_thread(uploader.upload_chunk)
    right = shot.data
    shot.path.write_bytes(right[:150_000] + bytes([right[150_000] ^ 1]) + right[150_001:])
    # The link turns a bit after the checksum was made: tuspy hashes what it should have sent.
    real = baseuploader.BaseUploader.checksum_algorithm
    monkeypatch.setattr(
        baseuploader.BaseUploader,
        "checksum_algorithm",
        property(lambda _: lambda _chunk: hashlib.sha1(right[100_000:200_000])),  # noqa: S324
    )
    with pytest.raises(TusUploadFailed) as failed:
        await asyncio.to_thread(uploader.upload_chunk)
    assert failed.value.status_code == 460
    assert await asyncio.to_thread(uploader.get_offset) == 100_000
    shot.path.write_bytes(right)
    monkeypatch.setattr(baseuploader.BaseUploader, "checksum_algorithm", real)
    await asyncio.to_thread(uploader.upload)
    assert await shot.arrived()


async def test_tuspy_is_told_that_an_upload_has_expired(shot: Shot) -> None:
    uploader = await asyncio.to_thread(shot.tuspy, chunk_size=100_000)
    await asyncio.to_thread(uploader.upload_chunk)
    query(shot.phone.cast.url, "UPDATE upload SET expires_at = now()")
    with pytest.raises(TusCommunicationError):
        await asyncio.to_thread(uploader.get_offset)
    with pytest.raises(TusUploadFailed) as failed:
        await asyncio.to_thread(uploader.upload_chunk)
    assert failed.value.status_code == 410


node = pytest.mark.skipif(
    shutil.which("node") is None or not PACKAGE.is_dir(), reason="npm ci in pwa/ brings it"
)


@node
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"chunkSize": 90_000},
        {"uploadDataDuringCreation": True},
        {"uploadDataDuringCreation": True, "chunkSize": 90_000},
        {"overridePatchMethod": True, "chunkSize": 90_000},
    ],
    ids=["whole", "in chunks", "with creation", "first chunk with creation", "by POST"],
)
async def test_tus_js_client_uploads(shot: Shot, options: dict[str, Any]) -> None:
    told = await shot.node(**options)
    assert told.get("error") is None
    assert told["first"] == "done"
    assert await shot.arrived()


@node
async def test_tus_js_client_goes_on_where_it_was_broken_off(shot: Shot) -> None:
    told = await shot.node(chunkSize=50_000, breakAt=300_000)
    assert told["first"] == "broken"
    assert told["second"] == "done", told
    assert told["resumedAt"] >= 300_000, "nothing acknowledged is sent again"
    assert await shot.arrived()


@node
async def test_tus_js_client_ends_an_upload(shot: Shot) -> None:
    told = await shot.node(chunkSize=50_000, breakAt=300_000, terminate=True)
    assert told["first"] == "broken", told
    assert query(shot.phone.cast.url, "SELECT 1 FROM upload") == []


@node
async def test_tus_js_client_is_told_that_the_bytes_are_not_the_rows(shot: Shot) -> None:
    shot.path.write_bytes(noise(700_000, seed=5))
    told = await shot.node()
    assert told["status"] == 422
    assert value(shot.phone.cast.url, "SELECT state FROM photo") == "awaiting_bytes"
