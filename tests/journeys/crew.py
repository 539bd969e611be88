"""A crew of four with a sheet of yesterday, and members who can sign in: where journeys begin."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Page

from daywork.demo import SIGN_INS
from tests.support.browser import Phone
from tests.support.cast import Cast, found
from tests.support.client import client_of
from tests.support.company import PASSWORD, quick_hash
from tests.support.database import apart, query, value
from tests.support.phone_words import envelope, line, sheet
from tests.support.server import Server

SITE_TIME = ZoneInfo("Asia/Shanghai")


def today() -> date:
    """The work day at the site."""
    return datetime.now(SITE_TIME).date()


def yesterday() -> date:
    return today() - timedelta(days=1)


def found_with_yesterday(server: Server) -> Cast:
    """The cast, with yesterday's sheet pushed by the foreman as a phone would."""
    cast = found(server.database_url)
    query(server.database_url, "UPDATE member SET password_hash = $1", quick_hash(PASSWORD))
    sent = sheet(cast, *(line(worker) for worker in cast.workers), day=yesterday())
    send_from_the_phone(server, cast, sent)
    return cast


def send_from_the_phone(server: Server, cast: Cast, *mutations: dict[str, Any]) -> None:
    """Push by the foreman, now."""
    sent_at = datetime.now(UTC).isoformat()

    async def push() -> None:
        async with client_of(server.database_url, server.url, cast.foreman) as phone:
            reply = await phone.post(
                "/api/sync/push", content=envelope(*mutations, sent_at=sent_at)
            )
            for one in reply.json()["results"]:
                assert one["result"] == "applied", reply.text

    apart(push())


def login_of(cast: Cast, member: str) -> str:
    """The phone number to sign in with."""
    return str(value(cast.url, "SELECT phone FROM member WHERE id = $1", cast.members[member]))


def fill_sign_in(page: Page, login: str, password: str = PASSWORD) -> None:
    """Fill in the sign-in page that is shown."""
    page.fill("input[name=login]", login)
    page.fill("input[type=password]", password)
    page.locator("main form button[type=submit], main form button:not([type])").first.click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def sign_in(phone: Phone, server: Server, cast: Cast, member: str, then: str = "") -> Page:
    """Sign in by the page, as anybody does, on the way to another or to one's first."""
    page = phone.open(f"{server.url}/sign-in" + (f"?next={then}" if then else ""))
    fill_sign_in(page, login_of(cast, member))
    return page


def sign_in_to_the_demo(phone: Phone, server: Server, role: str) -> Page:
    """Sign in as the demo company's owner, office, supervisor or foreman."""
    login, password = next((a, b) for said, _, a, b in SIGN_INS if said.lower().startswith(role))
    page = phone.open(f"{server.url}/sign-in")
    fill_sign_in(page, login, password)
    return page


def set_language(cast: Cast, language: str) -> None:
    """Everybody speaks this language."""
    query(cast.url, "UPDATE member SET language = $1", language)


def states(cast: Cast, day: date | None = None) -> list[tuple[str, int, Decimal]]:
    """State, version and 工 of a day's sheets; today's when no day is given."""
    rows = query(
        cast.url,
        "SELECT e.state, e.version, s.man_days FROM entry e JOIN labour_sheet s ON s.entry = e.id"
        " AND s.organisation = e.organisation WHERE e.work_day = $1",
        day or today(),
    )
    return [tuple(row) for row in rows]
