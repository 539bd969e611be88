"""Why a record deserves a second look, and what changed between two versions. Pure.

A doubt never stops anybody: what happened is recorded, and the supervisor decides with the reason
in words before him. Records without a doubt are *clean* and may be approved together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from daywork.ground.money import ZERO
from daywork.ground.terms import EntryKind, EntryState, Outcome, StopCause, TaskStatus
from daywork.labour.rules import OVERTIME_WARNING

A_DAY = Decimal(1)
"""工 a worker can do in a day before somebody should ask."""

SAME_DAYS = 3
"""So many identical days of a crew in a row look copied."""

LATE_DAYS = 2
"""A record that arrives later than this after its work day is late."""

JUMP = Decimal(40)
"""Percentage points of progress a day that are hard to believe."""


class DoubtKind(StrEnum):
    """What somebody should ask about, the worst first."""

    DOUBLE_BOOKING = "double_booking"  # 重复记工
    OVER_A_DAY = "over_a_day"  # 超过一个工
    WORKER_LEFT = "worker_left"  # 已离场
    GOING_DOWN = "going_down"  # 进度倒退
    OVERTIME = "overtime"  # 加班过长
    JUMP = "jump"  # 进度突增
    STOPPED = "stopped"  # 停工
    SAME_DAYS = "same_days"  # 连日相同
    NO_RATE = "no_rate"  # 没有工价
    NO_PHOTO = "no_photo"  # 缺照片
    LATE = "late"  # 迟报
    CLOCK = "clock"  # 手机时间可疑


SERIOUS = frozenset(
    {
        DoubtKind.DOUBLE_BOOKING,
        DoubtKind.OVER_A_DAY,
        DoubtKind.WORKER_LEFT,
        DoubtKind.GOING_DOWN,
    }
)
"""Somebody would be paid twice, or for a day not worked: shown as bad, not as a warning."""


@dataclass(frozen=True, slots=True)
class Booking:
    """The same worker on another sheet of the same day, anywhere in the company."""

    sheet: UUID
    crew: str
    site: str
    man_days: Decimal


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One worker on the sheet, with what is known of the worker that day."""

    worker: UUID
    name: str
    man_days: Decimal
    overtime_hours: Decimal
    has_rate: bool = True
    left_on: date | None = None
    elsewhere: tuple[Booking, ...] = ()

    @property
    def at_work(self) -> bool:
        """Whether the line claims anything at all."""
        return self.man_days > 0 or self.overtime_hours > 0


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What a labour sheet is doubted by."""

    work_day: date
    arrived_on: date
    """The day, on the site's calendar, its first version came in."""
    lines: tuple[LineFacts, ...]
    days_before: tuple[str, ...] = ()
    """Fingerprints of the crew's days: this one first, then the ones before it, latest first."""
    photos: int = 0
    photo_required: bool = False
    clock_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What a progress report is doubted by."""

    work_day: date
    arrived_on: date
    percent: Decimal
    status: TaskStatus
    cause: StopCause | None = None
    before: Decimal = ZERO
    """Percent of the report before it, by work day; 0 when there is none."""
    before_day: date | None = None
    photos: int = 0
    photo_required: bool = False
    clock_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """One worker a doubt is about, with the figure that made it (工, hours or a day)."""

    worker: UUID
    name: str
    figure: Decimal | date | None = None
    elsewhere: tuple[Booking, ...] = ()


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reason to look twice; ``approvals.words`` says it in the reader's language."""

    kind: DoubtKind
    about: tuple[About, ...] = ()
    figures: Mapping[str, Decimal | int | str | date] = field(default_factory=dict)

    @property
    def serious(self) -> bool:
        """Shown as bad, not as a warning."""
        return self.kind in SERIOUS


def doubts(facts: SheetFacts | ReportFacts) -> list[Doubt]:
    """Every reason to look twice, the worst first; none means clean."""
    found = list(_of_sheet(facts) if isinstance(facts, SheetFacts) else _of_report(facts))
    late = (facts.arrived_on - facts.work_day).days
    if late > LATE_DAYS:
        found.append(Doubt(DoubtKind.LATE, figures={"days": late}))
    if facts.clock_doubtful:
        found.append(Doubt(DoubtKind.CLOCK))
    if facts.photo_required and not facts.photos:
        found.append(Doubt(DoubtKind.NO_PHOTO))
    order = list(DoubtKind)
    return sorted(found, key=lambda doubt: order.index(doubt.kind))


def _of_sheet(sheet: SheetFacts) -> Iterable[Doubt]:
    at_work = [line for line in sheet.lines if line.at_work]
    found: dict[DoubtKind, list[About]] = {}

    def note(kind: DoubtKind, line: LineFacts, figure: Decimal | date | None = None) -> None:
        about = About(line.worker, line.name, figure, line.elsewhere)
        found.setdefault(kind, []).append(about)

    for line in at_work:
        total = line.man_days + sum((one.man_days for one in line.elsewhere), ZERO)
        if line.elsewhere and total > A_DAY:
            note(DoubtKind.DOUBLE_BOOKING, line, total)
        if line.man_days > A_DAY:
            note(DoubtKind.OVER_A_DAY, line, line.man_days)
        if line.overtime_hours > OVERTIME_WARNING:
            note(DoubtKind.OVERTIME, line, line.overtime_hours)
        if line.left_on is not None and line.left_on < sheet.work_day:
            note(DoubtKind.WORKER_LEFT, line, line.left_on)
        if not line.has_rate:
            note(DoubtKind.NO_RATE, line)
    for kind, about in found.items():
        yield Doubt(kind, tuple(about))
    same = same_days_running(sheet.days_before)
    if same >= SAME_DAYS:
        yield Doubt(DoubtKind.SAME_DAYS, figures={"days": same})


def _of_report(report: ReportFacts) -> Iterable[Doubt]:
    figures = {"before": report.before, "percent": report.percent}
    rise = report.percent - report.before
    days = 1 if report.before_day is None else max(1, (report.work_day - report.before_day).days)
    if rise < 0:
        yield Doubt(DoubtKind.GOING_DOWN, figures=figures)
    elif rise / days > JUMP:
        yield Doubt(DoubtKind.JUMP, figures=figures)
    if report.status is TaskStatus.STOPPED:
        yield Doubt(DoubtKind.STOPPED, figures={"cause": report.cause or StopCause.OTHER})


def same_days_running(fingerprints: Sequence[str]) -> int:
    """How many days, this one included, are identical without a break; 0 for an empty day."""
    if not fingerprints or not fingerprints[0]:
        return 0
    running = 0
    for fingerprint in fingerprints:
        if fingerprint != fingerprints[0]:
            break
        running += 1
    return running


# What changed between two versions


@dataclass(frozen=True, slots=True)
class LineSeen:
    """A line of one version, as somebody reads it."""

    worker: UUID
    name: str
    man_days: Decimal
    overtime_hours: Decimal
    task: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class LineChange:
    """One worker's line before and after; None where there was, or is, no line."""

    name: str
    before: LineSeen | None
    after: LineSeen | None


def changed_lines(before: Iterable[LineSeen], after: Iterable[LineSeen]) -> list[LineChange]:
    """The lines that differ, in the order of the new version; removed ones last."""
    old = {line.worker: line for line in before}
    new = {line.worker: line for line in after}
    changes = [
        LineChange(line.name, old.get(worker), line)
        for worker, line in new.items()
        if old.get(worker) != line
    ]
    changes += [
        LineChange(line.name, line, None) for worker, line in old.items() if worker not in new
    ]
    return changes


@dataclass(frozen=True, slots=True)
class FactChange:
    """A named field of a record before and after, as stored; ``None`` is nothing."""

    name: str
    before: str | None
    after: str | None


REPORT_FIELDS = ("percent", "quantity", "status", "cause", "note")
SHEET_FIELDS = ("note",)


def changed_fields(
    before: Mapping[str, object], after: Mapping[str, object], names: Iterable[str]
) -> list[FactChange]:
    """The fields of two payloads that differ; empty text and nothing are the same."""

    def said(value: object) -> str | None:
        return None if value is None or value == "" else str(value)

    return [
        FactChange(name, said(before.get(name)), said(after.get(name)))
        for name in names
        if said(before.get(name)) != said(after.get(name))
    ]


# What decisions there are


DECIDED_HERE = (EntryKind.LABOUR_SHEET, EntryKind.PROGRESS_REPORT)
"""The kinds that pass through this room."""

AUDITED = {
    Outcome.APPROVED: "entry.approved",
    Outcome.RETURNED: "entry.returned",
    Outcome.REOPENED: "entry.reopened",
}


def offered(state: EntryState, *, may_decide: bool) -> tuple[Outcome, ...]:
    """Which decisions somebody can take on a record in this state."""
    if not may_decide:
        return ()
    return {
        EntryState.SUBMITTED: (Outcome.APPROVED, Outcome.RETURNED),
        EntryState.APPROVED: (Outcome.REOPENED,),
    }.get(state, ())
