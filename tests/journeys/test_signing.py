"""A client signs on the foreman's or the supervisor's phone: with a network, and without one."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.crew import found_with_yesterday, set_language, sign_in
from tests.journeys.test_approving import push
from tests.rescue.hands import ready_phone, record_day
from tests.support.browser import Phone
from tests.support.cast import Cast, found
from tests.support.company import PASSWORD, quick_hash
from tests.support.database import query, value
from tests.support.phone_words import line, sheet
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def draw(page: Page) -> None:
    """A stroke in the box."""
    page.locator("canvas").scroll_into_view_if_needed()
    box = page.locator("canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 60, steps=6)
    page.mouse.up()


def until(page: Page, promise: str) -> None:
    """Wait until what this promises is true; the test's own timeout ends it."""
    page.evaluate(
        f"async () => {{ while (!await ({promise}))"
        " await new Promise((go) => setTimeout(go, 50)); }"
    )


def test_a_name_drawn_or_typed_stands_under_the_sheet(
    app_server: Server, new_phone: Callable[..., Phone]
) -> None:
    cast: Cast = found(app_server.database_url)
    query(cast.url, "UPDATE member SET password_hash = $1", quick_hash(PASSWORD))
    set_language(cast, "en")
    one: dict[str, Any] = sheet(cast)
    push(cast, app_server, one)
    phone = new_phone("en")
    page = sign_in(phone, app_server, cast, "foreman")
    address = f"{app_server.url}/approvals/{one['entity_id']}/sign"

    page.goto(address)
    page.fill("#name", "Zhou Min")
    draw(page)
    page.get_by_role("button", name="Keep the signature").click()
    expect(page.locator("#signatures .signed svg path")).to_have_count(1)
    assert str(value(cast.url, "SELECT strokes FROM signature")).startswith("M")

    # Without a pointer: to the name by Tab, Enter sends.
    page.goto(address)
    page.locator("#party").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Wang Fang")
    page.keyboard.press("Enter")
    expect(page.locator("#signatures .typed")).to_have_text("Wang Fang")

    # A refusal asks for a witness, and says so.
    page.goto(address)
    page.select_option("#outcome", "refused")
    expect(page.locator("canvas")).to_be_hidden()
    page.fill("#name", "Zhou Min")
    page.get_by_role("button", name="Keep the signature").click()
    expect(page.get_by_text("A refusal or an absence needs a witness")).to_be_visible()
    page.fill("#witness", "Wang Fang")
    page.get_by_role("button", name="Keep the signature").click()
    expect(page.locator("#signatures")).to_contain_text("Refused to sign")
    outcomes = query(cast.url, "SELECT outcome FROM signature ORDER BY at")
    assert [row["outcome"] for row in outcomes] == ["signed", "signed", "refused"]

    # The network goes while the client is signing: nothing is lost, and it counts once.
    page.goto(address)
    page.fill("#name", "Li Wei")
    phone.offline()
    page.get_by_role("button", name="Keep the signature").click()
    expect(page.locator("#kept-decisions .badge")).to_have_text(["On this phone"])
    phone.offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#kept-decisions .badge")).to_have_text(
        ["The office has it"], timeout=20_000
    )
    assert value(cast.url, "SELECT count(*) FROM signature WHERE name = 'Li Wei'") == 1
    assert [fault for fault in phone.faults if "422" not in fault] == []


def test_on_a_foremans_phone_without_a_network_day_and_signature_go_together(
    app_server: Server, new_phone: Callable[..., Phone]
) -> None:
    cast = found_with_yesterday(app_server)
    phone = new_phone("en")
    ready_phone(phone, app_server, cast)

    # The day begins with a phone that was switched on without a signal.
    phone.close()
    page = phone.open()
    phone.offline()
    record_day(page, app_server)
    page.get_by_role("link", name="Let somebody sign").click()
    expect(page.get_by_role("heading", name="Carpenters")).to_be_visible()
    page.get_by_role("button", name="Keep the signature").click()
    expect(page.get_by_text("Type the name of who signs")).to_be_visible()
    page.fill("#sign-name", "周敏")
    draw(page)
    page.get_by_role("button", name="Keep the signature").click()
    signed = page.locator(".signed-list li")
    expect(signed).to_contain_text("Client: Signed 周敏")
    expect(signed.locator(".badge")).to_have_text("On this phone")

    # The battery dies; what was signed is still there, in the outbox too.
    phone.kill()
    page = phone.open()
    phone.offline()
    page.goto(f"{app_server.url}/m/outbox")
    expect(page.locator(".outbox-head .big")).to_have_text("2")
    expect(page.get_by_text("Signature 周敏")).to_be_visible()
    assert value(cast.url, "SELECT count(*) FROM signature") == 0

    phone.offline(False)
    page.goto(f"{app_server.url}/m/outbox")
    expect(page.locator(".outbox-head .big")).to_have_text("0", timeout=20_000)
    row = query(
        cast.url,
        "SELECT s.version, s.name, s.strokes ~ '^M' AS drawn, e.author = s.taken_by AS own"
        " FROM signature s JOIN entry e ON e.id = s.entry",
    )
    assert [tuple(one) for one in row] == [(1, "周敏", True, True)]
    assert phone.faults == []


def test_a_supervisor_signs_and_decides_from_a_queue_that_the_phone_has_kept(
    app_server: Server, new_phone: Callable[..., Phone]
) -> None:
    cast: Cast = found(app_server.database_url)
    query(cast.url, "UPDATE member SET password_hash = $1", quick_hash(PASSWORD))
    set_language(cast, "en")
    push(cast, app_server, *(sheet(cast, line(worker)) for worker in cast.workers))
    # The phone holds the last two months, as a foreman's does.
    query(cast.url, "UPDATE entry SET work_day = current_date - 1")
    query(cast.url, "UPDATE entry_version SET received_at = now()")
    phone = new_phone("en")
    page = sign_in(phone, app_server, cast, "supervisor")
    page.goto(f"{app_server.url}/approvals")
    expect(page.locator(".approval")).to_have_count(4)
    until(
        page,
        "caches.open('daywork-seen').then((seen) => seen.keys()).then((all) =>"
        " all.filter((one) => new URL(one.url).pathname.startsWith('/approvals')).length === 2)",
    )
    held = f"""() => new Promise((done) => {{
        const asked = indexedDB.open("daywork-{cast.members["supervisor"]}");
        asked.onsuccess = () => {{
            const db = asked.result;
            const all = db.transaction("rows").objectStore("rows").getAll();
            all.onsuccess = () => {{
                db.close();
                done(all.result.filter((row) => row.s === "entry").length);
            }};
        }};
    }})"""
    until(page, f"({held})().then((entries) => entries === 4)")

    # Switched on again without a signal: the queue stands there with its age.
    phone.close()
    page = phone.open()
    phone.offline()
    page.goto(f"{app_server.url}/approvals")
    expect(page.locator("#offline-words")).to_contain_text("this is how it stood")
    expect(page.locator(".approval")).to_have_count(4)
    href = page.get_by_role("link", name="Let somebody sign").first.get_attribute("href") or ""
    entry = href.split("/")[2]
    page.goto(f"{app_server.url}/m/sign/{entry}?back=/approvals&site={cast.site}")
    page.fill("#sign-name", "Zhou Min")
    page.select_option("#sign-outcome", "refused")
    page.fill("#sign-witness", "Wang Fang")
    page.get_by_role("button", name="Keep the signature").click()
    page.wait_for_url("**/approvals")
    kept = page.locator("#kept-decisions .badge")
    expect(kept).to_have_text(["On this phone"])

    # The clean ones in one go; one of them is corrected meanwhile.
    page.locator("a[href^='/approvals/clean']").click()
    rows = page.locator(".clean-row")
    expect(rows).to_have_count(4)
    page.wait_for_load_state()  # its button is alive
    moving = rows.nth(0).get_attribute("data-waits") or ""
    worker = value(cast.url, "SELECT worker FROM labour_line WHERE sheet = $1::text::uuid", moving)
    page.locator(".decide-bar button").click()
    expect(page.locator(".clean-row:visible")).to_have_count(0)
    expect(kept).to_have_text(["On this phone"] * 5)
    day = value(cast.url, "SELECT work_day FROM entry LIMIT 1")
    change = sheet(
        cast, line(worker, "0.5"), reason="half", entity_id=moving, base_version=1, day=day
    )
    push(cast, app_server, change)
    phone.offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#kept-decisions .badge.ok")).to_have_text(
        ["The office has it"] * 3, timeout=20_000
    )
    expect(page.locator("#kept-decisions")).to_contain_text("1.0 man-days → 0.5 man-days")
    expect(page.locator("#kept-decisions .badge")).to_have_count(
        4,
        timeout=20_000,  # the signature is there, too
    )
    found_states = query(cast.url, "SELECT state FROM entry ORDER BY state")
    assert [row["state"] for row in found_states] == ["approved"] * 3 + ["submitted"]
    assert [row["outcome"] for row in query(cast.url, "SELECT outcome FROM signature")] == [
        "refused"
    ]

    # Signed out: nobody else finds the queue on this phone.
    page.goto(f"{app_server.url}/me")
    page.locator("[data-sign-out]").click()
    page.wait_for_url("**/sign-in*")
    until(page, "caches.has('daywork-seen').then((there) => !there)")
    assert phone.faults == []
