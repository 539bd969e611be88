"""What comes in: an envelope is opened, and each mutation read by itself.

One that cannot be read harms no other: it arrives with its problem and is kept and answered, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from daywork.entries.rules import Recorded, clock_is_doubtful
from daywork.ground.problems import Problem
from daywork.sync.rules import (
    ENVELOPE_TOO_LARGE,
    ENVELOPE_UNREADABLE,
    MOST_MUTATIONS,
    PROTOCOL,
    TYPE_UNKNOWN,
    UNREADABLE,
    Envelope,
    Mutation,
    NamedOnly,
    canonical,
    fingerprint,
    instant_from,
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mutation on its way in: readable, addressed, and not seen before."""

    mutation: Mutation
    recorded: Recorded[Any] | None
    problem: Problem | None
    """Why it could not even be read."""
    sha256: bytes
    skew_seconds: float | None

    @property
    def site(self) -> UUID | None:
        """Where it happened, when that can be read."""
        return self.recorded.site if self.recorded else None


def unpack(
    body: bytes, received_at: datetime, payloads: Mapping[str, type[Any]]
) -> tuple[Envelope, list[Arrival]]:
    """An envelope and its mutations, in their order; ``payloads`` are the types there are.

    Raises:
        Problem: ``envelope_unreadable`` or ``envelope_too_large``.
    """
    try:
        envelope = msgspec.json.decode(body, type=Envelope)
        if envelope.protocol != PROTOCOL:
            raise ENVELOPE_UNREADABLE(why=f"protocol {envelope.protocol}")
        if len(envelope.mutations) > MOST_MUTATIONS:
            raise ENVELOPE_TOO_LARGE()
        named = [msgspec.json.decode(raw, type=NamedOnly).id for raw in envelope.mutations]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as trouble:
        raise ENVELOPE_UNREADABLE(why=str(trouble)) from trouble
    return envelope, [
        _arrive(_readable(raw, name), envelope, received_at, payloads)
        for raw, name in zip(envelope.mutations, named, strict=True)
    ]


def _readable(raw: msgspec.Raw, name: UUID) -> Mutation:
    """The mutation, or one that stands for it: what cannot be read is kept and answered too."""
    try:
        return msgspec.json.decode(raw, type=Mutation)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as trouble:
        kept = {"why": str(trouble), "raw": bytes(raw).decode(errors="replace")}
        return Mutation(id=name, type=UNREADABLE.slug, v=0, entity_id=name, payload=kept)


def _arrive(
    mutation: Mutation,
    envelope: Envelope,
    received_at: datetime,
    payloads: Mapping[str, type[Any]],
) -> Arrival:
    sent_at = instant_from(envelope.sent_at)
    client_time = instant_from(mutation.client_time)
    skew = (received_at - sent_at).total_seconds() if sent_at else None
    spelt = canonical(mutation.payload)
    sha256 = fingerprint(mutation, spelt)
    if mutation.type == UNREADABLE.slug:
        problem = UNREADABLE(why=mutation.payload.get("why", ""))
        return Arrival(mutation, None, problem, sha256, skew)
    known = payloads.get(mutation.type)
    if known is None or mutation.v != 1:
        return Arrival(mutation, None, TYPE_UNKNOWN(), sha256, skew)
    try:
        payload = msgspec.convert(mutation.payload, type=known, strict=False)
    except msgspec.ValidationError as trouble:
        return Arrival(mutation, None, UNREADABLE(why=str(trouble)), sha256, skew)
    recorded = Recorded(
        mutation=mutation.id,
        entity=mutation.entity_id,
        base_version=mutation.base_version,
        site=payload.site,
        payload=payload,
        json=spelt,
        sha256=sha256,
        client_time=client_time,
        clock_doubtful=clock_is_doubtful(client_time, sent_at, received_at),
        received_at=received_at,
        device=envelope.device_id,
    )
    return Arrival(mutation, recorded, None, sha256, skew)


def first_wave(arrivals: Sequence[Arrival]) -> tuple[list[Arrival], list[Arrival]]:
    """Split off mutations of entities not yet touched, so that versions follow one another."""
    wave: list[Arrival] = []
    rest: list[Arrival] = []
    entities: set[UUID] = set()
    ids: set[UUID] = set()
    for arrival in arrivals:
        mutation = arrival.mutation
        if mutation.entity_id in entities or mutation.id in ids or mutation.prev_id in ids:
            rest.append(arrival)
        else:
            wave.append(arrival)
        entities.add(mutation.entity_id)
        ids.add(mutation.id)
    return wave, rest
