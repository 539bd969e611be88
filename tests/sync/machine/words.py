"""What a phone of the machine is given to save: records as its screens make them, all of today,
before the phone puts them into an envelope.
"""

import hashlib
import os
from datetime import UTC, datetime
from typing import Any

from daywork.ground.ids import new_id
from tests.support.cast import Cast

TODAY = datetime.now(UTC).date().isoformat()
TEST_TIME = datetime.now(UTC).isoformat()


def record(cast: Cast, kind: str, payload: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Any record of the site, a new one unless told otherwise."""
    return {
        "id": str(new_id()),
        "type": kind,
        "entity_id": str(new_id()),
        "base_version": 0,
        "payload": {"site": str(cast.site), **payload},
        "client_time": TEST_TIME,
    } | more


def own_crew(cast: Cast, member: str) -> str:
    """The crew that this foreman leads."""
    return str(cast.crew if member == "foreman" else cast.other_crew)


def sheet(
    cast: Cast, member: str, workers: list[str], amount: str, reason: str | None = None, **more: Any
) -> dict[str, Any]:
    """A sheet of the foreman's own crew."""
    payload = {
        "work_day": TODAY,
        "crew": own_crew(cast, member),
        "task": None,
        "note": "",
        "lines": [
            {"id": str(new_id()), "worker": worker, "unit": "man_days", "amount": amount}
            for worker in workers
        ],
        "reason": reason,
    }
    return record(cast, "labour.sheet", payload, **more)


def progress(cast: Cast) -> dict[str, Any]:
    """The task is at 40 percent."""
    payload = {"work_day": TODAY, "task": str(cast.task), "status": "going", "percent": "40"}
    return record(cast, "progress.report", payload)


def cross_check(cast: Cast) -> dict[str, Any]:
    """Worker 1 has confirmed his month on this phone."""
    said = {
        "worker": str(cast.workers[0]),
        "month": TODAY[:7],
        "name": "Wang Wu",
        "shown": {TODAY: ["1", "0"]},
    }
    return record(cast, "labour.cross_check", said)


def new_worker(cast: Cast, member: str) -> dict[str, Any]:
    """A worker whom the foreman takes on."""
    payload = {"crew": own_crew(cast, member), "name": "Lao Wang", "joined_on": TODAY}
    return record(cast, "sites.worker", payload)


def photo_of(cast: Cast, entry: str) -> dict[str, Any]:
    """A photo on a record that may not have reached the office yet, its bytes with it."""
    data = b"\xff\xd8\xff" + os.urandom(400)
    picture = {
        "work_day": TODAY,
        "entry": entry,
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "width": 10,
        "height": 10,
        "media_type": "image/jpeg",
    }
    photo = record(cast, "photo.record", picture, leans_on=[entry])
    photo["photo"] = {
        "id": photo["entity_id"],
        "bytes": list(data),
        "thumb": [1],
        "media_type": "image/jpeg",
        "sha256": picture["sha256"],
    }
    return photo
