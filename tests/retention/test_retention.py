"""The retention lock: nothing goes before its day, and what goes then is on record."""

import hashlib
from datetime import UTC, date, datetime

import asyncpg
import pytest
from obstore.store import ObjectStore

from daywork.evidence.service import check
from daywork.ground.database import company_transaction, execute
from daywork.people.actor import Actor
from daywork.photos import showing, storage
from daywork.photos.rules import storage_key
from daywork.photos.service import receive_bytes
from daywork.photos.storage import InMemory
from daywork.register import queries as register_queries
from daywork.register.rules import Change
from daywork.retention import service
from daywork.retention.rules import Standing, check_free
from daywork.uploads.service import sweep_orphans
from tests.merging.test_merging import entered
from tests.photos.test_upload import jpeg
from tests.register.conftest import number
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.months import set_rate, sheet_sent, work_on
from tests.support.phone_words import line, photo_row, said, send
from tests.support.refusals import refused

NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)
OLD = date(2020, 5, 4)


async def pictured(cast: Cast, store: ObjectStore) -> bytes:
    """A photo on an old sheet of the site, its bytes in the store."""
    data = jpeg()
    row = photo_row(cast, data)
    row["payload"]["work_day"] = OLD
    assert said(await send(cast.foreman, row)) == ["applied"]
    await receive_bytes(cast.foreman, store, row["entity_id"], InMemory(data))
    return data


async def old_work(cast: Cast) -> None:
    """One old day of work, worth 300."""
    price = {"of": "trade", "unit": "man_day", "amount": "300", "overtime_hour": None}
    set_rate(cast, price | {"from": "2019-01-01", "to": "2025-12-31"})
    await sheet_sent(cast, OLD, [line(cast.workers[0])])


def done(cast: Cast, completed: date | None, settled: date | None) -> None:
    query(
        cast.url,
        "UPDATE site SET completed_on = $2, settled_on = $3 WHERE id = $1",
        cast.site,
        completed,
        settled,
    )


async def purged(cast: Cast, store: ObjectStore, **other: object) -> object:
    kept = await service.kept_of(cast.owner, cast.site, NOW)
    fields: dict[str, object] = {
        "shown": (len(kept.photos), len(kept.workers)),
        "reason": "three years are over",
        "now": NOW,
    }
    return await service.purge(cast.owner, cast.site, store, **(fields | other))  # type: ignore[arg-type]


def test_the_later_day_counts_and_the_day_itself_is_kept() -> None:
    standing = Standing(date(2020, 1, 1), date(2020, 3, 1), None, date(2023, 3, 1))
    assert check_free(standing, date(2023, 3, 2)) == date(2023, 3, 1)
    assert standing.free_from == date(2023, 3, 2)


async def test_the_last_pay_counts_when_it_is_later(cast: Cast, store: ObjectStore) -> None:
    done(cast, OLD, OLD)
    assert (await service.kept_of(cast.office, cast.site, NOW)).standing.kept_until == date(
        2023, 5, 4
    )
    query(
        cast.url,
        "INSERT INTO payment (organisation, id, site, worker, paid_on, for_month, amount, method,"
        " made_by) VALUES ($1, gen_random_uuid(), $2, $3, '2024-02-29', '2024-02-01', 1, 'cash',"
        " $4)",
        cast.organisation,
        cast.site,
        cast.workers[0],
        cast.members["office"],
    )
    kept = await service.kept_of(cast.office, cast.site, NOW)
    assert kept.standing.kept_until == date(2027, 2, 28)
    assert not kept.free
    assert await refused(purged(cast, store)) == "retention_lock"


async def test_before_its_time_neither_the_app_nor_sql_lets_anything_go(
    cast: Cast, store: ObjectStore
) -> None:
    data = await pictured(cast, store)
    assert await refused(purged(cast, store)) == "retention_not_completed"
    done(cast, date(2025, 1, 1), date(2025, 1, 1))
    assert await refused(purged(cast, store)) == "retention_lock"
    nameless = "UPDATE worker SET anonymised_at = now() WHERE organisation = $1"
    with pytest.raises(asyncpg.CheckViolationError, match="still keeps its records"):
        query(cast.url, nameless, cast.organisation)
    for table in ("photo", "worker", "labour_line", "entry_version", "wage_sheet", "payment"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with company_transaction(cast.organisation):
                await execute(f"DELETE FROM {table}")  # noqa: S608
    later = datetime(2027, 6, 1, tzinfo=UTC)
    assert await sweep_orphans(store, later) == []
    assert await storage.has(store, storage_key(cast.organisation, cast.site, _sha(data)))


def _sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


async def test_after_its_time_pictures_and_identities_go_and_the_chain_still_holds(
    cast: Cast, store: ObjectStore
) -> None:
    await old_work(cast)
    data = await pictured(cast, store)
    identity = Change(kind="resident", number=number(401))
    await entered(cast, cast.workers[0], identity)
    work_on(cast, cast.far_site, cast.far_crew, [cast.workers[1]])
    query(cast.url, "UPDATE worker SET phone = '+8613900000009' WHERE id = $1", cast.workers[0])
    query(
        cast.url,
        "INSERT INTO payment (organisation, id, site, worker, paid_on, for_month, amount, method,"
        " made_by) VALUES ($1, gen_random_uuid(), $2, $3, '2020-06-15', '2020-05-01', 300, 'cash',"
        " $4)",
        cast.organisation,
        cast.site,
        cast.workers[0],
        cast.members["office"],
    )
    await service.note_days(cast.office, cast.site, date(2020, 6, 1), date(2020, 6, 20), NOW)
    await purged(cast, store)
    rows = query(
        cast.url,
        "SELECT id, name, phone FROM worker WHERE organisation = $1 AND anonymised_at IS NOT NULL",
        cast.organisation,
    )
    assert {row["id"] for row in rows} == set(cast.workers) - {cast.workers[1]}
    assert {(row["name"], row["phone"]) for row in rows} == {(service.NAMELESS, None)}
    async with company_transaction(cast.organisation):
        masks = await register_queries.masked_identities(cast.organisation, cast.workers)
    assert [one.number for one in masks] == [""]
    assert not await storage.has(store, storage_key(cast.organisation, cast.site, _sha(data)))
    photo = value(cast.url, "SELECT id FROM photo WHERE organisation = $1", cast.organisation)
    assert await refused(showing.thumbnail_of(cast.supervisor, store, photo)) == "photo_purged"
    report = await check(cast.organisation, store=store)
    assert report.faults == []
    assert len(report.purged) == 1
    assert "1 pictures and 3 workers" in report.purged[0]
    assert await refused(purged(cast, store)) == "nothing_to_purge"


async def test_a_purge_that_nobody_made_is_found(cast: Cast, store: ObjectStore) -> None:
    data = await pictured(cast, store)
    done(cast, OLD, OLD)
    await purged(cast, store)
    other = photo_row(cast, data + b"another")
    other["payload"]["work_day"] = OLD
    await send(cast.foreman, other)
    await receive_bytes(cast.foreman, store, other["entity_id"], InMemory(data + b"another"))
    query(
        cast.url,
        "UPDATE photo SET purge = g.id FROM retention_purge g WHERE photo.purge IS NULL"
        " AND g.organisation = $1 AND photo.organisation = $1",
        cast.organisation,
    )
    report = await check(cast.organisation, store=store)
    assert any("the purge" in fault.what and "altered" in fault.what for fault in report.faults)


async def test_a_site_is_not_settled_while_somebody_is_owed(cast: Cast) -> None:
    await old_work(cast)
    noting = service.note_days(cast.office, cast.site, OLD, OLD, NOW)
    assert await refused(noting) == "site_not_settled"
    await service.note_days(cast.office, cast.site, OLD, None, NOW)
    for completed, settled in ((None, OLD), (date(2027, 1, 1), None)):
        noting = service.note_days(cast.office, cast.site, completed, settled, NOW)
        assert await refused(noting) == "completion_days"


async def test_only_an_owner_purges_and_only_what_was_shown(
    cast: Cast, stranger: Actor, store: ObjectStore
) -> None:
    done(cast, OLD, OLD)
    for actor, slug in (
        (cast.office, "not_allowed"),
        (cast.supervisor, "not_allowed"),
        (cast.foreman, "not_allowed"),
        (cast.far_supervisor, "not_found"),
        (stranger, "not_found"),
    ):
        purging = service.purge(actor, cast.site, store, shown=(0, 4), reason="over", now=NOW)
        assert await refused(purging) == slug, actor.name
    assert await refused(purged(cast, store, shown=(7, 4))) == "purge_changed"
