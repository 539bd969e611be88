"""A worker booked twice on one day: who is told, what each may read, and when it is over."""

from daywork.approvals.service import approve, reopen, send_back
from daywork.approvals.undoing import take_back
from daywork.ground.ids import new_id
from daywork.ground.terms import Role
from daywork.people.actor import Actor
from daywork.push import service
from tests.push.bookings import here, inbox, kept, newcomer, there, told
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.phone_words import line, mutation, said, send, sheet


async def test_both_authors_and_both_supervisors_are_told(cast: Cast, far_foreman: Actor) -> None:
    mine = await here(cast)
    assert kept(cast) == 0
    far = await there(cast, far_foreman, "0.5")
    for reader in (cast.foreman, cast.supervisor):
        assert await told(reader) == [
            "Booked twice: worker 1, Thu 5 Mar | Carpenters · Block A and another site,"
            " 1.5 man-days in all. Please settle which sheet is right."
        ], reader.name
    for reader in (far_foreman, cast.far_supervisor):
        assert await told(reader) == [
            "Booked twice: worker 1, Thu 5 Mar | Bridge gang · Bridge and another site,"
            " 1.5 man-days in all. Please settle which sheet is right."
        ], reader.name
    links = [
        (await inbox(reader))[0].link
        for reader in (cast.foreman, cast.supervisor, far_foreman, cast.far_supervisor)
    ]
    assert links == [
        f"/m/?day=2026-03-05&crew={cast.crew}&site={cast.site}",
        f"/approvals/{mine}",
        f"/m/?day=2026-03-05&crew={cast.far_crew}&site={cast.far_site}",
        f"/approvals/{far}",
    ]


async def test_nobody_else_is_told(cast: Cast, far_foreman: Actor, stranger: Actor) -> None:
    third = new_id()
    query(
        cast.url,
        "INSERT INTO site (organisation, id, name) VALUES ($1, $2, 'Third')",
        cast.organisation,
        third,
    )
    others = [
        newcomer(cast, "third_foreman", third),
        newcomer(cast, "idle_far_foreman", cast.far_site),
        cast.other_foreman,
        cast.office,
        cast.owner,
        stranger,
    ]
    await here(cast)
    await there(cast, far_foreman)
    assert kept(cast) == 4
    for other in others:
        assert await inbox(other) == [], other.name


async def test_who_has_a_part_in_both_sites_reads_both_names(
    cast: Cast, far_foreman: Actor
) -> None:
    query(
        cast.url,
        "INSERT INTO membership (organisation, site, member, role)"
        " VALUES ($1, $2, $3, 'supervisor')",
        cast.organisation,
        cast.far_site,
        cast.members["supervisor"],
    )
    both = cast.actor("supervisor", (cast.site, Role.SUPERVISOR), (cast.far_site, Role.SUPERVISOR))
    await there(cast, far_foreman)
    await here(cast)
    assert await told(both, "zh-CN") == [
        "重复记工：worker 1，3月5日 周四 | Carpenters · Block A、Bridge gang · Bridge，"
        "合计 2 工。请核对以哪张点工单为准。"
    ]
    assert await told(cast.far_supervisor, "zh-CN") == [
        "重复记工：worker 1，3月5日 周四 | Bridge gang · Bridge、另一个项目，"
        "合计 2 工。请核对以哪张点工单为准。"
    ]


async def test_two_sheets_of_one_site_name_both_crews(cast: Cast) -> None:
    await here(cast)
    one = sheet(cast, line(cast.workers[0]), crew=cast.other_crew)
    assert said(await send(cast.other_foreman, one)) == ["applied"]
    (text,) = await told(cast.foreman)
    assert "Carpenters · Block A and Rebar · Block A, 2 man-days" in text
    (text,) = await told(cast.other_foreman)
    assert "Rebar · Block A and Carpenters · Block A, 2 man-days" in text
    assert len(await inbox(cast.supervisor)) == 1


async def test_two_sheets_in_one_batch_are_told_as_well(cast: Cast) -> None:
    two = [sheet(cast, line(cast.workers[0])) for _ in range(2)]
    assert said(await send(cast.foreman, *two)) == ["applied", "applied"]
    assert len(await inbox(cast.supervisor)) == 1
    (text,) = await told(cast.foreman)
    assert "Carpenters · Block A and another sheet of the same crew, 2 man-days" in text


async def test_a_day_shared_between_two_sheets_is_none(cast: Cast, far_foreman: Actor) -> None:
    await here(cast, "0.5")
    await there(cast, far_foreman, "0.5")
    assert kept(cast) == 0


async def test_more_than_a_day_on_one_sheet_is_none(cast: Cast) -> None:
    await here(cast, "1.5")
    assert kept(cast) == 0


async def test_a_correction_settles_it_for_all(cast: Cast, far_foreman: Actor) -> None:
    entry = await here(cast)
    await there(cast, far_foreman)
    await here(cast, "0", entity_id=entry, base_version=1, reason="he was on the bridge")
    for reader in (cast.foreman, cast.supervisor, far_foreman, cast.far_supervisor):
        assert await inbox(reader) == [], reader.name


async def test_taking_the_worker_off_settles_it(cast: Cast, far_foreman: Actor) -> None:
    entry = await here(cast)
    await there(cast, far_foreman)
    off = sheet(cast, line(cast.workers[1]), entity_id=entry, base_version=1, reason="not here")
    assert said(await send(cast.foreman, off)) == ["applied"]
    assert await inbox(far_foreman) == []


async def test_a_void_settles_it(cast: Cast, far_foreman: Actor) -> None:
    entry = await here(cast)
    await there(cast, far_foreman)
    void = {"site": cast.site, "reason": "by mistake"}
    gone = mutation("entry.void", void, entity_id=entry, base_version=1)
    assert said(await send(cast.foreman, gone)) == ["applied"]
    assert await inbox(far_foreman) == await inbox(cast.supervisor) == []


async def test_a_return_settles_it_and_sending_it_again_tells_it_again(
    cast: Cast, far_foreman: Actor
) -> None:
    entry = await here(cast)
    await there(cast, far_foreman)
    await send_back(cast.supervisor, entry, 1, "was he not on the bridge?")
    assert await inbox(far_foreman) == await inbox(cast.supervisor) == []
    await here(cast, entity_id=entry, base_version=1, reason="he was here")
    assert len(await inbox(far_foreman)) == len(await inbox(cast.supervisor)) == 1


async def test_a_return_taken_back_tells_it_again(cast: Cast, far_foreman: Actor) -> None:
    entry = await here(cast)
    await there(cast, far_foreman)
    await send_back(cast.supervisor, entry, 1, "a slip")
    await take_back(cast.supervisor, [(entry, 1)])
    assert len(await inbox(far_foreman)) == 1


async def test_a_change_brings_the_same_message_up_to_date(cast: Cast, far_foreman: Actor) -> None:
    entry = await here(cast)
    await there(cast, far_foreman)
    await here(cast, "0.5", entity_id=entry, base_version=1, reason="half")
    assert kept(cast) == 4
    (text,) = await told(far_foreman)
    assert "1.5 man-days in all" in text


async def test_what_changes_nothing_of_it_tells_nobody_again(
    cast: Cast, far_foreman: Actor
) -> None:
    entry = await here(cast)
    await there(cast, far_foreman)
    (message,) = await inbox(far_foreman)
    await service.open_message(far_foreman, message.id)
    more = sheet(
        cast,
        line(cast.workers[0]),
        line(cast.workers[1]),
        entity_id=entry,
        base_version=1,
        reason="one forgotten",
    )
    assert said(await send(cast.foreman, more)) == ["applied"]
    await approve(cast.supervisor, entry, 2)
    await reopen(cast.supervisor, entry, 2, "look again")
    assert await inbox(far_foreman) == []
    assert kept(cast) == 4
    assert value(cast.url, "SELECT max(revision) FROM message") == 1


async def test_a_whole_crew_on_two_sheets_is_one_message(cast: Cast) -> None:
    crew = [line(worker) for worker in cast.workers]
    assert len(crew) > 1
    assert said(await send(cast.foreman, sheet(cast, *crew))) == ["applied"]
    again = sheet(cast, *(line(worker) for worker in cast.workers), crew=cast.other_crew)
    assert said(await send(cast.other_foreman, again)) == ["applied"]
    assert kept(cast) == 3
    (text,) = await told(cast.supervisor)
    assert text == (
        f"Booked twice: {len(crew)} workers, Thu 5 Mar | Rebar · Block A and"
        " Carpenters · Block A: worker 1, worker 2, worker 3 and 1 more."
        " Please settle which sheet is right."
    )


async def test_what_is_put_right_for_some_of_a_crew_wakes_nobody_and_is_over_with_the_last(
    cast: Cast,
) -> None:
    one, other, *_rest = cast.workers
    assert said(await send(cast.foreman, sheet(cast, line(one), line(other)))) == ["applied"]
    first = sheet(cast, line(one), line(other), crew=cast.other_crew)
    assert said(await send(cast.other_foreman, first)) == ["applied"]
    again = {"entity_id": first["entity_id"], "crew": cast.other_crew, "reason": "not he"}
    less = sheet(cast, line(other), base_version=1, **again)
    assert said(await send(cast.other_foreman, less)) == ["applied"]
    (text,) = await told(cast.supervisor)
    assert text.startswith("Booked twice: 1 worker, Thu 5 Mar | ")
    assert "worker 2." in text
    assert value(cast.url, "SELECT max(revision) FROM message") == 1
    none = sheet(cast, line(cast.workers[2]), base_version=2, **again)
    assert said(await send(cast.other_foreman, none)) == ["applied"]
    assert await inbox(cast.supervisor) == []
