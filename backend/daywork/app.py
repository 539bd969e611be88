"""The app: plugs the rooms together, nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import ModuleType
from typing import Any

from litestar import Litestar, MediaType, Response, get
from litestar.types import ControllerRouterHandler

from daywork.approvals import api as approvals_api
from daywork.approvals import dispute_pages, signing_pages
from daywork.approvals import pages as approvals_pages
from daywork.attendance import pages as attendance_pages
from daywork.compliance import pages as compliance_pages
from daywork.crosscheck import pages as crosscheck_pages
from daywork.delays import pages as delays_pages
from daywork.doubles import pages as doubles_pages
from daywork.evidence import pages as evidence_pages
from daywork.ground.database import close_database, fetch_value, ground_transaction, open_database
from daywork.ground.logs import keep_private_out
from daywork.ground.settings import Settings, load_settings
from daywork.letters import api as letters_api
from daywork.letters import pages as letters_pages
from daywork.levels import pages as levels_pages
from daywork.members import pages as members_pages
from daywork.merging import pages as merging_pages
from daywork.money import pages as money_pages
from daywork.overview import pages as overview_pages
from daywork.pay import pages as pay_pages
from daywork.photos import api as photos_api
from daywork.photos.storage import open_storage
from daywork.presence import pages as presence_pages
from daywork.progress import pages as progress_pages
from daywork.push import api as push_api
from daywork.push import pages as push_pages
from daywork.push.keys import server_key
from daywork.push.live import Live
from daywork.register import import_pages as register_import_pages
from daywork.register import pages as register_pages
from daywork.register import worker_pages as register_worker_pages
from daywork.register.keys import open_keyring
from daywork.rescue import pages as rescue_pages
from daywork.retention import pages as retention_pages
from daywork.schedule import pages as schedule_pages
from daywork.sign_in import api as sign_in_api
from daywork.sign_in import pages as sign_in_pages
from daywork.sign_in.door import Door
from daywork.sites import pages as sites_pages
from daywork.summary import api as summary_api
from daywork.summary import pages as summary_pages
from daywork.sync import api as sync_api
from daywork.uploads import api as uploads_api
from daywork.wages import file_pages as wages_file_pages
from daywork.wages import pages as wages_pages
from daywork.wages import settlement_pages
from daywork.wages import signing_pages as wages_signing_pages
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
    push_pages,
    push_api,
    sites_pages,
    summary_api,
    summary_pages,
    pay_pages,
    attendance_pages,
    doubles_pages,
    money_pages,
    crosscheck_pages,
    wages_pages,
    wages_signing_pages,
    wages_file_pages,
    settlement_pages,
    progress_pages,
    schedule_pages,
    delays_pages,
    photos_api,
    uploads_api,
    levels_pages,
    approvals_pages,
    dispute_pages,
    register_pages,
    register_import_pages,
    register_worker_pages,
    merging_pages,
    evidence_pages,
    compliance_pages,
    retention_pages,
    approvals_api,
    signing_pages,
    presence_pages,
    overview_pages,
    sync_api,
    letters_api,
    letters_pages,
    rescue_pages,
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


@asynccontextmanager
async def _database(app: Litestar) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    if settings.database_url is None:
        raise RuntimeError("No database: set DAYWORK_DATABASE_URL, or start with `daywork up`.")
    await open_database(settings.database_url, settings.pool_size)
    try:
        yield
    finally:
        await close_database()


@asynccontextmanager
async def _telling(app: Litestar) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    app.state.server_key = await server_key(settings)
    app.state.register_keys = await open_keyring(settings)
    app.state.live = live = Live(settings.database_url or "")
    live.start()
    live.end_pages_on_signal()
    try:
        yield
    finally:
        await live.stop()


def create_app(settings: Settings | None = None) -> Litestar:
    """The ASGI app. The database must exist and be migrated: see ``daywork up``."""
    keep_private_out()
    every_problem: Any = {Exception: answer}
    app = Litestar(
        room_handlers(),
        lifespan=[_database, _telling],
        middleware=[RunningRequest, Door, guard_against_forgery],
        exception_handlers=every_problem,
        before_send=[reply_headers],
        request_class=Request,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    equip(app, settings or load_settings())
    return app


def equip(app: Litestar, settings: Settings) -> None:
    """Give an app that is not running its settings: its database, its storage."""
    app.state.settings = settings
    app.state.storage = open_storage(settings.storage_url)
