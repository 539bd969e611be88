"""Who is told, in whose words, and how often: on real Postgres, by the rooms that tell."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from daywork.approvals.queries import waiting_by_site
from daywork.approvals.service import approve, reopen, send_back
from daywork.approvals.telling import SHEET_RETURNED, tell_waiting
from daywork.ground.database import company_transaction
from daywork.ground.problems import Problem
from daywork.people.actor import Actor
from daywork.push import bundles, service
from daywork.push.queries import Counts
from daywork.push.rules import MessageKind
from daywork.push.words import said as worded
from daywork.web.language import speaking
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.phone_words import line, report, said, send, sheet

TELLERS: dict[str, bundles.TellBundle] = {MessageKind.APPROVALS: tell_waiting}


async def sent(cast: Cast, who: Actor | None = None, **other: object) -> UUID:
    """A sheet of a quarter of a day: several of them book nobody twice."""
    one = sheet(cast, line(cast.workers[0], "0.25"), **other)  # type: ignore[arg-type]
    assert said(await send(who or cast.foreman, one)) == ["applied"]
    entry: UUID = one["entity_id"]
    return entry


async def later(cast: Cast, seconds: float = 60) -> int:
    """What the worker does for bundles, some time from now."""
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    return await bundles.tell_due(cast.organisation, TELLERS, at)


async def told(actor: Actor, language: str = "en") -> list[tuple[str, str]]:
    messages, _counts, _more = await service.inbox(actor)
    with speaking(language):
        return [worded(one.notice, one.facts) for one in messages]


async def test_a_returned_sheet_tells_its_author_in_his_language(cast: Cast) -> None:
    entry = await sent(cast)
    await send_back(cast.supervisor, entry, 1, "worker 2 was not here")
    assert await told(cast.foreman) == [
        (
            "Returned: Carpenters, Thu 5 Mar",
            "worker 2 was not here – mend the sheet and send it again.",
        )
    ]
    assert await told(cast.foreman, "zh-CN") == [
        ("已退回：Carpenters，3月5日 周四", "worker 2 was not here。请修改点工单后重新上传。")
    ]
    (message,) = (await service.inbox(cast.foreman))[0]
    assert message.link == f"/m/?day=2026-03-05&crew={cast.crew}&site={cast.site}"


async def test_nobody_else_is_told_of_a_returned_sheet(cast: Cast, stranger: Actor) -> None:
    await send_back(cast.supervisor, await sent(cast), 1, "why")
    for other in (cast.other_foreman, cast.far_supervisor, cast.office, cast.owner, stranger):
        assert await told(other) == [], other.name


async def test_who_returns_his_own_record_is_not_told(cast: Cast) -> None:
    entry = await sent(cast, cast.supervisor)
    await send_back(cast.supervisor, entry, 1, "my own mistake")
    assert await told(cast.supervisor) == []


async def test_a_returned_report_is_told_by_its_task(cast: Cast) -> None:
    one = report(cast, "60")
    await send(cast.foreman, one)
    await send_back(cast.supervisor, one["entity_id"], 1, "not so much")
    ((title, _body),) = await told(cast.foreman)
    assert title == "Returned: progress of Formwork, Thu 5 Mar"


async def test_what_was_returned_twice_is_one_message(cast: Cast) -> None:
    entry = await sent(cast)
    await send_back(cast.supervisor, entry, 1, "first")
    await approve_again(cast, entry)
    await send_back(cast.supervisor, entry, 2, "second")
    await approve_again(cast, entry, base=2)
    await send_back(cast.supervisor, entry, 3, "third")
    unread = query(cast.url, "SELECT facts->>'reason' AS r FROM message WHERE read_at IS NULL")
    assert [row["r"] for row in unread] == ["third"]


async def approve_again(cast: Cast, entry: UUID, base: int = 1) -> None:
    change = sheet(cast, line(cast.workers[0]), entity_id=entry, base_version=base, reason="mended")
    assert said(await send(cast.foreman, change)) == ["applied"]


async def test_a_mended_sheet_settles_the_message_that_it_came_back(cast: Cast) -> None:
    entry = await sent(cast)
    await send_back(cast.supervisor, entry, 1, "why")
    assert (await service.counts(cast.foreman)).unread == 1
    await approve_again(cast, entry)
    assert (await service.counts(cast.foreman)).unread == 0


async def test_many_sheets_are_one_message_to_the_supervisor(cast: Cast) -> None:
    for crew in (cast.crew, cast.crew, cast.crew):
        await sent(cast, crew=crew)
    assert await told(cast.supervisor) == [], "nothing is told before the batch has settled"
    assert await later(cast) == 1
    assert await told(cast.supervisor) == [
        ("Block A: 3 waiting", "3 records are waiting for your approval.")
    ]
    for other in (cast.foreman, cast.far_supervisor, cast.office, cast.owner):
        assert await told(other) == [], other.name


async def test_the_next_ones_are_told_no_sooner_than_five_minutes_later(cast: Cast) -> None:
    await sent(cast)
    await later(cast, 20)
    await sent(cast)
    assert await later(cast, 60) == 0
    assert await told(cast.supervisor) == [
        ("Block A: 1 waiting", "A record is waiting for your approval.")
    ]
    assert await later(cast, 400) == 1
    assert [title for title, _body in await told(cast.supervisor)] == ["Block A: 2 waiting"]
    assert value(cast.url, "SELECT revision FROM message") == 2


async def test_each_bundle_is_told_once_however_often_it_is_asked_for(cast: Cast) -> None:
    await sent(cast)
    assert [await later(cast) for _ in range(3)] == [1, 0, 0]
    assert value(cast.url, "SELECT count(*) FROM message") == 1


async def test_a_site_without_a_supervisor_tells_the_owner(cast: Cast) -> None:
    query(cast.url, "UPDATE membership SET withdrawn_at = now() WHERE role = 'supervisor'")
    await sent(cast)
    await later(cast)
    assert len(await told(cast.owner)) == 1
    assert await told(cast.supervisor) == []


async def test_a_supervisor_removed_meanwhile_is_not_told(cast: Cast) -> None:
    await sent(cast)
    query(
        cast.url,
        "UPDATE membership SET withdrawn_at = now() WHERE member = $1",
        cast.members["supervisor"],
    )
    await later(cast)
    rows = query(cast.url, "SELECT member FROM message")
    assert [row["member"] for row in rows] == [cast.members["owner"]]


async def test_a_decision_corrects_what_was_told_and_the_last_one_settles_it(cast: Cast) -> None:
    first, second = await sent(cast), await sent(cast)
    await later(cast)
    await approve(cast.supervisor, first, 1)
    assert [title for title, _body in await told(cast.supervisor)] == ["Block A: 1 waiting"]
    await approve(cast.supervisor, second, 1)
    assert await service.counts(cast.supervisor) == Counts(0, 0, 0)
    await reopen(cast.supervisor, second, 1, "by mistake")
    assert await service.counts(cast.supervisor) == Counts(1, 0, 0)


async def test_what_is_approved_before_the_bundle_is_due_tells_nobody(cast: Cast) -> None:
    await approve(cast.supervisor, await sent(cast), 1)
    await later(cast)
    assert value(cast.url, "SELECT count(*) FROM message") == 0


async def test_the_counts_are_those_of_the_queue(cast: Cast) -> None:
    await sent(cast)
    await send(cast.foreman, report(cast, "60"))
    for kind in ("labour.advance", "photo.record"):
        query(
            cast.url,
            "INSERT INTO entry (organisation, id, site, kind, work_day, author)"
            " VALUES ($1, gen_random_uuid(), $2, $3, '2026-03-05', $4)",
            cast.organisation,
            cast.site,
            kind,
            cast.members["foreman"],
        )
    async with company_transaction(cast.organisation):
        shown = await waiting_by_site(cast.supervisor, [cast.site])
    assert (await service.counts(cast.supervisor)).waiting == shown[cast.site, 0] == 3
    await later(cast)
    assert [title for title, _body in await told(cast.supervisor)] == ["Block A: 3 waiting"]


async def test_counts_follow_the_roles_held_now(cast: Cast, stranger: Actor) -> None:
    await sent(cast)
    await later(cast)
    assert await service.counts(cast.supervisor) == Counts(1, 1, 0)
    assert await service.counts(cast.owner) == Counts(1, 0, 0)
    for other in (cast.foreman, cast.office, cast.far_supervisor, stranger):
        assert await service.counts(other) == Counts(0, 0, 0), other.name
    query(cast.url, "UPDATE membership SET role = 'office' WHERE role = 'supervisor'")
    assert (await service.counts(cast.supervisor)).waiting == 0


async def test_messages_of_a_site_one_has_left_are_not_shown_any_more(cast: Cast) -> None:
    await send_back(cast.supervisor, await sent(cast), 1, "why")
    (message,) = (await service.inbox(cast.foreman))[0]
    query(
        cast.url,
        "UPDATE membership SET withdrawn_at = now() WHERE member = $1",
        cast.members["foreman"],
    )
    gone = cast.actor("foreman")
    assert await told(gone) == []
    assert await service.counts(gone) == Counts(0, 0, 0)
    with pytest.raises(Problem) as refused:
        await service.open_message(gone, message.id)
    assert refused.value.kind.slug == "not_found"


async def test_only_the_reader_opens_a_message(cast: Cast, stranger: Actor) -> None:
    await send_back(cast.supervisor, await sent(cast), 1, "why")
    (message,) = (await service.inbox(cast.foreman))[0]
    for other in (cast.supervisor, cast.owner, cast.other_foreman, stranger):
        with pytest.raises(Problem):
            await service.open_message(other, message.id)
    assert value(cast.url, "SELECT read_at FROM message") is None
    assert await service.open_message(cast.foreman, message.id) == message.link
    assert (await service.counts(cast.foreman)).unread == 0


async def test_marking_all_read_spares_what_came_since(cast: Cast) -> None:
    await send_back(cast.supervisor, await sent(cast), 1, "one")
    seen = datetime.now(UTC)
    await send_back(cast.supervisor, await sent(cast), 1, "two")
    await service.read_all(cast.foreman, seen)
    messages, counts, _more = await service.inbox(cast.foreman)
    assert [(one.facts["reason"], one.read_at is None) for one in messages] == [
        ("two", True),
        ("one", False),
    ]
    assert counts.unread == 1


async def test_a_message_whose_transaction_fails_was_never_told(cast: Cast) -> None:
    entry = await sent(cast)

    async def tell_and_fail() -> None:
        async with company_transaction(cast.organisation):
            foreman = cast.members["foreman"]
            await service.tell(
                cast.organisation, [foreman], SHEET_RETURNED, subject=entry, link="/m/"
            )
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await tell_and_fail()
    assert value(cast.url, "SELECT count(*) FROM message") == 0
