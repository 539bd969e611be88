"""The bytes of a request as they come off a bad link: in pieces worth putting down.

A dead link does not say so, and the phone that comes back by another one asks how far it got. So
bytes are handed on when there are many, when they have waited, and when the link falls silent.
"""

import asyncio
import time
from collections.abc import AsyncIterator

from litestar.exceptions import HTTPException

from daywork.uploads.rules import PATIENCE, PIECE, QUIET, SLOW, UPLOAD_STALLED


class BrokenOff(Exception):
    """The body ended before it was whole; nobody is there to be answered."""


async def pieces_arriving(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Pieces of about ``PIECE`` bytes, smaller ones on a slow link, and all that came at the end.

    Raises:
        BrokenOff: after the last piece, when the connection was lost.
        Problem: ``upload_stalled``, after the last piece.
    """
    held = bytearray()
    since = heard = time.monotonic()
    coming: asyncio.Task[bytes] | None = None
    try:
        while True:
            if coming is None:
                coming = asyncio.ensure_future(_next(body))
            await asyncio.wait({coming}, timeout=QUIET)
            now = time.monotonic()
            if not coming.done():
                if held:
                    yield bytes(held)
                    held.clear()
                if now - heard > PATIENCE:
                    raise UPLOAD_STALLED()
                continue
            try:
                data = coming.result()
            except _End:
                break
            except _Lost:
                if held:
                    yield bytes(held)
                raise BrokenOff from None
            finally:
                coming = None
            heard = now
            since = since if held else now
            held += data
            if len(held) >= PIECE or (held and now - since >= SLOW):
                yield bytes(held)
                held.clear()
        if held:
            yield bytes(held)
    finally:
        if coming is not None:
            coming.cancel()


class _Lost(Exception):
    """Litestar says it by an error 500 of its own."""


async def _next(body: AsyncIterator[bytes]) -> bytes:
    try:
        return await anext(body)
    except StopAsyncIteration:
        raise _End from None
    except HTTPException as trouble:
        if trouble.status_code == 500:
            raise _Lost from trouble
        raise


class _End(Exception):
    """A task cannot raise StopAsyncIteration itself."""
