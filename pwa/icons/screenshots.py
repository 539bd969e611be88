"""Takes the pictures a browser shows when it offers to install the app.

Run it against the demo company: ``daywork up --demo``, then
``python pwa/icons/screenshots.py http://localhost:8000``. What it writes is committed.
"""

import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
PASSWORD = "daywork-demo"  # noqa: S105 - the demo company's, printed at every start
WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 360, "height": 740}
# What is shown, who looks at it in which language, and where.
PICTURES = (
    ("overview", "zh-CN", "13800000001", "/overview", WIDE, 1),
    ("overview", "en", "13800000001", "/overview", WIDE, 1),
    ("today", "zh-CN", "13800000005", "/m/", NARROW, 2),
    ("today", "en", "13800000009", "/m/", NARROW, 2),
)


def main(base: str) -> None:
    """Write ``screenshot-<what>-<zh|en>.png`` beside this file."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        for what, language, login, path, size, scale in PICTURES:
            page = _signed_in(browser, base, login, language, size, scale)
            page.goto(base + path)
            if what == "today":
                page.locator("button.propose").first.click()
            page.wait_for_timeout(800)
            target = HERE / f"screenshot-{what}-{language[:2]}.png"
            page.screenshot(path=target)
            Image.open(target).convert("RGB").quantize(128).save(target, optimize=True)
            if language == "en" and path == "/overview":
                _speak(page, base, "zh-CN")
            page.context.close()
        browser.close()


def _signed_in(
    browser: Browser, base: str, login: str, language: str, size: dict[str, int], scale: int
) -> Page:
    context = browser.new_context(
        viewport=size,  # type: ignore[arg-type]
        device_scale_factor=scale,
        locale=language,
        color_scheme="light",
    )
    page = context.new_page()
    page.goto(f"{base}/sign-in")
    page.fill("input[name=login]", login)
    page.fill("input[type=password]", PASSWORD)
    page.click("main button.primary")
    page.wait_for_load_state("networkidle")
    _speak(page, base, language)
    return page


def _speak(page: Page, base: str, language: str) -> None:
    page.goto(f"{base}/me")
    switch = page.locator(f"button[name=language][value={language}]")
    if switch.count():
        switch.first.click()
        page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://localhost:8000")
