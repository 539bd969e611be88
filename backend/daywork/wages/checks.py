"""What is missing before a month's wages can be closed, each with where it is mended. Pure.

What makes a figure wrong or unknown must be mended first. What the law wants on the ledger but
what must not keep a worker from his pay, or what is the company's own risk, is a warning: it is
ticked as seen and kept with the version. Why which: decision 0031.

A new check is one more function in :data:`CHECKS`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from daywork.crosscheck.rules import Standing
from daywork.ground.names import name_order
from daywork.summary.parts import Worked
from daywork.summary.rules import Month
from daywork.wages.rules import Line, Sources, home_crews

MOST_NAMES: Final = 12
"""Names told of one finding; the rest is a number."""


@dataclass(frozen=True, slots=True)
class Who:
    """One worker a finding is about, and where it is mended."""

    name: str
    href: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something missing. ``slug`` names its words (``words.FINDINGS``)."""

    slug: str
    blocks: bool
    n: int
    href: str
    who: tuple[Who, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What the checks look at."""

    site: UUID
    crew: UUID | None
    month: Month
    today: date
    closed: bool
    """The month is closed on the site."""
    lines: Sequence[Line]
    sources: Sources
    names: dict[UUID, str]
    advances_waiting: frozenset[UUID] = frozenset()
    cross_checks: Mapping[UUID, Standing] = field(default_factory=dict)
    """How far each worker's month is confirmed by himself."""

    @property
    def worked(self) -> list[Worked]:
        """What was worked with the crew in question."""
        return [one for one in self.sources.worked if self.crew in (None, one.crew)]

    @property
    def asked(self) -> str:
        """The part of an address that keeps site, month and crew."""
        crew = f"&crew={self.crew}" if self.crew else ""
        return f"site={self.site}&month={self.month.text}{crew}"

    def about(self, workers: Iterable[UUID], href: Callable[[UUID], str]) -> tuple[Who, ...]:
        """The first of them by name."""
        told = sorted(
            {(self.names.get(worker, "?"), worker) for worker in workers},
            key=lambda one: (name_order(one[0]), one[1]),
        )
        return tuple(Who(name, href(worker)) for name, worker in told[:MOST_NAMES])

    def sheets_of(self, worker: UUID, state: str = "") -> str:
        """Where the month's sheets with this worker are opened."""
        at = f"&at={state}" if state else ""
        return f"/labour/sheets?{self.asked}&worker={worker}{at}"

    def register_of(self, worker: UUID) -> str:
        """Where the worker's identity and account are kept."""
        return f"/labour/register/{self.site}/{worker}"

    def worker_of(self, worker: UUID) -> str:
        """Where the worker's name and phone are kept."""
        return f"/settings/sites/{self.site}/workers/{worker}"


Check = Callable[[Facts], Finding | None]


def nothing_earned(facts: Facts) -> Finding | None:
    """Nobody has anything approved."""
    if facts.lines:
        return None
    return Finding("nothing_earned", True, 1, f"/labour?{facts.asked}")


def month_not_over(facts: Facts) -> Finding | None:
    """Days of the month are still to come."""
    if facts.today > facts.month.last:
        return None
    return Finding("month_not_over", True, 1, f"/labour?{facts.asked}")


def sheets_waiting(facts: Facts) -> Finding | None:
    """Days that nobody has decided on: they are not in the figures."""
    return _by_state(facts, "pending", "submitted")


def sheets_returned(facts: Facts) -> Finding | None:
    """Days that were sent back and have not come again."""
    return _by_state(facts, "returned", "returned")


def _by_state(facts: Facts, name: str, state: str) -> Finding | None:
    worked = [one for one in facts.worked if getattr(one, name)]
    if not worked:
        return None
    return Finding(
        f"sheets_{name}",
        True,
        sum(getattr(one, name) for one in worked),
        f"/labour/sheets?{facts.asked}&at={state}",
        facts.about((one.worker for one in worked), lambda one: facts.sheets_of(one, state)),
    )


def lines_unpriced(facts: Facts) -> Finding | None:
    """Approved work that has no rate: nobody knows what it is worth."""
    worked = [one for one in facts.worked if one.unpriced]
    if not worked:
        return None
    return Finding(
        "lines_unpriced",
        True,
        sum(one.unpriced for one in worked),
        f"/labour?{facts.asked}",
        facts.about((one.worker for one in worked), facts.sheets_of),
    )


def double_booked(facts: Facts) -> Finding | None:
    """Days booked twice that nobody has settled: they earn nothing yet, pay waits."""
    held = [one for one in facts.worked if one.held]
    if not held:
        return None
    return Finding(
        "double_booked",
        True,
        sum(one.held.bit_count() for one in held),
        f"/labour/double-bookings?site={facts.site}&month={facts.month.text}",
        facts.about((one.worker for one in held), facts.sheets_of),
    )


def advances_waiting(facts: Facts) -> Finding | None:
    """Money that may have been handed out and is not deducted."""
    home = home_crews(facts.sources)
    workers = [
        worker for worker in facts.advances_waiting if facts.crew in (None, home.get(worker))
    ]
    if not workers:
        return None
    href = f"/labour/advances?site={facts.site}&month={facts.month.text}"
    return Finding(
        "advances_waiting",
        False,
        len(workers),
        href,
        facts.about(workers, lambda one: f"{href}&worker={one}"),
    )


def more_lent_than_earned(facts: Facts) -> Finding | None:
    """Nothing can be paid to who owes the company money."""
    owing = [line.worker for line in facts.lines if line.figures.payable < 0]
    if not owing:
        return None
    href = f"/labour/advances?site={facts.site}&month={facts.month.text}"
    return Finding(
        "more_lent_than_earned",
        False,
        len(owing),
        href,
        facts.about(owing, lambda one: f"{href}&worker={one}"),
    )


def identity_missing(facts: Facts) -> Finding | None:
    """Order 724, art. 15 wants the identity number on the ledger."""
    return _unknown(facts, "identity_missing", "identity_mask", facts.register_of)


def bank_missing(facts: Facts) -> Finding | None:
    """Order 724, art. 31: paid to the worker's own account."""
    return _unknown(facts, "bank_missing", "bank_mask", facts.register_of)


def phone_missing(facts: Facts) -> Finding | None:
    """Order 724, art. 15 wants a way to reach the worker on the ledger."""
    return _unknown(facts, "phone_missing", "phone", facts.worker_of)


def _unknown(facts: Facts, slug: str, of: str, href: Callable[[UUID], str]) -> Finding | None:
    workers = [line.worker for line in facts.lines if not getattr(line.person, of)]
    if not workers:
        return None
    return Finding(slug, False, len(workers), href(workers[0]), facts.about(workers, href))


def days_disputed(facts: Facts) -> Finding | None:
    """A worker says that a day is not right, and nobody has answered."""
    answered_at = f"/approvals/disputes?site={facts.site}"
    return _by_standing(facts, "days_disputed", {Standing.DISPUTED}, answered_at)


def not_cross_checked(facts: Facts) -> Finding | None:
    """Workers who were asked and have not confirmed the days as they stand. Where nobody was
    asked, a site does not cross-check, and is not reminded of it every month."""
    if all(one is Standing.NOT_ASKED for one in facts.cross_checks.values()):
        return None
    done = {Standing.CONFIRMED, Standing.DISPUTED}
    crosscheck = f"/labour/crosscheck?{facts.asked}"
    return _by_standing(facts, "not_cross_checked", set(Standing) - done, crosscheck)


def _by_standing(facts: Facts, slug: str, standings: set[Standing], href: str) -> Finding | None:
    workers = [
        line.worker for line in facts.lines if facts.cross_checks.get(line.worker) in standings
    ]
    if not workers:
        return None
    return Finding(slug, False, len(workers), href, facts.about(workers, lambda _one: href))


def month_open(facts: Facts) -> Finding | None:
    """Records of the month can still change; the version will not follow them."""
    if facts.closed or facts.today <= facts.month.last:
        return None
    return Finding("month_open", False, 1, f"/settings/sites/{facts.site}/months")


CHECKS: Final[tuple[Check, ...]] = (
    nothing_earned,
    month_not_over,
    sheets_waiting,
    sheets_returned,
    lines_unpriced,
    double_booked,
    more_lent_than_earned,
    advances_waiting,
    identity_missing,
    bank_missing,
    phone_missing,
    days_disputed,
    not_cross_checked,
    month_open,
)
"""In the order they are shown; what must be mended first stands first."""


def missing(facts: Facts) -> list[Finding]:
    """What is missing, what must be mended first in front."""
    found = [one for check in CHECKS if (one := check(facts)) is not None]
    return sorted(found, key=lambda one: not one.blocks)
