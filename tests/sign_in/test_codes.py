"""Invitations and six-digit codes: each opens one thing, once."""

import re

import pytest

from tests.support.company import PASSWORD, Browser, Company
from tests.support.database import query, value
from tests.support.server import Server

OWNER = "+8613800138000"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def company(app_server: Server) -> Company:
    return Company(app_server.database_url)


@pytest.fixture
def owner(app_server: Server, company: Company) -> Browser:
    company.member("王芳", OWNER, owner=True)
    browser = Browser(app_server.url)
    browser.sign_in(OWNER)
    return browser


def code_on(page: str) -> str:
    found = re.search(r'big-code num">(\d{3}) (\d{3})<', page)
    assert found, page
    return found[1] + found[2]


def link_on(page: str) -> str:
    found = re.search(r"/join/[\w-]+", page)
    assert found, page
    return found[0]


def invite(owner: Browser, company: Company, login: str = "13900139000") -> str:
    site = value(company.url, "SELECT id FROM site") or company.site()
    page = owner.send_form(
        "/members/invite", name="李强", login=login, **{f"role-{site}": "foreman"}
    )
    assert page.status_code == 200, page.text
    return page.text


def test_a_pairing_code_signs_in_the_installed_app_once(app_server: Server, owner: Browser) -> None:
    digits = code_on(owner.get("/me/pair").text)
    app = Browser(app_server.url, IPHONE)
    reply = app.send_form("/code", code=f"{digits[:3]} {digits[3:]}")
    assert reply.status_code == 303, reply.text
    assert app.get("/me").status_code == 200
    second = Browser(app_server.url, IPHONE).send_form("/code", code=digits)
    assert second.status_code == 422
    assert "This code is not valid" in second.text


def test_a_new_pairing_code_voids_the_one_before(app_server: Server, owner: Browser) -> None:
    first = code_on(owner.get("/me/pair").text)
    owner.get("/me/pair")
    assert Browser(app_server.url).send_form("/code", code=first).status_code == 422


def test_a_pairing_code_is_over_after_its_time(app_server: Server, owner: Browser) -> None:
    digits = code_on(owner.get("/me/pair").text)
    life = value(app_server.database_url, "SELECT expires_at - created_at FROM sign_in_code")
    assert life.total_seconds() == 15 * 60
    query(app_server.database_url, "UPDATE sign_in_code SET expires_at = now()")
    assert Browser(app_server.url).send_form("/code", code=digits).status_code == 422


def test_guessing_codes_comes_to_a_halt(app_server: Server, owner: Browser) -> None:
    digits = code_on(owner.get("/me/pair").text)
    guesser = Browser(app_server.url)
    wrong = [f"{number:06d}" for number in range(123450, 123460) if f"{number:06d}" != digits]
    statuses = [guesser.send_form("/code", code=guess).status_code for guess in wrong[:9]]
    assert statuses == [422] * 8 + [429]
    assert guesser.send_form("/code", code=digits).status_code == 429


def test_an_invitation_makes_a_member_with_its_role_and_no_more(
    app_server: Server, owner: Browser, company: Company
) -> None:
    site = company.site()
    crew = company.crew(site)
    page = owner.send_form(
        "/members/invite",
        name="李强",
        login="139 0013 9000",
        **{f"role-{site}": "foreman", f"crews-{site}": str(crew)},
    )
    link = link_on(page.text)
    newcomer = Browser(app_server.url, IPHONE)
    assert "宏远建设" in newcomer.get(link).text
    reply = newcomer.send_form(link, name="李强", password="mixer truck 42")
    assert reply.status_code == 303, reply.text
    joined = newcomer.get(reply.headers["location"])
    assert code_on(joined.text)
    rows = query(
        company.url,
        "SELECT m.phone, m.is_owner, ms.role, c.foreman = m.id AS leads FROM member m"
        " JOIN membership ms ON ms.member = m.id JOIN crew c ON c.site = ms.site"
        " WHERE m.name = '李强'",
    )
    assert [tuple(row) for row in rows] == [("+8613900139000", False, "foreman", True)]
    again = Browser(app_server.url)
    assert again.get(link).status_code == 404
    assert again.send_form(link, name="Eve", password="mixer truck 42").status_code == 404


def test_an_invitations_code_works_only_with_the_invited_number(
    app_server: Server, owner: Browser, company: Company
) -> None:
    digits = code_on(invite(owner, company))
    phone = Browser(app_server.url)
    alone = phone.send_form("/code", code=digits)
    assert alone.status_code == 422
    assert "This is the code of an invitation" in alone.text
    stranger = phone.send_form("/code", code=digits, login="13700137000")
    assert stranger.status_code == 422
    reply = phone.send_form("/code", code=digits, login="13900139000")
    assert reply.status_code == 303, reply.text
    done = phone.send_form(reply.headers["location"], name="李强", password="mixer truck 42")
    assert done.status_code == 303
    late = Browser(app_server.url).send_form("/code", code=digits, login="13900139000")
    assert late.status_code == 422


def test_an_invitation_taken_back_or_too_old_is_over(
    app_server: Server, owner: Browser, company: Company
) -> None:
    taken, old = link_on(invite(owner, company)), link_on(invite(owner, company, "13900139001"))
    first = value(company.url, "SELECT id FROM invitation WHERE phone = '+8613900139000'")
    owner.send_form(f"/members/invitations/{first}/take-back")
    query(
        company.url,
        "UPDATE invitation SET expires_at = now() WHERE phone = '+8613900139001'",
    )
    for link in (taken, old):
        assert Browser(app_server.url).get(link).status_code == 404


def test_an_invitation_of_somebody_who_left_the_company_is_over(
    app_server: Server, owner: Browser, company: Company
) -> None:
    link = link_on(invite(owner, company))
    query(company.url, "UPDATE member SET active = false WHERE phone = $1", OWNER)
    assert Browser(app_server.url).get(link).status_code == 404


def test_what_the_inviter_may_no_longer_grant_is_not_granted(
    app_server: Server, company: Company
) -> None:
    site = company.site()
    office = company.member("周敏", "+8613600136000", {site: "office"})
    browser = Browser(app_server.url)
    browser.sign_in("13600136000")
    link = link_on(invite(browser, company))
    query(company.url, "UPDATE membership SET role = 'supervisor' WHERE member = $1", office)
    newcomer = Browser(app_server.url)
    newcomer.send_form(link, name="李强", password="mixer truck 42")
    assert value(company.url, "SELECT count(*) FROM member WHERE name = '李强'") == 1
    assert value(company.url, "SELECT count(*) FROM membership WHERE role = 'foreman'") == 0


def test_an_invitation_cannot_take_over_a_member(
    app_server: Server, owner: Browser, company: Company
) -> None:
    """Made before the person joined by another way, accepted after: no new password for him."""
    link = link_on(invite(owner, company))
    company.member("李强", "+8613900139000")
    reply = Browser(app_server.url).send_form(link, name="Eve", password="mixer truck 42")
    assert reply.status_code == 409
    assert Browser(app_server.url).sign_in("13900139000").status_code == 200


def test_a_new_way_in_sets_a_new_password_and_ends_old_sessions(
    app_server: Server, owner: Browser, company: Company
) -> None:
    member = company.member("李强", "+8613900139000")
    lost = Browser(app_server.url)
    lost.sign_in("13900139000")
    link = link_on(owner.send_form(f"/members/{member}/new-link").text)
    found = Browser(app_server.url)
    reply = found.send_form(link, name="ignored", password="mixer truck 42")
    assert reply.status_code == 303, reply.text
    assert lost.get("/me").status_code == 303
    assert found.get("/me").status_code == 200
    assert found.sign_in("13900139000", PASSWORD).status_code == 422
    assert value(company.url, "SELECT name FROM member WHERE id = $1", member) == "李强"


# The first company


def test_a_stranger_cannot_found_the_company_of_a_new_server(app_server: Server) -> None:
    browser = Browser(app_server.url)
    assert browser.get("/").headers["location"] == "/welcome"
    assert browser.get("/welcome").status_code == 403
    browser.send_form(
        "/welcome", company="Eve", name="Eve", login="eve@example.com", password=PASSWORD, token=""
    )
    assert value(app_server.database_url, "SELECT count(*) FROM organisation") == 0


def test_whoever_has_the_servers_token_founds_it_once(app_server: Server) -> None:
    from daywork.sign_in.service import setup_token

    token = setup_token(app_server.settings.home)
    browser = Browser(app_server.url)
    assert browser.get("/welcome", params={"token": token}).status_code == 200
    weak = browser.send_form(
        "/welcome", company="宏远建设", name="王芳", login=OWNER, password="12345678", token=token
    )
    assert weak.status_code == 422
    assert "guessed at once" in weak.text
    done = browser.send_form(
        "/welcome", company="宏远建设", name="王芳", login=OWNER, password=PASSWORD, token=token
    )
    assert done.status_code == 303, done.text
    assert browser.get("/me").status_code == 200
    late = browser.send_form(
        "/welcome", company="Eve", name="Eve", login="13900139000", password=PASSWORD, token=token
    )
    assert late.status_code == 409
    assert value(app_server.database_url, "SELECT count(*) FROM organisation") == 1
