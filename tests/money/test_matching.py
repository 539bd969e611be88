"""A row finds its one worker, or says why not."""

from datetime import date
from decimal import Decimal
from typing import Any

from daywork.ground.ids import new_id
from daywork.money.bank_file import BankLine, Fault
from daywork.money.bank_headings import Column
from daywork.money.matching import BookedBefore, Payable, Verdict, judge

TODAY = date(2026, 11, 25)
PAID = date(2026, 11, 10)
ZHANG = Payable(new_id(), "7", "张三", "0123")
ZHANG_TOO = Payable(new_id(), "8", "张三", "0999")
LI = Payable(new_id(), "A09", "李四", "4321")
WANG = Payable(new_id(), "", "王五")
PEOPLE = (ZHANG, ZHANG_TOO, LI, WANG)


def line(row: int = 2, **said: Any) -> BankLine:
    return BankLine(row, **({"amount": Decimal(100), "paid_on": PAID} | said))


def judged(*lines: BankLine, **known: Any) -> Verdict:
    return judge(lines, PEOPLE, **({"paid_on": None, "today": TODAY} | known))


def faults(*lines: BankLine, **known: Any) -> list[tuple[Column, Fault, str]]:
    rows = judged(*lines, **known).rows
    return [(one.column, one.fault, one.about) for row in rows for one in row.faults]


def worker(of: BankLine) -> Payable | None:
    return judged(of).rows[0].worker


def test_by_number_then_by_name_then_by_the_end_of_the_account() -> None:
    assert worker(line(number="8")) == ZHANG_TOO
    assert worker(line(number="ａ09", name="李 四")) == LI
    assert worker(line(name="李四")) == LI
    assert worker(line(name="张三", account_tail="0999")) == ZHANG_TOO
    assert worker(line(name="王五", account_tail="1111")) == WANG  # the register has no account


def test_what_is_not_certain_is_a_fault_of_its_cell() -> None:
    assert faults(line(name="张三")) == [(Column.NAME, Fault.SEVERAL, "张三")]
    assert faults(line(name="钱七")) == [(Column.NAME, Fault.NOBODY, "钱七")]
    assert faults(line(number="99")) == [(Column.NUMBER, Fault.NOBODY, "99")]
    assert faults(line(number="7", name="李四")) == [(Column.NAME, Fault.OTHER_NAME, "张三")]
    assert faults(line(name="李四", account_tail="1111")) == [
        (Column.ACCOUNT, Fault.OTHER_ACCOUNT, "4321")
    ]
    assert faults(line(account_tail="4321")) == [(Column.NAME, Fault.MISSING, "")]


def test_a_day_comes_from_the_row_else_from_who_brings_the_file() -> None:
    assert faults(line(name="李四", paid_on=None)) == [(Column.PAID_ON, Fault.MISSING, "")]
    given = judged(line(name="李四", paid_on=None), paid_on=PAID).rows[0]
    assert (given.paid_on, given.faults) == (PAID, ())
    assert faults(line(name="李四", paid_on=date(2026, 11, 26))) == [
        (Column.PAID_ON, Fault.IN_FUTURE, "2026-11-26")
    ]


def test_a_reference_is_booked_once_whoever_it_was() -> None:
    before = [BookedBefore(LI.id, "李四", PAID, Decimal(100), "T1")]
    for row in (line(name="李四", reference="T1"), line(name="王五", reference="T1")):
        assert faults(row, with_reference=before) == [
            (Column.REFERENCE, Fault.REFERENCE_BOOKED, "2026-11-10 李四")
        ]


def test_the_number_of_a_batch_tells_its_workers_apart() -> None:
    batch = [
        line(2, name="李四", reference="B1"),
        line(3, name="王五", reference="B1"),
        line(4, name="王五", reference="B1"),
    ]
    before = [BookedBefore(ZHANG.id, "张三", PAID, Decimal(100), "B1")]
    assert faults(*batch, with_reference=before) == [
        (Column.REFERENCE, Fault.REFERENCE_TWICE, "B1")
    ]


def test_the_same_again_without_a_reference_asks_and_what_the_bank_refused_is_left_out() -> None:
    before = [BookedBefore(LI.id, "李四", PAID, Decimal(100), "")]
    found = judged(
        line(2, name="李四"),
        line(3, name="王五", amount=Decimal("0.50")),
        line(4, name="没有此人", refused="账户不存在"),
        near=before,
    )
    assert [one.repeats for one in found.rows] == [True, False, False]
    assert (len(found.refused), found.faulty, found.amount) == (1, [], Decimal("100.50"))


def test_what_was_marked_as_paid_some_days_before_the_bank_paid_it_asks() -> None:
    def repeats(number: str, day: int, **row: Any) -> bool:
        before = [BookedBefore(LI.id, "李四", date(2026, 11, day), Decimal(100), number)]
        return judged(line(name="李四", **row), near=before).rows[0].repeats

    assert repeats("", 7, reference="T9")
    assert repeats("slip 3", 12)
    assert repeats("T8", 10, reference="T9")
    assert not repeats("T8", 9, reference="T9"), "two transfers, each with its number"
    assert not repeats("", 4)
    assert not repeats("", 7, amount=Decimal("100.01"))


def test_a_row_that_stands_twice_in_a_file_asks() -> None:
    twice = judged(line(2, name="李四"), line(3, name="李四"), line(4, name="王五"))
    assert [one.repeats for one in twice.rows] == [False, True, False]
    numbered = judged(line(2, name="李四", reference="T1"), line(3, name="李四", reference="T2"))
    assert [one.repeats for one in numbered.rows] == [False, False]
