"""The calendar page: what the office sets stands in it, and others neither see nor change it."""

from uuid import UUID

import pytest

from tests.sites.test_settings import OFFICE, OWNER, SITE, Cast, cast
from tests.support.database import query, value

__all__ = ["cast"]

CLOSED = {
    "kind": "closed",
    "first_day": "2026-11-26",
    "last_day": "2026-11-27",
    "cause": "weather",
    "weather": "storm",
}


def path_of(site: UUID) -> str:
    return f"/settings/sites/{site}/calendar"


def test_a_month_tells_holidays_and_swapped_days(cast: Cast) -> None:
    text = cast.browser(OFFICE).get(f"{path_of(cast.here)}?month=2026-02").text
    assert "Spring Festival" in text
    assert text.count("Statutory holiday") == 4
    assert text.count("Workday, swapped") == 2


def test_a_year_that_is_not_published_is_marked(cast: Cast) -> None:
    office = cast.browser(OFFICE)
    assert "Provisional" in office.get(f"{path_of(cast.here)}?month=2027-02").text
    assert "Provisional" not in office.get(f"{path_of(cast.here)}?month=2026-02").text


def test_a_storm_closes_the_site_and_is_taken_back(cast: Cast) -> None:
    office = cast.browser(OFFICE)
    path = path_of(cast.here)
    assert office.send_form(path, **CLOSED).headers["location"] == f"{path}?month=2026-11"
    assert "Storm or typhoon" in office.get(f"{path}?month=2026-11").text
    exception = value(cast.url, "SELECT id FROM site_exception")
    assert office.send_form(f"{path}/{exception}/withdraw").status_code == 303
    assert "Take back" not in office.get(f"{path}?month=2026-11").text
    assert value(cast.url, "SELECT withdrawn_at IS NOT NULL FROM site_exception")
    assert office.send_form(f"{path}/{exception}/withdraw").status_code == 404


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("last_day", "2026-11-01"),
        ("last_day", "2028-11-01"),
        ("weather", ""),
        ("kind", "holiday"),
        ("first_day", ""),
    ],
)
def test_an_exception_that_cannot_be_is_told(cast: Cast, field: str, typed: str) -> None:
    reply = cast.browser(OFFICE).send_form(path_of(cast.here), **{**CLOSED, field: typed})
    assert reply.status_code == 422
    assert not query(cast.url, "SELECT 1 FROM site_exception")


@pytest.mark.parametrize("who", [3, 4, 5])
def test_the_calendar_is_its_offices_alone(cast: Cast, who: int) -> None:
    browser = cast.browser(who)
    path = path_of(cast.here)
    assert browser.get(path).status_code in (403, 404)
    assert browser.send_form(path, **CLOSED).status_code in (403, 404)
    assert not query(cast.url, "SELECT 1 FROM site_exception")


def test_a_site_keeps_its_country_and_tolerance(cast: Cast) -> None:
    path = f"/settings/sites/{cast.here}/edit"
    form = {**SITE, "country": "NZ", "region": "AUK", "delay_tolerance": "5"}
    assert cast.browser(OWNER).send_form(path, **form).status_code == 303
    row = query(
        cast.url, "SELECT country, region, delay_tolerance FROM site WHERE id = $1", cast.here
    )
    assert tuple(row[0]) == ("NZ", "AUK", 5)
    wrong = cast.browser(OWNER).send_form(path, **{**form, "region": "Atlantis"})
    assert wrong.status_code == 422
    never = cast.browser(OWNER).send_form(path, **{**form, "rest_weekdays": list("1234567")})
    assert never.status_code == 422
