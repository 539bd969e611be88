"""The whole way: a sheet arrives, the supervisor's phone shows it, a tap opens the right screen.

Server, worker process, Postgres, service worker and notification are real. Between worker and
browser stands the push service of the tests: what it took and decrypted is handed to Chromium as
Chromium's own service would (CDP `deliverPushMessage`).
"""

import dataclasses
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from daywork.ground.settings import Settings
from tests.journeys.crew import sign_in
from tests.support.browser import Phone
from tests.support.cast import Cast, found
from tests.support.client import client_of
from tests.support.company import PASSWORD, quick_hash
from tests.support.database import apart, query, value
from tests.support.phone_words import envelope, sheet
from tests.support.push_service import Browser, PushService, Received
from tests.support.server import Server, serving

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

# What a browser's own push service would give it; the endpoint and the keys are the tests'.
SUBSCRIBING = """(said) => {
    let held = null;
    const made = (options) => ({
        endpoint: said.endpoint,
        options: { applicationServerKey: options.applicationServerKey },
        toJSON: () => ({ endpoint: said.endpoint, keys: said.keys }),
        unsubscribe: async () => { held = null; sessionStorage.removeItem("held"); return true; },
    });
    PushManager.prototype.subscribe = async (options) => {
        window.asked = options;
        sessionStorage.setItem("held", "yes");
        return held = made(options);
    };
    PushManager.prototype.getSubscription = async () => held
        ?? (sessionStorage.getItem("held") ? held = made({}) : null);
}"""


@pytest.fixture
def pushing(app_settings: Settings) -> Settings:
    return dataclasses.replace(app_settings, push_contact="mailto:it@example.com", push_local=True)


@pytest.fixture
def server(pushing: Settings) -> Iterator[Server]:
    with serving(pushing) as url:
        yield Server(url=url, database_url=pushing.database_url or "", settings=pushing)


@pytest.fixture
def worker(pushing: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """`daywork worker` in a process of its own."""
    environment = {key: text for key, text in os.environ.items() if "DAYWORK" not in key}
    process = subprocess.Popen(
        [sys.executable, "-m", "daywork", "worker"],
        env=environment
        | {
            "DAYWORK_HOME": str(pushing.home),
            "DAYWORK_DATABASE_URL": pushing.database_url or "",
            "DAYWORK_PUSH_CONTACT": "mailto:it@example.com",
            "DAYWORK_PUSH_LOCAL": "1",
        },
    )
    yield process
    process.send_signal(signal.SIGTERM)
    process.wait(30)


@pytest.fixture
def cast(server: Server) -> Cast:
    cast = found(server.database_url)
    query(cast.url, "UPDATE member SET password_hash = $1", quick_hash(PASSWORD))
    query(
        cast.url,
        "INSERT INTO push_preference (organisation, member, quiet)"
        " SELECT organisation, id, false FROM member",
    )
    return cast


def prepared(phone: Phone, server: Server, browser: Browser, *, grant: bool = True) -> None:
    """A phone whose browser would subscribe at the tests' push service."""
    phone.open()
    assert phone.context is not None
    if grant:
        phone.context.grant_permissions(["notifications"], origin=server.url)
    said = browser.subscription("")
    phone.context.add_init_script(f"({SUBSCRIBING})({json.dumps(said)})")


RENEWED = """async (said) => {
    PushManager.prototype.getSubscription = async () => null;
    PushManager.prototype.subscribe = async () => ({ toJSON: () => said });
    const event = new ExtendableEvent("pushsubscriptionchange");
    let done;
    event.waitUntil = (promise) => { done = promise; };
    dispatchEvent(event);
    await done;
}"""


def moved(page: Page, browser: Browser) -> None:
    """The browser's push service gives the device another address."""
    page.context.service_workers[0].evaluate(RENEWED, browser.subscription(""))


def arrive(server: Server, cast: Cast) -> None:
    """The foreman's phone sends a sheet."""

    async def push() -> None:
        async with client_of(server.database_url, server.url, cast.foreman) as phone:
            reply = await phone.post("/api/sync/push", content=envelope(sheet(cast)))
            assert reply.json()["results"][0]["result"] == "applied", reply.text

    apart(push())


def deliver(page: Page, server: Server, received: Received) -> None:
    """Hand Chromium what the push service took for it."""
    deliver_text(page, server, json.dumps(received.said))


def deliver_text(page: Page, server: Server, data: str) -> None:
    """Hand Chromium a push until the phone shows one, as a push service does.

    On a busy machine Chromium loses a push that meets the service worker while it starts; the
    push service of a real phone keeps a message that was not taken and brings it again.
    """
    cdp = page.context.new_cdp_session(page)
    registrations: dict[str, str] = {}

    def note(event: dict[str, Any]) -> None:
        for one in event["registrations"]:
            if one["isDeleted"]:
                registrations.pop(one["registrationId"], None)
            elif one["scopeURL"].startswith(server.url):
                registrations[one["registrationId"]] = one["scopeURL"]

    cdp.on("ServiceWorker.workerRegistrationUpdated", note)
    cdp.send("ServiceWorker.enable")
    for _ in range(100):
        if registrations:
            break
        page.wait_for_timeout(100)
    (registration,) = registrations
    push = {"origin": server.url, "registrationId": registration, "data": data}
    for _ in range(6):
        cdp.send("ServiceWorker.deliverPushMessage", push)
        if notifications(page):
            break
    cdp.detach()


SHOWN = """async () => (await (await navigator.serviceWorker.ready).getNotifications())
    .map((n) => ({title: n.title, body: n.body, tag: n.tag, lang: n.lang, icon: n.icon,
                  badge: n.badge, data: n.data}))"""

CLEAR = """async () => {
    const registration = await navigator.serviceWorker.ready;
    while (true) {
        const shown = await registration.getNotifications();
        if (!shown.length) return;
        for (const one of shown) one.close();
        await new Promise((go) => setTimeout(go, 20));
    }
}"""


def notifications(page: Page) -> list[dict[str, Any]]:
    """What the phone shows, as soon as it shows something (10 s at most)."""
    found: list[dict[str, Any]] = []
    for _ in range(100):
        found = page.evaluate(SHOWN)
        if found:
            break
        page.wait_for_timeout(100)
    return found


# Opening a window needs a real finger; what would be opened is written down instead.
TAP = """async () => {
    self.opened = [];
    self.clients.openWindow = async (url) => { self.opened.push(url); return null; };
    const [notification] = await self.registration.getNotifications();
    let done;
    const event = new NotificationEvent("notificationclick", { notification });
    event.waitUntil = (promise) => { done = promise; };
    self.dispatchEvent(event);
    await done;
    return self.opened;
}"""


@pytest.mark.parametrize(
    ("phone", "title", "on"),
    [
        ("en", "Block A: 1 waiting", "Switch notifications on"),
        ("zh-CN", "Block A：1 条待批", "打开通知"),
    ],
    indirect=["phone"],
)
def test_a_sheet_arrives_and_the_supervisors_phone_opens_the_queue(
    server: Server,
    worker: subprocess.Popen[bytes],
    cast: Cast,
    push_service: PushService,
    phone: Phone,
    title: str,
    on: str,
) -> None:
    language = "en" if "Switch" in on else "zh-CN"
    query(cast.url, "UPDATE member SET language = $1", language)
    prepared(phone, server, push_service.browser())
    page = sign_in(phone, server, cast, "supervisor", "/inbox")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    assert page.evaluate("window.asked === undefined"), "nobody is asked on load"
    page.get_by_role("button", name=on).click()
    expect(page.locator("[data-push-state=on]")).to_be_visible()
    assert page.evaluate("window.asked.userVisibleOnly") is True
    assert value(cast.url, "SELECT device FROM push_subscription") != ""

    arrive(server, cast)
    (received,) = push_service.wait_for(1, 60)
    deliver(page, server, received)
    (shown,) = notifications(page)
    assert shown["title"] == title
    assert shown["lang"] == language
    assert shown["tag"] == f"approvals:{cast.site}"
    for picture in (shown["icon"], shown["badge"]):
        assert page.request.get(picture).status == 200
    deliver(page, server, received)
    page.wait_for_timeout(500)
    assert len(notifications(page)) == 1, "the same message twice is one notification"

    assert page.context.service_workers
    (opened,) = page.context.service_workers[0].evaluate(TAP)
    assert opened == f"{server.url}/approvals?site={cast.site}"
    assert value(cast.url, "SELECT read_at FROM message") is not None, "opened is read"
    page.goto(opened)
    expect(page.get_by_text("Carpenters").first).to_be_visible()
    assert phone.faults == []


def test_a_returned_sheet_opens_offline_from_its_notification(
    server: Server,
    worker: subprocess.Popen[bytes],
    cast: Cast,
    push_service: PushService,
    new_phone: Callable[..., Phone],
) -> None:
    phone = new_phone("en")
    prepared(phone, server, push_service.browser())
    page = sign_in(phone, server, cast, "foreman", "/m/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.goto(f"{server.url}/inbox")
    page.get_by_role("button", name="Switch notifications on").click()
    expect(page.locator("[data-push-state=on]")).to_be_visible()
    arrive(server, cast)
    entry = value(cast.url, "SELECT id FROM entry")

    async def send_back() -> None:
        async with client_of(server.database_url, server.url, cast.supervisor) as desk:
            form = {"version": "1", "reason": "who was there?"}
            reply = await desk.post(f"/approvals/{entry}/return", data=form)
            assert reply.status_code == 303

    apart(send_back())
    (received,) = push_service.wait_for(1, 60)
    page.goto(f"{server.url}/m/?day=2026-03-05&crew={cast.crew}&site={cast.site}")
    expect(page.get_by_text("who was there?").first).to_be_visible(timeout=20_000)
    expect(page.get_by_role("link", name="Inbox, 1 unread")).to_be_visible(timeout=20_000)
    deliver(page, server, received)
    assert len(notifications(page)) == 1
    phone.offline()
    page.goto(f"{server.url}/m/outbox")
    (opened,) = page.context.service_workers[0].evaluate(TAP)
    page.goto(opened)
    expect(page.get_by_text("who was there?").first).to_be_visible()


def test_a_message_without_readable_words_is_shown_all_the_same(
    server: Server, cast: Cast, push_service: PushService, new_phone: Callable[..., Phone]
) -> None:
    phone = new_phone("en")
    prepared(phone, server, push_service.browser())
    page = sign_in(phone, server, cast, "foreman", "/inbox")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    for data in ("", "not json", "[]", '{"notification": null}'):
        deliver_text(page, server, data)
        assert notifications(page)[0]["title"] == "Daywork · 点工本"
        page.evaluate(CLEAR)


def test_another_person_on_the_same_phone_ends_the_subscription(
    server: Server, cast: Cast, push_service: PushService, new_phone: Callable[..., Phone]
) -> None:
    phone = new_phone("en")
    prepared(phone, server, push_service.browser())
    page = sign_in(phone, server, cast, "supervisor", "/inbox")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.get_by_role("button", name="Switch notifications on").click()
    expect(page.locator("[data-push-state=on]")).to_be_visible()
    page.goto(f"{server.url}/me")
    page.get_by_role("button", name="Sign out on this device").click()
    page.wait_for_url("**/sign-in*")
    page = sign_in(phone, server, cast, "office", "/inbox")
    moved(page, push_service.browser())
    assert value(cast.url, "SELECT count(*) FROM push_subscription WHERE gone_at IS NULL") <= 1
    assert value(cast.url, "SELECT count(*) FROM push_subscription") == 1
    expect(page.locator("[data-push-state=off]")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('held')") is None
    assert page.evaluate("localStorage.getItem('daywork-push')") is None


def test_what_the_server_lost_is_made_good_at_the_next_launch(
    server: Server, cast: Cast, push_service: PushService, new_phone: Callable[..., Phone]
) -> None:
    phone = new_phone("en")
    prepared(phone, server, push_service.browser())
    page = sign_in(phone, server, cast, "supervisor", "/inbox")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.get_by_role("button", name="Switch notifications on").click()
    expect(page.locator("[data-push-state=on]")).to_be_visible()
    query(cast.url, "UPDATE push_subscription SET gone_at = now(), gone_why = '410'")
    page.evaluate("sessionStorage.removeItem('daywork-push-told')")
    page.reload()
    expect(page.locator("[data-push-state=on]")).to_be_visible()
    for _ in range(100):
        if value(cast.url, "SELECT gone_at FROM push_subscription") is None:
            break
        page.wait_for_timeout(100)
    assert value(cast.url, "SELECT gone_at FROM push_subscription") is None

    # Another address, given while no page was looking: the service worker tells it.
    other = push_service.browser()
    moved(page, other)
    member = value(
        cast.url, "SELECT member FROM push_subscription WHERE endpoint = $1", other.endpoint
    )
    assert member == cast.members["supervisor"]
