"""Picture bytes in and out. An upload is idempotent: the id and the hash were named by the row."""

from typing import Any
from uuid import UUID

from litestar import MediaType, Response, get, put
from litestar.params import FromPath

from daywork.people.rules import check_sender
from daywork.photos import service
from daywork.photos.rules import LARGEST_PHOTO, PHOTO_TOO_LARGE
from daywork.web.request import Request

FOR_EVER = {"cache-control": "private, max-age=31536000, immutable"}


@put("/api/photos/{photo:uuid}/bytes", request_max_body_size=LARGEST_PHOTO)
async def take_bytes(request: Request, photo: FromPath[UUID]) -> Response[dict[str, Any]]:
    """Take the picture of a photo whose row has arrived; complete only when the hash matches."""
    check_sender(request.user, request.headers.get("x-daywork-member"))
    body = await request.body()
    if len(body) > LARGEST_PHOTO:
        raise PHOTO_TOO_LARGE(megabytes=LARGEST_PHOTO // 1024 // 1024)
    taken = await service.receive_bytes(request.user, request.app.state.storage, photo, body)
    return Response(
        {"id": str(photo), "state": "complete", "sha256": taken.sha256.hex()},
        media_type=MediaType.JSON,
    )


@get("/api/photos/{photo:uuid}/{size:str}")
async def picture(request: Request, photo: FromPath[UUID], size: FromPath[str]) -> Response[bytes]:
    """The picture (``full``) or its thumbnail (``thumb``), for who may see its entry."""
    data, media_type = await service.picture_of(
        request.user, request.app.state.storage, photo, small=size == "thumb"
    )
    return Response(
        data,
        media_type=media_type,
        headers=FOR_EVER | {"content-disposition": f'inline; filename="{photo}"'},
    )


handlers = [take_bytes, picture]
