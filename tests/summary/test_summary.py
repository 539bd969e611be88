"""The month as the database adds it up: the same by every grouping, and only for who may see it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from daywork.approvals.service import reopen
from daywork.ground.database import company_transaction
from daywork.ground.problems import Problem
from daywork.ground.terms import Role
from daywork.people.actor import Actor
from daywork.summary.behind import figure_of, page_of_sheets
from daywork.summary.origins import Narrowing, narrowed_total, sheets_of
from daywork.summary.rules import Figures, Grouping, Month, total_of
from daywork.summary.service import (
    Summary,
    advances_behind,
    month_summary,
    price_what_waited,
    sheets_behind,
)
from daywork.summary.sums import OF_MONTH, SUMS
from tests.support.cast import Cast
from tests.support.database import query
from tests.support.months import CASES, Facts, advance_given, happen, set_rate, sheet_sent, work_on
from tests.support.phone_words import line, mutation, said, send

NOW = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)


async def month(
    actor: Actor,
    by: Grouping = Grouping.WORKER,
    *,
    site: Any = None,
    named: str = "2026-03",
) -> Summary:
    return await month_summary(actor, site, named, by, NOW, english=True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
async def test_a_month_that_happened_comes_to_the_same_by_every_grouping(
    cast: Cast, case: dict[str, Any]
) -> None:
    await happen(cast, case)
    places = {"all": None, "a": cast.site, "b": cast.far_site}
    for where in case["expect"]:
        for by in Grouping:
            found = await month(cast.owner, by, site=places[where], named=case["month"])
            assert found.total == Facts(case).at(where)
            assert total_of(row.figures for row in found.rows) == found.total


async def a_busy_month(cast: Cast) -> None:
    """Three crews, two sites, four states, a correction, a void, advances."""
    work_on(cast, cast.far_site, cast.far_crew, cast.workers[:1])
    for day in range(2, 8):
        await sheet_sent(
            cast,
            date(2026, 3, day),
            [line(cast.workers[0], "1", overtime_hours="2"), line(cast.workers[1], "0.5")],
            task=cast.task if day % 2 else None,
        )
    await sheet_sent(
        cast, date(2026, 3, 9), [line(cast.workers[2])], crew=cast.other_crew, state="submitted"
    )
    await sheet_sent(cast, date(2026, 3, 10), [line(cast.workers[2])], state="returned")
    await sheet_sent(
        cast,
        date(2026, 3, 11),
        [line(cast.workers[0], "6", unit="hours"), line(cast.far_worker)],
        site=cast.far_site,
        crew=cast.far_crew,
    )
    voided = await sheet_sent(cast, date(2026, 3, 12), [line(cast.workers[3])], state="submitted")
    void = mutation(
        "entry.void",
        {"site": cast.site, "reason": "wrong crew"},
        entity_id=voided,
        base_version=1,
    )
    assert said(await send(cast.owner, void)) == ["applied"]
    advance_given(cast, cast.workers[0], date(2026, 3, 6), "500")
    advance_given(cast, cast.workers[3], date(2026, 3, 6), "200")
    advance_given(cast, cast.workers[1], date(2026, 3, 6), "900", state="submitted")


async def test_every_grouping_adds_up_to_the_same_total(cast: Cast) -> None:
    await a_busy_month(cast)
    for site in (None, cast.site, cast.far_site):
        totals = [(await month(cast.owner, by, site=site)).total for by in Grouping]
        sums = [
            total_of(row.figures for row in (await month(cast.owner, by, site=site)).rows)
            for by in Grouping
        ]
        assert totals == sums == [totals[0]] * len(Grouping)
    everywhere = (await month(cast.owner)).total
    each = [(await month(cast.owner, site=site)).total for site in (cast.site, cast.far_site)]
    assert everywhere == each[0] + each[1]


async def test_a_voided_sheet_and_an_old_version_count_nowhere(cast: Cast) -> None:
    entry = await sheet_sent(cast, date(2026, 3, 3), [line(cast.workers[0])], state="submitted")
    corrected = {
        "site": cast.site,
        "work_day": date(2026, 3, 3),
        "crew": cast.crew,
        "lines": [line(cast.workers[0], "0.5")],
        "reason": "left at noon",
    }
    sent = mutation("labour.sheet", corrected, entity_id=entry, base_version=1)
    assert said(await send(cast.owner, sent)) == ["applied"]
    assert (await month(cast.owner)).total == Figures(pending_man_days=Decimal("0.500"))


async def test_a_reopened_sheet_earns_nothing_until_it_is_approved_again(cast: Cast) -> None:
    entry = await sheet_sent(cast, date(2026, 3, 3), [line(cast.workers[0])])
    assert (await month(cast.owner)).total.earned == Decimal("300.00")
    await reopen(cast.owner, entry, 1, "wrong day")
    total = (await month(cast.owner)).total
    assert (total.earned, total.pending_man_days) == (Decimal(0), Decimal("1.000"))


async def test_advances_of_the_month_are_taken_off_worker_by_worker(cast: Cast) -> None:
    await a_busy_month(cast)
    found = await month(cast.office, site=cast.site)
    rows = {row.name: row for row in found.rows}
    earned = rows["worker 1"].figures.earned
    assert earned is not None
    assert rows["worker 1"].advances == Decimal(500)
    assert rows["worker 1"].outstanding == earned - 500
    assert rows["worker 4"].outstanding == Decimal(-200)  # lent, but did not work
    assert rows["worker 2"].advances == 0  # not approved yet
    assert found.advances == sum(row.advances or 0 for row in found.rows) == Decimal(700)


async def test_a_worker_on_two_sites_is_one_row_with_both_crews(cast: Cast) -> None:
    await a_busy_month(cast)
    row = next(row for row in (await month(cast.owner)).rows if row.name == "worker 1")
    assert row.crew == "Bridge gang、Carpenters"
    assert row.figures.man_days == Decimal("6.667")


async def test_the_divisors_in_use_are_told_even_after_the_site_changed_its_day(
    cast: Cast,
) -> None:
    await sheet_sent(cast, date(2026, 3, 3), [line(cast.workers[0], "8", unit="hours")])
    query(cast.url, "UPDATE site SET hours_per_day = 9 WHERE id = $1", cast.site)
    await sheet_sent(cast, date(2026, 3, 4), [line(cast.workers[0], "9", unit="hours")])
    found = await month(cast.office, site=cast.site)
    assert found.divisors[0][1] == [Decimal(8), Decimal(9)]
    assert found.total.man_days == Decimal(2)


async def test_figures_open_exactly_the_sheets_they_are_made_of(cast: Cast) -> None:
    await a_busy_month(cast)
    keys = {
        Grouping.WORKER: "worker",
        Grouping.CREW: "crew",
        Grouping.TRADE: "trade",
        Grouping.TASK: "task",
        Grouping.COST_CODE: "cost_code",
        Grouping.DAY: "day",
    }
    nothing: dict[Grouping, dict[str, Any]] = {
        Grouping.TASK: {"without_task": True},
        Grouping.TRADE: {"without_trade": True},
        Grouping.COST_CODE: {"cost_code": ""},
    }
    query(
        cast.url,
        "UPDATE task SET cost_code = '01.1 模板' WHERE organisation = $1 AND id = $2",
        cast.organisation,
        cast.task,
    )
    for by in Grouping:
        for row in (await month(cast.owner, by)).rows:
            asked: dict[str, Any] = {} if by is Grouping.SITE else {keys[by]: row.key}
            if row.key == "none":
                asked = nothing[by]
            elif by is Grouping.DAY:
                asked = {"day": row.day}
            site = UUID(row.key) if by is Grouping.SITE else None
            found = await sheets_behind(
                cast.owner, site, "2026-03", Narrowing(**asked), 1, NOW, english=True
            )
            assert found.total == row.figures
            assert total_of(one.figures for one in found.sheets) == row.figures


async def test_the_short_ways_to_a_figure_and_its_sheets_lead_where_the_long_one_does(
    cast: Cast,
) -> None:
    await a_busy_month(cast)
    march = Month(date(2026, 3, 1), date(2026, 3, 31))
    where = (cast.organisation, [cast.site, cast.far_site], march)
    ways: list[dict[str, Any]] = [
        {},
        {"trade": cast.carpenter},
        {"without_trade": True},
        {"cost_code": ""},
        {"cost_code": "nowhere"},
        {"crew": cast.crew},
        {"task": cast.task},
        {"worker": cast.workers[0]},
        {"overtime": True},
    ]
    async with company_transaction(cast.organisation, snapshot=True):
        for way in ways:
            for state in (None, "approved", "submitted", "returned"):
                to = Narrowing(**way, state=state)
                assert await figure_of(*where, to) == await narrowed_total(*where, to), to
                whole = await sheets_of(*where, to, limit=1000)
                cut = []
                for offset in range(0, len(whole) + 3, 3):
                    cut += await page_of_sheets(*where, to, limit=3, offset=offset)
                assert cut == whole, to
                assert state or way == {"cost_code": "nowhere"} or way.get("without_trade") or whole


# Rates that are missing


async def test_lines_without_a_rate_are_listed_and_priced_when_the_rate_is_there(
    cast: Cast,
) -> None:
    query(cast.url, "UPDATE rate SET valid_from = '2026-03-05'")
    for day in (3, 4, 5):
        await sheet_sent(cast, date(2026, 3, day), [line(cast.workers[0], overtime_hours="1")])
    found = await month(cast.office, site=cast.site)
    (missing,) = found.missing
    assert (missing.name, missing.lines, missing.man_days) == ("worker 1", 2, Decimal(2))
    assert (missing.first, missing.last) == (date(2026, 3, 3), date(2026, 3, 4))
    assert missing.fillable == 0
    assert found.total.unpriced == 2
    assert await price_what_waited(cast.office, cast.site, "2026-03", NOW) == 0

    early = {"of": "worker", "unit": "man_day", "amount": "240", "overtime_hour": "50"}
    set_rate(cast, early | {"from": "2026-03-01", "to": "2026-03-04"})
    (missing,) = (await month(cast.office, site=cast.site)).missing
    assert missing.fillable == 2
    before = (await month(cast.office, site=cast.site)).total.earned
    assert await price_what_waited(cast.office, cast.site, "2026-03", NOW) == 2
    after = (await month(cast.office, site=cast.site)).total
    assert (before, after.earned, after.unpriced) == (Decimal("350.00"), Decimal("930.00"), 0)
    assert await price_what_waited(cast.office, cast.site, "2026-03", NOW) == 0


async def test_pricing_what_waited_leaves_fixed_rates_alone(cast: Cast) -> None:
    await sheet_sent(cast, date(2026, 3, 3), [line(cast.workers[0])])
    dearer = {"of": "worker", "unit": "man_day", "amount": "999", "overtime_hour": None}
    set_rate(cast, dearer | {"from": "2026-01-01", "to": None})
    await price_what_waited(cast.office, cast.site, "2026-03", NOW)
    assert (await month(cast.office, site=cast.site)).total.earned == Decimal("300.00")


# Who must not see it


async def test_a_foreman_sees_no_summary_and_no_pay(cast: Cast) -> None:
    await a_busy_month(cast)
    for site in (None, cast.site):
        with pytest.raises(Problem, match="not_allowed"):
            await month(cast.foreman, site=site)
    with pytest.raises(Problem, match="not_found"):
        await month(cast.foreman, site=cast.far_site)


async def test_a_supervisor_sees_the_work_and_no_money_anywhere(cast: Cast) -> None:
    await a_busy_month(cast)
    query(cast.url, "DELETE FROM rate")
    found = await month(cast.supervisor)
    assert found.total.man_days == Decimal("9.000")
    assert found.total.earned is None
    assert found.advances is None
    assert found.missing == []
    assert all(row.figures.earned is None and row.advances is None for row in found.rows)
    assert not any(row.name == "worker 4" for row in found.rows if row.figures.man_days)
    opened = await sheets_behind(
        cast.supervisor, None, "2026-03", Narrowing(), 1, NOW, english=True
    )
    assert opened.total.earned is None
    assert all(one.figures.earned is None for one in opened.sheets)
    with pytest.raises(Problem, match="not_allowed"):
        await advances_behind(cast.supervisor, cast.site, "2026-03", None, NOW)
    with pytest.raises(Problem, match="not_allowed"):
        await price_what_waited(cast.supervisor, cast.site, "2026-03", NOW)


async def test_the_office_of_one_site_does_not_see_the_other(cast: Cast) -> None:
    await a_busy_month(cast)
    with pytest.raises(Problem, match="not_found"):
        await month(cast.office, site=cast.far_site)
    found = await month(cast.office)
    assert found.view.ids == [cast.site]
    assert "Bridge gang" not in {row.name for row in (await month(cast.office, Grouping.CREW)).rows}
    behind = await sheets_behind(
        cast.office, None, "2026-03", Narrowing(worker=cast.far_worker), 1, NOW, english=True
    )
    assert (behind.sheets, behind.names) == ([], [])


async def test_where_pay_may_be_seen_on_one_site_only_all_sites_together_show_none(
    cast: Cast,
) -> None:
    await a_busy_month(cast)
    both = cast.actor("office", (cast.site, Role.OFFICE), (cast.far_site, Role.SUPERVISOR))
    together = await month(both)
    assert (together.view.pay, together.view.pay_elsewhere) == (False, True)
    assert together.total.earned is None
    assert (await month(both, site=cast.site)).total.earned is not None
    assert (await month(both, site=cast.far_site)).total.earned is None


async def test_another_company_sees_nothing_of_it(cast: Cast, stranger: Actor) -> None:
    await a_busy_month(cast)
    with pytest.raises(Problem, match="not_found"):
        await month(stranger, site=cast.site)
    for by in Grouping:
        found = await month(stranger, by)
        assert (found.rows, found.total) == ([], Figures())
    behind = await sheets_behind(
        stranger, None, "2026-03", Narrowing(worker=cast.workers[0]), 1, NOW, english=True
    )
    assert (behind.sheets, behind.names, behind.total) == ([], [], Figures())
    assert (await advances_behind(stranger, None, "2026-03", None, NOW)).advances == []


async def test_a_month_is_read_from_one_index_however_long_the_history(cast: Cast) -> None:
    entry = await sheet_sent(cast, date(2026, 3, 3), [line(cast.workers[0])])
    query(
        cast.url,
        "INSERT INTO labour_line (organisation, id, sheet, version, site, crew, worker, work_day,"
        " state, unit, amount, man_days, hours_per_day)"
        " SELECT $1, gen_random_uuid(), $2, n, $3, $4, $5, date '2020-01-01' + n / 10,"
        " 'approved', 'man_days', 1, 1, 8 FROM generate_series(2, 20000) AS n",
        cast.organisation,
        entry,
        cast.site,
        cast.crew,
        cast.workers[0],
    )
    query(cast.url, "ANALYZE labour_line")
    plan = query(
        cast.url,
        f"EXPLAIN SELECT {SUMS} {OF_MONTH}",
        cast.organisation,
        [cast.site],
        date(2026, 3, 1),
        date(2026, 3, 31),
    )
    assert "labour_line_by_site" in "\n".join(row[0] for row in plan)
