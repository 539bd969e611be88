"""Files to keep: named in the person's own words, which HTTP headers, file systems and Excel cannot
spell by themselves."""

import re
from collections.abc import Iterable
from urllib.parse import quote


def attachment(name: str) -> dict[str, str]:
    """Headers that save a reply as ``name`` (RFC 6266): UTF-8, and a plain name for old browsers.

    Characters no file system takes are left out.
    """
    safe = file_name(name) or "daywork"
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", safe).strip("-.") or "daywork"
    return {
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe)}",
        "cache-control": "private, no-store",
    }


def file_name(name: str) -> str:
    """The name without the characters that some file system does not take; may be empty."""
    return re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]+', " ", name).strip(" .")


def sheet_titles(names: Iterable[str], taken: str = "") -> list[str]:
    """Titles of worksheets as Excel takes them: 31 characters, some signs left out, none twice."""
    found = [taken.casefold(), "history"]  # Excel keeps the second for itself
    titles = []
    for name in names:
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]+", " ", name).strip(" '") or "–"
        title, count = plain[:31].rstrip(" '"), 1
        while title.casefold() in found:
            count += 1
            title = f"{plain[: 31 - len(str(count)) - 1]} {count}"
        found.append(title.casefold())
        titles.append(title)
    return titles
