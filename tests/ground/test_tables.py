"""The Piccolo classes say what the database holds: a migration and its class cannot drift apart."""

from importlib import import_module

import pytest
from piccolo.table import Table

from tests.support.database import query

ROOMS = (
    "people",
    "sites",
    "register",
    "chain",
    "entries",
    "levels",
    "signatures",
    "push",
    "labour",
    "progress",
    "photos",
    "schedule",
    "delays",
    "pay",
    "money",
    "summary",
    "wages",
    "crosscheck",
    "uploads",
    "sync",
    "letters",
    "rescue",
    "approvals",
    "retention",
    "compliance",
)
OWN_TABLES = {"migration"}
WITHOUT_COMPANY = {"organisation", "sign_in_attempt", "installation_secret"}


def tables() -> list[type[Table]]:
    """Every table class of every room."""
    found = []
    for room in ROOMS:
        module = import_module(f"daywork.{room}.tables")
        found += [
            one
            for one in vars(module).values()
            if isinstance(one, type) and issubclass(one, Table) and one is not Table
        ]
    return found


def columns_in(database_url: str) -> dict[str, dict[str, bool]]:
    """Nullability by table and column, of the app's own tables."""
    rows = query(
        database_url,
        "SELECT table_name, column_name, is_nullable = 'YES' AS nullable"
        " FROM information_schema.columns WHERE table_schema = 'public'"
        " AND table_name NOT LIKE 'pgqueuer%'",
    )
    found: dict[str, dict[str, bool]] = {}
    for row in rows:
        found.setdefault(row["table_name"], {})[row["column_name"]] = row["nullable"]
    return {name: columns for name, columns in found.items() if name not in OWN_TABLES}


def test_every_table_has_its_class_with_the_same_columns(database_url: str) -> None:
    declared = {
        one._meta.tablename: {column._meta.name: column._meta.null for column in one._meta.columns}
        for one in tables()
    }
    assert declared == columns_in(database_url)


def test_every_table_carries_its_organisation_behind_row_level_security(
    database_url: str,
) -> None:
    walled = {
        row["relname"]
        for row in query(database_url, "SELECT relname FROM pg_class WHERE relrowsecurity")
    }
    for name, columns in columns_in(database_url).items():
        if name in WITHOUT_COMPANY - {"organisation"}:
            continue
        assert name == "organisation" or "organisation" in columns, name
        assert name in walled, name


def test_every_primary_and_foreign_key_begins_with_the_organisation(database_url: str) -> None:
    keys = query(
        database_url,
        "SELECT c.conrelid::regclass::text AS owner, c.conname, a.attname FROM pg_constraint c"
        " JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
        " WHERE c.contype IN ('p', 'f', 'u') AND c.connamespace = 'public'::regnamespace",
    )
    for key in keys:
        if key["owner"] in {*WITHOUT_COMPANY, *OWN_TABLES} or key["owner"].startswith("pgqueuer"):
            continue
        assert key["attname"] == "organisation", (key["owner"], key["conname"])


@pytest.mark.parametrize(
    "table",
    [
        "entry_version",
        "decision",
        "audit_event",
        "chain_link",
        "unmasking",
        "wage_sheet",
        "wage_line",
        "wage_signature",
        "settlement",
    ],
)
def test_evidence_can_be_added_but_not_changed_by_the_app(database_url: str, table: str) -> None:
    rights = query(
        database_url,
        "SELECT privilege_type FROM information_schema.role_table_grants"
        " WHERE grantee = 'daywork_app' AND table_name = $1",
        table,
    )
    assert {row[0] for row in rights} == {"SELECT", "INSERT"}
