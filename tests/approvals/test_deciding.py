"""Approve, return, reopen: on real Postgres, by those who may, on the version they saw."""

import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from daywork.approvals.service import approve, approve_clean, reopen, send_back
from daywork.ground.ids import new_id
from daywork.people.actor import Actor
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.phone_words import line, report, said, send, sheet
from tests.support.refusals import refused


async def sent(cast: Cast, *mutations: dict[str, Any]) -> list[UUID]:
    """The entries of these mutations, taken by the office."""
    assert set(said(await send(cast.foreman, *mutations))) == {"applied"}
    return [one["entity_id"] for one in mutations]


async def correct(cast: Cast, entry: UUID, amount: str = "0.5", base: int = 1) -> None:
    change = sheet(
        cast,
        line(cast.workers[0], amount),
        reason="half a day",
        entity_id=entry,
        base_version=base,
    )
    assert said(await send(cast.foreman, change)) == ["applied"]


def state(cast: Cast, entry: UUID) -> tuple[str, int, str | None]:
    row = query(cast.url, "SELECT state, version, return_reason FROM entry WHERE id = $1", entry)[0]
    return row["state"], row["version"], row["return_reason"]


async def test_an_approved_sheet_earns(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    await approve(cast.supervisor, entry, 1)
    assert state(cast, entry) == ("approved", 1, None)
    assert value(cast.url, "SELECT sum(earned) FROM labour_line WHERE live") == Decimal(450)


async def test_a_decision_is_kept_and_audited(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    await send_back(cast.supervisor, entry, 1, "  check   the workers ")
    decision = query(cast.url, "SELECT version, outcome, reason, member FROM decision")[0]
    assert tuple(decision) == (1, "returned", "check the workers", cast.members["supervisor"])
    (audit,) = query(cast.url, "SELECT action, entry, detail FROM audit_event")
    assert (audit["action"], audit["entry"]) == ("entry.returned", entry)
    assert json.loads(audit["detail"]) == {"version": 1, "reason": "check the workers"}


async def test_a_returned_sheet_tells_the_phone_why_and_comes_back(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    before = value(cast.url, "SELECT revision FROM feed WHERE id = $1", entry)
    await send_back(cast.supervisor, entry, 1, "photo is missing")
    assert state(cast, entry) == ("returned", 1, "photo is missing")
    assert value(cast.url, "SELECT revision FROM feed WHERE id = $1", entry) > before
    await correct(cast, entry)
    await approve(cast.supervisor, entry, 2)
    assert state(cast, entry) == ("approved", 2, None)


async def test_a_reopened_sheet_waits_again_and_earns_nothing(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    await approve(cast.supervisor, entry, 1)
    await reopen(cast.supervisor, entry, 1, "approved by mistake")
    assert state(cast, entry)[0] == "submitted"
    assert value(cast.url, "SELECT count(*) FROM labour_line WHERE earned IS NOT NULL") == 0
    await approve(cast.supervisor, entry, 1)
    assert state(cast, entry)[0] == "approved"


async def test_a_returned_report_gives_the_task_back(cast: Cast) -> None:
    (entry,) = await sent(cast, report(cast, "60"))
    await send_back(cast.supervisor, entry, 1, "not so much")
    assert value(cast.url, "SELECT percent FROM task WHERE id = $1", cast.task) == 0


@pytest.mark.parametrize("decide", [approve, lambda a, e, v: send_back(a, e, v, "why")])
async def test_a_version_that_is_no_longer_it_is_not_decided(
    cast: Cast, decide: Callable[[Actor, UUID, int], Awaitable[object]]
) -> None:
    (entry,) = await sent(cast, sheet(cast))
    await correct(cast, entry)
    assert await refused(decide(cast.supervisor, entry, 1)) == "decision_stale"
    assert state(cast, entry) == ("submitted", 2, None)
    assert query(cast.url, "SELECT 1 FROM decision") == []


async def test_nothing_is_decided_twice(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    await approve(cast.supervisor, entry, 1)
    assert await refused(approve(cast.owner, entry, 1)) == "not_waiting"
    assert await refused(send_back(cast.owner, entry, 1, "late")) == "not_waiting"


async def test_a_return_and_a_reopening_need_a_reason(cast: Cast) -> None:
    (entry,) = await sent(cast, sheet(cast))
    assert await refused(send_back(cast.supervisor, entry, 1, "  ")) == "return_reason_missing"
    await approve(cast.supervisor, entry, 1)
    assert await refused(reopen(cast.supervisor, entry, 1, "")) == "return_reason_missing"


async def test_only_who_may_decides_and_others_learn_nothing(cast: Cast, stranger: Actor) -> None:
    (entry,) = await sent(cast, sheet(cast))
    for outsider in (stranger, cast.far_supervisor, cast.foreman, cast.other_foreman):
        assert await refused(approve(outsider, entry, 1)) == "not_found"
        assert await refused(approve_clean(outsider, [(entry, 1)])) == "not_found"
    assert await refused(approve(cast.office, entry, 1)) == "not_allowed"
    assert await refused(approve(cast.supervisor, new_id(), 1)) == "not_found"
    assert state(cast, entry) == ("submitted", 1, None)


async def test_clean_ones_go_through_together_and_doubtful_ones_wait(cast: Cast) -> None:
    clean, changed, decided, doubtful = await sent(
        cast,
        sheet(cast, line(cast.workers[0])),
        sheet(cast, line(cast.workers[1]), note="other"),
        report(cast, "10"),
        sheet(cast, line(cast.workers[2], "1.5")),
    )
    query(cast.url, "UPDATE entry SET clock_doubtful = false")
    change = sheet(
        cast, line(cast.workers[1], "0.5"), reason="half", entity_id=changed, base_version=1
    )
    assert said(await send(cast.foreman, change)) == ["applied"]
    await send_back(cast.supervisor, decided, 1, "which task?")
    outcome = await approve_clean(
        cast.supervisor, [(entry, 1) for entry in (clean, changed, decided, doubtful)]
    )
    assert [fact.id for fact in outcome.approved] == [clean]
    assert outcome.left == [changed, decided, doubtful]
    assert [state(cast, entry)[0] for entry in (clean, changed, decided, doubtful)] == [
        "approved",
        "submitted",
        "returned",
        "submitted",
    ]


async def test_many_are_approved_as_one_change_to_the_phones(cast: Cast) -> None:
    entries = [(await sent(cast, sheet(cast, line(worker))))[0] for worker in cast.workers]
    told = "SELECT count(DISTINCT revision) FROM feed WHERE id = ANY($1)"
    assert value(cast.url, told, entries) == 4
    outcome = await approve_clean(cast.supervisor, [(entry, 1) for entry in entries])
    assert len(outcome.approved) == 4
    assert value(cast.url, told, entries) == 1
    assert len(query(cast.url, "SELECT 1 FROM audit_event WHERE action = 'entry.approved'")) == 4
