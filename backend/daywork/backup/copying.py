"""Copies pictures between two stores: only what is missing, and only what has the right hash."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from obstore.store import ObjectStore

from daywork.photos import storage
from daywork.photos.storage import Stored

AT_ONCE = 8
"""Pictures on their way at a time; each holds a bite in memory, on S3 up to 8 MB."""


class Damaged(Exception):
    """The bytes are not those of the name; nothing was written."""


class Proved:
    """A source whose bytes are hashed as they pass; the last one is given only when all fit."""

    def __init__(self, store: ObjectStore, key: str, sha256: str, size: int) -> None:
        self._source, self._sha256, self.size = Stored(store, [key], size), sha256, size

    async def chunks(self) -> AsyncIterator[bytes]:
        """
        Raises:
            Damaged: behind the last byte, so that whoever writes them gives up.
            FileNotFoundError: there are none.
        """
        hashed = hashlib.sha256()
        async for chunk in self._source.chunks():
            await asyncio.to_thread(hashed.update, chunk)
            yield chunk
        if hashed.hexdigest() != self._sha256:
            raise Damaged


@dataclass
class Copied:
    """What came of copying."""

    fresh: int = 0
    fresh_bytes: int = 0
    lost: list[str] = field(default_factory=list)
    """Keys whose bytes are missing or wrong at the source."""


@dataclass(frozen=True)
class Errand:
    """One picture: from where, to where."""

    source: str
    target: str
    sha256: str
    size: int


async def copy_pictures(
    source: ObjectStore, target: ObjectStore, errands: Sequence[Errand]
) -> Copied:
    """Copy these; those that cannot be read whole are named, the others go on."""
    copied = Copied()
    waiting = iter(errands)

    async def carry() -> None:
        for one in waiting:
            proved = Proved(source, one.source, one.sha256, one.size)
            try:
                await storage.create(target, one.target, proved, bytes.fromhex(one.sha256))
            except (FileNotFoundError, Damaged):
                copied.lost.append(one.source)
            else:
                copied.fresh += 1
                copied.fresh_bytes += one.size

    async with asyncio.TaskGroup() as group:
        for _ in range(min(AT_ONCE, len(errands))):
            group.create_task(carry())
    copied.lost.sort()
    return copied


async def sizes_in(store: ObjectStore, folder: str = "") -> dict[str, int]:
    """Bytes by key of everything in a folder, whose own name is left away."""
    found = {}
    async for kept in storage.listed(store, folder or None):
        found[kept.key.removeprefix(folder + "/") if folder else kept.key] = kept.size
    return found
