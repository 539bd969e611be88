"""A foreman without a signal lends money over the limit; the supervisor sees that and decides."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.journeys.crew import found_with_yesterday, set_language, sign_in
from tests.journeys.test_approving import push
from tests.money.test_advances import advance
from tests.support.browser import Phone, under_the_worker, until
from tests.support.cast import Cast
from tests.support.database import query
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def cast(app_server: Server) -> Cast:
    cast = found_with_yesterday(app_server)
    query(
        cast.url,
        "INSERT INTO advance_limit (organisation, site, monthly, percent, set_by)"
        " VALUES ($1, $2, 800, 50, $3)",
        cast.organisation,
        cast.site,
        cast.members["owner"],
    )
    return cast


def test_an_advance_lent_offline_reaches_the_supervisor(
    app_server: Server, cast: Cast, new_phone: Callable[..., Phone]
) -> None:
    set_language(cast, "zh-CN")
    foreman = new_phone("zh-CN")
    page = sign_in(foreman, app_server, cast, "foreman")
    expect(page.get_by_role("link", name="给工人借支")).to_be_visible()
    under_the_worker(page)

    foreman.close()
    foreman.open()
    foreman.offline()
    page = foreman.open(f"{app_server.url}/m/")
    page.get_by_role("link", name="给工人借支").click()  # one tap from Today
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_have_text("请选择谁拿了钱。")
    page.locator("#advance-worker").select_option(str(cast.workers[0]))
    expect(page.locator(".figure-row")).to_contain_text("¥800.00")
    expect(page.locator(".figure-row")).to_contain_text("¥0.00")
    page.locator("#advance-amount").fill("1,000")
    expect(page.get_by_role("status").filter(has_text="超过项目限额")).to_be_visible()
    page.get_by_text("转账", exact=True).click()
    page.get_by_role("button", name="保存").click()
    said = page.locator("li[data-advance]")
    expect(said).to_contain_text("已存手机")
    expect(said).to_contain_text("¥1,000.00")
    assert query(cast.url, "SELECT 1 FROM advance") == []

    foreman.offline(False)
    page.goto(f"{app_server.url}/m/advances")
    expect(said).to_contain_text("办公室已收到", timeout=20_000)
    (row,) = query(cast.url, "SELECT amount, handed, state FROM advance")
    assert tuple(row) == (Decimal(1000), "transfer", "submitted")

    supervisor = new_phone("zh-CN")
    desk = sign_in(supervisor, app_server, cast, "supervisor")
    desk.goto(f"{app_server.url}/approvals")
    card = desk.locator(".approval", has_text="借支：worker 1")
    expect(card).to_contain_text("本月借支 ¥1,000.00，超过项目限额 ¥800.00")
    expect(card).not_to_contain_text("已挣未发¥")  # he may not see pay
    card.locator("summary").click()
    card.get_by_role("button", name="请核对金额").click()
    expect(desk.locator(".decided")).to_contain_text("已退回")

    page.goto(f"{app_server.url}/m/advances")
    expect(said).to_contain_text("已退回", timeout=20_000)
    said.get_by_role("link", name="修改").click()
    expect(page.locator(".note.bad")).to_contain_text("请核对金额")
    page.locator("#advance-amount").fill("700")
    page.get_by_role("button", name="保存").click()
    expect(said).to_contain_text("¥700.00")
    expect(said).to_contain_text("办公室已收到", timeout=20_000)

    desk.goto(f"{app_server.url}/approvals")
    entry = card.locator(".approval-head").get_attribute("href")
    desk.goto(f"{app_server.url}{entry}")
    desk.locator(".decide-bar .primary").click()
    desk.wait_for_url("**decided=**")
    page.goto(f"{app_server.url}/m/advances")
    expect(said).to_contain_text("已通过", timeout=20_000)

    said.get_by_role("button", name="作废").click()
    page.get_by_role("textbox", name="为什么？").fill("钱已退回")
    page.get_by_role("dialog").get_by_role("button", name="作废", exact=True).click()
    expect(said).to_have_count(0)
    assert foreman.faults == []
    assert supervisor.faults == []


def test_a_kept_queue_does_not_tell_what_a_worker_has_earned(
    app_server: Server, cast: Cast, new_phone: Callable[..., Phone]
) -> None:
    set_language(cast, "zh-CN")
    push(cast, app_server, advance(cast, "200"))
    phone = new_phone("zh-CN")
    page = sign_in(phone, app_server, cast, "owner")
    page.goto(f"{app_server.url}/approvals")
    under_the_worker(page)
    page.reload()
    card = page.locator(".approval", has_text="借支：worker 1")
    expect(card).to_contain_text("已挣未发¥")
    until(
        page,
        "caches.open('daywork-seen').then((seen) => seen.keys())"
        ".then((all) => all.some((one) => new URL(one.url).pathname === '/approvals'))",
    )
    phone.offline()
    page.reload()
    expect(card).to_contain_text("¥200.00")
    expect(card).not_to_contain_text("已挣未发¥")
    assert phone.faults == []
