"""A worker looks at his month on the foreman's phone without a network, and signs or disputes."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.crew import found_with_yesterday, set_language, sign_in, today, yesterday
from tests.journeys.test_signing import draw
from tests.support.browser import Phone, under_the_worker
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

WORDS = {
    "en": {
        "same": "Same as yesterday",
        "save": "Confirm and save",
        "check": "Let workers check their days",
        "mine": "I am worker {}: show my days",
        "right": "Yes, the days are right",
        "wrong": "Not right",
        "sum": "The sum is not right",
        "so": "That is how it was",
        "dispute": "Yes, this is what I dispute",
        "back": "I have it back: go on",
        "phone": "On this phone",
        "sign": "Sign above, or type your name.",
        "outbox": "Cross-check worker 1",
        "confirmed": "Confirmed",
        "disputed": "Disputed",
        "on": "on foreman’s phone",
        "stands": "The record stands",
        "leaves": "The office leaves it as it is",
    },
    "zh-CN": {
        "same": "同昨日",
        "save": "确认并保存",
        "check": "让工人对工",
        "mine": "我是worker {}：看我的出勤",
        "right": "对，没有问题",
        "wrong": "不对",
        "sum": "合计不对",
        "so": "就是这样",
        "dispute": "是的，我对这些有异议",
        "back": "手机已收回：继续",
        "phone": "已存手机",
        "sign": "请在上面签字，或填写姓名。",
        "outbox": "对工 worker 1",
        "confirmed": "已确认",
        "disputed": "有异议",
        "on": "在foreman的手机上",
        "stands": "维持原记录",
        "leaves": "办公室维持原记录",
    },
}


def person(page: Page, cast: Cast, which: int) -> Locator:
    """The worker's row in the foreman's list."""
    return page.locator(f"[data-worker='{cast.workers[which]}']")


def hand_over(page: Page, cast: Cast, which: int, words: dict[str, str]) -> None:
    """The foreman picks him, and he says who he is."""
    person(page, cast, which).click()
    expect(page.locator("[data-stage=cover]")).to_be_visible()
    page.get_by_role("button", name=words["mine"].format(which + 1)).click()
    expect(page.locator("[data-stage=days]")).to_be_visible()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_days_signed_and_disputed_without_a_network_reach_the_office(
    app_server: Server, new_phone: Callable[..., Phone], language: str
) -> None:
    cast, words = found_with_yesterday(app_server), WORDS[language]
    set_language(cast, language)
    phone = new_phone(language)
    page = sign_in(phone, app_server, cast, "foreman")
    under_the_worker(page)
    page.goto(f"{app_server.url}/m/check")
    expect(person(page, cast, 0)).to_contain_text("1.0")

    # Switched on without a signal: today's sheet, and then the workers look.
    phone.close()
    page = phone.open()
    phone.offline()
    page.goto(f"{app_server.url}/m/")
    page.get_by_role("button", name=re.compile(f"^{words['same']}")).click()
    page.get_by_role("button", name=words["save"]).click()
    expect(page.get_by_text(words["phone"], exact=True).first).to_be_visible()
    page.get_by_role("link", name=words["check"]).click()
    hand_over(page, cast, 0, words)

    # Nothing but his own: no tabs, no other name, no outbox.
    expect(page.locator("nav, header.bar")).to_have_count(0)
    assert "worker 2" not in page.inner_text("body")
    days = 2 if yesterday().month == today().month else 1
    expect(page.locator("[data-day]")).to_have_count(days)
    fresh = page.locator(f"[data-day='{today()}'] .badge")
    expect(fresh).to_have_text(words["phone"])
    page.get_by_role("button", name=words["right"]).click()
    expect(page.get_by_role("alert")).to_have_text(words["sign"])
    draw(page)
    page.get_by_role("button", name=words["right"]).click()
    expect(page.locator("[data-stage=done] .badge")).to_have_text(words["phone"])

    # The battery dies; what he signed is there.
    phone.kill()
    page = phone.open()
    phone.offline()
    page.goto(f"{app_server.url}/m/outbox")
    expect(page.locator(".outbox-head .big")).to_have_text("2")
    expect(page.get_by_text(words["outbox"])).to_be_visible()
    page.goto(f"{app_server.url}/m/check")
    expect(person(page, cast, 0)).to_contain_text(words["confirmed"])

    # The next one remembers today otherwise, and the sum.
    hand_over(page, cast, 1, words)
    page.locator(f"[data-day='{today()}']").get_by_role("button", name=words["wrong"]).click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=man_days]").fill("0.5")
    dialog.get_by_role("button", name=words["so"]).click()
    expect(dialog.get_by_role("alert")).to_have_count(1)  # why?
    dialog.locator("textarea").fill("I left at noon")
    # Two taps that a busy phone hears in one breath: the dialog that the second opens stays.
    so = dialog.get_by_role("button", name=words["so"]).element_handle()
    page.get_by_role("button", name=words["sum"], include_hidden=True).evaluate(
        "(sum, so) => { so.click(); sum.click(); }", so
    )
    dialog.locator("[name=man_days]").fill("9")
    dialog.locator("textarea").fill("I count nine")
    dialog.get_by_role("button", name=words["so"]).click()
    page.fill("#check-name", "Li Si")
    page.get_by_role("button", name=words["dispute"]).click()
    page.get_by_role("button", name=words["back"]).click()
    expect(person(page, cast, 1)).to_contain_text(words["disputed"])
    assert query(cast.url, "SELECT 1 FROM cross_check") == []

    phone.offline(False)
    page.goto(f"{app_server.url}/m/outbox")
    expect(page.locator(".outbox-head .big")).to_have_text("0", timeout=20_000)
    said: list[Any] = query(
        cast.url,
        "SELECT outcome, name, strokes ~ '^M' AS drawn, taken_by = $1 AS his FROM cross_check"
        " ORDER BY outcome",
        cast.members["foreman"],
    )
    assert [tuple(one) for one in said] == [
        ("confirmed", "worker 1", True, True),
        ("disputed", "Li Si", False, True),
    ]

    # The office sees on whose phone; the supervisor answers; the worker reads it where he asked.
    office = new_phone(language)
    desk = sign_in(office, app_server, cast, "office")
    desk.goto(f"{app_server.url}/labour/crosscheck?site={cast.site}")
    board = desk.locator(".cross-check")
    expect(board.filter(has_text="worker 1")).to_contain_text(words["confirmed"])
    expect(board.filter(has_text="worker 1")).to_contain_text(words["on"])
    expect(board.filter(has_text="worker 2")).to_contain_text(words["disputed"])
    supervisor = new_phone(language)
    desk = sign_in(supervisor, app_server, cast, "supervisor")
    desk.goto(f"{app_server.url}/approvals/disputes")
    expect(desk.locator("[name=answer]")).to_have_count(2)
    for left in (1, 0):
        desk.locator("[name=answer]").first.fill("The guard saw you till five")
        desk.get_by_role("button", name=words["stands"]).first.click()
        expect(desk.locator("[name=answer]")).to_have_count(left)
    page.goto(f"{app_server.url}/m/check")
    hand_over(page, cast, 1, words)
    expect(page.get_by_text("The guard saw you till five").first).to_be_visible(timeout=20_000)
    expect(page.get_by_text(words["leaves"]).first).to_be_visible()
    assert value(cast.url, "SELECT count(*) FROM chain_link WHERE kind = 'crosscheck.dispute'") == 2
    assert [*phone.faults, *office.faults, *supervisor.faults] == []


SPOILT = """(member) => new Promise((done) => {
  const asked = indexedDB.open(`daywork-${member}`);
  asked.onsuccess = () => {
    const db = asked.result;
    const tx = db.transaction("outbox", "readwrite");
    tx.objectStore("outbox").openCursor().onsuccess = ({ target }) => {
      const at = target.result;
      if (!at) return;
      if (at.value.type === "labour.cross_check") {
        at.value.payload.shown = { "1999-01-01": ["1", "0"] };
        at.update(at.value);
      }
      at.continue();
    };
    tx.oncomplete = () => { db.close(); done(); };
  };
})"""
"""What an app with a mistake might have kept."""


def test_an_answer_that_the_office_would_not_have_is_mended_with_the_worker(
    app_server: Server, new_phone: Callable[..., Phone]
) -> None:
    cast, words = found_with_yesterday(app_server), WORDS["en"]
    set_language(cast, "en")
    phone = new_phone("en")
    page = sign_in(phone, app_server, cast, "foreman")
    under_the_worker(page)
    page.goto(f"{app_server.url}/m/check")
    expect(person(page, cast, 0)).to_contain_text("1.0")
    phone.offline()
    # The word about it moves the list down: nobody is tapped before it stands still.
    expect(page.get_by_text("No network.", exact=False)).to_be_visible()
    hand_over(page, cast, 0, words)
    page.locator("[data-day]").get_by_role("button", name=words["wrong"]).click()
    page.locator("dialog [name=man_days]").fill("0.5")
    page.locator("dialog textarea").fill("I left at noon")
    page.locator("dialog [type=submit]").click()
    page.fill("#check-name", "Wang Wu")
    page.get_by_role("button", name=words["dispute"]).click()
    expect(page.locator("[data-stage=done]")).to_be_visible()
    page.evaluate(SPOILT, str(cast.members["foreman"]))

    phone.offline(False)
    page.goto(f"{app_server.url}/m/outbox")
    trouble = page.locator(".trouble")
    expect(trouble).to_contain_text("This day does not belong to the month", timeout=20_000)
    trouble.get_by_role("link", name="Mend").click()
    page.get_by_role("button", name=words["mine"].format(1)).click()
    expect(page.locator("[data-day]")).to_contain_text("you say: 0.5")
    page.get_by_role("button", name=words["dispute"]).click()
    expect(page.locator("[data-stage=done]")).to_be_visible()
    page.goto(f"{app_server.url}/m/outbox")
    expect(page.locator(".outbox-head .big")).to_have_text("0", timeout=20_000)
    expect(trouble).to_have_count(0)
    (row,) = query(cast.url, "SELECT name, claims::text AS claims FROM cross_check")
    assert row["name"] == "Wang Wu"
    assert '"0.5"' in row["claims"]


def test_who_leads_no_crew_hands_over_nothing(
    app_server: Server, new_phone: Callable[..., Phone]
) -> None:
    cast = found_with_yesterday(app_server)
    set_language(cast, "en")
    phone = new_phone("en")
    page = sign_in(phone, app_server, cast, "other_foreman")
    page.goto(f"{app_server.url}/m/check/{cast.workers[0]}")
    expect(page.get_by_text("This worker is not in a crew of yours")).to_be_visible()
    supervisor = new_phone("en")
    page = sign_in(supervisor, app_server, cast, "supervisor")
    page.goto(f"{app_server.url}/m/check/{cast.workers[0]}")
    expect(page.get_by_text("You lead no crew here")).to_be_visible()
    assert "worker 1" not in page.inner_text("main")
