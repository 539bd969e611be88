"""An upload goes on from where it broke off: at any byte, after any silence, by any process."""

import asyncio
import dataclasses
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from daywork.photos.storage import folder_of, open_storage
from daywork.uploads import arriving, taking
from tests.support.database import query, value
from tests.support.processes import free_port
from tests.support.server import Server
from tests.support.uploads import Phone, checksum, hang_up, noise, phone_of


async def settled(phone: Phone, upload: str, least: int = 0) -> int:
    """Where the upload is once the server has noticed that the line is dead."""
    for _ in range(250):
        if await phone.offset(upload) >= least:
            break
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.05)
    return await phone.offset(upload)


@pytest.mark.parametrize("seed", range(6))
async def test_interrupted_at_any_byte_it_goes_on_and_sends_nothing_twice(
    phone: Phone, seed: int
) -> None:
    chance = random.Random(seed)
    data = noise(chance.choice([3_000, 300_000, 2_700_000]), seed)
    photo = await phone.announce(data)
    upload = await phone.begun(photo, len(data))
    at = lost = 0
    for _ in range(8):
        cut = min(chance.choice([0, 1, 777, 65_536, len(data) // 5]), len(data) - at - 1)
        line = phone.break_off(upload, at, data[at:], cut)
        if in_time := chance.random() < 0.5:
            assert await settled(phone, upload, at + cut) == at + cut
        hang_up(line)
        now = await settled(phone, upload, at + cut)
        assert at <= now <= at + cut, "what was acknowledged stays, and no more is claimed"
        assert now == at + cut or not in_time, "what arrived before the line went was kept"
        lost += at + cut - now
        at = now
    last = await phone.go_on(upload, at, data[at:])
    assert last.headers.get("x-daywork-photo") == "complete", last.text
    assert (await phone.http.get(f"/api/photos/{photo}/full")).content == data
    assert phone.sent == len(data) + lost, "nothing was sent twice but what was never taken"


async def test_a_line_that_only_falls_silent_gives_up_its_bytes(phone: Phone) -> None:
    data = noise(300_000)
    upload = await phone.begun(await phone.announce(data), len(data))
    dead = phone.break_off(upload, 0, data, 123_456)
    try:
        at = await settled(phone, upload, 123_456)
        assert at == 123_456
        last = await phone.go_on(upload, at, data[at:])
        assert last.headers["x-daywork-photo"] == "complete"
        dead.sendall(data[123_456:])
        assert b"HTTP/1.1 409" in dead.recv(4_096), "the dead line comes back to life too late"
    finally:
        dead.close()
    assert value(phone.cast.url, "SELECT state FROM photo") == "complete"


async def test_a_trickle_is_put_down_while_it_trickles(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arriving, "SLOW", 0.2)
    data = noise(10_000)
    upload = await phone.begun(await phone.announce(data), len(data))
    line = phone.break_off(upload, 0, data, 0)
    try:
        for at in range(0, 9_000, 100):
            line.sendall(data[at : at + 100])
            await asyncio.sleep(0.05)
            if await phone.offset(upload) > 0:
                break
        assert await phone.offset(upload) > 0
    finally:
        line.close()


async def test_a_silent_line_is_ended(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "QUIET", 0.05)
    monkeypatch.setattr(arriving, "PATIENCE", 0.3)
    data = noise(10_000)
    upload = await phone.begun(await phone.announce(data), len(data))
    line = phone.break_off(upload, 0, data, 4_000)
    line.settimeout(10)
    answer = await asyncio.to_thread(line.recv, 4_096)
    line.close()
    assert b"HTTP/1.1 408" in answer
    assert await phone.offset(upload) == 4_000


async def test_a_body_that_waits_for_its_checksum_is_kept_whole_or_not(phone: Phone) -> None:
    data = noise(2_500_000)
    upload = await phone.begun(await phone.announce(data), len(data))
    phone.headers["upload-checksum"] = checksum(data)
    hang_up(phone.break_off(upload, 0, data, 2_000_000))
    del phone.headers["upload-checksum"]
    assert await settled(phone, upload) == 0
    last = await phone.go_on(upload, 0, data)
    assert last.headers["x-daywork-photo"] == "complete"
    assert query(phone.cast.url, "SELECT 1 FROM upload_piece") == []


async def test_the_last_byte_counts_although_nobody_waits_for_the_answer(phone: Phone) -> None:
    data = noise(200_000)
    photo = await phone.announce(data)
    upload = await phone.begun(photo, len(data))
    hang_up(phone.break_off(upload, 0, data, len(data)))
    assert await settled(phone, upload, len(data)) == len(data)
    assert (await phone.http.get(f"/api/photos/{photo}/full")).content == data


async def test_an_upload_broken_off_often_stays_a_few_pieces(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "MOST_PIECES", 5)
    data = noise(4_000)
    photo = await phone.announce(data)
    upload = await phone.begun(photo, len(data))
    for at in range(0, 3_900, 100):
        await phone.go_on(upload, at, data[at : at + 100])
        assert value(phone.cast.url, "SELECT count(*) FROM upload_piece") <= 5
    last = await phone.go_on(upload, 3_900, data[3_900:])
    assert last.headers["x-daywork-photo"] == "complete"
    assert (await phone.http.get(f"/api/photos/{photo}/full")).content == data


async def test_an_upload_whose_bytes_were_lost_begins_again(
    app_server: Server, phone: Phone
) -> None:
    data = noise(9_000)
    photo = await phone.announce(data)
    upload = await phone.begun(photo, len(data), body=data[:4_000])
    folder = folder_of(open_storage(app_server.settings.storage_url))
    assert folder is not None
    for one in [*folder.rglob("*")]:
        if one.is_file():
            one.unlink()
    answer = await phone.go_on(upload, 4_000, data[4_000:])
    assert (answer.status_code, answer.json()["type"]) == (410, "upload_gone")
    assert (await phone.where(upload)).status_code == 404
    assert (await phone.begin(photo, len(data), body=data)).status_code == 201


@contextmanager
def process(server: Server) -> Iterator[tuple[str, int]]:
    """Another process on the same database and photos; yields its URL and its process."""
    port = free_port()
    environment = os.environ | {
        "DAYWORK_HOME": str(server.settings.home),
        "DAYWORK_DATABASE_URL": server.database_url,
        "DAYWORK_STORAGE_URL": server.settings.storage_url,
        "DAYWORK_POOL_SIZE": "3",
        "DAYWORK_HOST": "127.0.0.1",
        "DAYWORK_PORT": str(port),
    }
    running = subprocess.Popen(
        [sys.executable, "-m", "daywork", "serve", "--quiet"],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 90
        while True:
            try:
                httpx.get(f"{url}/healthz", trust_env=False).raise_for_status()
                break
            except httpx.HTTPError:
                assert time.monotonic() < until, "the process did not start"
                time.sleep(0.05)
        yield url, running.pid
    finally:
        running.kill()
        running.wait()


async def test_any_process_goes_on_where_a_killed_one_stopped(
    app_server: Server, phone: Phone
) -> None:
    data = noise(2_600_000)
    photo = await phone.announce(data)
    with process(app_server) as (url, pid):
        async with phone_of(url, phone.cast) as there:
            upload = await there.begun(photo, len(data))
            await there.go_on(upload, 0, data[:50_000])
            line = there.break_off(upload, 50_000, data[50_000:], 1_900_000)
            at = await settled(phone, upload, 1_000_000)
            os.kill(pid, signal.SIGKILL)
            line.close()
    assert at >= 1_000_000
    assert await phone.offset(upload) >= at
    at = await phone.offset(upload)
    last = await phone.go_on(upload, at, data[at:])
    assert last.headers["x-daywork-photo"] == "complete"
    assert (await phone.http.get(f"/api/photos/{photo}/full")).content == data


async def test_after_a_restart_the_upload_stands_where_it_was(
    app_server: Server, phone: Phone
) -> None:
    data = noise(500_000)
    photo = await phone.announce(data)
    with process(app_server) as (url, _):
        async with phone_of(url, phone.cast) as there:
            upload = await there.begun(photo, len(data))
            await there.go_on(upload, 0, data[:400_000])
    other = dataclasses.replace(phone, sent=0)
    assert await other.offset(upload) == 400_000
    await other.go_on(upload, 400_000, data[400_000:])
    assert other.sent == 100_000
    assert (await phone.http.get(f"/api/photos/{photo}/full")).content == data


def test_the_pieces_are_named_so_that_they_sort(tmp_path: Path) -> None:
    names = [f"{at:012d}-x" for at in (0, 9, 10, 1_000_000)]
    assert sorted(names) == names
