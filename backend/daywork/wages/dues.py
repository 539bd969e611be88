"""What is still to be paid of a month's sheets, so that nobody is paid twice. Pure.

A payment made from a sheet pays that sheet's line. Whatever else a worker had of the month (from a
form, a bank's file, a settlement, or more than the line came to) pays his other lines: that of his
home crew first. Two records that were merged are one person here, whatever the paper says.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from daywork.ground.money import ZERO
from daywork.summary.parts import PaidOut

Place = tuple[UUID | None, UUID]
"""A line of a month: the sheet's crew, None for the whole site; and the worker it names."""


@dataclass(frozen=True, slots=True)
class Share:
    """A line of a month, as far as paying goes."""

    crew: UUID | None
    worker: UUID
    person: UUID
    """The one who was kept, of a record that was merged since."""
    owed: Decimal
    """Earned − advances."""

    @property
    def place(self) -> Place:
        return self.crew, self.worker


def still_due(
    shares: Iterable[Share],
    paid: Iterable[PaidOut],
    sheet_crews: Mapping[UUID, UUID | None],
    homes: Mapping[UUID, UUID],
    at_most: Mapping[UUID, Decimal],
) -> dict[Place, Decimal]:
    """What is still to be paid of each line; never below zero: who owes the company is not paid.

    Args:
        shares: every line of the month, also of crews whose sheet is not made yet.
        paid: the month's payments.
        sheet_crews: of each sheet that payments were made from, its crew.
        homes: each person's home crew.
        at_most: of persons who were settled with, what is owed to them in all until that day.
    """
    shares = sorted(
        shares, key=lambda one: (one.crew != homes.get(one.person), str(one.crew), one.worker.int)
    )
    left = {one.place: max(one.owed, ZERO) for one in shares}
    over: dict[UUID, Decimal] = {}
    for payment in paid:
        rest = payment.amount
        if payment.wage_sheet is not None and payment.wage_sheet in sheet_crews:
            place = (sheet_crews[payment.wage_sheet], payment.payee)
            rest -= _taken(left, place, rest)
        over[payment.worker] = over.get(payment.worker, ZERO) + rest
    for one in shares:
        if over.get(one.person):
            over[one.person] -= _taken(left, one.place, over[one.person])
    room = dict(at_most)
    for one in shares:
        if one.person in room:
            left[one.place] = min(left[one.place], max(room[one.person], ZERO))
            room[one.person] -= left[one.place]
    return left


def _taken(left: dict[Place, Decimal], place: Place, amount: Decimal) -> Decimal:
    """Pay a line as far as it goes; returns how much went into it."""
    into = min(left.get(place, ZERO), amount)
    if into:
        left[place] -= into
    return into


def over_months(amount: Decimal, owed: Mapping[date, Decimal], last: date) -> dict[date, Decimal]:
    """A settlement's payment, month by month: the oldest that is owed first, what is left with the
    ``last``. It adds up to the amount."""
    found: dict[date, Decimal] = {}
    for month in sorted(owed):
        into = min(max(owed[month], ZERO), amount)
        if into:
            found[month] = into
            amount -= into
    if amount:
        found[last] = found.get(last, ZERO) + amount
    return found
