"""A month of more workers than a page shows, by keyboard on the smallest phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from daywork.summary import pages
from tests.journeys.crew import found_with_yesterday, yesterday
from tests.journeys.test_by_keyboard import sign_in
from tests.support.browser import Phone
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

WIDER = "document.documentElement.scrollWidth - innerWidth"


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_everybody_is_reached_and_found_by_keyboard(
    app_server: Server,
    new_phone: Callable[..., Phone],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:
    monkeypatch.setattr(pages, "ROWS_AT_ONCE", 2)
    cast = found_with_yesterday(app_server)
    narrow = {"width": 320, "height": 640}
    page = sign_in(new_phone(language, viewport=narrow), app_server, cast, "owner")
    page.goto(f"{app_server.url}/labour?month={yesterday():%Y-%m}&by=worker")
    rows = page.locator("table.doors .door-name")
    expect(rows).to_have_count(2)
    page.focus("#find")
    for _ in range(60):
        if page.evaluate("document.activeElement.id === 'more-rows'"):
            break
        page.keyboard.press("Tab")
    assert page.evaluate(WIDER) == 0
    page.keyboard.press("Enter")
    expect(rows).to_have_count(4)
    # There is no button any more: the focus is on the first row that came.
    expect(rows.nth(2)).to_be_focused()
    assert page.evaluate(WIDER) == 0

    page.focus("#find")
    page.keyboard.type("worker 3")
    page.keyboard.press("Enter")
    expect(rows).to_have_text(["worker 3"])
    expect(page.locator("#find")).to_be_focused()
    expect(page.locator("#find")).to_have_value("worker 3")
    assert page.evaluate(WIDER) == 0
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("nobody")
    page.keyboard.press("Enter")
    expect(page.get_by_text("“nobody”")).to_be_visible()
    assert page.evaluate(WIDER) == 0
