"""One post to a push service: encrypted for one browser, signed by us, to an address we vetted.

An endpoint is what a browser told us, so it is anybody's input. We post by https to the public
internet alone; the name is resolved once, each address it stands for is judged, and the connection
goes to exactly those. Redirects are not followed, and no answer is read beyond its headers: that is
why pywebpush encrypts here and its own sending is not used.
"""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from pywebpush import WebPusher  # type: ignore[import-untyped]

from daywork.ground.problems import Problem
from daywork.push.keys import ServerKey
from daywork.push.rules import Carriage, address_allowed, check_endpoint, to_base64url

PATIENCE: Final = 10.0
"""Seconds a push service has for its answer."""

AT_ONCE: Final = 50
"""Posts under way at the same moment."""

_PROOF_LIFE: Final = 3600.0
"""A signed proof of who we are is used again for so many seconds; services allow a day."""


class AddressRefused(OSError):
    """A name that leads into a private network."""


class Resolver(AbstractResolver):
    """Looks a name up and gives back public addresses only; aiohttp connects to these."""

    def __init__(self, *, local: bool) -> None:
        self._local = local
        self._names = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._names.resolve(host, port, family)
        # One bad apple spoils the name: nobody's push service has an address in our own network.
        if not all(address_allowed(one["host"], local=self._local) for one in found):
            raise AddressRefused(f"{host} leads into a private network")
        return found

    async def close(self) -> None:
        await self._names.close()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a push service said."""

    status: int
    """The HTTP status; 0 when there was no answer."""
    retry_after: str | None = None
    refused: bool = False
    """We would not post there."""


class Postman:
    """One shared connection pool for everything a worker sends; use as ``async with``."""

    def __init__(self, key: ServerKey, *, local: bool = False, patience: float = PATIENCE) -> None:
        self.key = key
        self._local = local
        self._patience = aiohttp.ClientTimeout(total=patience, connect=patience / 2)
        self._proofs: dict[str, tuple[float, str]] = {}

    async def __aenter__(self) -> Postman:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=Resolver(local=self._local), limit=AT_ONCE, ttl_dns_cache=300
            ),
            timeout=self._patience,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def post(
        self,
        endpoint: str,
        p256dh: bytes,
        auth: bytes,
        content: bytes,
        *,
        carriage: Carriage,
        topic: str,
    ) -> Answer:
        """Send ``content`` to one browser; never raises for what the other side does."""
        try:
            check_endpoint(endpoint, local=self._local)
        except Problem:
            return Answer(0, refused=True)
        keys = {"p256dh": to_base64url(p256dh), "auth": to_base64url(auth)}
        sealed = WebPusher({"endpoint": endpoint, "keys": keys}).encode(content)
        headers = {
            "content-type": "application/octet-stream",
            "content-encoding": "aes128gcm",
            "ttl": str(int(carriage.life.total_seconds())),
            "urgency": carriage.urgency,
            "topic": topic,
            "authorization": self._proof(endpoint),
        }
        try:
            async with self._session.post(
                endpoint, data=sealed["body"], headers=headers, allow_redirects=False
            ) as reply:
                return Answer(reply.status, reply.headers.get("retry-after"))
        except AddressRefused:
            return Answer(0, refused=True)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Answer(0, refused=isinstance(error.__cause__, AddressRefused))

    def _proof(self, endpoint: str) -> str:
        """The signed header for this push service; signing takes longer than all else here."""
        parts = urlsplit(endpoint)
        audience = f"{parts.scheme}://{parts.netloc}"
        made, proof = self._proofs.get(audience, (0.0, ""))
        if time.monotonic() - made > _PROOF_LIFE or not proof:
            # A fresh dict each time: signing adds to it.
            claims = {
                "aud": audience,
                "sub": self.key.contact,
                "exp": int(time.time() + 3 * _PROOF_LIFE),
            }
            proof = self.key.vapid.sign(claims)["Authorization"]
            if len(self._proofs) > 1000:  # endpoints are anybody's input
                self._proofs.clear()
            self._proofs[audience] = (time.monotonic(), proof)
        return proof
