"""Ids that come out the same every time: the demo of one date is one demo.

They look like the UUIDv7 that phones make, but their random part is a hash of what they name.
"""

import hashlib
from datetime import UTC, datetime
from uuid import UUID

FOUNDED = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)


def name_of(key: str, at: datetime = FOUNDED) -> UUID:
    """The id of what ``key`` tells apart, made at ``at``."""
    digest = hashlib.sha256(f"daywork demo {key}".encode()).digest()
    value = int(at.timestamp() * 1000) << 80 | int.from_bytes(digest[:10], "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


ORGANISATION = name_of("organisation")
