"""What a pack holds, for which months, and what may be missing in it. Pure.

What must be there is the wage ledger of State Council order 724, art. 15, signed by each worker
(art. 31), and the papers of the real-name register (art. 28); what is disputed or not decided makes
figures doubtful. Missing ones are told by worker and in words, and stop nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from daywork.ground.calendar import month_of
from daywork.ground.problems import ProblemKind
from daywork.summary.rules import Month

FORMAT: Final = "daywork compliance pack 1"
MOST_MONTHS: Final = 240
"""Twenty years: only a slip of the keyboard is longer."""
SEEN_AT_ONCE: Final = 400
"""Work (:func:`work_of`) up to which the page itself says what is missing: about a second. A longer
list comes with the pack."""
TOLD_AT_ONCE: Final = 100
"""Workers whose missing things a page lists; the cover has them all."""
MOST_OPEN: Final = 3
"""Packs of one person that may be in the making."""
MOST_TRIES: Final = 3
SILENT_FOR: Final = timedelta(minutes=2)
"""Without a sign of life for so long whoever made a part is taken for dead."""
KEPT_FOR: Final = timedelta(days=7)
KEPT_IN_FULL: Final = timedelta(days=1)
"""With numbers in full; its bytes are sealed in the store, too."""


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


PERIOD_WRONG = ProblemKind(
    "pack_period",
    422,
    _("This is not a period of a pack"),
    _("Choose a first and a last month, the first one first, none of them still to come."),
)
PACKS_WAITING = ProblemKind(
    "packs_waiting",
    409,
    _("Several of your packs are being made already"),
    _("Wait until one of them is done; each goes on by itself."),
)
PACK_NOT_DONE = ProblemKind(
    "pack_not_done",
    409,
    _("This pack is still being made"),
    _("Look again in a moment; it goes on by itself."),
)
PACK_OVER = ProblemKind(
    "pack_over",
    410,
    _("This pack is not kept any more"),
    _("Make it again; it then says what is on record now."),
)
PACK_BROKEN = ProblemKind(
    "pack_broken",
    500,
    _("This part could not be made"),
    _("Make the pack again; if it fails once more, tell whoever runs Daywork."),
)


def work_of(months: int, workers: int) -> int:
    """How much there is to look through, in workers' months; a month alone is like ten workers."""
    return months * (workers + 10)


def months_between(first: Month, last: Month, today: date) -> list[Month]:
    """Every month from the first to the last.

    Raises:
        Problem: ``pack_period``.
    """
    months = [first]
    while months[-1].first < last.first and len(months) <= MOST_MONTHS:
        months.append(months[-1].next)
    if not first.first <= last.first <= month_of(today)[0] or len(months) > MOST_MONTHS:
        raise PERIOD_WRONG()
    return months


class Lacking(StrEnum):
    """What should be in the pack and is not."""

    # Of one worker
    IDENTITY = "identity"
    PHONE = "phone"
    BANK = "bank"
    CONTRACT = "contract"
    CONTRACT_ENDED = "contract_ended"
    CERTIFICATE_ENDED = "certificate_ended"
    UNPRICED = "unpriced"
    HELD = "held"
    DISPUTED = "disputed"
    ADVANCE_WAITING = "advance_waiting"
    NOT_ON_SHEET = "not_on_sheet"
    NOT_SIGNED = "not_signed"
    NOT_PAID = "not_paid"
    NOT_SETTLED = "not_settled"
    SETTLEMENT_NOT_SIGNED = "settlement_not_signed"
    SETTLEMENT_NOT_PAID = "settlement_not_paid"
    # Of a month
    WAITING = "waiting"
    NO_WAGE_SHEET = "no_wage_sheet"
    NO_PAY_DAY = "no_pay_day"


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing."""

    what: Lacking
    worker: UUID | None = None
    name: str = ""
    """Of the worker; of the crew where a month's sheet is missing."""
    number: str = ""
    month: Month | None = None
    day: date | None = None
    n: int = 0
    amount: Decimal | None = None
    since: date | None = None
    """Of a dispute: the day it was raised."""

    @classmethod
    def read(cls, said: dict[str, Any]) -> "Missing":
        """Back from :meth:`plain`."""
        month = date.fromisoformat(f"{said['month']}-01") if said["month"] else None
        return cls(
            Lacking(said["what"]),
            UUID(said["worker"]) if said["worker"] else None,
            said["name"],
            said["number"],
            Month(*month_of(month)) if month else None,
            date.fromisoformat(said["day"]) if said["day"] else None,
            said["n"] or 0,
            Decimal(said["amount"]) if said["amount"] is not None else None,
            date.fromisoformat(said["since"]) if said.get("since") else None,
        )

    def plain(self) -> dict[str, Any]:
        """For the manifest."""
        return {
            "what": self.what.value,
            "worker": str(self.worker) if self.worker else None,
            "name": self.name,
            "number": self.number,
            "month": self.month.text if self.month else None,
            "day": self.day.isoformat() if self.day else None,
            "n": self.n or None,
            "amount": str(self.amount) if self.amount is not None else None,
            "since": self.since.isoformat() if self.since else None,
        }


@dataclass(frozen=True, slots=True)
class MonthTotals:
    """A month of the site, as the summary says it."""

    month: Month
    man_days: Decimal
    overtime_hours: Decimal
    earned: Decimal
    advances: Decimal
    payments: Decimal

    @property
    def outstanding(self) -> Decimal:
        return self.earned - self.advances - self.payments

    def plain(self) -> dict[str, str]:
        """For the manifest: decimals as text."""
        return {
            "month": self.month.text,
            "man_days": str(self.man_days),
            "overtime_hours": str(self.overtime_hours),
            "earned": str(self.earned),
            "advances": str(self.advances),
            "payments": str(self.payments),
            "outstanding": str(self.outstanding),
        }


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of the pack, as cover and manifest list it."""

    name: str
    what: str
    sha256: str
    size: int

    def plain(self) -> dict[str, Any]:
        """For the manifest."""
        return {
            "name": self.name,
            "what": self.what,
            "sha256": self.sha256,
            "bytes": self.size,
        }


def by_worker(missing: Iterable[Missing]) -> list[tuple[Missing, list[Missing]]]:
    """What is missing of each worker, beside the first of them who names him."""
    found: dict[UUID, list[Missing]] = {}
    for one in missing:
        if one.worker is not None:
            found.setdefault(one.worker, []).append(one)
    return [(of[0], of) for of in sorted(found.values(), key=lambda of: (of[0].number, of[0].name))]
