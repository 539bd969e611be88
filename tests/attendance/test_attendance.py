"""The grid says what the month's summary says, on the page, in Excel and on paper."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from io import BytesIO
from typing import Any
from uuid import UUID

import httpx
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from daywork.attendance.rules import DayDoubt
from daywork.attendance.service import Attendance, attendance_of
from daywork.attendance.words import signs_of
from daywork.ground.database import close_database, open_database
from daywork.ground.problems import Problem
from daywork.people.actor import Actor
from daywork.summary.rules import Figures, Grouping, total_of
from daywork.summary.service import month_summary
from daywork.web.downloads import sheet_titles
from tests.support.cast import Cast, found
from tests.support.client import client_of
from tests.support.database import query
from tests.support.months import sheet_sent, work_on
from tests.support.phone_words import line
from tests.support.server import Server

NOW = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)
MARCH = {"month": "2026-03"}


def march(day: int) -> date:
    return date(2026, 3, day)


async def a_month_by_hand(cast: Cast) -> None:
    """Half-days, overtime, two crews on one day, a returned and a pending sheet, a night shift.

    By hand, approved: worker 1 has 1 + 1 + 0.5 = 2.5 工 and 2.5 + 4 h with Carpenters and 0.5 工
    with Rebar; worker 2 has 0.5 + 1 (a night shift of 8 hours); worker 3 only 1 工 that waits and
    0.25 工 with 1 h that was returned; worker 4 was absent once.
    """
    first, second, third, fourth = cast.workers
    await sheet_sent(cast, march(2), [line(first, overtime_hours="2.5"), line(second, "0.5")])
    await sheet_sent(cast, march(3), [line(first, overtime_hours="4"), line(fourth, "0")])
    await sheet_sent(cast, march(4), [line(first, "0.5")])
    await sheet_sent(cast, march(4), [line(first, "0.75")], crew=cast.other_crew)
    await sheet_sent(cast, march(5), [line(third)], state="submitted")
    await sheet_sent(cast, march(6), [line(third, "0.25", overtime_hours="1")], state="returned")
    # From 22:00 on the 31st to 6:00 on the 1st: the night belongs to the day it began.
    await sheet_sent(cast, march(31), [line(second, "8", unit="hours")])
    # Nine hours make a 工 on the bridge: 4.5 hours are half a 工.
    work_on(cast, cast.far_site, cast.far_crew, [first])
    await sheet_sent(
        cast,
        march(10),
        [line(first, "4.5", unit="hours", overtime_hours="3")],
        site=cast.far_site,
        crew=cast.far_crew,
    )


async def grid(actor: Actor, site: UUID | None = None, crew: UUID | None = None) -> Attendance:
    return await attendance_of(actor, site, "2026-03", crew, NOW, english=True)


def row(attendance: Attendance, crew: str, worker: str) -> Any:
    (one,) = [
        row
        for crew_ in attendance.choice
        if crew_.name == crew
        for row in crew_.workers
        if row.name == worker
    ]
    return one


async def test_a_month_by_hand_comes_to_what_was_worked_out(cast: Cast) -> None:
    await a_month_by_hand(cast)
    block = await grid(cast.office)
    first = row(block, "Carpenters", "worker 1")
    assert (first.total.man_days, first.total.overtime_hours) == (Decimal("2.5"), Decimal("6.5"))
    assert row(block, "Rebar", "worker 1").total.man_days == Decimal("0.75")
    second = row(block, "Carpenters", "worker 2")
    assert second.total.man_days == Decimal("1.5")
    assert second.cells[march(31)].figures.man_days == Decimal(1)
    third = row(block, "Carpenters", "worker 3").total
    assert (third.man_days, third.pending_man_days) == (0, 1)
    assert (third.returned_man_days, third.returned_overtime) == (Decimal("0.25"), 1)
    assert block.total.man_days == Decimal("4.75")

    bridge = await grid(cast.owner, cast.far_site)
    assert bridge.hours == [Decimal(9)]
    there = row(bridge, "Bridge gang", "worker 1").total
    assert (there.man_days, there.overtime_hours) == (Decimal("0.5"), Decimal(3))


async def figures_by(cast: Cast, site: UUID, by: Grouping, total: Figures) -> dict[str, Figures]:
    """The summary's figures, once its total is the grid's."""
    month = await month_summary(cast.owner, site, "2026-03", by, NOW, english=True)
    assert month.total.without_pay() == total
    return {one.key: one.figures.without_pay() for one in month.rows}


async def test_every_total_is_the_summarys(cast: Cast) -> None:
    await a_month_by_hand(cast)
    for site in (cast.site, cast.far_site):
        block = await grid(cast.owner, site)

        by_crew = await figures_by(cast, site, Grouping.CREW, block.total)
        assert {str(crew.crew): crew.total for crew in block.choice} == by_crew
        for day, total in (await figures_by(cast, site, Grouping.DAY, block.total)).items():
            on = date.fromisoformat(day)
            assert total_of(crew.on(on) for crew in block.choice) == total
        for worker, total in (await figures_by(cast, site, Grouping.WORKER, block.total)).items():
            mine = [
                one.total
                for crew in block.choice
                for one in crew.workers
                if str(one.worker) == worker
            ]
            assert total_of(mine) == total


async def test_days_to_look_at_are_those_of_the_whole_company(cast: Cast) -> None:
    await a_month_by_hand(cast)
    await sheet_sent(cast, march(12), [line(cast.workers[1], "1.5")])
    await sheet_sent(cast, march(10), [line(cast.workers[0], "0.6")])
    block = await grid(cast.office)
    first = row(block, "Carpenters", "worker 1")
    # 0.5 + 0.75 with two crews; 0.6 here and 0.5 on the bridge, which the office does not see.
    assert first.cells[march(4)].doubts == (DayDoubt.DOUBLE_BOOKING,)
    assert first.cells[march(10)].doubts == (DayDoubt.DOUBLE_BOOKING,)
    assert first.cells[march(3)].doubts == (DayDoubt.OVERTIME,)
    assert first.cells[march(2)].doubts == ()
    second = row(block, "Carpenters", "worker 2")
    assert second.cells[march(12)].doubts == (DayDoubt.OVER_A_DAY,)


async def test_a_void_sheet_and_an_old_version_count_nowhere(cast: Cast) -> None:
    entry = await sheet_sent(cast, march(2), [line(cast.workers[0])], state="submitted")
    query(cast.url, "UPDATE labour_line SET state = 'void' WHERE sheet = $1", entry)
    assert (await grid(cast.office)).choice == []


async def test_a_worker_of_the_crew_without_a_day_has_an_empty_row(cast: Cast) -> None:
    await sheet_sent(cast, march(2), [line(cast.workers[0])])
    query(
        cast.url,
        "UPDATE roster SET left_on = '2026-02-28' WHERE worker = $1",
        cast.workers[3],
    )
    (crew,) = (await grid(cast.office)).choice
    assert [(one.name, len(one.cells)) for one in crew.workers] == [
        ("worker 1", 1),
        ("worker 2", 0),
        ("worker 3", 0),
    ]


async def test_rest_days_holidays_and_closures_are_told(cast: Cast) -> None:
    query(cast.url, "UPDATE site SET rest_weekdays = '{7}' WHERE id = $1", cast.site)
    may = await attendance_of(cast.office, None, "2026-05", None, NOW, english=True)
    told = {one.day.day: (one.kind, one.works) for one in may.days}
    assert told[1] == ("statutory_holiday", False)
    assert told[17] == ("rest_day", False)
    assert told[18] == ("workday", True)


async def test_who_must_not_see_it_is_refused(cast: Cast, stranger: Actor) -> None:
    await a_month_by_hand(cast)
    for actor, site, problem in [
        (cast.foreman, None, "not_allowed"),
        (cast.foreman, cast.site, "not_allowed"),
        (cast.far_supervisor, cast.site, "not_found"),
        (cast.office, cast.far_site, "not_found"),
        (stranger, cast.site, "not_found"),
    ]:
        with pytest.raises(Problem, match=problem):
            await grid(actor, site)
    for crew in (cast.far_crew, cast.workers[0]):
        with pytest.raises(Problem, match="not_found"):
            await grid(cast.office, None, crew)
    assert (await grid(stranger)).choice == []


def test_signs_hold_without_colour() -> None:
    half = Decimal("0.5")
    assert [one.text for one in signs_of(Figures(half, Decimal(2)))] == ["0.5", "+2"]
    assert [one.text for one in signs_of(Figures(pending_man_days=half))] == ["(0.5)"]
    assert [one.text for one in signs_of(Figures(returned_overtime=half))] == ["[+0.5]"]
    assert [one.text for one in signs_of(Figures())] == ["0"]


def test_excel_takes_the_names_of_all_crews() -> None:
    titles = sheet_titles(
        ["About", "history", "a/b", "a:b", "班" * 40, "班" * 40, "'", ""], taken="about"
    )
    assert len({title.casefold() for title in titles}) == len(titles)
    assert all(0 < len(title) <= 31 for title in titles)
    assert not any(set(title) & set("[]:*?/\\") for title in titles)


# The same on the page, in Excel and on paper


@pytest.fixture
async def books(database_url: str) -> Cast:
    """Written before the server starts: one pool a process."""
    cast = found(database_url)
    await open_database(database_url, pool_size=2)
    await a_month_by_hand(cast)
    await close_database()
    return cast


@pytest.fixture
def client(books: Cast, app_server: Server) -> Callable[[Actor], httpx.AsyncClient]:
    return lambda actor: client_of(app_server.database_url, app_server.url, actor)


Totals = dict[str, dict[str, list[Decimal]]]
"""Crew → worker → approved 工 and overtime."""
BY_HAND: Totals = {
    "Carpenters": {
        "worker 1": [Decimal("2.5"), Decimal("6.5")],
        "worker 2": [Decimal("1.5"), Decimal(0)],
        "worker 3": [Decimal(0), Decimal(0)],
        "worker 4": [Decimal(0), Decimal(0)],
    },
    "Rebar": {"worker 1": [Decimal("0.75"), Decimal(0)]},
}


def totals_on(html: str) -> Totals:
    """What the page's tables say at the end of each worker's row."""
    found_: Totals = {}
    for section in re.findall(r'<section class="crew-month".*?</section>', html, re.S):
        name = re.search(r"<h2[^>]*>(.*?)(?: <span|</h2>)", section, re.S)
        assert name is not None
        body = section.split("<tbody>")[1].split("</tbody>")[0]
        rows: dict[str, list[Decimal]] = {}
        for row_ in re.findall(r"<tr>(.*?)</tr>", body, re.S):
            worker = re.search(r"<a[^>]*>(.*?)</a>", row_)
            assert worker is not None
            sums = dict(re.findall(r'data-label="([^"]*)">([^<]*)<', row_))
            rows[worker[1]] = [
                Decimal(sums["Approved 工"]),
                Decimal(sums.get("Overtime, hours", 0)),
            ]
        found_[name[1]] = rows
    return found_


def totals_in(book: Any) -> Totals:
    """What the workbook says, by its own header."""
    found_: Totals = {}
    for sheet in book.worksheets[1:]:
        head = [cell.value for cell in sheet[1]]
        rows: dict[str, list[Decimal]] = {}
        for cells in sheet.iter_rows(min_row=2, values_only=True):
            named = dict(zip(head, cells, strict=True))
            if named["Worker"] == "Total":
                continue
            rows.setdefault(named["Worker"], [Decimal(0), Decimal(0)])
            for place, kind in enumerate(("Approved 工", "Overtime, hours")):
                if named["Figure"] == kind:
                    rows[named["Worker"]][place] = Decimal(str(named["Total"]))
                    days = [value for title, value in named.items() if title[0].isdigit()]
                    assert (
                        sum(Decimal(str(one)) for one in days if one)
                        == rows[named["Worker"]][place]
                    )
        found_[sheet.title] = rows
    return found_


async def test_page_and_workbook_say_what_was_worked_out(
    books: Cast, client: Callable[[Actor], httpx.AsyncClient]
) -> None:
    async with client(books.office) as browser:
        html = unescape((await browser.get("/labour/attendance", params=MARCH)).text)
        reply = await browser.get("/labour/attendance.xlsx", params=MARCH)
    assert totals_on(html) == BY_HAND
    book = load_workbook(BytesIO(reply.content))
    assert totals_in(book) == BY_HAND
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "E2"
        assert not sheet.merged_cells.ranges
        for row_ in sheet.iter_rows(min_row=2, min_col=5, max_col=36):
            assert all(cell.value is None or cell.data_type == "n" for cell in row_)
    assert "¥" not in html


async def test_the_pdf_has_a_page_a_crew_with_the_same_totals_in_both_languages(
    books: Cast, client: Callable[[Actor], httpx.AsyncClient]
) -> None:
    for language, worker, company in [("en", "Worker", "Company"), ("zh-CN", "工人", "企业")]:
        query(books.url, "UPDATE member SET language = $1", language)
        async with client(books.office) as browser:
            reply = await browser.get("/labour/attendance.pdf", params=MARCH)
        assert reply.headers["content-type"] == "application/pdf"
        pages = PdfReader(BytesIO(reply.content)).pages
        assert [(round(one.mediabox.width), round(one.mediabox.height)) for one in pages] == [
            (842, 595)
        ] * 2
        carpenters, rebar = (one.extract_text() for one in pages)
        for text, crew in ((carpenters, "Carpenters"), (rebar, "Rebar")):
            assert worker in text
            assert f"{company}: Huayan Building" in text
            assert crew in text
            assert "Block A" in text
        words = carpenters.split()
        assert {"2.5", "6.5", "1.5", "(1)", "[0.25]", "[+1]", "+2.5"} <= set(words)
        assert "0.75" in rebar.split() or "0.75!" in rebar.split()


async def test_every_day_opens_its_sheets_with_the_same_figure(
    books: Cast, client: Callable[[Actor], httpx.AsyncClient]
) -> None:
    async with client(books.office) as browser:
        html = (await browser.get("/labour/attendance", params=MARCH)).text
        doors = re.findall(r'<td class="on[^"]*"><a href="([^"]*)">(.*?)</a>', html, re.S)
        assert len(doors) == 9
        for address, inside in doors:
            behind = await browser.get(unescape(address))
            assert behind.text.count('class="item" href="/approvals/') == 1
            signs = re.findall(
                r'<span class="(?:approved|submitted|returned)">(.*?)</span>', inside
            )
            for sign in signs:
                figure = sign.strip("()[]+")
                assert figure in behind.text


async def test_who_must_not_see_it_gets_no_page_and_no_file(
    books: Cast, client: Callable[[Actor], httpx.AsyncClient]
) -> None:
    stranger = found(books.url, "Another company")
    for kind in ("", ".xlsx", ".pdf"):
        path = f"/labour/attendance{kind}"
        for actor, asked, status in [
            (books.foreman, {}, 403),
            (books.far_supervisor, {"site": str(books.site)}, 404),
            (books.office, {"crew": str(books.far_crew)}, 404),
            (stranger.owner, {"site": str(books.site)}, 404),
        ]:
            async with client(actor) as browser:
                reply = await browser.get(path, params=MARCH | asked)
            assert reply.status_code == status, (path, actor.name)
            assert b"worker 1" not in reply.content


async def test_one_crew_alone_and_a_month_with_nothing(
    books: Cast, client: Callable[[Actor], httpx.AsyncClient]
) -> None:
    async with client(books.office) as browser:
        one = {"crew": str(books.other_crew)} | MARCH
        assert list(totals_on((await browser.get("/labour/attendance", params=one)).text)) == [
            "Rebar"
        ]
        book = load_workbook(
            BytesIO((await browser.get("/labour/attendance.xlsx", params=one)).content)
        )
        assert book.sheetnames == ["About", "Rebar"]
        empty = await browser.get("/labour/attendance", params={"month": "2026-01"})
        assert "No labour recorded in January 2026" in empty.text
        for kind in ("xlsx", "pdf"):
            nothing = await browser.get(f"/labour/attendance.{kind}", params={"month": "2026-01"})
            assert nothing.status_code == 404
        summary = (await browser.get("/labour", params=MARCH)).text
        assert "/labour/attendance?month=2026-03" in summary


async def test_the_demo_months_grid_is_the_demo_months_summary(demo_database_url: str) -> None:
    await open_database(demo_database_url, pool_size=2)
    try:
        ((organisation, member),) = query(
            demo_database_url, "SELECT organisation, id FROM member WHERE is_owner LIMIT 1"
        )
        owner = Actor(
            organisation=organisation,
            member=member,
            name="",
            language="en",
            is_owner=True,
            roles={},
        )
        worked = query(
            demo_database_url,
            "SELECT DISTINCT site, to_char(work_day, 'YYYY-MM') FROM labour_line",
        )
        compared = 0
        for site, month in worked:
            block = await attendance_of(owner, site, month, None, NOW, english=True)
            summary = await month_summary(owner, site, month, Grouping.CREW, NOW, english=True)
            assert block.total == summary.total.without_pay()
            assert {str(crew.crew): crew.total for crew in block.choice} == {
                one.key: one.figures.without_pay() for one in summary.rows
            }
            compared += len(block.choice)
        assert compared > 3
    finally:
        await close_database()
