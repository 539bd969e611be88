"""What may be said of a day that is booked twice, and by whom. Pure.

Pay of such a day waits. To say that all its sheets stand frees the pay on every one of them, so it
takes whoever keeps the books (``close_month``) on every site that claims a part of the day: the
supervisors have approved their own sheets already, and none of them sees the other's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Final
from uuid import UUID

from daywork.ground.problems import ProblemKind
from daywork.people.actor import Actor
from daywork.people.rules import Right, may


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


LONGEST_REASON: Final = 300

REASON_MISSING = ProblemKind(
    "double_reason_missing",
    422,
    _("Say why, so that others can follow it later"),
    _("Pick a reason or write one in your own words."),
)
DOUBLE_MOVED = ProblemKind(
    "double_moved",
    409,
    _("The sheets of this day have changed meanwhile"),
    _("Look at them again as they are now, then decide."),
)
DOUBLE_SETTLED = ProblemKind(
    "double_settled",
    409,
    _("This day has been settled already"),
    _("If a sheet is wrong, correct the sheet: the day opens again by itself."),
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A sheet's part of the day. What lies on a site the reader has no part in is not told."""

    site: UUID
    site_name: str
    man_days: Decimal
    sheet: UUID | None
    crew_name: str
    author_name: str
    state: str
    overtime_hours: Decimal
    closed: bool
    """It stood on a closed paper (wage sheet, settlement, closed month) before the day was booked
    twice: it stays as it was closed, and its pay does not wait."""

    @property
    def seen(self) -> bool:
        """Whether the reader may see more than the site's name and 工."""
        return self.sheet is not None


@dataclass(frozen=True, slots=True)
class Double:
    """A worker's day that is or was booked twice, with the sheets as the booking names them."""

    id: UUID
    worker: UUID
    worker_name: str
    worker_number: str
    work_day: date
    booked: Decimal
    """工 on all sheets together."""
    claims: str
    """``sheet=工,…``"""
    counts: UUID | None
    reason: str | None
    decided_by: UUID | None
    decided_by_name: str | None
    decided_at: datetime | None
    outcome: str | None
    resolved_at: datetime | None
    sheets: tuple[Claim, ...]
    may_settle: bool = False
    """Whether the reader may settle it: open, and the right on every site."""

    @property
    def open(self) -> bool:
        return self.resolved_at is None

    @property
    def mark(self) -> str:
        """What a decision names, so that it is of these claims and no others."""
        return sha256(self.claims.encode()).hexdigest()[:16]

    def moved_by(self, counts: UUID | None) -> list[Claim]:
        """The sheets whose pay an answer moves: those that waited, and closed ones that are to go
        back."""
        return [one for one in self.sheets if not (one.closed and counts in (None, one.sheet))]

    @property
    def closed(self) -> bool:
        """Some of its sheets were closed, and paid perhaps, before it was booked twice."""
        return any(one.closed for one in self.sheets)

    @property
    def counting(self) -> Claim | None:
        """The one sheet that was said to count."""
        return next((one for one in self.sheets if one.sheet and one.sheet == self.counts), None)


def may_settle(actor: Actor, sites: Iterable[UUID]) -> bool:
    """Whether the actor keeps the books of every site that claims a part of the day."""
    return all(may(actor, Right.CLOSE_MONTH, site) for site in sites)
