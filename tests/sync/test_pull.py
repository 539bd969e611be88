"""No committed, visible row at or below the cursor is unseen, whoever writes and in what order."""

import asyncio
import json

import asyncpg
import pytest

from daywork.ground.ids import new_id
from daywork.ground.problems import Problem
from daywork.people.actor import Actor
from daywork.sync.feed import introduce, pull
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.phone_words import NOW, line, report, said, send, sheet
from tests.sync.phone import Phone


async def test_a_first_pull_brings_roster_tasks_and_entries(cast: Cast) -> None:
    sent = sheet(cast)
    await send(cast.foreman, sent)
    phone = Phone(cast.foreman, cast.site)
    await phone.sync()
    assert phone.ids("worker") == set(cast.workers)
    assert phone.ids("task") == {cast.task, cast.uncounted_task}
    assert phone.ids("crew") == {cast.crew, cast.other_crew}
    assert phone.ids("site") == {cast.site}
    assert phone.ids("trade") == {cast.carpenter}
    entry = phone.rows["entry", sent["entity_id"]]
    assert entry["state"] == "submitted"
    assert entry["payload"]["lines"][0]["amount"] == "1"
    assert entry["mutation"] == str(sent["id"])


async def test_a_quiet_site_sends_nothing_again(cast: Cast) -> None:
    phone = Phone(cast.foreman, cast.site)
    assert await phone.sync() > 0
    assert await phone.sync() == 0


@pytest.mark.parametrize("limit", [1, 2, 3, 500])
async def test_snapshot_and_deltas_end_the_same_whatever_the_page_size(
    cast: Cast, limit: int
) -> None:
    early = Phone(cast.supervisor, cast.site, limit)
    await early.sync()
    first = sheet(cast)
    await send(cast.foreman, first, report(cast))
    await early.sync()
    again = sheet(cast, entity_id=first["entity_id"], base_version=1, reason="x")
    await send(cast.foreman, again, sheet(cast, line(cast.workers[3])))
    query(cast.url, "UPDATE worker SET name = 'renamed' WHERE id = $1", cast.workers[0])
    query(cast.url, "DELETE FROM task WHERE id = $1", cast.uncounted_task)
    await early.sync()
    late = Phone(cast.supervisor, cast.site, limit)
    await late.sync()
    assert early.rows == late.rows
    assert early.rows["worker", cast.workers[0]]["name"] == "renamed"
    assert ("task", cast.uncounted_task) not in early.rows


async def test_a_page_may_end_within_the_revision_a_first_pull_began_at(cast: Cast) -> None:
    query(cast.url, "UPDATE worker SET name = 'all of them'")
    phone = Phone(cast.supervisor, cast.site, limit=2)
    await phone.sync()
    assert phone.ids("worker") == set(cast.workers)


async def test_a_commit_that_was_held_back_is_not_skipped(cast: Cast) -> None:
    """Hold A, commit B, pull, commit A, pull: the trap of sequences and timestamps."""
    phone = Phone(cast.foreman, cast.site)
    await phone.sync()
    insert = (
        "INSERT INTO trade (organisation, id, name) VALUES ($1, $2, $3)"  # touches the site's feed
    )
    held, other = new_id(), new_id()
    first = await asyncpg.connect(cast.url)
    second = await asyncpg.connect(cast.url)
    try:
        holding = first.transaction()
        await holding.start()
        await first.execute(insert, cast.organisation, held, "held")
        writing = asyncio.create_task(second.execute(insert, cast.organisation, other, "other"))
        await asyncio.sleep(0.2)
        assert not writing.done(), "B must wait for A: the order of revisions is that of commits"
        await phone.sync()
        assert phone.ids("trade") == {cast.carpenter}
        await holding.commit()
        await writing
        await phone.sync()
        assert phone.ids("trade") == {cast.carpenter, held, other}
    finally:
        await first.close()
        await second.close()


async def test_a_writer_that_rolls_back_leaves_no_gap_that_hides_a_row(cast: Cast) -> None:
    phone = Phone(cast.foreman, cast.site)
    await phone.sync()
    connection = await asyncpg.connect(cast.url)
    try:
        undone = connection.transaction()
        await undone.start()
        await connection.execute("UPDATE site SET name = 'undone' WHERE id = $1", cast.site)
        await undone.rollback()
    finally:
        await connection.close()
    await send(cast.foreman, sheet(cast))
    assert await phone.sync() == 3  # the sheet, and the months of its two workers
    assert phone.rows["site", cast.site]["name"] == "Block A"


async def test_many_writers_and_a_reader_end_up_agreeing(cast: Cast) -> None:
    phone = Phone(cast.supervisor, cast.site, limit=3)

    async def write() -> None:
        for _ in range(5):
            assert said(await send(cast.foreman, sheet(cast))) == ["applied"]

    async def read() -> None:
        for _ in range(10):
            await phone.sync()
            await asyncio.sleep(0)

    await asyncio.gather(write(), write(), write(), read())
    await phone.sync()
    assert len(phone.ids("entry")) == 15


async def test_a_foreman_pulls_his_own_crews_sheets_and_no_others(cast: Cast) -> None:
    mine, theirs = sheet(cast), sheet(cast, crew=cast.other_crew)
    await send(cast.foreman, mine)
    await send(cast.other_foreman, theirs)
    phone = Phone(cast.foreman, cast.site)
    await phone.sync()
    assert phone.ids("entry") == {mine["entity_id"]}
    overseer = Phone(cast.supervisor, cast.site)
    await overseer.sync()
    assert overseer.ids("entry") == {mine["entity_id"], theirs["entity_id"]}


async def test_rates_are_on_no_phone(cast: Cast) -> None:
    await send(cast.foreman, sheet(cast))
    page = await pull(cast.supervisor, cast.site, None, now=NOW)
    fields = {field for row in page.rows if row.d for field in json.loads(bytes(row.d))}
    assert "payload" in fields
    assert not {field for field in fields if "rate" in field or "amount" in field}


async def test_a_crew_that_changes_hands_changes_the_scope_of_both_foremen(cast: Cast) -> None:
    sent = sheet(cast)
    await send(cast.foreman, sent)
    losing, gaining = Phone(cast.foreman, cast.site), Phone(cast.other_foreman, cast.site)
    await losing.sync()
    await gaining.sync()
    query(
        cast.url,
        "UPDATE crew SET foreman = $1 WHERE id = $2",
        cast.members["other_foreman"],
        cast.crew,
    )
    await losing.sync()
    await gaining.sync()
    assert (losing.resets, gaining.resets) == (["scope_changed"], ["scope_changed"])
    assert losing.ids("entry") == {sent["entity_id"]}, "one's own records stay"
    assert gaining.ids("entry") == {sent["entity_id"]}


async def test_the_one_who_must_not_see_a_site_is_told_it_is_not_there(
    cast: Cast, stranger: Actor
) -> None:
    for outsider in (stranger, cast.far_supervisor, cast.actor("foreman")):
        with pytest.raises(Problem) as refused:
            await pull(outsider, cast.site, None)
        assert refused.value.kind.slug == "not_found"


async def test_a_cursor_of_another_site_or_of_nobody_starts_afresh(cast: Cast) -> None:
    phone = Phone(cast.owner, cast.far_site)
    await phone.sync()
    for text in (phone.cursor, "garbage", "////"):
        page = await pull(cast.owner, cast.site, text)
        assert page.reset == "cursor_expired"
        assert page.rows


async def test_a_server_put_back_to_an_older_backup_is_noticed(cast: Cast) -> None:
    """The backup is a clone of the database; the live one goes on, then the clone takes over."""
    phone = Phone(cast.foreman, cast.site)
    await phone.sync()
    before = value(cast.url, "SELECT revision FROM site_revision WHERE site = $1", cast.site)
    await send(cast.foreman, sheet(cast))
    await phone.sync()
    # What a restore does to the feed: the later revisions are gone.
    query(cast.url, "DELETE FROM feed WHERE revision > $1 AND site = $2", before, cast.site)
    query(
        cast.url,
        "DELETE FROM site_revision_nonce WHERE revision > $1 AND site = $2",
        before,
        cast.site,
    )
    query(cast.url, "UPDATE site_revision SET revision = $1 WHERE site = $2", before, cast.site)
    await phone.sync()
    assert phone.resets == ["restored"]
    query(cast.url, "UPDATE site SET name = 'after' WHERE id = $1", cast.site)
    lost = Phone(cast.foreman, cast.site)
    lost.cursor = phone.cursor
    await lost.sync()
    assert lost.resets == []


async def test_a_revision_reused_after_a_restore_carries_another_nonce(cast: Cast) -> None:
    phone = Phone(cast.foreman, cast.site)
    await phone.sync()
    query(cast.url, "UPDATE site_revision_nonce SET nonce = gen_random_uuid()")
    await phone.sync()
    assert phone.resets == ["restored"]


async def test_a_phone_is_told_who_it_is_and_which_sites_are_its_own(cast: Cast) -> None:
    told = await introduce(cast.foreman)
    assert told["member"]["id"] == cast.foreman.member
    assert [(one["name"], one["role"]) for one in told["sites"]] == [("Block A", "foreman")]
    assert {one["role"] for one in (await introduce(cast.owner))["sites"]} == {"owner"}
