"""A phone: Debian's Chromium with a profile of its own, 360 × 740, touch, either language.

The profile is a folder, so `Phone.kill()` can end the browser as a dead battery would, and
`Phone.open()` starts it again with what the phone had really written down.
"""

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright

SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

PHONE = (
    "Mozilla/5.0 (Linux; Android 14; 23053RN02A) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/140.0.0.0 Mobile Safari/537.36"
)
"""What the server goes by to keep somebody signed in for long."""


def find_chromium() -> str | None:
    """The browser to test with: `DAYWORK_CHROMIUM`, or the first one on this machine."""
    names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
    given = os.environ.get("DAYWORK_CHROMIUM")
    return given or next((path for name in names if (path := shutil.which(name))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser its tests are skipped aloud; in CI they fail instead."""
    if find_chromium() or os.environ.get("CI") == "true":
        return
    reason = "no Chromium on this machine (apt-get install chromium fonts-noto-cjk)"
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=reason))


class Phone:
    """One phone in somebody's hand; `phone.page` is what is on its screen."""

    def __init__(self, playwright: Playwright, profile: Path, **options: Any) -> None:
        self._playwright = playwright
        self._profile = profile
        self._options = options
        self.context: BrowserContext | None = None
        self._away = False
        self.faults: list[str] = []
        """Console errors and uncaught exceptions, for tests that allow none."""

    def open(self, url: str | None = None) -> Page:
        """Start the browser (again) on the same profile."""
        if self.context is None:
            self.context = self._playwright.chromium.launch_persistent_context(
                str(self._profile),
                executable_path=find_chromium() or "chromium",
                args=SWITCHES,
                headless=True,
                **self._options,
            )
            self.context.on("page", self._listen)
            for page in self.context.pages:
                self._listen(page)
        if url is not None:
            self.page.goto(url)
        return self.page

    @property
    def page(self) -> Page:
        context = self._open_context()
        return context.pages[0] if context.pages else context.new_page()

    def offline(self, away: bool = True) -> None:
        """Take the phone out of the network's reach, or bring it back."""
        self._away |= away
        self._open_context().set_offline(away)
        self._away = away  # by now what was said of a network that was gone was heard

    def kill(self) -> None:
        """End the browser with SIGKILL, all its processes, without a word of warning."""
        marker = f"--user-data-dir={self._profile}".encode()
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if marker in (process / "cmdline").read_bytes().split(b"\0"):
                    os.kill(int(process.name), signal.SIGKILL)
            except OSError:
                continue  # it has just ended
        with contextlib.suppress(Exception):  # it is dead, which is the point
            self._open_context().close()
        self.context = None

    def close(self) -> None:
        if self.context is not None:
            self.context.close()
            self.context = None

    def _open_context(self) -> BrowserContext:
        if self.context is None:
            self.open()
        assert self.context is not None
        return self.context

    def _listen(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._hear)

    def _hear(self, said: ConsoleMessage) -> None:
        """What the browser itself says of a network that is not there is nobody's fault.

        A page whose service worker found none hears of it as ``ERR_FAILED``.
        """
        expected = ["net::ERR_INTERNET_DISCONNECTED"] + ["net::ERR_FAILED"] * self._away
        if said.type == "error" and not any(word in said.text for word in expected):
            self.faults.append(said.text)


CONTROLLED = "navigator.serviceWorker.controller !== null"


def until(page: Page, expression: str, seconds: float = 15) -> None:
    """Wait for a JavaScript expression to be true.

    Playwright's `wait_for_function` evaluates strings inside the page, which our policy forbids.
    """
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"never true: {expression}"
        page.wait_for_timeout(50)


def under_the_worker(page: Page) -> None:
    """Wait until the service worker is in charge of the page: at once, or from the next visit on.

    On a busy machine Chromium sometimes forgets a page that was loading while the worker claimed
    it; such a page is the worker's when it is opened again.
    """
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    try:
        until(page, CONTROLLED)
    except AssertionError:
        page.reload()
        until(page, CONTROLLED)


@pytest.fixture
def playwright_driver() -> Iterator[Playwright]:
    """For one test only: while it runs, its event loop would hinder every async test."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture
def new_phone(playwright_driver: Playwright, tmp_path: Path) -> Iterator[Callable[..., Phone]]:
    """Make phones: `new_phone("zh-CN")`, `new_phone("en", viewport={…})`."""
    phones: list[Phone] = []

    def make(locale: str = "zh-CN", **options: Any) -> Phone:
        settings: dict[str, Any] = {
            "viewport": {"width": 360, "height": 740},
            "device_scale_factor": 2,
            "has_touch": True,
            "is_mobile": True,
            "user_agent": PHONE,
            "locale": locale,
            "timezone_id": "Asia/Shanghai",
            "service_workers": "allow",
        }
        phone = Phone(playwright_driver, tmp_path / f"phone-{len(phones)}", **settings | options)
        phones.append(phone)
        return phone

    yield make
    for phone in phones:
        phone.close()


@pytest.fixture
def phone(new_phone: Callable[..., Phone], request: pytest.FixtureRequest) -> Phone:
    """A phone in Chinese, or in the language that `@pytest.mark.parametrize` gives indirectly."""
    return new_phone(getattr(request, "param", "zh-CN"))


@pytest.fixture
def desktop(new_phone: Callable[..., Phone], request: pytest.FixtureRequest) -> Phone:
    """The office's browser: 1280 × 800, a mouse."""
    return new_phone(
        getattr(request, "param", "zh-CN"),
        viewport={"width": 1280, "height": 800},
        device_scale_factor=1,
        has_touch=False,
        is_mobile=False,
        user_agent=None,
    )
