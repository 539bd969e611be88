"""What a progress report must say, and what it makes of its task. Pure."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
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
