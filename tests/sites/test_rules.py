"""How a new rate finds its place, and what is a circle in a plan."""

from datetime import date
from uuid import UUID

import pytest

from daywork.sites.rules import Fit, Span, fit_in, loops, repeated

OLD, NEXT = UUID(int=1), UUID(int=2)
MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)


@pytest.mark.parametrize(
    ("spans", "first", "fit"),
    [
        ([], APRIL, Fit(None, None, None)),
        ([Span(OLD, MARCH, None)], APRIL, Fit(OLD, date(2026, 3, 31), None)),
        ([Span(OLD, MARCH, None)], MARCH, Fit(OLD, MARCH, None)),
        ([Span(OLD, APRIL, None)], MARCH, Fit(None, None, date(2026, 3, 31))),
        (
            [Span(OLD, MARCH, date(2026, 4, 30)), Span(NEXT, MAY, None)],
            APRIL,
            Fit(OLD, date(2026, 3, 31), date(2026, 4, 30)),
        ),
        ([Span(OLD, MARCH, date(2026, 3, 20))], APRIL, Fit(None, None, None)),
    ],
)
def test_a_new_rate_ends_the_one_that_held_and_yields_to_the_next(
    spans: list[Span], first: date, fit: Fit
) -> None:
    assert fit_in(spans, first) == fit


def test_after_a_rate_for_some_days_the_one_before_holds_again() -> None:
    open_end = [Span(OLD, MARCH, None)]
    days = (date(2026, 3, 10), date(2026, 3, 20))
    closed = (OLD, date(2026, 3, 9))
    assert fit_in(open_end, *days) == Fit(*closed, days[1], date(2026, 3, 21), None)
    followed = [Span(OLD, MARCH, date(2026, 3, 31)), Span(NEXT, APRIL, None)]
    assert fit_in(followed, *days) == Fit(*closed, days[1], date(2026, 3, 21), date(2026, 3, 31))
    past_the_next = (days[0], date(2026, 4, 5))
    assert fit_in(followed, *past_the_next) == Fit(*closed, date(2026, 3, 31))
    assert fit_in([], *days) == Fit(None, None, days[1])


def test_a_task_does_not_stand_under_itself() -> None:
    a, b, c = UUID(int=1), UUID(int=2), UUID(int=3)
    parents: dict[UUID, UUID | None] = {a: None, b: a, c: b}
    assert loops(a, c, parents)
    assert loops(a, a, parents)
    assert not loops(c, a, parents)
    assert not loops(a, None, parents)


def test_names_that_cannot_be_told_apart_are_found() -> None:
    assert repeated(["张伟", "刘洋", "张伟"], ["王芳"]) == ["张伟"]
    assert repeated(["张伟"], ["张伟"]) == ["张伟"]
    assert repeated(["张伟", "刘洋"], []) == []
