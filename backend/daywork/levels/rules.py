"""Whose turn it is. Pure.

Foreman → supervisor is one step; foreman → supervisor → office are two, by two persons. A record
waits (``submitted``) until its last step is passed.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from daywork.ground.problems import ProblemKind
from daywork.people.actor import Actor
from daywork.people.rules import Right, may


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


NOT_YOUR_STEP = ProblemKind(
    "not_your_step",
    403,
    _("This record waits for somebody else"),
    _("On this site the supervisor decides first and the office after; see its history."),
)
SECOND_PERSON = ProblemKind(
    "second_person",
    409,
    _("The second step needs a second person"),
    _("You passed the first step yourself: let a colleague or a deputy look at it."),
)
MONTH_NOT_OVER = ProblemKind(
    "month_not_over",
    422,
    _("This month is not over yet"),
    _("Close it on the first day of the next month or later."),
)
MONTH_STILL_WAITS = ProblemKind(
    "month_still_waits",
    409,
    _("Still waiting for a decision in this month: %(n)s"),
    _("Approve or return them first: a closed month takes no decision."),
)
MONTH_AS_IT_IS = ProblemKind(
    "month_as_it_is",
    409,
    _("Somebody has closed or reopened this month meanwhile"),
    _("Look at the list: it shows who, when and why."),
)
CLOSING_REASON_MISSING = ProblemKind(
    "closing_reason_missing",
    422,
    _("Closing or reopening a month needs a reason"),
    _("Say in a few words why; it stays in the list."),
)
NOBODY_TO_STAND_IN_FOR = ProblemKind(
    "nobody_to_stand_in_for",
    422,
    _("Nobody stands in for oneself"),
    _("Choose two different members; who is away decides on this site."),
)


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """What a site has agreed on approving."""

    steps: int = 1
    automatic: bool = False
    automatic_man_days: Decimal | None = None
    automatic_amount: Decimal | None = None
    sign_days: int | None = None
    """Daywork sheets are to be signed within so many days of the work day."""
    set_by: UUID | None = None
    """Who answers for what is approved by itself."""


def right_needed(rule: ApprovalRule, passed: int) -> Right:
    """What somebody needs to decide on a record that has passed so many steps."""
    return Right.COUNTERSIGN if rule.steps == 2 and passed else Right.DECIDE


def is_last(rule: ApprovalRule, passed: int) -> bool:
    """Whether approving now leaves nothing to pass."""
    return passed + 1 >= rule.steps


def may_decide(actor: Actor, rule: ApprovalRule, site: UUID, passed: int) -> bool:
    """Whether it is the actor's turn."""
    return may(actor, right_needed(rule, passed), site)


def turns(actor: Actor, rule: ApprovalRule, site: UUID) -> tuple[int, ...]:
    """The numbers of steps passed at which a record waits for the actor."""
    if rule.steps == 1:
        return (0, 1) if may(actor, Right.DECIDE, site) else ()
    return tuple(passed for passed in (0, 1) if may_decide(actor, rule, site, passed))


def turns_shown(actor: Actor, rule: ApprovalRule, site: UUID) -> tuple[int, ...]:
    """What the actor's queue shows: what waits for him; to who only reads, everything."""
    return turns(actor, rule, site) or (0, 1)


@dataclass(frozen=True, slots=True)
class Deputy:
    """Somebody who decides in another's place, from one day to another (both included)."""

    id: UUID
    absent: UUID
    absent_name: str
    deputy: UUID
    deputy_name: str
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Closing:
    """One closing or reopening of a month."""

    month: date
    what: str
    reason: str
    by: str
    at: datetime


def month_of(day: date) -> date:
    """Its first day."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
