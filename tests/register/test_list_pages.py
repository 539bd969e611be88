"""The list of a site's workers: found by what is known of them, so many at a time."""

import re

from daywork.web.stretches import AT_ONCE
from tests.register.conftest import House
from tests.support.company import Browser
from tests.support.database import value


def names_on(html: str) -> list[str]:
    return re.findall(r'<a class="door-name strong"[^>]*>(.*?)</a>', html)


def test_a_worker_is_found_by_name_number_or_phone(house: House, office: Browser) -> None:
    here = f"/labour/register?site={house.cast.site}"
    everybody = names_on(office.get(here).text)
    assert len(everybody) > 2
    worker = house.cast.workers[1]
    number, phone = "Z-77", "15012345678"
    office.send_form(
        f"/settings/sites/{house.cast.site}/workers/{worker}",
        name="Ōta Haruki",
        number=number,
        phone=phone,
        crew=str(house.cast.crew),
        joined_on="2026-01-05",
    )
    for asked in ("haru", "z-77", "150 1234 5678", "345678"):
        assert names_on(office.get(f"{here}&find={asked}").text) == ["Ōta Haruki"], asked
    assert names_on(office.get(f"{here}&find=+").text) != []
    nobody = office.get(f"{here}&find=nobody+of+that+name")
    assert names_on(nobody.text) == []
    assert "Nobody here is called that" in nobody.text


def test_a_long_list_comes_in_pages_and_loses_nobody(house: House, office: Browser) -> None:
    added = [f"Hand {n:03}" for n in range(AT_ONCE + 20)]
    reply = office.send_form(
        f"/settings/sites/{house.cast.site}/workers",
        names="\n".join(added),
        crew=str(house.cast.crew),
        joined_on="2026-01-05",
    )
    assert reply.status_code == 303, reply.text
    address: str | None = f"/labour/register?site={house.cast.site}&find=Hand"
    seen: list[str] = []
    while address:
        page = office.get(address).text
        seen += names_on(page)
        following = re.search(r'rel="next" href="([^"]*)"', page)
        address = following[1].replace("&amp;", "&") if following else None
    assert seen == added
    there = value(house.cast.url, "SELECT count(*) FROM worker WHERE name LIKE 'Hand %'")
    assert there == len(added)
    for beyond in ("99999", "-1", "x"):
        page = office.get(f"/labour/register?site={house.cast.site}&find=Hand&skip={beyond}")
        assert names_on(page.text)[0] == added[0], beyond


def test_who_sees_no_pay_finds_nobody(house: House) -> None:
    reply = house("foreman").get(f"/labour/register?site={house.cast.site}&find=worker")
    assert reply.status_code == 403
    assert "worker 1" not in reply.text
