"""What happens in the background: plugs the rooms' jobs into one worker, nothing else.

A job is queued by the transaction that writes the record it belongs to (pgqueuer keeps its queue
in the same database), so it is there exactly when the record is. Schedules run once, however many
workers there are.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
from obstore.store import ObjectStore
from pgqueuer import PgQueuer
from pgqueuer.models import Job, Schedule

from daywork.approvals.automatic import approve_automatically
from daywork.approvals.kept import keep_doubts
from daywork.approvals.kept_queries import companies_with_doubts
from daywork.approvals.telling import tell_waiting
from daywork.compliance.making import make_next, sweep_packs, wake_packs
from daywork.compliance.order_queries import companies_packing
from daywork.compliance.ordering import PACK_JOB
from daywork.delays.service import check_due, check_site
from daywork.ground.database import close_database, ground_transaction, open_database
from daywork.ground.logs import keep_private_out
from daywork.ground.settings import Settings
from daywork.ground.trouble import Trouble
from daywork.photos.showing import develop_waiting
from daywork.photos.storage import open_storage
from daywork.push.bundles import BUNDLE_JOB, TellBundle, tell_bundle, tell_due
from daywork.push.deliveries import companies_due
from daywork.push.deliveries import sweep as sweep_deliveries
from daywork.push.keys import server_key
from daywork.push.rules import MessageKind
from daywork.push.sending import Sender
from daywork.push.service import SEND_JOB
from daywork.push.wire import Postman
from daywork.register.importing import sweep_lists
from daywork.register.keys import open_keyring
from daywork.register.reminders import remind_of_papers
from daywork.register.sealing import Keyring
from daywork.rescue.service import sweep_rescues
from daywork.sign_in.queries import forget_old_tries
from daywork.signatures.service import remind
from daywork.sites.calendar import CHECK_JOB
from daywork.summary.kept import companies_moved, keep_up
from daywork.uploads.service import sweep_expired, sweep_orphans

KEEP_LOG = timedelta(days=30)
"""How long finished jobs stay in the queue's log."""

EVERY_FIVE_SECONDS = "* * * * * */5"
"""Seconds stand last: a site whose month moved is dear to read until it is added up again."""

OLDEST_JOB = timedelta(hours=1)
"""A job this long overdue was killed together with its worker too often."""

TELLERS: dict[str, TellBundle] = {MessageKind.APPROVALS: tell_waiting}
"""Who counts what a bundle tells of."""

log = logging.getLogger("daywork.jobs")


async def work(settings: Settings) -> None:
    """Run jobs until SIGTERM or SIGINT; the job at hand is finished first."""
    if settings.database_url is None:
        raise Trouble(
            "No database for the worker.", "Set DAYWORK_DATABASE_URL, or use `daywork up`."
        )
    keep_private_out()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await open_database(settings.database_url, settings.pool_size)
    try:
        async with AsyncExitStack() as stack:
            tools = Tools(
                settings.database_url,
                open_storage(settings.storage_url),
                await _sender(settings, stack),
                await open_keyring(settings),
            )
            while not stop.is_set():
                try:
                    await _one_shift(tools, stop)
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                    log.warning("the database went away (%s); trying again", error)
                    await _pause(stop, 1.0)
    finally:
        await close_database()


@dataclass(frozen=True, slots=True)
class Tools:
    """What jobs work with."""

    url: str
    store: ObjectStore
    sender: Sender | None
    """None where push is not set up."""
    register_keys: Keyring | None
    """None where the key of the real-name register is not here."""

    @asynccontextmanager
    async def owner(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection of the tables' owner, past the walls: to see which companies there are."""
        connection = await asyncpg.connect(self.url)
        try:
            yield connection
        finally:
            await connection.close()


async def _sender(settings: Settings, stack: AsyncExitStack) -> Sender | None:
    key = await server_key(settings)
    if key is None:
        return None
    postman = await stack.enter_async_context(Postman(key, local=settings.push_local))
    return Sender(postman, settings.base_url or "")


async def _one_shift(tools: Tools, stop: asyncio.Event) -> None:
    """Work on one connection until told to stop or the connection is lost."""
    connection = await asyncpg.connect(tools.url)
    try:
        queue = PgQueuer.from_asyncpg_connection(connection)
        register(queue, tools)
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


def register(queue: PgQueuer, tools: Tools) -> None:
    """All jobs and schedules of this version.

    The queue's own connection is its alone; a job that needs the owner's rights opens another.
    """

    async def for_each(
        which: Callable[[asyncpg.Connection], Awaitable[Iterable[UUID]]],
        work: Callable[[UUID], Awaitable[object]],
    ) -> None:
        """Each company by itself, with nobody's rights but its own."""
        async with tools.owner() as owner:
            companies = await which(owner)
        for organisation in companies:
            await work(organisation)

    @queue.entrypoint(SEND_JOB)
    async def send(job: Job) -> None:
        asked = _asked(job)
        if asked and tools.sender is not None:
            await tools.sender.send_due(UUID(asked["organisation"]))

    @queue.entrypoint(BUNDLE_JOB)
    async def bundle(job: Job) -> None:
        asked = _asked(job)
        tell = TELLERS.get(asked.get("kind", ""))
        if tell is not None:
            await tell_bundle(UUID(asked["organisation"]), UUID(asked["site"]), asked["kind"], tell)

    @queue.entrypoint(CHECK_JOB)
    async def check(job: Job) -> None:
        asked = _asked(job)
        if asked:
            await check_site(UUID(asked["organisation"]), UUID(asked["site"]))

    @queue.entrypoint(PACK_JOB, concurrency_limit=1)
    async def pack(job: Job) -> None:
        asked = _asked(job)
        if asked:
            ids = (UUID(asked["organisation"]), UUID(asked["pack"]))
            await make_next(*ids, tools.store, tools.register_keys)

    @queue.schedule("daywork_packs", "* * * * *", clean_old=True)
    async def packs(_schedule: Schedule) -> None:
        async with tools.owner() as owner:
            companies = await companies_packing(owner)
        for organisation in companies:
            await wake_packs(organisation, datetime.now(UTC))

    @queue.schedule("daywork_mornings", "*/10 * * * *", clean_old=True)
    async def mornings(_schedule: Schedule) -> None:
        async with tools.owner() as owner:
            companies = await _companies(owner)
        for organisation in companies:
            await check_due(organisation)
            await remind_of_papers(organisation)
            await sweep_lists(organisation)

    @queue.schedule("daywork_due", "* * * * *", clean_old=True)
    async def due(_schedule: Schedule) -> None:
        await tell_and_send_due(tools)

    @queue.schedule("daywork_automatic", "* * * * *", clean_old=True)
    async def automatic(_schedule: Schedule) -> None:
        await for_each(_companies, approve_automatically)

    @queue.schedule("daywork_totals", EVERY_FIVE_SECONDS, clean_old=True)
    async def totals(_schedule: Schedule) -> None:
        await for_each(companies_moved, keep_up)

    @queue.schedule("daywork_doubts", "* * * * *", clean_old=True)
    async def doubts(_schedule: Schedule) -> None:
        await for_each(companies_with_doubts, keep_doubts)

    @queue.schedule("daywork_signatures", "5 * * * *", clean_old=True)
    async def signatures(_schedule: Schedule) -> None:
        await for_each(_companies, remind)

    @queue.schedule("daywork_sweep", "17 3 * * *", clean_old=True)
    async def sweep(_schedule: Schedule) -> None:
        async with tools.owner() as owner:
            await sweep_once(owner)
            await sweep_deliveries(owner)
            await sweep_pictures(owner, tools.store)

    @queue.schedule("daywork_thumbnails", "* * * * *", clean_old=True)
    async def thumbnails(_schedule: Schedule) -> None:
        async with tools.owner() as owner:
            companies = await _companies(owner)
        for organisation in companies:
            await develop_waiting(organisation, tools.store)


def _asked(job: Job) -> dict[str, str]:
    """What a job is about; nothing for one that comes back again and again.

    A job whose worker was killed is run again, without counting. Should it be what kills the
    worker, it must not go on for ever: what it was about stands in the tables, and is looked for
    each minute with tries that are counted.
    """
    if datetime.now(UTC) - job.execute_after > OLDEST_JOB:
        log.warning("job %s (%s) is let go: it comes back again and again", job.id, job.entrypoint)
        return {}
    found: dict[str, str] = json.loads(job.payload or b"{}")
    return found


async def tell_and_send_due(tools: Tools) -> None:
    """Whatever is due and has no job: quiet hours that ended, later tries, what a killed worker
    left behind."""
    now = datetime.now(UTC)
    async with tools.owner() as owner:
        companies = await companies_due(owner, now)
    for organisation in companies:
        await tell_due(organisation, TELLERS, now)
        if tools.sender is not None:
            await tools.sender.send_due(organisation)


async def sweep_once(connection: asyncpg.Connection) -> None:
    """Throw away what nobody looks at any more; records are never among it."""
    await connection.execute(
        "DELETE FROM pgqueuer_log WHERE created < now() - $1::interval", KEEP_LOG
    )
    async with ground_transaction():
        await forget_old_tries()


async def sweep_pictures(connection: asyncpg.Connection, store: ObjectStore) -> None:
    """Throw away uploads nobody went on with, and bytes in the store that no row knows."""
    now = datetime.now(UTC)
    for organisation in await _companies(connection):
        await sweep_expired(organisation, store, now)
        await sweep_rescues(organisation, store, now)
        await sweep_packs(organisation, store, now)
    removed = await sweep_orphans(store, now)
    if removed:
        log.info("removed %d orphans from the store", len(removed))


async def _companies(connection: asyncpg.Connection) -> list[UUID]:
    rows = await connection.fetch("SELECT id FROM organisation ORDER BY id")
    return [row["id"] for row in rows]
