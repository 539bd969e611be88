"""Picture bytes in and out. An upload is idempotent: the id and the hash were named by the row.

This is the plain way in, for phones of the first build and for small tools; ``uploads`` can be
interrupted. What goes out is typed by its own first bytes and can run nothing.
"""

import tempfile
from collections.abc import AsyncIterator
from typing import IO, Any, Final
from uuid import UUID

from litestar import MediaType, Response, get, put
from litestar.params import FromPath
from litestar.response import Stream

from daywork.people.rules import check_sender
from daywork.photos import service, showing
from daywork.photos.marked import marked_copy
from daywork.photos.rules import LARGEST_PHOTO, PHOTO_TOO_LARGE, PLAIN_BYTES, NoPreview
from daywork.photos.storage import BITE, gathered
from daywork.sign_in.visitor import address_of
from daywork.web.request import Request

FOR_EVER: Final = {"cache-control": "private, max-age=31536000, immutable"}
FOR_NOW: Final = {"cache-control": "private, max-age=60"}
INERT: Final = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
}
"""Bytes that strangers chose are never a page of ours, whatever they claim to be."""

NO_PICTURE: Final = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" width="480" height="480">'
    b'<rect width="48" height="48" fill="#e4e7eb"/><path fill="none" stroke="#7a8492"'
    b' stroke-width="1.5" d="M13 16h22v17H13zM13 30l7-7 5 5 3-3 7 7M10 38 38 10"/></svg>'
)


class Spooled:
    """A source in a temporary file that stays in memory while it is small."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=BITE)  # noqa: SIM115
        self.size = 0

    def add(self, data: bytes) -> None:
        self._file.write(data)
        self.size += len(data)

    async def chunks(self) -> AsyncIterator[bytes]:
        self._file.seek(0)
        while data := self._file.read(BITE):
            yield data

    def close(self) -> None:
        self._file.close()


@put("/api/photos/{photo:uuid}/bytes", request_max_body_size=LARGEST_PHOTO)
async def take_bytes(request: Request, photo: FromPath[UUID]) -> Response[dict[str, Any]]:
    """Take the picture of a photo whose row has arrived; complete only when the hash matches."""
    check_sender(request.user, request.headers.get("x-daywork-member"))
    if (request.content_length or 0) > LARGEST_PHOTO:
        raise PHOTO_TOO_LARGE(megabytes=LARGEST_PHOTO // 1024 // 1024)
    spooled = Spooled()
    try:
        async for chunk in request.stream():
            spooled.add(chunk)
        body = await gathered(spooled) if spooled.size <= BITE else spooled
        taken = await service.receive_bytes(request.user, request.app.state.storage, photo, body)
    finally:
        spooled.close()
    return Response(
        {"id": str(photo), "state": "complete", "sha256": taken.sha256.hex()},
        media_type=MediaType.JSON,
    )


@get("/api/photos/{photo:uuid}/full")
async def full(request: Request, photo: FromPath[UUID]) -> Stream:
    """The picture as it came, for who may see its entry."""
    found = await showing.original_of(request.user, request.app.state.storage, photo)
    shown = "attachment" if found.media_type == PLAIN_BYTES else "inline"
    return Stream(
        found.chunks,
        media_type=found.media_type,
        headers=FOR_EVER
        | INERT
        | {
            "content-length": str(found.size),
            "content-disposition": f'{shown}; filename="{photo}"',
        },
    )


@get("/api/photos/{photo:uuid}/thumb")
async def thumb(request: Request, photo: FromPath[UUID]) -> Response[bytes]:
    """Its thumbnail; where there can be none, a drawn stand-in that says so in a header."""
    return shown_small(await showing.thumbnail_of(request.user, request.app.state.storage, photo))


def shown_small(found: showing.Small | NoPreview) -> Response[bytes]:
    """A thumbnail, or the stand-in."""
    if isinstance(found, NoPreview):
        return Response(
            NO_PICTURE,
            media_type="image/svg+xml",
            headers=FOR_NOW | INERT | {"x-daywork-no-preview": found.value},
        )
    return Response(
        found.data,
        media_type="image/jpeg",
        headers=(FOR_EVER if found.for_good else FOR_NOW) | INERT,
    )


@get("/api/photos/{photo:uuid}/marked")
async def marked(request: Request, photo: FromPath[UUID]) -> Response[bytes]:
    """A copy with the card: where, what, when, by whom, and the check code."""
    site = address_of(request, "/v").partition("://")[2]
    found = await marked_copy(request.user, request.app.state.storage, photo, site)
    return Response(
        found.data,
        media_type="image/jpeg",
        headers=FOR_NOW | INERT | {"content-disposition": f'inline; filename="{found.name}"'},
    )


handlers = [take_bytes, full, thumb, marked]
