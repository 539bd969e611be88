"""An outbox that comes in a file takes the path of every push, once, and hides nothing."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from obstore.store import ObjectStore

from daywork.ground.ids import new_id
from daywork.ground.terms import Role
from daywork.letters.service import take_up
from daywork.people.actor import Actor
from daywork.photos.storage import listed
from daywork.rescue.rules import LARGEST_TEXT
from daywork.rescue.service import import_rescue, look_at, rescues_seen_by, sweep_rescues
from tests.rescue.files import PICTURE, rescue_file
from tests.rescue.importing import brought, imported, outcomes
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.phone_words import photo_row, said, send, sheet
from tests.support.refusals import refused


async def keys(store: ObjectStore) -> list[str]:
    """What lies in the store."""
    return [kept.key async for kept in listed(store)]


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
    assert await refused(import_rescue(cast.office, store, seen.rescue.id)) == "rescue_over"


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
    assert await refused(brought(cast.office, store, spoil(data))) == slug
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
        assert await refused(brought(cast.office, store, edited)) == "rescue_edited"


async def test_a_file_of_another_company_or_of_a_newer_app_is_refused(
    cast: Cast, store: ObjectStore, stranger: Actor
) -> None:
    data = rescue_file(cast, sheet(cast))
    assert await refused(brought(stranger, store, data)) == "rescue_foreign"
    newer = rescue_file(cast, sheet(cast), protocol=2)
    assert await refused(brought(cast.office, store, newer)) == "rescue_too_new"
    no_member = rescue_file(cast, sheet(cast), holder={"id": new_id()})
    assert await refused(brought(cast.office, store, no_member)) == "rescue_foreign"
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
        assert await refused(brought(actor, store, data)) == slug
    rescue = await brought(cast.office, store, data)
    await import_rescue(cast.office, store, rescue)
    for actor, slug in (
        (cast.foreman, "not_allowed"),
        (cast.supervisor, "not_allowed"),
        (far_office, "not_found"),
        (stranger, "not_found"),
    ):
        assert await refused(look_at(actor, rescue)) == slug
        assert await refused(import_rescue(actor, store, rescue)) == slug
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
    assert await refused(look_at(cast.office, looked)) == "not_found"
