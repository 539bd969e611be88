"""Counting tries, so that guessing is slow over all processes and machines together.

A try is counted before it is judged, under a lock on its key, and taken back when it succeeds:
however many are sent at once, none slips through between the counting and the judging.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from daywork.ground.database import ground_transaction
from daywork.sign_in import queries
from daywork.sign_in.rules import TOO_MANY_TRIES, Limit, wait_before_next

Keys = Sequence[tuple[str, Limit]]


@dataclass(frozen=True, slots=True)
class Counted:
    """Tries that were counted together."""

    keys: Sequence[bytes]
    at: datetime


def neighbourhood(address: str) -> str:
    """What counts as one address: IPv4 as it is, IPv6 by its /64, which one customer owns."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    return address if known.version == 4 else str(ip_network(f"{address}/64", strict=False))


async def count_try(keys: Keys) -> Counted:
    """Count one try under each key.

    Raises:
        Problem: ``too_many_tries`` with ``minutes`` and ``retry_after`` (seconds); then nothing
            was counted.
    """
    hashed = sorted(((_hash(key), limit) for key, limit in keys), key=lambda pair: pair[0])
    async with ground_transaction():
        wait = timedelta(0)
        now = None
        for key, limit in hashed:
            await queries.alone_with_key(key)
            failures, now = await queries.tries_since(key, limit.window)
            wait = max(wait, wait_before_next(failures, limit, now))
        if wait or now is None:
            seconds = max(1, int(wait.total_seconds()))
            raise TOO_MANY_TRIES(minutes=-(-seconds // 60), retry_after=seconds)
        for key, _limit in hashed:
            await queries.insert_try(key, now)
    return Counted([key for key, _limit in hashed], now)


async def forgive(counted: Counted, *wholly: str) -> None:
    """The try succeeded: take it back, and all earlier tries of the keys ``wholly``."""
    async with ground_transaction():
        for key in sorted(counted.keys):
            await queries.forget_try(key, counted.at)
        for name in wholly:
            await queries.forget_tries(_hash(name))
        if secrets.randbelow(50) == 0:
            await queries.forget_old_tries()


async def forget(*names: str) -> None:
    """Take all tries of these keys back."""
    async with ground_transaction():
        for name in names:
            await queries.forget_tries(_hash(name))


def _hash(name: str) -> bytes:
    return hashlib.sha256(f"daywork try {name}".encode()).digest()
