"""A wage sheet freezes what was worked; later records do not change it, a new version does."""

from decimal import Decimal

import pytest

from daywork.crosscheck.opening import Browser, confirm, dispute, month_of_link
from daywork.crosscheck.rules import Claim
from daywork.crosscheck.service import ask
from daywork.doubles.service import doubles_of_month, resolve
from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.ground.problems import Problem
from daywork.people.actor import Actor
from daywork.summary.queries import advances_of_month, by_worker, month_total
from daywork.summary.rules import Grouping
from daywork.summary.service import month_summary
from daywork.wages import service
from daywork.wages.differences import Change
from daywork.wages.rules import total_of
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.months import advance_given, march, set_rate, sheet_sent
from tests.support.phone_words import line
from tests.wages.story import (
    APRIL,
    MARCH,
    a_month,
    begun,
    by_name,
    closed,
    drafted,
    item,
    looked_at,
)


async def test_a_months_sheets_come_to_what_was_worked_out_by_hand(cast: Cast) -> None:
    await a_month(cast)
    carpenters = by_name(await drafted(cast, await begun(cast, cast.crew)))
    first = carpenters["worker 1"]
    assert (first.days, first.man_days, first.hours) == (3, Decimal("2.5"), Decimal(20))
    assert (first.overtime_workday, first.overtime_rest) == (Decimal(2), Decimal(3))
    assert (first.labour, first.overtime, first.advances) == (750, 250, 200)
    assert first.payable == Decimal(800)
    assert carpenters["worker 2"].payable == Decimal(-150)
    rebar = by_name(await drafted(cast, await begun(cast, cast.other_crew)))
    assert {name: figures.payable for name, figures in rebar.items()} == {
        "worker 1": Decimal(300),
        "worker 3": Decimal(300),
    }


async def test_allowances_and_deductions_stand_apart_and_with_their_names(cast: Cast) -> None:
    await a_month(cast)
    first, second, *_others = cast.workers
    item(cast, first, "allowance", "120.50", note="night work")
    item(cast, first, "deduction", "-20.25", note="lost helmet")
    item(cast, first, "correction", "-0.01")
    item(cast, second, "monthly", "1000")
    item(cast, first, "meal", "15", crew=cast.other_crew)
    sheet = await drafted(cast, await begun(cast, cast.crew))
    told = by_name(sheet)["worker 1"]
    assert (told.allowances, told.deductions) == (Decimal("120.50"), Decimal("20.26"))
    assert told.gross - told.deductions == told.earned == Decimal("1100.24")
    assert by_name(sheet)["worker 2"].monthly == 1000
    (line_,) = [one for one in sheet.lines if one.worker == first]
    assert [(one.kind, one.note) for one in line_.items if one.note] == [
        ("allowance", "night work"),
        ("deduction", "lost helmet"),
    ]
    rebar = by_name(await drafted(cast, await begun(cast, cast.other_crew)))
    assert rebar["worker 1"].allowances == 15


async def test_the_sheets_of_all_crews_add_up_to_the_summary(cast: Cast) -> None:
    await a_month(cast)
    item(cast, cast.workers[0], "deduction", "-33.33")
    item(cast, cast.workers[2], "allowance", "66.67", crew=cast.other_crew)
    sheets = [await drafted(cast, await begun(cast, crew)) for crew in (cast.crew, cast.other_crew)]
    total = total_of(sheet.total for sheet in sheets)
    async with company_transaction(cast.organisation):
        month = await month_total(cast.organisation, [cast.site], MARCH)
        lent = await advances_of_month(cast.organisation, [cast.site], MARCH)
        rows = await by_worker(cast.organisation, [cast.site], MARCH)
    assert (total.earned, total.advances) == (month.earned, lent)
    assert (total.man_days, total.overtime_hours) == (month.man_days, month.overtime_hours)
    found: dict[str, Decimal] = {}
    for sheet in sheets:
        for one in sheet.lines:
            key = str(one.worker)
            found[key] = found.get(key, Decimal(0)) + one.figures.payable
    assert found == {row.key: row.outstanding for row in rows}


async def test_a_closed_version_stays_as_it_was_and_says_what_is_different_now(cast: Cast) -> None:
    await a_month(cast)
    sheet = await closed(cast, cast.crew)
    before = await looked_at(cast, sheet)
    assert before.moved == []
    await sheet_sent(cast, march(20), [line(cast.workers[0])])
    advance_given(cast, cast.workers[3], march(21), "50")
    query(cast.url, "UPDATE worker SET name = 'renamed' WHERE id = $1", cast.workers[1])
    after = await looked_at(cast, sheet)
    assert (after.lines, after.version) == (before.lines, before.version)
    assert [(one.name, one.change) for one in after.moved] == [
        ("worker 1", Change.MOVED),
        ("worker 4", Change.ADDED),
    ]
    assert {name: (was, now) for name, was, now in after.moved[0].moved} == {
        "days": (3, 4),
        "man_days": (Decimal("2.5"), Decimal("3.5")),
        "labour": (750, 1050),
        "payable": (800, 1100),
    }


async def test_a_new_version_takes_the_place_of_the_old_one_with_a_reason(cast: Cast) -> None:
    await a_month(cast)
    sheet = await closed(cast, cast.crew)
    with pytest.raises(Problem, match="wages_nothing_new"):
        await closed(cast, cast.crew, "again")
    await sheet_sent(cast, march(20), [line(cast.workers[0])])
    with pytest.raises(Problem, match="wages_reason_missing"):
        await closed(cast, cast.crew)
    second = await looked_at(cast, await closed(cast, cast.crew, "a day was forgotten"))
    assert (second.version.version, second.version.latest) == (2, True)
    assert [one.version for one in second.others] == [1, 2]
    old = await looked_at(cast, sheet)
    assert not old.version.latest
    assert by_name(old)["worker 1"].payable == 800
    assert by_name(second)["worker 1"].payable == 1100


async def test_what_is_missing_is_told_and_some_of_it_blocks(cast: Cast) -> None:
    await a_month(cast)
    await sheet_sent(cast, march(10), [line(cast.workers[0])], state="submitted")
    await sheet_sent(cast, march(11), [line(cast.workers[1])], state="returned")
    await sheet_sent(
        cast, march(12), [line(cast.workers[2])], crew=cast.other_crew, state="submitted"
    )
    sheet = await drafted(cast, await begun(cast, cast.crew))
    assert [(one.slug, one.blocks, one.n) for one in sheet.missing] == [
        ("sheets_pending", True, 1),
        ("sheets_returned", True, 1),
        ("more_lent_than_earned", False, 1),
        ("identity_missing", False, 2),
        ("bank_missing", False, 2),
        ("phone_missing", False, 2),
        ("month_open", False, 1),
    ]
    assert [who.name for who in sheet.missing[0].who] == ["worker 1"]
    assert str(cast.workers[0]) in sheet.missing[0].who[0].href
    with pytest.raises(Problem, match="wages_not_ready"):
        await closed(cast, cast.crew)


async def test_work_without_a_rate_blocks_the_sheet(cast: Cast) -> None:
    query(cast.url, "DELETE FROM rate WHERE organisation = $1", cast.organisation)
    await sheet_sent(cast, march(2), [line(cast.workers[0])])
    sheet = await drafted(cast, await begun(cast, cast.crew))
    assert sheet.missing[0].slug == "lines_unpriced"
    assert not sheet.ready


async def test_a_day_booked_twice_earns_nothing_and_blocks_both_sheets(cast: Cast) -> None:
    first = cast.workers[0]
    await sheet_sent(cast, march(2), [line(first)])
    await sheet_sent(cast, march(2), [line(first)], crew=cast.other_crew)
    for crew in (cast.crew, cast.other_crew):
        sheet = await drafted(cast, await begun(cast, crew))
        assert ("double_booked", True, 1) in [
            (one.slug, one.blocks, one.n) for one in sheet.missing
        ]
        assert sheet.total.earned == 0
        assert not sheet.ready
    booked = await doubles_of_month(cast.owner, None, "2026-03", APRIL)
    async with company_transaction(cast.organisation):
        (double,) = booked.doubles
        await resolve(cast.owner, double.id, double.mark, None, "night shift")
    summed = await month_summary(cast.owner, None, "2026-03", Grouping.WORKER, APRIL, english=True)
    assert (summed.total.earned, summed.total.held) == (600, 0)
    for crew in (cast.crew, cast.other_crew):
        sheet = await drafted(cast, await begun(cast, crew))
        assert "double_booked" not in [one.slug for one in sheet.missing]
        assert sheet.total.earned == 300


async def test_the_month_has_to_be_over(cast: Cast) -> None:
    await a_month(cast)
    draft = await begun(cast, cast.crew)
    async with company_transaction(cast.organisation):
        sheet = await service.draft_sheet(cast.office, draft, APRIL.replace(month=3, day=31))
    assert [one.slug for one in sheet.missing if one.blocks] == ["month_not_over"]


async def test_what_was_looked_at_is_what_is_closed(cast: Cast) -> None:
    await a_month(cast)
    draft = await begun(cast, cast.crew)
    shown = (await drafted(cast, draft)).fingerprint
    with pytest.raises(Problem, match="wages_warnings_unseen"):
        await closed(cast, cast.crew, seen=False)
    set_rate(
        cast,
        {
            "of": "worker",
            "unit": "man_day",
            "amount": "400",
            "overtime_hour": None,
            "from": "2026-01-01",
            "to": None,
        },
    )
    await sheet_sent(cast, march(20), [line(cast.workers[0])])
    with pytest.raises(Problem, match="wages_figures_moved"):
        await closed(cast, cast.crew, shown=shown)


async def test_a_month_is_paid_crew_by_crew_or_as_a_whole_never_both(cast: Cast) -> None:
    await a_month(cast)
    whole = await drafted(cast, await begun(cast, None))
    assert whole.total.payable == 1250
    with pytest.raises(Problem, match="wages_other_cut"):
        await begun(cast, cast.crew)
    async with company_transaction(cast.organisation):
        await service.give_up(cast.office, whole.draft.id)
    await closed(cast, cast.crew)
    with pytest.raises(Problem, match="wages_other_cut"):
        await begun(cast, None)


async def test_a_lent_workers_advance_is_deducted_once(cast: Cast) -> None:
    await a_month(cast)
    await closed(cast, cast.other_crew)
    query(
        cast.url,
        "UPDATE roster SET crew = $2 WHERE worker = $1",
        cast.workers[0],
        cast.other_crew,
    )
    sheets = [await drafted(cast, await begun(cast, crew)) for crew in (cast.crew, cast.other_crew)]
    assert [by_name(sheet)["worker 1"].advances for sheet in sheets] == [200, 0]


async def test_only_who_may_see_pay_sees_it_and_only_the_office_closes(
    cast: Cast, stranger: Actor
) -> None:
    await a_month(cast)
    sheet = await closed(cast, cast.crew)
    draft = await begun(cast, cast.other_crew)
    for outsider, slug in (
        (cast.foreman, "not_allowed"),
        (cast.supervisor, "not_allowed"),
        (cast.far_supervisor, "not_found"),
    ):
        with pytest.raises(Problem, match=slug):
            await looked_at(cast, sheet, outsider)
        with pytest.raises(Problem, match=slug):
            await begun(cast, cast.crew, outsider)
    async with company_transaction(stranger.organisation):
        for ask in (
            service.closed_sheet(stranger, sheet),
            service.draft_sheet(stranger, draft, APRIL),
            service.give_up(stranger, draft),
        ):
            with pytest.raises(Problem, match=r"not_found|wages_draft_gone"):
                await ask


async def test_closing_leaves_its_line_in_the_audit_trail(cast: Cast) -> None:
    await a_month(cast)
    await closed(cast, cast.crew)
    actions = query(
        cast.url, "SELECT action FROM audit_event WHERE action LIKE 'wages.%' ORDER BY at"
    )
    assert [one[0] for one in actions] == ["wages.begun", "wages.closed"]
    assert value(cast.url, "SELECT count(*) FROM wage_draft") == 0


async def test_who_was_asked_and_has_not_confirmed_is_known_to_be_missing(cast: Cast) -> None:
    await a_month(cast)
    draft = await begun(cast, cast.crew)

    async def told() -> dict[str, int]:
        missing = (await drafted(cast, draft)).missing
        return {
            one.slug: one.n
            for one in missing
            if one.slug in ("not_cross_checked", "days_disputed") and not one.blocks
        }

    assert await told() == {}  # nobody was asked: this site does not cross-check
    query(cast.url, "UPDATE worker SET phone = '+8613800138001' WHERE id = ANY($1)", cast.workers)
    asked = await ask(cast.office, cast.site, "2026-03", APRIL, workers=cast.workers[:2])
    first, second = (one.link for one in asked.made)
    assert await told() == {"not_cross_checked": 2}
    here = Browser("", "")
    shown = (await month_of_link(first, APRIL)).content
    await confirm(first, new_id(), content=shown, name="w", strokes="", browser=here, now=APRIL)
    assert await told() == {"not_cross_checked": 1}
    claim = Claim(march(3), Decimal(2), Decimal(0), "two shifts")
    await dispute(second, new_id(), claim, browser=here, now=APRIL)
    assert await told() == {"days_disputed": 1}


async def test_a_subcontractor_is_the_employer_of_the_crew(cast: Cast) -> None:
    await a_month(cast, advances=False)
    query(
        cast.url,
        "UPDATE crew SET own = false, company = 'Hongda Labour' WHERE id = $1",
        cast.other_crew,
    )
    ours, theirs = [
        (await looked_at(cast, await closed(cast, crew))).version.employer
        for crew in (cast.crew, cast.other_crew)
    ]
    assert theirs == "Hongda Labour"
    assert ours == value(cast.url, "SELECT name FROM organisation WHERE id = $1", cast.organisation)
