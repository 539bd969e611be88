"""Wage sheets over HTTP: the same totals everywhere, signing, the bank's file, paying, settling."""

import csv
import io
import re
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from daywork.ground.database import close_database, open_database
from daywork.ground.ids import new_id
from tests.support.cast import Cast, found
from tests.support.client import client_of
from tests.support.database import query, value
from tests.support.server import Server
from tests.wages.story import a_month, item

PDF = b"%PDF-1.4 signed by hand"


@pytest.fixture
async def books(database_url: str) -> Cast:
    """The month of the story, written before the server starts: one pool a process."""
    cast = found(database_url)
    await open_database(database_url, pool_size=2)
    await a_month(cast)
    await close_database()
    item(cast, cast.workers[0], "allowance", "0.01", note="=cmd|' /C calc'!A0")
    return cast


@pytest.fixture
def served(books: Cast, app_server: Server) -> tuple[Cast, str]:
    """The company behind a real server."""
    return books, app_server.url


def form_of(page: str, name: str) -> str:
    """A hidden field's value."""
    told = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert told is not None, name
    return unescape(told[1])


async def closed(office: httpx.AsyncClient, cast: Cast, crew: str = "") -> str:
    """Make and close a crew's sheet as the office does; the address of the version."""
    asked = {"site": str(cast.site), "month": "2026-03", "crew": crew or str(cast.crew)}
    reply = await office.post("/labour/wages", data=asked)
    assert reply.status_code == 303, reply.text
    draft = reply.headers["location"]
    page = (await office.get(draft)).text
    shown = form_of(page, "shown")
    reply = await office.post(f"{draft}/close", data={"shown": shown})
    assert reply.status_code == 422, reply.text
    reply = await office.post(
        f"{draft}/close", data={"shown": shown, "seen": "on", "pay_day": "2026-04-15"}
    )
    assert reply.status_code == 303, reply.text
    return str(reply.headers["location"])


async def test_screen_excel_pdf_and_api_say_the_same(served: tuple[Cast, str]) -> None:
    cast, url = served
    async with client_of(cast.url, url, cast.office) as office:
        sheet = await closed(office, cast)
        told = (await office.get(f"/api{sheet.removeprefix('/labour')}")).json()
        page = (await office.get(sheet)).text
        book = load_workbook(io.BytesIO((await office.get(f"{sheet}/sheet.xlsx")).content))
        papers = {}
        for language in ("en", "zh-CN"):
            await office.post("/language", data={"language": language, "next": "/"})
            pdf = (await office.get(f"{sheet}/sheet.pdf")).content
            papers[language] = "".join(
                one.extract_text() for one in PdfReader(io.BytesIO(pdf)).pages
            )
        listed = (await office.get(f"/labour/wages?site={cast.site}&month=2026-03")).text
    assert told["total"]["payable"] == "650.01"
    assert [one["payable"] for one in told["lines"]] == ["800.01", "-150.00"]
    for text in ("¥650.01", "¥800.01", "−¥150.00", told["check_code"]):
        assert text in page, text
    assert "¥650.01" in listed
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert (rows[0][:2], rows[1][0]) == (("Row no.", "Number"), 1)
    payable = rows[0].index("To be paid")
    assert [row[payable] for row in rows[1:]] == [800.01, -150, 650.01]
    assert rows[1][rows[0].index("Items")].startswith("Allowance")
    for paper in papers.values():
        for text in ("650.01", "800.01", "−150.00", told["check_code"], "2026-04-15"):
            assert text in paper, text
    assert "工资表" in papers["zh-CN"]
    assert "Wage sheet" in papers["en"]


async def test_a_new_version_proposes_the_pay_day_of_the_one_before(
    served: tuple[Cast, str],
) -> None:
    cast, url = served
    async with client_of(cast.url, url, cast.office) as office:
        sheet = await closed(office, cast)
        item(cast, cast.workers[0], "allowance", "10")
        reply = await office.post(f"{sheet}/again")
        assert reply.status_code == 303, reply.text
        draft = (await office.get(reply.headers["location"])).text
    assert re.search(r'name="pay_day"[^>]*value="2026-04-15"', draft)


async def test_a_pay_day_that_cannot_be_read_closes_nothing(served: tuple[Cast, str]) -> None:
    cast, url = served
    async with client_of(cast.url, url, cast.office) as office:
        asked = {"site": str(cast.site), "month": "2026-03", "crew": str(cast.crew)}
        draft = (await office.post("/labour/wages", data=asked)).headers["location"]
        shown = form_of((await office.get(draft)).text, "shown")
        form = {"shown": shown, "seen": "on", "pay_day": "15 April"}
        reply = await office.post(f"{draft}/close", data=form)
    assert reply.status_code == 422
    assert "This is not a day" in reply.text
    assert query(cast.url, "SELECT id FROM wage_sheet") == []


async def test_a_draft_that_another_tab_has_closed_says_so(served: tuple[Cast, str]) -> None:
    cast, url = served
    async with client_of(cast.url, url, cast.office) as office:
        asked = {"site": str(cast.site), "month": "2026-03", "crew": str(cast.crew)}
        draft = (await office.post("/labour/wages", data=asked)).headers["location"]
        shown = form_of((await office.get(draft)).text, "shown")
        seen = {"shown": shown, "seen": "on"}
        assert (await office.post(f"{draft}/close", data=seen)).status_code == 303
        again = await office.post(f"{draft}/close", data=seen)
    assert again.status_code == 404
    assert "This draft is not here any more" in again.text
    assert 'href="/labour/wages"' in again.text


async def test_workers_sign_by_finger_by_name_and_on_paper(served: tuple[Cast, str]) -> None:
    cast, url = served
    first, second, *_others = cast.workers
    async with client_of(cast.url, url, cast.office) as office:
        sheet = await closed(office, cast)
        slip = f"{sheet}/workers/{first}"
        assert "¥800.01" in (await office.get(slip)).text
        assert (await office.post(slip, data={"name": ""})).status_code == 422
        drawn = {"name": "worker 1", "outcome": "signed", "strokes": "M10 20 L300 200"}
        assert (await office.post(slip, data=drawn)).status_code == 303
        upload = {"worker": str(second)}
        bad = {"file": ("sheet.txt", b"no paper", "text/plain")}
        reply = await office.post(f"{sheet}/papers", data=upload, files=bad)
        assert reply.status_code == 422
        good = {"file": ("signed.pdf", PDF, "application/pdf")}
        reply = await office.post(f"{sheet}/papers", data=upload, files=good)
        assert reply.status_code == 303, reply.text
        page = (await office.get(sheet)).text
        assert "2 of 2 workers have signed" in page
        paper = re.search(r"/labour/papers/[0-9a-f-]{36}", page)
        assert paper is not None
        assert (await office.get(paper[0])).content == PDF
        refused = {"outcome": "refused", "name": "worker 2", "witness": "Zhou"}
        await office.post(f"{sheet}/workers/{second}", data=refused)
        assert "2 of 2 workers have signed" in (await office.get(sheet)).text
    async with client_of(cast.url, url, cast.foreman) as foreman:
        assert (await foreman.get(paper[0])).status_code == 403


async def test_the_banks_file_holds_whole_numbers_and_no_formula(served: tuple[Cast, str]) -> None:
    cast, url = served
    first = cast.workers[0]
    query(cast.url, "UPDATE worker SET name = '=1+1' WHERE id = $1", first)
    async with client_of(cast.url, url, cast.office) as office:
        await keep_account(office, cast, first)
        sheet = await closed(office, cast)
        assert "6222020200112233445" not in (await office.get(sheet)).text
        files = {
            kind: (await office.post(f"{sheet}/pay-out", data={"kind": kind})).content
            for kind in ("gb18030", "utf8", "list")
        }
        for text in (files["gb18030"].decode("gb18030"), files["utf8"].decode("utf-8-sig")):
            rows = list(csv.reader(io.StringIO(text)))
            assert rows[0] == ["序号", "户名", "账号", "开户行", "金额", "附言"]
            assert rows[1:] == [
                ["1", "'=1+1", "6222020200112233445", "ICBC", "800.01", "2026年03月工资 Block A"]
            ]
        told = list(load_workbook(io.BytesIO(files["list"])).active.iter_rows(values_only=True))
        assert ["=1+1", "", "6222020200112233445", "ICBC", 800.01] in [
            list(row[1:6]) for row in told
        ]
        assert any(row[1] == "worker 2" and row[5] == 0 for row in told)
    audits = query(cast.url, "SELECT detail FROM audit_event WHERE action = 'wages.exported'")
    assert len(audits) == 3
    assert value(cast.url, "SELECT count(*) FROM unmasking WHERE how = 'file'") == 3


async def keep_account(office: httpx.AsyncClient, cast: Cast, worker: Any) -> None:
    """Give a worker a bank account as the register's own page does."""
    form = {"kind": "resident", "bank": "6222020200112233445", "bank_name": "ICBC"}
    reply = await office.post(f"/labour/register/{cast.site}/{worker}", data=form)
    assert reply.status_code == 303, reply.text


async def test_marking_paid_books_every_worker_once(served: tuple[Cast, str]) -> None:
    cast, url = served
    async with client_of(cast.url, url, cast.office) as office:
        sheet = await closed(office, cast)
        form = {"paid_on": "2026-04-15", "method": "contractor"}
        for _click in range(2):
            assert (await office.post(f"{sheet}/paid", data=form)).status_code == 303
        paid = query(cast.url, "SELECT worker, amount, for_month::text FROM payment")
        assert [tuple(one) for one in paid] == [(cast.workers[0], Decimal("800.01"), "2026-03-01")]
        assert "Everything on this sheet is paid" in (await office.get(sheet)).text
        assert "Paid" in (await office.get(f"/labour/wages?site={cast.site}&month=2026-03")).text
        query(
            cast.url, "UPDATE payment SET voided_at = now(), voided_by = made_by, void_reason = 'x'"
        )
        assert (await office.post(f"{sheet}/paid", data=form)).status_code == 303
        assert value(cast.url, "SELECT count(*) FROM payment WHERE voided_at IS NULL") == 1


async def test_an_unreadable_day_or_way_of_payment_books_nothing(
    served: tuple[Cast, str],
) -> None:
    cast, url = served
    form = {"paid_on": "2026-04-15", "method": "contractor", "reference": "T-7"}
    settling = {
        "site": str(cast.site),
        "one": str(cast.workers[0]),
        "worker": str(cast.workers[0]),
        "until": "2026-03-31",
        "why": "left",
        "leaving": "on",
    }
    async with client_of(cast.url, url, cast.office) as office:
        sheet = await closed(office, cast)
        reply = await office.post("/labour/settlements", data=settling)
        for document in (sheet, reply.headers["location"]):
            for wrong in ({"paid_on": "2026-02-30"}, {"paid_on": ""}, {"method": "shells"}):
                reply = await office.post(f"{document}/paid", data=form | wrong)
                assert reply.status_code == 422, wrong
                assert 'value="T-7"' in reply.text
    assert value(cast.url, "SELECT count(*) FROM payment") == 0


async def test_what_was_paid_otherwise_is_not_due_again(served: tuple[Cast, str]) -> None:
    cast, url = served
    first = cast.workers[0]
    async with client_of(cast.url, url, cast.office) as office:
        sheet = await closed(office, cast)
        query(
            cast.url,
            "INSERT INTO payment (organisation, id, site, worker, paid_on, for_month, amount,"
            " method, made_by)"
            " VALUES ($1, $2, $3, $4, '2026-04-03', '2026-03-01', 500, 'cash', $5)",
            cast.organisation,
            new_id(),
            cast.site,
            first,
            cast.members["office"],
        )
        assert "¥300.01" in (await office.get(sheet)).text
        form = {"paid_on": "2026-04-15", "method": "bank"}
        assert (await office.post(f"{sheet}/paid", data=form)).status_code == 303
    assert value(cast.url, "SELECT sum(amount) FROM payment") == Decimal("800.01")


async def test_a_worker_who_leaves_is_settled_with(served: tuple[Cast, str]) -> None:
    cast, url = served
    first = cast.workers[0]
    async with client_of(cast.url, url, cast.office) as office:
        asked = f"/labour/settlements/new?site={cast.site}&worker={first}"
        assert "1 day after the last day" in (await office.get(f"{asked}&until=2026-03-08")).text
        form = {
            "site": str(cast.site),
            "one": str(first),
            "worker": str(first),
            "until": "2026-03-31",
            "why": "left",
            "leaving": "on",
        }
        reply = await office.post("/labour/settlements", data=form)
        assert reply.status_code == 303, reply.text
        settlement = reply.headers["location"]
        page = (await office.get(settlement)).text
        assert "¥1,100.01" in page
        pdf = (await office.get(f"{settlement}/settlement.pdf")).content
        paper = "".join(one.extract_text() for one in PdfReader(io.BytesIO(pdf)).pages)
        assert "1,100.01" in paper
        for planned, completed, until in (
            ("2031-06-30", None, "2034-06-30"),
            ("2031-06-30", "2030-02-28", "2033-02-28"),
            (None, "2030-02-28", "2033-02-28"),
        ):
            days = [date.fromisoformat(day) if day else None for day in (planned, completed)]
            marked = "UPDATE site SET ends_on = $2, completed_on = $3 WHERE id = $1"
            query(cast.url, marked, cast.site, *days)
            assert f"kept until {until}" in (await office.get(settlement)).text
            pdf = (await office.get(f"{settlement}/settlement.pdf")).content
            text = " ".join(one.extract_text() for one in PdfReader(io.BytesIO(pdf)).pages)
            assert until in text, "the completion that was noted, not the one that was planned"
        signed = {"name": "worker 1", "outcome": "signed"}
        assert (await office.post(f"{settlement}/sign", data=signed)).status_code == 303
        for _click in range(2):
            paying = {"paid_on": "2026-04-02", "method": "bank"}
            assert (await office.post(f"{settlement}/paid", data=paying)).status_code == 303
        assert "Paid" in (await office.get(f"/labour/settlements?site={cast.site}")).text
        again = await office.post("/labour/settlements", data=form)
        assert again.status_code == 409
    assert value(cast.url, "SELECT sum(amount) FROM payment") == Decimal("1100.01")
    left = value(cast.url, "SELECT left_on::text FROM roster WHERE worker = $1", first)
    assert left == "2026-03-31"
    async with client_of(cast.url, url, cast.supervisor) as supervisor:
        assert (await supervisor.get(settlement)).status_code == 403


async def test_a_code_on_the_print_tells_a_stranger_no_amount(served: tuple[Cast, str]) -> None:
    cast, url = served
    async with client_of(cast.url, url, cast.office) as office:
        sheet = await closed(office, cast)
        code = (await office.get(f"/api{sheet.removeprefix('/labour')}")).json()["check_code"]
        assert "¥650.01" in (await office.get(f"/v/{code}")).text
    async with httpx.AsyncClient(base_url=url, headers={"accept-language": "en"}) as stranger:
        page = (await stranger.get(f"/v/{code}")).text
    assert "Unchanged since the office accepted it" in page
    assert "Carpenters" in page
    assert "650.01" not in page
    query(
        cast.url,
        "UPDATE wage_line SET labour = labour + 1, earned = earned + 1,"
        " payable = payable + 1 WHERE name = 'worker 1'",
    )
    async with httpx.AsyncClient(base_url=url, headers={"accept-language": "en"}) as stranger:
        assert "This is not as the office accepted it" in (await stranger.get(f"/v/{code}")).text
