"""A list goes in whole or not at all, and the same list a second time changes nothing."""

import io
import re
from typing import Any

import openpyxl
import pytest

from tests.register.conftest import House, number
from tests.support.company import Browser
from tests.support.database import query, value

HEAD = "姓名,身份证号码,手机号,班组,工种,进场日期,银行账号,住址"


def sent(office: Browser, house: House, data: bytes, name: str = "l.csv", **fields: Any) -> Any:
    office.get("/sign-in")
    return office.post(
        f"/labour/register/{house.cast.site}/import",
        data={"_csrf": office.cookies["dw_csrf"], **fields},
        files={"file": (name, data)},
    )


def brought(office: Browser, house: House, *rows: str, **fields: Any) -> str:
    """The preview's address."""
    reply = sent(office, house, "\n".join([HEAD, *rows]).encode(), **fields)
    assert reply.status_code == 303, reply.text
    return str(reply.headers["location"])


def counts(page: str) -> dict[str, int]:
    """How many rows come to what, by the preview's tabs."""
    found = re.findall(r'\?show=(\w+)"[^>]*>[^<]*?(\d+)</a>', page)
    return {name: int(n) for name, n in found}


def workers(house: House) -> int:
    return int(value(house.cast.url, "SELECT count(*) FROM worker"))


def test_new_known_and_changed_are_told_apart_and_all_go_in_at_once(
    house: House, office: Browser
) -> None:
    rows = (
        f"张三,{number(201)},13900000201,Carpenters,木工,2026-03-01,6222021234567890,柳巷 1 号",
        "worker 1,,,Carpenters,,,,",
        f"worker 2,{number(202)},,Carpenters,,,,",
    )
    place = brought(office, house, *rows)
    before = workers(house)
    page = office.get(place)
    assert counts(page.text) == {"fault": 0, "new": 1, "changed": 1, "same": 1}
    assert workers(house) == before, "nothing is written before the yes"
    stored = value(house.cast.url, "SELECT sealed FROM worker_import ORDER BY made_at DESC LIMIT 1")
    assert "张三".encode() not in stored
    done = office.send_form(place)
    assert done.status_code == 303
    assert "1 new, 1 changed" in office.get(place).text
    assert workers(house) == before + 1
    row = query(
        house.cast.url,
        "SELECT w.phone, i.number_mask, r.joined_on::text AS joined, r.crew, w.trade"
        " FROM worker w JOIN worker_identity i ON i.worker = w.id JOIN roster r ON r.worker = w.id"
        " WHERE w.name = '张三'",
    )[0]
    assert row["phone"] == "+8613900000201"
    assert row["number_mask"] == number(201)[:3] + "*" * 11 + number(201)[14:]
    assert (row["joined"], row["crew"]) == ("2026-03-01", house.cast.crew)
    assert row["trade"] == house.cast.carpenter
    assert value(house.cast.url, "SELECT sealed IS NULL FROM worker_import WHERE rows = 3")
    assert office.send_form(place).status_code == 303, "a second yes does no harm"
    assert workers(house) == before + 1

    again = office.get(brought(office, house, *rows)).text
    assert counts(again) == {"fault": 0, "new": 0, "changed": 0, "same": 3}
    assert "nothing to bring in" in again


def test_a_list_with_one_fault_goes_in_not_at_all(house: House, office: Browser) -> None:
    before = workers(house)
    place = brought(
        office,
        house,
        f"李四,{number(211)},13900000211,Carpenters,,,,",
        f"王五,{number(212)[:-1]}Y,12,Painters,泥人,2026-13-01,12,",
        ",,,Carpenters,,,,x",
        f"赵六,{number(211)},,Carpenters,,,,",
        f"worker 2,{number(299)},,Carpenters,,,,",
        f"别名,{number(202)},,Carpenters,,,,",
        "=1+1,,,Carpenters,,,,",
    )
    page = office.get(place).text
    for words in (
        "6 rows have faults",
        "17 digits and a digit or X",
        "“12” is not a phone number",
        "the site has no crew “Painters”",
        "there is no trade “泥人”",
        "“2026-13-01” is not a day",
        "A bank account is 8 to 30 digits",
        "姓名: is missing",
        "the same person stands in row 2",
        "has another identity number",
        "with this number worker 2 is known",
        "is a formula",
        "Row 3",
    ):
        assert words in page, words
    refused = office.send_form(place)
    assert refused.status_code == 409
    assert "Nothing was brought in" in refused.text
    assert workers(house) == before


def test_the_yes_looks_again_at_what_happened_meanwhile(house: House, office: Browser) -> None:
    place = brought(office, house, f"孙七,{number(221)},,Carpenters,,,,")
    other = brought(office, house, f"孙七,{number(221)},,Carpenters,,,,")
    before = workers(house)
    office.send_form(place)
    office.send_form(other)
    assert workers(house) == before + 1, "two lists with one man make one man"


def test_a_worker_of_another_site_comes_over_and_is_not_made_twice(
    house: House, office: Browser
) -> None:
    far = house.cast.far_worker
    house("owner").send_form(
        f"/labour/register/{house.cast.far_site}/{far}", kind="resident", identity=number(231)
    )
    before = workers(house)
    place = brought(office, house, f"worker 5,{number(231)},,Rebar,,2026-04-01,,")
    assert counts(office.get(place).text)["changed"] == 1
    office.send_form(place)
    assert workers(house) == before
    assert (
        value(
            house.cast.url,
            "SELECT crew FROM roster WHERE worker = $1 AND site = $2",
            far,
            house.cast.site,
        )
        == house.cast.other_crew
    )


def test_rows_without_a_crew_take_the_one_chosen(house: House, office: Browser) -> None:
    place = brought(office, house, "钱八,,,,,,,", crew=str(house.cast.other_crew))
    office.send_form(place)
    crew = "SELECT r.crew FROM roster r JOIN worker w ON w.id = r.worker WHERE w.name = '钱八'"
    assert value(house.cast.url, crew) == house.cast.other_crew
    again = brought(office, house, "钱八,,,,,,,", crew=str(house.cast.other_crew))
    assert counts(office.get(again).text)["same"] == 1
    assert "is missing" in office.get(brought(office, house, "无班,,,,,,,")).text


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_filled_template_is_read(house: House, office: Browser, language: str) -> None:
    empty = office.get("/labour/register/template.xlsx", headers={"accept-language": language})
    book = openpyxl.load_workbook(io.BytesIO(empty.content))
    sheet = book.worksheets[0]
    assert sheet.max_column == 14
    sheet.append(["周九", "Z9", "", number(241), "13900000241", "Rebar", "木工", "2026-03-01",
                  "", "2026-02-27", "2026-12-31", "农商行", "6222021234567890", "x"])  # fmt: skip
    filled = io.BytesIO()
    book.save(filled)
    reply = sent(office, house, filled.getvalue(), "filled.xlsx")
    page = office.get(reply.headers["location"]).text
    assert sum(counts(page).values()) == 1
    assert counts(page)["fault"] == 0, page
    assert "not read" not in page
    office.send_form(reply.headers["location"])


def test_five_thousand_rows_go_in_and_come_again_as_known(house: House, office: Browser) -> None:
    rows = [
        f"工人{n},{number(n % 1000, f'19{70 + n // 1000}0{1 + n % 9}01')},,Rebar,,,,"
        for n in range(5000)
    ]
    before = workers(house)
    place = brought(office, house, *rows)
    assert counts(office.get(place).text)["new"] == 5000
    office.send_form(place)
    assert workers(house) == before + 5000
    assert counts(office.get(brought(office, house, *rows)).text)["same"] == 5000


@pytest.mark.parametrize(
    ("who", "status"), [("supervisor", 403), ("foreman", 403), ("far_supervisor", 404),
                        ("stranger", 404)],
)  # fmt: skip
def test_who_may_not_bring_lists(house: House, office: Browser, who: str, status: int) -> None:
    place = brought(office, house, "某人,,,Carpenters,,,,")
    other = house(who)
    assert other.get(place).status_code == status
    assert other.send_form(place).status_code == status
    assert sent(other, house, HEAD.encode()).status_code == status


def test_a_request_without_a_file_or_with_a_broken_one_is_told(
    house: House, office: Browser
) -> None:
    assert (
        "No file was chosen" in office.send_form(f"/labour/register/{house.cast.site}/import").text
    )
    reply = sent(office, house, b"PK\x03\x04 broken", "l.xlsx")
    assert reply.status_code == 422
    assert "cannot be read as a list" in reply.text


def test_a_crew_or_day_that_is_none_is_told_beside_its_field(house: House, office: Browser) -> None:
    for wrong in ({"crew": "nobody's"}, {"joined_on": "yesterday"}):
        reply = sent(office, house, f"{HEAD}\n张三,,,Carpenters,,,,".encode(), **wrong)
        assert reply.status_code == 422, reply.text
