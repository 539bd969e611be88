"""Make a backup while Daywork runs, and examine one.

The dump and the list of pictures are of one instant. Pictures are never changed and, while a row
names them, never removed, so they may be copied after it; the sweep rests meanwhile all the same.
"""

import asyncio
import hashlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from urllib.parse import unquote, urlsplit

import asyncpg
import msgspec
from obstore.exceptions import BaseError
from obstore.store import ObjectStore

from daywork.backup import queries, rules
from daywork.backup.copying import Errand, copy_pictures, sizes_in
from daywork.backup.dump import Dumping, is_readable
from daywork.backup.rules import FileFacts, Manifest, Picture
from daywork.ground import migrations
from daywork.ground.settings import Settings
from daywork.ground.trouble import Trouble
from daywork.photos import storage
from daywork.photos.storage import InMemory, Stored, folder_of, open_storage


@dataclass(frozen=True)
class Made:
    """A finished backup."""

    name: str
    manifest: Manifest
    fresh: int
    """Pictures that were not in an earlier backup."""
    fresh_bytes: int


@dataclass(frozen=True)
class Examined:
    """A backup compared with its own manifest."""

    name: str
    manifest: Manifest
    faults: list[str]


@asynccontextmanager
async def place(url: str, *, make: bool) -> AsyncIterator[ObjectStore]:
    """The store behind a backup's address; what goes wrong there is told as Trouble."""
    try:
        if url.startswith("file:"):
            folder = folder_from(url)
            if make:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            elif not folder.is_dir():
                raise Trouble(f"There is no folder {folder}.", "Name the folder of the backup.")
        yield open_storage(url)
    except OSError as error:
        raise Trouble(
            f"{error.filename or url}: {error.strerror or error}",
            "Name a folder that this user may write to, with room on its disk.",
        ) from error
    except BaseError as error:
        raise Trouble(
            f"{url} cannot be used: {str(error).splitlines()[0][:300]}",
            "Check the bucket's name, AWS_REGION, AWS_ENDPOINT and the two AWS keys.",
        ) from error


def folder_from(url: str) -> Path:
    """The folder of a ``file:`` address."""
    return Path(unquote(urlsplit(url).path))


async def back_up(known: Settings, url: str, now: datetime | None = None) -> Made:
    """Make a backup of this installation at ``url`` (a store's address).

    Raises:
        Trouble: there is no room, no right, no server, or the dump failed; no backup came of it.
    """
    _must_be_apart(known, url)
    async with place(url, make=True) as target:
        connection = await migrations.connect(known.database_url or "")
        try:
            await queries.hold_the_sweep(connection)
            return await _make(known, connection, target, now or datetime.now(UTC))
        finally:
            await connection.close()


async def _make(
    known: Settings, connection: asyncpg.Connection, target: ObjectStore, now: datetime
) -> Made:
    standing = await migrations.standing(known.database_url or "")
    if not standing.ran:
        raise Trouble("There is no Daywork in this database yet.", "Nothing needs a backup.")
    snapshot = await queries.begin_snapshot(connection)
    pictures = await queries.pictures_needed(connection)
    there = await sizes_in(target, rules.PHOTOS)
    missing = [one for one in pictures if there.get(one.key) != one.bytes]
    size = await queries.database_bytes(connection)
    _must_have_room(target, size // 2 + sum(one.bytes for one in missing))

    name = rules.name_of(now)
    dumping = Dumping(known.database_url or "", snapshot)
    await storage.put_source(target, f"{name}/{rules.DUMP}", dumping)
    files = {rules.DUMP: dumping.facts}
    rows = await queries.rows_by_table(connection)
    await connection.execute("COMMIT")
    files |= await _keep_keys(known.home / rules.KEYS, target, name)

    errands = [
        Errand(one.key, f"{rules.PHOTOS}/{one.key}", one.sha256, one.bytes) for one in missing
    ]
    copied = await copy_pictures(open_storage(known.storage_url), target, errands)
    kept = _without(pictures, copied.lost)
    files[rules.LIST] = await _put(target, f"{name}/{rules.LIST}", rules.list_of(kept))
    manifest = Manifest(
        format=rules.FORMAT,
        made_at=now,
        daywork=version("daywork"),
        postgres=connection.get_server_version().major,
        migrations=standing.ran,
        rows=rows,
        files=files,
        photos=len(kept),
        photo_bytes=sum(one.bytes for one in kept),
        lost=copied.lost,
    )
    encoded = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    await _put(target, f"{name}/{rules.MANIFEST}", encoded)
    return Made(name, manifest, copied.fresh, copied.fresh_bytes)


async def examine(url: str, name: str | None = None) -> Examined:
    """Read every byte of a backup and compare.

    Raises:
        Trouble: there is no backup, or it cannot be reached.
    """
    async with place(url, make=False) as store:
        name, manifest = await find(store, name)
        faults = [f"lost before the backup: {key}" for key in manifest.lost]
        for file, facts in manifest.files.items():
            if await _hash_of(store, f"{name}/{file}") != facts.sha256:
                faults.append(f"damaged or missing: {name}/{file}")
        if not faults and not await _dump_is_readable(store, name):
            faults.append(f"cannot be read by pg_restore: {name}/{rules.DUMP}")
        for key, sha256 in await pictures_of(store, name):
            if await _hash_of(store, f"{rules.PHOTOS}/{key}") != sha256:
                faults.append(f"damaged or missing: {rules.PHOTOS}/{key}")
        return Examined(name, manifest, faults)


async def find(store: ObjectStore, name: str | None = None) -> tuple[str, Manifest]:
    """The newest whole backup of a place, or the one of this name.

    Raises:
        Trouble: there is none, or one of another format.
    """
    names = sorted([one async for one in _backups(store)])
    wanted = names[-1:] if name is None else [one for one in names if one == name]
    if not wanted:
        what = "no backup" if name is None else f"no backup named {name}"
        fix = f"There are: {', '.join(names)}." if names else "Make one with: daywork backup DEST"
        raise Trouble(f"There is {what} at this place.", fix)
    try:
        data = await storage.get_bytes(store, f"{wanted[0]}/{rules.MANIFEST}")
        manifest = msgspec.json.decode(data, type=Manifest)
        if manifest.format != rules.FORMAT:
            raise ValueError(f"format {manifest.format}")
    except (ValueError, FileNotFoundError) as error:
        raise Trouble(
            f"The backup {wanted[0]} cannot be read: {error}",
            "Take an older one (--at), or the Daywork that made it.",
        ) from error
    return wanted[0], manifest


async def pictures_of(store: ObjectStore, name: str) -> list[tuple[str, str]]:
    """Key and hash of the pictures a backup needs; empty when its list is lost."""
    try:
        return rules.pictures_in(await storage.get_bytes(store, f"{name}/{rules.LIST}"))
    except (FileNotFoundError, ValueError):
        return []


async def _backups(store: ObjectStore) -> AsyncIterator[str]:
    for folder in await storage.top_folders(store):
        manifest = f"{folder}/{rules.MANIFEST}"
        if rules.backup_in(manifest) and await storage.has(store, manifest):
            yield folder


async def _keep_keys(folder: Path, target: ObjectStore, name: str) -> dict[str, FileFacts]:
    return {
        file: await _put(target, f"{name}/{file}", data) for file, data in _keys_in(folder).items()
    }


def _keys_in(folder: Path) -> dict[str, bytes]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        f"{rules.KEYS}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in found
    }


async def _put(target: ObjectStore, key: str, data: bytes) -> FileFacts:
    await storage.put_bytes(target, key, data)
    return FileFacts(len(data), (await storage.digest(InMemory(data))).hex())


async def _hash_of(store: ObjectStore, key: str) -> str | None:
    try:
        return (await storage.digest(Stored(store, [key], 0))).hex()
    except FileNotFoundError:
        return None


async def _dump_is_readable(store: ObjectStore, name: str) -> bool:
    with tempfile.TemporaryDirectory(prefix="daywork-") as folder:
        dump = Path(folder) / rules.DUMP
        await fetch(store, f"{name}/{rules.DUMP}", dump)
        return await is_readable(dump)


async def fetch(store: ObjectStore, key: str, path: Path) -> str:
    """Bring one object into a file; returns its SHA-256.

    Raises:
        FileNotFoundError: there is no such object.
    """
    hashed = hashlib.sha256()
    with path.open("wb") as file:
        async for chunk in storage.read(store, key):
            await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(hashed.update, chunk)
    return hashed.hexdigest()


def _without(pictures: list[Picture], lost: list[str]) -> list[Picture]:
    gone = set(lost)
    return [one for one in pictures if one.key not in gone]


def _must_be_apart(known: Settings, url: str) -> None:
    if url.rstrip("/") == known.storage_url.rstrip("/") or url.startswith(
        known.storage_url.rstrip("/") + "/"
    ):
        raise Trouble(
            "A backup inside the store of the photos would be lost with it.",
            "Name another folder or bucket, best on another machine.",
        )


def _must_have_room(target: ObjectStore, needed: int) -> None:
    folder = folder_of(target)
    if folder is None:
        return
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Trouble(
            f"{folder} has {free / 1e6:,.0f} MB free; the backup may need {needed / 1e6:,.0f} MB.",
            "Make room, or name a place on another disk.",
        )
