"""The Jinja environment: what every template finds without importing anything."""

import json
from functools import cache
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from daywork.ground import places
from daywork.web import figures, language
from daywork.web.assets import asset
from daywork.web.request import cookie, running_scope

MODES: Final = ("light", "dark", "glare")
MODE_COOKIE: Final = "dw_mode"


class Components:
    """``ui.button(…)``: the macros of ``components.html``.

    They are a global and not an import, because a block rendered alone for htmx does not run its
    template's imports.
    """

    def __getattr__(self, name: str) -> Any:
        return getattr(environment.get_template("components.html").module, name)


def csrf_token() -> str:
    """The token that forms and scripts send back; see ``web.security``."""
    scope = running_scope()
    return str(scope["state"].get("daywork_csrf", "")) if scope and "state" in scope else ""


def csrf_field() -> Markup:
    """The hidden field every POST form carries."""
    return Markup('<input type="hidden" name="_csrf" value="{}">').format(csrf_token())


def mode() -> str:
    """``light``, ``dark`` or ``glare`` when the person chose one, else ``""`` (as the phone)."""
    chosen = cookie(running_scope(), MODE_COOKIE)
    return chosen if chosen in MODES else ""


@cache
def _strokes() -> dict[str, str]:
    found: dict[str, str] = json.loads((places.PWA / "templates" / "icons.json").read_bytes())
    return found


def icon(name: str, *, small: bool = False) -> Markup:
    """A picture in the ink of the text beside it; it is never the only word."""
    return Markup(
        '<svg class="icon{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        '<path d="{}"/></svg>'
    ).format(" small" if small else "", _strokes()[name])


def attributes(**values: Any) -> Markup:
    """``{{ attributes(id="x", hx_get=url, disabled=False) }}``: None and False are left out."""
    written = []
    for name, value in values.items():
        if value is None or value is False:
            continue
        name = name.rstrip("_").replace("_", "-")
        written.append(name if value is True else f'{name}="{escape(value)}"')
    return Markup(" ".join(written))  # noqa: S704 - every value was escaped one line above


environment = Environment(
    loader=FileSystemLoader(places.PWA / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
    auto_reload=places.IN_CHECKOUT,
)
environment.globals.update(
    _=language.gettext,
    gettext=language.gettext,
    ngettext=language.ngettext,
    spoken=language.language,
    languages=language.NAMES,
    icon=icon,
    asset=asset,
    attributes=attributes,
    csrf_field=csrf_field,
    ui=Components(),
)
environment.filters.update(
    money=figures.money,
    man_days=figures.man_days,
    aligned=figures.aligned,
    number=figures.number,
    percent=figures.percent,
    day=figures.day,
    month=figures.month,
    short_month=figures.short_month,
    moment=figures.moment,
)
