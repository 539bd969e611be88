"""Cross-check on the foreman's phone, and what became of disputes in the chain of evidence.

Nothing of an existing chain changes: the answers given so far are added at its end. The hashes
are those of ``daywork.chain``, whose spelling never changes.
"""

from pathlib import Path
from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

ID = "2026-11-30T02:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "cross-check on the foreman's phone"

_SQL = Path(__file__).parent / "sql"
_HEAD = """
    SELECT number, hash FROM chain_link WHERE organisation = $1 AND site = $2
    ORDER BY number DESC LIMIT 1
"""
_COLUMNS = [
    "organisation",
    "site",
    "number",
    "kind",
    "subject",
    "version",
    "content",
    "detail",
    "previous",
    "hash",
    "at",
]


async def forwards() -> MigrationManager:
    """Piccolo calls this; the SQL runs inside the migration's transaction."""
    manager = MigrationManager(migration_id=ID, app_name="daywork", description=DESCRIPTION)

    async def create() -> None:
        from daywork.ground.database import connection

        for part in sorted(_SQL.glob("0026_*.sql")):
            await connection().execute(part.read_text(encoding="utf-8"))
        for site in await connection().fetch(
            "SELECT DISTINCT organisation, site FROM cross_check_dispute"
            " WHERE outcome IS NOT NULL ORDER BY 1, 2"
        ):
            await _chain(connection(), site["organisation"], site["site"])

    manager.add_raw(create)
    return manager


async def _chain(connection: Any, organisation: Any, site: Any) -> None:
    """Add one site's answers, in the order they were given."""
    from daywork.chain.rules import Head, forged
    from daywork.chain.wage_contents import COLUMNS, DISPUTE_ANSWER, wage_happening

    rows = await connection.fetch(
        f"SELECT {', '.join(COLUMNS[DISPUTE_ANSWER])} FROM cross_check_dispute"  # noqa: S608
        " WHERE organisation = $1 AND site = $2 AND outcome IS NOT NULL ORDER BY answered_at, id",
        organisation,
        site,
    )
    head = await connection.fetchrow(_HEAD, organisation, site)
    links = forged(
        organisation,
        Head(head["number"], head["hash"]) if head else Head(),
        [wage_happening(DISPUTE_ANSWER, row) for row in rows],
        await connection.fetchval("SELECT now()"),
    )
    await connection.copy_records_to_table(
        "chain_link",
        records=[tuple(getattr(link, column) for column in _COLUMNS) for link in links],
        columns=_COLUMNS,
    )
