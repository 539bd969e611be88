"""Bring a database to the shape this code expects, once, however many start at the same time.

Piccolo keeps the list of migrations that ran, but four processes starting together ran the same
one twice. So an advisory lock is held around the whole, and each migration commits together with
its line in that list: after a crash in the middle it has either run or it has not.
The tables of pgqueuer, our job queue, are brought up to date in the same go.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import asyncpg
from pgqueuer.domain.settings import db_settings
from pgqueuer.queries import Queries
from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager
from piccolo.apps.migrations.tables import Migration
from piccolo.conf.apps import AppConfig

from daywork.ground import places
from daywork.ground.database import APP_ROLE, DB
from daywork.ground.trouble import Trouble

# Piccolo's migrations look for their engine in the module that this variable names.
os.environ["PICCOLO_CONF"] = "daywork.ground.database"

OLDEST, NEWEST = 15, 18
"""The major versions of Postgres that the tests run on."""

_LOCK = 0x6461_7977_6F72_6B  # "daywork"
_APP = AppConfig(app_name="daywork", migrations_folder_path=places.MIGRATIONS)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a database compares with this code: ids of migrations, oldest first."""

    ran: list[str]
    waiting: list[str]
    unknown: list[str]
    """Ran there, but not known here: a newer Daywork has been at this database."""


async def connect(url: str) -> asyncpg.Connection:
    """One connection outside the pool, to a server of a version that will do.

    Raises:
        Trouble: unreachable, refused, or a version this Daywork does not know.
    """
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Trouble(
            f"The database cannot be reached: {str(error) or type(error).__name__}",
            "Check DAYWORK_DATABASE_URL (postgresql://user:password@host:5432/name) and that "
            "the server runs. Without that variable Daywork brings its own database.",
        ) from error
    except ValueError as error:
        raise Trouble(
            f"DAYWORK_DATABASE_URL cannot be read: {error}",
            "Write it as postgresql://user:password@host:5432/name",
        ) from error
    major = connection.get_server_version().major
    if not OLDEST <= major <= NEWEST:
        await connection.close()
        raise Trouble(
            f"The database server is Postgres {major}; Daywork runs on {OLDEST} to {NEWEST}.",
            "Point DAYWORK_DATABASE_URL at another server, or unset it to use the embedded one.",
        )
    return connection


async def standing(url: str) -> Standing:
    """Look at a database without changing it."""
    connection = await connect(url)
    try:
        return await _standing(connection)
    finally:
        await connection.close()


async def migrate(url: str) -> list[str]:
    """Run what has not run yet; returns the ids of the migrations that did.

    Raises:
        Trouble: unreachable or unknown server, or a database newer than this code.
    """
    connection = await connect(url)
    try:
        # Session-wide, so it outlives the single transactions; closing the connection frees it.
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        state = await _standing(connection)
        if state.unknown:
            raise Trouble(
                "The database is newer than this Daywork: it has had the migration "
                f"{state.unknown[-1]}, which is not known here.",
                "Install the newer Daywork, or restore a backup made before the update.",
            )
        if state.waiting:
            await _run(url, len(state.waiting))
        await _bring_queue(connection)
    finally:
        await connection.close()
    return state.waiting


async def _standing(connection: asyncpg.Connection) -> Standing:
    here = known()
    there: list[str] = []
    if await connection.fetchval("SELECT to_regclass('migration')") is not None:
        rows = await connection.fetch(
            "SELECT name FROM migration WHERE app_name = $1 ORDER BY name", _APP.app_name
        )
        there = [row["name"] for row in rows]
    return Standing(
        ran=there,
        waiting=[name for name in here if name not in there],
        unknown=[name for name in there if name not in here],
    )


def known() -> list[str]:
    """The ids of this code's migrations, oldest first."""
    with _import_path_kept():
        manager = ForwardsMigrationManager(app_name=_APP.app_name)
        return sorted(manager.get_migration_modules(_APP.resolved_migrations_folder_path))


async def _run(url: str, count: int) -> None:
    if DB.pool is not None:
        raise RuntimeError("migrate() before open_database(): it uses the same engine")
    before, DB.config = DB.config, {"dsn": url}
    try:
        with _import_path_kept(), contextlib.redirect_stdout(io.StringIO()):
            async with DB.transaction():
                await Migration.create_table(if_not_exists=True)
            for _ in range(count):
                one = ForwardsMigrationManager(app_name=_APP.app_name, migration_id="1")
                async with DB.transaction():
                    await one.run_migrations(_APP)
    finally:
        DB.config = before


_NOTIFIES = """
    SELECT 1 FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE t.tgname = $1 AND c.relnamespace = current_schema()::regnamespace AND t.tgenabled <> 'D'
"""


async def _bring_queue(connection: asyncpg.Connection) -> None:
    """Install or upgrade pgqueuer's tables, and let the app put jobs into them."""
    queue = Queries.from_asyncpg_connection(connection)
    if not await queue.schema_is_installed():
        async with connection.transaction():
            await queue.install()
    elif (await queue.plan_upgrade()).statements:
        await queue.upgrade()
    elif await connection.fetchval(_NOTIFIES, db_settings().trigger) is None:
        return
    # It would say its word inside the writing transaction: see ``ground.queue``.
    names = db_settings()
    await connection.execute(f'ALTER TABLE "{names.queue_table}" DISABLE TRIGGER "{names.trigger}"')
    tables = await connection.fetch(
        "SELECT relname, relkind FROM pg_class WHERE relname LIKE 'pgqueuer%' "
        "AND relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'S')"
    )
    for table in tables:
        kind, rights = {b"r": ("TABLE", "SELECT, INSERT, UPDATE, DELETE")}.get(
            table["relkind"], ("SEQUENCE", "USAGE")
        )
        await connection.execute(f'GRANT {rights} ON {kind} "{table["relname"]}" TO {APP_ROLE}')


@contextlib.contextmanager
def _import_path_kept() -> Iterator[None]:
    """Piccolo puts the migrations' folder on the import path each time it looks there."""
    before = list(sys.path)
    try:
        yield
    finally:
        sys.path[:] = before
