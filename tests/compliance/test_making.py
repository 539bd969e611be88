"""Packs made in the background: one order whatever is clicked, one site a job, kept for a while."""

import asyncio
import io
import json
import tracemalloc
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from obstore.store import ObjectStore

from daywork.compliance import making, order_queries, ordering, sealed
from daywork.compliance.making import make_next, sweep_packs, wake_packs
from daywork.compliance.ordering import PACK_JOB, Asked, key_of
from daywork.compliance.rules import KEPT_FOR, KEPT_IN_FULL, SILENT_FOR
from daywork.ground.calendar import month_of
from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.people.actor import Actor
from daywork.people.rules import Right
from daywork.photos import storage
from daywork.register import keeping
from daywork.register.rules import Change
from daywork.register.sealing import CannotOpenError, Key, Keyring
from daywork.sites.service import site_for
from daywork.summary.rules import Month
from tests.register.conftest import number
from tests.support.cast import DAY, Cast
from tests.support.database import query, value
from tests.support.months import sheet_sent
from tests.support.phone_words import line
from tests.support.refusals import refused

KEYS = Keyring([Key.of(bytes(32))])
MARCH = Month(*month_of(date(2026, 3, 1)))


async def asked(
    cast: Cast, actor: Actor | None = None, sites: list[UUID] | None = None, **other: Any
) -> UUID:
    """An order, as the page gives it."""
    fields: dict[str, Any] = {
        "id": new_id(),
        "sites": [cast.site] if sites is None else sites,
        "first": MARCH,
        "last": MARCH,
        "language": "en",
        "verify_at": "example/v",
    }
    order = Asked(**(fields | other))
    await ordering.ask(actor or cast.office, order, KEYS, datetime.now(UTC))
    return order.id


async def made(cast: Cast, pack: UUID, store: ObjectStore) -> int:
    """Do what the queue would, job after job; returns how many there were."""
    jobs = 0
    while await make_next(cast.organisation, pack, store, KEYS):
        jobs += 1
    return jobs


async def taken(
    cast: Cast, pack: UUID, store: ObjectStore, actor: Actor | None = None
) -> tuple[str, bytes]:
    now = datetime.now(UTC)
    name, pieces = await ordering.take(actor or cast.office, pack, store, KEYS, now)
    return name, b"".join([piece async for piece in pieces])


def files(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def jobs_waiting(cast: Cast) -> list[dict[str, str]]:
    rows = query(cast.url, "SELECT payload FROM pgqueuer WHERE entrypoint = $1", PACK_JOB)
    told = [json.loads(bytes(row["payload"])) for row in rows]
    return [one for one in told if one["organisation"] == str(cast.organisation)]


async def test_one_order_is_one_job_however_often_it_is_clicked(
    cast: Cast, store: ObjectStore
) -> None:
    await sheet_sent(cast, date(2026, 3, 2), [line(cast.workers[0])])
    name = new_id()
    for _click in range(3):
        pack = await asked(cast, id=name)
    assert [one["pack"] for one in jobs_waiting(cast)] == [str(pack)]
    assert await refused(taken(cast, pack, store)) == "pack_not_done"
    assert await made(cast, pack, store) == 1
    standing = await ordering.standing_of(cast.office, pack)
    assert standing.order.expires_at == (standing.order.done_at or DAY) + KEPT_FOR  # type: ignore[operator]
    assert {one.what.value for one in standing.missing} >= {"identity", "no_wage_sheet"}
    assert standing.parts[0].missing_count == len(standing.missing)
    told, data = await taken(cast, pack, store)
    assert told == "Compliance pack Block A 2026-03_2026-03.zip"
    assert {"0 Cover page.pdf", "manifest.json"} <= set(files(data))
    assert len(data) == standing.bytes
    audit = query(
        cast.url,
        "SELECT action FROM audit_event WHERE organisation = $1 AND action LIKE 'compliance.%'"
        " ORDER BY at, id",
        cast.organisation,
    )
    assert [row["action"] for row in audit] == [
        "compliance.asked",
        "compliance.exported",
        "compliance.taken",
    ]


async def test_a_whole_company_is_a_zip_of_zips_one_site_a_job(
    cast: Cast, store: ObjectStore
) -> None:
    pack = await asked(cast, cast.owner, [])
    for _job in range(2):
        query(cast.url, "DELETE FROM pgqueuer WHERE entrypoint = $1", PACK_JOB)
        assert await make_next(cast.organisation, pack, store, KEYS)
        jobs = jobs_waiting(cast)
    assert jobs == [], "the last site queues nothing"
    name, data = await taken(cast, pack, store, cast.owner)
    assert name.startswith("Compliance pack ")
    found = files(data)
    manifest = json.loads(found["manifest.json"])
    assert {one["name"] for one in manifest["sites"]} == {"Block A", "Bridge"}
    for one in manifest["sites"]:
        (zipped,) = [data for name, data in found.items() if one["name"] in name]
        assert len(zipped) == one["bytes"]
        assert "0 Cover page.pdf" in files(zipped)


async def test_a_worker_that_died_is_followed_by_another(cast: Cast, store: ObjectStore) -> None:
    pack = await asked(cast)
    now = datetime.now(UTC)
    async with company_transaction(cast.organisation):
        assert await order_queries.claim_part(cast.organisation, pack, now) == (cast.site, 1)
    assert not await make_next(cast.organisation, pack, store, KEYS), "somebody makes it"
    query(cast.url, "DELETE FROM pgqueuer WHERE entrypoint = $1", PACK_JOB)
    await wake_packs(cast.organisation, now)
    assert jobs_waiting(cast) == []
    query(
        cast.url,
        "UPDATE compliance_pack_part SET moved_at = moved_at - $2::interval - interval '1 second'"
        " WHERE pack = $1",
        pack,
        SILENT_FOR,
    )
    later = now + SILENT_FOR + timedelta(seconds=5)
    for _minute in range(2):
        await wake_packs(cast.organisation, later)
    assert [one["pack"] for one in jobs_waiting(cast)] == [str(pack)]
    assert await made(cast, pack, store) == 1
    assert (await ordering.standing_of(cast.office, pack)).parts[0].tries == 2


async def test_one_slow_file_is_no_sign_of_death(
    cast: Cast, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = await asked(cast)
    monkeypatch.setattr(making, "BREATH", timedelta(milliseconds=20))
    real, moved = making.zipped, "SELECT max(moved_at) FROM compliance_pack_part WHERE pack = $1"
    seen: list[datetime] = []

    async def slow(*of: Any) -> AsyncIterator[bytes]:
        seen.append(value(cast.url, moved, pack))
        for _look in range(200):
            await asyncio.sleep(0.05)
            seen.append(value(cast.url, moved, pack))
            if seen[0] < seen[-1]:
                break
        async for piece in real(*of):
            yield piece

    monkeypatch.setattr(making, "zipped", slow)
    await made(cast, pack, store)
    assert seen[0] < seen[-1], "while nothing is made, it still lives"
    standing = await ordering.standing_of(cast.office, pack)
    done = value(cast.url, moved, pack)
    await asyncio.sleep(0.1)
    assert (standing.made, value(cast.url, moved, pack)) == (1, done), "and then it is over"


async def test_what_fails_thrice_is_told_and_the_rest_goes_on(
    cast: Cast, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = await asked(cast, cast.owner, [cast.site, cast.far_site])
    real = making.zipped

    def broken(one: Any, *rest: Any) -> AsyncIterator[bytes]:
        if one.site.id == cast.site:
            raise OSError("the disk is full")
        return real(one, *rest)

    monkeypatch.setattr(making, "zipped", broken)
    for _try in range(3):
        with pytest.raises(OSError, match="full"):
            await make_next(cast.organisation, pack, store, KEYS)
        query(
            cast.url,
            "UPDATE compliance_pack_part SET moved_at = '2000-01-01' WHERE pack = $1",
            pack,
        )
    assert await made(cast, pack, store) == 2
    standing = await ordering.standing_of(cast.owner, pack)
    assert [(one.site_name, one.problem) for one in standing.failed] == [("Block A", "pack_broken")]
    assert standing.made == 1
    _name, data = await taken(cast, pack, store, cast.owner)
    assert [name for name in files(data) if name.endswith(".zip")] == ["002 Bridge.zip"]


async def test_with_full_numbers_the_store_holds_only_sealed_bytes(
    cast: Cast, store: ObjectStore
) -> None:
    await sheet_sent(cast, date(2026, 3, 2), [line(cast.workers[0])])
    async with company_transaction(cast.organisation):
        site = await site_for(cast.office, cast.site, Right.MANAGE_SITE)
        change = Change(kind="resident", number=number(303))
        await keeping.record_identity(cast.office, site, KEYS, cast.workers[0], change, DAY)
    assert await refused(asked(cast, purpose="?")) == "purpose_missing"
    pack = await asked(cast, purpose="authority")
    looked = "SELECT count(*) FROM unmasking WHERE organisation = $1"
    assert value(cast.url, looked, cast.organisation) == 0, "nothing is opened before it is made"
    await made(cast, pack, store)
    assert value(cast.url, looked, cast.organisation) >= 1
    kept = await storage.get_bytes(store, key_of(cast.organisation, pack, cast.site))
    assert b"PK\x03\x04" not in kept
    standing = await ordering.standing_of(cast.office, pack)
    done = standing.order.done_at
    assert done is not None
    assert standing.order.expires_at == done + KEPT_IN_FULL
    _name, data = await taken(cast, pack, store)
    assert "8 Real-name roster.xlsx" in files(data)
    await storage.put_bytes(
        store, key_of(cast.organisation, pack, cast.site), kept[:-1] + bytes([kept[-1] ^ 1])
    )
    with pytest.raises(CannotOpenError):
        await taken(cast, pack, store)
    no_key = ordering.take(cast.office, pack, store, None, datetime.now(UTC))
    assert await refused(no_key) == "register_key_missing"


async def test_who_lost_the_right_meanwhile_gets_nothing(cast: Cast, store: ObjectStore) -> None:
    pack = await asked(cast)
    withdrawn = "UPDATE membership SET withdrawn_at = now() WHERE member = $1"
    query(cast.url, withdrawn, cast.members["office"])
    await made(cast, pack, store)
    standing = await ordering.standing_of(cast.office, pack)
    assert [one.problem for one in standing.failed] == ["not_found"]
    assert await refused(taken(cast, pack, store)) == "pack_not_done"
    query(
        cast.url, "UPDATE membership SET withdrawn_at = NULL WHERE member = $1", cast.office.member
    )
    pack = await asked(cast)
    await made(cast, pack, store)
    stripped = cast.actor("office")
    assert await refused(taken(cast, pack, store, stripped)) == "not_found"


async def test_only_who_may_see_pay_asks_and_only_the_maker_takes(
    cast: Cast, stranger: Actor, store: ObjectStore
) -> None:
    for actor, slug in (
        (cast.foreman, "not_allowed"),
        (cast.supervisor, "not_allowed"),
        (cast.far_supervisor, "not_found"),
        (stranger, "not_found"),
    ):
        assert await refused(asked(cast, actor)) == slug, actor.name
    assert await refused(asked(cast, cast.supervisor, [])) == "not_allowed"
    pack = await asked(cast)
    await made(cast, pack, store)
    for actor in (cast.owner, cast.supervisor, cast.foreman, stranger):
        assert await refused(taken(cast, pack, store, actor)) == "not_found", actor.name
        assert await refused(ordering.standing_of(actor, pack)) == "not_found"


async def test_three_at_a_time_and_then_please_wait(cast: Cast, store: ObjectStore) -> None:
    packs = [await asked(cast) for _ in range(3)]
    assert await refused(asked(cast)) == "packs_waiting"
    await made(cast, packs[0], store)
    assert await asked(cast)


async def test_after_its_time_the_bytes_go_and_the_record_stays(
    cast: Cast, store: ObjectStore
) -> None:
    pack = await asked(cast)
    await made(cast, pack, store)
    now = datetime.now(UTC)
    assert await sweep_packs(cast.organisation, store, now) == 0
    assert await sweep_packs(cast.organisation, store, now + KEPT_FOR + timedelta(minutes=1)) == 1
    assert not await storage.has(store, key_of(cast.organisation, pack, cast.site))
    standing = await ordering.standing_of(cast.office, pack)
    assert standing.order.removed_at is not None
    assert standing.parts == []
    assert await refused(taken(cast, pack, store)) == "pack_over"


async def test_more_than_two_years_are_one_pack(cast: Cast, store: ObjectStore) -> None:
    """No limit that bites: each month with its files."""
    first, last = (Month(*month_of(day)) for day in (date(2024, 1, 1), MARCH.first))
    pack = await asked(cast, first=first, last=last)
    await made(cast, pack, store)
    _name, data = await taken(cast, pack, store)
    manifest = json.loads(files(data)["manifest.json"])
    assert len(manifest["months"]) == 27


async def test_a_download_holds_a_bite_in_memory_however_big_it_is(
    cast: Cast, store: ObjectStore
) -> None:
    pack = await asked(cast, cast.owner, [cast.site, cast.far_site])
    await made(cast, pack, store)
    size = 24 * 1024 * 1024
    for site in (cast.site, cast.far_site):
        await storage.put_bytes(store, key_of(cast.organisation, pack, site), bytes(size))
    _name, pieces = await ordering.take(cast.owner, pack, store, KEYS, datetime.now(UTC))
    tracemalloc.start()
    try:
        got = 0
        async for piece in pieces:
            got += len(piece)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert got > 2 * size
    assert peak < size / 2


@pytest.mark.parametrize("size", [0, 1, sealed.BITE - 1, sealed.BITE, 2 * sealed.BITE + 5])
async def test_a_sealed_stream_opens_whole_or_not_at_all(size: int) -> None:
    async def pieces(data: bytes) -> AsyncIterator[bytes]:
        for at in range(0, len(data), 70_000):
            yield data[at : at + 70_000]

    data, key = bytes(at % 251 for at in range(size)), sealed.new_key()
    kept = b"".join([one async for one in sealed.seal(pieces(data), key)])
    opened = b"".join([one async for one in sealed.unseal(pieces(kept), key)])
    assert opened == data
    if size > sealed.BITE:
        cut = pieces(kept[: sealed.BITE + sealed.TAG])
        with pytest.raises(CannotOpenError):
            assert [one async for one in sealed.unseal(cut, key)]
