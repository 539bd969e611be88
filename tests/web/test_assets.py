"""What the browser keeps: hashed for ever, precompressed, without cookies."""

import json
from collections.abc import Iterator

import httpx
import pytest

from daywork.web import assets
from tests.support.server import Server


@pytest.fixture
def browser(app_server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=app_server.url, headers={"accept-language": "en"}) as client:
        yield client


def test_a_hashed_asset_may_be_kept_for_ever(browser: httpx.Client) -> None:
    answer = browser.get(assets.asset("app.css"))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("identity", None),
        ("*", "br"),
    ],
)
def test_an_asset_comes_in_the_best_encoding_the_browser_takes(
    browser: httpx.Client, accepted: str, coding: str | None
) -> None:
    with browser.stream(
        "GET", assets.asset("app.css"), headers={"accept-encoding": accepted}
    ) as answer:
        sent = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert int(answer.headers["content-length"]) == len(sent)


def test_what_the_browser_holds_is_not_sent_again(browser: httpx.Client) -> None:
    first = browser.get(assets.asset("review.js"))
    again = browser.get(
        assets.asset("review.js"), headers={"if-none-match": f"W/{first.headers['etag']}"}
    )
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    other = browser.get(
        assets.asset("review.js"),
        headers={"if-none-match": first.headers["etag"], "accept-encoding": "identity"},
    )
    assert other.status_code == 200, "another encoding is another representation"


def test_head_says_what_get_would_send(browser: httpx.Client) -> None:
    path = assets.asset("icon-192.png")
    head, get = browser.head(path), browser.get(path)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == get.headers["content-length"] == str(len(get.content))


def test_assets_set_no_cookies(browser: httpx.Client) -> None:
    for path in (assets.asset("app.css"), "/sw.js", "/manifest.webmanifest", "/favicon.ico"):
        assert "set-cookie" not in browser.get(path).headers, path


@pytest.mark.parametrize(
    "name", ["nothing.js", "..%2fassets.json", "%2e%2e", ".hidden", "app.css.br", "a%00b.js"]
)
def test_only_built_files_are_served(browser: httpx.Client, name: str) -> None:
    assert browser.get(f"/assets/{name}").status_code == 404


def test_the_worker_is_asked_for_again_at_every_start(browser: httpx.Client) -> None:
    answer = browser.get("/sw.js")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["service-worker-allowed"] == "/"
    assert answer.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "点工本"), ("en", "Daywork")])
def test_the_manifest_speaks_the_language_of_the_page(
    browser: httpx.Client, language: str, word: str
) -> None:
    answer = browser.get("/manifest.webmanifest", params={"language": language})
    found = answer.json()
    assert answer.headers["content-type"].startswith("application/manifest+json")
    assert (found["lang"], found["short_name"]) == (language, word)
    assert (found["id"], found["start_url"], found["display"]) == ("/m/", "/m/", "standalone")
    assert {icon["purpose"] for icon in found["icons"]} == {"any", "maskable"}
    pictures = [*found["icons"], *found["screenshots"]]
    pictures += [icon for shortcut in found["shortcuts"] for icon in shortcut["icons"]]
    for picture in pictures:
        assert browser.get(picture["src"]).status_code == 200, picture["src"]


def test_everything_the_worker_keeps_can_be_fetched(browser: httpx.Client) -> None:
    kept = json.loads((assets.dist() / "build.json").read_bytes())["precache"]
    assert "/m/" in kept
    assert assets.asset("capture.js") in kept
    for address in kept:
        answer = browser.get(address)
        assert answer.status_code == 200, address
        assert "x-request-id" in answer.headers, "the worker keeps nothing without it"


@pytest.mark.parametrize(("accepted", "language"), [("zh", "zh-CN"), ("fr, en;q=0.5", "en")])
def test_the_capture_shell_is_the_same_for_everybody_but_for_the_language(
    browser: httpx.Client, accepted: str, language: str
) -> None:
    pages = [
        browser.get(path, headers={"accept-language": accepted})
        for path in ("/m/", "/m", "/m/photo", "/m/outbox")
    ]
    assert len({page.text for page in pages}) == 1
    assert f'<html lang="{language}"' in pages[0].text
    assert pages[0].headers["cache-control"] == "no-cache"
    assert "Accept-Language" in pages[0].headers["vary"]
