"""Pay besides lines as pure functions: what an entry comes to, and how a piece is shared out.

Amounts are signed, to the cent: deductions are below zero. Shares are whole cents that add up to
the total exactly; the cents left over by rounding down go to the largest remainders, and among
equal ones to who comes first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from daywork.ground.money import CENT, ZERO, to_cents
from daywork.ground.problems import ProblemKind
from daywork.ground.terms import DayKind, RateUnit
from daywork.labour.prices import Rate, price_line


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


NOBODY_CHOSEN = ProblemKind(
    "nobody_chosen", 422, _("Nobody is chosen"), _("Tick the workers it is for.")
)
WORKER_NOT_HERE = ProblemKind(
    "worker_not_here",
    422,
    _("One of the workers is not on this site"),
    _("Open the page again and choose from the list."),
)
NOBODY_GETS_ANYTHING = ProblemKind(
    "nobody_gets_anything",
    422,
    _("It comes to nothing for everybody"),
    _("No approved day of theirs lies between these days. Choose other days or a fixed amount."),
)
AMOUNT_TOO_BIG = ProblemKind(
    "amount_too_big",
    422,
    _("The amount is too big to be right"),
    _("Check quantity and price: one booking may come to 9,999,999 at most."),
)
VOID_REASON_MISSING = ProblemKind(
    "pay_void_reason_missing",
    422,
    _("Nobody would know why it was taken back"),
    _("Write the reason in a few words."),
)
VOIDED_ALREADY = ProblemKind(
    "voided_already", 409, _("It was taken back already"), _("Nothing is left to do.")
)
PART_OF_A_RUN = ProblemKind(
    "part_of_a_run",
    409,
    _("This share belongs to a piece that was shared out"),
    _("Take back the whole piece, and share it out anew."),
)
PRICE_MISSING = ProblemKind(
    "price_missing",
    409,
    _("This task has no unit price on the last day"),
    _("Agree on a unit price first."),
)
PRICE_CHANGES = ProblemKind(
    "price_changes",
    409,
    _("The unit price changes on %(day)s, within these days"),
    _("Share out the days before and the days from then on one after the other."),
)
QUANTITY_PAID = ProblemKind(
    "quantity_paid",
    409,
    _("Only %(left)s %(unit)s are approved and not yet paid by %(day)s"),
    _("Enter no more than that; more can be paid when more progress is approved."),
)
NOTHING_TO_SHARE_BY = ProblemKind(
    "nothing_to_share_by",
    409,
    _("There is nothing to share it by"),
    _("The crew has no approved 工 on this task in these days: give the shares by hand."),
)

MOST = Decimal("9999999.99")
"""One booking's total: what is above is a slip of the hand."""


class ItemKind(StrEnum):
    """What an item is."""

    PIECEWORK = "piecework"  # 包工
    ALLOWANCE = "allowance"  # 补贴
    DEDUCTION = "deduction"  # 扣款
    MEAL = "meal"  # 餐补
    MONTHLY = "monthly"  # 月薪
    CORRECTION = "correction"  # 更正


BY_HAND = (
    ItemKind.ALLOWANCE,
    ItemKind.MEAL,
    ItemKind.DEDUCTION,
    ItemKind.MONTHLY,
    ItemKind.CORRECTION,
)
"""What is entered; piecework is shared out."""


class Basis(StrEnum):
    """What an amount is for."""

    FIXED = "fixed"
    DAY = "day"
    """Each day with approved work."""
    MAN_DAY = "man_day"
    """Each approved 工."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What the office entered for one worker or many."""

    kind: ItemKind
    basis: Basis
    amount: Decimal
    """Per worker, day or 工; above zero but for a correction."""
    first: date
    last: date
    """The day it counts for."""
    workers: frozenset[UUID]
    note: str
    crews: frozenset[UUID] = frozenset()
    """Whole crews, beside the workers named."""


@dataclass(frozen=True, slots=True)
class Present:
    """A worker of the site, and the approved work between two days."""

    worker: UUID
    name: str
    number: str
    crew: UUID
    crew_name: str
    days: int
    man_days: Decimal
    held: int = 0
    """Days that are in neither: they are booked twice, and pay waits."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """What one worker would get."""

    of: Present
    basis: Decimal | None
    """Days or 工; None for a fixed amount."""
    amount: Decimal
    """Signed."""


def chosen_of(entered: Entered, present: Sequence[Present]) -> list[Present]:
    """Whom an entry is for: those ticked, and whoever belongs to a crew that is."""
    return [one for one in present if one.worker in entered.workers or one.crew in entered.crews]


def proposed(entered: Entered, present: Sequence[Present]) -> list[Proposed]:
    """What each chosen worker gets; who gets nothing is left out.

    Raises:
        Problem: ``nobody_chosen``, ``worker_not_here``, ``nobody_gets_anything`` or
            ``amount_too_big``.
    """
    if not entered.workers and not entered.crews:
        raise NOBODY_CHOSEN()
    if not entered.workers <= {one.worker for one in present}:
        raise WORKER_NOT_HERE()
    found = []
    for one in chosen_of(entered, present):
        times = {
            Basis.FIXED: None,
            Basis.DAY: Decimal(one.days),
            Basis.MAN_DAY: one.man_days,
        }[entered.basis]
        amount = to_cents(entered.amount * (1 if times is None else times))
        if amount:
            sign = -1 if entered.kind is ItemKind.DEDUCTION else 1
            found.append(Proposed(one, times, sign * amount))
    if not found:
        raise NOBODY_GETS_ANYTHING()
    if abs(sum((one.amount for one in found), ZERO)) > MOST:
        raise AMOUNT_TOO_BIG()
    return found


EXAMPLE: Final = Decimal(300)
"""A round price of a man-day, to show what overtime comes to."""


def by_statute(hours_per_day: Decimal) -> list[tuple[DayKind, Decimal, Decimal]]:
    """What a man-day and an hour of overtime come to on each kind of day, at :data:`EXAMPLE`."""

    def pay(man_days: int, hours: int, kind: DayKind) -> Decimal:
        rate = Rate(UUID(int=0), RateUnit.MAN_DAY, EXAMPLE, None, date.min, None)
        found = price_line(
            rate,
            Decimal(man_days),
            Decimal(hours),
            hours_per_day=hours_per_day,
            overtime_hours_per_man_day=hours_per_day,
            by_statute=kind,
        )
        return found.earned + found.overtime_earned

    return [(kind, pay(1, 0, kind), pay(0, 1, kind)) for kind in DayKind]


# Piecework


class ShareBy(StrEnum):
    """How a piece is shared in a crew."""

    MAN_DAYS = "man_days"
    """By the approved 工 on the task."""
    GIVEN = "given"
    """By shares that were given by hand; only their proportion matters."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A quantity of a task, to be paid and shared in a crew."""

    task: UUID
    crew: UUID
    first: date
    last: date
    quantity: Decimal
    share_by: ShareBy
    given: dict[UUID, Decimal]
    """Shares by worker; empty when shared by 工."""
    note: str


@dataclass(frozen=True, slots=True)
class Quantities:
    """A task's quantity as of a day."""

    approved: Decimal
    """By the last approved progress report."""
    paid: Decimal
    """By the runs that stand, of any day."""

    @property
    def left(self) -> Decimal:
        """Approved and not yet paid; nothing when a later report went down below what was paid."""
        return max(self.approved - self.paid, ZERO)


def total_of_piece(quantity: Decimal, unit_price: Decimal) -> Decimal:
    """Quantity × unit price, to the cent, half up.

    Raises:
        Problem: ``amount_too_big``.
    """
    total = to_cents(quantity * unit_price)
    if total > MOST:
        raise AMOUNT_TOO_BIG()
    return total


def shared(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """``total`` in shares proportional to ``weights``, in cents that add up to it exactly.

    Raises:
        Problem: ``nothing_to_share_by`` when all weights are zero.
    """
    whole = sum(weights, ZERO)
    if not whole:
        raise NOTHING_TO_SHARE_BY()
    exact = [total * weight / whole for weight in weights]
    shares = [one.quantize(CENT, rounding=ROUND_FLOOR) for one in exact]
    left_over = int((total - sum(shares, ZERO)) / CENT)
    by_remainder = sorted(range(len(weights)), key=lambda at: (shares[at] - exact[at], at))
    for at in by_remainder[:left_over]:
        shares[at] += CENT
    return shares
