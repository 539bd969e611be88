"""A phone that uploads pictures: announces their rows, speaks tus, and loses its connection."""

import base64
import contextlib
import hashlib
import random
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from daywork.people.actor import Actor
from tests.support.cast import Cast
from tests.support.client import client_of
from tests.support.phone_words import envelope, photo_row

BODY = "application/offset+octet-stream"


def noise(size: int, seed: int = 1) -> bytes:
    """Bytes that are no picture: an upload does not care."""
    return b"\xff\xd8\xff" + random.Random(seed).randbytes(size - 3)


def metadata(photo: UUID | str, kind: str = "full", **other: str) -> str:
    """An ``Upload-Metadata`` header."""
    pairs = {"photo": str(photo), "kind": kind} | other
    return ",".join(f"{key} {base64.b64encode(v.encode()).decode()}" for key, v in pairs.items())


def checksum(data: bytes, algorithm: str = "sha256") -> str:
    """An ``Upload-Checksum`` header."""
    digest = hashlib.new(algorithm, data).digest()
    return f"{algorithm} {base64.b64encode(digest).decode()}"


@dataclass
class Phone:
    """One signed-in phone. ``sent`` counts body bytes given to the network."""

    http: httpx.AsyncClient
    cast: Cast
    sent: int = 0
    headers: dict[str, str] = field(default_factory=lambda: {"tus-resumable": "1.0.0"})

    async def announce(self, data: bytes) -> UUID:
        """Sync the photo's row."""
        row = photo_row(self.cast, data)
        answer = await self.http.post("/api/sync/push", content=envelope(row))
        assert answer.json()["results"][0]["result"] == "applied", answer.text
        return UUID(str(row["entity_id"]))

    async def begin(
        self, photo: UUID, length: int, kind: str = "full", body: bytes = b"", **headers: str
    ) -> httpx.Response:
        """Creation, with the first bytes or without."""
        given = {"upload-length": str(length), "upload-metadata": metadata(photo, kind)}
        if body:
            given["content-type"] = BODY
        self.sent += len(body)
        return await self.http.post(
            "/api/uploads", headers=self.headers | given | dashed(headers), content=body
        )

    async def begun(self, photo: UUID, length: int, **other: Any) -> str:
        """The address of a new upload."""
        answer = await self.begin(photo, length, **other)
        assert answer.status_code == 201, answer.text
        return answer.headers["location"]

    async def where(self, upload: str) -> httpx.Response:
        return await self.http.head(upload, headers=self.headers)

    async def offset(self, upload: str) -> int:
        """How far the server says it is."""
        answer = await self.where(upload)
        assert answer.status_code == 200, answer.status_code
        return int(answer.headers["upload-offset"])

    async def go_on(self, upload: str, at: int, body: bytes, **headers: str) -> httpx.Response:
        self.sent += len(body)
        given = {"upload-offset": str(at), "content-type": BODY} | dashed(headers)
        return await self.http.patch(upload, headers=self.headers | given, content=body)

    async def end(self, upload: str) -> httpx.Response:
        return await self.http.delete(upload, headers=self.headers)

    def break_off(self, upload: str, at: int, body: bytes, after: int) -> socket.socket:
        """Begin a PATCH of all of ``body``, let ``after`` bytes through; closing is up to you."""
        parts = urlsplit(str(self.http.base_url))
        line = socket.create_connection((parts.hostname or "", parts.port or 80))
        given = self.headers | auth_of(self.http) | {"upload-offset": str(at), "content-type": BODY}
        given |= {"host": parts.netloc, "content-length": str(len(body))}
        head = f"PATCH {upload} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in given.items())
        line.sendall(head.encode() + b"\r\n" + body[:after])
        self.sent += after
        return line


def files(folder: Path) -> list[str]:
    """What lies in a store's folder."""
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file())


def dashed(headers: dict[str, str]) -> dict[str, str]:
    """Header names from keyword arguments."""
    return {key.replace("_", "-"): value for key, value in headers.items()}


def auth_of(http: httpx.AsyncClient) -> dict[str, str]:
    """What a foreign client must send to be this phone."""
    cookies = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
    return {"cookie": cookies, "x-csrf-token": http.headers["x-csrf-token"]}


@asynccontextmanager
async def phone_of(url: str, cast: Cast, actor: Actor | None = None) -> AsyncIterator[Phone]:
    """A phone at ``url``; the foreman's unless told otherwise."""
    async with client_of(cast.url, url, actor or cast.foreman) as http:
        yield Phone(http, cast)


def hang_up(line: socket.socket) -> None:
    """The network goes, once the server has read what came and had time to keep it."""
    until = time.monotonic() + 10
    while _on_its_way(line) and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.05)
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()


def _on_its_way(line: socket.socket) -> bool:
    """Whether bytes lie in the kernel that the server has not read; Linux alone can tell."""
    ours, theirs = (f":{end[1]:04X}" for end in (line.getsockname(), line.getpeername()))
    try:
        rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    except OSError:
        return False
    for row in rows:
        _, local, remote, _, queues = row.split()[:5]
        sending, unread = (int(count, 16) for count in queues.split(":"))
        if local.endswith(ours) and remote.endswith(theirs) and sending:
            return True
        if local.endswith(theirs) and remote.endswith(ours) and unread:
            return True
    return False
