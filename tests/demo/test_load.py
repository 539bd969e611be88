"""The demo goes through the real services, once, and what it shows adds up."""

import hashlib
import io
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from PIL import ExifTags, Image

from daywork.demo import SIGN_INS, demo_is_due, load_demo
from daywork.demo import load as loading
from daywork.demo.load import actor_of
from daywork.demo.names import ORGANISATION
from daywork.demo.people import LENT, SITES, WORKERS
from daywork.ground.database import close_database, open_database
from daywork.ground.settings import Settings, load_settings
from daywork.ground.terms import RateUnit
from daywork.labour.rules import Rate, price_line, rate_on
from daywork.people.passwords import password_matches
from daywork.people.rules import login_from
from daywork.people.service import create_company
from daywork.photos.rules import storage_key
from daywork.photos.storage import get_bytes, open_storage
from daywork.sync.feed import pull
from tests.support.database import apart, on_server, query, value

TODAY = date(2026, 11, 24)

SUMS = """
    SELECT (SELECT md5(string_agg(id::text || state || version, ',' ORDER BY id)) FROM entry),
           (SELECT md5(string_agg(id::text, ',' ORDER BY id)) FROM worker),
           (SELECT sum(man_days) FROM labour_line WHERE live),
           (SELECT sum(earned + overtime_earned) FROM labour_line WHERE live),
           (SELECT sum(percent * weight) FROM task), (SELECT sum(amount) FROM advance),
           (SELECT md5(string_agg(sha256::text, ',' ORDER BY id)) FROM photo),
           (SELECT count(*) FROM decision), (SELECT count(*) FROM sync_mutation),
           (SELECT count(*) FROM audit_event), (SELECT sum(revision) FROM site_revision)
"""


def known(home: Path) -> Settings:
    return load_settings({"DAYWORK_HOME": str(home)})


async def load_into(url: str, home: Path) -> bool:
    await open_database(url, pool_size=4)
    try:
        return await load_demo(known(home), TODAY)
    finally:
        await close_database()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def demo(database_server: str, migrated_template: str, home: Path) -> Iterator[str]:
    """URL of a database with the demo company in it, to be read only."""
    name = f"daywork_demo_{uuid4().hex[:16]}"
    query(database_server, f'CREATE DATABASE "{name}" TEMPLATE "{migrated_template}"')
    assert apart(load_into(on_server(database_server, name), home))
    yield on_server(database_server, name)
    query(database_server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
async def opened(demo: str) -> AsyncIterator[str]:
    """The same, with the app's pool open on it."""
    await open_database(demo, pool_size=4)
    yield demo
    await close_database()


async def test_loading_twice_changes_nothing(opened: str, home: Path) -> None:
    before = query(opened, SUMS)
    assert not await load_demo(known(home), date(2027, 1, 1))
    assert not await demo_is_due()
    assert query(opened, SUMS) == before


def test_the_same_date_gives_the_same_ids_and_sums(
    demo: str, database_url: str, tmp_path: Path
) -> None:
    assert apart(load_into(database_url, tmp_path))
    assert query(database_url, SUMS) == query(demo, SUMS)


async def test_a_real_company_is_never_mixed_with_the_demo(database: str, tmp_path: Path) -> None:
    await create_company("真实公司", "老板", "13900001234", "long enough words", "zh-CN")
    assert not await load_demo(known(tmp_path), TODAY)
    assert value(database, "SELECT count(*) FROM organisation") == 1
    assert value(database, "SELECT count(*) FROM entry") == 0


async def test_a_load_cut_short_is_completed(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(Exception):
        pass

    sittings = 0
    whole = loading._decide

    async def until_killed(event: loading.Decided) -> None:
        nonlocal sittings
        sittings += 1
        if sittings > 9:
            raise Killed
        await whole(event)

    monkeypatch.setattr(loading, "_decide", until_killed)
    with pytest.raises(ExceptionGroup):
        await load_demo(known(tmp_path), TODAY)
    monkeypatch.undo()
    assert await demo_is_due()
    assert await load_demo(known(tmp_path), date(2026, 12, 3))
    assert value(database, "SELECT max(work_day) FROM entry") == date(2026, 11, 23)
    assert value(database, "SELECT count(*) FROM photo WHERE state <> 'complete'") == 0
    assert value(database, "SELECT count(*) FROM decision") == len(
        query(database, "SELECT DISTINCT entry, version FROM decision")
    )
    assert not await demo_is_due()


def test_every_state_and_kind_is_there(demo: str) -> None:
    found = {tuple(row) for row in query(demo, "SELECT DISTINCT kind, state FROM entry")}
    for state in ("submitted", "approved", "returned", "void"):
        assert ("labour.sheet", state) in found
    assert {("progress.report", "returned"), ("labour.advance", "submitted")} <= found
    assert value(demo, "SELECT count(*) FROM sync_mutation WHERE result <> 'applied'") == 0
    states = {row[0] for row in query(demo, "SELECT DISTINCT status FROM task")}
    assert states == {"not_begun", "going", "stopped", "done"}
    assert value(demo, "SELECT count(DISTINCT cause) FROM progress_report") == 1
    assert value(demo, "SELECT count(*) FROM progress_report WHERE percent < percent_before") > 0
    assert value(demo, "SELECT count(*) FROM entry WHERE clock_doubtful") == 1
    assert value(demo, "SELECT count(*) FROM labour_line WHERE unit = 'hours' AND live") > 100


def test_the_last_days_still_wait(demo: str) -> None:
    days = query(
        demo,
        "SELECT DISTINCT work_day FROM entry WHERE kind = 'labour.sheet' AND state = 'submitted'"
        " AND version = 1",
    )
    assert {row[0] for row in days} <= {date(2026, 11, day) for day in (21, 22, 23)}
    assert value(demo, "SELECT max(decided_at) FROM entry") < datetime(2026, 11, 24, tzinfo=UTC)


def test_the_doubts_are_there_to_be_found(demo: str) -> None:
    booked = query(
        demo,
        "SELECT work_day, sum(man_days), count(DISTINCT site) FROM labour_line"
        " WHERE worker = $1 AND live AND state <> 'void' GROUP BY 1 HAVING sum(man_days) > 1",
        WORKERS[LENT].id,
    )
    assert [(row[1], row[2]) for row in booked] == [(Decimal(2), 2)]
    assert value(
        demo,
        "SELECT count(*) FROM labour_line l JOIN roster r"
        " ON r.site = l.site AND r.worker = l.worker WHERE l.live AND l.work_day > r.left_on",
    )
    assert value(demo, "SELECT count(*) FROM labour_line WHERE live AND overtime_hours > 3") == 3


def test_the_money_is_what_the_rules_say(demo: str) -> None:
    rates: dict[object, list[Rate]] = {}
    for row in query(demo, "SELECT coalesce(worker, trade) AS whose, * FROM rate"):
        rate = Rate(
            row["id"], RateUnit(row["unit"]), row["amount"], row["overtime_hour"],
            row["valid_from"], row["valid_to"],
        )  # fmt: skip
        rates.setdefault(row["whose"], []).append(rate)
    lines = query(
        demo,
        "SELECT l.*, w.trade, s.overtime_hours_per_man_day AS divisor FROM labour_line l"
        " JOIN worker w ON w.id = l.worker JOIN site s ON s.id = l.site WHERE l.live",
    )
    used, unpriced = set(), 0
    for line in lines:
        held = rate_on(
            line["work_day"], rates.get(line["worker"], []), rates.get(line["trade"], [])
        )
        if line["state"] != "approved" or held is None:
            unpriced += line["state"] == "approved"
            assert line["earned"] is None
            continue
        pay = price_line(
            held,
            line["man_days"],
            line["overtime_hours"],
            hours_per_day=line["hours_per_day"],
            overtime_hours_per_man_day=line["divisor"],
        )
        assert (pay.earned, pay.overtime_earned) == (line["earned"], line["overtime_earned"])
        assert line["rate"] == held.id
        used.add(held.id)
    assert unpriced > 0
    assert used == {rate.id for held in rates.values() for rate in held}


async def test_photos_are_stored_with_the_time_and_place_of_their_rows(
    demo: str, home: Path
) -> None:
    rows = query(demo, "SELECT * FROM photo ORDER BY id")
    assert {row["state"] for row in rows} == {"complete"}
    assert all(row["of_entry"] is not None for row in rows)
    store = open_storage(known(home).storage_url)
    for row in rows[:5]:
        key = storage_key(ORGANISATION, row["site"], row["sha256"])
        data = await get_bytes(store, key)
        assert hashlib.sha256(data).digest() == row["sha256"]
        exif = Image.open(io.BytesIO(data)).getexif()
        taken = row["taken_at"].astimezone(ZoneInfo("Asia/Shanghai"))
        stamp = exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal]
        assert stamp == f"{taken:%Y:%m:%d %H:%M:%S}"
        degrees, minutes, seconds = exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude]
        latitude = float(degrees) + float(minutes) / 60 + float(seconds) / 3600
        assert latitude == pytest.approx(row["latitude"], abs=1e-5)


async def test_a_foreman_pulls_his_own_crew_and_no_other(opened: str) -> None:
    page = await pull(actor_of("zhou"), SITES["lake"].id, None, 1000)
    mine = {row.id for row in page.rows if row.s == "entry"}
    authors = query(opened, "SELECT DISTINCT author FROM entry WHERE id = ANY($1)", list(mine))
    assert [row[0] for row in authors] == [actor_of("zhou").member]


async def test_the_printed_sign_ins_open_the_door(demo: str) -> None:
    for _role, name, login, password in SIGN_INS:
        (row,) = query(demo, "SELECT * FROM member WHERE phone = $1", login_from(login).value)
        assert row["name"] == name
        assert await password_matches(password, row["password_hash"])
