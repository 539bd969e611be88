"""Questions about lines and closed months join the chain of evidence; those of before as well.

Nothing of an existing chain changes: what was asked and closed so far is added at its end. The
hashes are those of ``daywork.chain``, whose spelling never changes.
"""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

ID = "2026-11-25T09:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "questions and closed months in the chain of evidence"

_QUESTIONS = """
    SELECT d.at AS happened, d.id AS decision, d.entry, d.version,
           array_agg(q.worker ORDER BY q.worker) AS workers,
           array_agg(q.question ORDER BY q.worker) AS questions
    FROM line_question q
    JOIN decision d ON d.organisation = q.organisation AND d.id = q.decision
    WHERE q.organisation = $1 AND d.site = $2
    GROUP BY d.at, d.id, d.entry, d.version
"""
_CLOSINGS = """
    SELECT id, site, month, what, reason, member, at
    FROM month_closing WHERE organisation = $1 AND site = $2
"""
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

        sites = await connection().fetch("SELECT organisation, id FROM site ORDER BY 1, 2")
        for site in sites:
            await _chain(connection(), site["organisation"], site["id"])

    manager.add_raw(create)
    return manager


async def _chain(connection: Any, organisation: Any, site: Any) -> None:
    """Add one site's questions and closings, in the order they were made."""
    from daywork.chain.contents import ClosingSaid, questions_happening
    from daywork.chain.rules import Head, forged

    happened = []
    for row in await connection.fetch(_QUESTIONS, organisation, site):
        asked = dict(zip(row["workers"], row["questions"], strict=True))
        one = questions_happening(site, row["decision"], row["entry"], row["version"], asked)
        happened.append((row["happened"], one))
    for row in await connection.fetch(_CLOSINGS, organisation, site):
        happened.append((row["at"], ClosingSaid(**row).happening()))
    if not happened:
        return
    happened.sort(key=lambda one: (one[0], one[1].subject))
    head = await connection.fetchrow(_HEAD, organisation, site)
    links = forged(
        organisation,
        Head(head["number"], head["hash"]) if head else Head(),
        [one for _at, one in happened],
        await connection.fetchval("SELECT now()"),
    )
    await connection.copy_records_to_table(
        "chain_link",
        records=[tuple(getattr(link, column) for column in _COLUMNS) for link in links],
        columns=_COLUMNS,
    )
