"""Whoever goes back to a preview, or reloads it, finds the form again, and the browser never asks
whether to send it once more."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from daywork.demo.people import SITES
from tests.journeys.crew import sign_in_to_the_demo
from tests.support.browser import Phone
from tests.support.database import query, value
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_a_preview_is_reloaded_and_come_back_to_without_sending_the_form_again(
    demo_server: Server, new_phone: Callable[..., Phone]
) -> None:
    query(demo_server.database_url, "UPDATE member SET language = 'en'")
    phone = new_phone("en")
    page = sign_in_to_the_demo(phone, demo_server, "office")
    form = f"{demo_server.url}/labour/pay/new?site={SITES['lake'].id}"

    def preview() -> None:
        page.get_by_role("textbox", name="Amount").fill("18")
        page.get_by_role("textbox", name="Why").fill("rain boots")
        page.locator("details.crew-ticks summary").first.click()
        page.get_by_label("The whole crew").locator("visible=true").check()
        page.get_by_role("button", name="See who gets what").click()
        expect(page.get_by_role("button", name="Book it")).to_be_visible()

    page.goto(form)
    preview()
    assert page.url.startswith(form)
    page.reload()
    expect(page.get_by_role("button", name="See who gets what")).to_be_visible()
    preview()
    page.get_by_role("button", name="Book it").click()
    expect(page.get_by_text("rain boots")).to_be_visible()
    booked = "SELECT count(*) FROM pay_item WHERE note = 'rain boots'"
    once = value(demo_server.database_url, booked)
    page.go_back()
    expect(page.get_by_role("button", name="See who gets what")).to_be_visible()
    assert value(demo_server.database_url, booked) == once > 0
    assert phone.faults == []
