"""tus 1.0 on the wire: https://tus.io/protocols/resumable-upload

Core, creation, creation-with-upload, checksum, termination, expiration. The address of an upload is
relative, so it holds behind any proxy.
"""

from collections.abc import AsyncIterator
from email.utils import format_datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, delete, head, patch, post, route
from litestar.enums import HttpMethod
from litestar.params import FromPath
from litestar.types import ExceptionHandlersMap

from daywork.ground.problems import NOT_FOUND, Problem
from daywork.people.rules import check_sender
from daywork.photos.rules import LARGEST_PHOTO
from daywork.uploads import service
from daywork.uploads.arriving import BrokenOff
from daywork.uploads.queries import Upload
from daywork.uploads.rules import (
    ALGORITHMS,
    BODY_TYPE,
    EXTENSIONS,
    TUS_UNKNOWN,
    UPLOAD_STALLED,
    UPLOAD_TYPE,
    VERSION,
    checksum_of,
    whole_number,
)
from daywork.web.problems import answer
from daywork.web.request import Request

OURS: Final = {"tus-resumable": VERSION, "cache-control": "no-store"}
_ROOM: Final = LARGEST_PHOTO + 1
"""Litestar's own limit lies behind ours, which says what would fix it."""


def _refused(request: Request, error: Exception) -> Response[Any]:
    """Like every problem of ours, with the headers a tus client looks for."""
    if isinstance(error, BrokenOff):
        error = UPLOAD_STALLED()  # nobody reads it, but something has to be answered
    reply = answer(request, error)
    reply.headers |= OURS
    if isinstance(error, Problem) and error.kind is TUS_UNKNOWN:
        reply.headers["tus-version"] = VERSION
    if isinstance(error, Problem) and "offset" in error.extra:
        reply.headers["upload-offset"] = str(error.extra["offset"])
    return reply


REFUSALS: Final[ExceptionHandlersMap] = {Exception: _refused}  # type: ignore[dict-item]


def _check(request: Request) -> None:
    """
    Raises:
        Problem: ``another_member``, ``tus_version``.
    """
    check_sender(request.user, request.headers.get("x-daywork-member"))
    if request.headers.get("tus-resumable") != VERSION:
        raise TUS_UNKNOWN()


def _told(upload: Upload) -> dict[str, str]:
    """Where it is; a finished one says that the photo is complete, by the server's own hash."""
    said = {"upload-offset": str(upload.received)} | OURS
    if upload.finished_at is None:
        said["upload-expires"] = format_datetime(upload.expires_at, usegmt=True)
    else:
        said["x-daywork-photo"] = "complete" if upload.kind == "full" else "preview"
    return said


def _body(request: Request) -> AsyncIterator[bytes]:
    if request.headers.get("content-type", "").partition(";")[0].strip() != BODY_TYPE:
        raise UPLOAD_TYPE()
    return request.stream()


@route(
    ["/api/uploads", "/api/uploads/{upload:uuid}"],
    http_method=[HttpMethod.OPTIONS],
    status_code=204,
    opt={"public": True, "no_cookies": True},
)
async def abilities() -> Response[None]:
    """What this server can do."""
    return Response(
        None,
        headers=OURS
        | {
            "tus-version": VERSION,
            "tus-extension": EXTENSIONS,
            "tus-max-size": str(LARGEST_PHOTO),
            "tus-checksum-algorithm": ",".join(ALGORITHMS),
        },
    )


@post("/api/uploads", request_max_body_size=_ROOM, exception_handlers=REFUSALS)
async def begin(request: Request) -> Response[None]:
    """Creation, with the first bytes or without."""
    _check(request)
    length = whole_number("Upload-Length", request.headers.get("upload-length"))
    has_body = bool(request.content_length) or "transfer-encoding" in request.headers
    upload = await service.begin(
        request.user,
        request.app.state.storage,
        length,
        request.headers.get("upload-metadata", ""),
        _body(request) if has_body else None,
        checksum_of(request.headers.get("upload-checksum")),
    )
    return Response(
        None, status_code=201, headers=_told(upload) | {"location": f"/api/uploads/{upload.id}"}
    )


@head("/api/uploads/{upload:uuid}", exception_handlers=REFUSALS)
async def where(request: Request, upload: FromPath[UUID]) -> Response[None]:
    """How far it has come: what is told here is never sent again."""
    _check(request)
    found = await service.upload_for(request.user, upload)
    headers = _told(found) | {"upload-length": str(found.length)}
    if found.metadata:
        headers["upload-metadata"] = found.metadata
    return Response(None, headers=headers)


@patch("/api/uploads/{upload:uuid}", request_max_body_size=_ROOM, exception_handlers=REFUSALS)
async def go_on(request: Request, upload: FromPath[UUID]) -> Response[None]:
    """More bytes."""
    return await _go_on(request, upload)


@delete("/api/uploads/{upload:uuid}", exception_handlers=REFUSALS)
async def end(request: Request, upload: FromPath[UUID]) -> Response[None]:
    """Give it up."""
    return await _end(request, upload)


@post("/api/uploads/{upload:uuid}", request_max_body_size=_ROOM, exception_handlers=REFUSALS)
async def overridden(request: Request, upload: FromPath[UUID]) -> Response[None]:
    """For networks that let only GET and POST through."""
    method = request.headers.get("x-http-method-override", "").upper()
    if method == "PATCH":
        return await _go_on(request, upload)
    if method == "DELETE":
        return await _end(request, upload)
    raise NOT_FOUND()


async def _go_on(request: Request, upload: UUID) -> Response[None]:
    _check(request)
    found = await service.go_on(
        request.user,
        request.app.state.storage,
        upload,
        whole_number("Upload-Offset", request.headers.get("upload-offset")),
        request.content_length or 0,
        _body(request),
        checksum_of(request.headers.get("upload-checksum")),
    )
    return Response(None, status_code=204, headers=_told(found))


async def _end(request: Request, upload: UUID) -> Response[None]:
    _check(request)
    await service.terminate(request.user, request.app.state.storage, upload)
    return Response(None, status_code=204, headers=OURS)


handlers = [abilities, begin, where, go_on, end, overridden]
