"""Days lost, as the foremen said, and how the tasks hang on one another."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from daywork.demo.days import Almanac
from daywork.demo.names import name_of
from daywork.demo.people import CREWS, SITES
from daywork.demo.plan import FLOORS, TASKS, TaskSpec
from daywork.ground.terms import DelayCause, LinkKind

LOOKED_ON: Final = (-18, -12, -7, -3, -1, 0)
"""Mornings of the story on which the plan is looked through; in life it is every one."""


@dataclass(frozen=True, slots=True)
class LostDays:
    """What a foreman reported of a task."""

    task: TaskSpec
    offset: int
    cause: DelayCause
    days: Decimal
    note: str

    @property
    def author(self) -> str:
        """The crew's foreman."""
        return CREWS[self.task.crew or "form"].foreman

    def id_in(self, almanac: Almanac) -> UUID:
        """The entry's id."""
        day = almanac.day(self.offset)
        made = almanac.instant(self.offset, 17)
        return name_of(f"delay {self.task.site} {self.task.code} {self.cause} {day}", made)

    def payload(self, almanac: Almanac) -> dict[str, Any]:
        """``delay.report`` version 1, as a phone sends it."""
        return {
            "site": SITES[self.task.site].id,
            "work_day": almanac.day(self.offset),
            "task": self.task.id,
            "cause": self.cause,
            "days": str(self.days),
            "note": self.note,
        }


def _lost(site: str, code: str, offset: int, cause: DelayCause, days: str, note: str) -> LostDays:
    return LostDays(TASKS[site, code], offset, cause, Decimal(days), note)


LOST: Final = (
    _lost("lake", "2.3.1", -33, DelayCause.WEATHER, "1.5", "连日大雨，支模停工"),
    _lost("lake", "2.4.1", -22, DelayCause.MATERIAL, "2", "木方未到，等了两天"),
    _lost("lake", "2.4.3", -11, DelayCause.PLANT, "0.5", "泵车故障"),
    _lost("lake", "2.5.1", -8, DelayCause.LABOUR, "2", "木工被抽去外架班"),
    _lost("lake", "2.7", -20, DelayCause.WEATHER, "2", "六级大风，外架停工"),
    _lost("lake", "2.7", -5, DelayCause.WEATHER, "1", "大风"),
    _lost("park", "2.3", -9, DelayCause.DRAWING, "5", "Waiting for the revised pipe routing."),
    _lost("park", "2.2", -14, DelayCause.CLIENT, "3", "The client moved two risers."),
    _lost("park", "1.3", -12, DelayCause.MATERIAL, "2", "Blocks came two days late."),
    _lost("park", "1.5", -21, DelayCause.WEATHER, "1", "Rain all day."),
)


def links() -> list[tuple[UUID, UUID, UUID, LinkKind, int]]:
    """Site, predecessor, successor, kind and lag of every link of both plans."""
    chains: list[tuple[str, str, str, LinkKind, int]] = []
    for number in FLOORS:
        floor = f"2.{number - 4}"
        chains += [
            ("lake", f"{floor}.1", f"{floor}.2", LinkKind.START_START, 2),
            ("lake", f"{floor}.2", f"{floor}.3", LinkKind.FINISH_START, 0),
        ]
        if number - 1 in FLOORS:
            chains.append(("lake", f"2.{number - 5}.3", f"{floor}.1", LinkKind.FINISH_START, 0))
    chains += [
        ("lake", "2.5.3", "2.6", LinkKind.FINISH_START, 0),
        ("lake", "2.6", "3.2", LinkKind.FINISH_START, 10),
        ("park", "1.1", "1.2", LinkKind.FINISH_START, 0),
        ("park", "1.2", "1.3", LinkKind.FINISH_START, 0),
        ("park", "1.3", "1.4", LinkKind.FINISH_START, 0),
        ("park", "2.2", "2.4", LinkKind.FINISH_START, -3),
        ("park", "2.3", "3.1", LinkKind.START_START, 10),
        ("park", "3.1", "3.2", LinkKind.FINISH_START, -8),
    ]
    return [
        (SITES[site].id, TASKS[site, before].id, TASKS[site, after].id, kind, lag)
        for site, before, after, kind, lag in chains
    ]
