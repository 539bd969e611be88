"""What a phone would push, in the fewest words: envelopes, sheets, reports, photos."""

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from daywork.ground.ids import new_id
from daywork.people.actor import Actor
from daywork.sync.ledger import Receipt
from daywork.sync.service import push
from tests.support.cast import DAY, Cast

NOW = datetime(2026, 3, 5, 10, 0, tzinfo=UTC)


def mutation(kind: str, payload: dict[str, Any], **other: Any) -> dict[str, Any]:
    """One mutation with fresh ids unless told otherwise."""
    return {
        "id": new_id(),
        "type": kind,
        "v": 1,
        "entity_id": new_id(),
        "base_version": 0,
        "prev_id": None,
        "client_time": NOW.isoformat(),
        "payload": payload,
    } | other


def line(worker: UUID, amount: str = "1", **other: Any) -> dict[str, Any]:
    """One worker on a sheet."""
    return {"id": new_id(), "worker": worker, "unit": "man_days", "amount": amount} | other


def sheet(
    cast: Cast,
    *lines: dict[str, Any],
    crew: UUID | None = None,
    day: date = DAY,
    reason: str | None = None,
    site: UUID | None = None,
    **other: Any,
) -> dict[str, Any]:
    """A labour sheet of the foreman's crew."""
    payload = {
        "site": site or cast.site,
        "work_day": day,
        "crew": crew or cast.crew,
        "task": None,
        "note": "",
        "lines": list(lines) or [line(cast.workers[0]), line(cast.workers[1], "0.5")],
        "reason": reason,
    }
    return mutation("labour.sheet", payload, **other)


def report(cast: Cast, percent: str = "50", day: date = DAY, **other: Any) -> dict[str, Any]:
    """A progress report by percent."""
    fields = {"site": cast.site, "work_day": day, "task": cast.task, "status": "going"}
    return mutation("progress.report", fields | {"percent": percent} | other)


def envelope(*mutations: dict[str, Any], **other: Any) -> bytes:
    """What the phone posts."""
    body = {
        "protocol": 1,
        "build": "test",
        "device_id": "phone-1",
        "sent_at": NOW.isoformat(),
        "mutations": list(mutations),
    }
    return json.dumps(body | other, default=str).encode()


async def send(actor: Actor, *mutations: dict[str, Any], now: datetime = NOW) -> list[Receipt]:
    """Push and return the receipts."""
    return await push(actor, envelope(*mutations), now=now)


def said(receipts: list[Receipt]) -> list[str]:
    """The results, or the slugs of the problems, in order."""
    return [one.problem.kind.slug if one.problem else str(one.result) for one in receipts]


def photo_row(cast: Cast, data: bytes, **other: Any) -> dict[str, Any]:
    """The mutation that announces these bytes."""
    fields = {
        "site": cast.site,
        "work_day": DAY,
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "width": 640,
        "height": 480,
        "media_type": "image/jpeg",
    }
    return mutation("photo.record", fields | other)
