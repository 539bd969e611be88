"""Why a record deserves a second look. Pure.

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
from daywork.ground.terms import StopCause, TaskStatus
from daywork.labour.rules import A_DAY, OVERTIME_WARNING
from daywork.money.rules import Beyond, Limit, Standing, beyond

SAME_DAYS = 3
"""So many identical days of a crew in a row look copied."""

LATE_DAYS = 2
"""A record that arrives later than this after its work day is late."""

OVERTIME_MONTH = Decimal(36)
"""Hours of overtime a calendar month, PRC Labour Law art. 41: a warning, never a refusal."""

JUMP = Decimal(40)
"""Percentage points of progress a day that are hard to believe."""


class DoubtKind(StrEnum):
    """What somebody should ask about, the worst first."""

    DOUBLE_BOOKING = "double_booking"  # 重复记工
    OVER_A_DAY = "over_a_day"  # 超过一个工
    WORKER_LEFT = "worker_left"  # 已离场
    OVER_LIMIT = "over_limit"  # 借支超限
    GOING_DOWN = "going_down"  # 进度倒退
    OVERTIME = "overtime"  # 加班过长
    OVERTIME_MONTH = "overtime_month"  # 当月加班超限
    MORE_THAN_EARNED = "more_than_earned"  # 借支多于已挣
    OVER_SHARE = "over_share"  # 借支超比例
    LENT_TWICE = "lent_twice"  # 同日两次借支
    REPORTED_TWICE = "reported_twice"  # 同日重复报延误
    JUMP = "jump"  # 进度突增
    STOPPED = "stopped"  # 停工
    SAME_DAYS = "same_days"  # 连日相同
    NO_RATE = "no_rate"  # 没有工价
    RATE_CHANGED = "rate_changed"  # 工价有变
    OFF_SITE = "off_site"  # 不在现场
    NO_PHOTO = "no_photo"  # 缺照片
    LATE = "late"  # 迟报
    CLOCK = "clock"  # 手机时间可疑


SERIOUS = frozenset(
    {
        DoubtKind.DOUBLE_BOOKING,
        DoubtKind.OVER_A_DAY,
        DoubtKind.WORKER_LEFT,
        DoubtKind.OVER_LIMIT,
        DoubtKind.GOING_DOWN,
    }
)
"""Somebody would be paid twice, for a day not worked, or beyond what the site agreed on: shown as
bad, not as a warning."""


@dataclass(frozen=True, slots=True)
class Booking:
    """The same worker on another sheet of the same day, anywhere in the company."""

    sheet: UUID
    crew: str
    site: str
    man_days: Decimal
    stands: bool = False
    """Somebody has said that all sheets of the worker's day stand as they are."""


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
    month_overtime: Decimal = ZERO
    """Hours of overtime in the calendar month up to this day, this line's included."""
    rate_changed: bool = False
    """Another price than on the worker's last approved day."""

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
    off_site_m: int = 0
    """How far from the site the farthest photo was taken, in metres; 0 when none was off it."""


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
    off_site_m: int = 0
    """How far from the site the farthest photo was taken, in metres; 0 when none was off it."""


@dataclass(frozen=True, slots=True)
class DelayFacts:
    """What a report of lost days is doubted by."""

    work_day: date
    arrived_on: date
    photos: int = 0
    photo_required: bool = False
    clock_doubtful: bool = False
    off_site_m: int = 0
    """How far from the site the farthest photo was taken, in metres; 0 when none was off it."""
    twice: tuple[tuple[str, Decimal], ...] = ()
    """Who else reported days lost on this task and day by hand, and how many."""


@dataclass(frozen=True, slots=True)
class AdvanceFacts:
    """What an advance is doubted by, and what is shown beside its amount."""

    work_day: date
    arrived_on: date
    worker: UUID
    name: str
    amount: Decimal
    limit: Limit
    standing: Standing
    currency: str
    left_on: date | None = None
    pay_shown: bool = False
    """Whether the reader may see what the worker has earned."""
    clock_doubtful: bool = False
    photos: int = 0
    photo_required: bool = False
    off_site_m: int = 0
    """A receipt may be photographed anywhere, and need not be: neither is a doubt."""

    @property
    def month_with_it(self) -> Decimal:
        """The month's advances, this one among them."""
        return self.standing.lent_this_month + self.amount


Facts = SheetFacts | ReportFacts | DelayFacts | AdvanceFacts


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


def doubts(facts: Facts) -> list[Doubt]:
    """Every reason to look twice, the worst first; none means clean."""
    found: list[Doubt] = []
    if isinstance(facts, SheetFacts):
        found += _of_sheet(facts)
    elif isinstance(facts, ReportFacts):
        found += _of_report(facts)
    elif isinstance(facts, AdvanceFacts):
        found += _of_advance(facts)
    elif facts.twice:
        names, days = zip(*facts.twice, strict=True)
        figures = {
            "who": "、".join(dict.fromkeys(names)),
            "lost": f"{sum(days, ZERO).normalize():f}",
        }
        found.append(Doubt(DoubtKind.REPORTED_TWICE, figures=figures))
    late = (facts.arrived_on - facts.work_day).days
    if late > LATE_DAYS:
        found.append(Doubt(DoubtKind.LATE, figures={"days": late}))
    if facts.clock_doubtful:
        found.append(Doubt(DoubtKind.CLOCK))
    if facts.off_site_m:
        found.append(Doubt(DoubtKind.OFF_SITE, figures={"metres": facts.off_site_m}))
    if facts.photo_required and not facts.photos:
        found.append(Doubt(DoubtKind.NO_PHOTO))
    order = list(DoubtKind)
    return sorted(found, key=lambda doubt: order.index(doubt.kind))


def _of_sheet(sheet: SheetFacts) -> Iterable[Doubt]:
    at_work = [line for line in sheet.lines if line.at_work]
    found: dict[DoubtKind, list[About]] = {}

    def note(kind: DoubtKind, line: LineFacts, figure: Decimal | date | None = None) -> None:
        # Only what is booked twice is said of the other sheets.
        elsewhere = line.elsewhere if kind is DoubtKind.DOUBLE_BOOKING else ()
        about = About(line.worker, line.name, figure, elsewhere)
        found.setdefault(kind, []).append(about)

    for line in at_work:
        total = line.man_days + sum((one.man_days for one in line.elsewhere), ZERO)
        if total > A_DAY and any(not one.stands for one in line.elsewhere):
            note(DoubtKind.DOUBLE_BOOKING, line, total)
        if line.man_days > A_DAY:
            note(DoubtKind.OVER_A_DAY, line, line.man_days)
        if line.overtime_hours > OVERTIME_WARNING:
            note(DoubtKind.OVERTIME, line, line.overtime_hours)
        if line.overtime_hours > 0 and line.month_overtime > OVERTIME_MONTH:
            note(DoubtKind.OVERTIME_MONTH, line, line.month_overtime)
        if line.left_on is not None and line.left_on < sheet.work_day:
            note(DoubtKind.WORKER_LEFT, line, line.left_on)
        if not line.has_rate:
            note(DoubtKind.NO_RATE, line)
        elif line.rate_changed:
            note(DoubtKind.RATE_CHANGED, line)
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


def _of_advance(advance: AdvanceFacts) -> Iterable[Doubt]:
    if advance.left_on is not None and advance.left_on < advance.work_day:
        about = About(advance.worker, advance.name, advance.left_on)
        yield Doubt(DoubtKind.WORKER_LEFT, (about,))
    currency = advance.currency
    for one in beyond(advance.amount, advance.limit, advance.standing):
        if one is Beyond.EARNED:
            yield Doubt(DoubtKind.MORE_THAN_EARNED)
        elif one is Beyond.PERCENT:
            yield Doubt(
                DoubtKind.OVER_SHARE, figures={"share": Decimal(advance.limit.percent or 0)}
            )
        else:
            total, limit = advance.month_with_it, advance.limit.monthly or ZERO
            yield Doubt(
                DoubtKind.OVER_LIMIT,
                figures={"total": total, "limit": limit, "currency": currency},
            )
    if advance.standing.same_day:
        yield Doubt(DoubtKind.LENT_TWICE, figures={"n": advance.standing.same_day + 1})


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
