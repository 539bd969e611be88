"""What waits for a decision, each with its doubts: a few set-based queries for hundreds of sheets.

Reading side of the room; deciding is in ``service``. Callers hold an open transaction. Where a
record stands in the queue is kept (``kept``), so a page looks closely at what it shows, and at what
came in or was touched since the worker kept it last. What a card says is always found anew.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from daywork.approvals import doubt_queries, queries
from daywork.approvals.advances import advance_facts
from daywork.approvals.doubt_queries import LineOnSheet
from daywork.approvals.doubts import (
    OVERTIME_MONTH,
    Booking,
    DelayFacts,
    Doubt,
    Facts,
    LineFacts,
    ReportFacts,
    SheetFacts,
    doubts,
)
from daywork.approvals.kept_queries import Place, part_of_queue, unknown_waiting
from daywork.approvals.queries import Record
from daywork.ground.calendar import day_at
from daywork.ground.money import ZERO
from daywork.ground.terms import EntryKind, RateUnit, TaskStatus
from daywork.labour.prices import Nearest, nearest_of, rate_on
from daywork.labour.queries import rates_for
from daywork.levels.rules import turns_shown
from daywork.levels.service import rule_of
from daywork.people.actor import Actor
from daywork.photos.queries import Photo, photos_of
from daywork.sites.queries import sites_of
from daywork.sites.rules import metres_between
from daywork.sites.site import Site

LOOK_BACK: Final = timedelta(days=14)
"""So far back a crew's days are compared: past rest days, not past a break."""

PRICE_LOOK_BACK: Final = timedelta(days=62)
"""So far back a worker's last approved day is looked for, to see whether the price changed."""

MOST_LOOKED: Final = 300
"""So many records that are not kept yet a page looks at by itself; the rest stands among the
doubtful ones until the worker has looked, within a minute: nothing is called clean unseen."""

MOST_CLEAN: Final = 1000
"""So many clean ones are reviewed at a time."""


@dataclass(frozen=True, slots=True)
class Card:
    """A record with its photos and with every reason to look twice."""

    record: Record
    facts: Facts
    doubts: tuple[Doubt, ...]
    photos: tuple[Photo, ...]

    @property
    def place(self) -> Place:
        """Where it stands in the queue: the worst first, then the oldest work day."""
        r = self.record
        return self.rank, r.work_day, r.kind.value, r.crew_name, r.received_at, r.id

    @property
    def rank(self) -> int:
        """0 with a serious doubt, 1 with a doubt, 2 without."""
        return 2 if not self.doubts else 0 if self.serious else 1

    @property
    def serious(self) -> bool:
        """At least one doubt would cost money."""
        return any(doubt.serious for doubt in self.doubts)


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How many wait on one site, without a look at any of them."""

    waiting: int
    elsewhere: int
    """How many wait for somebody else's step."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the queue, as one page shows it, and the counts of the whole."""

    doubtful: list[Card]
    clean: list[Card]
    left: int
    """How many come after it."""
    waiting: int
    all_clean: int
    """How many of those that wait are clean."""
    elsewhere: int
    """How many wait for somebody else's step."""
    after_doubtful: bool = False
    """Whether the stretch before it ended with a doubtful one."""

    @property
    def first(self) -> UUID | None:
        """The record it begins with."""
        cards = self.doubtful or self.clean
        return cards[0].record.id if cards else None

    @property
    def last(self) -> UUID | None:
        """The record it ends with: the next stretch comes after it."""
        cards = self.clean or self.doubtful
        return cards[-1].record.id if cards else None


async def counts_of_queue(actor: Actor, site: Site) -> QueueCounts:
    """The counts of :func:`stretch_of_queue`, from an index: the same in a long queue."""
    rule = await rule_of(actor.organisation, site.id)
    turns = turns_shown(actor, rule, site.id)
    counts = await queries.waiting_by_site(actor, [site.id])
    mine = sum(counts.get((site.id, passed), 0) for passed in turns)
    return QueueCounts(mine, sum(counts.values()) - mine)


async def stretch_of_queue(
    actor: Actor, site: Site, most: int, after: Record | None = None
) -> Stretch:
    """At most so many cards of what waits, those with a serious doubt first of all.

    It begins at the first, or after a record that may be decided by now.
    """
    found = await _ranks_unkept(actor, site)
    (before,) = await cards_of(actor, [after]) if after else (None,)
    part = await part_of_queue(
        actor.organisation,
        site.id,
        turns_shown(actor, await rule_of(actor.organisation, site.id), site.id),
        found,
        most=most,
        after=before.place if before else None,
    )
    records = await queries.records_by_id(actor, part.ids)
    cards = await cards_of(actor, [records[entry] for entry in part.ids])
    return Stretch(
        [card for card in cards if card.doubts],
        [card for card in cards if not card.doubts],
        part.left,
        part.waiting,
        part.clean,
        part.elsewhere,
        before is not None and bool(before.doubts),
    )


async def clean_of_queue(actor: Actor, site: Site) -> tuple[list[Record], dict[UUID, Facts], int]:
    """Every record without a doubt, in the queue's order; what stands beside the reports and the
    advances among them; and how many wait in all."""
    turns = turns_shown(actor, await rule_of(actor.organisation, site.id), site.id)
    found = await _ranks_unkept(actor, site)
    part = await part_of_queue(
        actor.organisation, site.id, turns, found, most=MOST_CLEAN, only_clean=True
    )
    records = await queries.records_by_id(actor, part.ids)
    others = await cards_of(actor, [one for one in records.values() if not one.is_sheet])
    facts = {card.record.id: card.facts for card in others}
    return [records[entry] for entry in part.ids], facts, part.waiting


async def _ranks_unkept(actor: Actor, site: Site) -> dict[UUID, int]:
    """Ranks of what is not kept: of what came in and what was touched a moment ago."""
    unknown = await unknown_waiting(actor.organisation, site.id)
    records = await queries.records_by_id(actor, unknown[:MOST_LOOKED])
    return {card.record.id: card.rank for card in await cards_of(actor, list(records.values()))}


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
    told = [one for one in records if one.kind is EntryKind.PROGRESS_REPORT]
    reports = await _report_facts(actor, told, sites, photos)
    lent = [one for one in records if one.is_advance]
    advances = await advance_facts(actor, lent, sites, photos)
    lost = [one for one in records if one.is_delay]
    delays = await _delay_facts(actor, lost, sites, photos)
    facts: dict[UUID, Facts] = {**sheets, **reports, **delays, **advances}
    return [
        Card(
            record,
            facts[record.id],
            tuple(doubts(facts[record.id])),
            tuple(photos.get(record.id, ())),
        )
        for record in records
    ]


def _another_price(before: tuple[str, Decimal], now: tuple[str, Decimal]) -> bool:
    """Whether a price is another one; from a day's work to a piece and back is another task."""
    return before != now and RateUnit.QUANTITY not in (before[0], now[0])


async def _sheet_facts(
    actor: Actor,
    sheets: Sequence[Record],
    sites: dict[UUID, Site],
    photos: dict[UUID, list[Photo]],
) -> dict[UUID, SheetFacts]:
    if not sheets:
        return {}
    ids = [sheet.id for sheet in sheets]
    lines = await doubt_queries.lines_on_sheets(actor, ids)

    def nearest(sheet: Record, line: LineOnSheet) -> tuple[UUID | None, ...]:
        return nearest_of(
            Nearest(line.task, line.person, sheet.crew, line.trade, sheet.site), line.worker
        )

    rates = await rates_for(
        actor, (nearest(sheet, line) for sheet in sheets for line in lines.get(sheet.id, ()))
    )
    elsewhere: dict[tuple[UUID, UUID], list[Booking]] = {}
    for other in await doubt_queries.other_bookings(actor, ids):
        elsewhere.setdefault((other.sheet, other.worker), []).append(
            Booking(other.other, other.crew, other.site, other.man_days, other.stands)
        )
    days = await doubt_queries.days_of_crews(
        actor,
        {sheet.crew for sheet in sheets if sheet.crew is not None},
        min(sheet.work_day for sheet in sheets) - LOOK_BACK,
        max(sheet.work_day for sheet in sheets),
    )
    first = min(sheet.work_day for sheet in sheets) - PRICE_LOOK_BACK
    prices = await doubt_queries.last_prices(actor, ids, first)
    overtime = await doubt_queries.overtime_this_month(actor, ids, OVERTIME_MONTH)

    def seen(sheet: Record, line: LineOnSheet) -> LineFacts:
        rate = rate_on(sheet.work_day, nearest(sheet, line), rates)
        before = prices.get((sheet.id, line.worker))
        return LineFacts(
            line.worker,
            line.name,
            line.man_days,
            line.overtime_hours,
            rate is not None,
            line.left_on,
            tuple(elsewhere.get((sheet.id, line.worker), ())),
            overtime.get((sheet.id, line.worker), ZERO),
            rate is not None
            and before is not None
            and _another_price(before, (rate.unit, rate.amount)),
        )

    found = {}
    for sheet in sheets:
        site = sites[sheet.site]
        of_crew = days.get(sheet.crew, []) if sheet.crew else []
        found[sheet.id] = SheetFacts(
            sheet.work_day,
            day_at(sheet.first_received_at, site.time_zone),
            tuple(seen(sheet, line) for line in lines.get(sheet.id, ())),
            _days_up_to(sheet, of_crew),
            len(photos.get(sheet.id, ())),
            site.photo_required,
            sheet.clock_doubtful,
            _off_site(site, photos.get(sheet.id, ())),
        )
    return found


def _off_site(site: Site, photos: Sequence[Photo]) -> int:
    """Metres to the farthest photo that was surely taken outside the site's radius, else 0."""
    if site.latitude is None or site.longitude is None:
        return 0
    farthest = 0
    for photo in photos:
        if photo.latitude is None or photo.longitude is None:
            continue
        away = metres_between((site.latitude, site.longitude), (photo.latitude, photo.longitude))
        if away - (photo.accuracy_m or 0) > site.radius_m:
            farthest = max(farthest, round(away))
    return farthest


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
    before = await doubt_queries.reports_before(actor, [report.id for report in reports])
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
            _off_site(site, photos.get(report.id, ())),
        )
    return found


async def _delay_facts(
    actor: Actor,
    delays: Sequence[Record],
    sites: dict[UUID, Site],
    photos: dict[UUID, list[Photo]],
) -> dict[UUID, DelayFacts]:
    if not delays:
        return {}
    twice: dict[UUID, list[tuple[str, Decimal]]] = {}
    for one in await doubt_queries.same_delays(actor, [delay.id for delay in delays]):
        twice.setdefault(one.report, []).append((one.author, one.days))
    return {
        delay.id: DelayFacts(
            delay.work_day,
            day_at(delay.first_received_at, sites[delay.site].time_zone),
            len(photos.get(delay.id, ())),
            sites[delay.site].photo_required,
            delay.clock_doubtful,
            _off_site(sites[delay.site], photos.get(delay.id, ())),
            tuple(twice.get(delay.id, ())),
        )
        for delay in delays
    }
