"""A backup holds everything of one instant, says so honestly, and comes back whole."""

import asyncio
import dataclasses
import hashlib
import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from daywork.backup import service
from daywork.backup.restoring import restore
from daywork.backup.service import back_up, examine
from daywork.ground.settings import Settings, load_settings
from daywork.ground.trouble import Trouble
from daywork.photos.service import receive_bytes
from daywork.photos.storage import open_storage
from daywork.retention.service import kept_of, purge
from daywork.uploads.service import sweep_orphans
from tests.photos.test_upload import jpeg
from tests.support.asking import let_go
from tests.support.cast import Cast, found
from tests.support.database import query, value
from tests.support.phone_words import photo_row, send, sheet

Settled = tuple[Settings, Settings]


@pytest.fixture
def installations(database: str, blank_database_url: str, tmp_path: Path) -> Settled:
    """The one in use, and an empty one."""

    def settings(name: str, url: str) -> Settings:
        home = tmp_path / name
        home.mkdir()
        return dataclasses.replace(load_settings({"DAYWORK_HOME": str(home)}), database_url=url)

    return settings("old", database), settings("new", blank_database_url)


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the backups go."""
    if request.param == "folder":
        return (tmp_path / "a backup 备份").as_uri()
    return str(request.getfixturevalue("bucket")) + "/daywork"


async def picture(cast: Cast, settings: Settings, width: int) -> bytes:
    """A photo of the foreman's, complete."""
    data = jpeg(width)
    row = photo_row(cast, data)
    await send(cast.foreman, row)
    store = open_storage(settings.storage_url)
    await receive_bytes(cast.foreman, store, row["entity_id"], data)
    return data


@pytest.fixture
async def cast(installations: Settled) -> Cast:
    """A company with a sheet, two pictures and one that is still on its phone."""
    old, _ = installations
    cast = found(old.database_url or "")
    await send(cast.foreman, sheet(cast))
    for width in (300, 400):
        await picture(cast, old, width)
    await send(cast.foreman, photo_row(cast, jpeg(500)))
    (old.home / "keys").mkdir()
    (old.home / "keys" / "push.pem").write_text("a secret")
    return cast


def contents(url: str) -> dict[str, str]:
    """A hash of every table's rows, but for the nonces, which a restore renews."""
    names = query(
        url,
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace ="
        " 'public'::regnamespace AND relname <> 'site_revision_nonce'",
    )
    sql = 'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{}" t'
    return {row["relname"]: value(url, sql.format(row["relname"])) for row in names}


def photos_of(settings: Settings) -> set[str]:
    """Hashes of the pictures in the store, which are their names."""
    folder = settings.home / "photos"
    files = [one for one in folder.rglob("*") if one.is_file() and len(one.name) == 64]
    assert all(hashlib.sha256(one.read_bytes()).hexdigest() == one.name for one in files)
    return {one.name for one in files}


async def test_everything_comes_back(cast: Cast, installations: Settled, place: str) -> None:
    old, new = installations
    made = await back_up(old, place)
    assert (made.manifest.photos, made.fresh, made.manifest.lost) == (2, 2, [])
    assert (await examine(place)).faults == []
    before = contents(cast.url)

    done = await restore(new, place)
    assert (done.photos, done.lost) == (2, [])
    assert contents(new.database_url or "") == before
    assert photos_of(new) == photos_of(old)
    counted = "SELECT reltuples FROM pg_class WHERE relname = 'entry'"
    assert value(new.database_url or "", counted) > 0, "it is planned for as full as it is"
    key = new.home / "keys" / "push.pem"
    assert (key.read_text(), key.stat().st_mode & 0o777) == ("a secret", 0o600)

    again = await back_up(new, place, datetime.now(UTC) + timedelta(seconds=5))
    assert (again.fresh, again.manifest.rows) == (0, made.manifest.rows), "a copy can be copied"
    assert [one for one in new.home.iterdir() if one.name.startswith("restore-")] == []


async def test_the_walls_between_companies_stand_after_a_restore(
    cast: Cast, installations: Settled, tmp_path: Path
) -> None:
    old, new = installations
    found(cast.url, "Another company")
    await back_up(old, (tmp_path / "b").as_uri())
    await restore(new, (tmp_path / "b").as_uri())

    async def as_the_app(organisation: str) -> list[str]:
        connection = await asyncpg.connect(new.database_url)
        await connection.execute("SET ROLE daywork_app")
        await connection.execute(
            "SELECT set_config('daywork.organisation', $1, false)", organisation
        )
        seen = [row["name"] for row in await connection.fetch("SELECT name FROM organisation")]
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("UPDATE entry_version SET reason = 'changed'")
        await connection.close()
        return seen

    assert await as_the_app(str(cast.organisation)) == ["Huayan Building"]
    assert await as_the_app("") == []


async def test_the_second_backup_copies_only_what_is_new(
    cast: Cast, installations: Settled, place: str
) -> None:
    old, new = installations
    first = await back_up(old, place)
    data = await picture(cast, old, 600)
    second = await back_up(old, place, datetime.now(UTC) + timedelta(seconds=5))
    assert (second.fresh, second.fresh_bytes) == (1, len(data))
    assert second.manifest.photos == 3
    await restore(new, place, name=first.name)
    assert len(photos_of(new)) == 2, "of the older backup, when it is named"


async def test_what_is_written_during_a_backup_is_in_it_whole_or_not_at_all(
    cast: Cast, installations: Settled, tmp_path: Path
) -> None:
    old, new = installations
    stop = threading.Event()
    written = 0

    async def write() -> None:
        nonlocal written
        while not stop.is_set():
            await picture(cast, old, 700 + written)
            written += 1

    writing = asyncio.create_task(write())
    while written < 2:  # noqa: ASYNC110 - it writes in this very loop
        await asyncio.sleep(0.01)
    made = await back_up(old, (tmp_path / "b").as_uri())
    during = written
    stop.set()
    await writing
    assert during > 2, "people worked meanwhile"
    assert (await examine((tmp_path / "b").as_uri())).faults == []
    await restore(new, (tmp_path / "b").as_uri())
    complete = query(new.database_url or "", "SELECT sha256 FROM photo WHERE state = 'complete'")
    assert {row["sha256"].hex() for row in complete} == photos_of(new)
    assert len(complete) == made.manifest.photos


async def test_the_sweep_rests_during_a_backup(
    cast: Cast, installations: Settled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, _ = installations
    store = open_storage(old.storage_url)
    orphan = old.home / "photos" / str(cast.organisation) / str(cast.site) / "ab" / ("ab" * 32)
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"nobody knows me")
    later = datetime.now(UTC) + timedelta(days=3)
    seen: list[list[str]] = []
    copy = service.copy_pictures

    async def sweeping(*words: object) -> object:
        seen.append(await sweep_orphans(store, later))
        return await copy(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "copy_pictures", sweeping)
    await back_up(old, (tmp_path / "b").as_uri())
    assert seen == [[]]
    assert len(await sweep_orphans(store, later)) == 1, "and goes on after it"


async def test_damage_in_a_backup_is_found(
    cast: Cast, installations: Settled, tmp_path: Path
) -> None:
    old, new = installations
    folder = tmp_path / "b"
    made = await back_up(old, folder.as_uri())
    one, two = sorted(path for path in (folder / "photos").rglob("*") if path.is_file())
    one.write_bytes(one.read_bytes()[:-1] + b"!")
    two.unlink()
    faults = (await examine(folder.as_uri())).faults
    assert len(faults) == 2
    assert all("damaged or missing: photos/" in fault for fault in faults)
    done = await restore(new, folder.as_uri())
    assert len(done.lost) == 2, "what is whole comes back, and what is not is named"
    assert photos_of(new) == set()

    dump = folder / made.name / "database.dump"
    dump.write_bytes(dump.read_bytes()[:-50])
    assert "damaged or missing: " + made.name in (await examine(folder.as_uri())).faults[0]
    with pytest.raises(Trouble, match="Nothing was changed"):
        await restore(new, folder.as_uri(), replace=True)


async def test_a_picture_lost_in_the_store_is_told_and_stops_nothing(
    cast: Cast, installations: Settled, tmp_path: Path
) -> None:
    old, _ = installations
    lost = next(one for one in (old.home / "photos").rglob("*") if len(one.name) == 64)
    lost.write_bytes(b"worn out")
    made = await back_up(old, (tmp_path / "b").as_uri())
    assert [key.rpartition("/")[2] for key in made.manifest.lost] == [lost.name]
    assert made.manifest.photos == 1
    assert len((await examine((tmp_path / "b").as_uri())).faults) == 1


async def test_a_picture_that_was_purged_is_not_missed(
    cast: Cast, installations: Settled, place: str
) -> None:
    """Its bytes went after their time; the next backup says so by not asking for them."""
    old, _ = installations
    query(cast.url, "UPDATE site SET completed_on = '2020-01-01', settled_on = '2020-01-01'")
    query(cast.url, "UPDATE entry SET work_day = '2020-01-01'")
    store = open_storage(old.storage_url)
    kept = await kept_of(cast.owner, cast.site, datetime.now(UTC))
    shown = (len(kept.photos), len(kept.workers))
    now = datetime.now(UTC)
    await purge(cast.owner, cast.site, store, shown=shown, reason="over", now=now)
    made = await back_up(old, place)
    assert (made.manifest.photos, made.manifest.lost) == (0, [])


async def test_an_installation_in_use_is_not_overwritten(
    cast: Cast, installations: Settled, tmp_path: Path
) -> None:
    old, new = installations
    place = (tmp_path / "b").as_uri()
    await back_up(old, place)
    with pytest.raises(Trouble, match="Somebody works with this database"):
        await restore(old, place, replace=True)
    await restore(new, place)
    query(new.database_url or "", "UPDATE organisation SET name = 'changed since'")
    let_go(new.database_url or "")
    with pytest.raises(Trouble, match="This installation is in use: changed since"):
        await restore(new, place)
    assert value(new.database_url or "", "SELECT name FROM organisation") == "changed since"
    let_go(new.database_url or "")
    await restore(new, place, replace=True)
    assert value(new.database_url or "", "SELECT name FROM organisation") == "Huayan Building"


async def test_a_restore_that_fails_leaves_the_old_rows(
    cast: Cast, installations: Settled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = installations
    place = (tmp_path / "b").as_uri()
    await back_up(old, place)
    await restore(new, place)
    query(new.database_url or "", "UPDATE organisation SET name = 'still here'")
    let_go(new.database_url or "")
    monkeypatch.setattr("daywork.backup.queries.after", lambda rows: "SELECT 1/0;")
    with pytest.raises(Trouble, match="division by zero"):
        await restore(new, place, replace=True)
    assert value(new.database_url or "", "SELECT name FROM organisation") == "still here"


async def test_a_backup_that_broke_off_is_none(
    cast: Cast, installations: Settled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = installations
    place = (tmp_path / "b").as_uri()

    async def broken(*_: object) -> None:
        raise OSError(28, "No space left on device", "b")

    monkeypatch.setattr(service, "copy_pictures", broken)
    with pytest.raises(Trouble, match="No space left"):
        await back_up(old, place)
    with pytest.raises(Trouble, match="There is no backup at this place"):
        await restore(new, place)
    monkeypatch.undo()
    await back_up(old, place, datetime.now(UTC) + timedelta(seconds=5))
    assert (await examine(place)).faults == []


async def test_a_disk_without_room_is_seen_before_anything_is_written(
    cast: Cast, installations: Settled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, _ = installations
    full = type("Usage", (), {"free": 1000})
    monkeypatch.setattr("shutil.disk_usage", lambda _: full)
    with pytest.raises(Trouble, match="MB free; the backup may need"):
        await back_up(old, (tmp_path / "b").as_uri())
    assert list((tmp_path / "b").iterdir()) == []


async def test_places_that_cannot_be_used_are_named(
    cast: Cast, installations: Settled, tmp_path: Path, bucket: str
) -> None:
    old, new = installations
    with pytest.raises(Trouble, match="inside the store of the photos"):
        await back_up(old, old.storage_url + "/backup")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Trouble, match="file"):
        await back_up(old, (tmp_path / "file" / "b").as_uri())
    with pytest.raises(Trouble, match="There is no folder"):
        await restore(new, (tmp_path / "nowhere").as_uri())
    with pytest.raises(Trouble, match="s3://no-such-bucket/x"):
        await back_up(old, "s3://no-such-bucket/x")
    with pytest.raises(Trouble, match="There is no backup"):
        await restore(new, bucket)


async def test_a_backup_of_a_newer_daywork_is_refused(
    cast: Cast, installations: Settled, tmp_path: Path
) -> None:
    old, new = installations
    made = await back_up(old, (tmp_path / "b").as_uri())
    manifest = tmp_path / "b" / made.name / "manifest.json"
    told = json.loads(manifest.read_text())
    told["migrations"].append("9999-01-01T00:00:00:000000")
    manifest.write_text(json.dumps(told))
    with pytest.raises(Trouble, match="made by a newer Daywork"):
        await restore(new, (tmp_path / "b").as_uri())


async def test_a_folder_is_checked_by_the_machines_own_tool(
    cast: Cast, installations: Settled, tmp_path: Path
) -> None:
    old, _ = installations
    made = await back_up(old, (tmp_path / "b").as_uri())
    words = ["sha256sum", "--check", "--strict", f"{made.name}/photos.sha256"]
    tool = await asyncio.create_subprocess_exec(
        *words, cwd=tmp_path / "b", stdout=asyncio.subprocess.PIPE
    )
    said, _ = await tool.communicate()
    assert tool.returncode == 0, said
    assert said.count(b": OK") == 2
