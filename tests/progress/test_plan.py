"""A plan read from top to bottom: weighted sums, what is late and by how much, and for whom."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from daywork.approvals.service import send_back
from daywork.ground.ids import new_id
from daywork.ground.problems import Problem
from daywork.ground.terms import TaskStatus
from daywork.people.actor import Actor
from daywork.progress.rules import (
    LateBy,
    PlannedTask,
    lateness,
    plan_of,
    standing_of,
)
from daywork.progress.service import plan_for, task_story
from tests.support.cast import Cast
from tests.support.database import query
from tests.support.phone_words import report, send

SITE = new_id()
DAY = date(2026, 3, 5)
NOW = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)


def task(code: str, percent: str = "0", **other: Any) -> PlannedTask:
    facts: dict[str, Any] = {
        "id": new_id(),
        "site": SITE,
        "parent": None,
        "position": 0,
        "code": code,
        "name": code,
        "is_summary": False,
        "unit": "m²",
        "quantity": None,
        "weight": Decimal(1),
        "start": date(2026, 3, 1),
        "finish": date(2026, 3, 10),
        "crew": "",
        "percent": Decimal(percent),
        "quantity_done": Decimal(0),
        "status": TaskStatus.GOING if Decimal(percent) else TaskStatus.NOT_BEGUN,
        "reported_on": None,
    }
    return PlannedTask(**(facts | other))


def test_a_summary_is_the_weighted_mean_of_the_work_below_it() -> None:
    top = task("1", is_summary=True, weight=Decimal(99), start=None, finish=None)
    middle = task("1.1", is_summary=True, parent=top.id, start=None, finish=None)
    heavy = task("1.1.1", "40", parent=middle.id, weight=Decimal(3))
    light = task("1.1.2", "80", parent=middle.id)
    other = task("1.2", "0", parent=top.id, weight=Decimal(4), finish=date(2026, 3, 20))
    branches = plan_of([other, light, heavy, middle, top], DAY)
    assert [(one.task.code, one.depth) for one in branches] == [
        ("1", 0),
        ("1.1", 1),
        ("1.1.1", 2),
        ("1.1.2", 2),
        ("1.2", 1),
    ]
    assert branches[1].standing.actual == Decimal(50)  # (3 × 40 + 80) ÷ 4
    assert branches[0].standing.actual == Decimal(25)  # (3 × 40 + 80 + 4 × 0) ÷ 8
    assert branches[1].standing.planned == Decimal(50)  # the fifth of ten days
    assert branches[0].standing.planned == Decimal("37.5")  # (4 × 50 + 4 × 25) ÷ 8
    assert (branches[0].standing.start, branches[0].standing.finish) == (
        date(2026, 3, 1),
        date(2026, 3, 20),
    )
    assert branches[0].standing.behind == Decimal("12.5")


def test_without_tasks_without_weight_or_without_dates_nothing_is_claimed() -> None:
    assert standing_of([], DAY).actual is None
    assert standing_of([task("1", "50", weight=Decimal(0))], DAY).actual is None
    undated = standing_of([task("1", "50", start=None, finish=None)], DAY)
    assert (undated.actual, undated.planned, undated.behind) == (Decimal(50), None, None)


def test_a_task_whose_parent_is_gone_still_stands_in_the_plan() -> None:
    assert [one.depth for one in plan_of([task("9", parent=new_id())], DAY)] == [0]


@pytest.mark.parametrize(
    ("percent", "status", "day", "late"),
    [
        ("0", "not_begun", date(2026, 3, 1), None),
        ("0", "not_begun", date(2026, 3, 2), (LateBy.START, 1)),
        ("0", "going", date(2026, 3, 2), None),
        ("0", "not_begun", date(2026, 3, 13), (LateBy.FINISH, 3)),
        ("60", "going", date(2026, 3, 10), None),
        ("60", "stopped", date(2026, 3, 11), (LateBy.FINISH, 1)),
        ("100", "going", date(2026, 4, 1), None),
        ("90", "done", date(2026, 4, 1), None),
    ],
)
def test_late_is_a_planned_day_that_has_passed(
    percent: str, status: str, day: date, late: tuple[LateBy, int] | None
) -> None:
    found = lateness(task("1", percent, status=TaskStatus(status)), day)
    assert (None if found is None else (found.by, found.days)) == late


async def test_the_page_tells_the_plan_of_the_site_as_of_its_own_today(cast: Cast) -> None:
    await send(cast.foreman, report(cast, "30"))
    found = await plan_for(cast.supervisor, cast.site, NOW, english=True)
    assert found.plan is not None
    assert [one.task.code for one in found.plan.branches] == ["1.1", "1.2"]
    assert found.plan.whole.actual == Decimal(15)
    assert [one.task.code for one in found.plan.late] == ["1.2"]
    late = await plan_for(cast.supervisor, cast.site, NOW + timedelta(days=7), english=True)
    assert late.plan is not None
    assert [one.late and one.late.days for one in late.plan.late] == [2, 2]


async def test_a_task_tells_its_reports_latest_first_and_marks_what_went_down(cast: Cast) -> None:
    await send(cast.foreman, report(cast, "30", day=date(2026, 3, 3)))
    await send(cast.foreman, report(cast, "20", day=date(2026, 3, 4), note="measured again"))
    returned = report(cast, "90")
    await send(cast.foreman, returned)
    await send_back(cast.supervisor, returned["entity_id"], 1, "not true")
    story = await task_story(cast.supervisor, cast.task, NOW, english=True)
    assert [(one.percent, one.percent_before, one.state) for one in story.reports] == [
        (Decimal(90), Decimal(20), "returned"),
        (Decimal(20), Decimal(30), "submitted"),
        (Decimal(30), Decimal(0), "submitted"),
    ]
    assert story.branch.task.percent == Decimal(20)


def photo_of(cast: Cast, state: str = "complete", **other: Any) -> UUID:
    photo = new_id()
    query(
        cast.url,
        "INSERT INTO entry (organisation, id, site, kind, work_day, author)"
        " VALUES ($1, $2, $3, 'photo.record', '2026-03-05', $4)",
        cast.organisation,
        photo,
        cast.site,
        cast.members["foreman"],
    )
    query(
        cast.url,
        "INSERT INTO photo (organisation, id, site, of_entry, task, state, sha256, bytes, width,"
        " height, media_type) VALUES ($1, $2, $3, $4, $5, $6, '\\x00', 1, 1, 1, 'image/jpeg')",
        cast.organisation,
        photo,
        cast.site,
        other.get("of_entry"),
        other.get("task"),
        state,
    )
    return photo


async def test_a_photo_stands_with_its_report_or_with_the_task_once(cast: Cast) -> None:
    sent = report(cast, "30")
    await send(cast.foreman, sent)
    of_report = photo_of(cast, of_entry=sent["entity_id"], task=cast.task)
    of_task = photo_of(cast, task=cast.task)
    photo_of(cast, "awaiting_bytes", task=cast.task)
    photo_of(cast, task=cast.uncounted_task)
    story = await task_story(cast.supervisor, cast.task, NOW, english=True)
    assert story.reports[0].photos == [of_report]
    assert story.photos == [of_task]


async def test_who_must_not_see_the_plan_does_not(cast: Cast, stranger: Actor) -> None:
    with pytest.raises(Problem, match="not_allowed"):
        await plan_for(cast.foreman, cast.site, NOW, english=True)
    for actor in (stranger, cast.far_supervisor):
        with pytest.raises(Problem, match="not_found"):
            await plan_for(actor, cast.site, NOW, english=True)
        with pytest.raises(Problem, match="not_found"):
            await task_story(actor, cast.task, NOW, english=True)
    with pytest.raises(Problem, match="not_found"):
        await task_story(cast.owner, new_id(), NOW, english=True)
