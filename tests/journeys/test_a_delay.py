"""A foreman without a signal says that days were lost; the supervisor reads it and decides."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.crew import found_with_yesterday, set_language, sign_in
from tests.support.browser import Phone, under_the_worker
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

WORDS = {
    "zh-CN": {"report": "上报延误", "save": "保存", "phone": "已存手机", "office": "办公室已收到",
              "days": "1.5 天", "cause": "材料", "return": "退回", "why": "请核对误工天数",
              "returned": "已退回", "mend": "修改", "approve": "通过", "approved": "已通过"},
    "en": {"report": "Report a delay", "save": "Save", "phone": "On this phone",
           "office": "The office has it", "days": "1.5 days", "cause": "Material",
           "return": "Return", "why": "Check the days lost", "returned": "Returned",
           "mend": "Mend", "approve": "Approve", "approved": "Approved"},
}  # fmt: skip


@pytest.fixture
def cast(app_server: Server) -> Cast:
    return found_with_yesterday(app_server)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_delay_said_offline_reaches_the_supervisor(
    app_server: Server, cast: Cast, new_phone: Callable[..., Phone], language: str
) -> None:
    say = WORDS[language]
    set_language(cast, language)
    foreman = new_phone(language)
    page = sign_in(foreman, app_server, cast, "foreman")
    page.goto(f"{app_server.url}/m/tasks")
    expect(page.locator("ul.tasks")).to_be_visible()
    under_the_worker(page)

    foreman.close()
    foreman.open()
    foreman.offline()
    page = foreman.open(f"{app_server.url}/m/tasks/{cast.task}")
    page.get_by_role("link", name=say["report"]).click()
    page.get_by_role("button", name=say["save"]).click()
    expect(page.get_by_role("alert")).to_be_visible()  # without a cause nothing is saved
    page.get_by_text(say["cause"], exact=True).click()
    page.get_by_text("+½", exact=True).click()
    page.locator("textarea").fill("blocks did not come")
    page.get_by_role("button", name=say["save"]).click()
    expect(page.get_by_text(say["phone"], exact=True).first).to_be_visible()
    assert value(cast.url, "SELECT count(*) FROM delay") == 0

    foreman.offline(False)
    page.goto(f"{app_server.url}/m/tasks/{cast.task}")
    expect(page.get_by_text(say["office"], exact=True).first).to_be_visible(timeout=20_000)
    rows = query(cast.url, "SELECT cause, days::text, detected FROM delay")
    assert [tuple(row) for row in rows] == [("material", "1.5", False)]
    assert foreman.faults == []

    supervisor = new_phone(language)
    page = sign_in(supervisor, app_server, cast, "supervisor")
    page.goto(f"{app_server.url}/delays")
    expect(page.get_by_text("blocks did not come")).to_be_visible()
    expect(page.get_by_text(say["days"]).first).to_be_visible()
    assert supervisor.faults == []

    page.goto(f"{app_server.url}/approvals")
    card = page.locator(".approval", has_text="blocks did not come")
    expect(card).to_contain_text(say["cause"])
    expect(card).to_contain_text("blocks did not come")
    card.locator("summary").click()
    card.get_by_role("button", name=say["why"]).click()
    expect(page.locator(".decided")).to_contain_text(say["returned"])

    phone = foreman.open(f"{app_server.url}/m/tasks/{cast.task}")
    said = phone.locator("li.item", has_text="blocks did not come")
    expect(said).to_contain_text(say["why"], timeout=20_000)
    expect(said).to_contain_text(say["returned"])
    said.get_by_role("link", name=say["mend"]).click()
    expect(phone.locator(".note.bad")).to_contain_text(say["why"])
    phone.locator("#delay-days").fill("1")
    phone.get_by_role("button", name=say["save"]).click()
    expect(said).to_contain_text(say["office"], timeout=20_000)
    rows = query(cast.url, "SELECT days::text, closed_on FROM delay")
    assert [tuple(row) for row in rows] == [("1.0", None)]

    page.goto(f"{app_server.url}/approvals")
    entry = card.locator(".approval-head").get_attribute("href")
    page.goto(f"{app_server.url}{entry}")
    page.locator(".decide-bar .primary").click()
    page.wait_for_url("**decided=**")
    phone = foreman.open(f"{app_server.url}/m/tasks/{cast.task}")
    expect(said).to_contain_text(say["approved"], timeout=20_000)
    assert foreman.faults == []
    assert supervisor.faults == []
