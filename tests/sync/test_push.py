"""A mutation takes effect once, with its ledger row, and is answered by itself."""

import asyncio
import json
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from daywork.ground.ids import new_id
from daywork.ground.problems import Problem
from daywork.people.actor import Actor
from daywork.sync.service import push
from tests.support.cast import DAY, Cast
from tests.support.database import query, value
from tests.support.phone_words import NOW, envelope, line, mutation, report, said, send, sheet


async def test_a_sheet_arrives_with_its_lines_and_is_answered_with_its_version(cast: Cast) -> None:
    sent = sheet(cast)
    receipts = await send(cast.foreman, sent)
    assert said(receipts) == ["applied"]
    assert receipts[0].version == 1
    assert receipts[0].revision is not None
    lines = query(cast.url, "SELECT man_days, state FROM labour_line ORDER BY man_days")
    assert [tuple(row) for row in lines] == [
        (Decimal("0.500"), "submitted"),
        (Decimal("1.000"), "submitted"),
    ]
    assert value(cast.url, "SELECT man_days FROM labour_sheet") == Decimal("1.5")


async def test_hours_become_man_days_by_the_sites_own_divisor(cast: Cast) -> None:
    sent = sheet(cast, line(cast.workers[0], "6", unit="hours", overtime_hours="2"))
    await send(cast.foreman, sent)
    row = query(cast.url, "SELECT man_days, unit, amount, overtime_hours FROM labour_line")[0]
    assert tuple(row) == (Decimal("0.75"), "hours", Decimal(6), Decimal(2))


async def test_the_same_mutation_again_gets_the_same_answer_and_no_second_effect(
    cast: Cast,
) -> None:
    sent = sheet(cast)
    first = await send(cast.foreman, sent)
    again = await send(cast.foreman, sent, now=NOW + timedelta(hours=1))
    assert said(again) == ["already_applied"]
    assert (again[0].version, again[0].revision) == (first[0].version, first[0].revision)
    assert value(cast.url, "SELECT count(*) FROM labour_line") == 2


async def test_a_refusal_is_repeated_word_for_word(cast: Cast) -> None:
    sent = sheet(cast, line(cast.far_worker))
    assert said(await send(cast.foreman, sent)) == ["worker_unknown"]
    assert said(await send(cast.foreman, sent)) == ["worker_unknown"]
    kept = value(cast.url, "SELECT mutation::text FROM sync_mutation")
    assert json.loads(kept)["payload"]["lines"][0]["worker"] == str(cast.far_worker)


async def test_the_same_id_with_other_content_is_never_applied(cast: Cast) -> None:
    sent = sheet(cast)
    await send(cast.foreman, sent)
    other = sheet(cast, line(cast.workers[2], "2"), id=sent["id"])
    assert said(await send(cast.foreman, other)) == ["id_reused"]
    assert value(cast.url, "SELECT sum(man_days) FROM labour_line") == Decimal("1.5")


async def test_ten_connections_sending_one_mutation_make_one_effect(cast: Cast) -> None:
    sent = sheet(cast)
    results = await asyncio.gather(*(send(cast.foreman, sent) for _ in range(10)))
    words = sorted(said(one)[0] for one in results)
    assert words == ["already_applied"] * 9 + ["applied"]
    assert value(cast.url, "SELECT count(*) FROM entry_version") == 1


async def test_one_poison_mutation_delays_no_other(cast: Cast) -> None:
    poison = sheet(cast)
    poison["payload"]["note"] = "nul \x00 is no text for Postgres"
    receipts = await send(cast.foreman, sheet(cast), poison, report(cast))
    assert said(receipts) == ["applied", "mutation_unreadable", "applied"]
    assert value(cast.url, "SELECT count(*) FROM sync_mutation WHERE mutation IS NOT NULL") == 1


async def test_what_cannot_be_read_is_kept_and_answered(cast: Cast) -> None:
    broken = {"id": str(new_id()), "type": 5, "payload": "?"}
    half = mutation("labour.sheet", {"site": cast.site})
    unknown = mutation("labour.dream", {"site": cast.site})
    receipts = await send(cast.foreman, broken, half, unknown)
    assert said(receipts) == ["mutation_unreadable", "mutation_unreadable", "type_unknown"]
    assert value(cast.url, "SELECT count(*) FROM sync_mutation WHERE mutation IS NOT NULL") == 3


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Please sign in to the Wi-Fi</html>",
        b'{"protocol":1,"mutations":[{"id"',
        b'{"protocol":9,"mutations":[]}',
        b'{"protocol":1,"mutations":[{"no":"id"}]}',
        b"\xff\xfe\x00",
    ],
)
async def test_a_broken_envelope_is_refused_whole(cast: Cast, body: bytes) -> None:
    with pytest.raises(Problem) as refused:
        await push(cast.foreman, body)
    assert refused.value.kind.slug == "envelope_unreadable"
    assert value(cast.url, "SELECT count(*) FROM sync_mutation") == 0


async def test_a_correction_follows_its_original_in_one_batch(cast: Cast) -> None:
    first = sheet(cast)
    second = sheet(
        cast,
        line(cast.workers[0], "0.5"),
        entity_id=first["entity_id"],
        base_version=1,
        prev_id=first["id"],
        reason="left at noon",
    )
    receipts = await send(cast.foreman, first, second)
    assert [one.version for one in receipts] == [1, 2]
    rows = query(cast.url, "SELECT version, live FROM labour_line ORDER BY version, live")
    assert [tuple(row) for row in rows] == [(1, False), (1, False), (2, True)]
    versions = value(cast.url, "SELECT count(*) FROM entry_version")
    assert versions == 2


async def test_a_mutation_waits_for_the_one_before_it(cast: Cast) -> None:
    first = sheet(cast)
    second = sheet(
        cast, entity_id=first["entity_id"], base_version=1, prev_id=first["id"], reason="more"
    )
    assert said(await send(cast.foreman, second)) == ["deferred"]
    assert said(await send(cast.foreman, first)) == ["applied"]
    assert said(await send(cast.foreman, second)) == ["applied"]


async def test_a_correction_of_a_changed_sheet_names_the_present_version(cast: Cast) -> None:
    first = sheet(cast)
    entity = first["entity_id"]
    await send(cast.foreman, first)
    await send(cast.foreman, sheet(cast, entity_id=entity, base_version=1, reason="a"))
    stale = await send(cast.foreman, sheet(cast, entity_id=entity, base_version=1, reason="b"))
    assert said(stale) == ["version_conflict"]
    assert stale[0].problem is not None
    assert stale[0].problem.extra["current"] == 2


async def test_a_correction_needs_a_reason(cast: Cast) -> None:
    first = sheet(cast)
    await send(cast.foreman, first)
    bare = sheet(cast, entity_id=first["entity_id"], base_version=1)
    assert said(await send(cast.foreman, bare)) == ["reason_missing"]


async def test_a_worker_added_on_the_spot_stands_on_the_sheet_beside_it(cast: Cast) -> None:
    worker: UUID = new_id()
    added = mutation(
        "sites.worker",
        {"site": cast.site, "crew": cast.crew, "name": "Lao Wang", "joined_on": DAY},
        entity_id=worker,
    )
    receipts = await send(cast.foreman, sheet(cast, line(worker)), added)
    assert said(receipts) == ["applied", "applied"]
    assert value(cast.url, "SELECT trade FROM worker WHERE name = 'Lao Wang'") == cast.carpenter


async def test_a_voided_sheet_counts_no_more_and_is_still_there(cast: Cast) -> None:
    first = sheet(cast)
    await send(cast.foreman, first)
    void = mutation(
        "entry.void",
        {"site": cast.site, "reason": "wrong crew"},
        entity_id=first["entity_id"],
        base_version=1,
    )
    assert said(await send(cast.foreman, void)) == ["applied"]
    assert query(cast.url, "SELECT DISTINCT state FROM labour_line")[0][0] == "void"
    assert value(cast.url, "SELECT count(*) FROM entry_version") == 2


@pytest.mark.parametrize("years", [-10, 10])
async def test_a_clock_off_by_years_changes_no_acceptance_and_is_marked(
    cast: Cast, years: int
) -> None:
    told = (NOW + timedelta(days=365 * years)).isoformat()
    body = envelope(sheet(cast, client_time=told), sent_at=told)
    receipts = await push(cast.foreman, body, now=NOW)
    assert said(receipts) == ["applied"]
    assert value(cast.url, "SELECT clock_doubtful FROM entry") is True
    assert value(cast.url, "SELECT received_at FROM entry") == NOW


async def test_work_recorded_before_access_was_withdrawn_is_quarantined(cast: Cast) -> None:
    query(
        cast.url,
        "UPDATE membership SET withdrawn_at = now() WHERE member = $1",
        cast.foreman.member,
    )
    gone = cast.actor("foreman")
    assert said(await send(gone, sheet(cast))) == ["access_withdrawn"]
    row = query(cast.url, "SELECT result, mutation IS NOT NULL FROM sync_mutation")[0]
    assert tuple(row) == ("quarantined", True)


async def test_a_sheet_for_a_crew_that_changed_hands_is_quarantined(cast: Cast) -> None:
    receipts = await send(cast.foreman, sheet(cast, crew=cast.other_crew))
    assert said(receipts) == ["crew_not_led"]
    assert receipts[0].result == "quarantined"


async def test_nobody_writes_into_another_company(cast: Cast, stranger: Actor) -> None:
    assert said(await send(stranger, sheet(cast))) == ["not_your_site"]
    assert value(cast.url, "SELECT count(*) FROM entry") == 0


async def test_another_foreman_cannot_correct_my_sheet(cast: Cast) -> None:
    first = sheet(cast)
    await send(cast.foreman, first)
    query(
        cast.url,
        "UPDATE crew SET foreman = $1 WHERE id = $2",
        cast.members["other_foreman"],
        cast.crew,
    )
    theirs = sheet(cast, entity_id=first["entity_id"], base_version=1, reason="mine now")
    assert said(await send(cast.other_foreman, theirs)) == ["not_yours"]


@pytest.mark.parametrize(
    ("change", "slug"),
    [
        ({"lines": []}, "sheet_empty"),
        ({"crew": "00000000-0000-7000-8000-000000000000"}, "crew_unknown"),
        ({"task": "00000000-0000-7000-8000-000000000000"}, "task_unknown"),
    ],
)
async def test_a_sheet_that_cannot_be_true_is_refused_with_what_would_fix_it(
    cast: Cast, change: dict[str, object], slug: str
) -> None:
    sent = sheet(cast)
    sent["payload"] |= change
    receipts = await send(cast.foreman, sent)
    assert said(receipts) == [slug]
    assert receipts[0].problem is not None
    assert receipts[0].problem.kind.fix


async def test_a_mended_record_settles_its_refusal(cast: Cast) -> None:
    refused = sheet(cast, line(cast.far_worker))
    await send(cast.foreman, refused)
    mended = sheet(cast, entity_id=refused["entity_id"], prev_id=refused["id"])
    assert said(await send(cast.foreman, mended)) == ["applied"]
    assert value(cast.url, "SELECT count(*) FROM sync_mutation WHERE settled_at IS NULL") == 1
