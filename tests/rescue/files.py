"""Rescue files as a phone writes them, and as accidents and clever people change them."""

import hashlib
import io
import json
import zipfile
from typing import Any
from uuid import UUID

from daywork.ground.ids import new_id
from tests.support.cast import DAY, Cast
from tests.support.phone_words import NOW

PICTURE = b"\xff\xd8\xff" + bytes(range(256)) * 40


def rescue_file(
    cast: Cast,
    *mutations: dict[str, Any],
    pictures: dict[UUID, bytes] | None = None,
    member: str = "foreman",
    holder: dict[str, Any] | None = None,
    decisions: list[dict[str, Any]] | None = None,
    change: dict[str, bytes] | None = None,
    compression: int = zipfile.ZIP_STORED,
    extra: dict[str, bytes] | None = None,
    **manifest: Any,
) -> bytes:
    """The file; ``change`` puts other bytes in place of an entry after the manifest was made."""
    held = pictures or {}
    outbox = {
        "mutations": list(mutations),
        "pictures": [
            {"id": one, "name": f"pictures/{one}.jpeg", "site": cast.site, "work_day": DAY}
            for one in held
        ],
    }
    if decisions is not None:
        outbox["decisions"] = decisions
    entries = {f"pictures/{one}.jpeg": data for one, data in held.items()}
    entries["outbox.json"] = json.dumps(outbox, default=str).encode()
    said = {
        "format": "daywork-outbox",
        "version": 1,
        "protocol": 1,
        "build": "0123456789ab",
        "device_id": str(new_id()),
        "exported_at": NOW.isoformat(),
        "member": holder or {"id": cast.members[member], "name": member},
        "organisation": {"id": cast.organisation, "name": "Huayan Building"},
        "sites": [{"id": cast.site, "name": "Block A"}],
        "files": [
            {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in entries.items()
        ],
    } | manifest
    sealed = json.dumps(said, default=str).encode()
    entries["manifest.json"] = sealed
    entries["manifest.sha256"] = hashlib.sha256(sealed).hexdigest().encode() + b"  manifest.json\n"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in (entries | (change or {}) | (extra or {})).items():
            archive.writestr(name, data)
    return file.getvalue()
