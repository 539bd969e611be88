"""Answers that a foreman's phone brings: once, only of his own people, and never lost."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from daywork.approvals.disputes import answer, disputes_waiting
from daywork.crosscheck.rules import Standing
from daywork.crosscheck.service import board_of, standings_of
from daywork.ground.database import close_database, company_transaction, open_database
from daywork.ground.ids import new_id
from daywork.letters.service import take_up
from daywork.summary.rules import Month
from tests.crosscheck import test_evidence
from tests.crosscheck.phones import SHOWN, SIGNED, claim, cross_check
from tests.crosscheck.story import MARCH
from tests.evidence.test_check import write_anew
from tests.support.cast import Cast, found
from tests.support.database import query, value
from tests.support.phone_words import NOW, line, said, send, sheet

FIRST, SECOND = date(2026, 3, 2), date(2026, 3, 3)


@pytest.fixture
async def cast(books: Cast) -> AsyncIterator[Cast]:
    await open_database(books.url, pool_size=4)
    yield books
    await close_database()


async def standing(cast: Cast, which: int = 0) -> Standing:
    async with company_transaction(cast.organisation):
        month = Month(date(2026, 3, 1), date(2026, 3, 31))
        found = await standings_of(cast.organisation, cast.site, month, NOW)
    return found[cast.workers[which]]


def rows(cast: Cast, table: str = "cross_check") -> list[dict[str, Any]]:
    sql = f"SELECT * FROM {table} WHERE organisation = $1 ORDER BY at"  # noqa: S608
    return [dict(row) for row in query(cast.url, sql, cast.organisation)]


async def faults(cast: Cast) -> list[str]:
    """What the check finds; the books' advance was written without a phone."""
    return [one for one in await test_evidence.faults(cast) if "the advance of" not in one]


async def test_a_signature_counts_once_and_holds_what_was_shown(cast: Cast) -> None:
    signed = cross_check(cast)
    results = [said(await send(cast.foreman, signed))[0] for _ in range(3)]
    assert results == ["applied", "already_applied", "already_applied"]
    # The phone was set up anew and sends the same answer under another mutation.
    assert said(await send(cast.foreman, signed | {"id": new_id()})) == ["applied"]
    (row,) = rows(cast)
    assert (row["outcome"], row["name"], row["taken_by"]) == (
        "confirmed",
        "Wang Wu",
        cast.members["foreman"],
    )
    assert (row["mutation"], row["device"], row["link"]) == (signed["id"], "phone-1", None)
    assert (row["signed_at"], row["at"], row["clock_doubtful"]) == (SIGNED, NOW, False)
    assert await standing(cast) is Standing.CONFIRMED
    assert await faults(cast) == []
    query(cast.url, "UPDATE cross_check SET signed_at = signed_at - interval '1 day'")
    (fault,) = await faults(cast)
    assert "altered" in fault


async def test_the_board_says_on_whose_phone(cast: Cast) -> None:
    await send(cast.foreman, cross_check(cast))
    board = await board_of(cast.office, cast.site, MARCH, None, NOW)
    assert board is not None
    (one,) = [one for one in board.workers if one.person.worker == cast.workers[0]]
    assert one.answer is not None
    assert (one.answer.taken_by_name, one.standing) == ("foreman", Standing.CONFIRMED)


async def test_sheet_and_answer_of_one_day_without_a_network_come_in_together(cast: Cast) -> None:
    day = date(2026, 3, 4)
    sent = sheet(cast, line(cast.workers[0], "1"), day=day)
    signed = cross_check(cast, shown=SHOWN | {"2026-03-04": ["1", "0"]}, prev_id=sent["id"])
    assert said(await send(cast.foreman, signed, sent)) == ["deferred", "applied"]
    assert said(await send(cast.foreman, signed)) == ["applied"]
    assert await standing(cast) is Standing.CONFIRMED


async def test_what_changed_on_the_way_refuses_nobody_and_is_told_as_changed(cast: Cast) -> None:
    old = cross_check(cast, shown={"2026-03-02": ["1", "2"]})
    assert said(await send(cast.foreman, old)) == ["applied"]
    assert await standing(cast) is Standing.CHANGED
    assert said(await send(cast.foreman, cross_check(cast))) == ["applied"]
    assert await standing(cast) is Standing.CONFIRMED


async def test_disputed_days_and_the_sum_come_to_the_queue(cast: Cast) -> None:
    claims = {
        "2026-03-03": claim("1", reason="I stayed  all day"),
        "month": claim("3", "2", "There are three days"),
    }
    assert said(await send(cast.foreman, cross_check(cast, claims=claims))) == ["applied"]
    assert await standing(cast) is Standing.DISPUTED
    waiting = (await disputes_waiting(cast.supervisor, cast.site)).rows
    told = [
        (w.dispute.work_day, w.dispute.whole_month, str(w.dispute.claimed_man_days.normalize()))
        for w in sorted(waiting, key=lambda w: w.dispute.whole_month)
    ]
    assert told == [(SECOND, False, "1"), (date(2026, 3, 1), True, "3")]
    assert [bool(w.sheets) for w in sorted(waiting, key=lambda w: w.dispute.whole_month)] == [
        True,
        False,
    ]
    sum_ = next(w.dispute for w in waiting if w.dispute.whole_month)
    assert (str(sum_.man_days.normalize()), str(sum_.overtime_hours.normalize())) == ("1.5", "2")
    notices = query(
        cast.url, "SELECT DISTINCT notice FROM message WHERE organisation = $1", cast.organisation
    )
    assert {row["notice"] for row in notices} == {
        "cross_check_disputed",
        "cross_check_sum_disputed",
    }
    for one in waiting:
        await answer(cast.supervisor, one.dispute.id, "declined", "The guard says no", NOW)
    assert await standing(cast) is Standing.ANSWERED
    assert said(await send(cast.foreman, cross_check(cast))) == ["applied"]


async def test_a_day_in_dispute_or_corrected_meanwhile_opens_no_second_one(cast: Cast) -> None:
    once = {"2026-03-03": claim("1")}
    await send(cast.foreman, cross_check(cast, claims=once))
    twice = once | {"2026-03-02": claim("1", "2", "as the office has it by now")}
    shown = {"2026-03-02": ["0.5", "0"], "2026-03-03": ["0.5", "0"]}
    assert said(await send(cast.foreman, cross_check(cast, claims=twice, shown=shown))) == [
        "applied"
    ]
    assert len(rows(cast)) == 2
    assert len(rows(cast, "cross_check_dispute")) == 1


async def test_answers_to_disputes_are_links_of_the_chain(cast: Cast) -> None:
    await send(cast.foreman, cross_check(cast, claims={"2026-03-03": claim("1")}))
    (dispute,) = rows(cast, "cross_check_dispute")
    assert await faults(cast) == []
    await answer(cast.supervisor, dispute["id"], "agreed", "He is right", NOW)
    assert await faults(cast) == []
    kinds = "SELECT kind FROM chain_link WHERE organisation = $1 AND subject = $2"
    (link,) = query(cast.url, kinds, cast.organisation, dispute["id"])
    assert link["kind"] == "crosscheck.dispute"
    # Answers of before they were chained are added at the end.
    query(cast.url, "DELETE FROM chain_link WHERE kind = 'crosscheck.dispute'")
    assert len(await faults(cast)) == 1
    await write_anew(cast.url, "0026")
    assert await faults(cast) == []
    query(cast.url, "UPDATE cross_check_dispute SET answer = 'No' WHERE outcome IS NOT NULL")
    (altered,) = await faults(cast)
    assert "the answer to a dispute of 2026-03-03 was altered" in altered
    query(cast.url, "DELETE FROM cross_check_dispute")
    (removed,) = await faults(cast)
    assert "removed" in removed


async def test_only_who_leads_the_worker_brings_his_answer(cast: Cast) -> None:
    stranger = found(cast.url, "Another company")
    signed = cross_check(cast)
    answers = [
        said(await send(actor, signed | {"id": new_id()}))[0]
        for actor in (
            cast.other_foreman,
            cast.supervisor,
            cast.far_supervisor,
            stranger.foreman,
        )
    ]
    assert answers == [
        "cross_check_not_your_worker",
        "cross_check_not_your_worker",
        "not_your_site",
        "not_your_site",
    ]
    unknown = cross_check(cast, stranger.workers[0])
    far = cross_check(cast, cast.far_worker)
    assert said(await send(cast.foreman, unknown, far)) == ["cross_check_not_your_worker"] * 2
    assert rows(cast) == []
    # Refused ones are kept whole; the office, which may ask everybody, brings one in.
    kept = query(
        cast.url,
        "SELECT mutation FROM sync_mutation WHERE organisation = $1 AND result = 'refused'",
        cast.organisation,
    )
    assert all(row["mutation"] for row in kept)
    assert said(await send(cast.office, signed | {"id": new_id()})) == ["applied"]


async def test_a_worker_who_went_to_another_crew_is_still_heard(cast: Cast) -> None:
    query(
        cast.url,
        "UPDATE roster SET crew = $2 WHERE worker = $1",
        cast.workers[0],
        cast.other_crew,
    )
    assert said(await send(cast.foreman, cross_check(cast))) == ["applied"]
    assert said(await send(cast.other_foreman, cross_check(cast))) == ["applied"]
    # Before the month he was with nobody of that crew, and is not on its roster.
    query(
        cast.url, "UPDATE labour_line SET live = false WHERE organisation = $1", cast.organisation
    )
    assert said(await send(cast.foreman, cross_check(cast))) == ["cross_check_not_your_worker"]


@pytest.mark.parametrize(
    ("fields", "slug"),
    [
        ({"name": " "}, "signer_missing"),
        ({"strokes": "M1 1<script>"}, "strokes_unreadable"),
        ({"shown": {}}, "cross_check_no_days"),
        ({"shown": {"2026-04-02": ["1", "0"]}}, "cross_check_not_a_day"),
        ({"shown": {"2026-03-32": ["1", "0"]}}, "cross_check_not_a_day"),
        ({"shown": {"2026-03-02": ["1.0000", "0"]}}, "mutation_unreadable"),
        ({"shown": {"2026-03-02": ["-1", "0"]}}, "mutation_unreadable"),
        ({"month": "2031-01", "shown": {}}, "cross_check_month_ahead"),
        ({"month": "2026-13"}, "mutation_unreadable"),
        ({"claims": {"2026-03-02": claim("1", "2")}}, "cross_check_same_as_recorded"),
        ({"claims": {"month": claim("1.5", "2")}}, "cross_check_same_as_recorded"),
        ({"claims": {"2026-03-02": claim("4")}}, "cross_check_too_much"),
        ({"claims": {"2026-03-06": claim("1")}}, "cross_check_not_a_day"),  # tomorrow
        ({"claims": {"2026-02-27": claim("1")}}, "cross_check_not_a_day"),
        ({"claims": {"2026-03-02": claim("1", reason="")}}, "mutation_unreadable"),
        ({"claims": {"tuesday": claim("1")}}, "mutation_unreadable"),
    ],
)
async def test_what_says_nothing_is_refused_in_words_and_kept(
    cast: Cast, fields: dict[str, Any], slug: str
) -> None:
    (receipt,) = await send(cast.foreman, cross_check(cast, **fields))
    assert receipt.problem is not None
    assert receipt.problem.kind.slug == slug
    assert receipt.problem.kind.fix
    assert rows(cast) == []
    kept = "SELECT mutation FROM sync_mutation WHERE organisation = $1 AND result = 'refused'"
    assert value(cast.url, kept, cast.organisation)


async def test_one_that_is_mended_takes_the_place_of_the_refused_one(cast: Cast) -> None:
    name = new_id()
    wrong = cross_check(cast, name=" ", entity_id=name)
    assert said(await send(cast.foreman, wrong)) == ["signer_missing"]
    assert said(await send(cast.foreman, cross_check(cast, entity_id=name))) == ["applied"]
    open_ = "SELECT count(*) FROM sync_mutation WHERE organisation = $1 AND settled_at IS NULL"
    assert value(cast.url, open_ + " AND result = 'refused'", cast.organisation) == 0


async def test_anothers_answer_is_not_mistaken_for_it(cast: Cast) -> None:
    name = new_id()
    assert said(await send(cast.foreman, cross_check(cast, entity_id=name))) == ["applied"]
    mate = {"2026-03-02": ["1", "0"]}
    again = cross_check(cast, cast.workers[1], entity_id=name, shown=mate)
    assert said(await send(cast.foreman, again)) == ["cross_check_known"]


async def test_a_clock_that_ran_ahead_is_told_and_changes_nothing(cast: Cast) -> None:
    ahead = cross_check(cast, signed_at="2031-01-01T00:00:00Z")
    assert said(await send(cast.foreman, ahead)) == ["applied"]
    (row,) = rows(cast)
    assert (row["at"], row["clock_doubtful"]) == (NOW, True)


async def test_work_of_before_access_was_withdrawn_waits_for_the_office(cast: Cast) -> None:
    query(
        cast.url,
        "UPDATE membership SET withdrawn_at = now() WHERE organisation = $1 AND member = $2",
        cast.organisation,
        cast.members["foreman"],
    )
    gone = cast.actor("foreman")
    sent = cross_check(cast, claims={"2026-03-03": claim("1")})
    (receipt,) = await send(gone, sent)
    assert (str(receipt.result), rows(cast)) == ("quarantined", [])
    # The office books it for him: it is the worker's word all the same, taken by that foreman.
    receipt = await take_up(cast.office, sent["id"])
    assert str(receipt.result) == "applied"
    (row,) = rows(cast)
    assert (row["taken_by"], row["outcome"]) == (cast.members["foreman"], "disputed")
    (waiting,) = (await disputes_waiting(cast.supervisor, cast.site)).rows
    assert waiting.dispute.work_day == SECOND
    assert await faults(cast) == []


async def test_who_was_entered_twice_is_one_worker_with_one_dispute(cast: Cast) -> None:
    kept, twin = cast.workers[1], cast.workers[0]
    query(cast.url, "UPDATE worker SET merged_into = $2 WHERE id = $1", twin, kept)
    # The phone has not heard of it: it speaks of the record that is gone.
    shown = {"2026-03-02": ["2", "2"], "2026-03-03": ["0.5", "0"]}
    claims = {"2026-03-03": claim("1")}
    sent = cross_check(cast, twin, shown=shown, claims=claims)
    assert said(await send(cast.foreman, sent)) == ["applied"]
    (row,) = rows(cast)
    assert row["worker"] == kept
    (waiting,) = (await disputes_waiting(cast.supervisor, cast.site)).rows
    assert (waiting.dispute.worker, len(waiting.sheets)) == (kept, 1)
    assert await standing(cast, 1) is Standing.DISPUTED
    told = query(cast.url, "SELECT member FROM message WHERE organisation = $1", cast.organisation)
    assert cast.members["foreman"] in {one["member"] for one in told}


async def test_what_was_said_of_a_record_merged_later_is_kept_with_the_one_that_stays(
    cast: Cast,
) -> None:
    kept, twin = cast.workers[1], cast.workers[0]
    await send(cast.foreman, cross_check(cast, twin, claims={"2026-03-03": claim("1")}))
    query(cast.url, "UPDATE worker SET merged_into = $2 WHERE id = $1", twin, kept)
    query(cast.url, "DELETE FROM roster WHERE worker = $1", twin)
    query(cast.url, "UPDATE roster SET crew = $2 WHERE worker = $1", kept, cast.other_crew)
    (waiting,) = (await disputes_waiting(cast.supervisor, cast.site)).rows
    assert (waiting.dispute.worker, waiting.dispute.worker_name) == (kept, "worker 2")
    assert len(waiting.sheets) == 1
    query(cast.url, "DELETE FROM message WHERE organisation = $1", cast.organisation)
    await answer(cast.supervisor, waiting.dispute.id, "agreed", "He is right", NOW)
    told = "SELECT member, link FROM message WHERE organisation = $1"
    links = {one["member"]: one["link"] for one in query(cast.url, told, cast.organisation)}
    # Both who led him that day under the other record, and who leads him now.
    assert set(links) == {cast.members["foreman"], cast.members["other_foreman"]}
    assert f"crew={cast.crew}" in links[cast.members["foreman"]]
    assert await standing(cast, 1) is Standing.ANSWERED
