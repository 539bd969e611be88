"""What a worker confirms, when a confirmation still holds, and what opens a private link. Pure.

A worker confirms days, not decisions: what counts is what is recorded of a day, approved or still
waiting. So an approval that changes no figure leaves a confirmation as it is, and a rate that
came later does too; a corrected day does not.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from daywork.ground.money import ZERO
from daywork.ground.problems import ProblemKind
from daywork.sign_in.rules import Limit


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


LINK_OVER = ProblemKind(
    "cross_check_link_over",
    404,
    _("This link does not open anything"),
    _("It may have run out or been replaced. Ask your foreman or the office for a new one."),
)
"""Unknown, run out, taken back or locked: a stranger is not told which."""
DIGITS_WRONG = ProblemKind(
    "cross_check_digits_wrong",
    422,
    _("These are not the last four digits"),
    _("Type the last four of your phone number, or of your identity number, as the office has it."),
)
LINK_WAITS = ProblemKind(
    "cross_check_link_waits",
    429,
    _("Too many tries: please wait %(minutes)s min"),
    _("Then try again, or ask your foreman which phone number the office has of you."),
)
DAYS_CHANGED = ProblemKind(
    "cross_check_days_changed",
    409,
    _("The days have changed while you were looking"),
    _("Nothing was signed. Look at the days as they stand now, then sign."),
)
STILL_DISPUTED = ProblemKind(
    "cross_check_still_disputed",
    409,
    _("A day is still in dispute"),
    _("Wait for the answer, then sign for the month."),
)
NO_DAYS = ProblemKind(
    "cross_check_no_days",
    409,
    _("There is nothing to sign yet"),
    _("No day of this month is recorded. If you worked, say which day is missing."),
)
DAY_IN_DISPUTE = ProblemKind(
    "cross_check_day_in_dispute",
    409,
    _("This day is already in dispute"),
    _("Wait for the answer; it will be shown here."),
)
SAME_AS_RECORDED = ProblemKind(
    "cross_check_same_as_recorded",
    422,
    _("That is what is recorded"),
    _("Type what you remember, or go back: then the day is right."),
)
NOT_A_DAY_OF_MONTH = ProblemKind(
    "cross_check_not_a_day",
    422,
    _("This day does not belong to the month"),
    _("Choose a day of this month that is not still to come."),
)
NOBODY_TO_ASK = ProblemKind(
    "cross_check_nobody",
    409,
    _("There is nobody here to make a link for"),
    _("Only workers with recorded days and a known phone or identity number can be asked."),
)

WRONG_IN_ALL: Final = 10
"""So many wrong tries one after another, and the link opens for nobody: 10 of 10,000."""
LIMIT_DIGITS: Final = Limit(5)
"""Of one link; the counts are kept in Postgres, so all processes share them."""
LIMIT_PER_ADDRESS: Final = Limit(40)
"""Of one address, digits and unknown links together: a whole site's Wi-Fi may be one address."""
PASS_LIFE: Final = timedelta(hours=2)
"""So long after the right digits the pages open in that browser."""
LONGEST_REASON: Final = 300
MONTH: Final = "month"
"""What the sum of the month is called, among the claims and in addresses."""
MOST_OF_A_DAY: Final = (Decimal(3), Decimal(24))
"""工 and overtime hours that are claimed of a day; of a month 31 times as much."""


class Standing(StrEnum):
    """How far a worker's month is cross-checked."""

    NOT_ASKED = "not_asked"  # 未发起
    WAITING = "waiting"  # 待工人确认
    CONFIRMED = "confirmed"  # 已确认
    CHANGED = "changed"  # 确认后有改动
    DISPUTED = "disputed"  # 有异议
    ANSWERED = "answered"  # 异议已答复，待再确认


@dataclass(frozen=True, slots=True)
class Day:
    """A worker's day on the site, over all crews."""

    day: date
    man_days: Decimal = ZERO
    """Approved."""
    overtime_hours: Decimal = ZERO
    pending_man_days: Decimal = ZERO
    """Recorded, and not decided yet."""
    pending_overtime: Decimal = ZERO
    crews: frozenset[UUID] = frozenset()

    @property
    def recorded(self) -> Decimal:
        """工, approved or waiting."""
        return self.man_days + self.pending_man_days

    @property
    def overtime(self) -> Decimal:
        """Hours, approved or waiting."""
        return self.overtime_hours + self.pending_overtime

    @property
    def waits(self) -> bool:
        """A part of it is not decided yet."""
        return bool(self.pending_man_days or self.pending_overtime)


Shown = Mapping[str, Sequence[str]]
"""Day → 工 and overtime hours, as :func:`shown_of` spells them."""


def shown_of(days: Iterable[Day]) -> dict[str, list[str]]:
    """What a worker is shown of his days, in one spelling; days without work are left out."""
    return {
        one.day.isoformat(): [plain(one.recorded), plain(one.overtime)]
        for one in sorted(days, key=lambda one: one.day)
        if one.recorded or one.overtime
    }


def hash_of_shown(shown: Shown) -> bytes:
    """SHA-256 that a confirmation is bound to."""
    said = json.dumps({day: list(shown[day]) for day in sorted(shown)}, separators=(",", ":"))
    return hashlib.sha256(said.encode()).digest()


def changed_days(before: Shown, now: Shown) -> list[date]:
    """The days that say something else than they did."""
    return [
        date.fromisoformat(day)
        for day in sorted({*before, *now})
        if list(before.get(day, ())) != list(now.get(day, ()))
    ]


def plain(amount: Decimal) -> str:
    """One spelling of an amount: ``1``, ``0.5``, ``0``; the phone's is the same."""
    return f"{amount.normalize():f}" if amount else "0"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a worker says should stand of a day, or of the month in all, and why."""

    day: date
    """Of a whole month: its first."""
    man_days: Decimal
    overtime_hours: Decimal
    reason: str
    whole_month: bool = False

    @property
    def key(self) -> str:
        """What it is called among the claims of an answer."""
        return MONTH if self.whole_month else self.day.isoformat()

    @property
    def spelled(self) -> list[str]:
        """As it is kept with the answer."""
        return [plain(self.man_days), plain(self.overtime_hours), self.reason]


def check_claim(claim: Claim, recorded: Day, first: date, last: date, today: date) -> None:
    """Refuse what disputes nothing.

    Raises:
        Problem: ``cross_check_not_a_day`` or ``cross_check_same_as_recorded``.
    """
    if not first <= claim.day <= min(last, today):
        raise NOT_A_DAY_OF_MONTH()
    if (claim.man_days, claim.overtime_hours) == (recorded.recorded, recorded.overtime):
        raise SAME_AS_RECORDED()


def standing_of(
    *, asked: bool, disputed: bool, outcome: str | None, said: bytes | None, now: bytes
) -> Standing:
    """How far a month is.

    ``asked``: a link is out; ``disputed``: a dispute is open; ``outcome`` and ``said``: the
    latest answer and the hash of the days it was given to; ``now``: that of the days as they are.
    """
    if disputed:
        return Standing.DISPUTED
    if outcome is None:
        return Standing.WAITING if asked else Standing.NOT_ASKED
    if outcome == "disputed":
        return Standing.ANSWERED
    return Standing.CONFIRMED if said == now else Standing.CHANGED


# What opens a link besides the link itself


def last_fours(*numbers: str | None) -> frozenset[str]:
    """The last four signs of each number that has them in the open; an identity may end in X."""
    found = (number.replace(" ", "")[-4:].upper() for number in numbers if number)
    return frozenset(four for four in found if len(four) == 4 and "*" not in four)


def typed_four(text: str) -> str:
    """What was typed, whatever keyboard it came from."""
    return unicodedata.normalize("NFKC", text).replace(" ", "").upper()


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """What decides whether a link opens."""

    expires_at: datetime
    revoked_at: datetime | None
    wrong_digits: int

    def opens(self, now: datetime) -> bool:
        """It has not run out, nobody took it back, and nobody guessed too often."""
        return (
            self.revoked_at is None and now < self.expires_at and self.wrong_digits < WRONG_IN_ALL
        )
