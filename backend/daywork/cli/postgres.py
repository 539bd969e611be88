"""`daywork postgres`: psql, pg_dump and their kin, already pointed at this installation.

Whoever runs the embedded database has no other Postgres on the machine; the wheel's tools are
there, only nobody would find them.
"""

from __future__ import annotations

import subprocess

import click

from daywork.cli import start
from daywork.ground.postgres_tools import environment_for, find_tool


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
    daywork postgres vacuumdb --analyze
    """
    tool = find_tool(program)
    with start.with_database(start.settings()) as known:
        environment = environment_for(known.database_url or "")
        done = subprocess.run([tool, *arguments], env=environment, check=False)  # noqa: S603
    raise click.exceptions.Exit(done.returncode)
