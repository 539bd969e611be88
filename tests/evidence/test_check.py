"""What the app itself does is in order, and a chain that was cut or written anew is found out."""

from daywork.approvals.service import approve, reopen
from daywork.evidence.heads import NotedHead
from daywork.evidence.service import check
from daywork.ground.ids import new_id
from daywork.photos.service import receive_bytes
from tests.evidence.story import PICTURE, Story
from tests.support.cast import found
from tests.support.database import query, value
from tests.support.phone_words import line, report, said, send, sheet


async def test_what_the_app_did_itself_is_in_order(story: Story) -> None:
    found = await story.check()
    assert [fault.what for fault in found.faults] == []
    assert found.counted == {"entry.version": 7, "decision": 3,
                             "decision.questions": 1, "month.closing": 2,
                             "photo.bytes": 1, "labour.pay": 1}  # fmt: skip
    assert found.pictures == 1


async def test_corrections_reopenings_and_new_approvals_are_in_order(story: Story) -> None:
    cast = story.cast
    await reopen(cast.supervisor, story.sheet, 2, "approved too early")
    assert await story.now() == []
    await approve(cast.supervisor, story.sheet, 2)
    assert await story.now() == []
    query(cast.url, "UPDATE rate SET amount = 310")
    query(cast.url, "UPDATE site SET hours_per_day = 9 WHERE id = $1", cast.site)
    query(cast.url, "UPDATE worker SET name = name || ' 改'")
    change = sheet(
        cast, line(cast.workers[0], "8", unit="hours"), entity_id=story.sheet, base_version=2,
        reason="again",
    )  # fmt: skip
    assert said(await send(cast.foreman, change)) == ["applied"]
    assert await story.now() == []
    await approve(cast.supervisor, story.sheet, 3)
    await receive_bytes(cast.foreman, story.store, story.photo, PICTURE)
    assert await story.now() == []


async def test_a_chain_cut_short_is_whole_in_itself_and_found_by_a_noted_head(story: Story) -> None:
    heads = (await story.check()).heads
    url, report_id = story.cast.url, story.report
    query(url, "DELETE FROM decision WHERE entry = $1", report_id)
    query(url, "UPDATE entry SET state = 'submitted', decided_by = NULL, decided_at = NULL"
               " WHERE id = $1", report_id)  # fmt: skip
    query(url, "DELETE FROM chain_link WHERE number = (SELECT max(number) FROM chain_link)")
    assert await story.now() == []
    total = value(url, "SELECT count(*) FROM chain_link")
    assert await story.now(heads) == [
        f"1 link cut off the end: {total + 1} were noted, {total} are here"
    ]


async def test_a_chain_written_anew_is_whole_in_itself_and_found_by_a_noted_head(
    story: Story,
) -> None:
    heads = (await story.check()).heads
    url = story.cast.url
    query(url, "UPDATE decision SET reason = 'other' WHERE outcome = 'returned'")
    query(url, "UPDATE entry_version SET reason = reason")
    query(url, "DELETE FROM chain_link")
    await write_anew(url)
    assert await story.now() == []
    (fault,) = await story.now(heads)
    assert "the chain was written anew" in fault


async def write_anew(url: str, *numbers: str) -> None:
    """Chain everything again, as somebody with the database and this program could."""
    numbers = numbers or ("0004", "0025", "0026")
    from importlib.util import module_from_spec, spec_from_file_location

    import asyncpg

    from daywork.ground import places

    connection = await asyncpg.connect(url)
    async with connection.transaction():
        for number in numbers:
            spec = spec_from_file_location("forward", places.MIGRATIONS / f"daywork_{number}.py")
            assert spec is not None
            assert spec.loader is not None
            migration = module_from_spec(spec)
            spec.loader.exec_module(migration)
            for site in await connection.fetch("SELECT organisation, id FROM site"):
                await migration._chain(connection, site["organisation"], site["id"])
    await connection.close()


async def test_a_chain_that_knew_no_questions_and_months_is_carried_on(story: Story) -> None:
    url = story.cast.url
    query(url, "DELETE FROM chain_link")
    await write_anew(url, "0004")
    heads = (await story.check()).heads
    assert len(await story.now()) == 3
    await write_anew(url, "0025")
    assert await story.now(heads) == []


async def test_noted_heads_of_a_chain_that_has_grown_are_in_order(story: Story) -> None:
    heads = (await story.check()).heads
    assert said(await send(story.cast.foreman, report(story.cast, "60"))) == ["applied"]
    assert await story.now(heads) == []


async def test_a_site_that_is_gone_is_named(story: Story) -> None:
    heads = (await story.check()).heads
    lost = NotedHead(story.cast.organisation, new_id(), 3, bytes(32), "Huayan / Tower")
    (fault,) = (await story.check([*heads, lost])).faults
    assert (fault.where, fault.what) == (
        "Huayan / Tower", "the site was noted and is not here any more",
    )  # fmt: skip


async def test_one_companys_check_says_nothing_of_another(story: Story) -> None:
    stranger = found(story.cast.url, "Another company").owner
    query(story.cast.url, "UPDATE labour_line SET man_days = 3")
    looked = await check(stranger.organisation)
    assert looked.faults == []
    assert {head.organisation for head in looked.heads} == {stranger.organisation}


async def test_records_of_a_release_without_a_chain_are_brought_into_it(story: Story) -> None:
    url = story.cast.url
    query(url, "DELETE FROM chain_link")
    assert len(await story.now()) == 15
    await write_anew(url)
    assert await story.now() == []
    await approve(story.cast.supervisor, story.waiting, 1)
    assert await story.now() == []
    query(url, "UPDATE labour_line SET amount = 8, man_days = 1 WHERE sheet = $1", story.waiting)
    assert len(await story.now()) == 3
