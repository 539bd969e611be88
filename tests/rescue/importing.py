"""What an office does with a rescue file: bring it, import it, see what came of each thing."""

import io
from uuid import UUID

from obstore.store import ObjectStore

from daywork.people.actor import Actor
from daywork.rescue.service import Seen, bring, import_rescue, look_at


async def brought(actor: Actor, store: ObjectStore, data: bytes) -> UUID:
    """Bring a file."""
    return await bring(actor, store, "daywork-outbox-2026-03-05-foreman.zip", io.BytesIO(data))


async def imported(actor: Actor, store: ObjectStore, data: bytes) -> Seen:
    """Bring and import a file."""
    rescue = await brought(actor, store, data)
    await import_rescue(actor, store, rescue)
    return await look_at(actor, rescue)


def outcomes(seen: Seen) -> list[str | None]:
    """What became of each thing."""
    return [one.result for one in seen.records]
