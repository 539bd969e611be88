"""How a month's lines become a crew's grid of workers by days, and which days to look at. Pure.

A cell holds the same :class:`Figures` as the month's summary, and every total is their sum; so the
grid cannot say another number than the summary does. Pending and returned 工 stay apart in each.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from daywork.ground.money import ZERO
from daywork.ground.names import name_order
from daywork.labour.rules import A_DAY, OVERTIME_WARNING
from daywork.summary.rules import Figures, natural_order, total_of


class DayDoubt(StrEnum):
    """Why a worker's day should be looked at; it stops nothing."""

    DOUBLE_BOOKING = "double_booking"  # 重复记工
    OVER_A_DAY = "over_a_day"  # 超过一个工
    OVERTIME = "overtime"  # 加班过长


@dataclass(frozen=True, slots=True)
class Cell:
    """One worker's day with one crew. ``booked_…`` is that day with every crew of the company."""

    day: date
    figures: Figures
    booked_man_days: Decimal = ZERO
    booked_overtime: Decimal = ZERO
    """Hours."""
    booked_sheets: int = 0

    def __add__(self, other: "Cell") -> "Cell":
        """The same day by two records of one worker; both know the whole day."""
        return replace(self, figures=self.figures + other.figures)

    @property
    def doubts(self) -> tuple[DayDoubt, ...]:
        """More than a day's 工, or more overtime than art. 41 of the Labour Law has in mind."""
        found = []
        if self.booked_man_days > A_DAY:
            several = self.booked_sheets > 1
            found.append(DayDoubt.DOUBLE_BOOKING if several else DayDoubt.OVER_A_DAY)
        if self.booked_overtime > OVERTIME_WARNING:
            found.append(DayDoubt.OVERTIME)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class CrewLine:
    """One row as the database gives it: a worker of a crew, with a cell or without any."""

    crew: UUID
    crew_name: str
    company: str
    worker: UUID
    name: str
    number: str
    trade: str
    cell: Cell | None


@dataclass(frozen=True, slots=True)
class WorkerMonth:
    """One worker's row of a crew's grid."""

    worker: UUID
    name: str
    number: str
    trade: str
    cells: dict[date, Cell] = field(default_factory=dict)

    @property
    def total(self) -> Figures:
        return total_of(cell.figures for cell in self.cells.values())

    @property
    def doubtful(self) -> list[Cell]:
        """The cells to look at, by day."""
        return [self.cells[day] for day in sorted(self.cells) if self.cells[day].doubts]


@dataclass(frozen=True, slots=True)
class CrewAtWork:
    """A crew with records in the month, and how many workers they name."""

    crew: UUID
    name: str
    workers: int


@dataclass(frozen=True, slots=True)
class CrewMonth:
    """One crew's grid. A worker who was with two crews has a row in each."""

    crew: UUID
    name: str
    company: str
    """The subcontractor; empty for an own crew."""
    workers: list[WorkerMonth]

    @property
    def total(self) -> Figures:
        return total_of(one.total for one in self.workers)

    def on(self, day: date) -> Figures:
        """All workers of that day."""
        return total_of(one.cells[day].figures for one in self.workers if day in one.cells)

    @property
    def doubtful(self) -> list[tuple[WorkerMonth, Cell]]:
        """The worker's days to look at."""
        return [(one, cell) for one in self.workers for cell in one.doubtful]


def grids_of(lines: Iterable[CrewLine]) -> list[CrewMonth]:
    """The crews' grids, crews by name, workers by number and name."""
    crews: dict[UUID, CrewMonth] = {}
    rows: dict[tuple[UUID, UUID], WorkerMonth] = {}
    for line in lines:
        crew = crews.setdefault(line.crew, CrewMonth(line.crew, line.crew_name, line.company, []))
        row = rows.get((line.crew, line.worker))
        if row is None:
            row = WorkerMonth(line.worker, line.name, line.number, line.trade)
            rows[line.crew, line.worker] = row
            crew.workers.append(row)
        if line.cell is not None:
            other = row.cells.get(line.cell.day)
            row.cells[line.cell.day] = line.cell if other is None else other + line.cell
    for crew in crews.values():
        crew.workers.sort(
            key=lambda one: (natural_order(one.number), name_order(one.name), one.worker)
        )
    return sorted(crews.values(), key=lambda crew: (name_order(crew.name), crew.crew))
