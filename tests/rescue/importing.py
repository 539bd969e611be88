"""What an office does with a rescue file: bring it, import it, see what came of each thing."""

import io
from typing import Any
from uuid import UUID

import pytest
from obstore.store import ObjectStore

from daywork.ground.problems import Problem
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


async def problem_of(work: Any) -> str:
    """The slug of the problem that a call ends in."""
    with pytest.raises(Problem) as refusal:
        await work
    return refusal.value.kind.slug


def outcomes(seen: Seen) -> list[str | None]:
    """What became of each thing."""
    return [one.result for one in seen.records]
