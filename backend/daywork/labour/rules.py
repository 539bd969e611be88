"""工 and overtime as pure functions, and what a labour sheet must say.

工 = regular hours ÷ hours-per-day of the site. A line keeps what was entered beside what it came
to; what it earns is a matter of :mod:`daywork.labour.prices`.
"""

from collections.abc import Collection, Set
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from daywork.entries.rules import TASK_UNKNOWN
from daywork.ground.money import ZERO
from daywork.ground.problems import ProblemKind
from daywork.ground.terms import LabourUnit


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


SHEET_EMPTY = ProblemKind(
    "sheet_empty", 422, _("The sheet has no workers"), _("Add at least one worker.")
)
WORKER_TWICE = ProblemKind(
    "worker_twice",
    422,
    _("A worker stands on the sheet twice"),
    _("Keep one line for each worker; overtime has its own field."),
)
WORKER_UNKNOWN = ProblemKind(
    "worker_unknown",
    422,
    _("A worker on the sheet is not on this site"),
    _("Add the worker to the site, or take the line off the sheet."),
)
CREW_UNKNOWN = ProblemKind(
    "crew_unknown",
    422,
    _("This crew is not on this site"),
    _("Choose a crew of the site."),
)
DAY_TOO_LONG = ProblemKind(
    "day_too_long",
    422,
    _("Nobody works more than 24 hours in a day"),
    _("Correct the hours or the 工 of the worker."),
)
CREW_NOT_LED = ProblemKind(
    "crew_not_led",
    403,
    _("You do not lead this crew any more"),
    _("The office has your record and decides on it."),
)

WORKER_KNOWN = ProblemKind(
    "worker_known",
    409,
    _("This worker is already known"),
    _("Change the worker's details in the settings of the site."),
)

Note = Annotated[str, Meta(max_length=1000)]
THOUSANDTH = Decimal("0.001")
DAY_HOURS = Decimal(24)

A_DAY = Decimal(1)
"""工 a worker can do in a day before somebody should ask."""

OVERTIME_WARNING = Decimal(3)
"""Hours a day, PRC Labour Law art. 41: a warning, never a refusal."""


class LinePayload(msgspec.Struct, frozen=True, kw_only=True):
    """One worker on a sheet, as entered on the phone."""

    id: UUID
    worker: UUID
    unit: LabourUnit
    amount: Annotated[Decimal, Meta()]
    overtime_hours: Decimal = ZERO
    task: UUID | None = None
    note: Note = ""


class SheetPayload(msgspec.Struct, frozen=True, kw_only=True):
    """``labour.sheet`` version 1: one crew's day."""

    site: UUID
    work_day: date
    crew: UUID
    lines: Annotated[list[LinePayload], Meta(max_length=1000)]
    task: UUID | None = None
    note: Note = ""
    reason: Note | None = None


class WorkerPayload(msgspec.Struct, frozen=True, kw_only=True):
    """``sites.worker`` version 1: a worker added on the spot; the entity's id is the worker's."""

    site: UUID
    crew: UUID
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    joined_on: date
    trade: UUID | None = None
    phone: Annotated[str, Meta(max_length=40)] | None = None


def man_days_of(unit: LabourUnit, amount: Decimal, hours_per_day: Decimal) -> Decimal:
    """工 of a line, to three decimals.

    Args:
        unit: what ``amount`` counts.
        amount: 工 or hours, as entered.
        hours_per_day: the site's hours that make one 工.
    """
    man_days = amount if unit is LabourUnit.MAN_DAYS else amount / hours_per_day
    return man_days.quantize(THOUSANDTH, rounding=ROUND_HALF_UP)


def check_sheet(
    sheet: SheetPayload,
    *,
    hours_per_day: Decimal,
    workers: Set[UUID],
    crews: Collection[UUID],
    tasks: Collection[UUID],
) -> None:
    """Refuse what cannot be true; what is merely unusual is recorded and shown as a doubt.

    ``workers``, ``crews`` and ``tasks`` are those known on the site.

    Raises:
        Problem: one of this module's.
    """
    if sheet.crew not in crews:
        raise CREW_UNKNOWN()
    if not sheet.lines:
        raise SHEET_EMPTY()
    seen = {line.worker for line in sheet.lines}
    if len(seen) != len(sheet.lines):
        raise WORKER_TWICE()
    if not seen <= workers:
        raise WORKER_UNKNOWN()
    named = {line.task for line in sheet.lines} | {sheet.task}
    if any(task is not None and task not in tasks for task in named):
        raise TASK_UNKNOWN()
    for line in sheet.lines:
        amount, overtime = line.amount, line.overtime_hours
        if not (amount.is_finite() and overtime.is_finite() and amount >= 0 <= overtime):
            raise DAY_TOO_LONG()
        in_hours = line.unit is LabourUnit.HOURS
        regular = amount if in_hours else amount * hours_per_day
        # Two shifts of a long day are 3 工 at 8 hours: the wall clock is the only limit.
        if amount > DAY_HOURS or regular + overtime > DAY_HOURS:
            raise DAY_TOO_LONG()
