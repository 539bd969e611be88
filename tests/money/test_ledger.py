"""The ledger comes to the same whatever the order, and is the sum of what is on record."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from daywork.money.ledger import Item, Kind, earned_in, ledger_of
from daywork.summary.rules import outstanding

days = st.dates(date(2025, 1, 1), date(2026, 12, 31))
amounts = st.decimals("0.01", "100000", places=2)
items = st.lists(
    st.builds(
        Item,
        st.sampled_from(Kind),
        days,
        amounts,
        counts=st.booleans(),
        record=st.uuids(),
    ),
    max_size=40,
    unique_by=lambda one: one.record,
)


@given(items, st.randoms(use_true_random=False))
def test_any_order_of_records_gives_the_same_ledger(recorded: list[Item], random: object) -> None:
    shuffled = list(recorded)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert ledger_of(shuffled) == ledger_of(recorded)


@given(items)
def test_outstanding_is_earned_less_advances_less_payments(recorded: list[Item]) -> None:
    def of(kind: Kind) -> Decimal:
        return sum((one.amount for one in recorded if one.kind is kind and one.counts), Decimal(0))

    ledger = ledger_of(recorded)
    assert ledger.outstanding == outstanding(of(Kind.EARNED), of(Kind.ADVANCE), of(Kind.PAYMENT))
    assert (ledger.earned, ledger.advances, ledger.payments) == (
        of(Kind.EARNED),
        of(Kind.ADVANCE),
        of(Kind.PAYMENT),
    )


@given(items)
def test_every_line_carries_on_from_the_one_before(recorded: list[Item]) -> None:
    ledger = ledger_of(recorded)
    oldest_first = [line for month in reversed(ledger.months) for line in month.lines]
    assert len(oldest_first) == len(recorded)
    before = Decimal(0)
    for line in oldest_first:
        assert line.outstanding == before + line.item.change
        before = line.outstanding
    assert before == ledger.outstanding
    running = Decimal(0)
    for month in reversed(ledger.months):
        running += month.earned - month.advances - month.payments
        assert month.outstanding == running


@given(items, days, amounts)
def test_what_does_not_count_moves_nothing(
    recorded: list[Item], day: date, amount: Decimal
) -> None:
    void = Item(Kind.PAYMENT, day, amount, counts=False, record=UUID(int=1), state="void")
    assert ledger_of([*recorded, void]).outstanding == ledger_of(recorded).outstanding


def test_a_months_earnings_stand_on_its_last_day_or_on_today_while_it_runs() -> None:
    def day(today: date) -> date:
        return earned_in(date(2024, 2, 1), Decimal(1), Decimal(1), 0, today).day

    assert day(date(2024, 3, 1)) == date(2024, 2, 29)
    assert day(date(2024, 2, 29)) == date(2024, 2, 29)
    assert day(date(2024, 2, 7)) == date(2024, 2, 7)
    assert day(date(2024, 1, 31)) == date(2024, 2, 1)
