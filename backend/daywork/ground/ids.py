"""Names for things. Phones name what they record; the server uses the same kind of name.

UUIDv7 (RFC 9562) sorts roughly by creation, which keeps index pages warm. Its time part is
never used to order or judge anything: a phone's clock may be years off.
"""

import os
import time
from uuid import UUID


def new_id() -> UUID:
    """A fresh UUIDv7: 48 bits of milliseconds, 74 random bits."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
