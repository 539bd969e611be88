"""A push service on this machine, as Mozilla's or Google's would be: it checks who we are, opens
what we encrypted with the browser's keys, and answers as a test tells it to."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import http_ece
import pytest
from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from daywork.people.actor import Actor
from tests.support.cast import Cast
from tests.support.database import query


def _plain(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@dataclass
class Browser:
    """A browser that subscribed here; it alone can read what is sent to it."""

    token: str
    endpoint: str
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def p256dh(self) -> bytes:
        return self.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )

    def subscription(self, key: str) -> dict[str, Any]:
        """What `PushSubscription.toJSON()` would say, and the key it was made for."""
        keys = {"p256dh": _url(self.p256dh), "auth": _url(self.auth)}
        return {"endpoint": self.endpoint, "keys": keys, "key": key}


@dataclass
class Answer:
    """What the service says to one post; ``silent`` seconds later."""

    status: int = 201
    headers: dict[str, str] = field(default_factory=dict)
    silent: float = 0.0


@dataclass
class Received:
    """One post that came in, with how it was answered."""

    browser: Browser
    headers: dict[str, str]
    body: bytes
    status: int
    at: float

    @property
    def taken(self) -> bool:
        return self.status == 201

    @property
    def said(self) -> dict[str, Any]:
        """The payload, decrypted."""
        opened = http_ece.decrypt(
            self.body,
            private_key=self.browser.private,
            auth_secret=self.browser.auth,
            version="aes128gcm",
        )
        found: dict[str, Any] = json.loads(opened)
        return found

    @property
    def notification(self) -> dict[str, Any]:
        found: dict[str, Any] = self.said["notification"]
        return found


class PushService:
    """Runs in a thread of its own; `answers[token]` is used up first, then `usual`."""

    def __init__(self) -> None:
        self.browsers: dict[str, Browser] = {}
        self.answers: dict[str, list[Answer]] = {}
        self.usual = Answer()
        self.received: list[Received] = []
        self.url = ""

    def browser(self) -> Browser:
        """A new subscriber."""
        token = _url(os.urandom(12))
        found = Browser(token, f"{self.url}/push/{token}")
        self.browsers[token] = found
        return found

    def taken(self) -> list[Received]:
        """What was answered with 201."""
        return [one for one in self.received if one.taken]

    def wait_for(self, count: int, seconds: float = 30) -> list[Received]:
        """Until so many were taken; fails when they do not come."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if len(self.taken()) >= count:
                return self.taken()
            time.sleep(0.02)
        raise AssertionError(f"{len(self.taken())} of {count} came within {seconds} s")

    async def handle(self, request: web.Request) -> web.Response:
        browser = self.browsers.get(request.match_info["token"])
        if browser is None:
            return web.Response(status=404)
        body = await request.read()
        fault = _fault(request, body, self.url)
        waiting = self.answers.get(browser.token)
        answer = Answer(400) if fault else waiting.pop(0) if waiting else self.usual
        if answer.silent:
            await asyncio.sleep(answer.silent)
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.received.append(Received(browser, headers, body, answer.status, time.monotonic()))
        return web.Response(status=answer.status, headers=answer.headers, text=fault)

    def _run(self, ready: threading.Event, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        app = web.Application()
        app.router.add_post("/push/{token}", self.handle)
        runner = web.AppRunner(app)

        async def start() -> None:
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0, backlog=512)
            await site.start()
            assert site._server is not None
            port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
            self.url = f"http://127.0.0.1:{port}"
            ready.set()

        loop.run_until_complete(start())
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())

    @contextmanager
    def running(self) -> Iterator[PushService]:
        loop, ready = asyncio.new_event_loop(), threading.Event()
        thread = threading.Thread(target=self._run, args=(ready, loop), daemon=True)
        thread.start()
        assert ready.wait(10)
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)


def _fault(request: web.Request, body: bytes, own: str) -> str:
    """What a real service would refuse; empty when all is well."""
    if request.headers.get("content-encoding") != "aes128gcm":
        return "encoding"
    if len(body) > 4096:
        return "too large"
    if not request.headers.get("ttl", "").isdecimal():
        return "ttl"
    topic = request.headers.get("topic", "")
    if len(topic) > 32 or not topic.replace("-", "").replace("_", "").isalnum():
        return "topic"
    if request.headers.get("urgency", "normal") not in ("very-low", "low", "normal", "high"):
        return "urgency"
    return _proof_fault(request.headers.get("authorization", ""), own)


def _proof_fault(proof: str, own: str) -> str:
    """Check the VAPID header by RFC 8292: signature, audience, expiry, contact."""
    scheme, _space, rest = proof.partition(" ")
    if scheme != "vapid":
        return "no vapid"
    fields = dict(part.strip().split("=", 1) for part in rest.split(","))
    head, claims, signature = fields["t"].split(".")
    raw = _plain(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _plain(fields["k"]))
    try:
        public.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return "signature"
    said = json.loads(_plain(claims))
    if said["aud"] != own:
        return f"audience {said['aud']}"
    if not time.time() < said["exp"] <= time.time() + 24 * 3600:
        return "expiry"
    return "" if said["sub"].startswith(("mailto:", "https://")) else "contact"


@pytest.fixture
def push_service() -> Iterator[PushService]:
    """A push service for this test alone."""
    with PushService().running() as service:
        yield service


def with_a_device(cast: Cast, reader: Actor) -> None:
    """The reader has let a phone be woken."""
    query(
        cast.url,
        "INSERT INTO session (organisation, token_hash, id, member, expires_at)"
        " VALUES ($1, 'phone', gen_random_uuid(), $2, now() + interval '1 day')",
        cast.organisation,
        reader.member,
    )
    query(
        cast.url,
        "INSERT INTO push_subscription (organisation, id, member, session, endpoint, p256dh, auth,"
        " server_key) VALUES ($1, gen_random_uuid(), $2, 'phone', 'https://push.example/1',"
        " decode(repeat('04', 65), 'hex'), decode(repeat('01', 16), 'hex'), 'key')",
        cast.organisation,
        reader.member,
    )
