"""What waits for a decision, each with its doubts: a few set-based queries for hundreds of sheets.

Reading side of the room; deciding is in ``service``. Callers hold an open transaction.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from daywork.approvals import queries
from daywork.approvals.queries import Record
from daywork.approvals.rules import Booking, Doubt, LineFacts, ReportFacts, SheetFacts, doubts
from daywork.ground.calendar import day_at
from daywork.ground.money import ZERO
from daywork.ground.terms import TaskStatus
from daywork.labour.queries import rates_of
from daywork.labour.rules import rate_on
from daywork.people.actor import Actor
from daywork.photos.queries import Photo, photos_of
from daywork.sites.queries import sites_of
from daywork.sites.site import Site

LOOK_BACK: Final = timedelta(days=14)
"""So far back a crew's days are compared: past rest days, not past a break."""


@dataclass(frozen=True, slots=True)
class Card:
    """A record with its photos and with every reason to look twice."""

    record: Record
    facts: SheetFacts | ReportFacts
    doubts: tuple[Doubt, ...]
    photos: tuple[Photo, ...]

    @property
    def serious(self) -> bool:
        """At least one doubt would cost money."""
        return any(doubt.serious for doubt in self.doubts)


@dataclass(frozen=True, slots=True)
class Queue:
    """Everything that waits on one site, the oldest first."""

    doubtful: list[Card]
    clean: list[Card]

    @property
    def waiting(self) -> int:
        """How many there are in all."""
        return len(self.doubtful) + len(self.clean)


async def queue_of(actor: Actor, site: Site) -> Queue:
    """What waits on the site; those with a serious doubt come first of all."""
    cards = await cards_of(actor, await queries.records_waiting(actor, site.id))
    doubtful = sorted((card for card in cards if card.doubts), key=lambda card: not card.serious)
    return Queue(doubtful, [card for card in cards if not card.doubts])


async def doubtful_among(actor: Actor, entries: Collection[UUID]) -> set[UUID]:
    """Which of these records have a doubt now."""
    records = await queries.records_by_id(actor, entries)
    cards = await cards_of(actor, list(records.values()))
    return {card.record.id for card in cards if card.doubts}


async def cards_of(actor: Actor, records: Sequence[Record]) -> list[Card]:
    """The records with doubts and photos, in the given order."""
    photos = await photos_of(actor.organisation, [record.id for record in records])
    of_sites = await sites_of(actor.organisation, {record.site for record in records})
    sites = {site.id: site for site in of_sites}
    sheets = await _sheet_facts(actor, [one for one in records if one.is_sheet], sites, photos)
    reports = await _report_facts(
        actor, [one for one in records if not one.is_sheet], sites, photos
    )
    facts: dict[UUID, SheetFacts | ReportFacts] = {**sheets, **reports}
    return [
        Card(
            record,
            facts[record.id],
            tuple(doubts(facts[record.id])),
            tuple(photos.get(record.id, ())),
        )
        for record in records
    ]


async def _sheet_facts(
    actor: Actor,
    sheets: Sequence[Record],
    sites: dict[UUID, Site],
    photos: dict[UUID, list[Photo]],
) -> dict[UUID, SheetFacts]:
    if not sheets:
        return {}
    ids = [sheet.id for sheet in sheets]
    lines = await queries.lines_on_sheets(actor, ids)
    everybody = [line for of_sheet in lines.values() for line in of_sheet]
    rates = await rates_of(
        actor,
        (line.worker for line in everybody),
        (line.trade for line in everybody if line.trade is not None),
    )
    elsewhere: dict[tuple[UUID, UUID], list[Booking]] = {}
    for other in await queries.other_bookings(actor, ids):
        elsewhere.setdefault((other.sheet, other.worker), []).append(
            Booking(other.other, other.crew, other.site, other.man_days)
        )
    days = await queries.days_of_crews(
        actor,
        {sheet.crew for sheet in sheets if sheet.crew is not None},
        min(sheet.work_day for sheet in sheets) - LOOK_BACK,
        max(sheet.work_day for sheet in sheets),
    )
    found = {}
    for sheet in sheets:
        site = sites[sheet.site]
        of_crew = days.get(sheet.crew, []) if sheet.crew else []
        found[sheet.id] = SheetFacts(
            sheet.work_day,
            day_at(sheet.first_received_at, site.time_zone),
            tuple(
                LineFacts(
                    line.worker,
                    line.name,
                    line.man_days,
                    line.overtime_hours,
                    rate_on(
                        sheet.work_day,
                        rates.get(line.worker, ()),
                        rates.get(line.trade, ()) if line.trade else (),
                    )
                    is not None,
                    line.left_on,
                    tuple(elsewhere.get((sheet.id, line.worker), ())),
                )
                for line in lines.get(sheet.id, ())
            ),
            _days_up_to(sheet, of_crew),
            len(photos.get(sheet.id, ())),
            site.photo_required,
            sheet.clock_doubtful,
        )
    return found


def _days_up_to(sheet: Record, of_crew: Sequence[tuple[date, str]]) -> tuple[str, ...]:
    """Fingerprints of the sheet's day and the crew's days before it, the latest first."""
    first = sheet.work_day - LOOK_BACK
    days = [one for one in of_crew if first <= one[0] <= sheet.work_day]
    if not days or days[0][0] != sheet.work_day:
        return ()  # a returned sheet claims no day
    return tuple(fingerprint for _day, fingerprint in days)


async def _report_facts(
    actor: Actor,
    reports: Sequence[Record],
    sites: dict[UUID, Site],
    photos: dict[UUID, list[Photo]],
) -> dict[UUID, ReportFacts]:
    if not reports:
        return {}
    before = await queries.reports_before(actor, [report.id for report in reports])
    found = {}
    for report in reports:
        site = sites[report.site]
        percent, day = before.get(report.id, (ZERO, None))
        found[report.id] = ReportFacts(
            report.work_day,
            day_at(report.first_received_at, site.time_zone),
            report.percent or ZERO,
            report.status or TaskStatus.GOING,
            report.cause,
            percent,
            day,
            len(photos.get(report.id, ())),
            site.photo_required,
            report.clock_doubtful,
        )
    return found
