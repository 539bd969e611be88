"""A queue longer than a page: going on by keyboard, coming back, and what the phone keeps of it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys.crew import set_language, sign_in
from tests.journeys.test_approving import push
from tests.support.browser import Phone, until
from tests.support.cast import Cast, found
from tests.support.company import PASSWORD, quick_hash
from tests.support.database import query
from tests.support.phone_words import line, sheet
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

SHEETS = 35


@pytest.fixture
def cast(app_server: Server) -> Cast:
    """A supervisor before more sheets than a page shows."""
    cast = found(app_server.database_url)
    query(cast.url, "UPDATE member SET password_hash = $1", quick_hash(PASSWORD))
    set_language(cast, "en")
    days = [date(2026, 3, 5) - timedelta(days=n) for n in range(SHEETS)]
    push(cast, app_server, *(sheet(cast, line(cast.workers[0]), day=day) for day in days))
    return cast


def test_more_is_shown_by_keyboard_and_the_place_is_kept(
    app_server: Server, cast: Cast, new_phone: Callable[..., Phone]
) -> None:
    phone = new_phone("en")
    page = sign_in(phone, app_server, cast, "supervisor")
    page.goto(f"{app_server.url}/approvals?site={cast.site}")
    cards = page.locator(".approval")
    expect(cards).to_have_count(30)
    page.get_by_role("link", name="5 more are waiting").focus()
    page.keyboard.press("Enter")
    expect(cards).to_have_count(SHEETS)
    expect(cards.nth(30).locator(".approval-head")).to_be_focused()
    expect(cards.nth(30).locator(".approval-head")).to_be_in_viewport()
    expect(page.locator("#more")).to_have_count(0)
    address = page.url
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != address)
    page.go_back()
    expect(cards).to_have_count(SHEETS)
    assert phone.faults == []


def test_without_a_network_it_says_what_is_not_on_the_phone(
    app_server: Server, cast: Cast, new_phone: Callable[..., Phone]
) -> None:
    phone = new_phone("en")
    page = sign_in(phone, app_server, cast, "supervisor")
    page.goto(f"{app_server.url}/approvals?site={cast.site}")
    until(
        page,
        "caches.open('daywork-seen').then((seen) => seen.keys()).then((all) =>"
        " all.some((one) => new URL(one.url).pathname === '/approvals'))",
    )
    words = page.get_by_text("5 more are waiting. They can be shown when there is a connection.")
    more = page.get_by_role("link", name="5 more are waiting")
    expect(more).to_be_visible()
    expect(words).to_be_hidden()
    phone.offline()
    expect(words).to_be_visible()
    expect(more).to_be_hidden()
    page.goto(f"{app_server.url}/approvals?site={cast.site}&shown=60")  # as it was when gone on
    expect(page.locator("#offline-words")).to_contain_text("No connection")
    expect(page.locator(".approval")).to_have_count(30)
    expect(words).to_be_visible()
    phone.offline(False)
    expect(more).to_be_visible()
