"""The hands of an office and its people: signed-in screens, buttons pressed, files taken."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.support.browser import Phone
from tests.support.company import PASSWORD, Company
from tests.support.database import query
from tests.support.server import Server


class Office:
    """The screens of the people of one company."""

    def __init__(self, server: Server, new_phone: Callable[..., Phone]) -> None:
        self.url, self.database, self.new_phone = server.url, server.database_url, new_phone
        self.company = Company(server.database_url)
        self.owner = self.company.member("陈志远", "+8613911110001", owner=True, language="zh-CN")
        self.phones: list[Phone] = []
        self.ids: dict[str, str] = {}

    def sign_in(self, login: str, *, desk: bool = False) -> Page:
        desk_options = {
            "viewport": {"width": 1280, "height": 900},
            "device_scale_factor": 1,
            "has_touch": False,
            "is_mobile": False,
            "user_agent": None,
        }
        phone = self.new_phone("zh-CN", accept_downloads=True, **(desk_options if desk else {}))
        self.phones.append(phone)
        page = phone.open(f"{self.url}/sign-in")
        page.fill("input[name=login]", login)
        page.fill("input[type=password]", PASSWORD)
        page.locator("main form button").first.click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        page.on("dialog", lambda asked: asked.accept())
        return page

    def named(self, table: str) -> None:
        """Remember the ids of what was made, by name."""
        for row in query(self.database, f"SELECT id, name FROM {table}"):  # noqa: S608 - ours
            self.ids[row["name"]] = str(row["id"])


def press(page: Page, name: str, *, exact: bool = True) -> None:
    """Press a button and wait for the page it leads to."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name, exact=exact).first.click()


def download(page: Page, name: str) -> bytes:
    """The file behind a button or link."""
    with page.expect_download() as taken:
        page.locator("main").get_by_text(name, exact=True).first.click()
    return taken.value.path().read_bytes()


def approve_all(page: Page, url: str, site: str, n: int) -> None:
    """Approve what waits on a site, one card after the other as fast as a browser can."""
    page.goto(f"{url}/approvals?site={site}")
    done = page.evaluate(
        """async () => { let n = 0;
        for (const form of document.querySelectorAll("form[action$='/approve']")) {
            const body = new URLSearchParams(new FormData(form));
            n += (await fetch(form.action, { method: "POST", body })).ok;
        } return n; }"""
    )
    assert done == n
