"""The pages of the compliance pack: one click, made by a worker, taken by its maker alone."""

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator

import pytest

from daywork.compliance import service
from daywork.ground.ids import new_id
from tests.register.conftest import House, house
from tests.support.database import value
from tests.support.processes import within

__all__ = ["house"]
ASK = "/labour/compliance"


@pytest.fixture
def worker(house: House) -> Iterator[None]:
    """`daywork worker`, as it runs beside the server."""
    clean = {key: text for key, text in os.environ.items() if "DAYWORK" not in key}
    known = {"DAYWORK_HOME": str(house.home), "DAYWORK_DATABASE_URL": house.cast.url}
    process = subprocess.Popen([sys.executable, "-m", "daywork", "worker"], env=clean | known)
    yield
    process.terminate()
    process.wait(30)


def form(house: House, **other: str) -> dict[str, str]:
    fields = {"site": str(house.cast.site), "first": "2026-03", "last": "2026-03"}
    return {"order": str(new_id())} | fields | other


def test_one_click_makes_the_pack_and_the_file_comes_by_itself(house: House, worker: None) -> None:
    office = house("office")
    page = office.get(f"{ASK}?site={house.cast.site}&first=2026-03&last=2026-04")
    assert page.status_code == 200, page.text
    assert "Make the pack" in page.text
    asked = form(house)
    waiting = ""
    for _click in range(2):
        reply = office.send_form(ASK, **asked)
        assert reply.status_code == 303, reply.text
        waiting = reply.headers["location"]
    assert waiting == f"{ASK}/packs/{asked['order']}?take=1"
    assert value(house.cast.url, "SELECT count(*) FROM compliance_pack") == 1
    assert within(60, lambda: "The pack is done" in office.get(waiting).text)
    done = office.get(waiting).text
    assert "hx-trigger" not in done, "nobody asks any more"
    path = waiting.replace("?take=1", "/pack.zip")
    assert f'content="0; url={path}"' in done
    assert "Nothing: every worker has" in done
    reply = office.get(path)
    assert reply.headers["content-type"] == "application/zip"
    assert "no-store" in reply.headers["cache-control"]
    with zipfile.ZipFile(io.BytesIO(reply.content)) as archive:
        assert {"0 Cover page.pdf", "manifest.json", "9 Photos.xlsx"} <= set(archive.namelist())
    assert asked["order"] in office.get(ASK).text, "it stands under the packs"
    for who in ("owner", "supervisor", "foreman", "stranger"):
        for address in (waiting, path):
            assert house(who).get(address).status_code == 404, who


def test_the_page_tells_how_far_it_is(house: House) -> None:
    """Without a worker nothing moves, and the page goes on asking by itself."""
    asked = form(house)
    waiting = house("office").send_form(ASK, **asked).headers["location"]
    html = house("office").get(waiting).text
    assert "It begins in a moment" in html
    assert 'hx-trigger="every 2s"' in html
    assert '<noscript><meta http-equiv="refresh"' in html
    soon = house("office").get(waiting.replace("?take=1", "/pack.zip"))
    assert soon.status_code == 409


def test_all_sites_are_one_choice_for_who_has_several(house: House) -> None:
    owner = house("owner")
    page = owner.get(f"{ASK}?site=all&first=2026-01&last=2026-03").text
    assert "All 2 sites" in page
    assert "One zip with a zip for each site" in page
    assert "What is missing</strong>" not in page, "no page waits for all sites"
    reply = owner.send_form(ASK, **form(house, site="all"))
    assert reply.status_code == 303
    assert "0 of 2 sites are made" in owner.get(reply.headers["location"]).text
    assert "All 2 sites" not in house("office").get(ASK).text


def test_neither_a_long_period_nor_a_large_site_holds_the_page(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, site = house("office"), house.cast.site
    year = f"{ASK}?site={site}&first=2025-04&last=2026-03"
    assert "much to look through at once" not in office.get(year).text
    for_years = office.get(f"{ASK}?site={site}&first=2023-01&last=2026-03")
    assert for_years.status_code == 200
    assert "much to look through at once" in for_years.text
    monkeypatch.setattr(service, "workers_of", _two_thousand)
    large = office.get(f"{ASK}?site={site}&first=2026-03&last=2026-03").text
    assert "much to look through at once" in large


async def _two_thousand(_pack: service.Pack) -> int:
    return 2000


def test_what_is_not_right_is_told_where_it_was_asked(house: House) -> None:
    office = house("office")
    aimless = office.send_form(ASK, **form(house, full="on"))
    assert aimless.status_code == 422
    assert "Say what the full number is needed for" in aimless.text
    backwards = office.get(f"{ASK}?site={house.cast.site}&first=2026-03&last=2026-02")
    assert backwards.status_code == 422
    assert office.send_form(ASK, **form(house, last="2026-02")).status_code == 422
    assert office.send_form(ASK, **form(house, order="x")).status_code == 404
    for who, status in (
        ("foreman", 403),
        ("supervisor", 403),
        ("far_supervisor", 404),
        ("stranger", 404),
    ):
        assert house(who).send_form(ASK, **form(house)).status_code == status, who
    assert house("supervisor").get(ASK).status_code == 403
