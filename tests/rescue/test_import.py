"""An outbox that comes in a file takes the path of every push, once, and hides nothing."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from obstore.store import ObjectStore

from daywork.ground.ids import new_id
from daywork.ground.problems import Problem
from daywork.ground.terms import Role
from daywork.letters.service import take_up
from daywork.people.actor import Actor
from daywork.photos.storage import listed, open_storage
from daywork.rescue.rules import LARGEST_TEXT
from daywork.rescue.service import (
    Seen,
    bring,
    import_rescue,
    look_at,
    rescues_seen_by,
    sweep_rescues,
)
from tests.approvals.test_levels import stand_in
from tests.crosscheck.phones import cross_check
from tests.money.test_advances import advance
from tests.rescue.files import PICTURE, rescue_file
from tests.signatures.test_by_sync import signature
from tests.support.cast import DAY, Cast
from tests.support.database import query, value
from tests.support.phone_words import line, photo_row, said, send, sheet


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    """A folder for pictures and kept files."""
    return open_storage((tmp_path / "photos").as_uri())


async def keys(store: ObjectStore) -> list[str]:
    """What lies in the store."""
    return [kept.key async for kept in listed(store)]


async def brought(actor: Actor, store: ObjectStore, data: bytes) -> UUID:
    """Bring a file."""
    return await bring(actor, store, "daywork-outbox-2026-03-05-foreman.zip", io.BytesIO(data))


async def imported(actor: Actor, store: ObjectStore, data: bytes) -> Seen:
    """Bring and import a file."""
    rescue = await brought(actor, store, data)
    await import_rescue(actor, store, rescue)
    return await look_at(actor, rescue)


async def problem_of(work: Any) -> str:
    """The slug of the problem that a call ends in."""
    with pytest.raises(Problem) as refusal:
        await work
    return refusal.value.kind.slug


def outcomes(seen: Seen) -> list[str | None]:
    """What became of each thing."""
    return [one.result for one in seen.records]


# What is taken


async def test_an_outbox_in_a_file_is_booked_as_its_authors_with_its_pictures(
    cast: Cast, store: ObjectStore
) -> None:
    shot = photo_row(cast, PICTURE)
    data = rescue_file(cast, sheet(cast), shot, pictures={shot["entity_id"]: PICTURE})
    rescue = await brought(cast.office, store, data)
    before = await look_at(cast.office, rescue)
    assert (before.rescue.records, before.rescue.pictures, before.there) == (2, 1, 0)
    assert value(cast.url, "SELECT count(*) FROM entry") == 0
    await import_rescue(cast.office, store, rescue)
    after = await look_at(cast.office, rescue)
    assert outcomes(after) == ["applied", "applied", "stored"]
    authors = query(cast.url, "SELECT DISTINCT author, state FROM entry WHERE kind ~ 'labour'")
    assert [tuple(row) for row in authors] == [(cast.members["foreman"], "submitted")]
    assert value(cast.url, "SELECT state FROM photo") == "complete"
    [audit] = query(cast.url, "SELECT member, detail FROM audit_event WHERE action ~ '^rescue'")
    assert audit["member"] == cast.members["office"]
    assert json.loads(audit["detail"])["author"] == str(cast.members["foreman"])


async def test_a_second_import_says_it_is_there_already_and_books_nothing_twice(
    cast: Cast, store: ObjectStore
) -> None:
    shot = photo_row(cast, PICTURE)
    data = rescue_file(cast, sheet(cast), shot, pictures={shot["entity_id"]: PICTURE})
    await imported(cast.office, store, data)
    rescue = await brought(cast.owner, store, data)
    assert (await look_at(cast.owner, rescue)).there == 3
    await import_rescue(cast.owner, store, rescue)
    after = await look_at(cast.owner, rescue)
    assert outcomes(after) == ["already_applied", "already_applied", "there"]
    assert value(cast.url, "SELECT count(*) FROM entry_version") == 2
    assert not [key for key in await keys(store) if "rescues" in key]


async def test_what_the_phone_sent_before_it_broke_is_recognised(
    cast: Cast, store: ObjectStore
) -> None:
    early, late = sheet(cast), sheet(cast)
    await send(cast.foreman, early)
    seen = await imported(cast.office, store, rescue_file(cast, early, late))
    assert outcomes(seen) == ["already_applied", "applied"]


async def test_a_refused_record_is_listed_with_its_reason_and_hinders_no_other(
    cast: Cast, store: ObjectStore
) -> None:
    bad = sheet(cast, crew=new_id())
    poison = sheet(cast)
    poison["payload"]["lines"] = "all of them"
    seen = await imported(cast.office, store, rescue_file(cast, bad, poison, sheet(cast)))
    assert outcomes(seen) == ["refused", "refused", "applied"]
    slugs = [one.problem.kind.slug for one in seen.records if one.problem]
    assert slugs == ["crew_unknown", "mutation_unreadable"]


async def test_an_author_without_access_ends_in_quarantine_and_the_picture_is_not_lost(
    cast: Cast, store: ObjectStore
) -> None:
    query(cast.url, "UPDATE membership SET withdrawn_at = now() WHERE role = 'foreman'")
    shot = photo_row(cast, PICTURE)
    data = rescue_file(cast, sheet(cast), shot, pictures={shot["entity_id"]: PICTURE})
    seen = await imported(cast.office, store, data)
    assert outcomes(seen) == ["quarantined", "quarantined", "waiting"]
    assert seen.rescue.file_kept
    # The office books the photo's record; then the kept file gives its picture.
    assert (await take_up(cast.office, UUID(str(shot["id"])))).result == "applied"
    await import_rescue(cast.office, store, seen.rescue.id)
    again = await look_at(cast.office, seen.rescue.id)
    assert outcomes(again) == ["quarantined", "quarantined", "stored"]
    assert value(cast.url, "SELECT state FROM photo") == "complete"
    assert not again.rescue.file_kept
    assert await problem_of(import_rescue(cast.office, store, seen.rescue.id)) == "rescue_over"


async def test_a_member_whose_access_ended_altogether_is_quarantined_too(
    cast: Cast, store: ObjectStore
) -> None:
    query(cast.url, "UPDATE member SET active = false WHERE name = 'foreman'")
    assert outcomes(await imported(cast.office, store, rescue_file(cast, sheet(cast)))) == [
        "quarantined"
    ]


async def test_a_picture_that_is_not_what_its_record_says_is_named_and_not_kept(
    cast: Cast, store: ObjectStore
) -> None:
    shot = photo_row(cast, PICTURE)
    data = rescue_file(cast, shot, pictures={shot["entity_id"]: PICTURE[:-9]})
    seen = await imported(cast.office, store, data)
    assert outcomes(seen) == ["applied", "damaged"]
    assert value(cast.url, "SELECT state FROM photo") == "awaiting_bytes"


async def test_an_import_cut_short_is_finished_by_trying_again(
    cast: Cast, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    shot = photo_row(cast, PICTURE)
    data = rescue_file(cast, sheet(cast), shot, pictures={shot["entity_id"]: PICTURE})
    rescue = await brought(cast.office, store, data)

    async def power_cut(*_given: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr("daywork.rescue.service.receive_bytes", power_cut)
        with pytest.raises(OSError, match="no space"):
            await import_rescue(cast.office, store, rescue)
    half = await look_at(cast.office, rescue)
    assert (outcomes(half), half.rescue.open) == (["applied", "applied", None], 1)
    await import_rescue(cast.office, store, rescue)
    assert outcomes(await look_at(cast.office, rescue)) == [
        "already_applied",
        "already_applied",
        "stored",
    ]


# What is refused as a whole


@pytest.mark.parametrize(
    ("slug", "spoil"),
    [
        ("rescue_not_ours", lambda _data: b"%PDF-1.7 something else"),
        ("rescue_not_ours", lambda _data: b""),
        ("rescue_damaged", lambda data: data[: len(data) // 2]),
        ("rescue_damaged", lambda data: data[:-20]),
        ("rescue_damaged", lambda data: data[:3000] + bytes([data[3000] ^ 1]) + data[3001:]),
    ],
)
async def test_a_damaged_or_truncated_file_is_refused_and_nothing_of_it_taken(
    cast: Cast, store: ObjectStore, slug: str, spoil: Any
) -> None:
    shot = photo_row(cast, PICTURE)
    data = rescue_file(cast, sheet(cast), shot, pictures={shot["entity_id"]: PICTURE})
    assert await problem_of(brought(cast.office, store, spoil(data))) == slug
    assert value(cast.url, "SELECT count(*) FROM rescue") == 0
    assert await keys(store) == []


async def test_an_edited_file_is_refused(cast: Cast, store: ObjectStore) -> None:
    sent = sheet(cast)
    fair = rescue_file(cast, sent)
    with zipfile.ZipFile(io.BytesIO(fair)) as archive:
        outbox, manifest = archive.read("outbox.json"), archive.read("manifest.json")
    more = outbox.replace(b'"amount": "1"', b'"amount": "2"')
    assert more != outbox
    other = manifest.replace(b'"name": "foreman"', b'"name": "someone"')
    for edited in (
        rescue_file(cast, sent, change={"outbox.json": more}),
        rescue_file(cast, sent, change={"manifest.json": other}),
        rescue_file(cast, sent, extra={"pictures/more.jpeg": b"x"}),
        rescue_file(cast, sent, compression=zipfile.ZIP_DEFLATED),
        rescue_file(cast, sent, extra={"big.json": b" " * (LARGEST_TEXT + 1)}),
    ):
        assert await problem_of(brought(cast.office, store, edited)) == "rescue_edited"


async def test_a_file_of_another_company_or_of_a_newer_app_is_refused(
    cast: Cast, store: ObjectStore, stranger: Actor
) -> None:
    data = rescue_file(cast, sheet(cast))
    assert await problem_of(brought(stranger, store, data)) == "rescue_foreign"
    newer = rescue_file(cast, sheet(cast), protocol=2)
    assert await problem_of(brought(cast.office, store, newer)) == "rescue_too_new"
    no_member = rescue_file(cast, sheet(cast), holder={"id": new_id()})
    assert await problem_of(brought(cast.office, store, no_member)) == "rescue_foreign"
    assert value(cast.url, "SELECT count(*) FROM rescue") == 0


# Who may


async def test_only_who_may_clear_up_every_site_of_the_file_may_bring_see_and_import_it(
    cast: Cast, store: ObjectStore, stranger: Actor
) -> None:
    data = rescue_file(cast, sheet(cast))
    far_office = cast.actor("far_supervisor", (cast.far_site, Role.OFFICE))
    for actor, slug in (
        (cast.foreman, "not_allowed"),
        (cast.supervisor, "not_allowed"),
        (far_office, "rescue_other_site"),
    ):
        assert await problem_of(brought(actor, store, data)) == slug
    rescue = await brought(cast.office, store, data)
    await import_rescue(cast.office, store, rescue)
    for actor, slug in (
        (cast.foreman, "not_allowed"),
        (cast.supervisor, "not_allowed"),
        (far_office, "not_found"),
        (stranger, "not_found"),
    ):
        assert await problem_of(look_at(actor, rescue)) == slug
        assert await problem_of(import_rescue(actor, store, rescue)) == slug
    assert [one.id for one in await rescues_seen_by(cast.owner)] == [rescue]
    assert await rescues_seen_by(far_office) == []
    assert await rescues_seen_by(stranger) == []


async def test_an_imported_record_has_no_more_rights_than_its_author(
    cast: Cast, store: ObjectStore
) -> None:
    theirs = sheet(cast, crew=cast.other_crew)
    seen = await imported(cast.owner, store, rescue_file(cast, theirs))
    assert outcomes(seen) == ["quarantined"]
    assert said(await send(cast.foreman, sheet(cast, crew=cast.other_crew))) == ["crew_not_led"]


async def test_a_file_only_looked_at_is_forgotten_after_a_day(
    cast: Cast, store: ObjectStore
) -> None:
    looked = await brought(cast.office, store, rescue_file(cast, sheet(cast)))
    now = datetime.now(UTC)
    assert await sweep_rescues(cast.organisation, store, now) == 0
    assert await sweep_rescues(cast.organisation, store, now + timedelta(hours=25)) == 1
    assert await keys(store) == []
    assert await problem_of(look_at(cast.office, looked)) == "not_found"


# What else a phone keeps: signatures are mutations, decisions are not


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
    assert await problem_of(brought(cast.far_supervisor, store, data)) == "not_allowed"
    own = rescue_file(cast, member="far_supervisor", decisions=[kept(cast, one)])
    assert await problem_of(brought(cast.far_supervisor, store, own)) == "rescue_other_site"
    rescue = await brought(cast.supervisor, store, data)
    assert await problem_of(look_at(cast.far_supervisor, rescue)) == "not_allowed"
    assert await problem_of(import_rescue(cast.far_supervisor, store, rescue)) == "not_allowed"
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
