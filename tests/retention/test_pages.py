"""The retention page over HTTP: who sees it, who may purge, and what it says on the way."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.register.conftest import House, house
from tests.support.company import Browser
from tests.support.database import query, value
from tests.support.disputes import disputed

__all__ = ["house"]


def path(house: House) -> str:
    return f"/settings/sites/{house.cast.site}/retention"


def days(house: House, completed: date | None, settled: date | None) -> None:
    query(
        house.cast.url,
        "UPDATE site SET completed_on = $2, settled_on = $3 WHERE id = $1",
        house.cast.site,
        completed,
        settled,
    )


@pytest.fixture(autouse=True)
def open_again(house: House) -> None:
    """Every test begins with a site that is not done."""
    days(house, None, None)


def hidden(html: str) -> dict[str, str]:
    """The form that purges: what the page says would go."""
    form = html[html.index("/retention/purge") :]
    return dict(re.findall(r'name="(photos|workers)" value="(\d+)"', form))


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("owner", 200),
        ("office", 200),
        ("supervisor", 403),
        ("foreman", 403),
        ("far_supervisor", 404),
        ("stranger", 404),
    ],
)
def test_who_sees_the_page_and_who_may_say_that_a_site_is_done(
    house: House, who: str, status: int
) -> None:
    browser = house(who)
    assert browser.get(path(house)).status_code == status
    noted = browser.send_form(path(house), completed_on="2024-05-01", settled_on="")
    assert noted.status_code == (303 if status == 200 else status)
    kept = value(house.cast.url, "SELECT completed_on FROM site WHERE id = $1", house.cast.site)
    assert kept == (date(2024, 5, 1) if status == 200 else None)


def test_nobody_without_a_sign_in(house: House) -> None:
    reply = Browser(house.url).get(path(house))
    assert reply.status_code in (303, 401)
    assert house.cast.site.hex not in reply.text


def test_a_day_that_is_none_and_one_to_come_are_told_at_the_field(house: House) -> None:
    office = house("office")
    reply = office.send_form(path(house), completed_on="31 June", settled_on="")
    assert reply.status_code == 422
    assert "31 June" in reply.text, "what was typed is still there"
    ahead = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    assert office.send_form(path(house), completed_on=ahead, settled_on="").status_code == 422
    alone = office.send_form(path(house), completed_on="", settled_on="2024-05-01")
    assert alone.status_code == 422
    assert "These days do not fit" in alone.text


def test_a_locked_site_offers_no_purge_and_refuses_one(house: House) -> None:
    owner = house("owner")
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    for completed, settled, said in (
        (None, None, "The site is not completed and settled"),
        (date(2018, 1, 1), None, "The site is not completed and settled"),
        (yesterday, yesterday, "Everything must be kept until"),
    ):
        days(house, completed, settled)
        html = owner.get(path(house)).text
        assert said in html
        assert "/retention/purge" not in html
        reply = owner.send_form(
            f"{path(house)}/purge", reason="room", sure="on", photos="0", workers="4"
        )
        assert reply.status_code == 409
    gone = "SELECT count(*) FROM retention_purge WHERE organisation = $1"
    assert value(house.cast.url, gone, house.cast.organisation) == 0


def test_only_the_owner_is_offered_the_purge(house: House) -> None:
    days(house, date(2018, 1, 1), date(2018, 2, 1))
    html = house("office").get(path(house)).text
    assert "The time is over" in html
    assert "/retention/purge" not in html
    for who, status in (
        ("office", 403),
        ("supervisor", 403),
        ("foreman", 403),
        ("far_supervisor", 404),
        ("stranger", 404),
    ):
        reply = house(who).send_form(
            f"{path(house)}/purge", reason="x", sure="on", photos="0", workers="4"
        )
        assert reply.status_code == status, who


def test_the_owner_purges_what_the_page_named_once(house: House) -> None:
    owner, purge = house("owner"), f"{path(house)}/purge"
    days(house, date(2018, 1, 1), date(2018, 2, 1))
    shown = hidden(owner.get(path(house)).text)
    assert shown == {"photos": "0", "workers": "4"}
    for lacking in ({"reason": "", "sure": "on"}, {"reason": "over"}):
        assert owner.send_form(purge, **shown, **lacking).status_code == 422
    said = {"reason": "three years are over <b>", "sure": "on"}
    other = owner.send_form(purge, **{**shown, "workers": "3"}, **said)
    assert other.status_code == 409
    assert "has changed meanwhile" in other.text
    junk = owner.send_form(purge, photos="many", workers="", **said)
    assert junk.status_code == 409
    assert owner.send_form(purge, **shown, **said).status_code == 303
    html = owner.get(path(house)).text
    assert "three years are over &lt;b&gt;" in html
    assert "4 workers" in html
    assert "/retention/purge" not in html, "nothing is left to purge"
    assert owner.send_form(purge, **shown, **said).status_code == 409
    names = query(
        house.cast.url, "SELECT DISTINCT name FROM worker WHERE id = ANY($1)", house.cast.workers
    )
    assert [row["name"] for row in names] == ["(—)"]
    audit = "SELECT count(*) FROM audit_event WHERE organisation = $1 AND action = 'site.purged'"
    assert value(house.cast.url, audit, house.cast.organisation) == 1


def test_a_disputed_day_is_told_before_anything_else(house: House) -> None:
    days(house, date(2018, 1, 1), date(2018, 2, 1))
    disputed(house.cast, date(2018, 1, 4))
    html = house("owner").get(path(house)).text
    assert "A worker disputes 1 day of this site" in html
    assert "/retention/purge" not in html
    settling = house("office").send_form(
        path(house), completed_on="2018-01-01", settled_on="2018-02-01"
    )
    assert settling.status_code == 409
    assert "still disputed: 1" in settling.text
