"""Steps, deputies, automatic approval and closed months, on real Postgres."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from daywork.approvals.automatic import approve_automatically, within
from daywork.approvals.service import approve, approve_clean, reopen, send_back
from daywork.approvals.undoing import take_back
from daywork.entries.queries import last_decisions
from daywork.ground.database import company_transaction
from daywork.ground.terms import Role
from daywork.levels.rules import ApprovalRule
from daywork.levels.service import agree, close_month, let_stand_in, reopen_month
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.sign_in.queries import open_session
from daywork.sites.service import site_for, sites_for
from tests.approvals.test_deciding import correct, sent, state
from tests.support.cast import DAY, Cast
from tests.support.database import query, value
from tests.support.phone_words import line, report, said, send, sheet
from tests.support.queues import checked
from tests.support.refusals import refused

MARCH = date(2026, 3, 1)
IN_APRIL = datetime(2026, 4, 2, tzinfo=UTC)


async def agreed(cast: Cast, **rule: Any) -> None:
    async with company_transaction(cast.organisation):
        await agree(cast.owner, cast.site, ApprovalRule(**rule))


async def queue(actor: Actor, cast: Cast) -> Sequence[UUID]:
    """What waits for the person; pages and counts must always be those of the queue."""
    async with company_transaction(cast.organisation):
        site = await site_for(actor, cast.site, Right.SEE_LABOUR)
        return (await checked(actor, site)).ids


# Two steps


async def test_with_two_steps_a_record_waits_until_the_second_is_passed(cast: Cast) -> None:
    await agreed(cast, steps=2)
    (entry,) = await sent(cast, sheet(cast))
    assert await queue(cast.supervisor, cast) == [entry]
    assert await queue(cast.office, cast) == []
    assert await refused(approve(cast.office, entry, 1)) == "not_your_step"
    await approve(cast.supervisor, entry, 1)
    assert state(cast, entry)[0] == "submitted"
    assert value(cast.url, "SELECT count(*) FROM labour_line WHERE earned IS NOT NULL") == 0
    assert await queue(cast.supervisor, cast) == []
    assert await queue(cast.office, cast) == [entry]
    assert await refused(approve(cast.supervisor, entry, 1)) == "not_your_step"
    await approve(cast.office, entry, 1)
    assert state(cast, entry)[0] == "approved"
    assert value(cast.url, "SELECT sum(earned) FROM labour_line WHERE live") == Decimal(450)
    made = query(cast.url, "SELECT outcome FROM decision ORDER BY at")
    assert [one["outcome"] for one in made] == ["passed", "approved"]


async def test_what_is_decided_is_counted_no_more(cast: Cast) -> None:
    days = [sheet(cast, day=DAY - timedelta(days=past)) for past in range(4)]
    waiting, approved, returned, undone = await sent(cast, *days)
    await approve(cast.supervisor, approved, 1)
    await send_back(cast.supervisor, returned, 1, "who was there?")
    await approve(cast.supervisor, undone, 1)
    assert await queue(cast.supervisor, cast) == [waiting]
    await take_back(cast.supervisor, [(undone, 1)])
    assert set(await queue(cast.supervisor, cast)) == {waiting, undone}


async def test_the_second_step_needs_a_second_person(cast: Cast) -> None:
    await agreed(cast, steps=2)
    (entry,) = await sent(cast, sheet(cast))
    await approve(cast.owner, entry, 1)
    assert await refused(approve(cast.owner, entry, 1)) == "second_person"
    await approve(cast.office, entry, 1)
    assert state(cast, entry)[0] == "approved"


async def test_a_new_version_begins_at_the_first_step(cast: Cast) -> None:
    await agreed(cast, steps=2)
    (entry,) = await sent(cast, sheet(cast))
    await approve(cast.supervisor, entry, 1)
    await send_back(cast.office, entry, 1, "half a day?")
    await correct(cast, entry)
    assert await refused(approve(cast.office, entry, 2)) == "not_your_step"
    await approve(cast.supervisor, entry, 2)
    await approve(cast.office, entry, 2)
    assert state(cast, entry) == ("approved", 2, None)


async def test_each_step_is_taken_back_by_itself(cast: Cast) -> None:
    await agreed(cast, steps=2)
    (entry,) = await sent(cast, sheet(cast))
    await approve(cast.supervisor, entry, 1)
    await take_back(cast.supervisor, [(entry, 1)])
    assert await queue(cast.supervisor, cast) == [entry]
    await approve(cast.supervisor, entry, 1)
    await approve(cast.office, entry, 1)
    await take_back(cast.office, [(entry, 1)])
    assert await queue(cast.office, cast) == [entry]
    assert await queue(cast.supervisor, cast) == []


async def test_clean_ones_pass_one_step_together(cast: Cast) -> None:
    await agreed(cast, steps=2)
    entries = await sent(cast, *(sheet(cast, line(worker)) for worker in cast.workers))
    query(cast.url, "UPDATE entry SET clock_doubtful = false")
    wanted = [(entry, 1) for entry in entries]
    assert len((await approve_clean(cast.supervisor, wanted)).approved) == 4
    assert {state(cast, entry)[0] for entry in entries} == {"submitted"}
    assert len((await approve_clean(cast.office, wanted)).approved) == 4
    assert {state(cast, entry)[0] for entry in entries} == {"approved"}


async def test_the_office_has_a_queue_where_there_is_a_second_step(cast: Cast) -> None:
    assert not (await as_signed_in(cast, "office")).decides
    await agreed(cast, steps=2)
    assert (await as_signed_in(cast, "office")).decides
    assert not (await as_signed_in(cast, "foreman")).decides
    await agreed(cast, steps=1)
    assert not (await as_signed_in(cast, "office")).decides


async def test_only_who_manages_the_site_agrees_on_steps(cast: Cast, stranger: Actor) -> None:
    for actor, slug in (
        (cast.supervisor, "not_allowed"),
        (cast.foreman, "not_allowed"),
        (cast.far_supervisor, "not_found"),
        (stranger, "not_found"),
    ):
        async with company_transaction(actor.organisation):
            assert await refused(agree(actor, cast.site, ApprovalRule(steps=2))) == slug


# Deputies


async def as_signed_in(cast: Cast, name: str) -> Actor:
    """The member as the session gives it, with today's deputies."""
    secret = name.encode().ljust(32, b"-")
    query(
        cast.url,
        "INSERT INTO session (organisation, token_hash, id, member, expires_at)"
        " VALUES ($1, $2, $3, $3, now() + interval '1 day') ON CONFLICT DO NOTHING",
        cast.organisation,
        secret,
        cast.members[name],
    )
    async with company_transaction(cast.organisation):
        session = await open_session(cast.organisation, secret)
    assert session is not None
    return session.actor


async def stand_in(cast: Cast, deputy: str, first: date, last: date) -> None:
    async with company_transaction(cast.organisation):
        await let_stand_in(
            cast.office,
            cast.site,
            cast.members["supervisor"],
            cast.members[deputy],
            first,
            last,
        )


async def test_a_deputy_decides_in_anothers_place_on_the_days_agreed(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    today = datetime.now(UTC).date()
    before = await as_signed_in(cast, "far_supervisor")
    assert await refused(approve(before, entry, 1)) == "not_found"
    await stand_in(cast, "far_supervisor", today + timedelta(days=3), today + timedelta(days=9))
    assert not may(await as_signed_in(cast, "far_supervisor"), Right.DECIDE, cast.site)
    await stand_in(cast, "far_supervisor", today - timedelta(days=1), today + timedelta(days=1))
    deputy = await as_signed_in(cast, "far_supervisor")
    assert may(deputy, Right.DECIDE, cast.site)
    assert not may(deputy, Right.RECORD, cast.site)
    assert not may(deputy, Right.SEE_PAY, cast.site)
    async with company_transaction(cast.organisation):
        known = [site.id for site in await sites_for(deputy, Right.DECIDE)]
    assert set(known) == {cast.site, cast.far_site}
    await approve(deputy, entry, 1)
    assert value(cast.url, "SELECT member FROM decision") == cast.members["far_supervisor"]


async def test_a_deputy_of_somebody_who_lost_the_role_decides_nothing(cast: Cast) -> None:
    today = datetime.now(UTC).date()
    await stand_in(cast, "far_supervisor", today - timedelta(days=1), today + timedelta(days=1))
    query(
        cast.url,
        "UPDATE membership SET withdrawn_at = now() WHERE member = $1",
        cast.members["supervisor"],
    )
    assert not may(await as_signed_in(cast, "far_supervisor"), Right.DECIDE, cast.site)


async def test_a_stranger_cannot_be_named(cast: Cast, stranger: Actor) -> None:
    async with company_transaction(cast.organisation):
        naming = let_stand_in(
            cast.office, cast.site, cast.members["supervisor"], stranger.member, DAY, DAY
        )
        assert await refused(naming) == "nobody_to_stand_in_for"


# Automatic


async def test_what_is_clean_and_within_the_limit_is_approved_by_itself(cast: Cast) -> None:
    await agreed(cast, automatic=True, automatic_man_days=Decimal(1))
    small, big, doubtful, progress = await sent(
        cast,
        sheet(cast, line(cast.workers[0])),
        sheet(cast, line(cast.workers[1]), line(cast.workers[2], "0.5")),
        sheet(cast, line(cast.workers[3], "1.5")),
        report(cast, "10"),
    )
    query(cast.url, "UPDATE entry_version SET received_at = '2026-03-05 10:00+00'")
    query(cast.url, "UPDATE entry SET clock_doubtful = false")
    now = datetime.now(UTC) + timedelta(hours=1)
    assert await approve_automatically(cast.organisation, now) == 2
    states = [state(cast, entry)[0] for entry in (small, big, doubtful, progress)]
    assert states == ["approved", "submitted", "submitted", "approved"]
    made = query(cast.url, "SELECT how, member FROM decision")
    assert {tuple(one) for one in made} == {("automatic", cast.members["owner"])}
    audits = query(
        cast.url, "SELECT detail->>'how' AS how FROM audit_event WHERE entry = $1", small
    )
    assert [one["how"] for one in audits] == ["automatic"]
    assert value(cast.url, "SELECT sum(earned) FROM labour_line WHERE live") == Decimal(300)


async def test_what_somebody_decided_on_is_not_approved_by_itself_again(cast: Cast) -> None:
    await agreed(cast, automatic=True)
    (entry,) = await sent(cast, sheet(cast, line(cast.workers[0])))
    query(cast.url, "UPDATE entry SET clock_doubtful = false")
    await approve(cast.supervisor, entry, 1)
    await reopen(cast.supervisor, entry, 1, "look again")
    now = datetime.now(UTC) + timedelta(hours=1)
    assert await approve_automatically(cast.organisation, now) == 0
    assert state(cast, entry)[0] == "submitted"


async def test_a_record_rests_a_minute_for_its_photos(cast: Cast) -> None:
    await agreed(cast, automatic=True)
    (entry,) = await sent(cast, sheet(cast, line(cast.workers[0])))
    query(cast.url, "UPDATE entry SET clock_doubtful = false, received_at = now()")
    assert await approve_automatically(cast.organisation) == 0
    assert state(cast, entry)[0] == "submitted"


async def test_an_automatic_decision_belongs_to_nobodys_thumb(cast: Cast) -> None:
    await agreed(cast, automatic=True)
    (entry,) = await sent(cast, sheet(cast, line(cast.workers[0])))
    query(cast.url, "UPDATE entry SET clock_doubtful = false")
    await approve_automatically(cast.organisation, datetime.now(UTC) + timedelta(hours=1))
    assert await refused(take_back(cast.owner, [(entry, 1)])) == "undo_over"


@pytest.mark.parametrize(
    ("limits", "man_days", "amount", "fits"),
    [
        ({}, "20", None, True),
        ({"automatic_man_days": Decimal(20)}, "20", None, True),
        ({"automatic_man_days": Decimal(20)}, "20.5", None, False),
        ({"automatic_amount": Decimal(6000)}, "20", "6000", True),
        ({"automatic_amount": Decimal(6000)}, "20", "6000.01", False),
        ({"automatic_amount": Decimal(6000)}, "20", None, False),
    ],
)
def test_limits_hold_to_the_cent_and_an_unknown_amount_is_over(
    limits: dict[str, Decimal], man_days: str, amount: str | None, fits: bool
) -> None:
    rule = ApprovalRule(automatic=True, **limits)  # type: ignore[arg-type]
    assert within(rule, Decimal(man_days), Decimal(amount) if amount else None) is fits


# Closed months


async def closed(cast: Cast, reason: str = "wages are out") -> None:
    async with company_transaction(cast.organisation):
        await close_month(cast.office, cast.site, MARCH, reason, at=IN_APRIL)


async def test_a_closed_month_refuses_records_and_decisions_and_says_who_reopens(
    cast: Cast,
) -> None:
    (entry,) = await sent(cast, sheet(cast))
    await approve(cast.supervisor, entry, 1)
    await closed(cast)
    change = sheet(cast, line(cast.workers[0]), reason="half", entity_id=entry, base_version=1)
    late, other_month = sheet(cast), sheet(cast, day=date(2026, 2, 28))
    receipts = await send(cast.foreman, late, change, other_month)
    assert said(receipts) == ["month_closed", "month_closed", "applied"]
    problem = receipts[0].problem
    assert problem is not None
    assert problem.extra == {"month": "2026-03", "who": "office, owner"}
    assert await refused(reopen(cast.supervisor, entry, 1, "new facts")) == "month_closed"
    assert state(cast, entry) == ("approved", 1, None)
    # Not lost: the office holds the whole record, and books it once the month is open.
    kept = query(cast.url, "SELECT result FROM sync_mutation WHERE id = $1", late["id"])
    assert [one["result"] for one in kept] == ["refused"]
    assert value(cast.url, "SELECT mutation FROM sync_mutation WHERE id = $1", late["id"])


async def test_a_reopened_month_takes_records_again(cast: Cast) -> None:
    await closed(cast)
    async with company_transaction(cast.organisation):
        await reopen_month(cast.owner, cast.site, MARCH, "a sheet was missing")
    assert said(await send(cast.foreman, sheet(cast))) == ["applied"]
    audits = query(cast.url, "SELECT action, detail->>'reason' AS reason FROM audit_event")
    assert [tuple(one) for one in audits][-2:] == [
        ("month.closed", "wages are out"),
        ("month.reopened", "a sheet was missing"),
    ]


async def test_a_month_closes_when_it_is_over_and_nothing_waits(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    async with company_transaction(cast.organisation):
        early = close_month(
            cast.office, cast.site, MARCH, "x", at=datetime(2026, 3, 31, 15, tzinfo=UTC)
        )
        assert await refused(early) == "month_not_over"
        waiting = close_month(cast.office, cast.site, MARCH, "x", at=IN_APRIL)
        assert await refused(waiting) == "month_still_waits"
        empty = close_month(cast.office, cast.site, MARCH, "  ", at=IN_APRIL)
        assert await refused(empty) == "closing_reason_missing"
    await approve(cast.supervisor, entry, 1)
    await closed(cast)
    async with company_transaction(cast.organisation):
        again = close_month(cast.office, cast.site, MARCH, "x", at=IN_APRIL)
        assert await refused(again) == "month_as_it_is"


async def test_only_office_and_owner_close_and_reopen(cast: Cast, stranger: Actor) -> None:
    for actor, slug in (
        (cast.supervisor, "not_allowed"),
        (cast.foreman, "not_allowed"),
        (cast.far_supervisor, "not_found"),
        (stranger, "not_found"),
    ):
        for act in (close_month, reopen_month):
            async with company_transaction(actor.organisation):
                assert await refused(act(actor, cast.site, MARCH, "x", at=IN_APRIL)) == slug


async def test_a_closed_month_of_one_site_is_open_on_another(cast: Cast) -> None:
    await closed(cast)
    far = cast.actor("owner", is_owner=True)
    there = sheet(cast, line(cast.far_worker), crew=cast.far_crew, site=cast.far_site)
    assert said(await send(far, there)) == ["applied"]
    assert Role.SUPERVISOR in cast.far_supervisor.roles.values()


async def test_the_last_decision_is_the_latest(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    await approve(cast.supervisor, entry, 1)
    await reopen(cast.owner, entry, 1, "again")
    async with company_transaction(cast.organisation):
        last = await last_decisions(cast.owner, [entry])
    assert last[entry].outcome == "reopened"
