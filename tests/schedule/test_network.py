"""The critical path of a network worked out by hand, with all four kinds of links."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daywork.ground.problems import Problem
from daywork.ground.terms import LinkKind
from daywork.ground.workdays import WorkCalendar, workdays_from
from daywork.schedule.rules import Activity, Link, Ruler, critical, times_of

A, B, C, D, E, F, G = (UUID(int=number) for number in range(1, 8))
FS, SS, FF, SF = LinkKind
ACTIVITIES = [
    Activity(name, duration)
    for name, duration in ((A, 3), (B, 4), (C, 2), (D, 3), (E, 2), (F, 1), (G, 2))
]
LINKS = [
    Link(A, B, FS),
    Link(A, C, FS),
    Link(B, D, FS),
    Link(C, D, FS),
    Link(B, E, SS, 1),
    Link(D, F, FF),
    Link(D, G, SF, 4),
]


def test_a_network_worked_out_by_hand() -> None:
    times = times_of(ACTIVITIES, LINKS)
    seen = {
        name: (one.early_start, one.early_finish, one.late_start, one.late_finish)
        for name, one in times.items()
    }
    assert seen == {
        A: (0, 3, 0, 3),
        B: (3, 7, 3, 7),
        C: (3, 5, 5, 7),
        D: (7, 10, 7, 10),
        E: (4, 6, 9, 11),
        F: (9, 10, 10, 11),
        G: (9, 11, 9, 11),
    }
    assert {name: one.total_float for name, one in times.items() if one.total_float} == {
        C: 2,
        E: 5,
        F: 1,
    }
    assert {name: one.free_float for name, one in times.items() if one.free_float} == {
        C: 2,
        E: 5,
        F: 1,
    }
    assert critical(times) == {A, B, D, G}


def test_a_lag_holds_back_and_a_negative_one_overlaps() -> None:
    two = [Activity(A, 5), Activity(B, 3)]
    assert times_of(two, [Link(A, B, FS, 2)])[B].early_start == 7
    assert times_of(two, [Link(A, B, FS, -2)])[B].early_start == 3


def test_a_task_that_has_begun_is_pushed_by_nobody() -> None:
    begun = [Activity(A, 5), Activity(B, 3, not_before=1, begun=True)]
    assert times_of(begun, [Link(A, B)])[B].early_finish == 4


def test_an_end_that_cannot_be_kept_shows_as_negative_float() -> None:
    times = times_of([Activity(A, 5), Activity(B, 3)], [Link(A, B)], end=6)
    assert {name: one.total_float for name, one in times.items()} == {A: -2, B: -2}


def test_a_circle_is_refused() -> None:
    with pytest.raises(Problem) as refused:
        times_of(ACTIVITIES, [*LINKS, Link(D, A)])
    assert refused.value.kind.slug == "links_loop"


def test_a_ruler_counts_as_the_calendar_does() -> None:
    calendar = WorkCalendar((7,), "CN")
    first, last = date(2026, 1, 20), date(2026, 3, 10)
    ruler = Ruler(calendar, first, last)
    for day in (first, date(2026, 2, 14), date(2026, 2, 23), date(2026, 2, 24), last):
        assert ruler.evening(day) == workdays_from(calendar, first, day)
    assert ruler.morning(date(2025, 1, 1)) == 0


NAMES = [UUID(int=number) for number in range(1, 9)]
DURATIONS = st.lists(st.integers(0, 9), min_size=8, max_size=8)
FORWARD = st.lists(
    st.tuples(
        st.integers(0, 6), st.integers(1, 7), st.sampled_from(LinkKind), st.integers(-3, 5)
    ).filter(lambda link: link[0] < link[1]),
    max_size=14,
    unique_by=lambda link: link[:2],
)


@settings(deadline=None)  # a shared machine pauses
@given(DURATIONS, FORWARD)
def test_no_link_is_broken_and_something_is_critical(
    durations: list[int], forward: list[tuple[int, int, LinkKind, int]]
) -> None:
    activities = [Activity(name, days) for name, days in zip(NAMES, durations, strict=True)]
    links = [Link(NAMES[one], NAMES[two], kind, lag) for one, two, kind, lag in forward]
    times = times_of(activities, links)
    for link in links:
        one, two = times[link.predecessor], times[link.successor]
        duration = two.early_finish - two.early_start
        assert two.early_start >= link.pushes(one.early_start, one.early_finish, duration)
        assert one.late_finish <= link.allows(
            two.late_start, two.late_finish, one.early_finish - one.early_start
        )
    assert all(one.total_float >= one.free_float >= 0 for one in times.values())
    assert critical(times)
