"""What should stand in the books, worked out in plain Python from what was said to the office.

It knows the rules of docs/money.md and nothing of the product's code: rounding, rates, overtime and
who is whose record are written here a second time, on purpose.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

ZERO = Decimal(0)
Month = date
"""Its first day."""


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def month_of(day: date) -> Month:
    return day.replace(day=1)


@dataclass
class Line:
    """A worker on a sheet, with the pay that was fixed."""

    worker: UUID
    man_days: Decimal
    overtime: Decimal
    earned: Decimal | None = None
    overtime_earned: Decimal | None = None
    papers: set[object] = field(default_factory=set)
    """The closed papers it stands on, as it was last approved."""
    stands: set[tuple[UUID, date]] = field(default_factory=set)
    """Days booked twice that were opened after it was closed: it does not wait for them."""


@dataclass
class Sheet:
    site: UUID
    crew: UUID
    day: date
    version: int
    state: str
    lines: list[Line]
    hours: Decimal
    """Of a 工, as the site had it when this version was made."""

    @property
    def claims(self) -> bool:
        return self.state in ("submitted", "approved")


@dataclass
class Rate:
    whose: UUID
    unit: str
    amount: Decimal
    first: date
    number: int
    """In the order in which they were agreed."""


@dataclass
class Place:
    """What a site agrees on."""

    hours_per_day: Decimal
    overtime_divisor: Decimal
    statute_from: date | None = None


@dataclass
class Money:
    """An item, an advance or a payment."""

    site: UUID
    worker: UUID
    month: Month
    amount: Decimal
    counts: bool = True


@dataclass
class Book:
    """Everything that was said, and what follows from it."""

    places: dict[UUID, Place]
    sheets: dict[UUID, Sheet] = field(default_factory=dict)
    rates: list[Rate] = field(default_factory=list)
    items: dict[UUID, Money] = field(default_factory=dict)
    lent: dict[UUID, Money] = field(default_factory=dict)
    paid: dict[UUID, Money] = field(default_factory=dict)
    kept: dict[UUID, UUID] = field(default_factory=dict)
    """Who was merged, and into whom."""
    stand: dict[tuple[UUID, date], frozenset[tuple[UUID, Decimal]]] = field(default_factory=dict)
    """Days booked twice that were said to stand: person and day → what was claimed then."""
    peaks: dict[tuple[UUID, UUID, Month], Decimal] = field(default_factory=dict)
    """Site, record and month: the most that ever was owed of it."""

    def person(self, worker: UUID) -> UUID:
        return self.kept.get(worker, worker)

    def fix(self, sheet: Sheet) -> None:
        """Approve: the pay of every line by the rates and rules of now."""
        place = self.places[sheet.site]
        statute = place.statute_from is not None and place.statute_from <= sheet.day
        for line in sheet.lines:
            line.papers, line.stands = set(), set()
            rate = self._rate(line.worker, sheet.day)
            if rate is None:
                line.earned = line.overtime_earned = None
                continue
            hour_rate = rate.unit == "hour"
            day = rate.amount * sheet.hours if hour_rate else rate.amount
            line.earned = cents(line.man_days * day)
            if statute:
                hour = rate.amount if hour_rate else day / sheet.hours
                percent = 200 if sheet.day.weekday() == 6 else 150
                above = line.man_days * day * (percent - 100) / 100 if percent == 200 else ZERO
                line.overtime_earned = cents(line.overtime * hour * percent / 100 + above)
            else:
                line.overtime_earned = cents(line.overtime * day / place.overtime_divisor)

    def _rate(self, worker: UUID, day: date) -> Rate | None:
        for whose in (self.person(worker), worker, None):
            of = self.rates if whose is None else [r for r in self.rates if r.whose == whose]
            if whose is None:
                of = [r for r in self.rates if r.whose.int == 0]
            holding = [rate for rate in of if rate.first <= day]
            if holding:
                return max(holding, key=lambda rate: (rate.first, rate.number))
        return None

    def put_on_paper(
        self, paper: object, site: UUID, month: Month | None, crew: UUID | None = None
    ) -> None:
        """A wage sheet or a month is closed: what is approved in it stands on that paper."""
        for sheet in self.sheets.values():
            if (sheet.site, sheet.state) == (site, "approved") and crew in (None, sheet.crew):
                for line in sheet.lines:
                    if month == month_of(sheet.day):
                        line.papers.add(paper)

    def settle(self, paper: object, site: UUID, worker: UUID, until: date) -> None:
        """A settlement is closed: what is approved of the worker's record stands on it."""
        for sheet in self.sheets.values():
            if (sheet.site, sheet.state) == (site, "approved") and sheet.day <= until:
                for line in sheet.lines:
                    if line.worker == worker:
                        line.papers.add(paper)

    def take_off_paper(self, paper: object) -> None:
        """A month is reopened: it holds for what is booked twice from now on."""
        for sheet in self.sheets.values():
            for line in sheet.lines:
                line.papers.discard(paper)

    def open_double(self, person: UUID, day: date) -> None:
        """A day is booked twice just now: what stands on a paper does not wait for it."""
        for sheet in self.sheets.values():
            for line in sheet.lines:
                if sheet.day == day and self.person(line.worker) == person and line.papers:
                    line.stands.add((person, day))

    def close_double(self, person: UUID, day: date) -> None:
        """It is over; if it opens again, that is another one."""
        for sheet in self.sheets.values():
            for line in sheet.lines:
                line.stands.discard((person, day))

    def claimed(self, person: UUID, day: date) -> frozenset[tuple[UUID, Decimal]]:
        """What sheets claim of a day: sheet and 工."""
        found: dict[UUID, Decimal] = defaultdict(Decimal)
        for at, sheet in self.sheets.items():
            if sheet.claims and sheet.day == day:
                for line in sheet.lines:
                    if self.person(line.worker) == person and line.man_days:
                        found[at] += line.man_days
        return frozenset(found.items())

    def booked_twice(self, person: UUID, day: date) -> bool:
        claimed = self.claimed(person, day)
        return len(claimed) > 1 and sum(amount for _at, amount in claimed) > 1

    def owed(
        self, site: UUID, held: set[tuple[UUID, date]], *, by_record: bool = False
    ) -> dict[tuple[UUID, Month], tuple[Decimal, Decimal, Decimal]]:
        """By person (or record) and month: earned, lent, paid."""
        found: dict[tuple[UUID, Month], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO, ZERO])

        def add(worker: UUID, month: Month, place: int, amount: Decimal) -> None:
            whose = worker if by_record else self.person(worker)
            found[whose, month][place] += amount

        for sheet in self.sheets.values():
            if sheet.site == site and sheet.state != "void":
                for line in sheet.lines:
                    twice = {(self.person(line.worker), sheet.day)} & held - line.stands
                    fixed = sheet.state == "approved" and not twice
                    earned = (line.earned or ZERO) + (line.overtime_earned or ZERO)
                    add(line.worker, month_of(sheet.day), 0, earned if fixed else ZERO)
        for place, moneys in ((0, self.items), (1, self.lent), (2, self.paid)):
            for one in moneys.values():
                if one.site == site and one.counts:
                    add(one.worker, one.month, place, one.amount)
        return {at: (earned, lent, paid) for at, (earned, lent, paid) in found.items()}

    def remember(self, site: UUID, held: set[tuple[UUID, date]]) -> None:
        """The most that ever was owed of each month, whatever became of it later."""
        for (worker, month), (earned, lent, _paid) in self.owed(site, held, by_record=True).items():
            at = (site, worker, month)
            self.peaks[at] = max(self.peaks.get(at, ZERO), earned - lent)
