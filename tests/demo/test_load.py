"""The demo goes through the real services, once, and what it shows adds up."""

import hashlib
import io
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import ExifTags, Image

from daywork.demo import SIGN_INS, demo_is_due, load_demo
from daywork.demo import load as loading
from daywork.demo.members import actor_of
from daywork.demo.names import ORGANISATION
from daywork.demo.people import LENT, SITES, WORKERS
from daywork.ground.database import close_database, open_database
from daywork.ground.settings import Settings, load_settings
from daywork.ground.terms import RateUnit
from daywork.ground.workdays import WorkCalendar, kind_of_day
from daywork.labour.prices import Rate, price_line, rate_on
from daywork.people.passwords import password_matches
from daywork.people.rules import login_from
from daywork.people.service import create_company
from daywork.photos.rules import storage_key
from daywork.photos.storage import get_bytes, open_storage
from daywork.sync.feed import pull
from tests.support.database import Demo, apart, copied, dropped, on_server, query, value

pytestmark = pytest.mark.timeout(300)  # the first test loads the demo company
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
        return await load_demo(replace(known(home), database_url=url), TODAY)
    finally:
        await close_database()


@pytest.fixture(scope="module")
def loaded(database_server: str, demo: Demo) -> Iterator[str]:
    """URL of a database with the demo company in it, to be read only."""
    assert demo.today == TODAY
    url = on_server(database_server, copied(on_server(database_server, demo.template)))
    yield url
    dropped(url)


@pytest.fixture
async def opened(loaded: str) -> AsyncIterator[str]:
    """The same, with the app's pool open on it."""
    await open_database(loaded, pool_size=4)
    yield loaded
    await close_database()


async def test_loading_twice_changes_nothing(opened: str, tmp_path: Path) -> None:
    before = query(opened, SUMS)
    assert not await load_demo(known(tmp_path), date(2027, 1, 1))
    assert not await demo_is_due()
    assert query(opened, SUMS) == before


def test_the_same_date_gives_the_same_ids_and_sums(
    loaded: str, database_url: str, tmp_path: Path
) -> None:
    assert apart(load_into(database_url, tmp_path))
    assert query(database_url, SUMS) == query(loaded, SUMS)


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
        await load_demo(replace(known(tmp_path), database_url=database), TODAY)
    monkeypatch.undo()
    assert await demo_is_due()
    assert await load_demo(replace(known(tmp_path), database_url=database), date(2026, 12, 3))
    assert value(database, "SELECT max(work_day) FROM entry") == date(2026, 11, 23)
    assert value(database, "SELECT count(*) FROM photo WHERE state <> 'complete'") == 0
    assert value(database, "SELECT count(*) FROM decision") == len(
        query(database, "SELECT DISTINCT entry, version FROM decision")
    )
    assert not await demo_is_due()


def test_last_months_wages_are_paid_by_file_and_singly_and_one_advance_is_over_the_limit(
    loaded: str,
) -> None:
    by_file, singly = query(
        loaded,
        "SELECT count(*) FROM payment WHERE for_month = '2026-10-01'"
        " GROUP BY bank_import IS NULL ORDER BY bank_import IS NULL",
    )
    assert by_file[0] > 20
    assert singly[0] == 9
    assert value(loaded, "SELECT count(*) FROM bank_import WHERE booked_at IS NOT NULL") == 1
    over = query(
        loaded,
        "SELECT a.state, a.amount > l.monthly AS over FROM advance a"
        " JOIN advance_limit l ON l.site = a.site ORDER BY a.amount DESC LIMIT 1",
    )
    assert [tuple(row) for row in over] == [("submitted", True)]


def test_every_state_and_kind_is_there(loaded: str) -> None:
    found = {tuple(row) for row in query(loaded, "SELECT DISTINCT kind, state FROM entry")}
    for state in ("submitted", "approved", "returned", "void"):
        assert ("labour.sheet", state) in found
    assert {("progress.report", "returned"), ("labour.advance", "submitted")} <= found
    assert value(loaded, "SELECT count(*) FROM sync_mutation WHERE result <> 'applied'") == 0
    states = {row[0] for row in query(loaded, "SELECT DISTINCT status FROM task")}
    assert states == {"not_begun", "going", "stopped", "done"}
    assert value(loaded, "SELECT count(DISTINCT cause) FROM progress_report") == 1
    assert value(loaded, "SELECT count(*) FROM progress_report WHERE percent < percent_before") > 0
    assert value(loaded, "SELECT count(*) FROM entry WHERE clock_doubtful") == 1
    assert value(loaded, "SELECT count(*) FROM labour_line WHERE unit = 'hours' AND live") > 100


def test_the_last_days_still_wait(loaded: str) -> None:
    days = query(
        loaded,
        "SELECT DISTINCT work_day FROM entry WHERE kind = 'labour.sheet' AND state = 'submitted'"
        " AND version = 1",
    )
    assert {row[0] for row in days} <= {date(2026, 11, day) for day in (21, 22, 23)}
    assert value(loaded, "SELECT max(decided_at) FROM entry") < datetime(2026, 11, 24, tzinfo=UTC)


def test_the_doubts_are_there_to_be_found(loaded: str) -> None:
    lent = WORKERS[LENT].id
    booked = query(
        loaded,
        "SELECT work_day, sum(man_days), count(DISTINCT site) FROM labour_line"
        " WHERE worker = $1 AND live AND state <> 'void' GROUP BY 1 HAVING sum(man_days) > 1",
        lent,
    )
    assert sorted((row[1], row[2]) for row in booked) == [(Decimal("1.5"), 2), (Decimal(2), 2)]
    outcomes = query(loaded, "SELECT outcome FROM double_booking WHERE worker = $1", lent)
    assert {row["outcome"] for row in outcomes} == {None, "both_stand"}
    assert value(
        loaded,
        "SELECT count(*) FROM labour_line l JOIN roster r"
        " ON r.site = l.site AND r.worker = l.worker WHERE l.live AND l.work_day > r.left_on",
    )
    assert value(loaded, "SELECT count(*) FROM labour_line WHERE live AND overtime_hours > 3") == 3


def test_the_money_is_what_the_rules_say(loaded: str) -> None:
    rates: dict[object, list[Rate]] = {}
    whose = "coalesce(worker, crew, trade, site, task)"
    for row in query(loaded, f"SELECT {whose} AS whose, * FROM rate"):  # noqa: S608
        rate = Rate(
            row["id"], RateUnit(row["unit"]), row["amount"], row["overtime_hour"],
            row["valid_from"], row["valid_to"],
        )  # fmt: skip
        rates.setdefault(row["whose"], []).append(rate)
    lines = query(
        loaded,
        "SELECT l.*, w.trade, s.overtime_hours_per_man_day AS divisor, s.rest_weekdays,"
        " EXISTS (SELECT FROM overtime_rule o WHERE o.site = s.id) AS statute FROM labour_line l"
        " JOIN worker w ON w.id = l.worker JOIN site s ON s.id = l.site WHERE l.live",
    )
    used, unpriced = set(), 0
    for line in lines:
        nearest = (line["task"], line["worker"], line["crew"], line["trade"], line["site"])
        held = rate_on(line["work_day"], nearest, rates)
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
            by_statute=kind_of_day(
                WorkCalendar(tuple(line["rest_weekdays"]), "CN"), line["work_day"]
            )
            if line["statute"]
            else None,
        )
        assert (pay.earned, pay.overtime_earned) == (line["earned"], line["overtime_earned"])
        assert line["rate"] == held.id
        used.add(held.id)
    assert unpriced > 0
    assert used == {rate.id for held in rates.values() for rate in held}


async def test_photos_are_stored_with_the_time_and_place_of_their_rows(
    loaded: str, demo: Demo
) -> None:
    rows = query(loaded, "SELECT * FROM photo ORDER BY id")
    assert {row["state"] for row in rows} == {"complete"}
    assert all(row["of_entry"] is not None for row in rows)
    store = open_storage(demo.storage_url)
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


async def test_the_printed_sign_ins_open_the_door(loaded: str) -> None:
    for _role, name, login, password in SIGN_INS:
        (row,) = query(loaded, "SELECT * FROM member WHERE phone = $1", login_from(login).value)
        assert row["name"] == name
        assert await password_matches(password, row["password_hash"])


def test_a_site_of_last_year_is_signed_paid_settled_and_locked(loaded: str) -> None:
    (site,) = query(
        loaded,
        "SELECT id, active, completed_on, settled_on,"
        " records_kept_until(organisation, id) AS until FROM site WHERE settled_on IS NOT NULL",
    )
    assert not site["active"]
    assert site["until"] == site["settled_on"].replace(year=site["settled_on"].year + 3)
    assert site["until"] > TODAY
    lines = "SELECT count(*) FROM labour_line WHERE site = $1 AND live AND state <> 'approved'"
    assert value(loaded, lines, site["id"]) == 0
    unsigned = query(
        loaded,
        "SELECT l.name FROM wage_line l JOIN wage_sheet w ON w.id = l.sheet"
        " WHERE w.site = $1 AND NOT EXISTS (SELECT FROM wage_signature s"
        " WHERE s.sheet = w.id AND s.worker = l.worker AND s.strokes <> '')",
        site["id"],
    )
    assert unsigned == []
    owed = query(loaded, "SELECT DISTINCT payable FROM settlement WHERE site = $1", site["id"])
    assert [row["payable"] for row in owed] == [0]
    assert value(loaded, "SELECT count(*) FROM settlement WHERE site = $1", site["id"]) == 6
