"""Bytes of a pack with full numbers, sealed in the store: nobody reads them beside Daywork.

A key of its own for each pack, which only the register's key opens. The stream is cut into bites of
one mebibyte; each is AES-GCM with its number as nonce, and the last one is marked, so that none can
be changed, swapped or left out unseen.
"""

import os
from collections.abc import AsyncIterator
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from daywork.register.sealing import CannotOpenError

BITE: Final = 1024 * 1024
TAG: Final = 16
KEY_BYTES: Final = 32


def new_key() -> str:
    """As text, to be sealed by the register's key."""
    return os.urandom(KEY_BYTES).hex()


async def seal(pieces: AsyncIterator[bytes], key: str) -> AsyncIterator[bytes]:
    """Encrypt a stream."""
    cipher, number = AESGCM(bytes.fromhex(key)), 0
    async for bite, last in _bites(pieces, BITE):
        yield cipher.encrypt(_nonce(number), bite, _mark(last=last))
        number += 1


async def unseal(pieces: AsyncIterator[bytes], key: str) -> AsyncIterator[bytes]:
    """Decrypt it again.

    Raises:
        CannotOpenError: it was altered or cut short.
    """
    cipher, number = AESGCM(bytes.fromhex(key)), 0
    async for bite, last in _bites(pieces, BITE + TAG):
        try:
            yield cipher.decrypt(_nonce(number), bite, _mark(last=last))
        except InvalidTag as error:
            raise CannotOpenError("a pack in the store was altered or cut short") from error
        number += 1


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _mark(*, last: bool) -> bytes:
    return b"last" if last else b""


async def _bites(pieces: AsyncIterator[bytes], size: int) -> AsyncIterator[tuple[bytes, bool]]:
    """The same bytes in bites of this size, and whether it is the last one."""
    held = bytearray()
    async for piece in pieces:
        held += piece
        while len(held) > size:
            yield bytes(held[:size]), False
            del held[:size]
    yield bytes(held), True
