"""Taking a decision back: by who made it, at once, while nothing has followed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from daywork.approvals.opened import open_record
from daywork.approvals.rules import UNDO_SHOWN_FOR
from daywork.approvals.service import approve, approve_clean, reopen, send_back
from daywork.approvals.undoing import TAKEN_FOR, take_back
from daywork.ground.database import company_transaction
from daywork.people.actor import Actor
from daywork.push.deliveries import claim
from tests.approvals.test_deciding import correct, sent, state
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.phone_words import line, sheet
from tests.support.push_service import with_a_device
from tests.support.refusals import refused

NOW = datetime.now(UTC)
LATER = NOW + timedelta(seconds=5)
THE_NIGHT_OVER = timedelta(days=1)
"""Quiet hours hold a push back when the tests run in the evening of the site."""


async def test_an_approval_taken_back_waits_again_and_earns_nothing(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    await approve(cast.supervisor, entry, 1, at=NOW)
    taken = await take_back(cast.supervisor, [(entry, 1)], at=LATER)
    assert [fact.id for fact in taken.back] == [entry]
    assert state(cast, entry) == ("submitted", 1, None)
    assert value(cast.url, "SELECT count(*) FROM labour_line WHERE earned IS NOT NULL") == 0
    await approve(cast.supervisor, entry, 1)
    assert value(cast.url, "SELECT sum(earned) FROM labour_line WHERE live") == Decimal(450)


async def test_a_return_taken_back_is_not_on_the_phone_any_more(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    await send_back(cast.supervisor, entry, 1, "check", at=NOW)
    assert value(cast.url, "SELECT count(*) FROM message WHERE read_at IS NULL") == 1
    await take_back(cast.supervisor, [(entry, 1)], at=LATER)
    assert state(cast, entry) == ("submitted", 1, None)
    assert value(cast.url, "SELECT count(*) FROM message WHERE read_at IS NULL") == 0


async def test_nobody_is_woken_for_a_return_that_can_still_be_taken_back(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    with_a_device(cast, cast.foreman)
    await send_back(cast.supervisor, entry, 1, "check", at=NOW)
    async with company_transaction(cast.organisation):
        at_once = await claim(cast.organisation, NOW + UNDO_SHOWN_FOR - timedelta(seconds=1), 9)
    assert at_once == []
    await take_back(cast.supervisor, [(entry, 1)], at=LATER)
    async with company_transaction(cast.organisation):
        (late,) = await claim(cast.organisation, NOW + THE_NIGHT_OVER, 9)
    assert not late.wanted


async def test_it_is_kept_and_audited_as_what_it_is(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    await approve(cast.supervisor, entry, 1, at=NOW)
    await take_back(cast.supervisor, [(entry, 1)], at=LATER)
    made = query(cast.url, "SELECT outcome, how FROM decision ORDER BY at")
    assert [tuple(one) for one in made] == [("approved", "by_hand"), ("reopened", "undone")]
    audits = query(cast.url, "SELECT action, detail->>'how' AS how FROM audit_event ORDER BY at")
    assert tuple(audits[-1]) == ("entry.reopened", "undone")
    async with company_transaction(cast.organisation):
        opened = await open_record(cast.supervisor, entry)
    assert [step.how for step in opened.history][:2] == ["undone", "by_hand"]


async def test_after_the_time_is_over_a_reason_is_needed(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    await approve(cast.supervisor, entry, 1, at=NOW)
    over = NOW + TAKEN_FOR + timedelta(seconds=1)
    assert await refused(take_back(cast.supervisor, [(entry, 1)], at=over)) == "undo_over"
    assert state(cast, entry)[0] == "approved"


async def test_only_who_decided_takes_it_back(cast: Cast, stranger: Actor) -> None:
    (entry,) = await sent(cast, sheet(cast))
    await approve(cast.supervisor, entry, 1, at=NOW)
    assert await refused(take_back(cast.owner, [(entry, 1)], at=LATER)) == "undo_over"
    for outsider in (stranger, cast.far_supervisor, cast.foreman):
        assert await refused(take_back(outsider, [(entry, 1)], at=LATER)) == "not_found"
    assert state(cast, entry)[0] == "approved"


async def test_nothing_is_taken_back_once_something_followed(cast: Cast) -> None:
    corrected, reopened = await sent(cast, sheet(cast), sheet(cast, line(cast.workers[2])))
    for entry in (corrected, reopened):
        await approve(cast.supervisor, entry, 1, at=NOW)
    await correct(cast, corrected)
    await reopen(cast.owner, reopened, 1, "new facts", at=LATER)
    for entry in (corrected, reopened):
        with pytest.raises(Exception, match="undo_over"):
            await take_back(cast.supervisor, [(entry, 1)], at=LATER)


async def test_an_undo_is_not_undone(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    await approve(cast.supervisor, entry, 1, at=NOW)
    await take_back(cast.supervisor, [(entry, 1)], at=LATER)
    assert await refused(take_back(cast.supervisor, [(entry, 1)], at=LATER)) == "undo_over"


async def test_approving_many_is_taken_back_together(cast: Cast) -> None:
    entries: list[UUID] = await sent(cast, *(sheet(cast, line(one)) for one in cast.workers))
    query(cast.url, "UPDATE entry SET clock_doubtful = false")
    outcome = await approve_clean(cast.supervisor, [(one, 1) for one in entries], at=NOW)
    assert len(outcome.approved) == 4
    await reopen(cast.owner, entries[0], 1, "new facts", at=LATER)
    taken = await take_back(cast.supervisor, [(one, 1) for one in entries], at=LATER)
    assert [fact.id for fact in taken.back] == entries[1:]
    assert taken.left == entries[:1]
    assert {state(cast, one)[0] for one in entries} == {"submitted"}
