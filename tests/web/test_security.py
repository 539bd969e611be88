"""Headers on every reply, and no act of ours on a stranger's page's behalf."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from daywork.web.security import COOKIE
from tests.support.server import Server


@pytest.fixture
def browser(app_server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=app_server.url, headers={"accept-language": "en"}) as client:
        yield client


@pytest.mark.parametrize(
    "path", ["/install", "/m/", "/sw.js", "/nowhere", "/api/nowhere", "/api/sync/me", "/healthz"]
)
def test_every_reply_carries_the_security_headers(browser: httpx.Client, path: str) -> None:
    headers = browser.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=(self), geolocation=(self)" in headers["permissions-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert len(headers["x-request-id"]) == 8
    assert "strict-transport-security" not in headers, "not on plain http"


def test_only_the_api_says_that_it_is_daywork(browser: httpx.Client) -> None:
    assert browser.get("/api/sync/me").headers["x-daywork"] == "1"
    assert browser.get("/api/nowhere").headers["x-daywork"] == "1"
    assert "x-daywork" not in browser.get("/install").headers


def choose(browser: httpx.Client, **sent: dict[str, str]) -> httpx.Response:
    data = {"language": "zh-CN", "next": "/install"} | sent.get("data", {})
    return browser.post("/language", data=data, headers=sent.get("headers", {}))


def test_a_form_with_its_token_is_taken(browser: httpx.Client) -> None:
    token = browser.get("/install").cookies[COOKIE]
    answer = choose(browser, data={"_csrf": token})
    assert (answer.status_code, answer.headers["location"]) == (303, "/install")
    assert answer.cookies["dw_language"] == "zh-CN"


def test_a_script_sends_the_token_as_a_header(browser: httpx.Client) -> None:
    token = browser.get("/install").cookies[COOKIE]
    assert choose(browser, headers={"x-csrf-token": token}).status_code == 303


def test_the_page_writes_the_token_of_the_first_visit_into_its_forms(
    browser: httpx.Client,
) -> None:
    page = browser.get("/install")
    assert f'name="_csrf" value="{page.cookies[COOKIE]}"' in page.text
    assert COOKIE not in browser.get("/install").headers.get("set-cookie", "")


@pytest.mark.parametrize("token", ["", "guessed-token-of-some-length", "令牌"])
def test_a_form_without_the_right_token_is_refused(browser: httpx.Client, token: str) -> None:
    browser.get("/install")
    answer = choose(browser, data={"_csrf": token})
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text


def test_without_the_cookie_no_token_is_right(browser: httpx.Client) -> None:
    assert choose(browser, data={"_csrf": ""}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_post_from_another_site_is_refused_even_with_the_token(
    browser: httpx.Client, headers: dict[str, str]
) -> None:
    token = browser.get("/install").cookies[COOKIE]
    assert choose(browser, data={"_csrf": token}, headers=headers).status_code == 403


def test_our_own_origin_is_welcome(browser: httpx.Client) -> None:
    token = browser.get("/install").cookies[COOKIE]
    headers = {"origin": str(browser.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
    assert choose(browser, data={"_csrf": token}, headers=headers).status_code == 303


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_a_choice_never_leads_to_another_host(browser: httpx.Client, target: str) -> None:
    token = browser.get("/install").cookies[COOKIE]
    answer = choose(browser, data={"_csrf": token, "next": target})
    assert answer.headers["location"] == "/"


def test_a_stranger_is_answered_before_his_upload_is_read(app_server: Server) -> None:
    at = urlsplit(app_server.url)
    with socket.create_connection((at.hostname or "", at.port or 0), timeout=10) as line:
        line.sendall(
            f"POST /rescue HTTP/1.1\r\nhost: {at.netloc}\r\ncontent-length: 200000000\r\n"
            "content-type: multipart/form-data; boundary=x\r\n\r\n--x\r\n".encode()
        )
        assert b"location: /sign-in" in line.recv(4096).lower()
