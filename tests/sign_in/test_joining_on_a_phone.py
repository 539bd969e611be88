"""In a real browser: the office invites, the foreman joins on his phone and pairs another one."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.browser import Phone
from tests.support.company import PASSWORD, Company
from tests.support.server import Server

WORDS = {
    "zh-CN": ("加入", "继续", "登录成功", "输入六位验证码"),
    "en": ("Join", "Go on", "You are in", "Type the six-digit code"),
}


@pytest.mark.browser
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_an_invitation_leads_into_the_app_and_on_to_a_second_phone(
    app_server: Server, new_phone: Callable[..., Phone], locale: str
) -> None:
    join, go_on, joined, type_code = WORDS[locale]
    company = Company(app_server.database_url)
    site = company.site()
    company.member("王芳", "+8613800138000", owner=True)

    office = new_phone("en")
    page = office.open(f"{app_server}/sign-in?next=/members/invite")
    page.get_by_label("Phone number or e-mail").fill("13800138000")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Full name").fill("李强")
    page.get_by_label("Phone number or e-mail").fill("13900139000")
    page.locator(f"#role-{site}").select_option("foreman")
    page.get_by_role("button", name="Make the invitation").click()
    link = page.locator("#link").input_value()
    assert page.locator(".qr img").bounding_box()

    foreman = new_phone(locale)
    page = foreman.open(link)
    page.locator("#password").fill("mixer truck 42")
    page.get_by_role("button", name=join).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(joined)
    digits = page.locator(".big-code").inner_text()

    second = new_phone(locale)
    page = second.open(f"{app_server}/code")
    expect(page.get_by_role("heading", level=1)).to_have_text(type_code)
    page.locator("#code").fill(digits)
    page.get_by_role("button", name=go_on).click()
    page.wait_for_url("**/m/**")
    page.goto(f"{app_server}/me")
    assert "李强" in page.locator("main").inner_text()
    assert page.locator("main .list .item").count() == 2
    assert office.faults == foreman.faults == second.faults == []
