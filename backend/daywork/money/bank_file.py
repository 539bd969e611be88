"""Reading a file of payments as banks return them: CSV in whatever encoding, or xlsx.

Pure but for the bytes: nothing is known here of workers. Above the table stand lines about the
account, below it sums; the table begins with the row in which the most headings are known. Columns
are known by their headings, in Chinese or English, whatever their order. Every fault names its row
and column as the spreadsheet shows them (rows from 1).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final

import msgspec

from daywork.ground.money import CENT, plain_number, to_cents
from daywork.ground.problems import ProblemKind
from daywork.ground.spreadsheets import (
    MOST_COLUMNS,
    is_book,
    lines_of_text,
    refused_as,
    worksheets,
)
from daywork.money.bank_headings import HEAD_WITHIN, Column, columns_in


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


LARGEST_FILE: Final = 4 * 1024 * 1024
MOST_ROWS: Final = 5000

FILE_MISSING = ProblemKind(
    "bank_file_missing", 422, _("No file was chosen"), _("Choose the file the bank gave back.")
)
FILE_UNREADABLE = ProblemKind(
    "bank_file_unreadable",
    422,
    _("This file cannot be read"),
    _("Save it as CSV or as .xlsx (not .xls) and choose it again."),
)
FILE_TOO_LARGE = ProblemKind(
    "bank_file_too_large",
    422,
    _("This file is too large"),
    _("At most %(rows)s rows and %(megabytes)s MB: divide it, for instance by crew."),
)
FILE_EMPTY = ProblemKind(
    "bank_file_empty",
    422,
    _("There is no payment in this file"),
    _("The row with the headings was found, but nothing stands below it."),
)


class Fault(StrEnum):
    """What is wrong with a cell."""

    MISSING = "missing"
    NOT_AN_AMOUNT = "not_an_amount"
    NOT_A_DAY = "not_a_day"
    RESULT_UNKNOWN = "result_unknown"
    # what only the roster and the books can tell
    NOBODY = "nobody"
    SEVERAL = "several"
    OTHER_NAME = "other_name"
    OTHER_ACCOUNT = "other_account"
    IN_FUTURE = "in_future"
    REFERENCE_BOOKED = "reference_booked"
    REFERENCE_TWICE = "reference_twice"


class CellFault(msgspec.Struct, frozen=True):
    """One fault, in one cell. ``about``: the name, day or text that makes it clear."""

    column: Column
    fault: Fault
    about: str = ""


class BankLine(msgspec.Struct, frozen=True):
    """One row of the table, as read. Of the account only the last four digits are kept."""

    row: int
    number: str = ""
    name: str = ""
    account_tail: str = ""
    amount: Decimal | None = None
    paid_on: date | None = None
    reference: str = ""
    note: str = ""
    refused: str = ""
    """The bank's own word, when it did not pay."""
    faults: tuple[CellFault, ...] = ()


@dataclass(frozen=True, slots=True)
class BankFile:
    """What was read."""

    headings: dict[str, str]
    """By :class:`Column`: the heading it was known by."""
    lines: list[BankLine]


def read_bank_file(name: str, data: bytes) -> BankFile:
    """The payments in a file.

    Raises:
        Problem: ``bank_file_unreadable``, ``bank_file_too_large``, ``bank_headings_unknown`` or
            ``bank_file_empty``.
    """
    if len(data) > LARGEST_FILE:
        raise _too_large()
    rows = _rows_of_book(data) if is_book(data) else _rows_of_text(name, data)
    head, columns, headings = columns_in(rows)
    lines = [
        line
        for number, row in enumerate(rows[head + 1 :], head + 2)
        if (line := _line(number, row, columns)) is not None
    ]
    if not lines:
        raise FILE_EMPTY()
    return BankFile(headings, lines)


def _too_large() -> Exception:
    return FILE_TOO_LARGE(rows=MOST_ROWS, megabytes=LARGEST_FILE // 1024 // 1024)


# From bytes to rows


def _rows_of_book(data: bytes) -> list[list[Any]]:
    """The first sheet that has anything on it."""
    with refused_as(FILE_UNREADABLE):
        for sheet in worksheets(data, formulas=False, too_large=_too_large):
            rows = _bounded(list(row[:MOST_COLUMNS]) for row in sheet.iter_rows(values_only=True))
            if any(cell is not None for row in rows for cell in row):
                return rows
    raise FILE_EMPTY()


def _rows_of_text(name: str, data: bytes) -> list[list[Any]]:
    return _bounded(
        lines_of_text(
            name, data, marks="\t,;|，", head_within=HEAD_WITHIN, unreadable=FILE_UNREADABLE
        )
    )


def _bounded(coming: Iterable[list[Any]]) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for row in coming:
        if len(rows) > MOST_ROWS + HEAD_WITHIN:
            raise _too_large()
        rows.append(row)
    return rows


# From cells to a line

_SUMS: Final = re.compile(r"(合\s*计|总\s*计|小\s*计|总笔数|总金额|(sub)?total|sum)[^a-z]*")
_REFUSED: Final = (
    *("失败", "退票", "退回", "拒绝", "未成功", "不成功", "未入账", "未发放", "未支付"),
    *("fail", "reject", "return", "unpaid", "not paid", "cancel"),
)
_PAID: Final = ("成功", "已入账", "已发放", "已支付", "正常", "success", "paid", "complete", "done")


def _line(number: int, row: Sequence[Any], columns: Mapping[Column, int]) -> BankLine | None:
    """None for what is no payment: an empty row, or a sum below the table."""

    def cell(column: Column) -> Any:
        place = columns.get(column)
        return row[place] if place is not None and place < len(row) else None

    texts = {column: _text(cell(column)) for column in Column}
    if not any(texts.values()):
        return None
    first = next((_text(one) for one in row if _text(one)), "")
    if _SUMS.fullmatch(first.casefold()) or (
        not texts[Column.NUMBER] and not texts[Column.NAME] and not texts[Column.ACCOUNT]
    ):
        return None
    faults: list[CellFault] = []
    amount = _amount(cell(Column.AMOUNT))
    if amount is None:
        fault = Fault.NOT_AN_AMOUNT if texts[Column.AMOUNT] else Fault.MISSING
        faults.append(CellFault(Column.AMOUNT, fault, texts[Column.AMOUNT][:40]))
    paid_on = None
    if texts[Column.PAID_ON]:
        paid_on = _day(cell(Column.PAID_ON))
        if paid_on is None:
            text = texts[Column.PAID_ON][:40]
            faults.append(CellFault(Column.PAID_ON, Fault.NOT_A_DAY, text))
    said = texts[Column.STATUS].casefold()
    refused = any(word in said for word in _REFUSED)
    if Column.STATUS in columns and not refused and not any(word in said for word in _PAID):
        text = texts[Column.STATUS][:40]
        faults.append(CellFault(Column.STATUS, Fault.RESULT_UNKNOWN, text))
    digits = re.sub(r"\D", "", texts[Column.ACCOUNT])
    return BankLine(
        number,
        texts[Column.NUMBER][:40],
        texts[Column.NAME][:80],
        digits[-4:] if len(digits) >= 4 else "",
        amount,
        paid_on,
        texts[Column.REFERENCE][:80],
        texts[Column.NOTE][:200],
        texts[Column.STATUS][:80] if refused else "",
        () if refused else tuple(faults),
    )


def _text(cell: Any) -> str:
    """A cell as one line of text; the tick and tabs before long numbers are no part of them."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    text = unicodedata.normalize("NFKC", str(cell)).replace("\x00", "")
    return " ".join(text.split()).strip("'`\"= ")


_BEYOND: Final = Decimal(100_000_000)
"""No payment of wages is as much."""


def _amount(cell: Any) -> Decimal | None:
    """An amount above zero with at most two decimals; None when it is none."""
    if isinstance(cell, bool):
        return None
    text = _text(cell).replace(" ", "")
    text = re.sub(r"^(cny|rmb|[¥￥$])|(元|cny|rmb)$", "", text, flags=re.IGNORECASE)
    try:
        amount = Decimal(plain_number(text))
    except InvalidOperation:
        return None
    if not amount.is_finite() or not 0 < amount < _BEYOND:
        return None
    cents = to_cents(amount)
    # A spreadsheet keeps 1234.10 as a binary fraction: what is off by less than that is the same.
    return cents if cents >= CENT and abs(cents - amount) <= Decimal("0.00001") else None


_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2200, 1, 1)


def _day(cell: Any) -> date | None:
    """A day in one of the ways banks write it, with or without a time behind it."""
    if isinstance(cell, datetime):
        found: date | None = cell.date()
    elif isinstance(cell, date):
        found = cell
    elif isinstance(cell, int | float) and 36526 <= cell <= 73050:  # a spreadsheet's own count
        found = date(1899, 12, 30) + timedelta(days=int(cell))
    else:
        found = _written_day(_text(cell))
    return found if found is not None and _FIRST_DAY <= found < _LAST_DAY else None


def _written_day(text: str) -> date | None:
    parts = re.match(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?!\d)", text)
    if parts is None:
        return None
    year, *rest = (part for part in parts.groups() if part)
    try:
        return date(int(year), int(rest[0]), int(rest[1]))
    except ValueError:
        return None


def total_of(lines: Iterable[BankLine]) -> Decimal:
    """The amounts that the bank paid, together."""
    return sum((line.amount or Decimal(0) for line in lines if not line.refused), Decimal(0))
