"""What happens in the background: plugs the rooms' jobs into one worker, nothing else.

A job is queued by the transaction that writes the record it belongs to (pgqueuer keeps its queue
in the same database), so it is there exactly when the record is. Schedules run once, however many
workers there are.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from uuid import UUID

import asyncpg
from obstore.store import ObjectStore
from pgqueuer import PgQueuer
from pgqueuer.models import Schedule

from daywork.ground.database import close_database, ground_transaction, open_database
from daywork.ground.settings import Settings
from daywork.ground.trouble import Trouble
from daywork.photos.showing import develop_waiting
from daywork.photos.storage import open_storage
from daywork.uploads.service import sweep_expired, sweep_orphans

KEEP_LOG = timedelta(days=30)
"""How long finished jobs stay in the queue's log."""

log = logging.getLogger("daywork.jobs")


async def work(settings: Settings) -> None:
    """Run jobs until SIGTERM or SIGINT; the job at hand is finished first."""
    if settings.database_url is None:
        raise Trouble(
            "No database for the worker.", "Set DAYWORK_DATABASE_URL, or use `daywork up`."
        )
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await open_database(settings.database_url, settings.pool_size)
    store = open_storage(settings.storage_url)
    try:
        while not stop.is_set():
            try:
                await _one_shift(settings.database_url, store, stop)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("the database went away (%s); trying again", error)
                await _pause(stop, 1.0)
    finally:
        await close_database()


async def _one_shift(url: str, store: ObjectStore, stop: asyncio.Event) -> None:
    """Work on one connection until told to stop or the connection is lost."""
    connection = await asyncpg.connect(url)
    try:
        queue = PgQueuer.from_asyncpg_connection(connection)
        register(queue, connection, store)
        running = asyncio.create_task(queue.run(dequeue_timeout=timedelta(seconds=5)))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        queue.shutdown.set()
        await running
    finally:
        await connection.close()


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


def register(queue: PgQueuer, connection: asyncpg.Connection, store: ObjectStore) -> None:
    """All jobs and schedules of this version."""

    @queue.schedule("daywork_sweep", "17 3 * * *", clean_old=True)
    async def sweep(_schedule: Schedule) -> None:
        await sweep_once(connection)
        await sweep_pictures(connection, store)

    @queue.schedule("daywork_thumbnails", "* * * * *", clean_old=True)
    async def thumbnails(_schedule: Schedule) -> None:
        for organisation in await _companies(connection):
            await develop_waiting(organisation, store)


async def sweep_once(connection: asyncpg.Connection) -> None:
    """Throw away what nobody looks at any more; records are never among it."""
    await connection.execute(
        "DELETE FROM pgqueuer_log WHERE created < now() - $1::interval", KEEP_LOG
    )
    if find_spec("daywork.sign_in.queries") is not None:
        from daywork.sign_in.queries import forget_old_tries

        async with ground_transaction():
            await forget_old_tries()


async def sweep_pictures(connection: asyncpg.Connection, store: ObjectStore) -> None:
    """Throw away uploads nobody went on with, and bytes in the store that no row knows."""
    now = datetime.now(UTC)
    for organisation in await _companies(connection):
        await sweep_expired(organisation, store, now)
    removed = await sweep_orphans(store, now)
    if removed:
        log.info("removed %d orphans from the store", len(removed))


async def _companies(connection: asyncpg.Connection) -> list[UUID]:
    rows = await connection.fetch("SELECT id FROM organisation ORDER BY id")
    return [row["id"] for row in rows]
