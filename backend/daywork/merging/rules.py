"""When two records are likely one worker, and when a merge may be taken back. Pure.

Nothing is decided by itself: what is found here is shown to the office, which knows the people.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from daywork.ground.problems import ProblemKind


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


class Match(StrEnum):
    """What two records have in common, the strongest first."""

    IDENTITY = "identity"
    ACCOUNT = "account"
    PHONE = "phone"
    NAME = "name"


class FoundBy(StrEnum):
    """By what the two were known to be one; kept with the merge."""

    IDENTITY = "identity"
    NAME_AND_PHONE = "name_and_phone"
    HAND = "hand"


MOST_ALIKE: Final = 6
"""A phone or account that more records than this share is the foreman's, not a worker's."""


def likely(matches: Collection[Match], *, numbers_differ: bool) -> bool:
    """Whether somebody should look at the two.

    Two different identity numbers are two people (brothers share a phone and an account), unless
    name and phone are the same: then one of the numbers may be mistyped.
    """
    if numbers_differ:
        return {Match.NAME, Match.PHONE} <= set(matches)
    return bool(matches)


def found_by(matches: Collection[Match]) -> FoundBy:
    """What to keep of why the two were found."""
    if Match.IDENTITY in matches:
        return FoundBy.IDENTITY
    if {Match.NAME, Match.PHONE} <= set(matches):
        return FoundBy.NAME_AND_PHONE
    return FoundBy.HAND


def in_order(matches: Iterable[str]) -> tuple[Match, ...]:
    """The strongest first."""
    found = set(matches)
    return tuple(match for match in Match if match in found)


@dataclass(frozen=True, slots=True)
class Stay:
    """Where a record stands or stood on a roster."""

    site: UUID
    site_name: str
    crew: UUID
    crew_name: str
    joined_on: date
    left_on: date | None


@dataclass(frozen=True, slots=True)
class Side:
    """One of two records, as the office compares them."""

    worker: UUID
    name: str
    number: str
    phone: str | None
    trade: str
    trade_en: str
    kind: str
    identity: str
    """Masked, like the account."""
    bank_name: str
    bank: str
    added_on: datetime
    stays: tuple[Stay, ...] = ()
    lines: int = 0
    """Lines of sheets that stand, on any site of the company."""
    man_days: Decimal = Decimal(0)
    """On them."""
    first_day: date | None = None
    last_day: date | None = None
    contracts: int = 0
    certificates: int = 0
    merged_into: UUID | None = None
    anonymised: bool = False


@dataclass(frozen=True, slots=True)
class SharedDay:
    """A day on which both records are on sheets."""

    day: date
    sheets: tuple[UUID, ...]
    man_days: Decimal
    """Of both."""

    @property
    def one_sheet(self) -> bool:
        """Both stand on the same sheet: no double booking, but one line too many."""
        return len(self.sheets) == 1


class Built(StrEnum):
    """What was made of two records together since they were merged."""

    MERGE = "merge"
    WAGE_SHEET = "wage_sheet"
    SETTLEMENT = "settlement"
    PAYMENT = "payment"


NOT_TWO = ProblemKind(
    "not_two_workers",
    409,
    _("These are not two workers that can be merged"),
    _("One of them was merged or made nameless meanwhile. Look at the list again."),
)
REASON_MISSING = ProblemKind(
    "merge_reason_missing",
    422,
    _("Say why these two are one worker"),
    _("Write how you know it: the identity card, a call, the foreman."),
)
BUILT_ON = ProblemKind(
    "merge_built_on",
    409,
    _("This merge can no longer be taken back"),
    _(
        "Wages were closed or paid for both records together since. What was wrong is put right by"
        " a correction."
    ),
)
