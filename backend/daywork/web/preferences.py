"""How a person wants the pages: the language, the light; and how to install the app.

Both choices are cookies, so they hold before anybody has signed in. A signed-in person's language
is also kept with the member: :data:`on_language` is plugged in by the app.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import Cookie

from daywork.web.language import COOKIE, DEFAULT, LANGUAGES
from daywork.web.pages import go, page
from daywork.web.request import Request, speaker
from daywork.web.security import YEAR
from daywork.web.templates import MODE_COOKIE, MODES

OnLanguage = Callable[[Request, str], Awaitable[None]]
on_language: list[OnLanguage] = []


def choice_cookie(request: Request, name: str, value: str) -> Cookie:
    """A choice that scripts may read; nothing secret."""
    return Cookie(
        key=name,
        value=value,
        max_age=YEAR,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def language_cookie(request: Request, language: str) -> Cookie:
    """Signing in sets it too, so that the capture shell speaks the member's language."""
    return choice_cookie(request, COOKIE, language if language in LANGUAGES else DEFAULT)


async def _form(request: Request) -> dict[str, str]:
    return {key: str(value) for key, value in (await request.form()).items()}


def _back(target: str) -> str:
    """A path of this site only; ``//host`` and ``\\host`` are other people's."""
    safe = target.startswith("/") and not target.startswith("//")
    return target if safe and "\\" not in target and target.isprintable() else "/"


@post("/language", opt={"public": True})
async def choose_language(request: Request) -> Response[Any]:
    """Speak another language from now on, and go back to where one was."""
    form = await _form(request)
    chosen = form.get("language", "")
    language = chosen if chosen in LANGUAGES else DEFAULT
    if speaker(request.scope) is not None:
        for remember in on_language:
            await remember(request, language)
    return go(request, _back(form.get("next", "/")), cookies=[language_cookie(request, language)])


@post("/mode", opt={"public": True})
async def choose_mode(request: Request) -> Response[Any]:
    """Light, dark, glare, or as the phone is (any other word)."""
    form = await _form(request)
    mode = form.get("mode", "")
    cookie = choice_cookie(request, MODE_COOKIE, mode if mode in MODES else "")
    if mode not in MODES:
        cookie.max_age = 0
    return go(request, _back(form.get("next", "/")), cookies=[cookie])


@get("/install", opt={"public": True}, sync_to_thread=False)
def install_guide(request: Request) -> Response[str]:
    """How to put the app on the home screen, by steps."""
    agent = request.headers.get("user-agent", "")
    apple = "iPhone" in agent or "iPad" in agent
    return page(request, "install.html", system="apple" if apple else "android")


handlers = [choose_language, choose_mode, install_guide]
