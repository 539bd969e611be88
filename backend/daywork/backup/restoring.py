"""Put a backup back: photos first, then the database in one transaction, then the migrations.

Photos are only ever added, under names that are their hashes, so whatever breaks off in the middle
leaves the installation as it was, and it can simply be run again.
"""

import asyncio
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from obstore.store import ObjectStore

from daywork.backup import queries, rules
from daywork.backup.copying import Errand, copy_pictures, sizes_in
from daywork.backup.dump import pour
from daywork.backup.rules import Manifest
from daywork.backup.service import fetch, find, place
from daywork.ground import migrations
from daywork.ground.settings import Settings
from daywork.ground.trouble import Trouble
from daywork.photos.storage import folder_of, open_storage


@dataclass(frozen=True)
class Restored:
    """What was put back."""

    name: str
    manifest: Manifest
    photos: int
    """Pictures that were not there already."""
    lost: list[str]
    """Pictures the backup itself does not have any more."""


async def restore(
    known: Settings, url: str, *, name: str | None = None, replace: bool = False
) -> Restored:
    """Make this installation what it was at the time of the backup.

    Raises:
        Trouble: the installation is in use or not empty, the backup is damaged or too new.
    """
    async with place(url, make=False) as store:
        name, manifest = await find(store, name)
        await _must_be_known(manifest)
        connection = await migrations.connect(known.database_url or "")
        try:
            await _must_be_free(connection, replace=replace)
            await queries.make_app_role(connection)
        finally:
            await connection.close()
        known.home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="restore-", dir=known.home) as held:
            folder = Path(held)
            for file in manifest.files:
                await _proved(store, name, manifest, file, folder / file)
            photos, lost = await _photos_back(known, store, name, folder)
            ending = queries.after(sorted(manifest.rows.items()))
            await pour(folder / rules.DUMP, known.database_url or "", queries.BEFORE, ending)
            _keys_back(known.home, folder / rules.KEYS)
    await migrations.migrate(known.database_url or "")
    await queries.analyse(known.database_url or "")
    return Restored(name, manifest, photos, sorted([*manifest.lost, *lost]))


async def _must_be_known(manifest: Manifest) -> None:
    unknown = rules.unknown_migrations(manifest, migrations.known())
    if unknown:
        raise Trouble(
            f"The backup was made by a newer Daywork ({manifest.daywork}; {unknown[-1]}).",
            "Install that version or a newer one first.",
        )


async def _must_be_free(connection: asyncpg.Connection, *, replace: bool) -> None:
    for _ in range(20):  # what has just been stopped needs a moment to be gone
        others = await queries.others_connected(connection)
        if not others:
            break
        await asyncio.sleep(0.1)
    else:
        raise Trouble(
            f"Somebody works with this database ({others} connections).",
            "Stop daywork (up, serve, worker) everywhere, then restore again.",
        )
    companies = await queries.companies(connection)
    if companies and not replace:
        raise Trouble(
            f"This installation is in use: {', '.join(companies[:3])}. Nothing was changed.",
            "Restore into an empty one (another DAYWORK_HOME or database); or, to throw away what "
            "is here, back it up first and say --replace.",
        )


async def _proved(store: ObjectStore, name: str, manifest: Manifest, file: str, path: Path) -> Path:
    """Bring a file of the backup here and see that it is whole."""
    key = f"{name}/{file}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        hashed = await fetch(store, key, path)
    except FileNotFoundError:
        hashed = ""
    if hashed != manifest.files[file].sha256:
        raise Trouble(
            f"{key} is missing or damaged. Nothing was changed.",
            "Take another backup: --at NAME; daywork backup --check tells which are whole.",
        )
    return path


async def _photos_back(
    known: Settings, store: ObjectStore, name: str, folder: Path
) -> tuple[int, list[str]]:
    """Copy the pictures that are not here; how many, and which the backup lacks."""
    target = open_storage(known.storage_url)
    wanted = rules.pictures_in((folder / rules.LIST).read_bytes())
    there = await sizes_in(store, rules.PHOTOS)
    here = await sizes_in(target)
    errands = [
        Errand(f"{rules.PHOTOS}/{key}", key, sha256, there[key])
        for key, sha256 in wanted
        if key in there and here.get(key) != there[key]
    ]
    _must_have_room(target, sum(one.size for one in errands))
    copied = await copy_pictures(store, target, errands)
    lost = [key for key, _ in wanted if key not in there and key not in here]
    return copied.fresh, lost + [key.removeprefix(f"{rules.PHOTOS}/") for key in copied.lost]


def _must_have_room(target: ObjectStore, needed: int) -> None:
    folder = folder_of(target)
    if folder is not None and (free := shutil.disk_usage(folder).free) < needed:
        raise Trouble(
            f"{folder} has {free / 1e6:,.0f} MB free; the photos need {needed / 1e6:,.0f} MB.",
            "Make room, or set DAYWORK_STORAGE_URL to a place that has it.",
        )


def _keys_back(home: Path, fetched: Path) -> None:
    """Put the keys where they belong, for this user's eyes only."""
    for path in sorted(fetched.rglob("*")):
        if path.is_file():
            target = home / rules.KEYS / path.relative_to(fetched)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.chmod(0o600)
            path.replace(target)
