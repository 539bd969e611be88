"""What a confirmation is bound to, and what opens a link."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from daywork.crosscheck.rules import (
    WRONG_IN_ALL,
    Claim,
    Day,
    LinkFacts,
    Standing,
    changed_days,
    check_claim,
    hash_of_shown,
    last_fours,
    shown_of,
    standing_of,
    typed_four,
)
from daywork.ground.problems import Problem

FIRST, LAST, TODAY = date(2026, 3, 1), date(2026, 3, 31), date(2026, 3, 20)
WORKED = Day(date(2026, 3, 5), Decimal("1.000"), Decimal("2.50"))
WAITING = Day(date(2026, 3, 5), pending_man_days=Decimal(1), pending_overtime=Decimal("2.5"))


def test_an_approval_that_changes_no_figure_leaves_a_confirmation_as_it_is() -> None:
    assert shown_of([WORKED]) == shown_of([WAITING]) == {"2026-03-05": ["1", "2.5"]}


def test_another_amount_a_new_day_and_a_day_gone_each_make_another_content() -> None:
    before = shown_of([WORKED])
    corrected = shown_of([Day(WORKED.day, Decimal("0.5"), Decimal("2.5"))])
    added = shown_of([WORKED, Day(date(2026, 3, 6), Decimal(1))])
    assert len({hash_of_shown(one) for one in (before, corrected, added, {})}) == 4
    assert changed_days(before, corrected) == [WORKED.day]
    assert changed_days(before, added) == [date(2026, 3, 6)]
    assert changed_days(before, {}) == [WORKED.day]


@pytest.mark.parametrize(
    ("asked", "disputed", "outcome", "said", "standing"),
    [
        (False, False, None, None, Standing.NOT_ASKED),
        (True, False, None, None, Standing.WAITING),
        (False, False, "confirmed", b"now", Standing.CONFIRMED),
        (True, False, "confirmed", b"before", Standing.CHANGED),
        (True, True, "confirmed", b"now", Standing.DISPUTED),
        (True, False, "disputed", b"now", Standing.ANSWERED),
    ],
)
def test_how_far_a_month_is(
    asked: bool, disputed: bool, outcome: str | None, said: bytes | None, standing: Standing
) -> None:
    found = standing_of(asked=asked, disputed=disputed, outcome=outcome, said=said, now=b"now")
    assert found is standing


def test_masked_and_missing_numbers_open_nothing() -> None:
    assert last_fours("+8613800138000", "310***********123X") == {"8000", "123X"}
    assert last_fours(None, "", "E1*****8", "123") == frozenset()


def test_digits_are_read_from_any_keyboard() -> None:
    assert typed_four(" １２3x ") == "123X"


@pytest.mark.parametrize(
    "facts",
    [
        LinkFacts(datetime(2026, 3, 2, tzinfo=UTC), None, 0),
        LinkFacts(datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC), 0),
        LinkFacts(datetime(2026, 4, 1, tzinfo=UTC), None, WRONG_IN_ALL),
    ],
    ids=["expired", "taken back", "guessed too often"],
)
def test_a_link_that_is_over_does_not_open(facts: LinkFacts) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    assert not facts.opens(now)
    assert LinkFacts(now + timedelta(seconds=1), None, WRONG_IN_ALL - 1).opens(now)


@pytest.mark.parametrize(
    ("claim", "slug"),
    [
        (Claim(WORKED.day, Decimal(1), Decimal("2.5"), "x"), "cross_check_same_as_recorded"),
        (Claim(date(2026, 2, 28), Decimal(1), Decimal(0), "x"), "cross_check_not_a_day"),
        (Claim(date(2026, 3, 21), Decimal(1), Decimal(0), "x"), "cross_check_not_a_day"),
    ],
    ids=["the same", "another month", "tomorrow"],
)
def test_what_disputes_nothing_is_refused(claim: Claim, slug: str) -> None:
    with pytest.raises(Problem) as refused:
        check_claim(claim, WORKED, FIRST, LAST, TODAY)
    assert refused.value.kind.slug == slug
