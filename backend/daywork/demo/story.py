"""Six weeks as a list of events in the order they happened: what was sent, decided, handed out.

Pure: `load.py` puts the events through the services. Telling it twice gives the same events.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final
from uuid import UUID

from daywork.demo.days import FIRST, Almanac, Sheets, sheets_until_yesterday
from daywork.demo.lost_days import LOOKED_ON, LOST
from daywork.demo.names import name_of
from daywork.demo.people import (
    CREWS,
    MEMBERS,
    NEW_ON_SITE,
    NEW_ON_SITE_FROM,
    SITES,
    WORKERS,
    trade_id,
)
from daywork.demo.reports import Report, reports_of
from daywork.demo.snapshots import Snapshot, snapshots_of
from daywork.demo.troubles import make_trouble
from daywork.ground.terms import EntryKind

LATEST_DECIDED = -4
"""Younger records still wait, but for a few."""
FAST_CLOCK = timedelta(days=1, hours=3)
"""How far one phone's clock was ahead, once."""


@dataclass(slots=True)
class Sent:
    """One envelope from a phone; a photo's row is added when its picture has been drawn."""

    at: datetime
    author: str
    site: str
    mutations: list[dict[str, Any]] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Judged:
    """One decision on one version."""

    entry: UUID
    version: int
    reason: str | None = None
    """Why it was sent back; None: it was approved."""
    kind: EntryKind = EntryKind.LABOUR_SHEET


@dataclass(slots=True)
class Decided:
    """A supervisor's sitting over one site's queue."""

    at: datetime
    by: str
    site: str
    judged: list[Judged] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Looked:
    """A morning on which the plan of a site was looked through."""

    at: datetime
    site: str


Event = Sent | Decided | Looked


class Story:
    """Collects events; envelopes of one phone and evening, and one sitting's decisions, join."""

    def __init__(self, today: date) -> None:
        self.almanac = Almanac(today)
        self.sheets: Sheets = sheets_until_yesterday(self.almanac)
        make_trouble(self.almanac, self.sheets)
        self.events: list[Event] = []
        self._envelopes: dict[tuple[str, int], Sent] = {}
        self._sittings: dict[tuple[str, int], Decided] = {}

    def envelope(self, author: str, offset: int) -> Sent:
        """The phone's envelope of that evening; now and then there was signal next morning only."""
        if (author, offset) not in self._envelopes:
            chance = Random(f"daywork signal {author} {offset}")  # noqa: S311 - a story
            made = self.almanac.instant(offset, 18, chance.randrange(5, 55))
            if chance.random() < 0.12 and offset < -1:
                made += timedelta(hours=13, minutes=chance.randrange(20))
            self._envelopes[author, offset] = Sent(made, author, MEMBERS[author].sites[0])
            self.events.append(self._envelopes[author, offset])
        return self._envelopes[author, offset]

    def send(
        self,
        author: str,
        offset: int,
        kind: str,
        entity: UUID,
        payload: dict[str, Any],
        version: int = 1,
        clock_ahead: timedelta = timedelta(0),
    ) -> None:
        """Put a mutation into that evening's envelope."""
        chance = Random(f"daywork clock {entity} {version}")  # noqa: S311 - a story
        made = self.almanac.instant(offset, 17)
        made += timedelta(minutes=chance.randrange(10, 60), seconds=chance.randrange(60))
        self.envelope(author, offset).mutations.append(
            {
                "id": name_of(f"mutation {entity} {version}", made),
                "type": kind,
                "v": 1,
                "entity_id": entity,
                "base_version": version - 1,
                "prev_id": None,
                "client_time": (made + clock_ahead).isoformat(),
                "payload": payload,
            }
        )

    def judge(self, site: str, offset: int, judged: Judged) -> None:
        """Decide in the site's sitting of that morning."""
        if (site, offset) not in self._sittings:
            at = self.almanac.instant(offset, 8, 20 + offset % 7 * 4)
            self._sittings[site, offset] = Decided(at, SITES[site].supervisor, site)
            self.events.append(self._sittings[site, offset])
        self._sittings[site, offset].judged.append(judged)

    def approve_in_time(
        self, site: str, offset: int, entry: UUID, kind: EntryKind = EntryKind.LABOUR_SHEET
    ) -> None:
        """Approve what is old enough, one or two mornings later."""
        chance = Random(f"daywork approval {entry}")  # noqa: S311 - a story
        later = 1 if chance.random() < 0.75 else 2
        if offset <= LATEST_DECIDED or (offset == LATEST_DECIDED + 1 and chance.random() < 0.4):
            self.judge(site, offset + later, Judged(entry, 1, kind=kind))


def story_until(today: date) -> list[Event]:
    """Everything that happened before ``today``, oldest first."""
    story = Story(today)
    _tell_sheets(story)
    _tell_lost_days(story)
    reports = reports_of(story.almanac)
    _tell_reports(story, reports)
    _tell_advances(story)
    for snapshot in snapshots_of(story.almanac, story.sheets, reports):
        story.envelope(snapshot.author, snapshot.offset).snapshots.append(snapshot)
    return sorted(story.events, key=lambda event: event.at)


def _tell_sheets(story: Story) -> None:
    almanac = story.almanac
    mishaps = _mishaps(story)
    clock_ahead = ("brick", almanac.worked_by("park", -2))
    for (crew, offset), sheet in story.sheets.items():
        site, author = sheet.crew.site, sheet.crew.foreman
        entry = sheet.id_in(almanac)
        fast = FAST_CLOCK if (crew, offset) == clock_ahead else timedelta(0)
        payload = sheet.payload(almanac, entry)
        story.send(author, offset, "labour.sheet", entry, payload, clock_ahead=fast)
        if (crew, offset) not in mishaps:
            story.approve_in_time(site, offset, entry)
    worker = WORKERS[NEW_ON_SITE]
    joined = almanac.worked_by(CREWS[worker.crew].site, NEW_ON_SITE_FROM)
    payload = {
        "site": SITES[CREWS[worker.crew].site].id,
        "crew": CREWS[worker.crew].id,
        "name": worker.name,
        "trade": trade_id(worker.trade),
        "phone": worker.phone,
        "joined_on": almanac.day(joined),
    }
    story.send(CREWS[worker.crew].foreman, joined, "sites.worker", worker.id, payload)


def _mishaps(story: Story) -> set[tuple[str, int]]:
    """Sheets that were not simply approved; returns which."""
    almanac = story.almanac

    def on(crew: str, offset: int) -> tuple[str, int]:
        return crew, almanac.worked_by(CREWS[crew].site, offset)

    mended, returned, asked, corrected, doubled = (
        on("rebar", -8),
        on("form", -4),
        on("services", -5),
        on("pour", -7),
        on("pour", -12),
    )

    def sent_back(which: tuple[str, int], reason: str) -> UUID:
        sheet = story.sheets[which]
        entry = sheet.id_in(almanac)
        story.judge(sheet.crew.site, which[1] + 1, Judged(entry, 1, reason))
        return entry

    def again(which: tuple[str, int], reason: str | None, days_later: int) -> UUID:
        """Send a second version: the last line's half-day becomes a whole one, or back."""
        sheet = story.sheets[which]
        entry = sheet.id_in(almanac)
        changed = sheet.payload(almanac, entry, reason)
        line = changed["lines"][-1]
        line["amount"] = "0.5" if line["amount"] == "1" else "1"
        if line["unit"] == "hours":
            line["amount"], line["note"] = "4.5", "Left at noon"
        story.send(
            sheet.crew.foreman,
            which[1] + days_later,
            "labour.sheet",
            entry,
            changed,
            2,
        )
        return entry

    sent_back(mended, "董来福上午就离场了，请核对后重报")
    story.judge("lake", mended[1] + 3, Judged(again(mended, None, 2), 2))
    sent_back(returned, "加班工时与门卫记录对不上，请核对")
    sent_back(asked, "The helper left at noon by the gate list. Please check.")
    again(asked, None, 2)
    entry = story.sheets[corrected].id_in(almanac)
    story.judge("lake", corrected[1] + 1, Judged(entry, 1))
    again(corrected, "吕满仓的工报错了，已与本人核对", 5)

    twin = name_of(f"sheet twice {almanac.day(doubled[1])}", almanac.instant(doubled[1], 17))
    sheet = story.sheets[doubled]
    story.send("he", doubled[1], "labour.sheet", twin, sheet.payload(almanac, twin))
    reason = {"site": SITES["lake"].id, "reason": "重复提交，已有同一天的点工单"}
    story.send("he", doubled[1] + 1, "entry.void", twin, reason, 2)
    story.approve_in_time("lake", doubled[1], sheet.id_in(almanac))
    return {mended, returned, asked, corrected, doubled}


def _tell_lost_days(story: Story) -> None:
    almanac = story.almanac
    for lost in LOST:
        entry = lost.id_in(almanac)
        story.send(lost.author, lost.offset, "delay.report", entry, lost.payload(almanac))
        story.approve_in_time(lost.task.site, lost.offset, entry, EntryKind.DELAY)
    for site in SITES:
        story.events += [Looked(almanac.instant(offset, 6), site) for offset in LOOKED_ON]


def _tell_reports(story: Story, reports: list[Report]) -> None:
    almanac = story.almanac
    late = [report for report in reports if report.task.site == "park" and -7 < report.offset < -3]
    sent_back = late[-1] if late else None
    for report in reports:
        entry = report.id_in(almanac)
        story.send(report.author, report.offset, "progress.report", entry, report.payload(almanac))
        if report is sent_back:
            reason = "Please add a photo of the finished part and check the quantity."
            judged = Judged(entry, 1, reason)
            story.judge(report.task.site, report.offset + 1, judged)
        else:
            story.approve_in_time(report.task.site, report.offset, entry)


_ADVANCE_NOTES = ("生活费", "生活费", "孩子学费", "回家路费", "家里急用", "看病")


OVER_THE_LIMIT: Final = ("王建军", -1, Decimal(4000), "家里盖房")
"""An advance that waits, and that is more than the site lends in a month."""


def _tell_advances(story: Story) -> None:
    """Twice in the six weeks the foremen hand out living expenses, and a few in between."""
    almanac = story.almanac
    lent: set[tuple[str, int]] = set()
    for site in SITES:
        crews = [crew.key for crew in CREWS.values() if crew.site == site]
        workers = [
            worker.name
            for worker in WORKERS.values()
            if worker.crew in crews and worker.joined < FIRST
        ]
        for offset, many in ((-32, 7), (-18, 3), (-11, 6), (-2, 2)):
            day = almanac.worked_by(site, offset)
            chance = Random(f"daywork advances {site} {offset}")  # noqa: S311 - a story
            for worker in sorted(chance.sample(workers, many)):
                if (worker, day) in lent:
                    continue  # a long holiday moved two handings-out to the same day
                lent.add((worker, day))
                amount = Decimal(chance.choice((500, 800, 1000, 1000, 1500, 2000, 3000)))
                entry = _lend(story, worker, day, amount, chance.choice(_ADVANCE_NOTES))
                story.approve_in_time(site, day, entry, EntryKind.ADVANCE)
    _lend(story, *OVER_THE_LIMIT)


def _lend(story: Story, name: str, offset: int, amount: Decimal, note: str) -> UUID:
    """A foreman notes down an advance on the phone; its entry."""
    almanac = story.almanac
    worker = WORKERS[name]
    crew = CREWS[worker.crew]
    day = almanac.day(offset)
    entry = name_of(f"advance {name} {day}", almanac.instant(offset, 16, 30))
    payload = {
        "site": SITES[crew.site].id,
        "work_day": day,
        "worker": worker.id,
        "crew": crew.id,
        "amount": str(amount),
        "handed": "transfer" if amount >= 2000 else "cash",
        "note": note,
    }
    story.send(crew.foreman, offset, "labour.advance", entry, payload)
    return entry
