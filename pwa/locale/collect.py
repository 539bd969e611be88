"""Collects what is said in Python, Jinja and JavaScript into one catalogue: ``make messages``.

JavaScript is searched by pattern and not by Babel's lexer, which loses its way in templates within
templates; ``pwa/build.mjs`` searches by the same pattern, so both see the same messages.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

LOCALE = Path(__file__).resolve().parent
PWA = LOCALE.parent
ROOT = PWA.parent
TEMPLATE = LOCALE / "daywork.pot"
LANGUAGES = ("zh_CN",)

_LITERAL = r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_ONE = re.compile(rf"\bt\(\s*{_LITERAL}")
_MANY = re.compile(rf"\btn\(\s*{_LITERAL}\s*,\s*{_LITERAL}")
Message = str | tuple[str, str]


def _python_and_jinja() -> Iterator[tuple[Message, Path]]:
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
    sources = [("python", path) for path in (ROOT / "backend").rglob("*.py")]
    sources += [("jinja2.ext:babel_extract", path) for path in (PWA / "templates").rglob("*.html")]
    for method, path in sources:
        options = {"silent": "false"} if "jinja" in method else {}
        for _line, message, _notes, _context in extract_from_file(
            method, path, keywords=keywords, options=options
        ):
            if message and message != ("", ""):
                yield (message[0], message[1]) if isinstance(message, tuple) else message, path


def _javascript() -> Iterator[tuple[Message, Path]]:
    for path in (PWA / "js").rglob("*.js"):
        source = path.read_text(encoding="utf-8")
        for found in _ONE.finditer(source):
            yield ast.literal_eval(found[1]), path
        for found in _MANY.finditer(source):
            yield (ast.literal_eval(found[1]), ast.literal_eval(found[2])), path
    texts = PWA / "templates" / "shell.texts.json"
    for message in json.loads(texts.read_text(encoding="utf-8")).values():
        yield message, texts


def collect() -> Catalog:
    """Every message said anywhere, with the files that say it.

    A message said in one place alone and in another with a plural is one entry, with the plural.
    """
    said: dict[str, tuple[Message, set[str]]] = {}
    for message, path in [*_python_and_jinja(), *_javascript()]:
        key = message if isinstance(message, str) else message[0]
        known, places = said.get(key, (message, set()))
        places.add(path.relative_to(ROOT).as_posix())
        said[key] = (message if isinstance(known, str) else known, places)
    catalog = Catalog(domain="daywork", charset="utf-8", fuzzy=False)
    for _key, (message, places) in sorted(
        said.items(), key=lambda item: (min(item[1][1]), item[0])
    ):
        catalog.add(message, locations=[(place, 0) for place in sorted(places)])
    return catalog


def po_path(locale: str) -> Path:
    """Where a language's catalogue lies."""
    return LOCALE / locale / "LC_MESSAGES" / "daywork.po"


def read(locale: str) -> Catalog:
    """A language's catalogue, empty when there is none yet."""
    path = po_path(locale)
    if not path.exists():
        return Catalog(locale=locale, domain="daywork", charset="utf-8", fuzzy=False)
    with path.open("rb") as source:
        return read_po(source, locale=locale, domain="daywork")


def merge(collected: Catalog, known: Catalog, locale: str) -> Catalog:
    """The collected messages with the translations known; what nobody says any more is dropped."""
    merged = Catalog(locale=locale, domain="daywork", charset="utf-8", fuzzy=False)
    for message in collected:
        if not message.id:
            continue
        old = known.get(message.id if isinstance(message.id, str) else message.id[0])
        string = old.string if old else ""
        if isinstance(message.id, tuple) and isinstance(string, str):
            string = (string,)
        if isinstance(message.id, str) and not isinstance(string, str):
            string = string[0]
        merged.add(message.id, string, locations=message.locations)
    return merged


_HEADER = """\
# One catalogue for Python, Jinja and JavaScript; `make messages` brings it up to date.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""


def write(path: Path, catalog: Catalog) -> None:
    """Without dates, tools or line numbers: a change of the file is a change of a message."""
    path.parent.mkdir(parents=True, exist_ok=True)
    header = _HEADER
    if catalog.locale:
        header += f'"Language: {path.parts[-3]}\\n"\n"Plural-Forms: {catalog.plural_forms}\\n"\n'
    with path.open("wb") as target:
        target.write(header.encode() + b"\n")
        write_po(target, catalog, width=0, omit_header=True, include_lineno=False)


def main() -> int:
    """Bring the template and every language up to date; says how much is still untranslated."""
    collected = collect()
    write(TEMPLATE, collected)
    for locale in LANGUAGES:
        merged = merge(collected, read(locale), locale)
        write(po_path(locale), merged)
        missing = [message for message in merged if message.id and not _said(message.string)]
        sys.stdout.write(f"{locale}: {len(merged)} messages, {len(missing)} to translate\n")
    return 0


def _said(string: str | tuple[str, ...] | list[str]) -> bool:
    return bool(string) if isinstance(string, str) else all(string)


if __name__ == "__main__":
    sys.exit(main())
