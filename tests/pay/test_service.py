"""Rates and pay items on the real database: booked once, taken back, closed months."""

from datetime import date
from decimal import Decimal

from daywork.approvals.service import approve
from daywork.ground.ids import new_id
from daywork.ground.terms import RateUnit, Role
from daywork.labour.prices import OvertimeWay
from daywork.pay import piecework, rates, service
from daywork.pay.rules import Basis, ItemKind, ShareBy
from daywork.people.actor import Actor
from daywork.sites.rules import RateScope, Whose
from tests.money.test_payments import close
from tests.pay.story import MARCH, NOW, a_price, a_run, agreed, earned, meals, piece
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.months import march, sheet_sent, work_on
from tests.support.phone_words import line
from tests.support.refusals import refused

# Rates


async def test_approved_lines_keep_the_rate_they_were_approved_with(cast: Cast) -> None:
    first = cast.workers[0]
    await sheet_sent(cast, march(2), [line(first)])
    later = await sheet_sent(cast, march(3), [line(first)], state="submitted")
    await agreed(cast, "worker", first, "380", march(1))
    await rates.choose_overtime(cast.office, cast.site, OvertimeWay.STATUTE, march(1), "")
    assert await earned(cast) == 300
    await approve(cast.owner, later, 1)
    assert await earned(cast) == 300 + 380


async def test_a_rate_of_every_kind_is_kept_with_its_history(cast: Cast) -> None:
    await agreed(cast, "site", cast.site, "250", march(1))
    await agreed(cast, "crew", cast.crew, "31.50", march(1), unit=RateUnit.HOUR)
    await agreed(cast, "worker", cast.workers[0], "8700", march(1), unit=RateUnit.MONTH, note="n")
    await agreed(cast, "worker", cast.workers[0], "9000", march(10), unit=RateUnit.MONTH)
    await agreed(cast, "task", cast.task, "46.50", march(1), unit=RateUnit.QUANTITY)
    found = await rates.rates_of_site(cast.office, cast.site, MARCH, NOW)
    every = [*found.own.rows, *found.rates]
    told = {(one.scope, one.unit, one.amount, one.valid_from, one.valid_to) for one in every}
    assert told >= {
        ("site", "man_day", 250, march(1), None),
        ("crew", "hour", Decimal("31.50"), march(1), None),
        ("worker", "month", 8700, march(1), march(9)),
        ("worker", "month", 9000, march(10), None),
        ("task", "quantity", Decimal("46.50"), march(1), None),
        ("trade", "man_day", 300, date(2026, 1, 1), None),
    }
    (ended,) = [one for one in every if one.amount == 8700]
    assert (ended.created_by, ended.ended_by, ended.note) == ("office", "office", "n")


async def test_a_rate_for_some_days_gives_way_to_the_one_before(cast: Cast) -> None:
    first = cast.workers[0]
    await agreed(cast, "worker", first, "320", march(1), note="as agreed")
    await agreed(cast, "worker", first, "400", march(10), valid_to=march(12))
    for day in (9, 10, 12, 13):
        await sheet_sent(cast, march(day), [line(first)])
    assert await earned(cast) == 320 + 400 + 400 + 320
    found = await rates.rates_of_site(cast.office, cast.site, MARCH, NOW)
    assert [(one.amount, one.valid_from, one.valid_to, one.note) for one in found.own.rows] == [
        (320, march(13), None, "as agreed"),
        (400, march(10), march(12), ""),
        (320, march(1), march(9), "as agreed"),
    ]


async def test_a_trades_rate_says_whom_it_touches_and_who_keeps_a_nearer_one(cast: Cast) -> None:
    await agreed(cast, "worker", cast.workers[0], "380", march(1))
    trade = Whose(RateScope.TRADE, cast.carpenter)
    reached = await rates.reach_of(cast.owner, cast.site, trade, march(10))
    assert [(one.name, one.workers, one.keeping) for one in reached] == [
        ("Block A", 4, 1),
        ("Bridge", 1, 0),
    ]
    query(cast.url, "UPDATE roster SET left_on = '2026-03-09' WHERE site = $1", cast.far_site)
    reached = await rates.reach_of(cast.office, cast.site, trade, march(10))
    assert [one.name for one in reached] == ["Block A"]


async def test_a_rate_that_counts_on_anothers_site_is_refused(cast: Cast) -> None:
    work_on(cast, cast.far_site, cast.far_crew, cast.workers[:1])
    trade, both = ("trade", cast.carpenter), ("worker", cast.workers[0])
    for scope, whose in (trade, both):
        doing = agreed(cast, scope, whose, "1", march(1))
        assert await refused(doing) == "rate_elsewhere"
        doing = rates.reach_of(cast.office, cast.site, Whose(RateScope(scope), whose), march(1))
        assert await refused(doing) == "rate_elsewhere"
    assert (
        value(cast.url, "SELECT count(*) FROM rate WHERE organisation = $1", cast.organisation) == 1
    )
    on_both = cast.actor("office", (cast.site, Role.OFFICE), (cast.far_site, Role.OFFICE))
    for scope, whose in (trade, both):
        await agreed(cast, scope, whose, "320", march(1), on_both)
    await agreed(cast, "worker", cast.workers[1], "320", march(1))


async def test_where_else_rates_count_is_asked_of_all_workers_as_of_each(cast: Cast) -> None:
    first, second, third, _fourth = cast.workers
    work_on(cast, cast.far_site, cast.far_crew, [first, second])
    left = "UPDATE roster SET left_on = '2026-03-09' WHERE site = $1 AND worker = $2"
    query(cast.url, left, cast.far_site, second)
    asked = (cast.owner, cast.site, [first, second, third, cast.far_worker])
    for day in (march(9), march(10)):
        one_by_one = {}
        for worker in asked[2]:
            reached = await rates.reach_of(*asked[:2], Whose(RateScope.WORKER, worker), day)
            if others := [one.name for one in reached if one.id != cast.site]:
                one_by_one[worker] = others
        assert await rates.also_elsewhere(*asked, day) == one_by_one
        assert (second in one_by_one) is (day == march(9))
    doing = rates.also_elsewhere(cast.office, cast.site, [third, first], march(1))
    assert await refused(doing) == "rate_elsewhere"


async def test_missing_rates_are_filled_in_for_several_at_once(cast: Cast) -> None:
    query(cast.url, "DELETE FROM rate WHERE organisation = $1", cast.organisation)
    first, second, third, _fourth = cast.workers
    await sheet_sent(cast, march(2), [line(first), line(second), line(third, "0.5")])
    found = await rates.rates_of_site(cast.office, cast.site, MARCH, NOW)
    assert sorted(one.name for one in found.missing) == ["worker 1", "worker 2", "worker 3"]
    fill = {"unit": "man_day", "amount": Decimal(310), "overtime_hour": None, "note": ""}
    doing = rates.fill_in(cast.office, cast.site, MARCH, [], NOW, **fill, valid_from=march(1))
    assert await refused(doing) == "nobody_chosen"
    doing = rates.fill_in(
        cast.office, cast.site, MARCH, [first, cast.far_worker], NOW, **fill, valid_from=march(1)
    )
    assert await refused(doing) == "not_found"
    assert await earned(cast) == 0
    priced = await rates.fill_in(
        cast.office, cast.site, MARCH, [first, third], NOW, **fill, valid_from=march(1)
    )
    assert (priced, await earned(cast)) == (2, 310 + 155)
    found = await rates.rates_of_site(cast.office, cast.site, MARCH, NOW)
    assert [one.name for one in found.missing] == ["worker 2"]


async def test_a_missing_rate_agreed_for_the_crew_leaves_other_sites_alone(cast: Cast) -> None:
    query(cast.url, "DELETE FROM rate WHERE organisation = $1", cast.organisation)
    first, second, *_others = cast.workers
    await sheet_sent(cast, march(2), [line(first), line(second)])
    fill = {"unit": "man_day", "amount": Decimal(310), "overtime_hour": None, "note": ""}
    priced = await rates.fill_in(
        cast.office, cast.site, MARCH, [first], NOW, **fill, valid_from=march(1), of_crews=True
    )
    # The crew's rate prices everybody of the crew, and is no worker's own.
    assert (priced, await earned(cast)) == (2, 620)
    kept = query(
        cast.url, "SELECT crew, worker FROM rate WHERE organisation = $1", cast.organisation
    )
    assert [tuple(one) for one in kept] == [(cast.crew, None)]


async def test_overtime_goes_by_the_way_that_holds_on_the_day(cast: Cast) -> None:
    first = cast.workers[0]
    doing = rates.choose_overtime(cast.office, cast.site, "agreement", march(1), "")
    assert await refused(doing) == "overtime_as_it_is"
    await rates.choose_overtime(cast.office, cast.site, OvertimeWay.STATUTE, march(10), "contract")
    await sheet_sent(cast, march(9), [line(first, "1", overtime_hours="2")])
    assert await earned(cast) == 300 + 2 * 300 / 6
    await sheet_sent(cast, march(11), [line(first, "1", overtime_hours="2")])
    assert await earned(cast) == 400 + 300 + Decimal("2") * Decimal("37.50") * Decimal("1.5")
    _site, told = await rates.overtime_of_site(cast.office, cast.site)
    assert [(one.way, one.valid_from, one.made_by) for one in told] == [
        ("statute", march(10), "office")
    ]


# Pay items


async def test_a_crews_meals_count_the_days_at_work_and_are_booked_once(cast: Cast) -> None:
    first, second, *_rest = cast.workers
    await sheet_sent(cast, march(2), [line(first), line(second)])
    await sheet_sent(cast, march(3), [line(first, "0.5")])
    await sheet_sent(cast, march(4), [line(second)], state="submitted")
    form = await service.propose(cast.office, cast.site, meals(cast), NOW)
    assert [(one.of.name, one.amount) for one in form.proposed] == [
        ("worker 1", 30),
        ("worker 2", 15),
    ]
    batch = new_id()
    for _click in range(2):
        assert await service.book(cast.office, cast.site, batch, meals(cast)) == 2
    assert await earned(cast) == 2 * 300 + 150 + 45


async def test_taking_back_wants_a_reason_and_leaves_the_item_on_record(cast: Cast) -> None:
    batch = new_id()
    fixed = meals(cast, basis=Basis.FIXED, kind=ItemKind.DEDUCTION)
    await service.book(cast.office, cast.site, batch, fixed)
    assert await earned(cast) == -60
    one, other, *_rest = (await service.booked(cast.office, cast.site, MARCH, NOW)).items
    doing = service.take_back(cast.office, one.id, "  ")
    assert await refused(doing) == "pay_void_reason_missing"
    await service.take_back(cast.office, one.id, "typed twice")
    assert await refused(service.take_back(cast.office, one.id, "again")) == "voided_already"
    assert await earned(cast) == -45
    await service.take_back(cast.office, other.id, "all wrong", together=True)
    assert await earned(cast) == 0
    found = (await service.booked(cast.office, cast.site, MARCH, NOW)).items
    assert sorted(one.void_reason for one in found) == ["all wrong"] * 3 + ["typed twice"]


async def test_a_closed_month_takes_nothing_and_gives_nothing_back(cast: Cast) -> None:
    query(cast.url, "DELETE FROM rate WHERE organisation = $1", cast.organisation)
    await sheet_sent(cast, march(2), [line(cast.workers[0])])
    fixed = meals(cast, basis=Basis.FIXED)
    await service.book(cast.office, cast.site, new_id(), fixed)
    run = await a_run(cast)
    close(cast, march(1))
    item = (await service.booked(cast.office, cast.site, MARCH, NOW)).items[-1]
    fill = {"unit": "man_day", "amount": Decimal(310), "overtime_hour": None, "note": ""}
    for doing in (
        service.propose(cast.office, cast.site, fixed, NOW),
        service.book(cast.office, cast.site, new_id(), fixed),
        service.take_back(cast.office, item.id, "why not"),
        piecework.preview(cast.office, cast.site, piece(cast)),
        piecework.share_out(cast.office, cast.site, new_id(), piece(cast)),
        piecework.take_back_run(cast.office, run, "why not"),
        rates.fill_in(
            cast.office, cast.site, MARCH, cast.workers[:1], NOW, **fill, valid_from=march(1)
        ),
    ):
        assert await refused(doing) == "month_closed"
    assert not (await service.item_for(cast.office, item.id)).may_take_back
    assert not (await piecework.run_for(cast.office, run)).may_take_back
    assert await earned(cast) == 60 + 465


# Two records of one worker


async def test_a_worker_entered_twice_and_merged_is_paid_as_one(cast: Cast) -> None:
    kept, old, *_rest = cast.workers
    await a_price(cast)
    await sheet_sent(cast, march(2), [line(kept)], task=cast.task)
    await sheet_sent(cast, march(3), [line(old)], task=cast.task)
    query(cast.url, "UPDATE worker SET merged_into = $2 WHERE id = $1", old, kept)
    form = await service.propose(cast.office, cast.site, meals(cast), NOW)
    assert [(one.of.worker, one.amount) for one in form.proposed] == [(kept, 30)]
    by_days = piece(cast, share_by=ShareBy.MAN_DAYS, given={})
    found = await piecework.preview(cast.office, cast.site, by_days)
    assert [(one.of.worker, one.weight) for one in found.shares] == [(kept, 2)]
    await service.book(cast.office, cast.site, new_id(), meals(cast))
    told = await service.how_it_came_about(cast.office, cast.site, MARCH, kept, NOW)
    assert [one.work_day for one in told.lines] == [march(2), march(3)]
    assert told.total.earned == sum(one.amount for one in told.items) == 30


# Who must not


async def test_pay_is_nothing_to_who_may_not_see_it(cast: Cast, stranger: Actor) -> None:
    run = await a_run(cast)
    item = (await piecework.run_for(cast.office, run)).items[0].id
    fill = {"unit": "man_day", "amount": Decimal(1), "overtime_hour": None, "note": ""}
    people = {
        "not_allowed": (cast.foreman, cast.supervisor),
        "not_found": (stranger, cast.far_supervisor),
    }
    for code, actors in people.items():
        for actor in actors:
            for doing in (
                rates.rates_of_site(actor, cast.site, MARCH, NOW),
                rates.overtime_of_site(actor, cast.site),
                rates.choose_overtime(actor, cast.site, OvertimeWay.STATUTE, march(1), ""),
                rates.reach_of(actor, cast.site, Whose(RateScope.SITE, cast.site), march(1)),
                agreed(cast, "site", cast.site, "1", march(1), actor),
                rates.fill_in(
                    actor, cast.site, MARCH, cast.workers[:1], NOW, **fill, valid_from=march(1)
                ),
                service.booked(actor, cast.site, MARCH, NOW),
                service.form_for(actor, cast.site, MARCH, NOW),
                service.propose(actor, cast.site, meals(cast), NOW),
                service.book(actor, cast.site, new_id(), meals(cast)),
                service.item_for(actor, item),
                service.take_back(actor, item, "mine"),
                service.how_it_came_about(actor, cast.site, MARCH, cast.workers[0], NOW),
                piecework.pieces_of(actor, cast.site, MARCH, NOW),
                piecework.piece_of(actor, cast.site, MARCH, cast.task, NOW),
                piecework.preview(actor, cast.site, piece(cast)),
                piecework.crew_on_piece(actor, cast.site, piece(cast)),
                piecework.share_out(actor, cast.site, new_id(), piece(cast)),
                piecework.run_for(actor, run),
                piecework.take_back_run(actor, run, "mine"),
            ):
                assert await refused(doing) == code, (actor.name, doing)
    assert await earned(cast) == 465
