"""A first visit on a weak signal: what it must load before anything can be recorded."""

import json

from daywork.web import assets

FIRST_LOAD = 75 * 1024
CAPTURE_SCRIPTS = 30 * 1024


def weight(address: str) -> int:
    """Bytes on the wire, as brotli."""
    return (assets.dist() / f"{address.lstrip('/')}.br").stat().st_size


def first_scripts() -> list[str]:
    """The capture app's script and what its page asks for beside it."""
    shell = (assets.dist() / "shell.zh-CN.html").read_text(encoding="utf-8")
    named = json.loads((assets.dist() / "assets.json").read_bytes())
    parts = [part.split('"')[0] for part in shell.split('rel="modulepreload" href="')[1:]]
    return [named["capture.js"], *parts]


def test_the_capture_app_begins_with_30_kb_of_script() -> None:
    scripts = first_scripts()
    assert sum(map(weight, scripts)) <= CAPTURE_SCRIPTS, {one: weight(one) for one in scripts}


def test_the_first_load_of_the_capture_app_is_75_kb() -> None:
    named = json.loads((assets.dist() / "assets.json").read_bytes())
    page = (assets.dist() / "shell.zh-CN.html.br").stat().st_size
    words = max(weight(named[f"messages.{language}.json"]) for language in ("zh-CN",))
    loaded = page + weight(named["app.css"]) + words + sum(map(weight, first_scripts()))
    assert loaded <= FIRST_LOAD
