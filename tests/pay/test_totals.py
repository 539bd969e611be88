"""One month with every kind of pay comes to the same amount wherever it stands."""

import io
import re
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]
from pypdf import PdfReader

from daywork.ground.database import close_database, open_database
from daywork.ground.ids import new_id
from daywork.labour.prices import OvertimeWay
from daywork.pay import piecework, rates, service
from daywork.pay.rules import Basis, ItemKind, ShareBy
from tests.pay.test_service import a_price, meals, piece
from tests.support.cast import Cast, found
from tests.support.client import client_of
from tests.support.database import query
from tests.support.months import march, sheet_sent
from tests.support.phone_words import line
from tests.support.server import Server
from tests.wages.test_pages import closed

PARTS = {
    "labour": Decimal("700.00"),  # 300 on Monday the 2nd, 400 = 8,700 ÷ 21.75 on the 3rd
    "overtime": Decimal("262.50"),  # 2 × 300 ÷ 8 × 150 % + 2 × 400 ÷ 8 × 150 %
    "piecework": Decimal("155.00"),  # a third of 10 × 46.50
    "monthly": Decimal("1000.00"),
    "allowances": Decimal("145.00"),  # 100, and meals of 15 for each of 3 days
    "deductions": Decimal("80.00"),  # 77.50, and 2.50 corrected downwards
}
EARNED = Decimal("2182.50")


@pytest.fixture
async def books(database_url: str) -> Cast:
    """Worker 1's March: days at two rates, overtime by statute, a share of a piece, a month's pay,
    an allowance, meals, a correction downwards and a deduction; one item was taken back."""
    cast = found(database_url)
    await open_database(database_url, pool_size=2)
    first, second, *_rest = cast.workers
    await rates.choose_overtime(cast.office, cast.site, OvertimeWay.STATUTE, march(1), "")
    await sheet_sent(cast, march(2), [line(first, "1", overtime_hours="2")])
    await rates.agree(
        cast.office,
        cast.site,
        rates.Whose(rates.RateScope.WORKER, first),
        unit="month",
        amount=Decimal(8700),
        overtime_hour=None,
        valid_from=march(3),
        note="",
    )
    await sheet_sent(cast, march(3), [line(first, "1", overtime_hours="2")])
    await a_price(cast)
    await sheet_sent(cast, march(4), [line(first, "0.5"), line(second)], task=cast.task)
    by_days = piece(cast, share_by=ShareBy.MAN_DAYS, given={})
    await piecework.share_out(cast.office, cast.site, new_id(), by_days)
    one: dict[str, Any] = {"workers": frozenset({first}), "crews": frozenset[Any]()}
    for kind, basis, amount in (
        (ItemKind.MONTHLY, Basis.FIXED, "1000"),
        (ItemKind.ALLOWANCE, Basis.FIXED, "100"),
        (ItemKind.MEAL, Basis.DAY, "15"),
        (ItemKind.CORRECTION, Basis.FIXED, "-2.50"),
        (ItemKind.DEDUCTION, Basis.FIXED, "77.50"),
        (ItemKind.ALLOWANCE, Basis.FIXED, "999"),
    ):
        entered = meals(cast, kind=kind, basis=basis, amount=Decimal(amount), **one)
        await service.book(cast.office, cast.site, new_id(), entered)
    wrong = query(cast.url, "SELECT id FROM pay_item WHERE amount = 999 AND worker = $1", first)
    await service.take_back(cast.office, wrong[0]["id"], "another worker’s")
    await close_database()
    return cast


def shown(amount: Decimal) -> str:
    return f"¥{amount:,.2f}"


def row_of(book: bytes, sheet: int, name: str) -> dict[str, Any]:
    """A worker's row of a workbook, by heading."""
    rows = list(load_workbook(io.BytesIO(book)).worksheets[sheet].iter_rows(values_only=True))
    top = next(at for at, row in enumerate(rows) if "Earned" in row)
    row = next(row for row in rows if name in row)
    return dict(zip(rows[top], row, strict=False))


def text_of(pdf: bytes) -> str:
    return "".join(one.extract_text() for one in PdfReader(io.BytesIO(pdf)).pages)


async def test_every_page_print_and_file_says_the_same_amounts(
    books: Cast, app_server: Server
) -> None:
    first = books.workers[0]
    month = f"site={books.site}&month=2026-03"
    assert sum(PARTS.values()) - 2 * PARTS["deductions"] == EARNED
    async with client_of(books.url, app_server.url, books.office) as office:

        async def page(path: str) -> str:
            reply = await office.get(path)
            assert reply.status_code == 200, path
            return reply.text

        about = await page(f"/labour/workers/{first}/pay?{month}")
        for amount in (EARNED, *PARTS.values()):
            assert shown(amount) in about
        assert "999" not in re.sub(r"<del.*?</del>", "", about)
        assert shown(EARNED) in await page(f"/labour?{month}")
        whole = await page(f"/labour?{month}&by=task")
        assert shown(EARNED + 310) in whole  # the other two thirds of the piece are worker 2's

        row = row_of((await office.get(f"/labour/summary.xlsx?{month}")).content, 1, "worker 1")
        assert row["Earned"] == float(EARNED)
        assert [
            row[name]
            for name in (
                "of it labour",
                "of it overtime",
                "of it piecework",
                "of it monthly pay",
                "of it allowances",
                "less deductions",
            )
        ] == [
            float(PARTS[name])
            for name in (
                "labour",
                "overtime",
                "piecework",
                "monthly",
                "allowances",
                "deductions",
            )
        ]
        assert shown(EARNED) in await page(f"/labour/workers/{first}/ledger?{month}")

        sheet = await closed(office, books)
        told = (await office.get(f"/api{sheet.removeprefix('/labour')}")).json()
        line_told = next(one for one in told["lines"] if one["payable"] == str(EARNED))
        assert {name: Decimal(line_told[name]) for name in PARTS} == PARTS
        row = row_of((await office.get(f"{sheet}/sheet.xlsx")).content, 0, "worker 1")
        assert row["To be paid"] == float(EARNED)
        paper = text_of((await office.get(f"{sheet}/sheet.pdf")).content)
        slip = await page(f"{sheet}/workers/{first}")
        for amount in (EARNED, *PARTS.values()):
            assert f"{amount:,.2f}" in paper
            assert shown(amount) in slip
        assert shown(EARNED) in await page(sheet)

        form = {
            "site": str(books.site),
            "one": str(first),
            "worker": str(first),
            "until": "2026-03-31",
            "why": "left",
        }
        settlement = (await office.post("/labour/settlements", data=form)).headers["location"]
        document = await page(settlement)
        paper = text_of((await office.get(f"{settlement}/settlement.pdf")).content)
        for amount in (EARNED, *PARTS.values()):
            assert shown(amount) in document
            assert f"{amount:,.2f}" in paper
