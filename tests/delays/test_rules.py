"""Every case of the shared file, and what becomes of what is on record."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from daywork.delays.pareto import Lost, pareto
from daywork.delays.rules import (
    ClosedWhy,
    DelayPayload,
    Found,
    OpenDelay,
    Output,
    TaskState,
    changes,
    check_report,
    delays_of,
)
from daywork.ground.problems import Problem
from daywork.ground.terms import DelayCause, LinkKind, TaskStatus
from daywork.ground.workdays import WorkCalendar
from daywork.schedule.rules import Link

CASES = json.loads((Path(__file__).parents[1] / "cases/delays.json").read_text(encoding="utf-8"))
NAMES = {name: UUID(int=number) for number, name in enumerate("abc", 1)}
TASK = NAMES["a"]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def state(name: UUID, told: dict[str, Any]) -> TaskState:
    outputs = tuple(
        Output(date.fromisoformat(day), Decimal(done)) for day, done in told.get("outputs", ())
    )
    status = told.get("status", "going" if outputs else "not_begun")
    return TaskState(
        name,
        _day(told.get("start")),
        _day(told.get("finish")),
        Decimal(told.get("total", "100")),
        told.get("unit", ""),
        outputs[-1].done if outputs else Decimal(0),
        TaskStatus(status),
        outputs[-1].day if outputs else None,
        outputs,
    )


@pytest.mark.parametrize("case", CASES["found"], ids=lambda case: case["name"])
def test_a_case_worked_out_by_hand(case: dict[str, Any]) -> None:
    closed = {date.fromisoformat(day): "storm" for day in case.get("closed", ())}
    found = delays_of(
        [state(NAMES[name], told) for name, told in case["tasks"].items()],
        [
            Link(NAMES[one], NAMES[two], LinkKind(kind), lag)
            for one, two, kind, lag in case.get("links", ())
        ],
        WorkCalendar(country=case.get("country", ""), closed=closed),
        date.fromisoformat(case["today"]),
        case.get("tolerance", 3),
    )
    seen = [[one.task, one.cause.value, str(one.days)] for one in found]
    assert seen == [[NAMES[name], cause, days] for name, cause, days in case["expect"]]
    assert case.get("facts", {}).items() <= (found[0].facts if found else {}).items()


@pytest.mark.parametrize("case", CASES["reports"], ids=lambda case: case["days"])
def test_days_lost_are_taken_as_the_phone_takes_them(case: dict[str, Any]) -> None:
    report = DelayPayload(
        site=TASK,
        work_day=date(2026, 11, 25),
        task=TASK,
        cause=DelayCause.WEATHER,
        days=Decimal(case["days"]),
    )
    if case["taken"] is None:
        with pytest.raises(Problem):
            check_report(report)
    else:
        check_report(report)


def on_record(cause: DelayCause, days: str = "4", **other: Any) -> OpenDelay:
    values = {"told_days": Decimal(days), "facts": {"planned": "2026-12-03"}} | other
    return OpenDelay(UUID(int=9), TASK, cause, Decimal(days), **values)


def task_now(**told: Any) -> dict[UUID, TaskState]:
    return {TASK: state(TASK, {"start": "2026-11-16", "finish": "2026-12-03"} | told)}


def found_now(cause: DelayCause, days: str) -> Found:
    return Found(TASK, cause, Decimal(days), {"planned": "2026-12-03"})


@pytest.mark.parametrize(
    ("days", "worse"), [("4", False), ("6", False), ("7", True), ("12", True), ("2", False)]
)
def test_people_are_told_again_only_when_it_is_worse_by_the_tolerance(
    days: str, worse: bool
) -> None:
    change = changes(
        [on_record(DelayCause.FORECAST)], [found_now(DelayCause.FORECAST, days)], task_now(), 3
    )
    assert (len(change.worsened), len(change.moved)) == (worse, not worse)
    assert not change.opened
    assert not change.closed


def test_what_is_found_first_opens_and_what_is_found_no_more_closes() -> None:
    change = changes(
        [on_record(DelayCause.LATE_START)],
        [found_now(DelayCause.LATE_FINISH, "1")],
        task_now(),
        3,
    )
    assert [one.cause for one in change.opened] == [DelayCause.LATE_FINISH]
    assert [why for _delay, why in change.closed] == [ClosedWhy.SUPERSEDED]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"outputs": [["2026-11-24", "60"]]}, ClosedWhy.RECOVERED),
        ({"status": "done", "outputs": [["2026-11-24", "100"]]}, ClosedWhy.RECOVERED),
        ({"finish": "2026-12-20", "outputs": [["2026-11-24", "60"]]}, ClosedWhy.PLAN_CHANGED),
    ],
)
def test_a_detected_delay_closes_by_itself(told: dict[str, Any], why: ClosedWhy) -> None:
    change = changes([on_record(DelayCause.FORECAST)], [], task_now(**told), 3)
    assert [ended for _delay, ended in change.closed] == [why]


def test_a_task_taken_out_of_the_plan_closes_its_delays() -> None:
    change = changes([on_record(DelayCause.WEATHER)], [], {}, 3)
    assert [why for _delay, why in change.closed] == [ClosedWhy.PLAN_CHANGED]


@pytest.mark.parametrize(
    ("told", "found", "closes"),
    [
        ({}, [], False),
        ({"status": "stopped", "outputs": [["2026-11-25", "60"]]}, [], False),
        ({"outputs": [["2026-11-24", "60"]]}, [], False),
        ({"outputs": [["2026-11-25", "60"]]}, [], True),
        ({"outputs": [["2026-11-25", "60"]]}, [found_now(DelayCause.FORECAST, "5")], False),
        ({"outputs": [["2026-11-25", "100"]]}, [], True),
    ],
)
def test_a_reported_delay_closes_when_its_task_goes_on_in_time(
    told: dict[str, Any], found: list[Found], closes: bool
) -> None:
    delay = on_record(DelayCause.WEATHER, last_report=date(2026, 11, 24))
    change = changes([delay], found, task_now(**told), 3)
    assert bool(change.closed) == closes


def test_the_worst_cause_stands_first_and_the_last_makes_it_whole() -> None:
    november, october = date(2026, 11, 1), date(2026, 10, 1)
    bars = pareto(
        [
            Lost(november, DelayCause.MATERIAL, Decimal("2"), 1),
            Lost(november, DelayCause.WEATHER, Decimal("3.5"), 2),
            Lost(october, DelayCause.WEATHER, Decimal("2.5"), 1),
        ]
    )
    assert [(bar.cause, bar.days, bar.share, bar.cumulative, bar.width) for bar in bars] == [
        (DelayCause.WEATHER, Decimal("6.0"), Decimal("75.0"), Decimal("75.0"), Decimal("100.0")),
        (DelayCause.MATERIAL, Decimal(2), Decimal("25.0"), Decimal("100.0"), Decimal("33.3")),
    ]
    assert pareto([]) == []
