"""When a task is late, what it is forecast by, and what follows from having looked. Pure.

The day and the site's calendar are passed in. Days late are calendar days, as people count them;
output and float are counted in workdays. A forecast: what remains, divided by the output of the
last :data:`RECENT` workdays, laid on the site's calendar.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from daywork.ground.problems import Problem, ProblemKind
from daywork.ground.terms import DelayCause, TaskStatus
from daywork.ground.workdays import (
    NoWorkday,
    WorkCalendar,
    add_workdays,
    is_workday,
    workdays_between,
)
from daywork.schedule.rules import Activity, Link, Ruler, critical, times_of


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


DETECTED: Final = (
    DelayCause.LATE_START,
    DelayCause.LATE_FINISH,
    DelayCause.FORECAST,
    DelayCause.FLOAT_LOST,
)
"""Found by the server; all other causes are said by the site."""
REPORTED: Final = tuple(cause for cause in DelayCause if cause not in DETECTED)

RECENT: Final = 10
"""Workdays whose output counts as recent."""
FARTHEST: Final = 3650
"""Workdays ahead beyond which a forecast says nothing."""
TENTH: Final = Decimal("0.1")

DAYS_RANGE = ProblemKind(
    "delay_days_range",
    422,
    _("The days lost lie between half a day and a year"),
    _("Give the days lost on this task, for instance 1 or 0.5."),
)
CAUSE_DETECTED = ProblemKind(
    "delay_cause_detected",
    422,
    _("This cause is found by the office’s computer, not reported"),
    _(
        "Choose what cost the days: weather, material, drawings, labour, plant, client, permit"
        " or other."
    ),
)


class DelayPayload(msgspec.Struct, frozen=True, kw_only=True):
    """``delay.report`` version 1: days lost on a task, as told on ``work_day``."""

    site: UUID
    work_day: date
    task: UUID
    cause: DelayCause
    days: Decimal
    note: Annotated[str, Meta(max_length=1000)] = ""
    reason: Annotated[str, Meta(max_length=1000)] | None = None


def check_report(report: DelayPayload) -> None:
    """Whether a report can be counted.

    Raises:
        Problem: ``delay_days_range`` or ``delay_cause_detected``.
    """
    if report.cause in DETECTED:
        raise CAUSE_DETECTED()
    days = report.days
    if not days.is_finite() or not TENTH <= days <= 366 or days != days.quantize(TENTH):
        raise DAYS_RANGE()


# What is known of a task


@dataclass(frozen=True, slots=True)
class Output:
    """What was done by the evening of ``day``, in the task's unit or in percent."""

    day: date
    done: Decimal


@dataclass(frozen=True, slots=True)
class TaskState:
    """A task with its plan and its reports, oldest first."""

    id: UUID
    start: date | None
    finish: date | None
    total: Decimal
    """Planned quantity, or 100 where percent is reported."""
    unit: str
    """Empty: percent."""
    done: Decimal
    status: TaskStatus
    reported_on: date | None
    outputs: tuple[Output, ...] = ()

    @property
    def is_done(self) -> bool:
        """Nothing is left to do."""
        return self.status is TaskStatus.DONE or self.done >= self.total

    @property
    def is_begun(self) -> bool:
        """Something was done, or somebody says it is going."""
        return self.done > 0 or self.status is not TaskStatus.NOT_BEGUN


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a task will be finished if it goes on as lately."""

    finish: date
    rate: Decimal
    """Units (or percentage points) a workday."""
    remaining: Decimal


def recent_rate(task: TaskState, calendar: WorkCalendar) -> Decimal | None:
    """Output a workday over the last :data:`RECENT` workdays before the latest report.

    Without a report from before those days, it is counted from the planned start or from the first
    report, whichever came first. None when nothing can be said or nothing was done.
    """
    if not task.outputs:
        return None
    last = task.outputs[-1]
    since = add_workdays(calendar, last.day, -RECENT)
    earlier = [one for one in task.outputs if one.day <= since]
    if earlier:
        base = earlier[-1]
    else:
        began = min(task.outputs[0].day, task.start or task.outputs[0].day)
        base = Output(began - timedelta(days=1), Decimal(0))
    gained = last.done - base.done
    if gained <= 0:
        return None
    return gained / max(workdays_between(calendar, base.day, last.day), 1)


def forecast(task: TaskState, calendar: WorkCalendar, today: date) -> Forecast | None:
    """The finish at the recent rate, counted from the later of yesterday and the last report."""
    if task.is_done or not task.outputs:
        return None
    try:
        rate = recent_rate(task, calendar)
        if rate is None:
            return None
        remaining = task.total - task.done
        needed = math.ceil(remaining / rate)
        if needed > FARTHEST:
            return None
        begin = max(task.outputs[-1].day, today - timedelta(days=1))
        return Forecast(add_workdays(calendar, begin, needed), rate, remaining)
    except NoWorkday:
        return None


# What is late


@dataclass(frozen=True, slots=True)
class Found:
    """A delay as it stands today."""

    task: UUID
    cause: DelayCause
    days: Decimal
    facts: dict[str, Any] = field(default_factory=dict)
    """The figures it was judged by, as JSON: days as ISO dates, amounts as text."""


def delays_of(
    tasks: Sequence[TaskState],
    links: Sequence[Link],
    calendar: WorkCalendar,
    today: date,
    tolerance: int,
) -> list[Found]:
    """Every delay that can be seen in the plan on the morning of ``today``."""
    found = [one for task in tasks for one in _own_delays(task, calendar, today, tolerance)]
    late = {one.task for one in found}
    return found + [
        one for one in _lost_floats(tasks, links, calendar, today) if one.task not in late
    ]


def _own_delays(
    task: TaskState, calendar: WorkCalendar, today: date, tolerance: int
) -> Iterable[Found]:
    if task.is_done:
        return
    if task.finish is not None and today > task.finish:
        late = Decimal((today - task.finish).days)
        yield Found(task.id, DelayCause.LATE_FINISH, late, {"planned": task.finish.isoformat()})
        return
    if task.start is not None and not task.is_begun:
        due = _first_workday(calendar, task.start)
        if today > due:
            facts = {"planned": task.start.isoformat()}
            yield Found(task.id, DelayCause.LATE_START, Decimal((today - due).days), facts)
    seen = forecast(task, calendar, today)
    if seen is None or task.finish is None:
        return
    behind = (seen.finish - task.finish).days
    if behind > tolerance:
        facts = {
            "planned": task.finish.isoformat(),
            "forecast": seen.finish.isoformat(),
            "rate": shown(seen.rate),
            "remaining": shown(seen.remaining),
            "unit": task.unit,
            "tolerance": str(tolerance),
        }
        yield Found(task.id, DelayCause.FORECAST, Decimal(behind), facts)


def shown(amount: Decimal) -> str:
    """An amount with at most two decimals, as text."""
    return f"{amount:.2f}".rstrip("0").rstrip(".")


def _first_workday(calendar: WorkCalendar, day: date) -> date:
    try:
        return day if is_workday(calendar, day) else add_workdays(calendar, day, 1)
    except NoWorkday:
        return day


def _lost_floats(
    tasks: Sequence[TaskState], links: Sequence[Link], calendar: WorkCalendar, today: date
) -> Iterable[Found]:
    """Critical tasks that the tasks before them push past the end of the plan."""
    linked = {name for link in links for name in (link.predecessor, link.successor)}
    dated = {
        task.id: (task, task.start, task.finish)
        for task in tasks
        if task.id in linked and task.start and task.finish
    }
    if not dated:
        return
    first = min(start for _task, start, _finish in dated.values())
    forecasts = {name: forecast(task, calendar, today) for name, (task, *_dates) in dated.items()}
    last = max(
        [today, *(finish for _task, _start, finish in dated.values())]
        + [seen.finish for seen in forecasts.values() if seen]
    )
    ruler = Ruler(calendar, first, last)

    planned: list[Activity] = []
    expected: list[Activity] = []
    for name, (task, start, finish) in dated.items():
        begins, ends = ruler.morning(start), ruler.evening(finish)
        planned.append(Activity(name, ends - begins, begins))
        seen = forecasts[name]
        if task.is_done:
            done_on = task.reported_on or finish
            over = max(ruler.evening(done_on), begins)
            expected.append(Activity(name, over - begins, begins, begun=True))
        elif task.is_begun:
            over = max(ruler.evening(seen.finish) if seen else ends, ruler.morning(today))
            expected.append(Activity(name, max(over - begins, 0), begins, begun=True))
        else:
            soonest = max(begins, ruler.morning(today))
            expected.append(Activity(name, ends - begins, soonest))
    try:
        plan = times_of(planned, links)
        end = max(one.early_finish for one in plan.values())
        now = times_of(expected, links, end)
    except Problem:
        return  # a circle that came in past the check: the plan has no critical path
    for name in sorted(critical(plan)):
        lost = -now[name].total_float
        if lost > 0 and not dated[name][0].is_done:
            facts = {"planned": dated[name][2].isoformat(), "float": str(lost)}
            yield Found(name, DelayCause.FLOAT_LOST, Decimal(lost), facts)


# What follows


@dataclass(frozen=True, slots=True)
class OpenDelay:
    """A delay that is on record and not closed."""

    id: UUID
    task: UUID
    cause: DelayCause
    days: Decimal
    told_days: Decimal
    facts: Mapping[str, Any]
    last_report: date | None = None
    """The latest day of a report in it; None for a detected one."""


class ClosedWhy(StrEnum):
    """How a delay ended."""

    RECOVERED = "recovered"
    SUPERSEDED = "superseded"
    """The task is late in another way now, which says more."""
    WITHDRAWN = "withdrawn"
    PLAN_CHANGED = "plan_changed"


@dataclass(slots=True)
class Changes:
    """What a look at a site changes on record."""

    opened: list[Found] = field(default_factory=list)
    worsened: list[tuple[OpenDelay, Found]] = field(default_factory=list)
    moved: list[tuple[OpenDelay, Found]] = field(default_factory=list)
    """As open as before, by other figures."""
    closed: list[tuple[OpenDelay, ClosedWhy]] = field(default_factory=list)


def is_worse(days: Decimal, told_days: Decimal, tolerance: int) -> bool:
    """Whether people are told again: worse by the tolerance since they were told last."""
    return days - told_days >= tolerance


def changes(
    on_record: Sequence[OpenDelay],
    found: Sequence[Found],
    tasks: Mapping[UUID, TaskState],
    tolerance: int,
) -> Changes:
    """Compare what is on record with what was found.

    One open delay a task and cause. A detected one closes when it is not found any more, a
    reported one when its task is done, or is going on again and nothing of it is late.
    """
    result = Changes()
    seen = {(one.task, one.cause): one for one in found}
    late = {one.task for one in found}
    for delay in on_record:
        now = seen.pop((delay.task, delay.cause), None)
        if now is not None:
            worse = is_worse(now.days, delay.told_days, tolerance)
            (result.worsened if worse else result.moved).append((delay, now))
            continue
        why = _ended(delay, tasks.get(delay.task), late)
        if why is not None:
            result.closed.append((delay, why))
    result.opened = [one for one in found if (one.task, one.cause) in seen]
    return result


def _ended(delay: OpenDelay, task: TaskState | None, late: set[UUID]) -> ClosedWhy | None:
    if task is None:
        return ClosedWhy.PLAN_CHANGED
    if task.is_done:
        return ClosedWhy.RECOVERED
    if delay.cause not in DETECTED:
        goes_on = task.status is TaskStatus.GOING and task.id not in late
        since = task.reported_on is not None and (
            delay.last_report is None or task.reported_on > delay.last_report
        )
        return ClosedWhy.RECOVERED if goes_on and since else None
    if task.id in late:
        return ClosedWhy.SUPERSEDED
    dates = [day.isoformat() for day in (task.start, task.finish) if day]
    return ClosedWhy.RECOVERED if delay.facts.get("planned") in dates else ClosedWhy.PLAN_CHANGED
