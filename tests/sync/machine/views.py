"""What a phone and the server show of a site, so that both can be held against each other."""

import base64
import hashlib
import json
from typing import Any

from tests.sync.machine.phone import Phone


def view(phone: Phone, site: str) -> dict[tuple[str, str], Any]:
    """What the server shows this member of a site: a walk from zero."""
    rows: dict[tuple[str, str], Any] = {}
    cursor: dict[str, str] = {}
    while True:
        answer = phone.network.get("/api/sync/pull", params={"site": site, **cursor})
        page = answer.json()
        for row in page["rows"]:
            if not row["gone"]:
                rows[row["s"], row["id"]] = row["d"]
        cursor = {"cursor": page["cursor"]}
        if not page["more"]:
            return rows


def waiting(seen: dict[str, Any]) -> list[Any]:
    """What still has to reach the office, as far as it can: bytes need their row confirmed."""
    rows = {i["entity_id"]: i["status"] for i in seen["items"] if i["type"] == "photo.record"}
    return [item for item in seen["items"] if item["status"] == "waiting"] + [
        photo
        for photo in seen["photos"]
        if photo["status"] == "waiting" and rows.get(photo["id"]) == "confirmed"
    ]


def digest(rows: dict[tuple[str, str], Any]) -> str:
    """One hash of a view."""
    told = json.dumps([[*key, rows[key]] for key in sorted(rows)], sort_keys=True)
    return base64.b64encode(hashlib.sha256(told.encode()).digest()).decode()


def differing(ours: dict[Any, Any], theirs: dict[Any, Any]) -> str:
    """What the phone and the server say differently."""
    keys = [key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)]
    return "\n".join(f"{key}: phone {ours.get(key)}\n  server {theirs.get(key)}" for key in keys)
