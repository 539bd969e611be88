"""What Chinese banks give back is read whatever its encoding, headings and frills."""

import csv
import io
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest

from daywork.ground.problems import Problem
from daywork.money.bank_file import CellFault, Fault, read_bank_file
from daywork.money.bank_headings import Column

RETURNED = """中国建设银行代发明细,,,,,
单位名称：华岩建筑,,日期：2026-11-10,,,
序号,收款人户名,收款账号,实发金额（元）,处理结果,交易流水号
1,张三,'6222021234567890123,"5,280.50",交易成功,CCB0001
2,李 四,6222 0212 3456 7890 999,￥4300.00,成功,CCB0002
3,王五,6217001234567894321,3100,失败：账户已销户,CCB0003
,,,,,
合计,,,"12,680.50",,
"""


def book(*rows: list[Any]) -> bytes:
    target = io.BytesIO()
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    made.save(target)
    return target.getvalue()


def csv_of(*rows: list[str], delimiter: str = ",") -> bytes:
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter).writerows(rows)
    return target.getvalue().encode()


def slug(data: bytes, name: str = "pay.csv") -> str:
    with pytest.raises(Problem) as caught:
        read_bank_file(name, data)
    return caught.value.kind.slug


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_a_returned_file_is_read_in_every_encoding(encoding: str) -> None:
    read = read_bank_file("代发.csv", RETURNED.encode(encoding))
    assert read.headings == {
        "name": "收款人户名",
        "account": "收款账号",
        "amount": "实发金额（元）",
        "status": "处理结果",
        "reference": "交易流水号",
    }
    first, second, third = read.lines
    assert (first.row, first.name, first.account_tail) == (4, "张三", "0123")
    assert (first.amount, first.reference) == (Decimal("5280.50"), "CCB0001")
    assert (second.name, second.account_tail, second.amount) == ("李 四", "0999", Decimal(4300))
    assert third.refused == "失败:账户已销户"
    assert not any(one.faults for one in read.lines)


def test_a_workbook_with_numbers_and_days_is_read_like_text() -> None:
    data = book(
        ["Payroll result"],
        [],
        ["Worker No.", "Name", "Amount", "Payment date", "Status", "Reference"],
        [7, "Zhang San", 1234.1, datetime(2026, 11, 10, 9, 30), "SUCCESS", "T1"],  # noqa: DTZ001 - Excel has no zones
        ["A08", "Li Si", "0.1", "2026/11/9", "Paid", "T2"],
        ["A09", "Wang Wu", 100, 20261108, "Rejected", "T3"],
    )
    lines = read_bank_file("pay.xlsx", data).lines
    assert [(one.row, one.number, one.amount, one.paid_on) for one in lines] == [
        (4, "7", Decimal("1234.10"), date(2026, 11, 10)),
        (5, "A08", Decimal("0.10"), date(2026, 11, 9)),
        (6, "A09", Decimal(100), date(2026, 11, 8)),
    ]
    assert lines[2].refused == "Rejected"


@pytest.mark.parametrize(
    "text", ["2026-11-05", "2026/11/5", "20261105", "2026年11月5日", "2026.11.05 10:22:33"]
)
def test_days_are_read_as_banks_write_them(text: str) -> None:
    (line,) = read_bank_file("a.csv", csv_of(["姓名", "金额", "日期"], ["张三", "1", text])).lines
    assert line.paid_on == date(2026, 11, 5)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_separator_will_do(delimiter: str) -> None:
    data = csv_of(["name", "amount"], ["Zhang", "12.5"], delimiter=delimiter)
    assert read_bank_file("a.csv", data).lines[0].amount == Decimal("12.50")


@pytest.mark.parametrize("absurd", ["1e30", "-1e99999", "NaN", "Infinity", 1e300, 10**40, "1e-400"])
def test_an_absurd_amount_is_a_fault_and_no_crash(absurd: Any) -> None:
    head = ["姓名", "金额"]
    files = [csv_of(head, ["张三", str(absurd)])]
    if not isinstance(absurd, str):
        files.append(book(head, ["张三", absurd]))
    for data in files:
        (row,) = read_bank_file("a.csv", data).lines
        assert row.amount is None
        assert [one.fault for one in row.faults] == [Fault.NOT_AN_AMOUNT]


@pytest.mark.parametrize(
    ("part", "swollen"),
    [
        ("xl/worksheets/sheet1.xml", b'<c t="n"><v>1</v></c>' * 400_000),
        ("xl/styles.xml", b"<xf/>" * 450_000),
    ],
)
def test_a_small_file_that_takes_minutes_to_read_is_refused_at_once(
    part: str, swollen: bytes
) -> None:
    whole, packed = book(["姓名", "金额"], ["张三", 5]), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(packed, "w", 8) as new:
        for name in old.namelist():
            told = old.read(name)
            new.writestr(name, told.replace(b"</row>", swollen + b"</row>", 1).replace(
                b"</cellXfs>", swollen + b"</cellXfs>") if name == part else told)  # fmt: skip
    assert len(packed.getvalue()) < 100_000
    assert slug(packed.getvalue(), "pay.xlsx") == "bank_file_too_large"


def test_every_fault_names_its_row_and_column() -> None:
    data = csv_of(
        ["姓名", "金额", "日期", "状态"],
        ["张三", "", "2026-11-05", "成功"],
        ["李四", "12.345", "2026-11-05", "成功"],
        ["王五", "-5", "昨天", "处理中"],
        ["赵六", "1e3", "2026-02-30", "成功"],
    )
    found = {line.row: line.faults for line in read_bank_file("a.csv", data).lines}
    assert found == {
        2: (CellFault(Column.AMOUNT, Fault.MISSING),),
        3: (CellFault(Column.AMOUNT, Fault.NOT_AN_AMOUNT, "12.345"),),
        4: (
            CellFault(Column.AMOUNT, Fault.NOT_AN_AMOUNT, "-5"),
            CellFault(Column.PAID_ON, Fault.NOT_A_DAY, "昨天"),
            CellFault(Column.STATUS, Fault.RESULT_UNKNOWN, "处理中"),
        ),
        5: (CellFault(Column.PAID_ON, Fault.NOT_A_DAY, "2026-02-30"),),
    }


def test_the_surer_of_two_headings_wins() -> None:
    data = csv_of(["批次号", "流水号", "姓名", "应发金额", "金额"], ["B", "T", "张三", "9", "8"])
    (line,) = read_bank_file("a.csv", data).lines
    assert (line.reference, line.amount) == ("T", Decimal(8))


def test_what_is_no_such_file_is_refused_with_what_would_help() -> None:
    assert slug(b"") == "bank_headings_unknown"
    assert slug(csv_of(["a", "b"], ["1", "2"])) == "bank_headings_unknown"
    assert slug(csv_of(["金额"], ["1"])) == "bank_headings_unknown"
    assert slug(csv_of(["姓名", "金额"])) == "bank_file_empty"
    assert slug(b"PK\x03\x04 no zip") == "bank_file_unreadable"
    assert slug(b"\xd0\xcf\x11\xe0" + bytes(600), "old.xls") == "bank_file_unreadable"
    assert slug(b"x" * (4 * 1024 * 1024 + 1)) == "bank_file_too_large"
    assert slug(csv_of(["姓名", "金额"], *[["a", "1"]] * 6000)) == "bank_file_too_large"
