"""Reading a list of workers as offices keep them: .xlsx, or CSV in UTF-8 or GB18030.

Columns are known by their headings, in Chinese or English, whatever their order; above the
headings a title may stand. What a spreadsheet spoils is told and not guessed: long numbers it has
rounded, formulas, merged cells. Nothing is known here of workers; rows count as in the spreadsheet.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import msgspec

from daywork.ground.problems import ProblemKind
from daywork.ground.spreadsheets import (
    LARGEST_UNPACKED,
    MOST_COLUMNS,
    is_book,
    lines_of_text,
    refused_as,
    worksheets,
)


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


LARGEST_FILE: Final = 5 * 1024 * 1024
MOST_ROWS: Final = 5_000
LONGEST_CELL: Final = 200
HEAD_WITHIN: Final = 10
"""The headings stand in one of the first rows."""

LIST_MISSING = ProblemKind(
    "list_missing", 422, _("No file was chosen"), _("Choose the list of workers.")
)
LIST_UNREADABLE = ProblemKind(
    "list_unreadable",
    422,
    _("This file cannot be read as a list"),
    _("Save it as .xlsx (not .xls) or as CSV, without a password, and choose it again."),
)
LIST_TOO_LARGE = ProblemKind(
    "list_too_large",
    422,
    _("This list is too large"),
    _("At most %(rows)s rows and %(megabytes)s MB: divide it, for instance by crew."),
)
LIST_MERGED = ProblemKind(
    "list_merged",
    422,
    _("Merged cells: %(where)s"),
    _("A merged cell belongs to its first row alone. Unmerge below the headings and fill each."),
)
LIST_HEADINGS = ProblemKind(
    "list_headings",
    422,
    _("No row with headings was found"),
    _("One of the first ten rows must name the columns, a full name (姓名) among them."),
)
LIST_HEADING_TWICE = ProblemKind(
    "list_heading_twice",
    422,
    _("Two columns are called the same: %(headings)s"),
    _("Rename one of them or take it out, so that it is clear which one is meant."),
)
LIST_EMPTY = ProblemKind(
    "list_empty",
    422,
    _("Nobody is in this list"),
    _("The headings were found, but no row stands below them."),
)


class Column(StrEnum):
    """What a list can say of a worker."""

    NAME = "name"
    NUMBER = "number"
    PAPER = "paper"
    IDENTITY = "identity"
    PHONE = "phone"
    CREW = "crew"
    TRADE = "trade"
    JOINED = "joined"
    LEFT = "left"
    SIGNED = "signed"
    ENDS = "ends"
    BANK_NAME = "bank_name"
    BANK = "bank"
    ADDRESS = "address"


HEADINGS: Final[dict[Column, str]] = {
    Column.NAME: "姓名 名字 工人姓名 人员姓名 员工姓名 name fullname worker workername",
    Column.NUMBER: "工号 编号 工人编号 人员编号 员工编号 number workernumber workerno",
    Column.PAPER: "证件类型 证件种类 paper papertype documenttype",
    Column.IDENTITY: "身份证号 身份证号码 身份证 证件号码 证件号 身份证件号码 公民身份号码"
    " identitynumber identityno idnumber idno idcard",
    Column.PHONE: "电话 手机 手机号 手机号码 电话号码 联系电话 联系方式 phone phonenumber mobile",
    Column.CREW: "班组 班组名称 所属班组 所在班组 crew team gang",
    Column.TRADE: "工种 岗位工种 trade",
    Column.JOINED: "进场日期 进场时间 入场日期 入场时间 进场 joined joinedon firstday startdate",
    Column.LEFT: "退场日期 退场时间 离场日期 离场时间 退场 left lefton lastday enddate",
    Column.SIGNED: "合同签订日期 合同签订时间 签订日期 合同开始日期 contractsigned"
    " contractsignedon",
    Column.ENDS: "合同期限至 合同到期日期 合同截止日期 合同终止日期 合同结束日期 contractuntil"
    " contractends",
    Column.BANK_NAME: "开户银行 开户行 银行 银行名称 bank bankname",
    Column.BANK: "银行账号 银行帐号 银行卡号 工资卡号 工资卡账号 卡号 账号 帐号 bankaccount account"
    " accountnumber cardnumber",
    Column.ADDRESS: "住址 家庭住址 家庭地址 地址 户籍地址 身份证地址 address",
}
_COLUMNS: Final = {name: column for column, names in HEADINGS.items() for name in names.split()}
_UNREAD: Final = frozenset({"序号", "序", "no", "性别", "年龄", "民族", "备注"})
"""Headings of columns that lists have and that are not read: nobody needs to be told."""


class CellFault(StrEnum):
    """What is wrong with a cell before anybody asks what it means."""

    FORMULA = "formula"
    ERROR = "error"
    TOO_LONG = "too_long"
    NOT_A_DAY = "not_a_day"


class Row(msgspec.Struct, frozen=True):
    """One row as read: text by column, days as ISO 8601."""

    line: int
    """As the spreadsheet counts, from 1."""
    cells: dict[str, str]
    faults: dict[str, str] = {}
    """By column: :class:`CellFault`."""


class WorkerList(msgspec.Struct, frozen=True):
    """What was read."""

    headings: dict[str, str]
    """By column: the heading it was known by."""
    unread: list[str]
    """Headings nobody knows; what stands below them is left alone."""
    rows: list[Row]


def read_list(name: str, data: bytes) -> WorkerList:
    """The workers in a file.

    Raises:
        Problem: ``list_…``, each saying what is wrong with the file as a whole.
    """
    if len(data) > LARGEST_FILE:
        raise _too_large()
    merged: list[tuple[int, str]] = []
    if is_book(data):
        rows, merged = _rows_of_book(data)
    else:
        rows = _rows_of_text(name, data)
    head, columns, unread = _headings(rows)
    below = [where for last, where in merged if last > head + 1]
    if below:
        raise LIST_MERGED(where=", ".join(below[:5]))
    found = [
        row
        for line, cells in enumerate(rows[head + 1 :], head + 2)
        if (row := _row(line, cells, columns)) is not None
    ]
    if not found:
        raise LIST_EMPTY()
    titles = {column: _text(rows[head][place]) for column, place in columns.items()}
    return WorkerList({str(column): title for column, title in titles.items()}, unread, found)


def _too_large() -> Exception:
    return LIST_TOO_LARGE(rows=MOST_ROWS, megabytes=LARGEST_FILE // 1024 // 1024)


# From bytes to rows


def _rows_of_book(data: bytes) -> tuple[list[list[Any]], list[tuple[int, str]]]:
    """Rows of the first sheet with anything on it, and its merged cells by their last row."""
    with refused_as(LIST_UNREADABLE):
        for sheet in worksheets(data, formulas=True, too_large=_too_large):
            rows: list[list[Any]] = []
            blank = 0
            for row in sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True):
                blank = blank + 1 if all(cell is None for cell in row) else 0
                if blank > MOST_ROWS:
                    break  # a sheet formatted down to its last row
                rows.append(list(row))
                if len(rows) - blank > MOST_ROWS + HEAD_WITHIN:
                    raise _too_large()
            if any(cell is not None for row in rows for cell in row):
                return rows, _merged(sheet)
    raise LIST_EMPTY()


_MERGE: Final = re.compile(rb'<mergeCell [^>]*ref="([A-Z]+\d+:[A-Z]+(\d+))"')


def _merged(sheet: Any) -> list[tuple[int, str]]:
    """Merged ranges with their last row; the streaming reader does not know of them."""
    with sheet.parent._archive.open(sheet._worksheet_path) as source:
        text = source.read(LARGEST_UNPACKED)
    return [(int(last), where.decode()) for where, last in _MERGE.findall(text)]


def _rows_of_text(name: str, data: bytes) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for row in lines_of_text(
        name, data, marks=",\t;，", head_within=HEAD_WITHIN, unreadable=LIST_UNREADABLE
    ):
        rows.append(list(row))
        if len(rows) > MOST_ROWS + HEAD_WITHIN:
            raise _too_large()
    return rows


# From rows to what they say


def _headings(rows: Sequence[Sequence[Any]]) -> tuple[int, dict[Column, int], list[str]]:
    for place, row in enumerate(rows[:HEAD_WITHIN]):
        plain = [_heading(cell) for cell in row]
        known = [(at, _COLUMNS[text]) for at, text in enumerate(plain) if text in _COLUMNS]
        if len(known) < 2 and len(plain) != 1:
            continue
        if Column.NAME not in {column for _at, column in known}:
            continue
        twice = [_text(row[at]) for at, column in known if [c for _a, c in known].count(column) > 1]
        if twice:
            raise LIST_HEADING_TWICE(headings=", ".join(twice))
        unread = [
            _text(row[at])[:40]
            for at, text in enumerate(plain)
            if text and text not in _COLUMNS and text not in _UNREAD
        ]
        return place, {column: at for at, column in known}, unread
    raise LIST_HEADINGS()


def _heading(cell: Any) -> str:
    text = unicodedata.normalize("NFKC", _text(cell)).casefold()
    text = re.sub(r"\(.*?\)", "", text)
    return re.sub(r"[\s*_.:/’'\-]+", "", text)


_DAYS: Final = (Column.JOINED, Column.LEFT, Column.SIGNED, Column.ENDS)
_LONG: Final = (Column.IDENTITY, Column.BANK)
_EXACT: Final = 10**15
"""Up to here a spreadsheet's number has all its digits."""


def _row(line: int, row: Sequence[Any], columns: dict[Column, int]) -> Row | None:
    cells: dict[str, str] = {}
    faults: dict[str, str] = {}
    for column, place in columns.items():
        cell = row[place] if place < len(row) else None
        text, fault = _read(column, cell)
        if text:
            cells[str(column)] = text
        if fault:
            faults[str(column)] = fault
    return Row(line, cells, faults) if cells or faults else None


def _read(column: Column, cell: Any) -> tuple[str, CellFault | None]:
    if column in _DAYS:
        return _read_day(cell)
    text = _text(cell)
    if column in _LONG and isinstance(cell, int | float) and abs(cell) >= _EXACT:
        text = f"{cell:.5E}"  # its last digits are gone; the reader of numbers says so
    if text.startswith("=") and len(text) > 1:
        return text[:40], CellFault.FORMULA
    if text.startswith("#") and text.rstrip("!?").isupper():
        return text[:40], CellFault.ERROR
    if len(text) > LONGEST_CELL:
        return text[:40], CellFault.TOO_LONG
    return text, None


_UNSEEN: Final = re.compile("[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
"""Signs that show nothing, or turn the writing round."""


def _text(cell: Any) -> str:
    """A cell as one line of text; the tick before a long number is no part of it."""
    if cell is None or isinstance(cell, bool):
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        cell = int(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    text = _UNSEEN.sub(" ", str(cell))
    return " ".join(text.split()).strip("'`")


_FIRST_DAY, _LAST_DAY = date(1990, 1, 1), date(2200, 1, 1)


def _read_day(cell: Any) -> tuple[str, CellFault | None]:
    text = _text(cell)
    if not text:
        return "", None
    if text.startswith("="):
        return text[:40], CellFault.FORMULA
    found = _day(cell, text)
    if found is None or not _FIRST_DAY <= found < _LAST_DAY:
        return text[:40], CellFault.NOT_A_DAY
    return found.isoformat(), None


def _day(cell: Any, text: str) -> date | None:
    """A day however it is written; a bare number is a spreadsheet's own count of days."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    plain = unicodedata.normalize("NFKC", text)
    if re.fullmatch(r"\d{5}(\.\d+)?", plain):
        return date(1899, 12, 30) + timedelta(days=int(float(plain)))
    parts = re.match(
        r"(\d{4})(?:\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?|(\d{2})(\d{2}))(?!\d)", plain
    )
    if parts is None:
        return None
    year, month, day = (part for part in parts.groups() if part)
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
