"""Plain tables as Excel takes them."""

from io import BytesIO

from openpyxl import load_workbook  # type: ignore[import-untyped]

from daywork.money.workbook import Head, book_of


def test_a_table_may_be_called_what_excel_forbids() -> None:
    made = book_of([("Paid / owed: all", [Head("Day", 12)], [], None)] * 2)
    assert load_workbook(BytesIO(made)).sheetnames == ["Paid   owed  all", "Paid   owed  all 2"]
