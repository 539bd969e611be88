"""One screen, and every figure on it agrees with the page it leads to."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from daywork.ground.problems import Problem
from daywork.overview.service import Overview, overview_of
from daywork.people.actor import Actor
from daywork.summary.rules import Grouping
from daywork.summary.service import month_summary
from tests.support.cast import Cast
from tests.support.database import query
from tests.support.months import advance_given, sheet_sent
from tests.support.phone_words import line, report, send

NOW = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)


async def overview(actor: Actor, site: Any = None, month: str | None = None) -> Overview:
    return await overview_of(actor, site, month, NOW, english=True)


async def some_work(cast: Cast) -> None:
    for day in (date(2026, 2, 4), date(2026, 2, 20), date(2026, 3, 2), date(2026, 3, 3)):
        await sheet_sent(cast, day, [line(cast.workers[0]), line(cast.workers[1], "0.5")])
    await sheet_sent(cast, date(2026, 3, 4), [line(cast.workers[2])], state="submitted")
    await sheet_sent(
        cast,
        date(2026, 3, 4),
        [line(cast.far_worker)],
        site=cast.far_site,
        crew=cast.far_crew,
    )
    await send(cast.foreman, report(cast, "25"))
    advance_given(cast, cast.workers[0], date(2026, 3, 2), "400")
    query(cast.url, "UPDATE task SET budget_man_days = 30, weight = 3 WHERE code = '1.1'")


async def test_the_overview_agrees_with_the_labour_page(cast: Cast) -> None:
    await some_work(cast)
    for actor in (cast.office, cast.owner):
        seen = await overview(actor)
        summed = await month_summary(actor, None, None, Grouping.DAY, NOW, english=True)
        assert seen.figures == summed.total
        assert seen.days == summed.rows
        assert seen.advances == summed.advances


async def test_recorded_work_is_compared_with_the_last_month_to_the_same_day(cast: Cast) -> None:
    await some_work(cast)
    compared = (await overview(cast.office)).comparison
    assert (compared.until, compared.until_before) == (date(2026, 3, 5), date(2026, 2, 5))
    assert (compared.recorded, compared.recorded_before) == (Decimal(4), Decimal("1.5"))
    whole = (await overview(cast.office, month="2026-02")).comparison
    assert (whole.recorded, whole.recorded_before, whole.change) == (Decimal(3), Decimal(0), None)


async def test_the_budget_is_used_by_approved_work_since_the_beginning(cast: Cast) -> None:
    await some_work(cast)
    seen = await overview(cast.office)
    assert (seen.used_man_days, seen.budget_man_days) == (Decimal(6), Decimal(30))
    assert seen.budget_share == Decimal("20.0")


async def test_what_waits_is_counted_and_leads_to_the_queue_only_for_who_decides(
    cast: Cast,
) -> None:
    await some_work(cast)
    assert ((await overview(cast.office)).waiting, (await overview(cast.office)).may_decide) == (
        2,
        False,
    )
    assert (await overview(cast.supervisor)).may_decide


async def test_progress_is_weighted_and_stands_beside_the_plan(cast: Cast) -> None:
    await some_work(cast)
    standing = (await overview(cast.office)).standing
    assert standing is not None
    assert standing.actual == Decimal("18.75")  # (3 × 25 + 1 × 0) ÷ 4
    assert standing.planned == Decimal(50)  # the fifth of ten days


async def test_several_sites_are_listed_each_with_its_own_figures(cast: Cast) -> None:
    await some_work(cast)
    seen = await overview(cast.owner)
    assert seen.standing is None
    assert {one.site.name: one.figures.man_days for one in seen.sites} == {
        "Block A": Decimal(3),
        "Bridge": Decimal(1),
    }


async def test_a_supervisor_sees_no_money_and_a_foreman_no_overview(cast: Cast) -> None:
    await some_work(cast)
    seen = await overview(cast.supervisor)
    assert (seen.figures.earned, seen.advances) == (None, None)
    assert all(row.figures.earned is None for row in seen.days)
    assert all(one.figures.earned is None for one in seen.sites)
    with pytest.raises(Problem, match="not_allowed"):
        await overview(cast.foreman)


async def test_another_company_and_another_sites_office_see_nothing(
    cast: Cast, stranger: Actor
) -> None:
    await some_work(cast)
    seen = await overview(stranger)
    assert (seen.figures.recorded, seen.waiting, seen.days, seen.pictures) == (0, 0, [], [])
    for actor in (stranger, cast.far_supervisor):
        with pytest.raises(Problem, match="not_found"):
            await overview(actor, cast.site)
    far = await overview(cast.far_supervisor)
    assert (far.figures.man_days, [one.site.name for one in far.sites]) == (1, ["Bridge"])


async def test_a_company_without_a_site_is_told_so(cast: Cast) -> None:
    alone = cast.actor("owner", is_owner=True)
    query(cast.url, "UPDATE site SET active = false")
    assert (await overview(alone)).chart is None
