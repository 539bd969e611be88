"""Two languages at full parity: nothing said is missing, fuzzy or with other placeholders."""

import importlib.util
import re
from types import ModuleType

import pytest
from babel.messages import Catalog, Message

from daywork.ground import places
from daywork.web.language import fill, gettext, ngettext, preferred, speaking


def _collecting() -> ModuleType:
    path = places.PWA / "locale" / "collect.py"
    spec = importlib.util.spec_from_file_location("daywork_collect", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


collect = _collecting()


@pytest.fixture(scope="module")
def said() -> Catalog:
    found: Catalog = collect.collect()
    return found


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    found: Catalog = collect.read("zh_CN")
    return found


def _names(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", text))


def _forms(string: object) -> list[str]:
    return [string] if isinstance(string, str) else list(string)  # type: ignore[call-overload]


def _ids(catalog: Catalog) -> dict[str, Message]:
    return {_forms(message.id)[0]: message for message in catalog if message.id}


def test_everything_said_has_its_chinese(said: Catalog, chinese: Catalog) -> None:
    known = _ids(chinese)
    missing = [
        (key, [place for place, _line in message.locations])
        for key, message in _ids(said).items()
        if key not in known or not all(_forms(known[key].string))
    ]
    assert not missing, "`make messages`, then translate in pwa/locale/zh_CN"


def test_nothing_is_fuzzy_or_no_longer_said(said: Catalog, chinese: Catalog) -> None:
    assert not [key for key, message in _ids(chinese).items() if message.fuzzy]
    assert not set(_ids(chinese)) - set(_ids(said)), "`make messages` drops them"


def test_placeholders_are_the_same_in_both_languages(chinese: Catalog) -> None:
    for key, message in _ids(chinese).items():
        wanted = set().union(*(_names(text) for text in _forms(message.id)))
        for text in filter(None, _forms(message.string)):
            assert _names(text) <= wanted, key
            assert _names(_forms(message.id)[-1]) - {"n"} <= _names(text), key


def test_the_template_is_up_to_date(said: Catalog) -> None:
    template = collect.TEMPLATE.read_text(encoding="utf-8")
    for key in _ids(said):
        first = key.split("\n")[0].replace("\\", "\\\\").replace('"', '\\"')
        assert first in template, "`make messages`"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("zh;q=0.2, en;q=0.7", "en"),
        ("fr, de", "zh-CN"),
        ("en;q=0, zh;q=0.1", "zh-CN"),
        ("en;q=rubbish", "en"),
    ],
)
def test_the_browser_is_answered_in_its_first_language_of_ours(
    accepted: str, language: str
) -> None:
    assert preferred(accepted) == language


def test_values_are_filled_in_and_lone_percent_signs_stay() -> None:
    assert fill("72 % of %(what)s, %(other)s", {"what": "it"}) == "72 % of it, %(other)s"
    assert fill("100 %(", {}) == "100 %("


def test_a_number_chooses_its_form() -> None:
    with speaking("en"):
        assert ngettext("%(n)s thing", "%(n)s things", 1) == "1 thing"
        assert ngettext("%(n)s thing", "%(n)s things", 20) == "20 things"


def test_the_language_of_a_block_ends_with_it() -> None:
    with speaking("zh-CN"):
        assert gettext("Today") == "今日"
        with speaking("en"):
            assert gettext("Today") == "Today"
        assert gettext("Today") == "今日"
