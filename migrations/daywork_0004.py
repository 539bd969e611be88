"""The chain of evidence, and into it everything that was accepted before there was one.

The hashes are those of ``daywork.chain``, whose spelling never changes; the SQL stands here,
because it reads the tables as they are at this point of the history.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

ID = "2026-11-25T01:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "chain of evidence"

_SQL = Path(__file__).parent / "sql"

# Everything of one site in the order it was accepted, as far as the clock can tell.
_HAPPENED = """
    SELECT v.received_at AS happened, 1 AS rank, 'version' AS what, v.entry AS id, v.version
    FROM entry_version v JOIN entry e ON e.organisation = v.organisation AND e.id = v.entry
    WHERE e.organisation = $1 AND e.site = $2
    UNION ALL
    SELECT d.at, 2, 'decision', d.id, d.version
    FROM decision d WHERE d.organisation = $1 AND d.site = $2
    UNION ALL
    SELECT e.decided_at, 3, 'pay', e.id, e.version
    FROM entry e WHERE e.organisation = $1 AND e.site = $2 AND e.kind = 'labour.sheet'
      AND e.state = 'approved'
    UNION ALL
    SELECT p.completed_at, 4, 'photo', p.id, 0
    FROM photo p WHERE p.organisation = $1 AND p.site = $2 AND p.state = 'complete'
    ORDER BY happened, rank, id, version
"""
_VERSIONS = """
    SELECT v.entry, v.version, e.site, e.kind, e.crew, e.work_day, v.mutation, v.author, v.device,
           v.client_time, v.received_at, v.reason,
           sha256(convert_to(v.payload::text, 'UTF8')) AS payload_sha256, v.sha256,
           CASE e.kind
               WHEN 'labour.sheet' THEN (SELECT max(l.hours_per_day)::text FROM labour_line l
                   WHERE l.organisation = v.organisation AND l.sheet = v.entry
                     AND l.version = v.version)
               WHEN 'progress.report' THEN (SELECT r.percent::text FROM progress_report r
                   WHERE r.organisation = v.organisation AND r.entry = v.entry
                     AND v.version = e.version AND e.state <> 'void')
           END AS detail
    FROM entry_version v JOIN entry e ON e.organisation = v.organisation AND e.id = v.entry
    WHERE v.organisation = $1 AND e.site = $2
"""
_DECISIONS = """
    SELECT id, site, entry, version, outcome, reason, member, at
    FROM decision WHERE organisation = $1 AND site = $2
"""
_PAY = """
    SELECT l.sheet, e.version, l.id, l.rate, l.rate_unit, l.rate_amount, l.earned,
           l.overtime_earned
    FROM labour_line l JOIN entry e ON e.organisation = l.organisation AND e.id = l.sheet
    WHERE l.organisation = $1 AND l.site = $2 AND l.live AND e.state = 'approved'
    ORDER BY l.sheet
"""
_PHOTOS = """
    SELECT id, site, sha256, bytes, width, height, media_type, taken_at, taken_at_source,
           latitude, longitude, accuracy_m, completed_at
    FROM photo WHERE organisation = $1 AND site = $2 AND state = 'complete'
"""


async def forwards() -> MigrationManager:
    """Piccolo calls this; the SQL runs inside the migration's transaction."""
    manager = MigrationManager(migration_id=ID, app_name="daywork", description=DESCRIPTION)

    async def create() -> None:
        from daywork.ground.database import connection

        for part in sorted(_SQL.glob("0004_*.sql")):
            await connection().execute(part.read_text(encoding="utf-8"))
        sites = await connection().fetch("SELECT organisation, id FROM site ORDER BY 1, 2")
        for site in sites:
            await _chain(connection(), site["organisation"], site["id"])

    manager.add_raw(create)
    return manager


async def _chain(connection: Any, organisation: Any, site: Any) -> None:
    """One site's chain, from its first record to now."""
    from daywork.chain.contents import DecisionSaid, LinePay, PhotoSaid, VersionSaid, pay_happening
    from daywork.chain.rules import Head, forged

    said: dict[tuple[str, Any, int], Any] = {}
    async for row in connection.cursor(_VERSIONS, organisation, site):
        values = dict(row)
        detail = values.pop("detail") or ""
        version = VersionSaid(**values)
        said["version", version.entry, version.version] = version.happening(detail)
    async for row in connection.cursor(_DECISIONS, organisation, site):
        decision = DecisionSaid(**row)
        said["decision", decision.id, decision.version] = decision.happening()
    async for row in connection.cursor(_PHOTOS, organisation, site):
        said["photo", row["id"], 0] = PhotoSaid(**row).happening()
    lines: dict[tuple[Any, int], list[LinePay]] = {}
    async for row in connection.cursor(_PAY, organisation, site):
        sheet, version_number, *pay = row
        lines.setdefault((sheet, version_number), []).append(LinePay(*pay))
    for (sheet, number), paid in lines.items():
        said["pay", sheet, number] = pay_happening(site, sheet, number, paid)

    happenings = [
        said[row["what"], row["id"], row["version"]]
        for row in await connection.fetch(_HAPPENED, organisation, site)
        if (row["what"], row["id"], row["version"]) in said
    ]
    at = await connection.fetchval("SELECT now()")
    links = forged(organisation, Head(), happenings, at)
    await connection.copy_records_to_table("chain_link", records=_rows(links), columns=_COLUMNS)


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


def _rows(links: Iterable[Any]) -> list[tuple[Any, ...]]:
    return [tuple(getattr(link, column) for column in _COLUMNS) for link in links]
