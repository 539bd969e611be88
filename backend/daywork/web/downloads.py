"""Files to keep: named in the person's own words, which HTTP headers cannot spell by themselves."""

import re
from urllib.parse import quote


def attachment(name: str) -> dict[str, str]:
    """Headers that save a reply as ``name`` (RFC 6266): UTF-8, and a plain name for old browsers.

    Characters no file system takes are left out.
    """
    safe = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]+', " ", name).strip(" .") or "daywork"
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", safe).strip("-.") or "daywork"
    return {
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe)}",
        "cache-control": "private, no-store",
    }
