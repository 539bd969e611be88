"""What an entry comes to for each worker, and how a piece is shared to the cent."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daywork.ground.ids import new_id
from daywork.ground.problems import Problem
from daywork.ground.terms import DayKind
from daywork.pay.rules import (
    MOST,
    Basis,
    Entered,
    ItemKind,
    Present,
    Quantities,
    by_statute,
    proposed,
    shared,
    total_of_piece,
)
from tests.support.months import SHARES

CREW, OTHER_CREW = new_id(), new_id()


def present(days: int, man_days: str, crew: UUID = CREW) -> Present:
    return Present(new_id(), "worker", "", crew, "Carpenters", days, Decimal(man_days))


def entered(*workers: Present, **other: Any) -> Entered:
    return replace(
        Entered(
            ItemKind.ALLOWANCE,
            Basis.FIXED,
            Decimal(15),
            date(2026, 3, 1),
            date(2026, 3, 31),
            frozenset(one.worker for one in workers),
            "",
        ),
        **other,
    )


@pytest.mark.parametrize("case", SHARES, ids=lambda case: case["name"])
def test_a_piece_is_shared_as_it_was_worked_out_by_hand(case: dict[str, Any]) -> None:
    weights = [Decimal(weight) for weight in case["weights"]]
    assert [str(share) for share in shared(Decimal(case["total"]), weights)] == case["shares"]


@settings(deadline=None)  # a busy machine is not a wrong share
@given(
    st.decimals("0.01", MOST, places=2),
    st.lists(st.decimals("0", "9999", places=3), min_size=1, max_size=40).filter(any),
)
def test_shares_add_up_and_are_within_a_cent_of_exact(
    total: Decimal, weights: list[Decimal]
) -> None:
    shares = shared(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - total * weight / sum(weights)) < Decimal("0.01")
        assert share == 0 or weight > 0


def test_nothing_cannot_be_shared_by() -> None:
    with pytest.raises(Problem, match="nothing_to_share_by"):
        shared(Decimal(100), [Decimal(0), Decimal(0)])


def test_a_piece_is_its_quantity_times_the_price_rounded_half_up() -> None:
    assert total_of_piece(Decimal("12.345"), Decimal("46.50")) == Decimal("574.04")
    assert total_of_piece(Decimal("0.1"), Decimal("0.05")) == Decimal("0.01")
    with pytest.raises(Problem, match="amount_too_big"):
        total_of_piece(Decimal("1000000"), Decimal("10"))


def test_the_statutes_example_is_what_the_law_says_for_a_day_of_nine_hours() -> None:
    assert by_statute(Decimal(9)) == [
        (DayKind.WORKDAY, 300, Decimal("50.00")),
        (DayKind.REST_DAY, 600, Decimal("66.67")),
        (DayKind.STATUTORY_HOLIDAY, 900, Decimal("100.00")),
    ]


def test_more_paid_than_approved_leaves_nothing_rather_than_less() -> None:
    assert Quantities(Decimal(40), Decimal(50)).left == 0
    assert Quantities(Decimal(50), Decimal(40)).left == 10


@pytest.mark.parametrize(
    ("basis", "expected"), [("fixed", "15"), ("day", "45"), ("man_day", "37.50")]
)
def test_an_amount_is_fixed_or_for_each_day_or_for_each_man_day(basis: str, expected: str) -> None:
    one = present(3, "2.5")
    (found,) = proposed(entered(one, basis=Basis(basis)), [one])
    assert found.amount == Decimal(expected)


def test_a_deduction_is_taken_off_and_a_correction_keeps_its_sign() -> None:
    one = present(1, "1")
    (off,) = proposed(entered(one, kind=ItemKind.DEDUCTION), [one])
    (down,) = proposed(entered(one, kind=ItemKind.CORRECTION, amount=Decimal(-15)), [one])
    assert (off.amount, down.amount) == (-15, -15)


def test_a_whole_crew_gets_it_once_whoever_is_ticked_besides() -> None:
    here, ticked, elsewhere = present(2, "2"), present(3, "3"), present(4, "4", OTHER_CREW)
    everybody = [here, ticked, elsewhere]
    chosen = entered(ticked, basis=Basis.DAY, crews=frozenset({CREW}))
    assert [(one.of, one.amount) for one in proposed(chosen, everybody)] == [
        (here, 30),
        (ticked, 45),
    ]


def test_who_was_not_at_work_is_left_out_and_all_of_them_is_an_error() -> None:
    here, away = present(2, "2"), present(0, "0")
    chosen = entered(here, away, basis=Basis.DAY)
    assert [one.of for one in proposed(chosen, [here, away])] == [here]
    with pytest.raises(Problem, match="nobody_gets_anything"):
        proposed(entered(away, basis=Basis.DAY), [away])


def test_nobody_and_strangers_and_too_much_are_refused() -> None:
    one = present(1, "1")
    with pytest.raises(Problem, match="nobody_chosen"):
        proposed(entered(), [one])
    with pytest.raises(Problem, match="worker_not_here"):
        proposed(entered(present(1, "1")), [one])
    with pytest.raises(Problem, match="amount_too_big"):
        proposed(entered(one, amount=MOST + 1), [one])
