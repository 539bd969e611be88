"""A foreman's and an office's hands: signing in, recording, photographing, in a real browser."""

import re
from io import BytesIO

from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.crew import sign_in, today
from tests.support.browser import Phone, under_the_worker
from tests.support.cast import Cast
from tests.support.database import query
from tests.support.server import Server


def ready_phone(phone: Phone, server: Server, cast: Cast, member: str = "foreman") -> Page:
    """A foreman's phone that works without a network from now on."""
    page = sign_in(phone, server, cast, member)
    page.goto(f"{server.url}/m/")
    under_the_worker(page)
    if member == "foreman":
        expect(page.get_by_role("button", name=re.compile("^Same as yesterday"))).to_be_visible()
    return page


def record_day(page: Page, server: Server) -> None:
    """Today's sheet in two taps; it says that it is on this phone."""
    page.goto(f"{server.url}/m/")
    page.get_by_role("button", name=re.compile("^Same as yesterday")).click()
    page.get_by_role("button", name="Confirm and save").click()
    expect(page.get_by_text("On this phone", exact=True).first).to_be_visible()


def picture() -> bytes:
    """A small JPEG."""
    data = BytesIO()
    Image.effect_noise((320, 240), 90).convert("RGB").save(data, "JPEG", quality=95)
    return data.getvalue()


def choose_picture(page: Page) -> None:
    """Choose a picture from the library, on the screen for photos."""
    page.locator("input[data-library]").set_input_files(
        {"name": "site.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    )


def take_picture(page: Page, server: Server) -> None:
    """Go to the screen for photos and choose one."""
    page.goto(f"{server.url}/m/photo")
    choose_picture(page)


def waiting(page: Page, server: Server) -> str:
    """The big number of the outbox."""
    page.goto(f"{server.url}/m/outbox")
    return page.locator(".outbox-head .big").inner_text()


def todays_sheets(cast: Cast) -> list[tuple[str, int]]:
    """Author's name and version of what the office has of today."""
    rows = query(
        cast.url,
        "SELECT m.name, e.version FROM entry e JOIN member m ON m.id = e.author"
        " WHERE e.work_day = $1 AND e.kind = 'labour.sheet'",
        today(),
    )
    return [tuple(row) for row in rows]
