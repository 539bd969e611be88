"""The installed app: opens without a network, keeps no signed-in page, asks before it changes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from daywork.web import assets
from tests.support.browser import Phone, under_the_worker, until
from tests.support.server import Server

pytestmark = pytest.mark.browser


def visited(phone: Phone, server: Server, path: str = "/install") -> Page:
    """A phone that has been here once, with the worker in charge."""
    page = phone.open(f"{server.url}{path}")
    under_the_worker(page)
    return page


def release(dist: Path) -> None:
    """What an update of the server does to a phone: other bytes at /sw.js."""
    worker = dist / "sw.js"
    worker.write_text(worker.read_text() + "// newer\n")
    for sibling in (".br", ".gz"):
        worker.with_name(worker.name + sibling).unlink()


@pytest.mark.parametrize("phone", ["zh-CN", "en"], indirect=True)
def test_after_one_visit_the_capture_app_opens_offline(app_server: Server, phone: Phone) -> None:
    page = visited(phone, app_server)
    phone.offline()
    for path in ("/m/", "/m/photo", "/m/anything"):
        page.goto(f"{app_server.url}{path}")
        expect(page.locator("#capture")).to_be_attached()


@pytest.mark.parametrize(
    ("phone", "words"),
    [("zh-CN", "没有网络"), ("en", "No connection")],
    indirect=["phone"],
)
def test_a_page_that_needs_the_network_says_so(
    app_server: Server, phone: Phone, words: str
) -> None:
    page = visited(phone, app_server)
    phone.offline()
    page.goto(f"{app_server.url}/sign-in")
    expect(page.locator("h1")).to_have_text(words)
    expect(page.get_by_role("link").first).to_have_attribute("href", "/m/")


def test_without_a_network_the_sign_page_is_the_capture_apps(
    app_server: Server, phone: Phone
) -> None:
    page = visited(phone, app_server)
    entry = "01a207a2-3280-7463-8f8b-a2e7156363d3"
    phone.offline()
    page.goto(f"{app_server.url}/approvals/{entry}/sign")
    expect(page.locator("#capture")).to_be_attached()
    assert page.url == f"{app_server.url}/m/sign/{entry}?back=/approvals"


def test_the_worker_keeps_the_shell_and_assets_and_nothing_else(
    app_server: Server, phone: Phone
) -> None:
    page = visited(phone, app_server)
    page.goto(f"{app_server.url}/sign-in")
    kept = page.evaluate("""async () => {
        const found = [];
        for (const name of await caches.keys())
            for (const request of await (await caches.open(name)).keys())
                found.push(new URL(request.url).pathname);
        return found;
    }""")
    wanted = json.loads((assets.dist() / "build.json").read_bytes())["precache"]
    assert sorted(kept) == sorted(set(wanted))


def test_a_new_version_waits_until_the_person_says_so(
    app_server: Server, dist: Path, new_phone: Callable[..., Phone]
) -> None:
    page = visited(new_phone("en"), app_server)
    page.evaluate("window.stillHere = true")
    release(dist)
    page.evaluate("navigator.serviceWorker.getRegistration().then((r) => r.update())")
    # It is ready when all of it was fetched.
    until(page, "navigator.serviceWorker.getRegistration().then((r) => r.waiting !== null)")
    expect(page.get_by_text("A new version is ready.")).to_be_visible()
    assert page.evaluate("window.stillHere") is True
    with page.expect_navigation():
        page.get_by_role("button", name="Update").click()
    assert page.evaluate("window.stillHere") is None


def test_a_new_version_does_not_disturb_an_open_draft(
    app_server: Server, dist: Path, new_phone: Callable[..., Phone]
) -> None:
    page = visited(new_phone("en"), app_server, "/sign-in")
    page.locator("input[type=password]").first.type("half a thought")
    release(dist)
    page.evaluate("navigator.serviceWorker.getRegistration().then((r) => r.update())")
    until(page, "navigator.serviceWorker.getRegistration().then((r) => r.waiting !== null)")
    page.wait_for_timeout(300)
    expect(page.get_by_text("A new version is ready.")).not_to_be_visible()
    assert page.locator("input[type=password]").first.input_value() == "half a thought"


def test_the_browser_would_install_it(app_server: Server, phone: Phone) -> None:
    page = visited(phone, app_server)
    cdp = page.context.new_cdp_session(page)
    faults = cdp.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [fault["errorId"] for fault in faults if fault["errorId"] != "in-incognito"] == []


def test_pages_for_everybody_log_no_fault(app_server: Server, phone: Phone) -> None:
    for path in ("/install", "/sign-in"):
        visited(phone, app_server, path)
    phone.page.goto(f"{app_server.url}/m/")
    phone.page.wait_for_url("**/sign-in*")
    assert [fault for fault in phone.faults if "401" not in fault] == []
