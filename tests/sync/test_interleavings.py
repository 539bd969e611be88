"""Writers interleaved by hand on real Postgres: hold A, commit B, pull, commit A, pull.

Whoever writes (the sync API, an office page's use case, a job's raw SQL), and whatever is written
(rows, changes, deletions, on one site or several), what a pull has passed it has shown.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from daywork.approvals.service import approve
from daywork.ground.ids import new_id
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.phone_words import line, said, send, sheet
from tests.sync.phone import Phone

Statement = tuple[Any, ...]


@asynccontextmanager
async def held(url: str, *statements: Statement) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """A transaction that has written and not committed; call what is yielded to commit it."""
    connection = await asyncpg.connect(url)
    transaction = connection.transaction()
    try:
        await transaction.start()
        for statement in statements:
            await connection.execute(*statement)
        yield transaction.commit
    finally:
        await connection.close()


WAITING = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
"""In this database: other tests' connections wait for locks on the same server."""


async def is_waiting(url: str, task: "asyncio.Task[Any]") -> bool:
    """Whether some connection waits for a lock, as ``task`` must."""
    for _ in range(200):
        if task.done():
            return False
        if value(url, WAITING):
            return True
        await asyncio.sleep(0.01)
    return False


def new_task(cast: Cast, task: UUID) -> Statement:
    """Raw SQL, as a migration or an operator at the prompt would write."""
    return (
        "INSERT INTO task (organisation, id, site, code, name, planned_start, planned_finish)"
        " VALUES ($1, $2, $3, '9', 'raw', '2026-03-01', '2026-03-02')",
        cast.organisation,
        task,
        cast.site,
    )


async def test_raw_sql_is_held_while_a_phone_pushes(cast: Cast) -> None:
    reader, task, sent = Phone(cast.supervisor, cast.site), new_id(), sheet(cast)
    await reader.sync()
    async with held(cast.url, new_task(cast, task)) as commit:
        pushing = asyncio.create_task(send(cast.foreman, sent))
        assert await is_waiting(cast.url, pushing), "the push must wait for its turn"
        await reader.sync()
        assert task not in reader.ids("task")
        await commit()
        assert said(await pushing) == ["applied"]
    await reader.sync()
    assert task in reader.ids("task")
    assert reader.ids("entry") == {sent["entity_id"]}


async def test_a_push_is_held_while_raw_sql_writes(cast: Cast) -> None:
    """The push stops inside its transaction, after it wrote the entry: an advisory lock in a
    trigger holds it there."""
    query(
        cast.url,
        "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " PERFORM pg_advisory_xact_lock(77); RETURN NEW; END $$",
    )
    query(
        cast.url,
        "CREATE TRIGGER hold BEFORE INSERT ON labour_line FOR EACH ROW EXECUTE FUNCTION hold()",
    )
    reader, task, sent = Phone(cast.supervisor, cast.site), new_id(), sheet(cast)
    await reader.sync()
    async with held(cast.url, ("SELECT pg_advisory_lock(77)",)):
        pushing = asyncio.create_task(send(cast.foreman, sent))
        assert await is_waiting(cast.url, pushing)
        raw = await asyncpg.connect(cast.url)
        writing = asyncio.create_task(raw.execute(*new_task(cast, task)))
        await asyncio.sleep(0.1)
        assert not writing.done(), "B must wait for A: the order of revisions is that of commits"
        await reader.sync()
        assert (reader.ids("entry"), task in reader.ids("task")) == (set(), False)
    assert said(await pushing) == ["applied"]
    await writing
    await raw.close()
    await reader.sync()
    assert (reader.ids("entry"), task in reader.ids("task")) == ({sent["entity_id"]}, True)


@pytest.mark.parametrize("order", ["deletion first", "deletion last"])
async def test_a_deletion_and_a_change_of_another_row_cross(cast: Cast, order: str) -> None:
    delete = ("DELETE FROM task WHERE id = $1", cast.uncounted_task)
    change = ("UPDATE task SET name = 'changed' WHERE id = $1", cast.task)
    first, second = (delete, change) if order == "deletion first" else (change, delete)
    reader = Phone(cast.foreman, cast.site)
    await reader.sync()
    other = await asyncpg.connect(cast.url)
    async with held(cast.url, first) as commit:
        writing = asyncio.create_task(other.execute(*second))
        assert await is_waiting(cast.url, writing)
        assert await reader.sync() == 0
        await commit()
        await writing
    await other.close()
    await reader.sync()
    assert reader.ids("task") == {cast.task}
    assert reader.rows["task", cast.task]["name"] == "changed"


async def test_a_row_deleted_and_made_again_between_two_pulls_is_there(cast: Cast) -> None:
    reader = Phone(cast.foreman, cast.site)
    await reader.sync()
    query(cast.url, "DELETE FROM task WHERE id = $1", cast.uncounted_task)
    query(cast.url, *new_task(cast, cast.uncounted_task))
    await reader.sync()
    assert reader.rows["task", cast.uncounted_task]["name"] == "raw"
    query(cast.url, "DELETE FROM task WHERE id = $1", cast.uncounted_task)
    await reader.sync()
    assert reader.ids("task") == {cast.task}


async def test_what_is_gone_while_a_phone_turns_the_pages_is_gone_on_it(cast: Cast) -> None:
    """A first pull of one row a page; the row of its first page is deleted before its last."""
    await send(cast.foreman, sheet(cast))
    reader = Phone(cast.foreman, cast.site, limit=1)
    while cast.uncounted_task not in reader.ids("task"):
        assert await reader.turn()
    query(cast.url, "DELETE FROM task WHERE id = $1", cast.uncounted_task)
    await reader.sync()
    assert reader.ids("task") == {cast.task}


async def test_what_was_gone_before_a_phones_first_pull_is_not_sent(cast: Cast) -> None:
    query(cast.url, "DELETE FROM task WHERE id = $1", cast.uncounted_task)
    reader = Phone(cast.foreman, cast.site, limit=1)
    await reader.sync()
    assert reader.tombstones == 0
    query(cast.url, "DELETE FROM task WHERE id = $1", cast.task)
    await reader.sync()
    assert reader.tombstones == 1


async def test_a_writer_of_two_sites_and_one_of_each_never_wait_in_a_circle(cast: Cast) -> None:
    """Trades touch every site's feed, in sorted order; the others write one site each."""
    readers = [Phone(cast.owner, site) for site in (cast.site, cast.far_site)]
    for reader in readers:
        await reader.sync()

    async def raw(*statements: Statement) -> None:
        connection = await asyncpg.connect(cast.url)
        for statement in statements:
            await connection.execute(*statement)
        await connection.close()

    trades = [new_id() for _ in range(8)]
    insert = "INSERT INTO trade (organisation, id, name) VALUES ($1, $2, $3)"
    far = sheet(cast, line(cast.far_worker), crew=cast.far_crew, site=cast.far_site)
    near = sheet(cast)
    await asyncio.gather(
        *(raw((insert, cast.organisation, trade, str(trade))) for trade in trades),
        *(raw(("UPDATE site SET name = name WHERE id = $1", reader.site)) for reader in readers),
        send(cast.owner, far, near),
        *(reader.sync() for reader in readers),
    )
    for reader, entry in zip(readers, (near, far), strict=True):
        await reader.sync()
        assert reader.ids("trade") == {cast.carpenter, *trades}
        assert reader.ids("entry") == {entry["entity_id"]}


async def test_one_transaction_over_two_sites_shows_on_both_or_on_neither(cast: Cast) -> None:
    readers = [Phone(cast.owner, site) for site in (cast.site, cast.far_site)]
    for reader in readers:
        await reader.sync()
    rename = "UPDATE site SET name = 'renamed' WHERE organisation = $1"
    async with held(cast.url, (rename, cast.organisation)) as commit:
        assert [await reader.sync() for reader in readers] == [0, 0]
        await commit()
    assert [await reader.sync() for reader in readers] == [1, 1]


async def test_a_decision_in_the_office_and_a_correction_on_the_phone_cross(cast: Cast) -> None:
    """Either may win; the phone sees who did, and the other is answered with the reason."""
    reader, sent = Phone(cast.foreman, cast.site), sheet(cast)
    await send(cast.foreman, sent)
    corrected = sheet(cast, entity_id=sent["entity_id"], base_version=1, reason="one more")
    approved, receipts = await asyncio.gather(
        approve(cast.supervisor, sent["entity_id"], 1),
        send(cast.foreman, corrected),
        return_exceptions=True,
    )
    assert not isinstance(receipts, BaseException)
    assert said(receipts) == ["applied"], "an approved sheet may be corrected, with a reason"
    await reader.sync()
    entry = reader.rows["entry", sent["entity_id"]]
    assert (entry["state"], entry["version"]) == ("submitted", 2)
    kept = value(cast.url, "SELECT count(*) FROM decision")
    assert kept == (0 if isinstance(approved, BaseException) else 1)


async def test_an_old_returned_sheet_that_is_mended_leaves_the_phone(cast: Cast) -> None:
    """Returned ones are on the phone however old; its mended version must not look returned."""
    sent = sheet(cast)
    await send(cast.foreman, sent)
    query(
        cast.url,
        "UPDATE entry SET state = 'returned', return_reason = 'x', work_day = '2025-01-01'",
    )
    reader = Phone(cast.foreman, cast.site)
    await reader.sync()
    assert reader.rows["entry", sent["entity_id"]]["state"] == "returned"
    query(cast.url, "UPDATE entry SET state = 'submitted', return_reason = NULL")
    await reader.sync()
    assert reader.ids("entry") == set()
