"""The person's language: one gettext catalogue for Python, Jinja and JavaScript.

English is the source; ``pwa/locale/zh_CN`` holds the Chinese. Catalogues are compiled in memory
when first asked for, so no ``.mo`` file can be stale.
"""

import gettext as gnu
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from litestar.types import Scope

from daywork.ground import places
from daywork.web.request import cookie, running_scope, speaker

LANGUAGES: Final = ("zh-CN", "en")
NAMES: Final = {"zh-CN": "中文", "en": "English"}
DEFAULT: Final = "zh-CN"
COOKIE: Final = "dw_language"

_forced: ContextVar[str | None] = ContextVar("daywork_language", default=None)


@cache
def _catalogue(language: str) -> gnu.NullTranslations:
    path = places.PWA / "locale" / language.replace("-", "_") / "LC_MESSAGES" / "daywork.po"
    if not path.exists():
        return gnu.NullTranslations()
    with path.open("rb") as source:
        messages = read_po(source, locale=language.replace("-", "_"), domain="daywork")
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return gnu.GNUTranslations(compiled)


def language_of(scope: Scope | None) -> str:
    """Signed in: the person's choice; else the cookie, else what the browser asks for."""
    person = speaker(scope)
    if person is not None and person.language in LANGUAGES:
        return person.language
    chosen = cookie(scope, COOKIE)
    if chosen in LANGUAGES:
        return chosen
    headers = dict(scope["headers"]) if scope else {}
    return preferred(headers.get(b"accept-language", b"").decode("latin-1"))


def preferred(accept: str) -> str:
    """The first of our languages in an ``Accept-Language`` header, by its weights."""
    wishes = []
    for place, part in enumerate(accept.split(",")):
        tag, _sep, weight = part.strip().partition(";")
        found = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", weight) if weight else None
        wishes.append((-float(found[1]) if found else -1.0, place, tag.strip().lower()))
    for rank, _place, tag in sorted(wishes):
        if rank == 0:
            continue
        for language in LANGUAGES:
            if tag.split("-")[0] == language.split("-")[0]:
                return language
    return DEFAULT


def language() -> str:
    """The language now spoken: ``"zh-CN"`` or ``"en"``."""
    return _forced.get() or language_of(running_scope())


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak this language inside the block, whoever asks (exports, messages to others)."""
    token = _forced.set(language if language in LANGUAGES else DEFAULT)
    try:
        yield
    finally:
        _forced.reset(token)


def fill(text: str, values: dict[str, Any]) -> str:
    """Put values into ``%(name)s``; a lone ``%`` is itself, a missing value stays visible."""
    if not values:
        return text
    return re.sub(
        r"%\((\w+)\)[sd]",
        lambda found: str(values[found[1]]) if found[1] in values else found[0],
        text,
    )


def gettext(message: str, /, **values: Any) -> str:
    """The message in the person's language, with its ``%(name)s`` filled in."""
    return fill(_catalogue(language()).gettext(message), values)


def ngettext(one: str, many: str, n: int, /, **values: Any) -> str:
    """The message for this number; ``%(n)s`` is filled in by itself."""
    return fill(_catalogue(language()).ngettext(one, many, n), {"n": n, **values})


_ = gettext
