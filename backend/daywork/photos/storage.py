"""Where photo bytes lie: a local folder by default, ``s3://…`` by URL, through one interface.

Whatever returns from :func:`create` or :func:`put_bytes` survives a power cut: S3 promises that
by itself, in a folder ``local`` does it.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore, ObjectStore, from_url

from daywork.photos.local import Draft, write_file

ONE_REQUEST: Final = 8 * 1024 * 1024
"""Bytes up to which S3 gets a single request that can be create-only; above it goes in parts."""
BITE: Final = 1024 * 1024
"""Bytes held in memory at a time while streaming."""


class Source(Protocol):
    """Bytes that can be read more than once, a bite at a time."""

    @property
    def size(self) -> int: ...

    def chunks(self) -> AsyncIterator[bytes]: ...


class InMemory:
    """A source that is small enough to be held."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @property
    def size(self) -> int:
        return len(self.data)

    async def chunks(self) -> AsyncIterator[bytes]:
        yield self.data


class Stored:
    """Objects of a store one after another, and what has not been stored yet behind them."""

    def __init__(
        self, store: ObjectStore, keys: Sequence[str], size: int, tail: bytes = b""
    ) -> None:
        self._store, self._keys, self._tail = store, keys, tail
        self.size = size

    async def chunks(self) -> AsyncIterator[bytes]:
        for key in self._keys:
            async for chunk in read(self._store, key):
                yield chunk
        if self._tail:
            yield self._tail


Settle = Callable[[], Awaitable[None]]
"""What another room wants written in the transaction that settles stored bytes."""


class Kept(NamedTuple):
    """One object of a listing."""

    key: str
    changed_at: datetime
    size: int


def open_storage(url: str) -> ObjectStore:
    """The store behind ``DAYWORK_STORAGE_URL``; a local folder is made when it is missing.

    Credentials, region and endpoint of S3 come from the usual ``AWS_…`` variables.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        folder = Path(unquote(parts.path))
        folder.mkdir(parents=True, exist_ok=True)
        return LocalStore(folder)
    return from_url(url)


async def create(store: ObjectStore, key: str, source: Source, sha256: bytes) -> None:
    """Store content-addressed bytes for good; the same ones already there stay.

    What stands there and has another hash (a crash of an older version, a worn disk) is replaced:
    the bytes at hand are right, and the phone is about to drop its own.
    """
    if await _created(store, key, source):
        return
    if await digest(Stored(store, [key], 0)) != sha256:
        await _write(store, key, source, replace=True)


async def _created(store: ObjectStore, key: str, source: Source) -> bool:
    try:
        return await _write(store, key, source, replace=False)
    except AlreadyExistsError:
        return False


async def _write(store: ObjectStore, key: str, source: Source, *, replace: bool) -> bool:
    root = folder_of(store)
    if root is not None:
        return await _write_file(root, key, source, replace=replace)
    mode = "overwrite" if replace else "create"
    if source.size <= ONE_REQUEST:
        await obstore.put_async(store, key, await gathered(source), mode=mode)  # type: ignore[arg-type]
        return True
    if not replace and await has(store, key):
        return False
    await obstore.put_async(store, key, source.chunks())
    return True


async def _write_file(root: Path, key: str, source: Source, *, replace: bool) -> bool:
    if isinstance(source, InMemory):
        return await asyncio.to_thread(write_file, root, key, source.data, replace=replace)
    draft = await asyncio.to_thread(Draft, root)
    try:
        async for chunk in source.chunks():
            await asyncio.to_thread(draft.write, chunk)
        return await asyncio.to_thread(draft.publish, key, replace=replace)
    except BaseException:
        draft.discard()
        raise


async def put_bytes(store: ObjectStore, key: str, data: bytes) -> None:
    """Store bytes under a name that may be taken: pieces of uploads, thumbnails."""
    await _write(store, key, InMemory(data), replace=True)


async def put_source(store: ObjectStore, key: str, source: Source) -> None:
    """Like :func:`put_bytes`, streamed."""
    await _write(store, key, source, replace=True)


async def get_bytes(store: ObjectStore, key: str) -> bytes:
    """The bytes under ``key``.

    Raises:
        FileNotFoundError: there are none.
    """
    result = await obstore.get_async(store, key)
    return bytes(await result.bytes_async())


async def read(store: ObjectStore, key: str) -> AsyncIterator[bytes]:
    """The bytes under ``key``, a bite at a time.

    Raises:
        FileNotFoundError: there are none.
    """
    result = await obstore.get_async(store, key)
    async for chunk in result.stream(BITE):
        yield bytes(chunk)


async def size_of(store: ObjectStore, key: str) -> int:
    """How many bytes there are under ``key``.

    Raises:
        FileNotFoundError: there are none.
    """
    return (await obstore.head_async(store, key))["size"]


async def has(store: ObjectStore, key: str) -> bool:
    """Whether there are bytes under ``key``."""
    try:
        await obstore.head_async(store, key)
    except FileNotFoundError:
        return False
    return True


async def remove(store: ObjectStore, keys: Sequence[str]) -> None:
    """Remove objects; those that are gone already do not matter."""
    for key in keys:
        try:
            await obstore.delete_async(store, key)
        except FileNotFoundError:
            continue


async def listed(store: ObjectStore, prefix: str | None = None) -> AsyncIterator[Kept]:
    """Everything in the store, or in a folder of it."""
    async for batch in obstore.list(store, prefix, chunk_size=500):
        for one in batch:
            yield Kept(one["path"], one["last_modified"], one["size"])


async def top_folders(store: ObjectStore) -> list[str]:
    """Names of the folders at the top, without looking into them."""
    found = await obstore.list_with_delimiter_async(store)
    return [one.rstrip("/") for one in found["common_prefixes"]]


async def gathered(source: Source) -> bytes:
    """All the bytes, for sources known to be small."""
    if isinstance(source, InMemory):
        return source.data
    return b"".join([chunk async for chunk in source.chunks()])


async def digest(source: Source) -> bytes:
    """The SHA-256 of a source, hashed off the event loop."""
    hashed = hashlib.sha256()
    async for chunk in source.chunks():
        await asyncio.to_thread(hashed.update, chunk)
    return hashed.digest()


def folder_of(store: ObjectStore) -> Path | None:
    """The folder of a local store, else None."""
    return Path(store.prefix) if isinstance(store, LocalStore) and store.prefix else None
