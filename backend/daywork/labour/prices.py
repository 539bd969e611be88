"""What a line of a sheet earns, fixed when it is approved. Pure.

The nearest rate counts: the price of a task's quantity before all others, then the worker's rate,
the crew's, the trade's, the site's. Overtime is paid by the site's agreement (the rate's own price
of an hour, or 工 at a divisor) or by statute (PRC Labour Law art. 44: 150, 200 or 300 %). One hour
is never counted both as 工 and as overtime: on a rest day or holiday a 工 stays a 工 at its rate,
and only what the statute adds to it stands with the overtime. Every divisor is kept with the pay.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from daywork.ground.money import ZERO, to_cents
from daywork.ground.terms import DayKind, RateUnit

MONTH_DAYS = Decimal("21.75")
"""Paid days of a month: (365 − 104) ÷ 12 (PRC, MOHRSS 2008 no. 3)."""

STATUTORY_HOURS = Decimal(8)
"""Hours of a day by law: the hour of monthly-paid staff is their day ÷ 8."""

PERCENT = {DayKind.WORKDAY: 150, DayKind.REST_DAY: 200, DayKind.STATUTORY_HOLIDAY: 300}
"""PRC Labour Law art. 44."""

TEN_THOUSANDTH = Decimal("0.0001")


class OvertimeWay(StrEnum):
    """How a site pays overtime."""

    AGREEMENT = "agreement"  # 按约定
    STATUTE = "statute"  # 按法定


@dataclass(frozen=True, slots=True)
class OvertimeRule:
    """A site's way of paying overtime from a day on."""

    way: OvertimeWay
    valid_from: date
    made_at: datetime


def way_on(day: date, rules: Iterable[OvertimeRule]) -> OvertimeWay:
    """The way that holds on a day; of two that began together the one made later counts.

    Without any rule overtime is paid as agreed.
    """
    holding = [rule for rule in rules if rule.valid_from <= day]
    if not holding:
        return OvertimeWay.AGREEMENT
    return max(holding, key=lambda rule: (rule.valid_from, rule.made_at)).way


@dataclass(frozen=True, slots=True)
class Rate:
    """What work costs, per 工, hour, quantity or month, from ``valid_from`` to ``valid_to``."""

    id: UUID
    unit: RateUnit
    amount: Decimal
    overtime_hour: Decimal | None
    valid_from: date
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        """Whether it is the price of that day; both ends are included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Nearest(NamedTuple):
    """Whose rate may count for a line; the first that has one on the day does."""

    task: UUID | None
    worker: UUID
    crew: UUID | None
    trade: UUID | None
    site: UUID


def nearest_of(nearest: Nearest, entered_as: UUID) -> tuple[UUID | None, ...]:
    """The same for a line of a worker who was entered twice and merged: after the rate of the one
    who was kept comes that of the record the line was written for."""
    task, worker, *others = nearest
    return (task, worker, entered_as, *others)


def rate_on(
    day: date, nearest: Iterable[UUID | None], rates: Mapping[UUID, Sequence[Rate]]
) -> Rate | None:
    """The rate that counts on that day, or None: an exception that blocks pay.

    Where two of one hold, the one that began later counts, then the one agreed later.
    """
    for whose in nearest:
        held = rates.get(whose, ()) if whose is not None else ()
        holding = [rate for rate in held if rate.holds_on(day)]
        if holding:
            return max(holding, key=lambda rate: (rate.valid_from, rate.id))
    return None


class How(StrEnum):
    """How an hour of overtime was priced."""

    OWN_PRICE = "own_price"
    """By the rate's own price of an overtime hour."""
    DIVISOR = "divisor"
    """The price of a 工 ÷ a divisor, by agreement."""
    STATUTE = "statute"
    """An hour's price × the percentage of the day."""


@dataclass(frozen=True, slots=True)
class Overtime:
    """How overtime came about, to be shown beside it."""

    how: How
    base: Decimal
    """An hour's price before the percentage, to four decimals."""
    percent: int | None
    divisor: Decimal | None
    """Hours by which the price of a 工 was divided; None for a price of an hour."""


@dataclass(frozen=True, slots=True)
class Pay:
    """What a line earns, in the company's currency, to the cent."""

    rate: UUID
    rate_unit: RateUnit
    rate_amount: Decimal
    earned: Decimal
    """工 × rate."""
    overtime_earned: Decimal
    """Overtime hours, and by statute what a 工 on a rest day or holiday earns above its rate."""
    overtime: Overtime | None = None
    """None where nothing was earned above the 工."""


def man_day_price(rate: Rate, hours_per_day: Decimal) -> Decimal:
    """What a 工 costs by this rate, not rounded. Work paid by its quantity costs nothing by 工."""
    if rate.unit is RateUnit.QUANTITY:
        return ZERO
    if rate.unit is RateUnit.HOUR:
        return rate.amount * hours_per_day
    return rate.amount / MONTH_DAYS if rate.unit is RateUnit.MONTH else rate.amount


def price_line(
    rate: Rate,
    man_days: Decimal,
    overtime_hours: Decimal,
    *,
    hours_per_day: Decimal,
    overtime_hours_per_man_day: Decimal,
    by_statute: DayKind | None = None,
) -> Pay:
    """Earned = 工 × rate + overtime. Each of the two is rounded once, half up.

    Args:
        rate: the nearest; see :func:`rate_on`.
        man_days: 工.
        overtime_hours: beside the 工, never part of it.
        hours_per_day: the site's hours that make one 工; an hourly rate is paid for each of them.
        overtime_hours_per_man_day: the site's agreed divisor.
        by_statute: what the day is by law, on a site that pays by statute; None: by agreement.
    """
    a_man_day = man_day_price(rate, hours_per_day)
    earned = to_cents(man_days * a_man_day)
    if rate.unit is RateUnit.QUANTITY:
        return Pay(rate.id, rate.unit, rate.amount, earned, to_cents(ZERO))
    overtime, an_hour, added = _overtime(
        rate, a_man_day, hours_per_day, overtime_hours_per_man_day, by_statute
    )
    premium = man_days * a_man_day * added / 100
    above = bool(overtime_hours or premium)
    return Pay(
        rate.id,
        rate.unit,
        rate.amount,
        earned,
        to_cents(overtime_hours * an_hour + premium),
        overtime if above else None,
    )


def _overtime(
    rate: Rate,
    a_man_day: Decimal,
    hours_per_day: Decimal,
    agreed_divisor: Decimal,
    by_statute: DayKind | None,
) -> tuple[Overtime, Decimal, int]:
    """How overtime is priced, what an hour of it comes to, and the percent added to a 工."""
    monthly = rate.unit is RateUnit.MONTH
    if by_statute is None:
        if rate.overtime_hour is not None:
            own = rate.overtime_hour
            return Overtime(How.OWN_PRICE, own.quantize(TEN_THOUSANDTH), None, None), own, 0
        divisor = STATUTORY_HOURS if monthly else agreed_divisor
        an_hour = a_man_day / divisor
        return Overtime(How.DIVISOR, an_hour.quantize(TEN_THOUSANDTH), None, divisor), an_hour, 0
    percent = PERCENT[by_statute]
    added = percent - 100 if by_statute is not DayKind.WORKDAY else 0
    by_hour = rate.unit is RateUnit.HOUR
    divisor = STATUTORY_HOURS if monthly else hours_per_day
    base = rate.amount if by_hour else a_man_day / divisor
    an_hour = base * percent / 100
    if rate.overtime_hour is not None and rate.overtime_hour > an_hour:
        # The law is a floor: a better price of an hour that was agreed is kept.
        own = rate.overtime_hour
        return Overtime(How.OWN_PRICE, own.quantize(TEN_THOUSANDTH), percent, None), own, added
    told = Overtime(
        How.STATUTE, base.quantize(TEN_THOUSANDTH), percent, None if by_hour else divisor
    )
    return told, an_hour, added
