"""What an advance says, how much of it is ordinary, and what a payment may be. Pure.

A limit never refuses: what was handed over is recorded, and whoever decides sees why it deserves a
second look.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from daywork.ground.money import CENT, ZERO, to_cents
from daywork.ground.problems import ProblemKind


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


# Advances


class Handed(StrEnum):
    """How an advance reached the worker."""

    CASH = "cash"  # 现金
    TRANSFER = "transfer"  # 转账


LARGEST_ADVANCE = Decimal(1_000_000)

ADVANCE_RANGE = ProblemKind(
    "advance_range",
    422,
    _("An advance lies between 0.01 and 1,000,000"),
    _("Correct the amount; it has at most two decimals."),
)
ADVANCE_WORKER_UNKNOWN = ProblemKind(
    "advance_worker_unknown",
    422,
    _("This worker is not on the site’s roster"),
    _("Ask the office to put the worker on the roster, or choose another worker."),
)


class AdvancePayload(msgspec.Struct, frozen=True, kw_only=True):
    """``labour.advance`` version 1: money handed to a worker on ``work_day``.

    ``crew``: out of which crew's hands it came; who leads the crew sees the advance.
    """

    site: UUID
    work_day: date
    worker: UUID
    crew: UUID
    amount: Decimal
    handed: Handed = Handed.CASH
    note: Annotated[str, Meta(max_length=1000)] = ""
    reason: Annotated[str, Meta(max_length=1000)] | None = None


def check_advance(advance: AdvancePayload) -> None:
    """Whether the amount is one.

    Raises:
        Problem: ``advance_range``.
    """
    amount = advance.amount
    if (
        not amount.is_finite()
        or not CENT <= amount <= LARGEST_ADVANCE
        or amount != to_cents(amount)
    ):
        raise ADVANCE_RANGE()


# Limits


@dataclass(frozen=True, slots=True)
class Limit:
    """How much a site lends without a second look; None: no limit of that kind."""

    monthly: Decimal | None = None
    """A worker and calendar month, in the company's currency."""
    percent: int | None = None
    """Of what the worker has earned and was not yet given."""

    def __bool__(self) -> bool:
        return self.monthly is not None or self.percent is not None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a worker stands on a site before an advance, the advance itself left out."""

    lent_this_month: Decimal = ZERO
    """Other advances of the month, approved or waiting."""
    due: Decimal = ZERO
    """Earned − other advances (approved or waiting) − payments, of all months."""
    same_day: int = 0
    """Other advances of the very day."""


class Beyond(StrEnum):
    """In what way an advance is more than ordinary, the worst first."""

    EARNED = "earned"
    MONTHLY = "monthly"
    PERCENT = "percent"


def beyond(amount: Decimal, limit: Limit, standing: Standing) -> list[Beyond]:
    """What this advance goes beyond; beyond what is earned says it all about the percentage."""
    found = []
    if amount > standing.due:
        found.append(Beyond.EARNED)
    if limit.monthly is not None and standing.lent_this_month + amount > limit.monthly:
        found.append(Beyond.MONTHLY)
    if limit.percent is not None and not found and amount > share(standing.due, limit.percent):
        found.append(Beyond.PERCENT)
    return found


def share(due: Decimal, percent: int) -> Decimal:
    """So many percent of what is due; nothing of what is owed by the worker."""
    return to_cents(max(due, ZERO) * percent / 100)


# Payments


class Method(StrEnum):
    """How pay reached the worker."""

    BANK = "bank"  # 银行转账
    CASH = "cash"  # 现金
    CONTRACTOR = "contractor"  # 总包代发


PAYMENT_REFERENCE_USED = ProblemKind(
    "payment_reference_used",
    409,
    _("This reference is booked for this worker already"),
    _("Look at the payment of %(day)s; if this is another one, give it its own reference."),
)
PAYMENT_ID_REUSED = ProblemKind(
    "payment_id_reused",
    409,
    _("This form has booked another payment already"),
    _("Look at the payments of the month, then fill in a fresh form if one is missing."),
)
PAYMENT_VOID = ProblemKind(
    "payment_void", 409, _("This payment was voided"), _("See who did it and why on its page.")
)
VOID_REASON_MISSING = ProblemKind(
    "void_reason_missing",
    422,
    _("Say why the payment is voided"),
    _("Whoever reads the ledger later sees your reason."),
)
PAYMENT_WORKER_UNKNOWN = ProblemKind(
    "payment_worker_unknown",
    422,
    _("This worker never was on the site"),
    _("Choose a worker of the site’s roster."),
)
PAYMENT_IN_FUTURE = ProblemKind(
    "payment_in_future",
    422,
    _("This day has not come yet"),
    _("Book a payment when it was made."),
)


@dataclass(frozen=True, slots=True)
class NewPayment:
    """A payment about to be booked. ``id`` is named by the form or file it came from."""

    id: UUID
    worker: UUID
    paid_on: date
    for_month: date
    """First day of the month whose wages it pays."""
    amount: Decimal
    method: Method
    reference: str = ""
    note: str = ""
    wage_sheet: UUID | None = None
    settlement: UUID | None = None
    bank_import: UUID | None = None


def references_used(payments: Iterable[NewPayment]) -> set[tuple[str, UUID]]:
    """Reference and worker of each that has one: booked once."""
    return {(one.reference, one.worker) for one in payments if one.reference}
