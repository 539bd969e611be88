"""The supervisor's thumb: how many taps a decision takes, undo, and deciding without a network."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.crew import set_language, sign_in
from tests.support.browser import Phone, until
from tests.support.cast import DAY, Cast, found
from tests.support.client import client_of
from tests.support.company import PASSWORD, quick_hash
from tests.support.database import apart, query, value
from tests.support.phone_words import envelope, line, sheet
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def cast(app_server: Server) -> Cast:
    """A supervisor before four clean sheets, one a worker."""
    cast = found(app_server.database_url)
    query(cast.url, "UPDATE member SET password_hash = $1", quick_hash(PASSWORD))
    set_language(cast, "en")
    push(cast, app_server, *(sheet(cast, line(worker)) for worker in cast.workers))
    return cast


def push(cast: Cast, server: Server, *mutations: dict[str, Any]) -> None:
    """Send as the foreman, and let it look as if sent in time."""

    async def send() -> None:
        async with client_of(cast.url, server.url, cast.foreman) as phone:
            reply = await phone.post("/api/sync/push", content=envelope(*mutations))
            assert {one["result"] for one in reply.json()["results"]} == {"applied"}

    apart(send())
    query(cast.url, "UPDATE entry SET clock_doubtful = false")
    query(cast.url, "UPDATE entry_version SET received_at = '2026-03-05 10:00+00'")


def states(cast: Cast) -> list[str]:
    rows = query(cast.url, "SELECT state FROM entry ORDER BY state")
    return [str(row["state"]) for row in rows]


class Thumb:
    """Counts what it taps."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = 0

    def tap(self, selector: str, *, answered: bool = False) -> None:
        self.taps += 1
        target = self.page.locator(selector).first
        if not answered:
            target.tap()
            return
        with self.page.expect_response(
            lambda answer: answer.request.method == "POST" and "/approvals" in answer.url
        ) as answer:
            target.tap()
        assert answer.value.ok


def test_decisions_take_few_taps_and_are_undone_by_one(
    cast: Cast, app_server: Server, new_phone: Any
) -> None:
    phone: Phone = new_phone("en")
    page = sign_in(phone, app_server, cast, "supervisor")
    page.goto(f"{app_server.url}/approvals")
    expect(page.locator(".approval")).to_have_count(4)

    approving = Thumb(page)
    approving.tap("form[data-decide=approve] button", answered=True)
    assert approving.taps <= 2
    expect(page.locator(".decided")).to_have_count(1)
    assert states(cast).count("approved") == 1

    undoing = Thumb(page)
    undoing.tap(".decided .undo button", answered=True)
    assert undoing.taps == 1
    expect(page.locator(".approval")).to_have_count(4)
    assert states(cast) == ["submitted"] * 4

    returning = Thumb(page)
    returning.tap(".return > summary")
    returning.tap(".return-picked button", answered=True)
    assert returning.taps <= 3
    assert states(cast).count("returned") == 1

    # What comes in while the queue is open is offered, and moves nothing by itself.
    push(cast, app_server, sheet(cast, line(cast.workers[0]), day=DAY - timedelta(days=1)))
    fresh = page.locator("#queue-fresh a")
    expect(fresh).to_have_text("1 new: show", timeout=20_000)
    expect(page.locator(".approval")).to_have_count(3)
    fresh.tap()
    expect(page.locator(".approval")).to_have_count(4)

    all_clean = Thumb(page)
    all_clean.tap("a[href^='/approvals/clean']")
    page.wait_for_url("**/approvals/clean**")
    all_clean.tap(".decide-bar button", answered=True)
    assert all_clean.taps <= 3
    expect(page.locator(".note.ok")).to_be_visible()
    assert states(cast).count("approved") == 4

    page.locator(".undo button").tap()
    page.wait_for_url("**/approvals?site=**")
    assert states(cast).count("approved") == 0
    assert phone.faults == []


def test_the_first_count_may_come_in_the_middle_of_a_decision(
    cast: Cast, app_server: Server, new_phone: Any
) -> None:
    phone: Phone = new_phone("en")
    page = sign_in(phone, app_server, cast, "supervisor")
    counting: list[Route] = []
    page.route("**/api/live", lambda route: counting.append(route))
    page.goto(f"{app_server.url}/approvals")
    expect(page.locator(".approval")).to_have_count(4)
    while not counting:
        page.wait_for_timeout(20)
    page.evaluate("sessionStorage.removeItem('daywork-counts')")

    def decide(route: Route) -> None:
        """The office has decided, and the count says so before the answer is here."""
        answer = route.fetch()
        counting.pop().continue_()
        until(page, "sessionStorage.getItem('daywork-counts')?.includes('\"waiting\":3') === true")
        route.fulfill(response=answer)

    page.route("**/approve", decide)
    Thumb(page).tap("form[data-decide=approve] button", answered=True)
    expect(page.locator(".approval")).to_have_count(3)
    push(cast, app_server, sheet(cast, line(cast.workers[0]), day=DAY - timedelta(days=1)))
    expect(page.locator("#queue-fresh a")).to_have_text("1 new: show", timeout=20_000)


def test_the_undo_button_goes_after_ten_seconds(
    cast: Cast, app_server: Server, new_phone: Any
) -> None:
    phone: Phone = new_phone("en")
    page = sign_in(phone, app_server, cast, "supervisor")
    page.goto(f"{app_server.url}/approvals")
    Thumb(page).tap("form[data-decide=approve] button", answered=True)
    expect(page.locator(".undo button")).to_be_visible()
    expect(page.locator(".undo button")).to_be_hidden(timeout=20_000)


def test_without_a_network_decisions_wait_on_the_phone_and_are_sent_once(
    cast: Cast, app_server: Server, new_phone: Any
) -> None:
    phone: Phone = new_phone("en")
    page = sign_in(phone, app_server, cast, "supervisor")
    page.goto(f"{app_server.url}/approvals")
    expect(page.locator(".approval")).to_have_count(4)
    moving = page.locator(".approval").nth(1).get_attribute("id") or ""

    phone.offline()
    page.locator(".approval:visible form[data-decide=approve] button").first.tap()
    expect(page.locator("#kept-decisions .badge")).to_have_text(["On this phone"])
    page.locator(f"#{moving} form[data-decide=approve] button").tap()
    # A sheet is hidden once its decision is on disk: only then is "the first that is left" certain.
    expect(page.locator("#kept-decisions .badge")).to_have_text(["On this phone"] * 2)
    page.locator(".approval:visible .return > summary").first.tap()
    page.locator(".approval:visible .return-picked button").first.tap()
    expect(page.locator("#kept-decisions .badge")).to_have_text(["On this phone"] * 3)
    expect(page.locator(".approval:visible")).to_have_count(1)
    assert states(cast) == ["submitted"] * 4

    # Meanwhile the foreman corrects one of them.
    entry = moving.removeprefix("e-")
    worker = value(cast.url, "SELECT worker FROM labour_line WHERE sheet = $1::text::uuid", entry)
    push(
        cast,
        app_server,
        sheet(cast, line(worker, "0.5"), reason="half", entity_id=entry, base_version=1),
    )
    phone.offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    kept = page.locator("#kept-decisions")
    expect(kept.locator(".badge.ok")).to_have_text(["The office has it"] * 2, timeout=20_000)
    expect(kept.locator(".badge.bad")).to_have_text(["Needs you"])
    expect(kept).to_contain_text("1.0 man-days → 0.5 man-days")
    assert states(cast) == ["approved", "returned", "submitted", "submitted"]
    assert value(cast.url, "SELECT count(*) FROM decision WHERE how = 'offline'") == 2

    # What needs somebody is still there on the next visit, until it is put aside.
    page.goto(f"{app_server.url}/approvals")
    expect(page.locator("#kept-decisions .badge")).to_have_text(["Needs you"])
    page.get_by_role("button", name="Put aside").tap()
    expect(page.locator("#kept-decisions")).to_be_hidden()

    # A Wi-Fi that answers in the office's place, on the page of one record: kept, and sent once.
    page.goto(f"{app_server.url}/approvals/{entry}")
    page.route(
        "**/return", lambda route: route.fulfill(content_type="text/html", body="Free Wi-Fi")
    )
    page.locator(".return > summary").tap()
    page.locator(".return-picked button").first.tap()
    expect(page.locator("#kept-decisions .badge")).to_have_text(["On this phone"])
    expect(page.locator(".decide-bar")).to_be_hidden()
    page.unroute("**/return")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#kept-decisions .badge")).to_have_text(
        ["The office has it"], timeout=20_000
    )
    assert states(cast) == ["approved", "returned", "returned", "submitted"]
    assert phone.faults == []
