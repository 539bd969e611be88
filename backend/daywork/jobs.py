"""What happens in the background: plugs the rooms' jobs into one worker, nothing else.

A job is queued by the transaction that writes the record it belongs to (pgqueuer keeps its queue
in the same database), so it is there exactly when the record is. Schedules run once, however many
workers there are.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from datetime import timedelta
from importlib.util import find_spec

import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.models import Schedule

from daywork.ground.database import close_database, ground_transaction, open_database
from daywork.ground.settings import Settings
from daywork.ground.trouble import Trouble

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
    try:
        while not stop.is_set():
            try:
                await _one_shift(settings.database_url, stop)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("the database went away (%s); trying again", error)
                await _pause(stop, 1.0)
    finally:
        await close_database()


async def _one_shift(url: str, stop: asyncio.Event) -> None:
    """Work on one connection until told to stop or the connection is lost."""
    connection = await asyncpg.connect(url)
    try:
        queue = PgQueuer.from_asyncpg_connection(connection)
        register(queue, connection)
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


def register(queue: PgQueuer, connection: asyncpg.Connection) -> None:
    """All jobs and schedules of this version."""

    @queue.schedule("daywork_sweep", "17 3 * * *", clean_old=True)
    async def sweep(_schedule: Schedule) -> None:
        await sweep_once(connection)


async def sweep_once(connection: asyncpg.Connection) -> None:
    """Throw away what nobody looks at any more; records are never among it."""
    await connection.execute(
        "DELETE FROM pgqueuer_log WHERE created < now() - $1::interval", KEEP_LOG
    )
    if find_spec("daywork.sign_in.queries") is not None:
        from daywork.sign_in.queries import forget_old_tries

        async with ground_transaction():
            await forget_old_tries()
