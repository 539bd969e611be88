"""What else a phone keeps comes in a file: signatures are mutations as sheets are, decisions are
not, and nobody decides by a file in the name of somebody else.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from obstore.store import ObjectStore

from daywork.ground.ids import new_id
from daywork.rescue.service import import_rescue, look_at, rescues_seen_by
from tests.approvals.test_levels import stand_in
from tests.crosscheck.phones import cross_check
from tests.money.test_advances import advance
from tests.rescue.files import rescue_file
from tests.rescue.importing import brought, imported, outcomes
from tests.signatures.test_by_sync import signature
from tests.support.cast import DAY, Cast
from tests.support.database import query, value
from tests.support.phone_words import line, said, send, sheet
from tests.support.refusals import refused


async def test_a_signature_comes_in_with_its_sheet(cast: Cast, store: ObjectStore) -> None:
    one = sheet(cast)
    signed = signature(one) | {"prev_id": one["id"]}
    seen = await imported(cast.office, store, rescue_file(cast, one, signed))
    assert outcomes(seen) == ["applied", "applied"]
    row = query(cast.url, "SELECT taken_by, entry, version FROM signature")[0]
    assert tuple(row) == (cast.members["foreman"], one["entity_id"], 1)


async def test_what_a_worker_said_on_the_phone_comes_in_after_the_sheet_it_speaks_of(
    cast: Cast, store: ObjectStore
) -> None:
    worked = sheet(cast, line(cast.workers[0]))
    signed = cross_check(cast, shown={f"{DAY}": ["1", "0"]}, prev_id=worked["id"])
    seen = await imported(cast.office, store, rescue_file(cast, worked, signed))
    assert outcomes(seen) == ["applied", "applied"]
    row = query(cast.url, "SELECT outcome, taken_by, mutation FROM cross_check")[0]
    assert tuple(row) == ("confirmed", cast.members["foreman"], signed["id"])
    # The phone was only thought broken, and sends it after all.
    assert said(await send(cast.foreman, signed)) == ["already_applied"]


async def test_an_advance_comes_in_with_its_amount_and_counts_once(
    cast: Cast, store: ObjectStore
) -> None:
    data = rescue_file(cast, advance(cast, "350.50"))
    seen = await imported(cast.office, store, data)
    assert [(one.type, one.title, one.result) for one in seen.records] == [
        ("labour.advance", "350.50", "applied")
    ]
    await imported(cast.office, store, data)
    rows = query(cast.url, "SELECT amount::text, state FROM advance")
    assert [tuple(row) for row in rows] == [("350.50", "submitted")]


async def test_a_supervisors_decisions_come_in_once_when_the_owner_brings_them(
    cast: Cast, store: ObjectStore
) -> None:
    one, other = sheet(cast), sheet(cast, line(cast.workers[2]))
    await send(cast.foreman, one, other)
    decisions = [kept(cast, one), kept(cast, other, outcome="return", reason="which task?")]
    data = rescue_file(cast, member="supervisor", decisions=decisions)
    for _time in range(2):
        assert outcomes(await imported(cast.owner, store, data)) == ["applied", "applied"]
    made = query(cast.url, "SELECT member, how, outcome FROM decision ORDER BY outcome")
    supervisor = cast.members["supervisor"]
    assert [tuple(row) for row in made] == [
        (supervisor, "offline", "approved"),
        (supervisor, "offline", "returned"),
    ]


async def test_who_decides_brings_his_own_file_and_nobody_elses(
    cast: Cast, store: ObjectStore
) -> None:
    one = sheet(cast)
    await send(cast.foreman, one)
    data = rescue_file(cast, member="supervisor", decisions=[kept(cast, one)])
    assert await refused(brought(cast.far_supervisor, store, data)) == "not_allowed"
    own = rescue_file(cast, member="far_supervisor", decisions=[kept(cast, one)])
    assert await refused(brought(cast.far_supervisor, store, own)) == "rescue_other_site"
    rescue = await brought(cast.supervisor, store, data)
    assert await refused(look_at(cast.far_supervisor, rescue)) == "not_allowed"
    assert await refused(import_rescue(cast.far_supervisor, store, rescue)) == "not_allowed"
    await import_rescue(cast.supervisor, store, rescue)
    assert outcomes(await look_at(cast.supervisor, rescue)) == ["applied"]
    assert [one.id for one in await rescues_seen_by(cast.supervisor)] == [rescue]
    assert await rescues_seen_by(cast.far_supervisor) == []
    made = query(cast.url, "SELECT member, how FROM decision")
    assert [tuple(row) for row in made] == [(cast.members["supervisor"], "offline")]


async def test_a_deputys_decisions_come_in_when_the_owner_brings_them(
    cast: Cast, store: ObjectStore
) -> None:
    """His right on the site is that of the one who is away."""
    one = sheet(cast)
    await send(cast.foreman, one)
    data = rescue_file(cast, member="far_supervisor", decisions=[kept(cast, one)])
    before = await imported(cast.owner, store, data)
    assert outcomes(before) != ["applied"]
    today = datetime.now(UTC).date()
    await stand_in(cast, "far_supervisor", today - timedelta(days=2), today + timedelta(days=2))
    again = rescue_file(cast, member="far_supervisor", decisions=[kept(cast, one)])
    assert outcomes(await imported(cast.owner, store, again)) == ["applied"]
    made = query(cast.url, "SELECT member, how FROM decision")
    assert [tuple(row) for row in made] == [(cast.members["far_supervisor"], "offline")]


async def test_nobody_approves_by_a_file_in_the_name_of_somebody_else(
    cast: Cast, store: ObjectStore
) -> None:
    one = sheet(cast)
    await send(cast.foreman, one)
    data = rescue_file(cast, member="supervisor", decisions=[kept(cast, one)])
    seen = await imported(cast.office, store, data)
    assert outcomes(seen) == ["refused"]
    problem = seen.records[0].problem
    assert problem is not None
    assert problem.kind.slug == "decision_of_another"
    assert value(cast.url, "SELECT state FROM entry") == "submitted"


def kept(cast: Cast, one: dict[str, Any], **other: Any) -> dict[str, Any]:
    """A decision as a phone keeps it."""
    return {
        "id": new_id(),
        "entry": one["entity_id"],
        "version": 1,
        "outcome": "approve",
        "reason": "",
        "site": cast.site,
        "title": "Carpenters",
    } | other
