"""The app: plugs the rooms together, nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from litestar import Litestar, MediaType, Response, get
from litestar.types import ControllerRouterHandler

from daywork.ground.database import close_database, fetch_value, ground_transaction, open_database
from daywork.ground.settings import Settings, load_settings
from daywork.photos.storage import open_storage
from daywork.web import assets, preferences
from daywork.web.problems import answer
from daywork.web.request import Request, RunningRequest
from daywork.web.security import guard_against_forgery, reply_headers

ROOMS = (
    "sign_in.pages",
    "sign_in.api",
    "members.pages",
    "sites.pages",
    "sites.api",
    "labour.pages",
    "labour.api",
    "summary.pages",
    "progress.pages",
    "progress.api",
    "photos.pages",
    "photos.api",
    "approvals.pages",
    "presence.pages",
    "exports.pages",
    "overview.pages",
    "sync.api",
)


@get("/healthz", opt={"public": True, "no_cookies": True}, media_type=MediaType.TEXT)
async def healthz() -> Response[str]:
    """Whether this process answers and reaches its database: for load balancers."""
    async with ground_transaction():
        await fetch_value("SELECT 1")
    return Response("ok\n", media_type=MediaType.TEXT, headers={"cache-control": "no-store"})


def _built(room: str) -> bool:
    try:
        return find_spec(f"daywork.{room}") is not None
    except ModuleNotFoundError:
        return False


def room_handlers() -> list[ControllerRouterHandler]:
    """The handlers of every room."""
    found: list[ControllerRouterHandler] = [healthz, *assets.handlers, *preferences.handlers]
    for room in ROOMS:
        if _built(room):
            found += import_module(f"daywork.{room}").handlers
    return found


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

    middleware: list[Any] = [RunningRequest, guard_against_forgery(chosen)]
    if _built("sign_in.door"):
        middleware.append(import_module("daywork.sign_in.door").Door)
    handlers_of_problems: Any = {Exception: answer}
    app = Litestar(
        room_handlers(),
        lifespan=[database],
        middleware=middleware,
        exception_handlers=handlers_of_problems,
        before_send=[reply_headers(chosen)],
        request_class=Request,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    app.state.settings = chosen
    app.state.storage = open_storage(chosen.storage_url)
    return app
