"""Rescue in a real browser: what a foreman sees when sending does not work, and that nothing of
his goes missing or out under another name."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.crew import fill_sign_in, found_with_yesterday, login_of, sign_in
from tests.rescue.hands import (
    choose_picture,
    ready_phone,
    record_day,
    take_picture,
    todays_sheets,
    waiting,
)
from tests.support.browser import Phone, until
from tests.support.cast import Cast
from tests.support.database import query, value
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PUSH = "**/api/sync/push"


@pytest.fixture
def cast(app_server: Server) -> Cast:
    """A crew with a sheet of yesterday, and members who can sign in."""
    return found_with_yesterday(app_server)


def cut(route: Route) -> None:
    """The request goes nowhere."""
    route.abort()


def rescue_from(page: Page, server: Server, folder: Path) -> Path:
    """Write the rescue file on the outbox screen; where it was saved."""
    page.goto(f"{server.url}/m/outbox")
    page.get_by_role("button", name="Rescue file").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save on this phone").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_an_outbox_leaves_a_phone_without_a_network_as_a_file_and_is_booked_once(
    app_server: Server, cast: Cast, new_phone: Callable[..., Phone], tmp_path: Path
) -> None:
    foreman = new_phone("en")
    page = ready_phone(foreman, app_server, cast)
    foreman.offline()
    record_day(page, app_server)
    take_picture(page, app_server)
    expect(page.get_by_text("Saved on this phone")).to_be_visible()
    file = rescue_from(page, app_server, tmp_path)
    assert re.fullmatch(r"daywork-outbox-\d{4}-\d\d-\d\d-foreman\.zip", file.name)
    page.keyboard.press("Escape")
    assert waiting(page, app_server) == "2", "nothing leaves the outbox by being written down"

    books = sign_in(new_phone("en"), app_server, cast, "office")
    books.goto(f"{app_server.url}/rescue")
    books.set_input_files("#file", file)
    books.get_by_role("button", name="Look at it").click()
    expect(books.get_by_text("2 records · 1 picture")).to_be_visible()
    assert todays_sheets(cast) == []
    books.get_by_role("button", name="Import").click()
    expect(books.get_by_text("Everything in the file is dealt with.")).to_be_visible()
    assert todays_sheets(cast) == [("foreman", 1)]
    assert value(cast.url, "SELECT state FROM photo") == "complete"

    # The phone finds its way back all the same: it is told that all of it is there already.
    foreman.offline(False)
    page.goto(f"{app_server.url}/m/outbox")
    expect(page.get_by_text("The office has everything")).to_be_visible(timeout=30_000)
    assert todays_sheets(cast) == [("foreman", 1)]
    assert value(cast.url, "SELECT count(*) FROM photo") == 1


def test_signing_out_with_unsent_work_warns_and_nobody_else_sends_it(
    app_server: Server, cast: Cast, new_phone: Callable[..., Phone]
) -> None:
    phone = new_phone("en")
    page = ready_phone(phone, app_server, cast)
    page.context.route(PUSH, cut)
    record_day(page, app_server)
    page.goto(f"{app_server.url}/m/me")
    page.get_by_role("button", name="Sign out", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("1 record is only on this phone")).to_be_visible()
    for way in ("Send now", "Rescue file", "Stay signed in", "Sign out anyway"):
        expect(dialog.get_by_role("button", name=way)).to_be_visible()
    dialog.get_by_role("button", name="Stay signed in").click()
    expect(dialog).not_to_be_visible()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("button", name="Sign out anyway").click()
    page.wait_for_url("**/sign-in*")

    # Another foreman on the same phone: his outbox is his own, and empty.
    page.context.unroute(PUSH)
    fill_sign_in(page, login_of(cast, "other_foreman"))
    page.goto(f"{app_server.url}/m/outbox")
    expect(page.get_by_text("The office has everything")).to_be_visible()
    page.goto(f"{app_server.url}/m/me")
    expect(page.get_by_role("heading", name="other_foreman")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert todays_sheets(cast) == []
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in*")

    # And it comes back with its owner.
    fill_sign_in(page, login_of(cast, "foreman"))
    page.goto(f"{app_server.url}/m/")
    expect(page.get_by_text("The office has it", exact=True).first).to_be_visible(timeout=30_000)
    assert todays_sheets(cast) == [("foreman", 1)]


def test_signing_out_on_an_online_page_brings_the_same_warning(
    app_server: Server, cast: Cast, new_phone: Callable[..., Phone]
) -> None:
    page = ready_phone(new_phone("en"), app_server, cast, "supervisor")
    page.context.route(PUSH, cut)
    take_picture(page, app_server)
    expect(page.get_by_text("Saved on this phone")).to_be_visible()
    page.goto(f"{app_server.url}/me")
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Sign out on this device").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("1 picture is only on this phone")).to_be_visible()
    dialog.get_by_role("button", name="Sign out anyway").click()
    page.wait_for_url("**/sign-in*")
    # With nothing unsent it just signs out.
    page.context.unroute(PUSH)
    fill_sign_in(page, login_of(cast, "supervisor"))
    page.goto(f"{app_server.url}/m/outbox")
    expect(page.get_by_text("The office has everything")).to_be_visible(timeout=30_000)
    page.goto(f"{app_server.url}/me")
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Sign out on this device").click()
    page.wait_for_url("**/sign-in*")


def test_the_sign_out_warning_sends_what_waits(
    app_server: Server, cast: Cast, new_phone: Callable[..., Phone]
) -> None:
    page = ready_phone(new_phone("en"), app_server, cast)
    page.context.route(PUSH, cut)
    record_day(page, app_server)
    page.goto(f"{app_server.url}/m/me")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.context.unroute(PUSH)
    page.get_by_role("dialog").get_by_role("button", name="Send now").click()
    expect(page.get_by_role("dialog").get_by_text("The office has everything")).to_be_visible(
        timeout=30_000
    )
    assert todays_sheets(cast) == [("foreman", 1)]


def test_a_lapsed_session_stops_the_sending_and_not_the_recording(
    app_server: Server, cast: Cast, new_phone: Callable[..., Phone]
) -> None:
    page = ready_phone(new_phone("en"), app_server, cast)
    query(cast.url, "UPDATE session SET revoked_at = now()")
    record_day(page, app_server)
    banner = page.locator(".banner")
    expect(banner).to_have_count(1)
    expect(banner).to_contain_text("You can go on recording; sign in to send.")
    take_picture(page, app_server)
    expect(page.get_by_text("Saved on this phone")).to_be_visible()
    assert waiting(page, app_server) == "2"
    assert todays_sheets(cast) == []
    page.locator(".banner").get_by_role("link", name="Sign in").click()
    page.wait_for_url("**/sign-in*")
    fill_sign_in(page, login_of(cast, "foreman"))
    expect(page.get_by_text("The office has everything")).to_be_visible(timeout=30_000)
    assert todays_sheets(cast) == [("foreman", 1)]


def test_a_phone_nearly_full_refuses_photos_in_words_and_still_saves_sheets(
    app_server: Server, cast: Cast, new_phone: Callable[..., Phone]
) -> None:
    page = ready_phone(new_phone("en"), app_server, cast)
    page.context.route(PUSH, cut)
    take_picture(page, app_server)
    expect(page.get_by_text("Saved on this phone")).to_be_visible()
    # The disk itself refuses the bytes: nothing of the photo stays, and the words say why.
    no_room = page.get_by_text("this phone has no room left for photos")
    page.goto(f"{app_server.url}/m/photo")
    page.evaluate("""() => {
        const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (...given) {
            if (this.name === "photo_bytes") throw new DOMException("", "QuotaExceededError");
            return put.apply(this, given);
        };
    }""")
    choose_picture(page)
    expect(no_room).to_be_visible()
    # The browser says that room gets short: no photo is begun, however small.
    page.goto(f"{app_server.url}/m/photo")
    page.evaluate("navigator.storage.estimate = async () => ({ usage: 95e6, quota: 100e6 })")
    choose_picture(page)
    expect(no_room).to_be_visible()
    record_day(page, app_server)
    assert waiting(page, app_server) == "2", "the first photo and the sheet"
    held = page.evaluate(
        """(member) => new Promise((done) => {
            const asked = indexedDB.open(`daywork-${member}`);
            asked.onsuccess = () => {
                const keys = asked.result.transaction("photo_bytes").objectStore("photo_bytes")
                    .getAllKeys();
                keys.onsuccess = () => done(keys.result.length);
            };
        })""",
        str(cast.members["foreman"]),
    )
    assert held == 1, "what was not sent was not evicted"
    page.context.unroute(PUSH)
    page.reload()
    expect(page.get_by_text("The office has everything")).to_be_visible(timeout=30_000)
    assert value(cast.url, "SELECT state FROM photo") == "complete"


def test_an_update_waits_for_the_draft_and_brings_the_outbox_along(
    app_server: Server, cast: Cast, dist: Path, new_phone: Callable[..., Phone]
) -> None:
    page = ready_phone(new_phone("en"), app_server, cast)
    page.context.route(PUSH, cut)
    take_picture(page, app_server)
    expect(page.get_by_text("Saved on this phone")).to_be_visible()
    page.goto(f"{app_server.url}/m/")
    page.get_by_role("button", name=re.compile("^Same as yesterday")).click()
    page.evaluate("window.stillHere = true")
    worker = dist / "sw.js"
    worker.write_text(worker.read_text() + "// newer\n")
    for sibling in (".br", ".gz"):
        worker.with_name(worker.name + sibling).unlink()
    page.evaluate("navigator.serviceWorker.getRegistration().then((r) => r.update())")
    until(page, "navigator.serviceWorker.getRegistration().then((r) => r.waiting !== null)")
    page.wait_for_timeout(300)
    expect(page.get_by_text("A new version is ready.")).not_to_be_visible()
    page.get_by_role("button", name="Confirm and save").click()
    expect(page.get_by_text("On this phone", exact=True).first).to_be_visible()
    expect(page.get_by_text("A new version is ready.")).to_be_visible(timeout=15_000)
    assert page.evaluate("window.stillHere") is True
    with page.expect_navigation():
        page.get_by_role("button", name="Update").click()
    assert waiting(page, app_server) == "2"
    page.context.unroute(PUSH)
    page.reload()
    expect(page.get_by_text("The office has everything")).to_be_visible(timeout=30_000)
    assert todays_sheets(cast) == [("foreman", 1)]


def test_what_the_office_would_not_book_is_on_every_phone_of_its_author_until_it_is_settled(
    app_server: Server, cast: Cast, new_phone: Callable[..., Phone]
) -> None:
    first = new_phone("en")
    page = ready_phone(first, app_server, cast)
    first.offline()
    record_day(page, app_server)
    query(cast.url, "UPDATE crew SET foreman = NULL WHERE id = $1", cast.crew)
    first.offline(False)
    page.goto(f"{app_server.url}/m/outbox")
    expect(page.get_by_role("heading", name="Needs you")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("You do not lead this crew any more")).to_be_visible()

    second = sign_in(new_phone("en"), app_server, cast, "foreman")
    second.goto(f"{app_server.url}/m/outbox")
    expect(second.get_by_text("recorded on another phone of yours")).to_be_visible(timeout=30_000)

    office = new_phone("en", viewport={"width": 320, "height": 740})
    books = sign_in(office, app_server, cast, "office")
    books.goto(f"{app_server.url}/overview")
    books.get_by_role("link", name="1 record could not be booked").click()
    books.get_by_role("link", name=re.compile("Labour sheet")).click()
    books.get_by_role("button", name="Book it for foreman").click()
    expect(books.get_by_text("Booked", exact=True)).to_be_visible()
    assert todays_sheets(cast) == [("foreman", 1)]
    assert office.faults == []

    for hand in (page, second):
        hand.goto(f"{app_server.url}/m/outbox")
        expect(hand.get_by_text("The office has everything")).to_be_visible(timeout=30_000)
        expect(hand.get_by_role("heading", name="Needs you")).not_to_be_visible()
    page.locator("summary", has_text="The office has it").click()
    expect(page.get_by_text("Booked by office for you")).to_be_visible()


def test_a_record_put_aside_shows_its_reason_on_the_phone(
    app_server: Server, cast: Cast, new_phone: Callable[..., Phone]
) -> None:
    phone = new_phone("en")
    page = ready_phone(phone, app_server, cast)
    phone.offline()
    record_day(page, app_server)
    query(cast.url, "UPDATE crew SET foreman = NULL WHERE id = $1", cast.crew)
    phone.offline(False)
    page.goto(f"{app_server.url}/m/outbox")
    expect(page.get_by_role("heading", name="Needs you")).to_be_visible(timeout=30_000)
    books = sign_in(new_phone("en"), app_server, cast, "office")
    books.goto(f"{app_server.url}/letters")
    books.get_by_role("link", name=re.compile("Labour sheet")).click()
    books.fill("#why", "Mr Li has sent this day")
    books.get_by_role("button", name="Put it aside").click()
    expect(books.get_by_text("Put aside", exact=True)).to_be_visible()
    page.goto(f"{app_server.url}/m/outbox")
    expect(page.get_by_text("Mr Li has sent this day")).to_be_visible(timeout=30_000)
    assert waiting(page, app_server) == "0"
    assert todays_sheets(cast) == []
