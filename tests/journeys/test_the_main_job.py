"""The title of it all: a crew's day recorded offline on a phone reaches the office, is approved.

Real browser, real server, real Postgres. The phone's network is cut, its browser is killed between
saving and sending, and what it said was saved arrives all the same, once.
"""

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.crew import (
    found_with_yesterday,
    set_language,
    sign_in,
    states,
    yesterday,
)
from tests.support.browser import Phone, under_the_worker
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

WORDS = {
    "zh-CN": {
        "same": "同昨日",
        "save": "确认并保存",
        "on phone": "已存手机",
        "office": "办公室已收到",
        "approve": "通过",
        "return": "退回",
        "reason": "请核对工数",
        "correct": "修改",
        "signed in": "今日",
    },
    "en": {
        "same": "Same as yesterday",
        "save": "Confirm and save",
        "on phone": "On this phone",
        "office": "The office has it",
        "approve": "Approve",
        "return": "Return",
        "reason": "Check the man-days",
        "correct": "Mend",
        "signed in": "Today",
    },
}


@pytest.fixture
def cast(app_server: Server) -> Cast:
    return found_with_yesterday(app_server)


def card(page: Page) -> Locator:
    """The day's sheet; the strip of days above it says the same words of other days."""
    return page.locator(".sheet-card")


def decided(page: Page, button: Locator) -> None:
    """Press a button that decides, and wait for the answer to that and to nothing else the page
    sends meanwhile."""
    with page.expect_response(
        lambda answer: answer.request.method == "POST" and "/approvals" in answer.url
    ) as answer:
        button.click()
    assert answer.value.ok


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_day_recorded_offline_survives_a_killed_browser_and_is_approved_once(
    app_server: Server, cast: Cast, new_phone: Callable[..., Phone], language: str
) -> None:
    say = WORDS[language]
    set_language(cast, language)
    foreman = new_phone(language)
    page = sign_in(foreman, app_server, cast, "foreman")
    expect(page.get_by_role("button", name=say["same"])).to_be_visible()
    under_the_worker(page)

    # Signed in yesterday; today no signal: a cold start, two taps, one exception.
    foreman.close()
    foreman.open()
    foreman.offline()
    page = foreman.open(f"{app_server.url}/m/")
    page.get_by_role("button", name=say["same"]).click()
    page.get_by_role("radiogroup", name="worker 2").get_by_text("½", exact=True).click()
    page.get_by_role("button", name=say["save"]).click()
    expect(page.get_by_text(say["on phone"], exact=True).first).to_be_visible()
    assert states(cast) == []

    # The battery dies between saving and sending.
    foreman.kill()
    foreman.open()
    foreman.offline()
    page = foreman.open(f"{app_server.url}/m/outbox")
    expect(page.get_by_text(say["on phone"], exact=True).first).to_be_visible()
    assert states(cast) == []

    # Signal again: it goes by itself, once.
    foreman.offline(False)
    page.goto(f"{app_server.url}/m/")
    expect(card(page).get_by_text(say["office"], exact=True)).to_be_visible(timeout=20_000)
    assert states(cast) == [("submitted", 1, Decimal("3.500"))]
    page.reload()
    expect(card(page).get_by_text(say["office"], exact=True)).to_be_visible()
    assert foreman.faults == []

    # The supervisor approves on a phone.
    supervisor = new_phone(language)
    desk = sign_in(supervisor, app_server, cast, "supervisor")
    desk.goto(f"{app_server.url}/approvals")
    for left in (1, 0):
        decided(desk, desk.get_by_role("button", name=say["approve"]).first)
        expect(desk.get_by_role("button", name=say["approve"])).to_have_count(left)
    assert states(cast) == [("approved", 1, Decimal("3.500"))]
    earned = value(cast.url, "SELECT sum(earned) FROM labour_line WHERE live")
    assert earned == Decimal("2250.00"), "7.5 工 at 300"
    assert supervisor.faults == []

    # And the office sees it without retyping.
    office = new_phone(language)
    books = sign_in(office, app_server, cast, "office")
    books.goto(f"{app_server.url}/labour")
    expect(books.get_by_text("worker 2").first).to_be_visible()
    assert office.faults == []


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_returned_sheet_comes_back_with_its_reason_and_is_mended(
    app_server: Server, cast: Cast, new_phone: Callable[..., Phone], language: str
) -> None:
    say = WORDS[language]
    set_language(cast, language)
    supervisor = new_phone(language)
    desk = sign_in(supervisor, app_server, cast, "supervisor")
    desk.goto(f"{app_server.url}/approvals")
    desk.locator("summary", has_text=say["return"]).first.click()
    decided(desk, desk.get_by_role("button", name=say["reason"]).first)
    assert value(cast.url, "SELECT state FROM entry") == "returned"

    foreman = new_phone(language)
    page = sign_in(foreman, app_server, cast, "foreman")
    page.goto(f"{app_server.url}/m/?day={yesterday()}")
    expect(page.get_by_text(say["reason"]).first).to_be_visible()
    page.get_by_role("button", name=say["correct"]).first.click()
    page.get_by_role("radiogroup", name="worker 1").get_by_text("0", exact=True).click()
    page.locator(".save button, button.primary").last.click()
    expect(card(page).get_by_text(say["office"], exact=True)).to_be_visible(timeout=20_000)
    row = query(cast.url, "SELECT e.state, e.version, s.man_days FROM entry e, labour_sheet s")[0]
    assert tuple(row) == ("submitted", 2, Decimal("3.000"))
    assert foreman.faults == []
