"""The one way to the database: pooled connections, and transactions that name their company.

Row-level security is the second wall behind the permission function. Every transaction of the
app runs as the role ``daywork_app``, which owns no table, and carries ``daywork.organisation``;
a forgotten ``WHERE`` then shows nothing instead of another company's wages.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from daywork.ground.saying import Speaker, Word

APP_ROLE = "daywork_app"


class Transaction(PostgresTransaction):
    """Piccolo's transaction, but its connection goes back to the pool even when COMMIT fails, and
    what it has to say is said once it is committed."""

    __slots__ = ("answers", "words")

    def __init__(self, engine: PostgresEngine, allow_nested: bool = True) -> None:
        super().__init__(engine, allow_nested)
        self.words: dict[Word, None] = {}
        self.answers: dict[tuple[str, UUID, tuple[UUID, ...]], list[asyncpg.Record]] | None = None

    async def __aenter__(self) -> PostgresTransaction:
        if self._parent is not None:
            return self._parent
        try:
            return await super().__aenter__()
        except BaseException:
            # The server went away between two transactions: BEGIN failed on its connection.
            if self.engine.pool and getattr(self, "connection", None) is not None:
                await self.engine.pool.release(self.connection)
            raise

    async def __aexit__(self, exception_type: Any, exception: Any, traceback: Any) -> bool:
        if self._parent:
            return exception is None
        try:
            if exception:
                if not self._rolled_back:
                    await self.rollback()  # type: ignore[no-untyped-call]
            elif not self._committed and not self._rolled_back:
                await self.commit()  # type: ignore[no-untyped-call]
        finally:
            self.engine.current_transaction.reset(self.context)
            if self.engine.pool:
                await self.engine.pool.release(self.connection)
            else:
                await self.connection.close()
        if self._committed and self.words and DB.speaker is not None:
            DB.speaker.say(self.words)
        return exception is None


class Engine(PostgresEngine):
    """Piccolo's engine with our transaction, and without a connection made on import."""

    speaker: Speaker | None = None
    """Says what committed transactions have to say; None outside a server or worker."""

    async def check_version(self) -> None:
        """The version is judged by ``daywork doctor`` and ``migrate``, in words that help."""

    async def prep_database(self) -> None:
        """No extensions are needed."""

    def transaction(self, allow_nested: bool = True) -> Transaction:
        return Transaction(engine=self, allow_nested=allow_nested)


DB = Engine(config={}, extensions=())


async def open_database(url: str, pool_size: int = 10) -> None:
    """Start the pool on ``url``. Without a pool every query would pay for a new connection."""
    DB.config = {"dsn": url}
    await DB.start_connection_pool(min_size=1, max_size=pool_size)
    DB.speaker = Speaker(url)


async def close_database() -> None:
    """Give all connections back; waits for running queries."""
    if DB.speaker is not None:
        speaker, DB.speaker = DB.speaker, None
        await speaker.stop()
    if DB.pool is not None:
        await DB.close_connection_pool()


@asynccontextmanager
async def company_transaction(
    organisation: UUID, *, snapshot: bool = False, writes: bool = False
) -> AsyncIterator[PostgresTransaction]:
    """One transaction that can see and write the rows of this company only.

    With ``snapshot`` all its reads are of one instant, and it cannot write; or ``writes``, and
    Postgres refuses it when somebody else has changed the same rows since that instant.
    """
    async with DB.transaction(allow_nested=False) as transaction:
        if snapshot:
            await transaction.connection.execute(
                f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ {'' if writes else 'READ ONLY'}"
            )
            if isinstance(transaction, Transaction) and not writes:
                transaction.answers = {}
        await transaction.connection.fetch(
            "SELECT set_config('role', $1, true), set_config('daywork.organisation', $2, true)",
            APP_ROLE,
            str(organisation),
        )
        yield transaction


@asynccontextmanager
async def ground_transaction() -> AsyncIterator[PostgresTransaction]:
    """One transaction before the company is known: only the sign-in look-ups may use it.

    It runs as the app's role too, so it sees no company's rows except through the
    ``SECURITY DEFINER`` functions made for signing in.
    """
    async with DB.transaction(allow_nested=False) as transaction:
        await transaction.connection.fetch(
            "SELECT set_config('role', $1, true), set_config('daywork.organisation', '', true)",
            APP_ROLE,
        )
        yield transaction


@asynccontextmanager
async def whole_database() -> AsyncIterator[PostgresTransaction]:
    """Every company's rows, of one instant and read only: for commands of whoever runs the server.

    Nothing that answers a request may use it; the role is the one that owns the tables.
    """
    async with DB.transaction(allow_nested=False) as transaction:
        await transaction.connection.execute(
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
        )
        yield transaction


def connection() -> asyncpg.Connection:
    """The connection of the running transaction.

    Raises:
        RuntimeError: no transaction is open; SQL outside one would not name its company.
    """
    transaction = DB.current_transaction.get()
    if transaction is None:
        raise RuntimeError("SQL needs a transaction: open company_transaction() first.")
    current: asyncpg.Connection = transaction.connection
    return current


async def fetch(sql: str, *args: Any) -> list[asyncpg.Record]:
    """All rows of a statement with ``$1`` parameters, on the running transaction."""
    return await connection().fetch(sql, *args)


async def fetch_once(sql: str, organisation: UUID, sites: Sequence[UUID]) -> list[asyncpg.Record]:
    """As :func:`fetch` of a company's sites; but a snapshot that nobody writes in is asked once."""
    transaction = DB.current_transaction.get()
    answers = transaction.answers if isinstance(transaction, Transaction) else None
    if answers is None:
        return await fetch(sql, organisation, list(sites))
    key = (sql, organisation, tuple(sites))
    if key not in answers:
        answers[key] = await fetch(sql, organisation, list(sites))
    return answers[key]


async def fetch_one(sql: str, *args: Any) -> asyncpg.Record | None:
    """The first row, or None."""
    return await connection().fetchrow(sql, *args)


async def fetch_value(sql: str, *args: Any) -> Any:
    """The first column of the first row, or None."""
    return await connection().fetchval(sql, *args)


async def execute(sql: str, *args: Any) -> int:
    """Run a statement; returns how many rows it touched."""
    status: str = await connection().execute(sql, *args)
    last = status.rsplit(" ", 1)[-1]
    return int(last) if last.isdecimal() else 0


def say_after_commit(words: Iterable[Word]) -> None:
    """Tell whoever listens, once the running transaction is committed; the same word once."""
    transaction = DB.current_transaction.get()
    if isinstance(transaction, Transaction):
        transaction.words.update(dict.fromkeys(words))


def savepoint() -> Any:
    """``async with savepoint():`` undoes only its own statements when it fails."""
    return connection().transaction()
