"""Days lost are decided like other records: counted while their report stands, and only then."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from daywork.approvals import queries, words
from daywork.approvals.doubts import DoubtKind
from daywork.approvals.opened import open_record, record_for
from daywork.approvals.service import approve, approve_clean, reopen, send_back
from daywork.approvals.telling import tell_waiting
from daywork.approvals.undoing import take_back
from daywork.approvals.waiting import cards_of
from daywork.delays.list_queries import days_lost
from daywork.ground.database import company_transaction
from daywork.ground.problems import Problem
from daywork.overview.queries import waiting_by_site
from daywork.people.actor import Actor
from daywork.push.bundles import tell_due
from daywork.push.queries import counts_of
from daywork.push.rules import MessageKind
from daywork.push.service import inbox
from daywork.push.words import said as worded
from daywork.sites.queries import site_by_id
from daywork.web.language import speaking
from tests.approvals.test_deciding import sent, state
from tests.delays.test_service import delay, on_record
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.phone_words import report, said, send, sheet
from tests.support.queues import checked
from tests.support.refusals import refused

NOW = datetime.now(UTC)
LATER = NOW + timedelta(seconds=5)


async def lost(cast: Cast) -> Decimal:
    async with company_transaction(cast.organisation):
        return sum((one.days for one in await days_lost(cast.organisation, cast.site)), Decimal(0))


async def waiting(cast: Cast, actor: Actor) -> list[str]:
    async with company_transaction(actor.organisation):
        site = await site_by_id(cast.organisation, cast.site)
        assert site is not None
        found = await checked(actor, site)
    with speaking("en"):
        return sorted(words.title_of(card.record) for card in [*found.doubtful, *found.clean])


async def test_it_waits_in_the_queue_and_is_approved(cast: Cast) -> None:
    (entry,) = await sent(cast, delay(cast, "2", note="no blocks"))
    assert await waiting(cast, cast.supervisor) == ["Delay: 1.1 Formwork"]
    async with company_transaction(cast.organisation):
        known = await record_for(cast.supervisor, entry)
    assert (known.days_lost, known.lost_by, known.note) == (Decimal(2), "weather", "no blocks")
    await approve(cast.supervisor, entry, 1)
    assert state(cast, entry) == ("approved", 1, None)
    assert await waiting(cast, cast.supervisor) == []
    assert await lost(cast) == 2
    assert on_record(cast) == [("weather", Decimal(2), 0, None)]


async def test_its_decision_is_chained(cast: Cast) -> None:
    (entry,) = await sent(cast, delay(cast))
    await approve(cast.supervisor, entry, 1)
    links = query(
        cast.url,
        "SELECT l.kind FROM chain_link l JOIN decision d ON d.id = l.subject WHERE d.entry = $1",
        entry,
    )
    assert [row["kind"] for row in links] == ["decision"]


async def test_a_returned_one_does_not_count_and_counts_again_when_it_is_mended(
    cast: Cast,
) -> None:
    one = delay(cast, "4")
    (entry,) = await sent(cast, one)
    await send_back(cast.supervisor, entry, 1, "four days of rain?")
    assert state(cast, entry) == ("returned", 1, "four days of rain?")
    assert await lost(cast) == 0
    assert on_record(cast) == [("weather", Decimal(4), 0, "withdrawn")]
    messages, _counts, _more = await inbox(cast.foreman)
    with speaking("en"):
        told = [worded(m.notice, m.facts) for m in messages if m.kind == MessageKind.RETURNED]
    assert told == [
        (
            "Returned: delay of Formwork, Thu 5 Mar",
            "four days of rain? – mend the report and send it again.",
        )
    ]
    again = delay(cast, "1.5", entity_id=entry, base_version=1)
    assert said(await send(cast.foreman, again)) == ["applied"]
    assert state(cast, entry) == ("submitted", 2, None)
    assert await lost(cast) == Decimal("1.5")
    assert on_record(cast) == [("weather", Decimal("1.5"), 0, None)]
    async with company_transaction(cast.organisation):
        opened = await open_record(cast.foreman, entry)
    assert sorted(step.what for step in opened.history) == ["returned", "version", "version"]
    (changes,) = [step.changes for step in opened.history if step.changes is not None]
    with speaking("en"):
        assert words.said_of(changes) == ["Days lost: 4 days → 1.5 days"]
    await approve(cast.supervisor, entry, 2)
    assert state(cast, entry)[0] == "approved"


async def test_returning_one_of_two_leaves_the_other(cast: Cast) -> None:
    first, second = await sent(cast, delay(cast, "2"), delay(cast, "3"))
    await send_back(cast.supervisor, first, 1, "said twice")
    assert on_record(cast) == [("weather", Decimal(3), 0, None)]
    await send_back(cast.supervisor, second, 1, "which task?")
    await sent(cast, delay(cast, "1"))
    assert on_record(cast) == [
        ("weather", Decimal(3), 0, "withdrawn"),
        ("weather", Decimal(1), 0, None),
    ]
    await send(cast.foreman, delay(cast, "2", entity_id=first, base_version=1))
    assert on_record(cast)[1][:2] == ("weather", Decimal(3))
    assert await lost(cast) == 3


async def test_an_undone_return_counts_as_if_nothing_had_been_decided(cast: Cast) -> None:
    (entry,) = await sent(cast, delay(cast, "2"))
    before = on_record(cast)
    await send_back(cast.supervisor, entry, 1, "wrong task", at=NOW)
    await take_back(cast.supervisor, [(entry, 1)], at=LATER)
    assert state(cast, entry) == ("submitted", 1, None)
    assert (on_record(cast), await lost(cast)) == (before, Decimal(2))
    await approve(cast.supervisor, entry, 1, at=LATER + timedelta(seconds=1))
    await take_back(cast.supervisor, [(entry, 1)], at=LATER + timedelta(seconds=2))
    assert state(cast, entry)[0] == "submitted"


async def test_it_is_reopened_with_a_reason_and_still_counts(cast: Cast) -> None:
    (entry,) = await sent(cast, delay(cast, "2"))
    await approve(cast.supervisor, entry, 1)
    await reopen(cast.supervisor, entry, 1, "new facts")
    assert state(cast, entry)[0] == "submitted"
    assert await lost(cast) == 2


async def test_who_must_not_see_it_neither_sees_nor_decides(cast: Cast, stranger: Actor) -> None:
    (entry,) = await sent(cast, delay(cast))
    for outsider in (stranger, cast.far_supervisor, cast.foreman, cast.other_foreman):
        assert await refused(approve(outsider, entry, 1)) == "not_found"
    assert await refused(approve(cast.office, entry, 1)) == "not_allowed"
    for outsider in (stranger, cast.far_supervisor, cast.other_foreman):
        async with company_transaction(outsider.organisation):
            with pytest.raises(Problem, match="not_found"):
                await record_for(outsider, entry)
    assert state(cast, entry) == ("submitted", 1, None)


async def numbers(cast: Cast) -> set[int]:
    """How much waits, as each place says it."""
    async with company_transaction(cast.organisation):
        of_queue = await queries.waiting_by_site(cast.supervisor, [cast.site])
        of_overview = await waiting_by_site(cast.organisation, [cast.site])
        member = cast.members["supervisor"]
        told = await counts_of(cast.organisation, [member])
    shown = len(await waiting(cast, cast.supervisor))
    return {of_queue.get((cast.site, 0), 0), of_overview[cast.site], told[member].waiting, shown}


async def test_every_number_counts_it_and_the_bundle_tells_it(cast: Cast) -> None:
    entry, other, _sheet = await sent(cast, delay(cast), report(cast, "20"), sheet(cast))
    assert await numbers(cast) == {3}
    bundle = {MessageKind.APPROVALS.value: tell_waiting}
    await tell_due(cast.organisation, bundle, datetime.now(UTC) + timedelta(hours=1))
    messages, _counts, _more = await inbox(cast.supervisor)
    facts: list[Any] = [m.facts["n"] for m in messages if m.kind == MessageKind.APPROVALS]
    assert facts == [3]
    await approve(cast.supervisor, entry, 1)
    await approve(cast.supervisor, other, 1)
    assert await numbers(cast) == {1}


async def test_a_delay_alone_is_told_of_as_waiting(cast: Cast) -> None:
    await sent(cast, delay(cast))
    bundle = {MessageKind.APPROVALS.value: tell_waiting}
    later = datetime.now(UTC) + timedelta(hours=1)
    assert await tell_due(cast.organisation, bundle, later) == 1


async def test_it_is_doubted_late_and_without_the_photo_a_site_asks_for(cast: Cast) -> None:
    (entry,) = await sent(cast, delay(cast))
    query(cast.url, "UPDATE entry_version SET received_at = '2026-03-09T01:00:00Z'")
    query(cast.url, "UPDATE site SET photo_required = true")
    async with company_transaction(cast.organisation):
        opened = await open_record(cast.supervisor, entry)
    assert [doubt.kind for doubt in opened.card.doubts] == ["no_photo", "late"]
    outcome = await approve_clean(cast.supervisor, [(entry, 1)])
    assert (outcome.approved, outcome.left) == ([], [entry])


async def test_what_waits_is_found_by_its_index(cast: Cast) -> None:
    indexed = value(cast.url, "SELECT indexdef FROM pg_indexes WHERE indexname = 'entry_waiting'")
    assert "delay.report" in indexed


async def test_the_same_days_delay_reported_twice_by_hand_is_doubted_until_one_is_returned(
    cast: Cast,
) -> None:
    (first,) = await sent(cast, delay(cast, "2"))
    (second,) = await sent(cast, delay(cast, "1.5"))

    async def doubted(entry: UUID) -> list[str]:
        async with company_transaction(cast.organisation):
            (card,) = await cards_of(cast.supervisor, [await record_for(cast.supervisor, entry)])
        with speaking("en"):
            return [
                words.doubt_words(doubt)
                for doubt in card.doubts
                if doubt.kind is DoubtKind.REPORTED_TWICE
            ]

    said_of_it = "%s reported %s days lost on this task and day, too"
    assert await doubted(second) == [said_of_it % (cast.foreman.name, "2")]
    assert await doubted(first) == [said_of_it % (cast.foreman.name, "1.5")]
    await send_back(cast.supervisor, second, 1, "it is in the other one")
    assert await doubted(first) == []
