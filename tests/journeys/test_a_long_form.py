"""A session ends in the middle of a long form: what was typed stands there after signing in."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.crew import set_language, sign_in
from tests.support.browser import Phone
from tests.support.cast import Cast, found
from tests.support.company import PASSWORD, quick_hash
from tests.support.database import query
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


def in_again(page: Page, login: str) -> None:
    page.wait_for_url("**/sign-in?next=*")
    page.fill("input[name=login]", login)
    page.fill("input[type=password]", PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def test_what_was_typed_when_the_session_ended_is_put_back(
    app_server: Server, new_phone: Callable[..., Phone]
) -> None:
    cast: Cast = found(app_server.database_url)
    query(cast.url, "UPDATE member SET password_hash = $1", quick_hash(PASSWORD))
    set_language(cast, "en")
    logins = dict(query(cast.url, "SELECT name, phone FROM member"))
    phone = new_phone("en")
    page = sign_in(phone, app_server, cast, "office")
    address = f"{app_server.url}/labour/pay/new?site={cast.site}"

    def fill_in() -> None:
        page.goto(address)
        page.get_by_label("What", exact=True).select_option("deduction")
        page.get_by_text("per day", exact=True).click()
        page.get_by_role("textbox", name="Amount").fill("12.50")
        page.get_by_role("textbox", name="Why").fill("tools that were lost on the night shift")
        page.locator("details.crew-ticks summary").first.click()
        page.locator("input[name=worker]:visible").first.check()
        query(cast.url, "UPDATE session SET revoked_at = now()")
        page.get_by_role("button", name="See who gets what").click()

    fill_in()
    in_again(page, logins["office"])
    expect(page.get_by_text("What you had typed stands here again.")).to_be_visible()
    assert page.url == address
    expect(page.get_by_label("What", exact=True)).to_have_value("deduction")
    expect(page.locator("input[name=basis]:checked")).to_have_value("day")
    expect(page.get_by_role("textbox", name="Amount")).to_have_value("12.50")
    expect(page.get_by_role("textbox", name="Why")).to_have_value(
        "tools that were lost on the night shift"
    )
    expect(page.locator("input[name=worker]:checked")).to_have_count(1)
    expect(page.locator("input[name=worker]:checked")).to_be_visible()

    # Taken once; and another person at the same desk never sees it.
    page.reload()
    expect(page.get_by_role("textbox", name="Why")).to_have_value("")
    fill_in()
    in_again(page, logins["owner"])
    expect(page.get_by_role("textbox", name="Why")).to_have_value("")
    assert page.evaluate("sessionStorage.getItem('daywork-typed')") is None
    assert phone.faults == []
