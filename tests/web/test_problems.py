"""Whatever goes wrong is told in the person's language, in the form the asker can read."""

import logging
from collections.abc import Iterator

import httpx
import pytest
from litestar import Litestar, get, post
from litestar.testing import TestClient

from daywork.ground.problems import NOT_ALLOWED, ProblemKind
from daywork.web.language import speaking
from daywork.web.problems import answer, told
from daywork.web.request import Request, RunningRequest
from tests.support.server import Server

LATE = ProblemKind("test_late", 409, "%(name)s came late", "Wake %(name)s earlier.")


@get("/page/late", sync_to_thread=False)
def late() -> None:
    raise LATE(name="<b>Wang</b>")


@get("/api/late", sync_to_thread=False)
def late_api() -> None:
    raise LATE(name="Wang")


@get("/page/broken", sync_to_thread=False)
def broken() -> None:
    raise RuntimeError("the password is 1234")


@post("/api/number", sync_to_thread=False)
def number(count: int) -> int:
    return count


@get("/page/mine", sync_to_thread=False)
def mine() -> None:
    raise NOT_ALLOWED()


@pytest.fixture
def client() -> Iterator[TestClient[Litestar]]:
    app = Litestar(
        [late, late_api, broken, number, mine],
        exception_handlers={Exception: answer},  # type: ignore[dict-item]
        middleware=[RunningRequest],
        request_class=Request,
        openapi_config=None,
        logging_config=None,
    )
    with TestClient(app, raise_server_exceptions=False) as found:
        found.headers["accept-language"] = "en"
        yield found


def test_the_api_answers_with_a_problem_document(client: TestClient[Litestar]) -> None:
    found = client.get("/api/late")
    assert found.status_code == 409
    assert found.headers["content-type"] == "application/problem+json"
    assert found.json() | {"instance": ""} == {
        "type": "test_late",
        "title": "Wang came late",
        "detail": "Wake Wang earlier.",
        "fix": "Wake Wang earlier.",
        "status": 409,
        "name": "Wang",
        "instance": "",
    }


def test_a_browser_gets_a_page_and_markup_stays_words(client: TestClient[Litestar]) -> None:
    found = client.get("/page/late", headers={"accept": "text/html"})
    assert found.status_code == 409
    assert found.headers["content-type"].startswith("text/html")
    assert "&lt;b&gt;Wang&lt;/b&gt; came late" in found.text
    assert "<b>Wang</b>" not in found.text


def test_htmx_gets_the_fragment_for_the_problem_area(client: TestClient[Litestar]) -> None:
    found = client.get("/page/late", headers={"hx-request": "true"})
    assert found.status_code == 409
    assert found.headers["hx-retarget"] == "#problem"
    assert "came late" in found.text
    assert "<html" not in found.text


def test_what_nobody_foresaw_is_logged_under_the_number_shown(
    client: TestClient[Litestar], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, logger="daywork"):
        found = client.get("/page/broken", headers={"accept": "text/html"})
    assert found.status_code == 500
    assert "1234" not in found.text
    number = caplog.records[0].getMessage().rsplit("[", 1)[1].rstrip("]")
    assert len(number) == 8
    assert number in found.text
    assert caplog.records[0].exc_info


def test_an_unreadable_field_is_named_without_its_value(client: TestClient[Litestar]) -> None:
    found = client.post("/api/number?count=many")
    assert found.status_code == 400
    assert found.json()["fields"] == ["count"]
    assert "many" not in found.text


def test_the_wrong_method_and_the_wrong_address_are_problems_too(
    client: TestClient[Litestar],
) -> None:
    wrong = client.post("/api/late")
    assert (wrong.status_code, wrong.json()["type"]) == (405, "not_this_way")
    assert "GET" in wrong.headers["allow"]
    assert client.get("/api/nothing").json()["type"] == "not_found"


def test_a_problem_is_told_in_chinese_to_who_asks_for_chinese(
    client: TestClient[Litestar],
) -> None:
    found = client.get("/page/mine", headers={"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"})
    assert '<html lang="zh-CN"' in found.text
    assert "您没有此权限" in found.text
    with speaking("zh-CN"):
        assert told(NOT_ALLOWED())["title"] == "您没有此权限"


def test_who_is_signed_out_is_led_to_sign_in_and_back(app_server: Server) -> None:
    with httpx.Client(base_url=app_server.url) as browser:
        page = browser.get("/overview?month=2026-03")
        assert page.status_code == 303
        assert page.headers["location"] == "/sign-in?next=%2Foverview%3Fmonth%3D2026-03"
        piece = browser.get(
            "/overview",
            headers={"hx-request": "true", "hx-current-url": f"{app_server.url}/labour"},
        )
        assert piece.headers["hx-redirect"] == "/sign-in?next=%2Flabour"
        browser.get("/sign-in")  # gives the token against forgery
        form = f"{app_server.url}/labour/pay/new?month=2026-03"
        for came_from, back in (
            (form, "%2Flabour%2Fpay%2Fnew%3Fmonth%3D2026-03"),
            ("https://elsewhere.example/labour/pay/new", "%2F"),
            (f"{app_server.url}/labour/rates/agree", "%2F"),  # only a form goes there
            (None, "%2F"),
        ):
            headers = {"referer": came_from} if came_from else {}
            token = {"_csrf": browser.cookies["dw_csrf"]}
            sent = browser.post("/labour/pay/new", data=token, headers=headers)
            assert sent.headers["location"] == f"/sign-in?next={back}", came_from
        api = browser.get("/api/sync/me")
        assert (api.status_code, api.json()["type"]) == (401, "signed_out")
