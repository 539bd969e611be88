"""One worker entered twice: everything that counts follows the merge, and nothing is rewritten."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from daywork.attendance.service import attendance_of
from daywork.ground.database import company_transaction
from daywork.merging import service
from daywork.merging.rules import Match, likely
from daywork.people.actor import Actor
from daywork.register import keeping, queries
from daywork.register.rules import Change
from daywork.register.sealing import Key, Keyring
from daywork.sites.queries import site_by_id
from daywork.summary.origins import Narrowing
from daywork.summary.owed import months_owed
from daywork.summary.rules import Grouping, Month
from daywork.summary.service import month_summary, sheets_behind
from daywork.sync.feed import pull
from daywork.wages.gathering import gather
from tests.register.conftest import number
from tests.support.cast import DAY, Cast
from tests.support.database import query, value
from tests.support.months import advance_given, set_rate, sheet_sent, work_on
from tests.support.phone_words import line, said, send, sheet
from tests.support.refusals import refused

NOW = datetime(2026, 3, 20, 8, tzinfo=UTC)
MARCH = Month(date(2026, 3, 1), date(2026, 3, 31))
KEYS = Keyring([Key.of(bytes(32))])


async def merged(cast: Cast, kept: int = 0, other: int = 1, actor: Actor | None = None) -> UUID:
    return await service.merge_workers(
        actor or cast.office,
        KEYS,
        cast.workers[kept],
        cast.workers[other],
        "the same identity card",
        NOW,
    )


async def entered(cast: Cast, worker: UUID, change: Change) -> None:
    async with company_transaction(cast.organisation):
        site = await site_by_id(cast.organisation, cast.site)
        assert site is not None
        await keeping.record_identity(cast.office, site, KEYS, worker, change, DAY)


async def rows(cast: Cast, actor: Actor | None = None) -> list[tuple[object, ...]]:
    """The month by worker: name, 工, outstanding; and it adds up."""
    found = await month_summary(
        actor or cast.office, cast.site, "2026-03", Grouping.WORKER, NOW, english=True
    )
    assert sum(row.figures.man_days for row in found.rows) == found.total.man_days
    assert sum(row.figures.earned or 0 for row in found.rows) == found.total.earned
    return [(row.name, row.figures.man_days, row.outstanding) for row in found.rows]


def open_doubles(cast: Cast) -> list[tuple[object, ...]]:
    found = query(
        cast.url,
        "SELECT worker, work_day, booked FROM double_booking WHERE organisation = $1"
        " AND resolved_at IS NULL ORDER BY work_day",
        cast.organisation,
    )
    return [tuple(row.values()) for row in found]


async def test_sums_grid_and_wage_sheet_follow_and_no_line_is_rewritten(cast: Cast) -> None:
    first, second = cast.workers[:2]
    await sheet_sent(cast, date(2026, 3, 2), [line(first), line(cast.workers[2])])
    await sheet_sent(cast, date(2026, 3, 3), [line(second, "0.5")])
    advance_given(cast, second, date(2026, 3, 6), "100")
    await merged(cast)
    assert await rows(cast) == [("worker 1", Decimal("1.5"), 350), ("worker 3", 1, 300)]
    async with company_transaction(cast.organisation):
        owed = await months_owed(cast.organisation, [cast.site])
        site = await site_by_id(cast.organisation, cast.site)
        assert site is not None
        sheet_lines = (await gather(site, MARCH)).lines(None)
    assert {one.worker: one.outstanding for one in owed} == {first: 350, cast.workers[2]: 300}
    assert {one.worker: one.figures.payable for one in sheet_lines} == {
        first: 350,
        cast.workers[2]: 300,
    }
    grid = await attendance_of(cast.office, cast.site, "2026-03", None, NOW, english=True)
    (crew,) = grid.crews
    assert [(one.name, one.total.man_days) for one in crew.workers] == [
        ("worker 1", Decimal("1.5")),
        ("worker 3", 1),
        ("worker 4", 0),
    ]
    behind = await sheets_behind(
        cast.office, cast.site, "2026-03", Narrowing(worker=first), 1, NOW, english=True
    )
    assert (len(behind.sheets), behind.total.man_days) == (2, Decimal("1.5"))
    written = query(
        cast.url,
        "SELECT worker FROM labour_line WHERE organisation = $1 ORDER BY work_day, worker",
        cast.organisation,
    )
    assert sorted(row["worker"] for row in written) == sorted([first, second, cast.workers[2]])


async def test_a_phone_that_still_names_the_old_record_is_counted_for_the_one_kept(
    cast: Cast,
) -> None:
    first, second = cast.workers[:2]
    await merged(cast)
    offered = {
        row.id: json.loads(bytes(row.d))
        for row in (await pull(cast.foreman, cast.site, None, now=NOW)).rows
        if row.s == "worker" and row.d is not None
    }
    assert offered[first]["left_on"] is None
    assert offered[second]["left_on"] < offered[second]["joined_on"]
    assert said(await send(cast.foreman, sheet(cast, line(second)))) == ["applied"]
    await sheet_sent(cast, date(2026, 3, 4), [line(second)])
    assert await rows(cast) == [("worker 1", 1, 300)]


async def test_rates_at_approval_are_those_of_the_one_kept_then_of_the_old_record(
    cast: Cast,
) -> None:
    first, second = cast.workers[:2]
    price = {"of": "worker", "unit": "man_day", "overtime_hour": None, "to": None}
    set_rate(cast, price | {"amount": "400", "from": "2026-03-05"}, first)
    set_rate(cast, price | {"amount": "350", "from": "2026-01-01"}, second)
    await merged(cast)
    await sheet_sent(cast, date(2026, 3, 2), [line(second)])
    await sheet_sent(cast, date(2026, 3, 5), [line(second)])
    earned = query(
        cast.url,
        "SELECT earned FROM labour_line WHERE organisation = $1 ORDER BY work_day",
        cast.organisation,
    )
    assert [row["earned"] for row in earned] == [350, 400]


async def test_a_day_on_two_sheets_becomes_a_double_booking_and_ends_with_the_merge(
    cast: Cast,
) -> None:
    first, second = cast.workers[:2]
    await sheet_sent(cast, DAY, [line(first)])
    await sheet_sent(cast, DAY, [line(second, "0.5")])
    await sheet_sent(cast, date(2026, 3, 6), [line(first), line(cast.workers[2])])
    assert open_doubles(cast) == []
    merge = await merged(cast)
    assert open_doubles(cast) == [(first, DAY, Decimal("1.5"))]
    assert await rows(cast) == [("worker 1", Decimal("2.5"), 300), ("worker 3", 1, 300)]
    await service.undo_merge(cast.office, KEYS, merge, "two brothers", NOW)
    assert open_doubles(cast) == []
    assert await rows(cast) == [
        ("worker 1", 2, 600),
        ("worker 2", Decimal("0.5"), 150),
        ("worker 3", 1, 300),
    ]


async def test_a_double_booking_of_the_old_record_is_held_once_and_moves_with_it(
    cast: Cast,
) -> None:
    first, second = cast.workers[:2]
    await sheet_sent(cast, DAY, [line(second)])
    await sheet_sent(cast, DAY, [line(second)], crew=cast.other_crew)
    assert open_doubles(cast) == [(second, DAY, Decimal(2))]
    merge = await merged(cast)
    assert open_doubles(cast) == [(first, DAY, Decimal(2))]
    assert await rows(cast) == [("worker 1", 2, 0)]
    await service.undo_merge(cast.office, KEYS, merge, "two brothers", NOW)
    assert open_doubles(cast) == [(second, DAY, Decimal(2))]


async def test_a_new_sheet_of_the_other_site_is_held_against_the_old_record(cast: Cast) -> None:
    first, second = cast.workers[:2]
    work_on(cast, cast.far_site, cast.far_crew, [second])
    await sheet_sent(cast, DAY, [line(first)])
    await merged(cast, actor=cast.owner)
    await sheet_sent(cast, DAY, [line(second)], site=cast.far_site, crew=cast.far_crew)
    assert open_doubles(cast) == [(first, DAY, Decimal(2))]
    stays = query(
        cast.url,
        "SELECT site FROM roster WHERE organisation = $1 AND worker = $2",
        cast.organisation,
        first,
    )
    assert {row["site"] for row in stays} == {cast.site, cast.far_site}


async def test_what_only_the_old_record_has_comes_along_and_goes_back(cast: Cast) -> None:
    first, second = cast.workers[:2]
    identity = number(201)
    await entered(cast, second, Change(kind="resident", number=identity, bank="4111111111111111"))
    merge = await merged(cast)
    async with company_transaction(cast.organisation):
        kept = (await queries.kept_identities(cast.organisation, [first]))[first]
    assert (kept.number_mask[-4:], kept.bank_mask[-4:]) == (identity[-4:], "1111")
    await service.undo_merge(cast.office, KEYS, merge, "two brothers", NOW)
    async with company_transaction(cast.organisation):
        both = await queries.kept_identities(cast.organisation, [first, second])
    assert (both[first].number_mask, both[first].bank_mask) == ("", "")
    assert both[second].number_mask[-4:] == identity[-4:]


async def test_without_its_key_a_number_is_not_left_behind(cast: Cast) -> None:
    first, second = cast.workers[:2]
    await entered(cast, second, Change(kind="resident", number=number(202)))
    merging = service.merge_workers(cast.office, None, first, second, "same card", NOW)
    assert await refused(merging) == "register_key_missing"
    assert value(cast.url, "SELECT merged_into FROM worker WHERE id = $1", second) is None


async def test_it_cannot_be_taken_back_once_both_were_paid_together(cast: Cast) -> None:
    first, second = cast.workers[:2]
    await sheet_sent(cast, date(2026, 3, 3), [line(second)])
    merge = await merged(cast)
    query(
        cast.url,
        "INSERT INTO payment (organisation, id, site, worker, paid_on, for_month, amount, method,"
        " made_by, made_at) VALUES ($1, gen_random_uuid(), $2, $3, '2026-03-21', '2026-03-01', 300,"
        " 'cash', $4, '2026-03-21')",
        cast.organisation,
        cast.site,
        first,
        cast.members["office"],
    )
    undoing = service.undo_merge(cast.office, KEYS, merge, "two brothers", NOW)
    assert await refused(undoing) == "merge_built_on"
    looked = await service.look_at(cast.office, merge)
    assert [one.value for one in looked.built] == ["payment"]


async def test_three_records_of_one_worker_point_at_the_last_one_kept(cast: Cast) -> None:
    first, second, third = cast.workers[:3]
    inner = await merged(cast, kept=1, other=2)
    outer = await merged(cast, kept=0, other=1)
    pointing = "SELECT id, merged_into FROM worker WHERE merged_into IS NOT NULL"
    found = {row["id"]: row["merged_into"] for row in query(cast.url, pointing)}
    assert (found[second], found[third]) == (first, first)
    assert await refused(service.undo_merge(cast.office, KEYS, inner, "no", NOW)) == (
        "not_two_workers"
    )
    await service.undo_merge(cast.office, KEYS, outer, "no", NOW)
    assert value(cast.url, "SELECT merged_into FROM worker WHERE id = $1", third) == second
    assert value(cast.url, "SELECT merged_into FROM worker WHERE id = $1", second) is None


async def test_likely_pairs_are_found_until_somebody_tells_them_apart(cast: Cast) -> None:
    first, second, third = cast.workers[:3]
    for worker in (first, second):
        query(cast.url, "UPDATE worker SET phone = '+8613900000001' WHERE id = $1", worker)
    query(cast.url, "UPDATE worker SET name = 'Worker 1' WHERE id = $1", third)
    found = (await service.workers_alike(cast.office)).pairs
    assert {(one.matches, frozenset({one.one, one.other})) for one in found} == {
        ((Match.NAME,), frozenset({first, third})),
        ((Match.PHONE,), frozenset({first, second})),
    }
    await service.tell_apart(cast.office, second, first)
    await merged(cast, kept=0, other=2)
    alike = await service.workers_alike(cast.office)
    assert (alike.pairs, [one.merged for one in alike.merges]) == ([], [third])


@pytest.mark.parametrize(
    ("matches", "differ", "expected"),
    [
        ({Match.NAME}, False, True),
        ({Match.ACCOUNT, Match.PHONE}, True, False),
        ({Match.NAME, Match.PHONE}, True, True),
    ],
)
def test_two_identity_numbers_are_two_people_unless_name_and_phone_agree(
    matches: set[Match], differ: bool, expected: bool
) -> None:
    assert likely(matches, numbers_differ=differ) is expected


async def test_nobody_merges_whom_he_does_not_manage(cast: Cast, stranger: Actor) -> None:
    first, far = cast.workers[0], cast.far_worker
    for actor, one, other, slug in (
        (cast.foreman, first, cast.workers[1], "not_allowed"),
        (cast.supervisor, first, cast.workers[1], "not_allowed"),
        (cast.office, first, far, "not_found"),
        (stranger, first, cast.workers[1], "not_found"),
    ):
        merging = service.merge_workers(actor, KEYS, one, other, "same", NOW)
        assert await refused(merging) == slug, actor.name
        assert await refused(service.compare(actor, one, other)) == slug
        assert await refused(service.tell_apart(actor, one, other)) == slug
    assert await refused(service.workers_alike(cast.foreman)) == "not_allowed"
    blank = service.merge_workers(cast.office, KEYS, first, cast.workers[1], " ", NOW)
    assert await refused(blank) == "merge_reason_missing"
