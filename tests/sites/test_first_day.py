"""The first day of a company: no site yet, and nobody is sent to an owner who is himself."""

from daywork.people.actor import Actor
from tests.support.client import client_of
from tests.support.company import Company
from tests.support.server import Server

PAGES = (
    "/approvals",
    "/labour/rates",
    "/labour/wages",
    "/labour/money",
    "/labour/payments/new",
    "/labour/money/imports/new",
    "/labour/piecework",
    "/labour/pay",
    "/labour/settlements",
    "/labour/compliance",
    "/labour/crosscheck",
    "/site",
)


async def test_an_owner_without_a_site_is_led_to_make_one(app_server: Server) -> None:
    company = Company(app_server.database_url)
    owner = company.actor(company.member("陈志远", "+8613911110001", owner=True), owner=True)
    office = company.actor(company.member("王敏", "+8613911110002"))

    async def seen_by(actor: Actor) -> dict[str, tuple[int, bool]]:
        async with client_of(app_server.database_url, app_server.url, actor) as browser:
            answers = [(page, await browser.get(page)) for page in PAGES]
        return {
            page: (answer.status_code, 'href="/settings/sites/new"' in answer.text)
            for page, answer in answers
        }

    assert await seen_by(owner) == dict.fromkeys(PAGES, (404, True))
    # Who may make no site is not led there.
    assert await seen_by(office) == dict.fromkeys(PAGES, (403, False))
