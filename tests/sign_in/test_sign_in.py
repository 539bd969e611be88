"""Signing in over HTTP: who gets a session, who waits, and when a session is over."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.support.company import PASSWORD, Browser, Company
from tests.support.database import query, value
from tests.support.processes import within
from tests.support.server import Server

PHONE = "+8613800138000"
ANDROID = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"


@pytest.fixture
def company(app_server: Server) -> Company:
    return Company(app_server.database_url)


def signed_in(browser: httpx.Client) -> bool:
    return browser.get("/me", follow_redirects=False).status_code == 200


def test_the_right_password_opens_a_session_kept_only_as_a_hash(
    app_server: Server, company: Company
) -> None:
    company.member("李强", PHONE)
    browser = Browser(app_server.url, ANDROID)
    reply = browser.sign_in("138 0013 8000")
    assert reply.status_code == 200, reply.text
    cookie = reply.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=15552000" in cookie
    assert signed_in(browser)
    secret = browser.cookies["dw_session"].split(".")[1]
    rows = query(app_server.database_url, "SELECT s::text AS line FROM session s")
    assert len(rows) == 1
    assert secret not in rows[0]["line"]


@pytest.mark.parametrize(
    ("login", "password"), [("13800138000", "wrong password"), ("13900139000", PASSWORD)]
)
def test_a_wrong_password_and_an_unknown_person_look_the_same(
    app_server: Server, company: Company, login: str, password: str
) -> None:
    company.member("李强", PHONE)
    reply = Browser(app_server.url).sign_in(login, password)
    assert reply.status_code == 422
    assert reply.json()["type"] == "sign_in_failed"
    assert "set-cookie" not in reply.headers or "dw_session" not in reply.headers["set-cookie"]


def test_a_page_sends_strangers_to_the_sign_in_and_back(
    app_server: Server, company: Company
) -> None:
    company.member("李强", PHONE)
    browser = Browser(app_server.url)
    away = browser.get("/me")
    assert away.status_code == 303
    assert away.headers["location"] == "/sign-in?next=%2Fme"
    back = browser.send_form("/sign-in", login="13800138000", password=PASSWORD, next="/me")
    assert back.status_code == 303, back.text
    assert back.headers["location"] == "/me"
    assert "Max-Age" not in next(
        c for c in back.headers.get_list("set-cookie") if c.startswith("dw_session")
    )


def test_the_api_answers_strangers_with_a_problem(app_server: Server) -> None:
    reply = Browser(app_server.url).send_json("/api/sign-out", {})
    assert reply.status_code == 401
    assert reply.json()["type"] == "signed_out"
    assert reply.headers["x-daywork"] == "1"


def test_whoever_works_for_two_companies_chooses_one(app_server: Server, company: Company) -> None:
    company.member("李强", PHONE)
    other = Company(app_server.database_url, "远东劳务")
    there = other.member("李强", PHONE)
    browser = Browser(app_server.url)
    choices = browser.sign_in("13800138000").json()["choose"]
    assert [choice["name"] for choice in choices] == ["宏远建设", "远东劳务"]
    assert not signed_in(browser)
    reply = browser.send_json("/api/sign-in", {"ticket": choices[1]["ticket"]})
    assert reply.json() == {"member": str(there), "organisation": str(other.id)}
    again = browser.send_json("/api/sign-in", {"ticket": choices[1]["ticket"]})
    assert again.json()["type"] == "code_failed"


def test_a_phone_that_names_its_company_is_not_asked(app_server: Server, company: Company) -> None:
    company.member("李强", PHONE)
    Company(app_server.database_url, "远东劳务").member("李强", PHONE)
    reply = Browser(app_server.url).send_json(
        "/api/sign-in",
        {"login": PHONE, "password": PASSWORD, "organisation": str(company.id)},
    )
    assert reply.json()["organisation"] == str(company.id)


def test_another_password_in_the_other_company_opens_only_that_one(
    app_server: Server, company: Company
) -> None:
    company.member("李强", PHONE)
    other = Company(app_server.database_url, "远东劳务")
    other.member("李强", PHONE, password="another phrase 3")
    reply = Browser(app_server.url).sign_in(PHONE, "another phrase 3")
    assert reply.json()["organisation"] == str(other.id)


def test_who_was_deactivated_cannot_come_in_and_open_sessions_are_dead(
    app_server: Server, company: Company
) -> None:
    member = company.member("李强", PHONE)
    browser = Browser(app_server.url)
    browser.sign_in(PHONE)
    assert signed_in(browser)
    query(app_server.database_url, "UPDATE member SET active = false WHERE id = $1", member)
    assert not signed_in(browser)
    assert browser.sign_in(PHONE).json()["type"] == "sign_in_failed"


def test_a_session_belongs_to_its_company_alone(app_server: Server, company: Company) -> None:
    """The cookie names a company; with another one's name the same secret is nothing."""
    from daywork.sign_in.service import cookie_value

    company.member("李强", PHONE)
    other = Company(app_server.database_url, "远东劳务")
    browser = Browser(app_server.url)
    browser.sign_in(PHONE)
    secret = browser.cookies["dw_session"].split(".")[1]
    thief = Browser(app_server.url)
    thief.cookies["dw_session"] = cookie_value(other.id, secret)
    assert not signed_in(thief)


def test_signing_out_ends_the_session_on_the_server(app_server: Server, company: Company) -> None:
    company.member("李强", PHONE)
    browser = Browser(app_server.url)
    browser.sign_in(PHONE)
    kept = browser.cookies["dw_session"]
    assert browser.send_json("/api/sign-out", {}).status_code == 200
    copy = Browser(app_server.url)
    copy.cookies["dw_session"] = kept
    assert not signed_in(copy)


def test_a_device_is_signed_out_from_another_one(app_server: Server, company: Company) -> None:
    company.member("李强", PHONE)
    office, phone = Browser(app_server.url), Browser(app_server.url, ANDROID)
    office.sign_in(PHONE)
    phone.sign_in(PHONE)
    lost = value(app_server.database_url, "SELECT id FROM session WHERE device LIKE '%Android'")
    assert office.send_form(f"/me/devices/{lost}/sign-out").status_code == 303
    assert not signed_in(phone)
    assert signed_in(office)


def test_nobody_signs_out_somebody_else(app_server: Server, company: Company) -> None:
    company.member("李强", PHONE)
    company.member("王芳", "+8613900139000", owner=True)
    mine, owners = Browser(app_server.url), Browser(app_server.url)
    mine.sign_in(PHONE)
    session = value(app_server.database_url, "SELECT id FROM session")
    owners.sign_in("13900139000")
    assert owners.send_form(f"/me/devices/{session}/sign-out").status_code == 404
    assert signed_in(mine)


def test_a_session_not_used_for_its_life_is_over(app_server: Server, company: Company) -> None:
    company.member("李强", PHONE)
    browser = Browser(app_server.url)
    browser.sign_in(PHONE)
    query(app_server.database_url, "UPDATE session SET expires_at = now() - interval '1 s'")
    assert not signed_in(browser)


def test_last_seen_is_not_written_at_each_request(app_server: Server, company: Company) -> None:
    company.member("李强", PHONE)
    browser = Browser(app_server.url, ANDROID)
    browser.sign_in(PHONE)
    sql = "SELECT last_seen_at FROM session"
    first = value(app_server.database_url, sql)
    browser.get("/me")
    assert value(app_server.database_url, sql) == first
    query(app_server.database_url, "UPDATE session SET last_seen_at = now() - interval '1 hour'")
    reply = browser.get("/me")
    assert value(app_server.database_url, sql) > first
    assert "Max-Age=15552000" in str(reply.headers.get_list("set-cookie"))


def test_a_new_password_ends_all_other_sessions(app_server: Server, company: Company) -> None:
    company.member("李强", PHONE)
    office, phone = Browser(app_server.url), Browser(app_server.url, ANDROID)
    office.sign_in(PHONE)
    phone.sign_in(PHONE)
    wrong = office.send_form("/me/password", old="not it at all", new="mixer truck 42")
    assert wrong.status_code == 422
    done = office.send_form("/me/password", old=PASSWORD, new="mixer truck 42")
    assert done.status_code == 303, done.text
    assert signed_in(office)
    assert not signed_in(phone)
    assert phone.sign_in(PHONE).json()["type"] == "sign_in_failed"
    assert phone.sign_in(PHONE, "mixer truck 42").status_code == 200


def test_a_form_without_the_token_signs_nobody_in(app_server: Server, company: Company) -> None:
    company.member("李强", PHONE)
    browser = Browser(app_server.url)
    reply = browser.post("/api/sign-in", json={"login": PHONE, "password": PASSWORD})
    assert reply.status_code == 403
    assert "dw_session" not in browser.cookies


# Guessing


def answers(url: str) -> bool:
    """Whether somebody listens there by now."""
    try:
        return httpx.get(f"{url}/healthz", timeout=30).is_success
    except httpx.TransportError:
        return False


@pytest.fixture
def second_app(app_server: Server) -> Iterator[str]:
    """The same app in a process of its own, on the same database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable,
            *("-m", "uvicorn", "--factory", "daywork.app:create_app"),
            *("--port", str(port), "--log-level", "warning"),
        ],
        env={
            **os.environ,
            "DAYWORK_DATABASE_URL": app_server.database_url,
            "DAYWORK_HOME": str(app_server.settings.home),
        },
    )
    url = f"http://127.0.0.1:{port}"
    try:
        assert within(90, lambda: process.poll() is not None or answers(url))
        yield url
    finally:
        process.terminate()
        process.wait(10)


def test_tries_are_counted_over_all_processes(
    app_server: Server, second_app: str, company: Company
) -> None:
    company.member("李强", PHONE)
    here, there = Browser(app_server.url), Browser(second_app)
    for browser in (here, there, here, there, here):
        assert browser.sign_in(PHONE, "wrong password").json()["type"] == "sign_in_failed"
    for browser in (here, there):
        reply = browser.sign_in(PHONE)
        assert reply.status_code == 429
        assert reply.json()["title"] == "Too many tries: please wait 15 min"
        assert 800 < int(reply.headers["retry-after"]) <= 900


def test_many_tries_at_once_do_not_slip_through(app_server: Server, company: Company) -> None:
    company.member("李强", PHONE)
    browsers = [Browser(app_server.url) for _ in range(12)]
    for browser in browsers:
        browser.get("/sign-in")
    with ThreadPoolExecutor(12) as hands:
        replies = list(hands.map(lambda b: b.sign_in(PHONE, "wrong password"), browsers))
    assert sorted(reply.status_code for reply in replies) == [422] * 5 + [429] * 7


def test_a_success_forgives_the_failures_before(app_server: Server, company: Company) -> None:
    company.member("李强", PHONE)
    browser = Browser(app_server.url)
    for _ in range(3):
        for _ in range(4):
            browser.sign_in(PHONE, "wrong password")
        assert browser.sign_in(PHONE).status_code == 200


def test_somebody_elses_failures_lock_nobody_out(app_server: Server, company: Company) -> None:
    company.member("李强", PHONE)
    company.member("王芳", "+8613900139000")
    browser = Browser(app_server.url)
    for _ in range(6):
        browser.sign_in(PHONE, "wrong password")
    assert browser.sign_in("13900139000").status_code == 200


def test_what_is_counted_names_nobody(app_server: Server, company: Company) -> None:
    company.member("李强", PHONE)
    Browser(app_server.url).sign_in(PHONE, "wrong password")
    rows = query(app_server.database_url, "SELECT a::text AS line FROM sign_in_attempt a")
    assert len(rows) == 3
    assert not any("13800138000" in row["line"] for row in rows)
