"""One message to 10,000 phones: how fast it leaves, and what that costs.

The yardstick is the same number of bare posts of the same size by the same HTTP client to the same
push service, so that a faster machine changes nothing: a ratio of 1 would mean that claiming,
wording, encrypting and writing down cost nothing.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from daywork.approvals.telling import SHEET_RETURNED
from daywork.ground.database import company_transaction
from daywork.ground.settings import load_settings
from daywork.push import service
from daywork.push.keys import server_key
from daywork.push.sending import Sender
from daywork.push.wire import AT_ONCE, Postman
from tests.support.cast import Cast
from tests.support.database import query, value

pytestmark = pytest.mark.timeout(900)

PHONES = 10_000
PUSH_SERVICE = """
import asyncio
from aiohttp import web
async def take(request):
    await request.read()
    return web.Response(status=201)
async def main():
    app = web.Application()
    app.router.add_post("/push/{token}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=512)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


@contextmanager
def running_service() -> Iterator[str]:
    """A push service in a process of its own: it must not share our interpreter."""
    process = subprocess.Popen([sys.executable, "-c", PUSH_SERVICE], stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()


def peak_memory(*, begin: bool = False) -> int:
    """The most memory this process has held since the beginning, in KiB (Linux)."""
    if begin:
        Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])


async def bare_posts(url: str, size: int) -> float:
    """Posts a second of the same size, with nothing around them."""
    body = os.urandom(size)
    gate = asyncio.Semaphore(AT_ONCE)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:

        async def one(number: int) -> None:
            async with gate, session.post(f"{url}/push/{number}", data=body) as reply:
                assert reply.status == 201

        before = time.perf_counter()
        await asyncio.gather(*(one(number) for number in range(PHONES)))
        return PHONES / (time.perf_counter() - before)


def subscribe(cast: Cast, url: str, key: str) -> None:
    """10,000 foremen with a phone each."""
    point = (
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    )
    for sql in (
        "INSERT INTO member (organisation, id, name, phone, language) SELECT $1,"
        " gen_random_uuid(), 'f' || n, 'x' || n, 'zh-CN' FROM generate_series(1, $2::int) AS n",
        "INSERT INTO membership (organisation, site, member, role)"
        " SELECT organisation, (SELECT id FROM site WHERE name = 'Block A'), id, 'foreman'"
        " FROM member WHERE organisation = $1 AND name LIKE 'f%' AND $2::int > 0"
        " ON CONFLICT DO NOTHING",
        "INSERT INTO session (organisation, token_hash, id, member, expires_at)"
        " SELECT organisation, uuid_send(id), gen_random_uuid(), id, now() + interval '1 day'"
        " FROM member WHERE organisation = $1 AND phone LIKE 'x%' AND $2::int > 0",
        "INSERT INTO push_preference (organisation, member, quiet)"
        " SELECT organisation, id, false FROM member WHERE organisation = $1 AND $2::int > 0",
    ):
        query(cast.url, sql, cast.organisation, PHONES)
    query(
        cast.url,
        "INSERT INTO push_subscription (organisation, id, member, session, endpoint, p256dh, auth,"
        " server_key) SELECT organisation, gen_random_uuid(), id, uuid_send(id),"
        " $2 || '/push/' || id, $3, decode('000102030405060708090a0b0c0d0e0f', 'hex'), $4"
        " FROM member WHERE organisation = $1 AND phone LIKE 'x%'",
        cast.organisation,
        url,
        point,
        key,
    )
    query(cast.url, "ANALYZE")


async def test_one_message_to_ten_thousand_phones(cast: Cast) -> None:
    settings = load_settings(
        {"DAYWORK_DATABASE_URL": cast.url, "DAYWORK_PUSH_CONTACT": "mailto:it@example.com"}
    )
    key = await server_key(settings)
    assert key is not None
    with running_service() as url:
        subscribe(cast, url, key.public)
        members = [
            row["id"] for row in query(cast.url, "SELECT id FROM member WHERE phone LIKE 'x%'")
        ]
        before = time.perf_counter()
        async with company_transaction(cast.organisation):
            await service.tell(
                cast.organisation,
                members,
                SHEET_RETURNED,
                subject="s",
                site=cast.site,
                link="/m/?day=2026-03-05",
                facts={"crew": "木工一班", "day": "3月5日", "reason": "二号工人当天不在现场"},
            )
        told = time.perf_counter() - before
        held = peak_memory(begin=True)
        async with Postman(key, local=True) as postman:
            sender = Sender(postman, "https://daywork.example.com")
            before, cpu = time.perf_counter(), time.process_time()
            sent = await sender.send_due(cast.organisation)
            took, busy = time.perf_counter() - before, time.process_time() - cpu
        grown = peak_memory() - held
        bare = await bare_posts(url, 600)
    assert sent == PHONES
    assert value(cast.url, "SELECT count(*) FROM push_delivery WHERE state = 'sent'") == PHONES
    rate = PHONES / took
    print(
        f"\n{PHONES} phones: told in {told:.2f} s; sent in {took:.1f} s = {rate:.0f}/s"
        f" ({busy / took:.0%} of one core); bare posts {bare:.0f}/s; ratio {bare / rate:.2f};"
        f" memory +{grown / 1024:.1f} MB"
    )
    assert bare / rate < 12, "most of the time should go into sending, not into books"
    assert grown < 120 * 1024, "memory follows the batch, not the crowd"
