"""SQL of back-up and restore: of the whole database, on a connection of its owner's.

The app's role sees one company at a time; a backup is of all of them.
"""

from collections.abc import Iterable

import asyncpg

from daywork.backup.rules import Picture
from daywork.ground.database import APP_ROLE
from daywork.photos.queries import NOTHING_IS_SWEPT
from daywork.photos.rules import storage_key
from daywork.wages.rules import paper_key


async def hold_the_sweep(connection: asyncpg.Connection) -> None:
    """Until the connection closes, nothing is removed from the store of photos."""
    await connection.execute("SELECT pg_advisory_lock_shared($1)", NOTHING_IS_SWEPT)


async def begin_snapshot(connection: asyncpg.Connection) -> str:
    """Begin to read at one instant; returns the name by which pg_dump reads at the same one."""
    await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    return str(await connection.fetchval("SELECT pg_export_snapshot()"))


async def pictures_needed(connection: asyncpg.Connection) -> list[Picture]:
    """Every picture and signed paper a row says is here, void ones too, once each; what a purge
    let go is not missed."""
    found = []
    for key_of, kept in (
        (storage_key, "photo WHERE state = 'complete' AND purge IS NULL"),
        (paper_key, "wage_paper"),
    ):
        rows = await connection.fetch(
            f"SELECT DISTINCT organisation, site, sha256, bytes FROM {kept}"  # noqa: S608 - our own words
            " ORDER BY organisation, site, sha256"
        )
        found += [
            Picture(
                key_of(row["organisation"], row["site"], row["sha256"]),
                row["sha256"].hex(),
                row["bytes"],
            )
            for row in rows
        ]
    return found


async def rows_by_table(connection: asyncpg.Connection) -> dict[str, int]:
    """How many rows each table of ours has. The job queue's own tables are not counted."""
    tables = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
        " AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'pgqueuer%'"
        " ORDER BY relname"
    )
    return {
        row["relname"]: await connection.fetchval(f'SELECT count(*) FROM "{row["relname"]}"')  # noqa: S608
        for row in tables
    }


async def database_bytes(connection: asyncpg.Connection) -> int:
    """How much disk the database takes."""
    return int(await connection.fetchval("SELECT pg_database_size(current_database())"))


async def companies(connection: asyncpg.Connection) -> list[str]:
    """Names of the companies in it; none in a database nobody has used or migrated."""
    if await connection.fetchval("SELECT to_regclass('public.organisation')") is None:
        return []
    rows = await connection.fetch("SELECT name FROM organisation ORDER BY name")
    return [row["name"] for row in rows]


async def others_connected(connection: asyncpg.Connection) -> int:
    """Connections to this database besides ours."""
    return int(
        await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
    )


async def analyse(url: str) -> None:
    """Count the tables anew: until then a restored database plans as if they were empty."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


async def make_app_role(connection: asyncpg.Connection) -> None:
    """The role the dump's rights name: roles belong to the server, not to the database."""
    await connection.execute(
        f"""
        DO $$
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN
                CREATE ROLE {APP_ROLE} NOLOGIN;
            END IF;
            IF NOT pg_has_role(current_user, '{APP_ROLE}', 'MEMBER') THEN
                EXECUTE format('GRANT {APP_ROLE} TO %I', current_user);
            END IF;
        END $$
        """
    )


BEFORE = """
SET client_min_messages = warning;
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
ALTER SCHEMA public OWNER TO pg_database_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC;
"""
"""Ahead of the dump, in the same transaction: the old rows go only when the new ones stand."""


def after(rows: Iterable[tuple[str, int]]) -> str:
    """Behind the dump, in the same transaction: count, and let every phone notice.

    A phone whose cursor lies before the backup would not see that the office has forgotten what
    came after it. New nonces make every cursor a foreign one: all phones read afresh, and give
    again what they still hold.
    """
    checks = "".join(
        f"""
    SELECT count(*) INTO found FROM public."{table}";
    IF found <> {count:d} THEN
        RAISE EXCEPTION 'table {table}: % rows came back, {count:d} were backed up', found;
    END IF;"""  # noqa: S608 - table names are letters, counts are numbers
        for table, count in rows
        if table.replace("_", "").isalnum()
    )
    return f"""
DO $$ DECLARE found bigint; BEGIN {checks}
END $$;
UPDATE public.site_revision_nonce SET nonce = gen_random_uuid();
"""  # noqa: S608
