"""The pages of merging, as the office goes through them."""

import re

from tests.register.conftest import House, house
from tests.support.database import query

__all__ = ["house"]
HERE = "/labour/register/duplicates"


def test_the_office_finds_compares_merges_and_takes_it_back(house: House) -> None:
    office, (one, other) = house("office"), house.cast.workers[:2]
    query(house.cast.url, "UPDATE worker SET name = 'Same name' WHERE id = ANY($1)", [one, other])
    pair = re.search(rf"{HERE}/compare\?one=([^&]+)&amp;other=([^\"]+)", office.get(HERE).text)
    assert pair is not None
    assert set(pair.groups()) == {str(one), str(other)}
    form = {"one": str(one), "other": str(other), "kept": str(one)}
    unsure = office.send_form(f"{HERE}/compare", **form, reason="one card")
    assert unsure.status_code == 422
    assert "one card" in unsure.text
    done = office.send_form(f"{HERE}/compare", **form, reason="one card", sure="on")
    assert done.status_code == 303, done.text
    merge = done.headers["location"]
    for page in (merge, HERE):
        assert "one card" in office.get(page).text
    assert office.get(f"/labour/register/{house.cast.site}/{other}").status_code == 404
    assert house("foreman").get(merge).status_code == 403
    assert house("stranger").get(merge).status_code == 404
    undone = office.send_form(f"{merge}/undo", reason="brothers")
    assert undone.status_code == 303
    assert "brothers" in office.get(merge).text
