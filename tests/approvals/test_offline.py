"""Decisions made without a network: bound to a version, counted once, told what changed."""

from typing import Any
from uuid import UUID

import pytest

from daywork.ground.ids import new_id
from daywork.people.actor import Actor
from tests.support.cast import Cast, found
from tests.support.client import client_of
from tests.support.database import query, value
from tests.support.phone_words import envelope, line, sheet
from tests.support.server import Server

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def cast(app_server: Server) -> Cast:
    """A company behind a real server."""
    return found(app_server.database_url)


async def sent(cast: Cast, server: Server, *mutations: dict[str, Any]) -> list[UUID]:
    async with client_of(cast.url, server.url, cast.foreman) as phone:
        reply = await phone.post("/api/sync/push", content=envelope(*mutations))
    assert {one["result"] for one in reply.json()["results"]} == {"applied"}
    return [one["entity_id"] for one in mutations]


def decision(entry: UUID, **other: Any) -> dict[str, Any]:
    """What the phone kept of one approval of version 1, unless told otherwise."""
    fields = {"id": str(new_id()), "entry": str(entry), "version": 1, "outcome": "approve"}
    return fields | {"decided_at": "2026-03-05T18:00:00Z"} | other


async def decide(
    cast: Cast, server: Server, actor: Actor, *decisions: dict[str, Any]
) -> list[dict[str, Any]]:
    async with client_of(cast.url, server.url, actor) as phone:
        reply = await phone.post("/api/approvals/decisions", json={"decisions": list(decisions)})
    assert reply.status_code == 200, reply.text
    answers: list[dict[str, Any]] = reply.json()["results"]
    return answers


def state(cast: Cast, entry: UUID) -> str:
    return str(value(cast.url, "SELECT state FROM entry WHERE id = $1", entry))


async def test_each_is_answered_by_itself_and_counts_once(cast: Cast, app_server: Server) -> None:
    first, second = await sent(cast, app_server, sheet(cast), sheet(cast, line(cast.workers[2])))
    both = decision(first), decision(second, outcome="return", reason="which task?")
    for _time in range(2):
        answers = await decide(cast, app_server, cast.supervisor, *both)
        assert [one["result"] for one in answers] == ["applied", "applied"]
    assert (state(cast, first), state(cast, second)) == ("approved", "returned")
    made = query(cast.url, "SELECT id::text, how FROM decision ORDER BY id")
    assert sorted(tuple(one) for one in made) == sorted((one["id"], "offline") for one in both)


async def test_a_record_that_moved_on_is_not_decided_and_says_what_changed(
    cast: Cast, app_server: Server
) -> None:
    (entry,) = await sent(cast, app_server, sheet(cast))
    change = sheet(
        cast, line(cast.workers[0], "0.5"), reason="half", entity_id=entry, base_version=1
    )
    await sent(cast, app_server, change)
    (answer,) = await decide(cast, app_server, cast.supervisor, decision(entry))
    assert answer["result"] == "refused"
    assert answer["problem"]["type"] == "decision_stale"
    assert answer["changes"] == [
        "worker 1: 1.0 man-days → 0.5 man-days",
        "worker 2 taken off: 0.5 man-days",
    ]
    assert state(cast, entry) == "submitted"


async def test_the_same_id_with_another_decision_is_refused(cast: Cast, app_server: Server) -> None:
    (entry,) = await sent(cast, app_server, sheet(cast))
    first = decision(entry)
    await decide(cast, app_server, cast.supervisor, first)
    (answer,) = await decide(
        cast, app_server, cast.supervisor, first | {"outcome": "return", "reason": "no"}
    )
    assert answer["problem"]["type"] == "decision_id_reused"
    assert state(cast, entry) == "approved"


async def test_who_may_not_decide_is_refused_one_by_one(cast: Cast, app_server: Server) -> None:
    (entry,) = await sent(cast, app_server, sheet(cast))
    for actor, slug in ((cast.far_supervisor, "not_found"), (cast.office, "not_allowed")):
        (answer,) = await decide(cast, app_server, actor, decision(entry))
        assert answer["problem"]["type"] == slug
    assert state(cast, entry) == "submitted"


async def test_somebody_elses_decisions_are_not_sent_as_mine(
    cast: Cast, app_server: Server
) -> None:
    (entry,) = await sent(cast, app_server, sheet(cast))
    async with client_of(cast.url, app_server.url, cast.supervisor) as phone:
        reply = await phone.post(
            "/api/approvals/decisions",
            json={"decisions": [decision(entry)]},
            headers={"x-daywork-member": str(cast.members["owner"])},
        )
    assert reply.status_code >= 400
    assert state(cast, entry) == "submitted"


async def test_approved_unseen_counts_only_while_nothing_is_unusual(
    cast: Cast, app_server: Server
) -> None:
    worker, other = cast.workers[:2]
    doubtful, clean = await sent(
        cast, app_server, sheet(cast, line(worker)), sheet(cast, line(other))
    )
    query(cast.url, "UPDATE entry SET clock_doubtful = (id = $1)", doubtful)
    query(cast.url, "UPDATE entry_version SET received_at = '2026-03-05 10:00+00'")
    answers = await decide(
        cast,
        app_server,
        cast.supervisor,
        *(decision(entry, clean=True) for entry in (doubtful, clean)),
    )
    assert [one["result"] for one in answers] == ["refused", "applied"]
    assert answers[0]["problem"]["type"] == "no_longer_clean"
    assert (state(cast, doubtful), state(cast, clean)) == ("submitted", "approved")


async def test_an_answer_lost_after_many_were_approved_together_does_no_harm(
    cast: Cast, app_server: Server
) -> None:
    (entry,) = await sent(cast, app_server, sheet(cast))
    query(cast.url, "UPDATE entry SET clock_doubtful = false")
    query(cast.url, "UPDATE entry_version SET received_at = '2026-03-05 10:00+00'")
    async with client_of(cast.url, app_server.url, cast.supervisor) as phone:
        await phone.post(f"/approvals/clean?site={cast.site}", data={"entry": f"{entry}:1"})
    assert state(cast, entry) == "approved"
    (answer,) = await decide(cast, app_server, cast.supervisor, decision(entry, clean=True))
    assert answer["result"] == "applied"
    (answer,) = await decide(cast, app_server, cast.owner, decision(entry))
    assert answer["problem"]["type"] == "not_waiting"
    assert value(cast.url, "SELECT count(*) FROM decision") == 1


async def test_the_page_of_a_record_decides_once_by_the_name_its_form_carries(
    cast: Cast, app_server: Server
) -> None:
    (entry,) = await sent(cast, app_server, sheet(cast))
    name = str(new_id())
    async with client_of(cast.url, app_server.url, cast.supervisor) as phone:
        form = {"version": "1", "decision": name, "reason": "which task?"}
        assert (await phone.post(f"/approvals/{entry}/return", data=form)).status_code == 303
    (answer,) = await decide(
        cast,
        app_server,
        cast.supervisor,
        decision(entry, id=name, outcome="return", reason="which task?"),
    )
    assert answer["result"] == "applied"
    assert value(cast.url, "SELECT count(*) FROM decision") == 1


async def test_questions_about_lines_wait_and_come_in_like_a_reason(
    cast: Cast, app_server: Server
) -> None:
    (entry,) = await sent(cast, app_server, sheet(cast))
    asked = {str(cast.workers[0]): "half a day?", str(cast.workers[1]): " "}
    (answer,) = await decide(
        cast, app_server, cast.supervisor, decision(entry, outcome="return", questions=asked)
    )
    assert answer["result"] == "applied"
    rows = query(cast.url, "SELECT worker, question FROM line_question")
    assert [tuple(row) for row in rows] == [(cast.workers[0], "half a day?")]
    assert value(cast.url, "SELECT return_reason FROM entry WHERE id = $1", entry)
