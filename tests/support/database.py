"""Every test its own database: a clone of one that was migrated once, emptied and used again.

The server is the embedded Postgres, shared by all pytest-xdist workers of a run and stopped by the
last of them; or, with `DAYWORK_TEST_DATABASE_URL`, any Postgres 15 to 18 whose user may make
databases and roles (`postgresql://user:password@host/postgres`).
"""

import hashlib
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from daywork.ground import migrations, places
from daywork.ground.database import close_database, open_database
from daywork.ground.postgres import EmbeddedPostgres
from daywork.ground.settings import load_settings
from tests.support.asking import apart, let_go, query, value
from tests.support.emptied import Fresh, emptied, look

__all__ = ["apart", "query", "value"]

_TEMPLATE_LOCK = 4_110_001

REGISTER_KEY = "ZGVtby1rZXktb2YtdGhlLXRlc3RzLTMyLWJ5dGVzISE"
"""The key of the demo's real-name register, in every clone of it."""


def on_server(url: str, database: str) -> str:
    """The URL of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def copied(url: str, onto: str | None = None, *, lasting: bool = False) -> str:
    """Copy a database that nobody is connected to; returns the name of the copy.

    ``lasting`` is for servers that are killed: what WAL alone brings back of a copy hands out
    numbers of its sequences a second time.
    """
    name = onto or f"daywork_test_{uuid.uuid4().hex[:16]}"
    source = urlsplit(url).path.removeprefix("/")
    how = " STRATEGY FILE_COPY" if lasting else ""
    let_go(url)
    query(on_server(url, "postgres"), f'CREATE DATABASE "{name}" TEMPLATE "{source}"{how}')
    return name


def dropped(url: str) -> str:
    """Drop a database, whoever is connected; returns what its name was."""
    name = urlsplit(url).path.removeprefix("/")
    let_go(url)
    query(on_server(url, "postgres"), f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    return name


def put_back(url: str, backup: str) -> None:
    """Put the database back to a copy of it, whoever is connected."""
    copied(on_server(url, backup), dropped(url), lasting=True)


@pytest.fixture(scope="session")
def database_server() -> Iterator[str]:
    """URL of the server's maintenance database."""
    if given := os.environ.get("DAYWORK_TEST_DATABASE_URL"):
        yield given
        return
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex
    home = Path(tempfile.gettempdir()) / f"daywork-test-{run[:12]}"
    server = EmbeddedPostgres(home, durable=False)
    server.start()
    yield server.cluster.url("postgres")
    server.stop()
    if not server.alive():
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_template(database_server: str) -> str:
    """Name of a migrated, empty database to clone; made once for all workers."""
    recipe = hashlib.sha256()
    sources = [p for p in places.MIGRATIONS.rglob("*") if p.suffix in (".py", ".sql")]
    for source in [*sorted(sources), Path(migrations.__file__)]:
        recipe.update(source.read_bytes())
    name = f"daywork_template_{recipe.hexdigest()[:12]}"

    async def make() -> None:
        connection = await asyncpg.connect(database_server)
        try:
            await connection.execute("SELECT pg_advisory_lock($1)", _TEMPLATE_LOCK)
            sql = "SELECT datistemplate FROM pg_database WHERE datname = $1"
            if await connection.fetchval(sql, name):
                return
            await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            await connection.execute(f'CREATE DATABASE "{name}"')
            await migrations.migrate(on_server(database_server, name))
            # Marked last: an unmarked one was left half done and is made again.
            await connection.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE true')
        finally:
            await connection.close()

    apart(make())
    return name


@pytest.fixture(scope="session")
def spare_databases(database_server: str, migrated_template: str) -> "Spares":
    """Clones that no test uses at the moment, each as good as new."""
    first = on_server(database_server, copied(on_server(database_server, migrated_template)))
    return Spares(look(first), [first])


@dataclass(frozen=True)
class Spares:
    """``fresh`` is how each of ``urls`` is: a clone is its template to the last row number."""

    fresh: Fresh
    urls: list[str]


@pytest.fixture
def database_url(
    database_server: str, migrated_template: str, spare_databases: Spares
) -> Iterator[str]:
    """URL of a migrated database without a test's row in it, for this test alone."""
    if spare_databases.urls:
        url = spare_databases.urls.pop()
    else:
        url = on_server(database_server, copied(on_server(database_server, migrated_template)))
    yield url
    if emptied(url, spare_databases.fresh):
        spare_databases.urls.append(url)
    else:
        dropped(url)


@pytest.fixture
def blank_database_url(database_server: str) -> Iterator[str]:
    """URL of a database nobody has migrated."""
    name = f"daywork_test_{uuid.uuid4().hex[:16]}"
    query(database_server, f'CREATE DATABASE "{name}"')
    yield on_server(database_server, name)
    query(database_server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@dataclass(frozen=True)
class Demo:
    """The demo company as loaded once per worker: a database to clone, and its photos."""

    template: str
    storage_url: str
    today: date


@pytest.fixture(scope="session")
def demo(
    database_server: str, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demo]:
    """Loaded for a day that never changes, so that tests may name figures."""
    from daywork.demo import load_demo

    name = f"daywork_demo_{uuid.uuid4().hex[:16]}"
    storage = (tmp_path_factory.mktemp("demo") / "photos").as_uri()
    made = Demo(template=name, storage_url=storage, today=date(2026, 11, 24))
    query(database_server, f'CREATE DATABASE "{name}" TEMPLATE "{migrated_template}"')
    url = on_server(database_server, name)
    settings = replace(
        load_settings({}), database_url=url, storage_url=storage, register_key=REGISTER_KEY
    )

    async def load() -> None:
        await open_database(url, pool_size=4)
        try:
            await load_demo(settings, made.today)
        finally:
            await close_database()

    apart(load())
    yield made
    query(database_server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def demo_database_url(database_server: str, demo: Demo) -> Iterator[str]:
    """URL of the demo company's database, for this test alone."""
    url = on_server(database_server, copied(on_server(database_server, demo.template)))
    yield url
    dropped(url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[str]:
    """For async tests of queries and services: the app's own pool, opened on `database_url`."""
    await open_database(database_url, pool_size=4)
    yield database_url
    await close_database()
