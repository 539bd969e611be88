"""Lists as offices keep them are read; what a spreadsheet spoilt or hid is told, never guessed."""

import io
import zipfile
from datetime import date
from typing import Any

import openpyxl
import pytest

from daywork.ground.problems import Problem
from daywork.register.lists import MOST_ROWS, WorkerList, read_list

CSV = "姓名,身份证号码,班组\n王建军,110105194912310021,木工一班\n"


def book(*rows: list[Any], merge: str = "", spoil: Any = None) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    if merge:
        made.active.merge_cells(merge)
    if spoil:
        spoil(made.active)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def refusal(name: str, data: bytes) -> Problem:
    with pytest.raises(Problem) as refused:
        read_list(name, data)
    return refused.value


def only(found: WorkerList) -> tuple[dict[str, str], dict[str, str]]:
    assert len(found.rows) == 1
    return found.rows[0].cells, found.rows[0].faults


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "，"])
def test_text_is_read_in_every_encoding_offices_write(encoding: str, mark: str) -> None:
    cells, faults = only(read_list("list.csv", CSV.replace(",", mark).encode(encoding)))
    assert cells == {"name": "王建军", "identity": "110105194912310021", "crew": "木工一班"}
    assert not faults


def test_a_title_above_and_columns_nobody_knows_do_not_matter() -> None:
    found = read_list(
        "list.xlsx",
        book(
            ["滨江一号实名制花名册"],
            ["序号", "姓名（必填）", "身份证号*", "政治面貌", "Phone number"],
            [1, "王建军", "11010519491231002X", "群众", 13800138000],
            merge="A1:E1",
        ),
    )
    assert found.unread == ["政治面貌"]
    assert found.rows[0].line == 3
    assert found.rows[0].cells == {
        "name": "王建军", "identity": "11010519491231002X", "phone": "13800138000",
    }  # fmt: skip


@pytest.mark.parametrize(
    "day",
    [date(2026, 3, 5), 46086, "46086", "2026-03-05", "2026/3/5", "2026.3.5", "2026年3月5日",
     "20260305", "２０２６－０３－０５", "2026-03-05 08:00:00"],
)  # fmt: skip
def test_days_are_read_however_they_are_written(day: Any) -> None:
    cells, faults = only(read_list("l.xlsx", book(["姓名", "进场日期"], ["王", day])))
    assert (cells["joined"], faults) == ("2026-03-05", {})


@pytest.mark.parametrize("day", ["2026-02-30", "March", 7, "3/5/26", "0000-00-00"])
def test_what_is_no_day_is_told(day: Any) -> None:
    assert only(read_list("l.xlsx", book(["姓名", "进场日期"], ["王", day])))[1] == {
        "joined": "not_a_day"
    }


def test_a_long_number_that_excel_rounded_is_not_passed_off_as_one() -> None:
    cells, _ = only(
        read_list(
            "l.xlsx",
            book(["姓名", "身份证号", "银行账号"], ["王", 110105194912310021, 6.22202e18]),
        )
    )
    assert "E+17" in cells["identity"]
    assert "E+18" in cells["bank"]


def test_a_formula_is_told_and_not_run() -> None:
    data = book(["姓名", "电话"], ['=HYPERLINK("http://evil","x")', "=1+1"], ["王", "#REF!"])
    found = read_list("l.xlsx", data)
    assert found.rows[0].faults == {"name": "formula", "phone": "formula"}
    assert found.rows[1].faults == {"phone": "error"}


def test_merged_cells_below_the_headings_are_refused_by_name() -> None:
    data = book(["姓名", "班组"], ["王", "木工"], ["李", None], merge="B2:B3")
    problem = refusal("l.xlsx", data)
    assert (problem.kind.slug, problem.extra) == ("list_merged", {"where": "B2:B3"})


def test_a_sheet_formatted_down_to_its_last_row_is_read_at_once() -> None:
    def far(sheet: Any) -> None:
        sheet["A1048576"].number_format = "@"
        sheet["XFD1"].number_format = "@"

    found = read_list("l.xlsx", book(["姓名", "班组"], ["王", "木工"], spoil=far))
    assert len(found.rows) == 1


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (65 * 1024 * 1024))
    return target.getvalue()


def laughs() -> bytes:
    """A workbook whose sheet would unfold into a thousand million words."""
    entities = "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha" * 10}">' for n in range(10)
    )
    sheet = (
        f"<?xml version='1.0'?><!DOCTYPE x [{entities}]>"
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>&a9;</t></is></c></row></sheetData></worksheet>'
    )
    source = zipfile.ZipFile(io.BytesIO(book(["姓名"], ["王"])))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for name in source.namelist():
            is_sheet = name.endswith("sheet1.xml")
            packed.writestr(name, sheet if is_sheet else source.read(name))
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "slug"),
    [
        ("l.xlsx", bomb(), "list_too_large"),
        ("l.xlsx", laughs(), "list_unreadable"),
        ("l.csv", b"x" * (5 * 1024 * 1024 + 1), "list_too_large"),
        ("l.csv", ("姓名,班组\n" + "王,木工\n" * (MOST_ROWS + 20)).encode(), "list_too_large"),
        ("l.xlsx", b"PK\x03\x04 not a zip", "list_unreadable"),
        ("l.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512, "list_unreadable"),
        ("l.pdf", b"%PDF-1.7", "list_unreadable"),
        ("l.csv", "姓名,姓名,班组\n王,李,木工\n".encode(), "list_heading_twice"),
        ("l.csv", b"a,b\nc,d\n", "list_headings"),
        ("l.csv", b"", "list_headings"),
        ("l.csv", "姓名,班组\n,,\n".encode(), "list_empty"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(name: str, data: bytes, slug: str) -> None:
    assert refusal(name, data).kind.slug == slug


def test_signs_that_show_nothing_or_turn_the_writing_are_left_out() -> None:
    cells, _ = only(read_list("l.csv", "姓名,班组\n\u202e王\u200b建军\u0007,木工\n".encode()))
    assert cells["name"] == "王 建军"


def test_a_book_that_writes_words_of_its_own_is_refused() -> None:
    whole, packed = book(["姓名"], ["王"]), io.BytesIO()
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 3))
    swollen = f'<!DOCTYPE w [<!ENTITY a0 "王">{laughs}]><worksheet'.encode()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(packed, "w", 8) as new:
        for name in old.namelist():
            told = old.read(name).replace(b"<worksheet", swollen, 1)
            word = b'<row r="3"><c t="inlineStr"><is><t>&a2;</t></is></c></row></sheetData>'
            new.writestr(name, told.replace(b"</sheetData>", word))
    assert refusal("list.xlsx", packed.getvalue()).kind.slug == "list_unreadable"
