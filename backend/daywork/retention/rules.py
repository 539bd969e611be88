"""Until when records are kept, and who may say that a site is done. Pure.

State Council order 724, art. 15: wage records at least three years after the project is completed
and paid; Provisional Rules on Wage Payment, art. 6: at least two. The later of three years after
the last pay and three years after completion with full settlement counts.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from daywork.ground.problems import ProblemKind


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


@dataclass(frozen=True, slots=True)
class Standing:
    """How a site stands towards the lock."""

    completed_on: date | None
    settled_on: date | None
    last_pay: date | None
    """The last day of pay or of work on it."""
    kept_until: date | None
    """None: as long as it is not completed and settled, or a day of it is disputed."""
    disputes: int = 0
    """Days that workers dispute and nobody has answered."""

    @property
    def free_from(self) -> date | None:
        """The first day on which something may be purged."""
        return None if self.kept_until is None else self.kept_until + timedelta(days=1)


NOT_COMPLETED = ProblemKind(
    "retention_not_completed",
    409,
    _("This site is not completed and settled: its records are kept"),
    _(
        "Note the days of completion and of full settlement first; three years are counted from"
        " the later one, or from the last pay."
    ),
)
STILL_KEPT = ProblemKind(
    "retention_lock",
    409,
    _("These records must be kept until %(day)s"),
    _("They may be purged from the day after."),
)
NOTHING_TO_PURGE = ProblemKind(
    "nothing_to_purge",
    409,
    _("There is nothing to purge here"),
    _("No pictures are left, and every worker is still on another site or nameless already."),
)
PURGE_CHANGED = ProblemKind(
    "purge_changed",
    409,
    _("What would be purged has changed meanwhile"),
    _("Look at the list again, then confirm it."),
)
STILL_OWED = ProblemKind(
    "site_not_settled",
    409,
    _("Something is still outstanding on this site: %(amount)s"),
    _("Pay or settle it first; full settlement means that nobody is owed anything."),
)
STILL_DISPUTED = ProblemKind(
    "site_still_disputed",
    409,
    _("Days of this site are still disputed: %(n)s"),
    _("Answer them first, among the approvals; nobody's record goes while he waits for a word."),
)
DAYS_WRONG = ProblemKind(
    "completion_days",
    422,
    _("These days do not fit"),
    _("Neither lies in the future, and a site is settled only once it is completed."),
)


def check_days(completed_on: date | None, settled_on: date | None, today: date) -> None:
    """Whether the days may be noted.

    Raises:
        Problem: ``completion_days``.
    """
    late = [day for day in (completed_on, settled_on) if day is not None and day > today]
    if late or (settled_on is not None and completed_on is None):
        raise DAYS_WRONG()


def check_free(standing: Standing, today: date) -> date:
    """The day until which records were to be kept, once it is over.

    Raises:
        Problem: ``site_still_disputed``, ``retention_not_completed``, ``retention_lock`` with the
            day.
    """
    if standing.disputes:
        raise STILL_DISPUTED(n=standing.disputes)
    if standing.kept_until is None:
        raise NOT_COMPLETED()
    if today <= standing.kept_until:
        raise STILL_KEPT(day=standing.kept_until.isoformat())
    return standing.kept_until


def check_settled(outstanding: Decimal, settled_on: date | None, shown: str, disputes: int) -> None:
    """Full settlement: nobody is owed anything, and nobody waits for an answer.

    Raises:
        Problem: ``site_not_settled`` with the amount, ``site_still_disputed``.
    """
    if settled_on is not None and disputes:
        raise STILL_DISPUTED(n=disputes)
    if settled_on is not None and outstanding > 0:
        raise STILL_OWED(amount=shown)
