"""Databases used again: emptied after a test, instead of dropped and cloned for the next.

A clone is some seven hundred files, a test writes into a dozen tables. What cannot be shown to be
as it was - another table, trigger or right, a changed row of those a migration wrote, somebody
still connected - is dropped, and the next test gets a clone.
"""

from dataclasses import dataclass

import asyncpg

from tests.support.asking import query, value

_SCHEMA = """
    SELECT md5(string_agg(part, ',' ORDER BY part)) FROM (
        SELECT 'class ' || oid || ' ' || xmin AS part FROM pg_class
            WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT 'trigger ' || oid || ' ' || xmin FROM pg_trigger
        UNION ALL SELECT 'constraint ' || oid || ' ' || xmin FROM pg_constraint
        UNION ALL SELECT 'function ' || oid || ' ' || xmin FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT 'policy ' || oid || ' ' || xmin FROM pg_policy
        UNION ALL SELECT 'column ' || attrelid || ' ' || attnum || ' ' || xmin FROM pg_attribute
            WHERE attrelid IN (SELECT oid FROM pg_class
                               WHERE relnamespace = 'public'::regnamespace)
        UNION ALL SELECT 'setting ' || setdatabase || ' ' || setconfig::text FROM pg_db_role_setting
    ) AS parts
"""
_TABLES = """
    SELECT relname::text FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname
"""
_EMPTY = """
DO $$
DECLARE
    name text;
    filled boolean;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOREACH name IN ARRAY ARRAY[{tables}]::text[] LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO filled;
        IF filled THEN
            EXECUTE format('DELETE FROM %I', name);
        END IF;
    END LOOP;
    PERFORM setval(s.seqrelid, s.seqstart, false) FROM pg_sequence s
        JOIN pg_depend d ON d.objid = s.seqrelid AND d.deptype IN ('a', 'i')
        JOIN pg_class c ON c.oid = d.refobjid
        WHERE c.relname = ANY(ARRAY[{tables}]::text[]);
END $$
"""
_OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND backend_type = 'client backend'
"""


@dataclass(frozen=True)
class Fresh:
    """What a migrated database without a test's rows is like."""

    schema: str
    written: dict[str, str]
    """Tables that a migration wrote into, and a hash of their rows."""
    tables: list[str]
    """All the others."""


def look(url: str) -> Fresh:
    """How a database is that no test has touched yet."""
    tables = [row[0] for row in query(url, _TABLES)]
    written = {
        name: _rows_of(url, name)
        for name in tables
        if value(url, f'SELECT EXISTS (SELECT FROM "{name}")')  # noqa: S608
    }
    return Fresh(value(url, _SCHEMA), written, [name for name in tables if name not in written])


def emptied(url: str, fresh: Fresh) -> bool:
    """Take out what a test wrote; False when the database is not worth keeping."""
    try:
        query(url, _EMPTY.format(tables=", ".join(f"'{name}'" for name in fresh.tables)))
        return (
            value(url, _SCHEMA) == fresh.schema
            and value(url, _OTHERS) == 0
            and all(_rows_of(url, name) == rows for name, rows in fresh.written.items())
        )
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        return False


def _rows_of(url: str, table: str) -> str:
    together = "coalesce(md5(string_agg(t::text, ',' ORDER BY t::text)), '')"
    rows: str = value(url, f'SELECT {together} FROM "{table}" AS t')  # noqa: S608
    return rows
