"""SQL of presence: the crews of a site on one day, with what they have sent."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from daywork.ground.database import fetch
from daywork.ground.money import ZERO
from daywork.ground.names import by_name
from daywork.ground.terms import EntryState, StopCause, TaskStatus
from daywork.people.actor import Actor


@dataclass(frozen=True, slots=True)
class SheetOfDay:
    """One crew's sheet."""

    id: UUID
    state: EntryState
    received_at: datetime
    workers: int
    man_days: Decimal
    overtime_hours: Decimal


@dataclass(slots=True)
class CrewOfDay:
    """A crew with its sheets of the day; none means nobody knows yet."""

    id: UUID
    name: str
    own: bool
    company: str
    roster: int
    """Workers on its roster that day."""
    foreman: str | None
    foreman_phone: str | None
    sheets: list[SheetOfDay] = field(default_factory=list)

    @property
    def workers(self) -> int:
        """At work, by what was sent and not sent back."""
        return sum(one.workers for one in self._standing)

    @property
    def man_days(self) -> Decimal:
        """工 of what was sent and not sent back."""
        return sum((one.man_days for one in self._standing), ZERO)

    @property
    def overtime_hours(self) -> Decimal:
        """Hours of what was sent and not sent back."""
        return sum((one.overtime_hours for one in self._standing), ZERO)

    @property
    def _standing(self) -> list[SheetOfDay]:
        return [one for one in self.sheets if one.state is not EntryState.RETURNED]


async def crews_of_day(actor: Actor, site: UUID, day: date) -> list[CrewOfDay]:
    """Every running crew of the site, and others that sent a sheet for the day; by name."""
    crews = {
        row["id"]: CrewOfDay(**row)
        for row in await fetch(
            f"""
            SELECT c.id, c.name, c.own, c.company, m.name AS foreman, m.phone AS foreman_phone,
                   (SELECT count(*) FROM roster r WHERE r.organisation = c.organisation
                     AND r.site = c.site AND r.crew = c.id AND r.joined_on <= $3
                     AND (r.left_on IS NULL OR r.left_on >= $3)) AS roster
            FROM crew c
            LEFT JOIN member m ON m.organisation = c.organisation AND m.id = c.foreman
            WHERE c.organisation = $1 AND c.site = $2
              AND (c.active OR EXISTS (
                    SELECT FROM entry e WHERE e.organisation = c.organisation AND e.site = c.site
                      AND e.crew = c.id AND e.work_day = $3 AND e.kind = 'labour.sheet'
                      AND e.state <> 'void'))
            ORDER BY {by_name("c.name")}, c.id
            """,  # noqa: S608
            actor.organisation,
            site,
            day,
        )
    }
    for row in await fetch(
        """
        SELECT e.crew, e.id, e.state, e.received_at, s.workers, s.man_days, s.overtime_hours
        FROM entry e
        JOIN labour_sheet s ON s.organisation = e.organisation AND s.entry = e.id
        WHERE e.organisation = $1 AND e.site = $2 AND e.work_day = $3
          AND e.kind = 'labour.sheet' AND e.state <> 'void'
        ORDER BY e.received_at, e.id
        """,
        actor.organisation,
        site,
        day,
    ):
        values = dict(row)
        crew = values.pop("crew")
        values["state"] = EntryState(values["state"])
        if crew in crews:
            crews[crew].sheets.append(SheetOfDay(**values))
    return list(crews.values())


@dataclass(frozen=True, slots=True)
class ReportOfDay:
    """One progress report of the day."""

    id: UUID
    state: EntryState
    task_code: str
    task_name: str
    task_name_en: str
    percent: Decimal
    status: TaskStatus
    cause: StopCause | None
    author: str


async def reports_of_day(actor: Actor, site: UUID, day: date) -> list[ReportOfDay]:
    """What was reported of the site's tasks for the day; stopped ones first."""
    rows = await fetch(
        """
        SELECT e.id, e.state, t.code AS task_code, t.name AS task_name,
               t.name_en AS task_name_en, p.percent, p.status, p.cause, m.name AS author
        FROM entry e
        JOIN progress_report p ON p.organisation = e.organisation AND p.entry = e.id
        JOIN task t ON t.organisation = e.organisation AND t.id = p.task
        JOIN member m ON m.organisation = e.organisation AND m.id = e.author
        WHERE e.organisation = $1 AND e.site = $2 AND e.work_day = $3 AND e.state <> 'void'
        ORDER BY p.status = 'stopped' DESC, t.code, e.received_at
        """,
        actor.organisation,
        site,
        day,
    )
    found = []
    for row in rows:
        values = dict(row)
        values["state"] = EntryState(values["state"])
        values["status"] = TaskStatus(values["status"])
        values["cause"] = StopCause(values["cause"]) if values["cause"] else None
        found.append(ReportOfDay(**values))
    return found


@dataclass(frozen=True, slots=True)
class PhotoOfDay:
    """A photo of the day whose picture is here."""

    id: UUID
    taken_at: datetime | None
    author: str
    note: str


async def photos_of_day(actor: Actor, site: UUID, day: date, most: int) -> list[PhotoOfDay]:
    """The latest photos of the day, at most so many."""
    rows = await fetch(
        """
        SELECT p.id, p.taken_at, m.name AS author, p.note
        FROM entry e
        JOIN photo p ON p.organisation = e.organisation AND p.id = e.id
        JOIN member m ON m.organisation = e.organisation AND m.id = e.author
        WHERE e.organisation = $1 AND e.site = $2 AND e.work_day = $3
          AND e.kind = 'photo.record' AND e.state <> 'void' AND p.state = 'complete'
        ORDER BY p.taken_at DESC NULLS LAST, p.id DESC LIMIT $4
        """,
        actor.organisation,
        site,
        day,
        most,
    )
    return [PhotoOfDay(**row) for row in rows]
