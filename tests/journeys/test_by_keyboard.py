"""The main job without a finger or a mouse: Tab, arrows, space and Enter, at 320 px."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.crew import (
    found_with_yesterday,
    login_of,
    send_from_the_phone,
    states,
    yesterday,
)
from tests.journeys.test_every_screen import faults_of
from tests.support.browser import Phone, under_the_worker
from tests.support.cast import Cast
from tests.support.company import PASSWORD
from tests.support.database import query, value
from tests.support.phone_words import line, sheet
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

FOCUSED = """() => { const on = document.activeElement; return on === null ? "" :
  (on.labels?.[0]?.innerText || on.getAttribute("aria-label") || on.innerText || on.name
    || "").trim(); }"""
WITHIN = "(name) => document.activeElement.closest(`[aria-label='${name}']`) !== null"
SEEN = """() => { const box = document.activeElement.getBoundingClientRect();
  const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return at !== null && (document.activeElement.contains(at) || at.contains(document.activeElement)
    || document.activeElement.labels?.[0]?.contains(at) === true); }"""


@pytest.fixture
def cast(app_server: Server) -> Cast:
    return found_with_yesterday(app_server)


def tab_to(page: Page, words: str, inside: str | None = None) -> None:
    """Press Tab until the focus is on what says these words; it must be in sight then."""
    said = []
    for _ in range(60):
        page.keyboard.press("Tab")
        said.append(page.evaluate(FOCUSED))
        there = inside is None or page.evaluate(WITHIN, inside)
        if words in said[-1] and there:
            assert page.evaluate(SEEN), f"the focus on {words!r} is hidden behind something"
            return
    raise AssertionError(f"Tab never comes to {words!r}; it came to {said}")


def sign_in(phone: Phone, server: Server, cast: Cast, member: str) -> Page:
    page = phone.open(f"{server.url}/sign-in")
    page.focus("input[name=login]")
    page.keyboard.type(login_of(cast, member))
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    under_the_worker(page)  # it takes charge of open pages; not in the middle of a key press
    return page


def test_a_day_is_recorded_and_approved_by_keyboard(
    app_server: Server, cast: Cast, new_phone: Callable[..., Phone]
) -> None:
    narrow = {"width": 320, "height": 640}
    page = sign_in(new_phone("en", viewport=narrow), app_server, cast, "foreman")
    expect(page.get_by_role("button", name="Same as yesterday")).to_be_visible()
    tab_to(page, "Same as yesterday")
    page.keyboard.press("Enter")
    tab_to(page, "1", inside="worker 2")
    page.keyboard.press("ArrowRight")
    tab_to(page, "Confirm and save")
    page.keyboard.press("Enter")
    expect(page.locator(".sheet-card").get_by_text("The office has it")).to_be_visible(
        timeout=20_000
    )
    assert states(cast) == [("submitted", 1, Decimal("3.500"))]

    desk = sign_in(new_phone("en", viewport=narrow), app_server, cast, "supervisor")
    desk.goto(f"{app_server.url}/approvals")
    for left in (1, 0):
        tab_to(desk, "Approve")
        desk.keyboard.press("Enter")
        expect(desk.locator("form[data-decide=approve]")).to_have_count(left, timeout=20_000)
        # The answer has taken the card's place and the focus with it: the next Tab starts from it.
        assert desk.evaluate("document.activeElement.matches('li.decided')")
    assert states(cast) == [("approved", 1, Decimal("3.500"))]
    assert states(cast, yesterday())[0][0] == "approved"


def test_the_clean_ones_versions_steps_and_months_are_done_by_keyboard(
    app_server: Server, cast: Cast, new_phone: Callable[..., Phone]
) -> None:
    earlier = yesterday() - timedelta(days=40)
    send_from_the_phone(app_server, cast, sheet(cast, line(cast.workers[0]), day=earlier))
    query(cast.url, "UPDATE entry SET received_at = work_day, clock_doubtful = false")
    query(cast.url, "UPDATE entry_version SET received_at = received_at - interval '41 days'")
    narrow = {"width": 320, "height": 640}
    page = sign_in(new_phone("en", viewport=narrow), app_server, cast, "owner")

    page.goto(f"{app_server.url}/approvals/clean?site={cast.site}")
    expect(page.get_by_role("checkbox")).to_have_count(2)
    tab_to(page, "Carpenters")
    page.keyboard.press("Space")
    tab_to(page, "Approve those ticked")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="1 record approved")).to_be_focused()
    tab_to(page, "Undo")
    page.keyboard.press("Enter")
    page.wait_for_url("**/approvals?*")
    assert value(cast.url, "SELECT count(*) FROM entry WHERE state = 'submitted'") == 2

    page.goto(f"{app_server.url}/approvals/clean?site={cast.site}")
    tab_to(page, "Approve those ticked")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="2 records approved")).to_be_focused()

    page.goto(f"{app_server.url}/settings/sites/{cast.site}/months")
    tab_to(page, "Close the month")
    page.keyboard.press("Enter")
    tab_to(page, "Why")
    page.keyboard.type("paid")
    page.keyboard.press("Enter")
    expect(page.get_by_text("closed", exact=True).first).to_be_visible()

    page.goto(f"{app_server.url}/settings/sites/{cast.site}/approvals")
    tab_to(page, "One: the supervisor")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Save")
    with page.expect_navigation():  # the radio was set by the arrow, before anything was saved
        page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="Two: the supervisor, then the office")).to_be_checked()
    assert value(cast.url, "SELECT steps FROM approval_rule WHERE site = $1", cast.site) == 2


def test_a_version_that_changed_meanwhile_is_compared_by_keyboard(
    app_server: Server, cast: Cast, new_phone: Callable[..., Phone]
) -> None:
    narrow = {"width": 320, "height": 640}
    page = sign_in(new_phone("en", viewport=narrow), app_server, cast, "supervisor")
    page.goto(f"{app_server.url}/approvals")
    expect(page.locator("form[data-decide=approve]")).to_have_count(1)
    entry = value(cast.url, "SELECT id FROM entry")
    lines = [line(worker) for worker in cast.workers[:3]]
    change = {"reason": "half a day", "entity_id": entry, "day": yesterday()}
    for base in (1, 2):
        lines[base] = line(cast.workers[base], "0.5")
        send_from_the_phone(app_server, cast, sheet(cast, *lines, base_version=base, **change))

    tab_to(page, "Approve")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Changed since you opened it. Nothing was decided.")).to_be_visible()
    expect(page.locator(".approval")).to_be_focused()
    assert states(cast, yesterday()) == [("submitted", 3, Decimal("2.000"))]
    tab_to(page, "Carpenters")  # the card's head leads to the record
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/approvals/{entry}")
    tab_to(page, "Compare two versions")
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare?*")
    expect(page.get_by_role("heading", level=1)).to_have_text("Versions 1 and 3")
    expect(page.get_by_text("worker 4 taken off")).to_be_visible()
    assert faults_of(page, "en") == []

    tab_to(page, "From version")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Compare")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Versions 2 and 3")
    expect(page.get_by_text("worker 4")).to_have_count(0)
    expect(page.get_by_text("worker 3: 1.0 man-days → 0.5 man-days")).to_be_visible()
    assert faults_of(page, "en") == []

    tab_to(page, "Back")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/approvals/{entry}")
    tab_to(page, "Return")
    page.keyboard.press("Enter")
    tab_to(page, "Or in your own words")
    page.keyboard.type("who says half a day?")
    page.keyboard.press("Enter")
    page.wait_for_url("**/approvals?*")
    assert states(cast, yesterday()) == [("returned", 3, Decimal("2.000"))]
    reason = value(cast.url, "SELECT return_reason FROM entry WHERE id = $1", entry)
    assert reason == "who says half a day?"
