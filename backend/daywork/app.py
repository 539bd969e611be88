"""The app: plugs the rooms together, nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import ModuleType
from typing import Any

from litestar import Litestar, MediaType, Response, get
from litestar.types import ControllerRouterHandler

from daywork.approvals import pages as approvals_pages
from daywork.ground.database import close_database, fetch_value, ground_transaction, open_database
from daywork.ground.settings import Settings, load_settings
from daywork.members import pages as members_pages
from daywork.overview import pages as overview_pages
from daywork.photos import api as photos_api
from daywork.photos.storage import open_storage
from daywork.presence import pages as presence_pages
from daywork.progress import pages as progress_pages
from daywork.sign_in import api as sign_in_api
from daywork.sign_in import pages as sign_in_pages
from daywork.sign_in.door import Door
from daywork.sites import pages as sites_pages
from daywork.summary import pages as summary_pages
from daywork.sync import api as sync_api
from daywork.uploads import api as uploads_api
from daywork.web import assets, preferences
from daywork.web.problems import answer
from daywork.web.request import Request, RunningRequest
from daywork.web.security import guard_against_forgery, reply_headers

ROOMS: tuple[ModuleType, ...] = (
    assets,
    preferences,
    sign_in_pages,
    sign_in_api,
    members_pages,
    sites_pages,
    summary_pages,
    progress_pages,
    photos_api,
    uploads_api,
    approvals_pages,
    presence_pages,
    overview_pages,
    sync_api,
)


@get("/healthz", opt={"public": True, "no_cookies": True}, media_type=MediaType.TEXT)
async def healthz() -> Response[str]:
    """Whether this process answers and reaches its database: for load balancers."""
    async with ground_transaction():
        await fetch_value("SELECT 1")
    return Response("ok\n", media_type=MediaType.TEXT, headers={"cache-control": "no-store"})


def room_handlers() -> list[ControllerRouterHandler]:
    """The handlers of every room."""
    return [healthz, *(handler for room in ROOMS for handler in room.handlers)]


def create_app(settings: Settings | None = None) -> Litestar:
    """The ASGI app. The database must exist and be migrated: see ``daywork up``."""
    chosen = settings or load_settings()

    @asynccontextmanager
    async def database(_app: Litestar) -> AsyncIterator[None]:
        if chosen.database_url is None:
            raise RuntimeError("No database: set DAYWORK_DATABASE_URL, or start with `daywork up`.")
        await open_database(chosen.database_url, chosen.pool_size)
        try:
            yield
        finally:
            await close_database()

    every_problem: Any = {Exception: answer}
    app = Litestar(
        room_handlers(),
        lifespan=[database],
        middleware=[RunningRequest, guard_against_forgery(chosen), Door],
        exception_handlers=every_problem,
        before_send=[reply_headers(chosen)],
        request_class=Request,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    app.state.settings = chosen
    app.state.storage = open_storage(chosen.storage_url)
    return app
