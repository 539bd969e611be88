"""Progress reports: every few days each foreman says how far the crew's tasks are."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any
from uuid import UUID

from daywork.demo.days import FIRST, Almanac
from daywork.demo.names import name_of
from daywork.demo.people import CREWS, SITES
from daywork.demo.plan import TASKS, TaskSpec
from daywork.ground.terms import StopCause, TaskStatus

REMEASURED = ("2.2", -15)
"""This task was counted again near this day, and was less than reported before."""


@dataclass(frozen=True, slots=True)
class Report:
    """A task as of one evening."""

    task: TaskSpec
    offset: int
    status: TaskStatus
    quantity: Decimal | None
    percent: Decimal | None
    cause: StopCause | None = None
    note: str = ""

    @property
    def author(self) -> str:
        """The crew's foreman; the office where no crew of ours does the task."""
        return CREWS[self.task.crew].foreman if self.task.crew else "lin"

    def id_in(self, almanac: Almanac) -> UUID:
        """The entry's id."""
        day = almanac.day(self.offset)
        made = almanac.instant(self.offset, 17)
        return name_of(f"report {self.task.site} {self.task.code} {day}", made)

    def payload(self, almanac: Almanac) -> dict[str, Any]:
        """``progress.report`` version 1, as a phone sends it."""
        return {
            "site": SITES[self.task.site].id,
            "work_day": almanac.day(self.offset),
            "task": self.task.id,
            "quantity": None if self.quantity is None else str(self.quantity),
            "percent": None if self.percent is None else str(self.percent),
            "status": self.status,
            "cause": self.cause,
            "note": self.note,
        }


def reports_of(almanac: Almanac) -> list[Report]:
    """All reports until yesterday, a task after another."""
    reports: list[Report] = []
    for task in TASKS.values():
        if task.really is not None:
            reports += _reports_of_task(almanac, task)
    return reports


def _reports_of_task(almanac: Almanac, task: TaskSpec) -> list[Report]:
    begun, finished = task.really or (0, 0)
    if finished < FIRST:
        return [Report(task, finished, TaskStatus.DONE, task.quantity, None)]
    reports: list[Report] = []
    step = 3 if finished - begun < 40 else 6
    reported = Decimal(0)
    end = min(finished, -1)
    stop = None if task.stopped_on is None else _stopped(almanac, task)
    if stop is not None:
        end = stop.offset - 1  # that evening's report is the stop itself
    for offset in range(max(begun, FIRST), end + 1):
        if (offset - begun) % step != step - 1 or offset == finished:
            continue
        if not almanac.is_worked(task.site, offset):
            continue
        reported = max(_measured(task, offset), reported)
        reports.append(_going(task, offset, reported))
    if stop is not None:
        reports.append(stop)
    elif finished < 0:
        # Finished on a free day: said on the next one worked.
        while not almanac.is_worked(task.site, finished) and finished < -1:
            finished += 1
        reports.append(Report(task, finished, TaskStatus.DONE, task.quantity, None))
    if task.site == "park" and task.code == REMEASURED[0]:
        _count_again(reports)
    return reports


def _measured(task: TaskSpec, offset: int) -> Decimal:
    """What the foreman reads off, in the task's unit or percent: near the truth, rounded."""
    chance = Random(f"daywork progress {task.code} {offset}")  # noqa: S311 - a story
    percent = task.percent_on(offset) * Decimal(chance.randrange(95, 104)) / 100
    whole = Decimal(100) if task.quantity is None else task.quantity
    places = Decimal("0.1") if task.unit == "t" else Decimal(1)
    return (min(percent, Decimal(97)) * whole / 100).quantize(places, ROUND_HALF_UP)


def _going(task: TaskSpec, offset: int, measured: Decimal, note: str = "") -> Report:
    if task.quantity is None:
        return Report(task, offset, TaskStatus.GOING, None, measured, note=note)
    return Report(task, offset, TaskStatus.GOING, measured, None, note=note)


def _stopped(almanac: Almanac, task: TaskSpec) -> Report:
    offset = almanac.worked_by(task.site, task.stopped_on or 0)
    return Report(
        task,
        offset,
        TaskStatus.STOPPED,
        _measured(task, offset),
        None,
        StopCause.DRAWING,
        "Pipe routing on levels 2 and 3 clashes with the ducts. Waiting for the revised drawing.",
    )


def _count_again(reports: list[Report]) -> None:
    for index, report in enumerate(reports):
        if index and report.offset >= REMEASURED[1] and report.quantity is not None:
            less = (reports[index - 1].quantity or Decimal(0)) - 18
            note = "Counted again: two risers on level 3 are not fixed yet."
            reports[index] = _going(report.task, report.offset, less, note)
            return
