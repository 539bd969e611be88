"""What a progress report must say, and what it makes of its task. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from daywork.ground.problems import ProblemKind
from daywork.ground.terms import StopCause, TaskStatus


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


PROGRESS_MISSING = ProblemKind(
    "progress_missing",
    422,
    _("The report says neither quantity nor percent"),
    _("Give the quantity done, or the percent complete."),
)
PERCENT_RANGE = ProblemKind(
    "percent_range",
    422,
    _("Percent complete lies between 0 and 100"),
    _("Give the share of the whole task that is done by now."),
)
NO_QUANTITY = ProblemKind(
    "no_quantity",
    422,
    _("This task has no planned quantity"),
    _("Report percent complete, or ask the office to plan a quantity."),
)
CAUSE_MISSING = ProblemKind(
    "cause_missing",
    422,
    _("Say why the task is stopped"),
    _("Choose a cause: rain, material, drawings, labour, plant, permit or other."),
)
SUMMARY_TASK = ProblemKind(
    "summary_task",
    422,
    _("A summary task is not reported by itself"),
    _("Report the tasks below it; the summary follows."),
)

HUNDREDTH = Decimal("0.01")
HUNDRED = Decimal(100)


class ReportPayload(msgspec.Struct, frozen=True, kw_only=True):
    """``progress.report`` version 1: a task as of the evening of ``work_day``."""

    site: UUID
    work_day: date
    task: UUID
    status: TaskStatus
    quantity: Decimal | None = None
    percent: Decimal | None = None
    cause: StopCause | None = None
    note: Annotated[str, Meta(max_length=1000)] = ""
    reason: Annotated[str, Meta(max_length=1000)] | None = None


def percent_of(report: ReportPayload, planned: Decimal | None) -> Decimal:
    """Percent complete, 0 to 100 with two decimals.

    From quantity ÷ planned quantity where a quantity was counted (never above 100: more than was
    planned is still a finished task), else as given. ``done`` is 100.

    Raises:
        Problem: ``progress_missing``, ``percent_range``, ``no_quantity`` or ``cause_missing``.
    """
    if report.status is TaskStatus.STOPPED and report.cause is None:
        raise CAUSE_MISSING()
    if report.status is TaskStatus.DONE:
        return HUNDRED
    if report.quantity is not None:
        if planned is None:
            raise NO_QUANTITY()
        if not report.quantity.is_finite() or report.quantity < 0:
            raise PERCENT_RANGE()
        percent = min(report.quantity / planned * 100, HUNDRED)
    elif report.percent is not None:
        if not report.percent.is_finite() or not 0 <= report.percent <= 100:
            raise PERCENT_RANGE()
        percent = report.percent
    else:
        raise PROGRESS_MISSING()
    return percent.quantize(HUNDREDTH, rounding=ROUND_HALF_UP)


def planned_percent(start: date | None, finish: date | None, day: date) -> Decimal | None:
    """How much should be done by the evening of ``day``: straight between the planned dates.

    None when the task has no dates.
    """
    if start is None or finish is None:
        return None
    if day < start:
        return Decimal(0)
    if day >= finish:
        return HUNDRED
    share = Decimal((day - start).days + 1) / Decimal((finish - start).days + 1)
    return (share * 100).quantize(HUNDREDTH, rounding=ROUND_HALF_UP)


# A whole plan: what its tasks come to together


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """A line of the work breakdown with its plan and where it stands."""

    id: UUID
    site: UUID
    parent: UUID | None
    position: int
    code: str
    name: str
    is_summary: bool
    unit: str
    quantity: Decimal | None
    weight: Decimal
    start: date | None
    finish: date | None
    crew: str
    percent: Decimal
    quantity_done: Decimal
    status: TaskStatus
    reported_on: date | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Percent complete and percent planned by now; None where nothing can be said."""

    actual: Decimal | None
    planned: Decimal | None
    start: date | None
    finish: date | None

    @property
    def behind(self) -> Decimal | None:
        """Percentage points behind the plan; negative when ahead."""
        if self.actual is None or self.planned is None:
            return None
        return self.planned - self.actual


def standing_of(tasks: Iterable[PlannedTask], day: date) -> Standing:
    """Σ weight × progress ÷ Σ weight over the tasks that have no tasks below them.

    The plan's share is formed the same way, of the tasks that have planned dates.
    """
    work = [task for task in tasks if not task.is_summary]
    actual = _weighted((task.weight, task.percent) for task in work)
    plans = ((task.weight, planned_percent(task.start, task.finish, day)) for task in work)
    planned = _weighted((weight, share) for weight, share in plans if share is not None)
    starts = [task.start for task in work if task.start]
    finishes = [task.finish for task in work if task.finish]
    return Standing(actual, planned, min(starts, default=None), max(finishes, default=None))


def _weighted(shares: Iterable[tuple[Decimal, Decimal]]) -> Decimal | None:
    total = weights = Decimal(0)
    for weight, share in shares:
        total += weight * share
        weights += weight
    if not weights:
        return None
    return (total / weights).quantize(HUNDREDTH, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Branch:
    """A task in its place in the plan: how deep it stands, and where it stands."""

    task: PlannedTask
    depth: int
    standing: Standing
    late: "Late | None"


def plan_of(tasks: Iterable[PlannedTask], day: date) -> list[Branch]:
    """A site's tasks as a tree read downwards; a summary stands on the tasks below it."""
    below: dict[UUID | None, list[PlannedTask]] = {}
    tasks = list(tasks)
    known = {task.id for task in tasks}
    for task in sorted(tasks, key=lambda task: (task.position, task.code)):
        below.setdefault(task.parent if task.parent in known else None, []).append(task)

    def work_below(task: PlannedTask) -> list[PlannedTask]:
        children = below.get(task.id, [])
        if not children:
            return [task]
        return [one for child in children for one in work_below(child)]

    def read(parent: UUID | None, depth: int) -> Iterator[Branch]:
        for task in below.get(parent, []):
            standing = standing_of(work_below(task), day)
            late = None if task.is_summary else lateness(task, day)
            yield Branch(task, depth, standing, late)
            yield from read(task.id, depth + 1)

    return list(read(None, 0))


class LateBy(StrEnum):
    """Which planned day has passed."""

    START = "start"
    FINISH = "finish"


@dataclass(frozen=True, slots=True)
class Late:
    """Calendar days since the planned day that has passed."""

    by: LateBy
    days: int


def lateness(task: PlannedTask, day: date) -> Late | None:
    """Late is: not finished after its planned finish, or not begun after its planned start."""
    if task.status is TaskStatus.DONE or task.percent >= HUNDRED:
        return None
    if task.finish is not None and day > task.finish:
        return Late(LateBy.FINISH, (day - task.finish).days)
    not_begun = task.percent == 0 and task.status is TaskStatus.NOT_BEGUN
    if task.start is not None and day > task.start and not_begun:
        return Late(LateBy.START, (day - task.start).days)
    return None
