"""A clerk in a browser: gives the workers without a rate one, and a crew its meals."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from daywork.demo.people import SITES
from tests.journeys.crew import sign_in_to_the_demo
from tests.support.browser import Phone
from tests.support.database import Demo, query
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_a_clerk_fills_in_missing_rates_and_books_a_crews_meals(
    demo: Demo, demo_server: Server, new_phone: Callable[..., Phone]
) -> None:
    query(demo_server.database_url, "UPDATE member SET language = 'en'")
    phone = new_phone("en")
    page = sign_in_to_the_demo(phone, demo_server, "office")
    lake = f"site={SITES['lake'].id}&month={demo.today:%Y-%m}"

    page.goto(f"{demo_server.url}/labour/rates?{lake}")
    missing = page.locator("form[action*='/labour/rates/fill']")
    expect(missing.get_by_label("man-day")).to_be_checked()
    missing.get_by_text("hour", exact=True).click()
    missing.get_by_label("Amount").fill("32.5")
    missing.get_by_role("button", name="Agree and price the lines").click()
    expect(page.get_by_text("Every approved line of this month has its rate")).to_be_visible()
    priced = "SELECT DISTINCT unit, amount FROM rate WHERE amount = 32.5"
    assert [tuple(row) for row in query(demo_server.database_url, priced)] == [("hour", 32.5)]

    page.goto(f"{demo_server.url}/labour/pay/new?{lake}")
    page.get_by_label("What", exact=True).select_option("meal")
    page.get_by_text("per day", exact=True).click()
    page.get_by_role("textbox", name="Amount").fill("18")
    page.get_by_role("textbox", name="Why").fill("night shift")
    page.locator("details.crew-ticks summary").first.click()
    page.get_by_label("The whole crew").locator("visible=true").check()
    page.get_by_role("button", name="See who gets what").click()
    expect(page.get_by_role("heading", name="Meals: ¥")).to_be_visible()
    with page.expect_navigation():  # this page says "night shift" before anything is booked
        page.get_by_role("button", name="Book it").click()
    expect(page.get_by_text("night shift")).to_be_visible()
    booked = "SELECT count(*) FROM pay_item WHERE note = 'night shift' AND basis_unit = 'day'"
    assert query(demo_server.database_url, booked)[0][0] > 3
    assert phone.faults == []
