"""The days of the crews: who came, for how long, at what. Made once a crew and day, from a seed.

Offsets are days from the demo's today: -1 is yesterday. Today's sheets are left to be recorded.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from daywork.demo.names import name_of
from daywork.demo.people import CREWS, LEFT, LEFT_ON, ON_LEAVE, SITES, WORKERS, CrewSpec
from daywork.demo.plan import TASKS, task_of_crew

FIRST = -42
"""Six weeks."""
ZONE = ZoneInfo("Asia/Shanghai")
RAIN = (-30, -17)
NEW_YEAR = (
    date(2026, 2, 17),
    date(2027, 2, 6),
    date(2028, 1, 26),
    date(2029, 2, 13),
    date(2030, 2, 3),
)
"""First days of the lunar year: both sites are empty around them."""
HOLIDAYS = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))

NONE, HALF, WHOLE = Decimal(0), Decimal("0.5"), Decimal(1)


@dataclass(frozen=True, slots=True)
class Almanac:
    """Which days are worked, and instants of them, seen from the demo's today."""

    today: date

    def day(self, offset: int) -> date:
        """The date so many days from today."""
        return self.today + timedelta(days=offset)

    def instant(self, offset: int, hour: int, minute: int = 0) -> datetime:
        """An instant by the sites' clock, in UTC."""
        local = datetime.combine(self.day(offset), time(hour, minute), ZONE)
        return local.astimezone(UTC)

    def is_worked(self, site: str, offset: int) -> bool:
        """Every second Sunday is free, and so are holidays."""
        day = self.day(offset)
        if (day.month, day.day) in HOLIDAYS:
            return False
        if any(-2 <= (day - first).days <= 6 for first in NEW_YEAR):
            return False
        even_week = day.isocalendar().week % 2 == 0
        return day.isoweekday() != 7 or even_week != (site == "lake")

    def worked_by(self, site: str, offset: int) -> int:
        """The last day worked on or before ``offset``, else the first after it."""
        for near in chain(range(offset, FIRST - 1, -1), range(offset, 0)):
            if self.is_worked(site, near):
                return near
        return FIRST


@dataclass(slots=True)
class Line:
    """One worker on a sheet."""

    worker: str
    amount: Decimal
    in_hours: bool = False
    overtime: Decimal = NONE
    task: str | None = None
    note: str = ""


@dataclass(slots=True)
class Sheet:
    """One crew's day, as the foreman enters it."""

    crew: CrewSpec
    offset: int
    lines: list[Line] = field(default_factory=list)
    task: str | None = None
    note: str = ""

    def id_in(self, almanac: Almanac) -> UUID:
        """The entry's id."""
        made = almanac.instant(self.offset, 17)
        return name_of(f"sheet {self.crew.key} {almanac.day(self.offset)}", made)

    def payload(self, almanac: Almanac, entry: UUID, reason: str | None = None) -> dict[str, Any]:
        """``labour.sheet`` version 1, as a phone sends it."""
        site = self.crew.site
        return {
            "site": SITES[site].id,
            "work_day": almanac.day(self.offset),
            "crew": self.crew.id,
            "task": TASKS[site, self.task].id if self.task else None,
            "note": self.note,
            "lines": [
                {
                    "id": name_of(f"line {entry} {line.worker}", almanac.instant(self.offset, 17)),
                    "worker": WORKERS[line.worker].id,
                    "unit": "hours" if line.in_hours else "man_days",
                    "amount": str(line.amount),
                    "overtime_hours": str(line.overtime),
                    "task": TASKS[site, line.task].id if line.task else None,
                    "note": line.note,
                }
                for line in self.lines
            ],
            "reason": reason,
        }


Sheets = dict[tuple[str, int], Sheet]


def sheets_until_yesterday(almanac: Almanac) -> Sheets:
    """Every crew's sheets of the six weeks."""
    return {
        (crew.key, offset): _sheet(crew, offset)
        for crew in CREWS.values()
        for offset in range(FIRST, 0)
        if almanac.is_worked(crew.site, offset)
    }


def _sheet(crew: CrewSpec, offset: int) -> Sheet:
    chance = Random(f"daywork {crew.key} {offset}")  # noqa: S311 - a story, no secret
    task = task_of_crew(crew.key, offset)
    sheet = Sheet(crew, offset, task=task.code)
    rained = offset in RAIN and crew.key != "services"
    overtime = _crew_overtime(crew, task.code, chance)
    for worker in WORKERS.values():
        if worker.crew != crew.key or worker.joined > offset:
            continue
        if worker.name == LEFT and offset > LEFT_ON:
            continue
        line = _line(worker.name, worker.trade, crew, offset, chance)
        if line is None:
            continue
        if rained:
            line.amount, line.overtime = min(line.amount, HALF), NONE
        elif line.amount == WHOLE and chance.random() < 0.85:
            line.overtime = overtime
        if crew.key == "services":
            _in_hours(line)
        sheet.lines.append(line)
    if rained:
        sheet.note = "下午大雨停工"
    elif crew.key == "pour" and task.code.endswith(".3"):
        sheet.note = "泵车上午到场，连续浇筑"
    return sheet


def _crew_overtime(crew: CrewSpec, task: str, chance: Random) -> Decimal:
    if crew.key == "pour" and task != "4":
        return Decimal(chance.choice((2, 3, 3)))
    return Decimal(chance.choices((0, 1, 2, 3), (58, 14, 22, 6))[0])


def _line(worker: str, trade: str, crew: CrewSpec, offset: int, chance: Random) -> Line | None:
    drawn, silent = chance.random(), chance.random() < 0.6
    away_from, away_to = ON_LEAVE.get(worker, (1, 1))
    line = Line(worker, WHOLE, task=_own_task(trade, crew, offset, chance))
    if away_from <= offset <= away_to:
        return None
    if drawn < 0.05:
        line.amount, line.task = NONE, None
        line.note = _say(crew, chance, ("请假", "病假", "家里有事"), ("Sick", "Day off"))
        return None if silent else line
    if drawn < 0.10:
        line.amount = HALF
        line.note = _say(crew, chance, ("下午请假", "上午办证", ""), ("Left at noon", ""))
    elif drawn < 0.115:
        line.amount = Decimal("0.75")
    return line


def _say(crew: CrewSpec, chance: Random, chinese: tuple[str, ...], english: tuple[str, ...]) -> str:
    return chance.choice(english if crew.key == "services" else chinese)


def _own_task(trade: str, crew: CrewSpec, offset: int, chance: Random) -> str | None:
    """A line's own task where it differs from the sheet's."""
    if trade == "架子工":
        return "2.7"
    if crew.key == "brick" and trade == "普工" and chance.random() < 0.5:
        return "1.5"
    if crew.key == "services":
        drawn = chance.random()
        if offset >= -36 and drawn < 0.35:
            return "2.2"
        if offset >= -18 and drawn < 0.6:
            return "2.5"
    return None


def _in_hours(line: Line) -> None:
    """The services crew keeps time sheets: hours of a nine-hour day."""
    line.amount = (line.amount * 9).quantize(Decimal("0.01")).normalize() + 0
    if line.amount == Decimal("6.75"):
        line.amount = Decimal(7)
    line.in_hours = True
