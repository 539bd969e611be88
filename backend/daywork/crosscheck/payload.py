"""What a phone sends of a cross-check, and when it says something. Pure.

The worker looks at his foreman's phone, perhaps for days without a network. What he signs for is
what stood on that screen: the days as the office last told the phone, with the sheets beside them
that the phone had not sent yet. That is what is kept. Whether it still is what the office has is
not asked here: :func:`rules.standing_of` says so, today and after each later change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from daywork.crosscheck.rules import (
    LONGEST_REASON,
    MONTH,
    MOST_OF_A_DAY,
    NO_DAYS,
    NOT_A_DAY_OF_MONTH,
    Claim,
    Day,
    check_claim,
    plain,
)
from daywork.ground.money import ZERO
from daywork.ground.problems import ProblemKind
from daywork.signatures.rules import Signing, check_signature
from daywork.summary.rules import Month


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


NOT_YOUR_WORKER: Final = ProblemKind(
    "cross_check_not_your_worker",
    403,
    _("This worker is not in a crew of yours"),
    _("Ask the office to put him into your crew and send again, or give him a link of his own."),
)
ANSWER_KNOWN: Final = ProblemKind(
    "cross_check_known",
    409,
    _("Another answer already has this name"),
    _("Let the worker look and sign again."),
)
MONTH_AHEAD: Final = ProblemKind(
    "cross_check_month_ahead",
    422,
    _("This month has not begun yet"),
    _("Check the date of this phone, then let the worker look and sign again."),
)
CLAIM_TOO_MUCH: Final = ProblemKind(
    "cross_check_too_much",
    422,
    _("Nobody works that much in this time"),
    _("A day has at most 3 工 and 24 hours of overtime. Type what the worker remembers."),
)

Amount = Annotated[str, Meta(pattern=r"^(0|[1-9]\d{0,3})(\.\d{1,3})?$")]
DAY_KEY: Final = r"^\d{4}-\d\d-\d\d$"


class ClaimSaid(msgspec.Struct, frozen=True, kw_only=True):
    """What the worker remembers of a day, or of the month in all."""

    man_days: Amount
    overtime_hours: Amount = "0"
    reason: Annotated[str, Meta(min_length=1, max_length=LONGEST_REASON)]


class CrossCheckPayload(msgspec.Struct, frozen=True, kw_only=True):
    """``labour.cross_check`` version 1: a worker signed for his month, or disputes some of it."""

    site: UUID
    worker: UUID
    month: Annotated[str, Meta(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
    name: Annotated[str, Meta(max_length=80)]
    strokes: Annotated[str, Meta(max_length=40_000)] = ""
    shown: Annotated[
        dict[Annotated[str, Meta(pattern=DAY_KEY)], tuple[Amount, Amount]], Meta(max_length=31)
    ]
    """Day → 工 and overtime hours, as they stood on the screen."""
    claims: Annotated[
        dict[Annotated[str, Meta(pattern=rf"{DAY_KEY}|^{MONTH}$")], ClaimSaid], Meta(max_length=32)
    ] = {}
    """By day, or by ``month``. None: the days are right."""
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a payload says, read and judged."""

    name: str
    days: dict[str, list[str]]
    """As they were shown, in the one spelling."""
    claims: list[Claim]
    recorded: dict[tuple[date, bool], Day]
    """By claimed day and whether it is the month: what was shown of it."""

    @property
    def outcome(self) -> str:
        return "disputed" if self.claims else "confirmed"


def read(payload: CrossCheckPayload, month: Month, today: date) -> Said:
    """Read what was shown and claimed.

    Raises:
        Problem: ``cross_check_month_ahead``, ``cross_check_not_a_day``, ``cross_check_no_days``,
            ``cross_check_same_as_recorded``, ``cross_check_too_much`` or what
            ``signatures.rules.check_signature`` raises.
    """
    if month.first > today:
        raise MONTH_AHEAD()
    name = " ".join(payload.name.split())
    check_signature(Signing.SIGNED, name, "", payload.strokes)
    shown = [
        Day(_day_in(month, day), Decimal(amounts[0]), Decimal(amounts[1]))
        for day, amounts in payload.shown.items()
    ]
    days = {
        one.day.isoformat(): [plain(one.man_days), plain(one.overtime_hours)]
        for one in sorted(shown, key=lambda one: one.day)
        if one.man_days or one.overtime_hours
    }
    by_day = {one.day: one for one in shown}
    claims = [
        Claim(
            month.first if day == MONTH else _day_in(month, day),
            Decimal(said.man_days),
            Decimal(said.overtime_hours),
            " ".join(said.reason.split()),
            whole_month=day == MONTH,
        )
        for day, said in sorted(payload.claims.items())
    ]
    recorded = {
        (one.day, one.whole_month): sum_of(shown, month)
        if one.whole_month
        else by_day.get(one.day, Day(one.day))
        for one in claims
    }
    for claim in claims:
        _check(claim, recorded[claim.day, claim.whole_month], month, today)
    if not claims and not days:
        raise NO_DAYS()
    return Said(name, days, claims, recorded)


def sum_of(days: Sequence[Day], month: Month) -> Day:
    """The month in all, as if it were a day: its first."""
    return Day(
        month.first,
        sum((one.recorded for one in days), ZERO),
        sum((one.overtime for one in days), ZERO),
    )


def _check(claim: Claim, shown: Day, month: Month, today: date) -> None:
    times = 31 if claim.whole_month else 1
    most = [amount * times for amount in MOST_OF_A_DAY]
    if claim.man_days > most[0] or claim.overtime_hours > most[1]:
        raise CLAIM_TOO_MUCH()
    check_claim(claim, shown, month.first, month.last, today)


def _day_in(month: Month, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NOT_A_DAY_OF_MONTH() from None
    if not month.first <= day <= month.last:
        raise NOT_A_DAY_OF_MONTH()
    return day
