"""The critical path method, on whole workdays. Pure.

Times are offsets: so many workdays have passed since the morning on which the plan begins. A task
of three workdays that begins at once runs from 0 to 3; one that follows it begins at 3.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from daywork.ground.problems import ProblemKind
from daywork.ground.terms import LinkKind
from daywork.ground.workdays import WorkCalendar, is_workday


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


LINKS_LOOP = ProblemKind(
    "links_loop",
    422,
    _("These tasks would wait for one another"),
    _("Take out one of the links of the circle."),
)
LINK_TO_SUMMARY = ProblemKind(
    "link_to_summary",
    422,
    _("A summary task has no links of its own"),
    _("Link the tasks below it."),
)


@dataclass(frozen=True, slots=True)
class Activity:
    """A task as the network sees it."""

    id: UUID
    duration: int
    """Workdays; 0 is a milestone."""
    not_before: int = 0
    """It cannot begin sooner, whatever it waits for."""
    begun: bool = False
    """It has begun at ``not_before`` already: no predecessor moves it any more."""


@dataclass(frozen=True, slots=True)
class Link:
    """``successor`` waits for ``predecessor``."""

    predecessor: UUID
    successor: UUID
    kind: LinkKind = LinkKind.FINISH_START
    lag: int = 0
    """Workdays between the two ends; negative lets them overlap."""

    def pushes(self, start: int, finish: int, duration: int) -> int:
        """The soonest start of the successor, when the predecessor runs so."""
        return {
            LinkKind.FINISH_START: finish + self.lag,
            LinkKind.START_START: start + self.lag,
            LinkKind.FINISH_FINISH: finish + self.lag - duration,
            LinkKind.START_FINISH: start + self.lag - duration,
        }[self.kind]

    def allows(self, start: int, finish: int, duration: int) -> int:
        """The latest finish of the predecessor, when the successor may run as late as this."""
        return {
            LinkKind.FINISH_START: start - self.lag,
            LinkKind.START_START: start - self.lag + duration,
            LinkKind.FINISH_FINISH: finish - self.lag,
            LinkKind.START_FINISH: finish - self.lag + duration,
        }[self.kind]


@dataclass(frozen=True, slots=True)
class Times:
    """When a task can run at the soonest and at the latest."""

    early_start: int
    early_finish: int
    late_start: int
    late_finish: int
    free_float: int
    """How long it can slip before the next one slips too."""

    @property
    def total_float(self) -> int:
        """How long it can slip before the end of the plan slips; below 0 it already does."""
        return self.late_finish - self.early_finish


def in_sequence(activities: Iterable[UUID], links: Iterable[Link]) -> list[UUID]:
    """The tasks so that each comes after those it waits for.

    Raises:
        Problem: ``links_loop``.
    """
    waits = dict.fromkeys(activities, 0)
    following: dict[UUID, list[UUID]] = {}
    for link in links:
        waits[link.successor] += 1
        following.setdefault(link.predecessor, []).append(link.successor)
    ready = [one for one, count in waits.items() if not count]
    ordered: list[UUID] = []
    while ready:
        one = ready.pop()
        ordered.append(one)
        for successor in following.get(one, ()):
            waits[successor] -= 1
            if not waits[successor]:
                ready.append(successor)
    if len(ordered) < len(waits):
        raise LINKS_LOOP()
    return ordered


def times_of(
    activities: Sequence[Activity], links: Sequence[Link], end: int | None = None
) -> dict[UUID, Times]:
    """Early and late times of every task.

    Late times count back from ``end``, the latest early finish when it is not given. Links to
    tasks that are not among the activities are left out.

    Raises:
        Problem: ``links_loop``.
    """
    known = {one.id: one for one in activities}
    links = [link for link in links if link.predecessor in known and link.successor in known]
    order = in_sequence(known, links)
    before: dict[UUID, list[Link]] = {}
    after: dict[UUID, list[Link]] = {}
    for link in links:
        before.setdefault(link.successor, []).append(link)
        after.setdefault(link.predecessor, []).append(link)

    early: dict[UUID, tuple[int, int]] = {}
    for name in order:
        one = known[name]
        pushed = [
            link.pushes(*early[link.predecessor], one.duration)
            for link in ([] if one.begun else before.get(name, ()))
        ]
        start = max([one.not_before, *pushed])
        early[name] = (start, start + one.duration)

    last = max((finish for _start, finish in early.values()), default=0)
    until = last if end is None else end
    late: dict[UUID, tuple[int, int]] = {}
    for name in reversed(order):
        duration = known[name].duration
        allowed = [
            link.allows(*late[link.successor], duration)
            for link in after.get(name, ())
            if not known[link.successor].begun
        ]
        finish = min([until, *allowed])
        late[name] = (finish - duration, finish)

    def free(name: UUID) -> int:
        duration = known[name].duration
        room = [
            link.allows(*early[link.successor], duration)
            for link in after.get(name, ())
            if not known[link.successor].begun
        ]
        return min([last, *room]) - early[name][1]

    return {name: Times(*early[name], *late[name], free(name)) for name in order}


class Ruler:
    """Dates as offsets on a site's calendar, counted once for a whole plan."""

    def __init__(self, calendar: WorkCalendar, first: date, last: date) -> None:
        self._first = first
        self._before = [0]
        for ahead in range(max((last - first).days + 1, 0)):
            worked = is_workday(calendar, first + timedelta(days=ahead))
            self._before.append(self._before[-1] + worked)

    def morning(self, day: date) -> int:
        """Workdays before ``day``; days outside the plan count as its ends."""
        ahead = (day - self._first).days
        return self._before[max(0, min(ahead, len(self._before) - 1))]

    def evening(self, day: date) -> int:
        """Workdays up to and with ``day``."""
        return self.morning(day + timedelta(days=1))


def critical(times: Mapping[UUID, Times]) -> set[UUID]:
    """The tasks that cannot slip without the end slipping."""
    return {name for name, one in times.items() if one.total_float <= 0}
