"""Signatures that a phone took without a network: once, bound to what was signed, and judged."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.people.actor import Actor
from daywork.signatures.queries import signatures_of, unsigned_on
from daywork.signatures.rules import Party, Signing, content_of
from daywork.signatures.service import sign
from daywork.sync.feed import pull
from tests.approvals.test_deciding import correct
from tests.signatures.test_signing import faults
from tests.support.cast import DAY, Cast
from tests.support.database import query, value
from tests.support.phone_words import NOW, mutation, said, send, sheet

DRAWN = "M10 20 L300 200 L500 20"
TAKEN = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)


def signature(one: dict[str, Any], *, entity: UUID | None = None, **said: Any) -> dict[str, Any]:
    """What the phone keeps of a signature under this sheet, as it has the sheet."""
    payload = one["payload"]
    fields = {
        "site": payload["site"],
        "entry": one["entity_id"],
        "version": one["base_version"] + 1,
        "content": content_of(_plain(payload)),
        "work_day": payload["work_day"],
        "crew": payload["crew"],
        "party": "client",
        "outcome": "signed",
        "name": "Zhou  Min",
        "strokes": DRAWN,
        "signed_at": TAKEN.isoformat(),
    }
    return mutation("signature.record", fields | said, entity_id=entity or new_id())


def _plain(value: Any) -> Any:
    """As it goes over the wire: ids and days are texts."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, int | float) else str(value)


async def test_sheet_and_signature_of_one_day_without_a_network_come_in_together(
    cast: Cast,
) -> None:
    one = sheet(cast)
    signed = signature(one) | {"prev_id": one["id"]}
    assert said(await send(cast.foreman, signed, one)) == ["deferred", "applied"]
    assert said(await send(cast.foreman, signed)) == ["applied"]
    async with company_transaction(cast.organisation):
        (kept,) = await signatures_of(cast.organisation, one["entity_id"])
        assert await unsigned_on(cast.organisation, cast.site, DAY) == []
    assert (kept.id, kept.version, kept.name) == (signed["entity_id"], 1, "Zhou Min")
    assert (kept.at, kept.signed_at, kept.clock_doubtful) == (NOW, TAKEN, False)
    assert (kept.mutation, kept.device) == (signed["id"], "phone-1")
    detail = value(cast.url, "SELECT detail FROM audit_event WHERE action = 'entry.signed'")
    assert '"offline"' in str(detail)
    assert await faults(cast) == []
    query(cast.url, "UPDATE signature SET signed_at = signed_at - interval '1 day'")
    (fault,) = await faults(cast)
    assert "altered" in fault


async def test_it_takes_effect_once_however_often_it_is_sent(cast: Cast) -> None:
    one = sheet(cast)
    signed = signature(one)
    await send(cast.foreman, one)
    results = [said(await send(cast.foreman, signed))[0] for _ in range(3)]
    assert results == ["applied", "already_applied", "already_applied"]
    # The answer to the page's own form was lost, and the phone sends what it has kept.
    again = signature(one)
    await sign(
        cast.foreman,
        one["entity_id"],
        1,
        party=Party.CLIENT,
        outcome=Signing.SIGNED,
        name="Zhou Min",
        named=again["entity_id"],
    )
    assert said(await send(cast.foreman, again)) == ["applied"]
    assert value(cast.url, "SELECT count(*) FROM signature") == 2
    assert await faults(cast) == []


async def test_a_sheet_that_changed_meanwhile_keeps_the_signature_on_what_was_signed(
    cast: Cast,
) -> None:
    one = sheet(cast)
    signed = signature(one)
    await send(cast.foreman, one)
    await correct(cast, one["entity_id"])
    (receipt,) = await send(cast.foreman, signed)
    assert (str(receipt.result), receipt.version) == ("applied", 1)
    async with company_transaction(cast.organisation):
        assert len(await unsigned_on(cast.organisation, cast.site, DAY)) == 1
    assert await faults(cast) == []


async def test_what_the_office_never_had_is_not_signed_and_the_phone_is_told_why(
    cast: Cast,
) -> None:
    one = sheet(cast)
    await send(cast.foreman, one)
    otherwise = signature(one, content="0" * 64)
    unknown = signature(sheet(cast))
    photo = signature(one, entry=str(new_id()))
    assert said(await send(cast.foreman, otherwise, unknown, photo)) == [
        "signed_otherwise",
        "entry_unknown",
        "entry_unknown",
    ]
    kept = query(cast.url, "SELECT mutation FROM sync_mutation WHERE result = 'refused'")
    assert len([row for row in kept if row["mutation"]]) == 3
    # A number the office gave to nothing, over what it has as another version: that one is signed.
    (receipt,) = await send(cast.foreman, signature(one, version=7))
    assert receipt.version == 1


@pytest.mark.parametrize(
    ("fields", "slug"),
    [
        ({"outcome": "refused", "strokes": ""}, "witness_missing"),
        ({"outcome": "absent", "strokes": DRAWN, "witness": "Wang"}, "strokes_unreadable"),
        ({"name": " "}, "signer_missing"),
        ({"strokes": "M1 1<script>"}, "strokes_unreadable"),
        ({"outcome": "perhaps"}, "mutation_unreadable"),
        ({"content": "abc"}, "mutation_unreadable"),
    ],
)
async def test_what_proves_nothing_is_refused(
    cast: Cast, fields: dict[str, Any], slug: str
) -> None:
    one = sheet(cast)
    await send(cast.foreman, one)
    assert said(await send(cast.foreman, signature(one, **fields))) == [slug]
    assert value(cast.url, "SELECT count(*) FROM signature") == 0


async def test_only_who_may_see_the_sheet_brings_a_signature(cast: Cast, stranger: Actor) -> None:
    one = sheet(cast)
    await send(cast.foreman, one)
    answers = [
        said(await send(outsider, signature(one)))[0]
        for outsider in (stranger, cast.far_supervisor, cast.other_foreman)
    ]
    assert answers[:2] == ["not_your_site", "not_your_site"]
    assert answers[2] in ("entry_unknown", "not_your_site")
    assert said(await send(cast.supervisor, signature(one))) == ["applied"]
    assert value(cast.url, "SELECT count(*) FROM signature") == 1


async def test_a_signature_with_anothers_name_is_not_mistaken_for_it(cast: Cast) -> None:
    one, other = sheet(cast), sheet(cast)
    await send(cast.foreman, one)
    await send(cast.foreman, other)
    name = new_id()
    assert said(await send(cast.foreman, signature(one, entity=name))) == ["applied"]
    assert said(await send(cast.foreman, signature(other, entity=name))) == ["signature_known"]


async def test_a_clock_that_ran_ahead_is_told_and_changes_nothing(cast: Cast) -> None:
    one = sheet(cast)
    await send(cast.foreman, one)
    ahead = signature(one, signed_at="2031-01-01T00:00:00Z")
    assert said(await send(cast.foreman, ahead)) == ["applied"]
    row = query(cast.url, "SELECT at, clock_doubtful FROM signature")[0]
    assert tuple(row) == (NOW, True)


async def test_phones_hear_who_has_signed(cast: Cast) -> None:
    one = sheet(cast)
    await send(cast.foreman, one)
    before = await pull(cast.foreman, cast.site, None, now=NOW)
    await send(cast.supervisor, signature(one, name="周敏"))
    after = await pull(cast.foreman, cast.site, before.cursor, now=NOW)
    (row,) = after.rows
    assert row.d is not None
    assert "周敏" in bytes(row.d).decode()
