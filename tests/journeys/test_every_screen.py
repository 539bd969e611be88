"""Every screen, found by following links as a visitor would, holds to what screens.md asks of all.

At 320 px nothing scrolls sideways, nor with text of 200 %; axe finds nothing in any of the three
modes; the console is quiet; no English is left in a Chinese screen. A new page is in this test as
soon as a link leads to it. `DAYWORK_SCREENS=1` keeps a picture of each in tests/.screens.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from babel.messages.pofile import read_po
from playwright.sync_api import Page, expect

from daywork.ground import places
from tests.journeys.crew import sign_in_to_the_demo
from tests.support.browser import Phone
from tests.support.database import Demo, query
from tests.support.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

SCREENS = Path(__file__).parents[1] / ".screens"
NOT_PAGES = re.compile(r"/(api|assets)/|\.(xlsx|csv|pdf|zip|jpg|png|webmanifest)$")
MODES = {"zh-CN": ["light", "dark", "glare"], "en": ["light"]}
"""Words do not change colours: the three modes are looked at in one language."""
VIEWS = {"by", "view", "show", "kind"}
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LIGHTS = """async ([tags, modes]) => {
  const wrong = [];
  const still = new CSSStyleSheet();  // a colour half-way between two modes is nobody's colour
  // What lies half under a bar that stays is a matter of how far one has scrolled.
  still.replaceSync("*, ::before, ::after { transition: none !important }"
    + " .save-bar, .decide-bar { position: static !important }");
  document.adoptedStyleSheets = [still];
  const was = document.documentElement.dataset.mode;
  for (const mode of modes) {
    document.documentElement.dataset.mode = mode;
    const options = mode === "light" ? { runOnly: tags } : { runOnly: ["color-contrast"] };
    const found = await axe.run(document, { ...options, resultTypes: ["violations"] });
    for (const rule of found.violations)
      wrong.push(`${mode}: ${rule.id}: ${rule.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)
        + " " + (n.any[0]?.message ?? "")).join(" | ")}`);
  }
  if (was === undefined) delete document.documentElement.dataset.mode;
  else document.documentElement.dataset.mode = was;
  return wrong;
}"""
TEXTS = """() => {
  const said = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const inside = walk.currentNode.parentElement;
    if (inside && !inside.closest("script, style, [lang]:not(html)"))
      said.add(walk.currentNode.data.trim());
  }
  for (const one of document.querySelectorAll("[aria-label], [placeholder], [alt], [title]"))
    for (const name of ["aria-label", "placeholder", "alt", "title"])
      if (one.getAttribute(name)) said.add(one.getAttribute(name).trim());
  return [...said];
}"""


@cache
def axe() -> str:
    return (places.PWA / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


@cache
def english() -> frozenset[str]:
    """What is said in English and is another word in Chinese."""
    with (places.PWA / "locale/zh_CN/LC_MESSAGES/daywork.po").open("rb") as file:
        return frozenset(
            str(entry.id)
            for entry in read_po(file)
            if isinstance(entry.id, str) and entry.id != entry.string and len(entry.id) > 2
        )


def shape(url: str, *, by_month: bool) -> str:
    """Pages that differ only in whose they are count as one, and so do all months but the current
    one: an earlier month may be closed, and says so. Those are looked at in one view."""
    parts = urlsplit(url)
    path = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d(-\d\d)?", "*", parts.path)
    asked = dict(parse_qsl(parts.query))
    this_month = f"{datetime.now(UTC):%Y-%m}"
    if by_month and "month" in asked and asked["month"] < this_month:
        return f"{path}?earlier"
    views = [value for key, value in asked.items() if key in VIEWS]
    return f"{path}?{','.join(views)}" if views else path


def links(page: Page, base: str) -> Iterator[str]:
    for address in page.eval_on_selector_all("a[href]", "all => all.map((a) => a.href)"):
        clean = address.partition("#")[0]
        if clean.startswith(base + "/") and not NOT_PAGES.search(urlsplit(clean).path):
            yield clean


def faults_of(page: Page, language: str) -> list[str]:
    """What is wrong with the page on the screen."""
    found: list[str] = []
    if (width := page.evaluate("document.documentElement.scrollWidth")) > 320:
        found.append(f"scrolls sideways: {width} px")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    if (width := page.evaluate("document.documentElement.scrollWidth")) > 320:
        found.append(f"scrolls sideways with text of 200 %: {width} px")
    page.evaluate("document.documentElement.style.fontSize = ''")
    if page.locator("h1").count() != 1:
        found.append(f"{page.locator('h1').count()} headings of the first level")
    page.evaluate(axe())
    found += page.evaluate(LIGHTS, [AXE_TAGS, MODES[language]])
    if language == "zh-CN":
        found += [f"English: {text}" for text in page.evaluate(TEXTS) if text in english()]
    return found


DESK = """() => [document.documentElement, ...document.querySelectorAll(".table-wrap")]
  .filter((one) => one.scrollWidth > one.clientWidth + 1)
  .map((one) => `${one.tagName} ${one.scrollWidth} px in ${one.clientWidth}`)"""


def desk_faults_of(page: Page) -> list[str]:
    """At a desk of 1280 px no table is wider than its place: totals stand in the last column."""
    page.set_viewport_size({"width": 1280, "height": 800})
    found = [f"on a desk scrolls sideways: {one}" for one in page.evaluate(DESK)]
    page.set_viewport_size({"width": 320, "height": 640})
    return found


def keep(page: Page, language: str, role: str, name: str) -> None:
    if os.environ.get("DAYWORK_SCREENS"):
        SCREENS.mkdir(exist_ok=True)
        flat = re.sub(r"[^\w*=?-]+", "_", name).strip("_") or "home"
        page.screenshot(path=SCREENS / f"{role}-{flat}-{language}.png", full_page=True)


@dataclass
class Looking:
    """What was wrong with the pages looked at, by address."""

    phone: Phone
    language: str
    role: str
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def look(self, page: Page, name: str) -> None:
        if self.role == "foreman":  # its screens are made on the phone, of what the server sends
            page.wait_for_load_state("networkidle")
        page.locator("h1").first.wait_for(state="attached")
        expect(page.locator(".htmx-request")).to_have_count(0)
        keep(page, self.language, self.role, name)
        faults = [*faults_of(page, self.language), *self.phone.faults]
        if self.role == "owner":
            faults += desk_faults_of(page)
        if faults:
            self.wrong[f"{page.url} ({name})"] = faults
        self.phone.faults.clear()

    def check(self) -> None:
        lines = [f"{url}\n  " + "\n  ".join(all_) for url, all_ in self.wrong.items()]
        assert not lines, "\n".join(lines)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(
    ("role", "begin"), [("foreman", "/m/"), ("supervisor", "/approvals"), ("owner", "/overview")]
)
def test_every_screen_fits_speaks_and_is_open_to_all(
    demo_server: Server, new_phone: Callable[..., Phone], language: str, role: str, begin: str
) -> None:
    phone = new_phone(language, viewport={"width": 320, "height": 640}, device_scale_factor=1)
    looking = Looking(phone, language, role)
    look = looking.look

    if role == "foreman":
        for public in ("/sign-in", "/code", "/install", "/offline"):
            look(phone.open(f"{demo_server.url}{public}"), public)
    query(demo_server.database_url, "UPDATE member SET language = $1", language)
    page = sign_in_to_the_demo(phone, demo_server, role)

    seen: set[str] = set()
    waiting = [f"{demo_server.url}{begin}", f"{demo_server.url}/me"]
    while waiting:
        url = waiting.pop(0)
        if (name := shape(url, by_month=language == "en")) in seen or name.startswith(
            ("/join", "/sign-in", "/api")
        ):
            continue
        seen.add(name)
        page.goto(url)
        look(page, name)
        waiting += links(page, demo_server.url)
        if page.locator("[data-stage=cover]").count():
            look_as_the_worker(looking, page)
    assert len(seen) > 5, "the links lead nowhere"
    if role == "foreman":
        assert "/m/check/*?earlier" in seen or "/m/check/*" in seen, "nobody is handed the phone"
    looking.check()


def look_as_the_worker(looking: Looking, page: Page) -> None:
    """The foreman has handed him the phone: his month, a day that is not right, and good-bye."""
    page.locator("[data-stage=cover] .primary").click()
    looking.look(page, "his month")
    page.locator("[data-stage=days] section .button.wide").last.click()  # the sum is not right
    looking.look(page, "what he claims")
    page.locator("dialog [name=man_days]").fill("1.25")
    page.locator("dialog textarea").fill("…")
    page.locator("dialog [type=submit]").click()
    looking.look(page, "with a claim")
    page.locator("#check-name").fill("…")
    page.locator("[data-stage=days] form .primary").click()
    page.locator("[data-stage=done]").wait_for()
    looking.look(page, "good-bye")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_workers_own_pages_and_the_sheet_of_codes_are_open_to_all(
    demo: Demo, demo_server: Server, new_phone: Callable[..., Phone], language: str
) -> None:
    small = {"viewport": {"width": 320, "height": 640}, "device_scale_factor": 1}
    query(demo_server.database_url, "UPDATE member SET language = $1", language)
    query(demo_server.database_url, "UPDATE worker SET phone = '+8613800138001'")
    desk = new_phone(language, **small)
    looking = Looking(desk, language, "owner")
    page = sign_in_to_the_demo(desk, demo_server, "owner")
    page.goto(f"{demo_server.url}/labour/crosscheck?month={demo.today:%Y-%m}")
    page.locator("form[action='/labour/crosscheck/links'] .button.primary").click()
    page.locator(".qr-sheet").wait_for()
    looking.look(page, "/labour/crosscheck/links")
    looking.check()

    address = re.findall(r"/w/[\w-]{43}", page.content())[0]
    cheap = new_phone(language, **small)
    his = Looking(cheap, language, "worker")
    page = cheap.open(demo_server.url + address)
    his.look(page, "/w/*")
    for digits, name in (("0000", "/w/*?wrong"), ("8001", "/w/*?month")):
        page.locator("[name=digits]").fill(digits)
        with page.expect_navigation():
            page.locator("main form .primary").first.click()
        cheap.faults[:] = [one for one in cheap.faults if "422" not in one]  # as it must be
        his.look(page, name)
    page.locator(".own-days a").first.click()
    page.wait_for_url("**/dispute?day=*")
    his.look(page, "/w/*/dispute?day")
    for asked, name in (("", "/w/*/dispute"), ("?day=month", "/w/*/dispute?month")):
        page.goto(f"{demo_server.url}{address}/dispute{asked}")
        his.look(page, name)
    his.check()
