"""Which photos were taken: of what, when, where, and for which record."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from daywork.demo.days import Almanac, Sheets
from daywork.demo.names import name_of
from daywork.demo.people import CREWS, SITES
from daywork.demo.plan import TASKS, task_of_crew
from daywork.demo.reports import Report

TAKEN = (
    ("form", -40, "formwork"),
    ("rebar", -37, "rebar"),
    ("pour", -36, "pour"),
    ("brick", -33, "brickwork"),
    ("services", -31, "services"),
    ("form", -28, "building"),
    ("rebar", -26, "rebar"),
    ("pour", -23, "pour"),
    ("services", -22, "services"),
    ("brick", -20, "brickwork"),
    ("form", -18, "formwork"),
    ("form", -16, "building"),
    ("rebar", -14, "rebar"),
    ("services", -13, "services"),
    ("pour", -11, "pour"),
    ("brick", -10, "brickwork"),
    ("services", -9, "services"),
    ("form", -8, "formwork"),
    ("brick", -6, "building"),
    ("rebar", -4, "rebar"),
    ("form", -3, "building"),
    ("brick", -3, "brickwork"),
    ("services", -2, "services"),
    ("form", -1, "formwork"),
    ("rebar", -1, "rebar"),
)
"""Crew, day (moved to one worked), and what the picture shows."""

NOTES = {
    "formwork": "模板支设",
    "rebar": "板筋绑扎，间距已查",
    "pour": "浇筑中",
    "brickwork": "三线实心砖收口",
    "services": "Trays and pipes at the corridor ceiling",
    "building": "整体形象进度",
}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A picture that was taken on a site."""

    id: UUID
    author: str
    site: str
    offset: int
    scene: str
    stage: float
    """How far the building is, 0 to 1: later pictures show more of it."""
    taken_at: datetime
    latitude: float
    longitude: float
    accuracy_m: float
    of_entry: UUID
    task: UUID
    note: str


def snapshots_of(almanac: Almanac, sheets: Sheets, reports: list[Report]) -> list[Snapshot]:
    """The photos, each with the crew's report of that day, else with its sheet."""
    reported = {
        (report.task.crew, report.offset): report.id_in(almanac)
        for report in reports
        if report.task.crew
    }
    taken: list[Snapshot] = []
    for number, (crew_key, wanted, scene) in enumerate(TAKEN):
        crew = CREWS[crew_key]
        site = SITES[crew.site]
        offset = almanac.worked_by(crew.site, wanted)
        chance = Random(f"daywork photo {number}")  # noqa: S311 - a story
        taken_at = almanac.instant(offset, chance.randrange(9, 17), chance.randrange(60))
        taken_at += timedelta(seconds=chance.randrange(60))
        sheet = sheets[crew_key, offset].id_in(almanac)
        task = task_of_crew(crew_key, offset)
        taken.append(
            Snapshot(
                name_of(f"photo {number}", taken_at),
                crew.foreman,
                crew.site,
                offset,
                scene,
                min(1.0, max(0.0, 1 + offset / 60)),
                taken_at,
                round(site.latitude + chance.uniform(-0.0009, 0.0009), 6),
                round(site.longitude + chance.uniform(-0.0009, 0.0009), 6),
                round(chance.uniform(5, 22), 1),
                reported.get((crew_key, offset), sheet),
                TASKS[task.site, task.code].id,
                NOTES[scene],
            )
        )
    return taken
