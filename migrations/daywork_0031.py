"""What was closed before a day was booked twice is held no more: kept months are added up again."""

from pathlib import Path

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

ID = "2026-11-30T18:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "closed papers stand"

_SQL = Path(__file__).parent / "sql"


async def forwards() -> MigrationManager:
    """Piccolo calls this; the SQL runs inside the migration's transaction."""
    manager = MigrationManager(migration_id=ID, app_name="daywork", description=DESCRIPTION)

    async def create() -> None:
        from daywork.ground.database import connection

        for part in sorted(_SQL.glob("0031_*.sql")):
            await connection().execute(part.read_text(encoding="utf-8"))

    manager.add_raw(create)
    return manager
