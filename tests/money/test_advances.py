"""Advances from the phone: recorded once, doubted in words, taken off only when approved."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from daywork.approvals import words
from daywork.approvals.automatic import approve_automatically
from daywork.approvals.opened import open_record
from daywork.approvals.service import approve, reopen, send_back
from daywork.approvals.undoing import take_back
from daywork.approvals.waiting import Card
from daywork.evidence.service import check
from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.ground.problems import Problem
from daywork.letters.rules import Mending
from daywork.letters.service import letter_for, take_up
from daywork.letters.words import facts_of
from daywork.money.rules import AdvancePayload, Beyond, Limit, Standing, beyond, check_advance
from daywork.money.service import agree_on_limit
from daywork.people.actor import Actor
from daywork.push.service import inbox
from daywork.push.words import said as worded
from daywork.sites.queries import site_by_id
from daywork.summary.owed import months_owed
from daywork.sync.feed import pull
from daywork.web.language import speaking
from tests.approvals.test_deciding import state
from tests.support.cast import DAY, Cast
from tests.support.database import query, value
from tests.support.months import sheet_sent
from tests.support.phone_words import line, mutation, said, send
from tests.support.queues import checked
from tests.support.refusals import refused

NOW = datetime.now(UTC)


def advance(
    cast: Cast, amount: str = "500", worker: UUID | None = None, **other: Any
) -> dict[str, Any]:
    """An advance as the foreman's phone sends it."""
    fields = {
        "site": cast.site,
        "work_day": DAY,
        "crew": cast.crew,
        "worker": worker or cast.workers[0],
        "amount": amount,
        "handed": "cash",
        "note": "",
    }
    top = {name: other.pop(name) for name in ("entity_id", "base_version") if name in other}
    return mutation("labour.advance", fields | other, **top)


def of_company(cast: Cast, statement: str) -> list[Any]:
    """Rows of this company alone: the database is shared."""
    return query(cast.url, f"{statement} WHERE organisation = $1", cast.organisation)


async def lent(cast: Cast, *advances: dict[str, Any]) -> list[UUID]:
    """Sent by the foreman; their entries."""
    assert set(said(await send(cast.foreman, *advances))) == {"applied"}
    return [UUID(str(one["entity_id"])) for one in advances]


async def owed(cast: Cast) -> Decimal:
    """What worker 1 has outstanding on the site, of all months."""
    async with company_transaction(cast.organisation):
        months = await months_owed(cast.organisation, [cast.site], workers=cast.workers[:1])
    return sum((one.outstanding for one in months), Decimal(0))


async def card_of(actor: Actor, cast: Cast, entry: UUID) -> Card:
    async with company_transaction(actor.organisation):
        site = await site_by_id(cast.organisation, cast.site)
        assert site is not None
        found = await checked(actor, site)
    return next(card for card in [*found.doubtful, *found.clean] if card.record.id == entry)


async def doubts(cast: Cast, entry: UUID) -> list[str]:
    card = await card_of(cast.supervisor, cast, entry)
    with speaking("en"):
        return [words.doubt_words(one) for one in card.doubts]


async def limit(cast: Cast, monthly: str | None = None, percent: int | None = None) -> None:
    async with company_transaction(cast.organisation):
        agreed = Limit(Decimal(monthly) if monthly else None, percent)
        await agree_on_limit(cast.owner, cast.site, agreed)


async def earned(cast: Cast, days: int = 4) -> None:
    """Worker 1 has so many approved days at 300."""
    for day in range(1, days + 1):
        await sheet_sent(cast, date(2026, 3, day), [line(cast.workers[0])])


async def test_it_is_taken_off_when_it_is_approved_and_not_before(cast: Cast) -> None:
    await earned(cast)
    (entry,) = await lent(cast, advance(cast, handed="transfer", note="school fees"))
    row = of_company(cast, "SELECT amount, handed, note, state FROM advance")[0]
    assert tuple(row) == (Decimal(500), "transfer", "school fees", "submitted")
    assert await owed(cast) == 1200
    await approve(cast.supervisor, entry, 1, at=NOW)
    assert await owed(cast) == 700
    await take_back(cast.supervisor, [(entry, 1)], at=NOW + timedelta(seconds=5))
    assert await owed(cast) == 1200
    await approve(cast.supervisor, entry, 1)
    await reopen(cast.supervisor, entry, 1, "approved by mistake")
    assert await owed(cast) == 1200


async def test_sent_twice_it_is_one_advance(cast: Cast) -> None:
    one = advance(cast)
    assert said(await send(cast.foreman, one)) == ["applied"]
    assert said(await send(cast.foreman, one)) == ["already_applied"]
    assert len(of_company(cast, "SELECT FROM advance")) == 1


async def test_what_is_no_advance_is_refused_and_says_what_would_mend_it(
    cast: Cast, stranger: Actor
) -> None:
    for amount in ("0", "-5", "0.001", "1000000.01", "NaN"):
        assert said(await send(cast.foreman, advance(cast, amount))) == ["advance_range"], amount
    far = advance(cast, worker=cast.far_worker)
    assert said(await send(cast.foreman, far)) == ["advance_worker_unknown"]
    assert said(await send(cast.foreman, advance(cast, crew=cast.far_crew))) == ["crew_unknown"]
    assert said(await send(cast.far_supervisor, advance(cast))) == ["not_your_site"]
    assert said(await send(stranger, advance(cast))) == ["not_your_site"]
    assert of_company(cast, "SELECT FROM advance") == []


async def test_a_foreman_lends_out_of_his_own_crew_only(cast: Cast) -> None:
    assert said(await send(cast.other_foreman, advance(cast))) == ["crew_not_led"]
    assert of_company(cast, "SELECT result FROM sync_mutation")[0][0] == "quarantined"
    assert said(await send(cast.supervisor, advance(cast))) == ["applied"]


async def test_a_returned_one_is_mended_and_its_versions_are_told_in_words(cast: Cast) -> None:
    one = advance(cast)
    (entry,) = await lent(cast, one)
    await send_back(cast.supervisor, entry, 1, "Check the amount")
    assert state(cast, entry) == ("returned", 1, "Check the amount")
    messages, _counts, _more = await inbox(cast.foreman)
    with speaking("en"):
        told = [worded(m.notice, m.facts) for m in messages if m.kind == "returned"]
    assert told == [
        (
            "Returned: advance of worker 1, Thu 5 Mar",
            "Check the amount – mend the advance and send it again.",
        )
    ]
    again = advance(
        cast, "50", worker=cast.workers[1], entity_id=entry, base_version=1, handed="transfer"
    )
    assert said(await send(cast.foreman, again)) == ["applied"]
    assert state(cast, entry) == ("submitted", 2, None)
    async with company_transaction(cast.organisation):
        opened = await open_record(cast.supervisor, entry)
    changes = next(step.changes for step in opened.history if step.version == 2)
    assert changes is not None
    with speaking("en"):
        assert words.said_of(changes) == [
            "Worker: worker 1 → worker 2",
            "Amount: 500.00 → 50.00",
            "Handed over: Cash → Transfer",
        ]


async def test_a_voided_one_counts_nowhere(cast: Cast) -> None:
    (entry,) = await lent(cast, advance(cast))
    await approve(cast.supervisor, entry, 1)
    void = {"site": cast.site, "reason": "he gave it back"}
    sent = mutation("entry.void", void, entity_id=entry, base_version=1)
    assert said(await send(cast.foreman, sent)) == ["applied"]
    assert await owed(cast) == 0
    assert of_company(cast, "SELECT state FROM advance")[0][0] == "void"


async def test_over_the_limit_is_a_doubt_and_never_a_refusal(cast: Cast) -> None:
    await earned(cast)
    await limit(cast, "800")
    first, second = await lent(
        cast, advance(cast), advance(cast, "300.01", work_day=DAY.replace(day=6))
    )
    over = "¥800.01 this month, over the site’s limit of ¥800.00"
    assert await doubts(cast, first) == [over]
    assert await doubts(cast, second) == [over]
    assert (await card_of(cast.supervisor, cast, first)).serious
    await send_back(cast.supervisor, first, 1, "Check the amount")
    assert await doubts(cast, second) == []
    april = advance(cast, "600", work_day=date(2026, 4, 1))
    await lent(cast, april)
    assert await doubts(cast, UUID(str(april["entity_id"]))) == []  # another month


async def test_a_share_of_what_is_earned_and_not_yet_given_is_a_limit_too(cast: Cast) -> None:
    await earned(cast)
    await limit(cast, percent=50)
    (first,) = await lent(cast, advance(cast, "600"))
    assert await doubts(cast, first) == []
    await approve(cast.supervisor, first, 1)
    (second,) = await lent(cast, advance(cast, "300.01", work_day=DAY.replace(day=6)))
    assert await doubts(cast, second) == ["More than 50 % of what is earned and not yet given"]
    (third,) = await lent(cast, advance(cast, "600", work_day=DAY.replace(day=7)))
    # The second waits and is on its way: 1,200 − 600 − 300.01 is less than 600.
    assert await doubts(cast, third) == ["More than is earned and not yet given"]


async def test_two_on_a_day_and_one_to_who_has_left_are_doubts(cast: Cast) -> None:
    await earned(cast)
    query(cast.url, "UPDATE roster SET left_on = '2026-03-03' WHERE worker = $1", cast.workers[0])
    first, _second = await lent(cast, advance(cast, "100"), advance(cast, "100"))
    assert await doubts(cast, first) == [
        "Had left the site: worker 1 (since Tue 3 Mar)",
        "2 advances on this day",
    ]


async def test_what_was_earned_is_shown_to_who_may_see_pay(cast: Cast) -> None:
    await earned(cast)
    (entry,) = await lent(cast, advance(cast))
    assert not (await card_of(cast.supervisor, cast, entry)).facts.pay_shown  # type: ignore[union-attr]
    facts = (await card_of(cast.owner, cast, entry)).facts
    assert (facts.pay_shown, facts.standing.due, facts.month_with_it) == (True, 1200, 500)  # type: ignore[union-attr]


async def test_money_is_never_lent_by_a_machine(cast: Cast) -> None:
    await earned(cast)
    (entry,) = await lent(cast, advance(cast, "1"))
    query(
        cast.url,
        "INSERT INTO approval_rule (organisation, site, automatic, set_by)"
        " VALUES ($1, $2, true, $3)",
        cast.organisation,
        cast.site,
        cast.members["supervisor"],
    )
    assert await approve_automatically(cast.organisation, NOW + timedelta(hours=1)) == 0
    assert state(cast, entry) == ("submitted", 1, None)


async def test_with_two_steps_the_office_has_the_last_word(cast: Cast) -> None:
    query(
        cast.url,
        "INSERT INTO approval_rule (organisation, site, steps, set_by) VALUES ($1, $2, 2, $3)",
        cast.organisation,
        cast.site,
        cast.members["owner"],
    )
    (entry,) = await lent(cast, advance(cast))
    await approve(cast.supervisor, entry, 1)
    assert await owed(cast) == 0
    await approve(cast.office, entry, 1)
    assert await owed(cast) == -500


async def test_nobody_decides_on_it_who_has_no_right_to(cast: Cast, stranger: Actor) -> None:
    (entry,) = await lent(cast, advance(cast))
    assert await refused(approve(cast.foreman, entry, 1)) == "not_found"
    assert await refused(approve(cast.office, entry, 1)) == "not_allowed"
    assert await refused(approve(cast.far_supervisor, entry, 1)) == "not_found"
    assert await refused(approve(stranger, entry, 1)) == "not_found"


async def test_a_closed_month_takes_no_advance(cast: Cast) -> None:
    query(
        cast.url,
        "INSERT INTO month_closing (organisation, id, site, month, what, reason, member)"
        " VALUES ($1, gen_random_uuid(), $2, '2026-03-01', 'closed', 'paid', $3)",
        cast.organisation,
        cast.site,
        cast.members["office"],
    )
    assert said(await send(cast.foreman, advance(cast))) == ["month_closed"]


async def test_an_advance_changed_in_the_database_is_found(cast: Cast) -> None:
    await lent(cast, advance(cast))
    assert await faults(cast) == []
    of_company(cast, "UPDATE advance SET amount = 900, handed = 'transfer'")
    assert [one.split(": ", 1)[1] for one in await faults(cast)] == [
        "the advance says 900.00, sent were 500.00",
        "the advance says it was handed over by transfer",
    ]


async def faults(cast: Cast) -> list[str]:
    return [fault.what for fault in (await check(cast.organisation)).faults]


async def test_limits_are_agreed_on_by_who_manages_the_site(cast: Cast, stranger: Actor) -> None:
    for actor, slug in (
        (cast.foreman, "not_allowed"),
        (cast.supervisor, "not_allowed"),
        (cast.far_supervisor, "not_found"),
        (stranger, "not_found"),
    ):
        with pytest.raises(Problem) as told:
            async with company_transaction(actor.organisation):
                await agree_on_limit(actor, cast.site, Limit(Decimal(5)))
        assert told.value.kind.slug == slug
    before = value(cast.url, "SELECT max(revision) FROM site_revision WHERE site = $1", cast.site)
    await limit(cast, "2000", 60)
    now = query(cast.url, "SELECT revision FROM feed WHERE subject = 'site' AND id = $1", cast.site)
    assert now[0]["revision"] > before  # phones are told
    told_of = of_company(cast, "SELECT action, detail->>'monthly' FROM audit_event")
    assert tuple(told_of[-1]) == ("advances.limit", "2000")


CASES = json.loads((Path(__file__).parents[1] / "cases" / "advances.json").read_text("utf-8"))


def test_phone_and_server_take_the_same_amounts() -> None:
    for case in CASES["amounts"]:
        if case["taken"] is not None:
            check_advance(payload_of(case["taken"]))


@pytest.mark.parametrize("case", CASES["limits"])
def test_phone_and_server_agree_on_what_is_over_the_limit(case: dict[str, Any]) -> None:
    monthly = None if case["monthly"] is None else Decimal(case["monthly"])
    standing = Standing(lent_this_month=Decimal(case["lent"]), due=Decimal(10**6))
    found = beyond(Decimal(case["amount"]), Limit(monthly), standing)
    assert found == ([Beyond.MONTHLY] if case["over"] else [])


def payload_of(amount: str) -> AdvancePayload:
    some = new_id()
    return AdvancePayload(site=some, work_day=DAY, worker=some, crew=some, amount=Decimal(amount))


async def seen_by(cast: Cast, actor: Actor) -> dict[str, dict[Any, dict[str, Any]]]:
    """What this member's phone pulls of the site, by subject and id."""
    found: dict[str, dict[Any, dict[str, Any]]] = {}
    for row in (await pull(actor, cast.site, None, now=datetime(2026, 3, 5, 12, tzinfo=UTC))).rows:
        if row.d is not None:
            found.setdefault(row.s, {})[row.id] = json.loads(bytes(row.d))
    return found


async def test_a_foremans_phone_holds_his_crews_advances_and_the_limit(cast: Cast) -> None:
    await limit(cast, "800", 50)
    (entry,) = await lent(cast, advance(cast))
    for actor, holds in (
        (cast.foreman, True),
        (cast.supervisor, True),
        (cast.other_foreman, False),
    ):
        seen = await seen_by(cast, actor)
        assert (entry in seen.get("entry", {})) is holds, actor.name
        site = seen["site"][cast.site]
        assert (site["advance_monthly"], site["advance_percent"]) == ("800.00", 50)
    assert "earned" not in str(await seen_by(cast, cast.foreman))


async def test_the_office_books_what_came_from_a_crew_that_changed_hands(cast: Cast) -> None:
    assert said(await send(cast.other_foreman, advance(cast))) == ["crew_not_led"]
    letter = of_company(cast, "SELECT id FROM sync_mutation")[0]["id"]
    async with company_transaction(cast.organisation, snapshot=True):
        found = await letter_for(cast.office, letter)
    with speaking("en"):
        facts = dict(facts_of(found, {cast.workers[0]: "worker 1", cast.crew: "Carpenters"}))
    assert facts["Worker"] == "worker 1"
    assert (facts["Amount"], facts["Handed over"]) == ("500", "Cash")
    who = Mending({"worker": cast.workers[1], "amount": "9"})  # an amount is the author's word
    receipt = await take_up(cast.office, letter, who)
    assert str(receipt.result) == "applied"
    (row,) = of_company(cast, "SELECT worker, amount, state FROM advance")
    assert tuple(row) == (cast.workers[1], Decimal(500), "submitted")
