"""What a site's master data must hold to; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from typing import Final
from uuid import UUID

from daywork.ground.problems import ProblemKind


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


NAME_TAKEN = ProblemKind(
    "name_taken",
    409,
    _("There is %(name)s already"),
    _("Choose another name, or change the one that is there."),
)
NO_SITE_YET = ProblemKind(
    "no_site_yet", 404, _("There is no site yet"), _("Make the first site; then this page fills.")
)
CODE_TAKEN = ProblemKind(
    "code_taken",
    409,
    _("Another task has the code %(code)s"),
    _("Give every task of a site a code of its own."),
)
SAME_NAME = ProblemKind(
    "same_name",
    409,
    _("Twice in one crew: %(names)s"),
    _("Tell them apart, for instance by a number after the name, so that nobody is paid twice."),
)
PARENT_LOOPS = ProblemKind(
    "parent_loops",
    422,
    _("A task cannot stand under itself"),
    _("Choose another task to stand under."),
)


OVERTIME_AS_IT_IS = ProblemKind(
    "overtime_as_it_is",
    409,
    _("Overtime is paid so on that day already"),
    _("Choose the other way, or another day."),
)

RATE_ELSEWHERE = ProblemKind(
    "rate_elsewhere",
    409,
    _("This rate would also count on %(sites)s"),
    _("Agree a rate of your site or of a crew instead, or ask an owner of the company."),
)


class RateScope(StrEnum):
    """Whose price a rate is; also the column it stands in."""

    WORKER = "worker"
    CREW = "crew"
    TRADE = "trade"
    SITE = "site"
    TASK = "task"


@dataclass(frozen=True, slots=True)
class Whose:
    """What a rate is the price of."""

    scope: RateScope
    id: UUID


@dataclass(frozen=True, slots=True)
class Span:
    """The days a rate holds; without a last day it goes on."""

    id: UUID
    first: date
    last: date | None


@dataclass(frozen=True, slots=True)
class Fit:
    """How a new rate takes its place among the others."""

    closes: UUID | None
    """The rate that held on the new one's first day."""
    closes_on: date | None
    until: date | None
    """The new one's last day: its own, or the day before the next that is already agreed."""
    resumes: date | None = None
    """The day after, from which the one that was closed holds again."""
    resumes_until: date | None = None


def _earliest(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)


def fit_in(spans: Iterable[Span], first: date, last: date | None = None) -> Fit:
    """Where a rate from ``first`` on stands among the others; history stays. After ``last``, when
    there is one, the rate before holds again as long as it was agreed.

    One that began the same day is closed on that very day: of two that hold on a day the one
    made later counts (see ``labour.prices.rate_on``), so a slip can be corrected at once.
    """
    ordered = sorted(spans, key=lambda span: (span.first, span.id))
    before = [span for span in ordered if span.first <= first]
    later = [span.first for span in ordered if span.first > first]
    day = timedelta(days=1)
    next_one = min(later) - day if later else None
    until = _earliest(last, next_one)
    if not before or (before[-1].last is not None and before[-1].last < first):
        return Fit(None, None, until)
    held = before[-1]
    fit = Fit(held.id, max(held.first, first - day), until)
    goes_on = _earliest(held.last, next_one)
    if last is None or (goes_on is not None and goes_on <= last):
        return fit
    return replace(fit, resumes=last + day, resumes_until=goes_on)


EARTH_M: Final = 6_371_000
"""Mean radius of the earth, in metres."""


def metres_between(here: tuple[float, float], there: tuple[float, float]) -> float:
    """The way over the ground between two positions (latitude, longitude in degrees, WGS-84)."""
    (south, west), (north, east) = (tuple(map(radians, one)) for one in (here, there))
    turned = sin((north - south) / 2) ** 2
    turned += cos(south) * cos(north) * sin((east - west) / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(turned)))


def repeated(names: Sequence[str], present: Iterable[str]) -> list[str]:
    """Names given twice, or given and there already."""
    seen = set(present)
    twice: dict[str, None] = {}
    for name in names:
        if name in seen:
            twice[name] = None
        seen.add(name)
    return list(twice)


def loops(task: UUID, parent: UUID | None, parents: dict[UUID, UUID | None]) -> bool:
    """Whether putting ``task`` under ``parent`` would make it stand under itself."""
    above = parent
    for _step in range(len(parents) + 1):
        if above is None:
            return False
        if above == task:
            return True
        above = parents.get(above)
    return True
