"""The page of the compliance pack, and the zip as a browser takes it."""

import io
import zipfile

from tests.register.conftest import House, house

__all__ = ["house"]


def test_the_office_sees_what_is_missing_and_takes_the_zip(house: House) -> None:
    office, site = house("office"), str(house.cast.site)
    page = office.get(f"/labour/compliance?site={site}&first=2026-03&last=2026-04")
    assert page.status_code == 200, page.text
    assert "Download the pack" in page.text
    asked = {"site": site, "first": "2026-03", "last": "2026-03"}
    reply = office.send_form("/labour/compliance.zip", **asked)
    assert reply.status_code == 200
    with zipfile.ZipFile(io.BytesIO(reply.content)) as archive:
        assert {"0 Cover page.pdf", "manifest.json", "9 Photos.xlsx"} <= set(archive.namelist())
    aimless = office.send_form("/labour/compliance.zip", **asked, full="on")
    assert aimless.status_code == 422
    assert "Say what the full number is needed for" in aimless.text
    backwards = office.get(f"/labour/compliance?site={site}&first=2026-03&last=2026-02")
    assert backwards.status_code == 422
    for who, status in (("foreman", 403), ("stranger", 404)):
        assert house(who).send_form("/labour/compliance.zip", **asked).status_code == status, who
    assert house("supervisor").get("/labour/compliance").status_code == 403
