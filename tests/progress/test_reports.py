"""A report moves its task; returned or voided, the task falls back to what still stands."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from daywork.ground.terms import TaskStatus
from daywork.progress.rules import ReportPayload, percent_of, planned_percent
from tests.support.cast import DAY, Cast
from tests.support.database import query, value
from tests.support.phone_words import mutation, report, said, send


async def test_a_report_moves_its_task(cast: Cast) -> None:
    assert said(await send(cast.foreman, report(cast, "45.5"))) == ["applied"]
    row = query(cast.url, "SELECT percent, quantity_done, status FROM task WHERE code = '1.1'")[0]
    assert tuple(row) == (Decimal("45.50"), Decimal("54.600"), "going")


async def test_quantity_is_measured_against_the_plan(cast: Cast) -> None:
    sent = report(cast, quantity="30", percent=None)
    assert said(await send(cast.foreman, sent)) == ["applied"]
    assert value(cast.url, "SELECT percent FROM task WHERE code = '1.1'") == Decimal(25)


async def test_the_latest_day_counts_not_the_latest_arrival(cast: Cast) -> None:
    await send(cast.foreman, report(cast, "60"))
    await send(cast.foreman, report(cast, "40", day=date(2026, 3, 4)))
    assert value(cast.url, "SELECT percent FROM task WHERE code = '1.1'") == Decimal(60)


async def test_a_report_going_down_is_taken_and_remembers_what_was_before(cast: Cast) -> None:
    await send(cast.foreman, report(cast, "60"))
    assert said(await send(cast.foreman, report(cast, "50"))) == ["applied"]
    befores = query(cast.url, "SELECT percent_before FROM progress_report ORDER BY 1")
    assert [row[0] for row in befores] == [Decimal(0), Decimal(60)]
    assert value(cast.url, "SELECT percent FROM task WHERE code = '1.1'") == Decimal(50)


async def test_a_voided_report_gives_the_task_back_what_stood_before(cast: Cast) -> None:
    await send(cast.foreman, report(cast, "30", day=date(2026, 3, 4)))
    wrong = report(cast, "90")
    await send(cast.foreman, wrong)
    void = mutation(
        "entry.void",
        {"site": cast.site, "reason": "wrong task"},
        entity_id=wrong["entity_id"],
        base_version=1,
    )
    await send(cast.foreman, void)
    assert value(cast.url, "SELECT percent FROM task WHERE code = '1.1'") == Decimal(30)


@pytest.mark.parametrize(
    ("change", "slug"),
    [
        ({"percent": None}, "progress_missing"),
        ({"percent": "101"}, "percent_range"),
        ({"percent": "NaN"}, "percent_range"),
        ({"status": "stopped"}, "cause_missing"),
        ({"task": "00000000-0000-7000-8000-000000000000"}, "task_unknown"),
    ],
)
async def test_a_report_that_cannot_be_is_refused(
    cast: Cast, change: dict[str, object], slug: str
) -> None:
    sent = report(cast)
    sent["payload"] |= change
    assert said(await send(cast.foreman, sent)) == [slug]


async def test_a_task_without_a_planned_quantity_takes_percent_only(cast: Cast) -> None:
    sent = report(cast, quantity="3", percent=None)
    sent["payload"]["task"] = cast.uncounted_task
    assert said(await send(cast.foreman, sent)) == ["no_quantity"]


def test_more_than_was_planned_is_done_and_no_more() -> None:
    nowhere = UUID(int=1)
    counted = ReportPayload(
        site=nowhere,
        work_day=DAY,
        task=nowhere,
        status=TaskStatus.GOING,
        quantity=Decimal(120),
    )
    assert percent_of(counted, Decimal(100)) == 100


@pytest.mark.parametrize(
    ("day", "percent"),
    [
        (date(2026, 2, 28), "0"),
        (date(2026, 3, 1), "10.00"),
        (date(2026, 3, 5), "50.00"),
        (date(2026, 3, 10), "100"),
        (date(2026, 4, 1), "100"),
    ],
)
def test_planned_percent_runs_straight_from_start_to_finish(day: date, percent: str) -> None:
    assert planned_percent(date(2026, 3, 1), date(2026, 3, 10), day) == Decimal(percent)


def test_a_task_without_dates_has_no_planned_percent() -> None:
    assert planned_percent(None, date(2026, 3, 10), DAY) is None
