"""The `daywork` command: every way to start, look after and examine an installation.

Each command stands in a module of its own and imports what it needs only when it runs, so that
`daywork --help` answers at once.
"""

from __future__ import annotations

import importlib
import sys
from importlib.metadata import version
from typing import Any

import click

from daywork.ground.trouble import Trouble

COMMANDS = {
    "up": "Start everything: database, web server, worker. Ctrl-C stops it.",
    "serve": "Run the web server alone.",
    "worker": "Run the background worker alone.",
    "migrate": "Bring the database to the shape this version needs.",
    "demo": "Load the demo company into an empty database.",
    "company": "Found a company and its owner.",
    "backup": "Copy database, photos and keys to a folder or S3, or check such a copy.",
    "restore": "Put a backup back into an empty installation.",
    "verify": "Check that no record was altered, removed or slipped in.",
    "rekey": "Seal the real-name register anew with another key.",
    "doctor": "Examine the installation and say what would fix it.",
    "postgres": "Run psql, pg_dump or another Postgres tool on the database.",
}


class Commands(click.Group):
    """Finds a command's module when it is called, and tells troubles to people."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = getattr(importlib.import_module(f"daywork.cli.{cmd_name}"), "command", None)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Trouble as trouble:
            tell(trouble)
            ctx.exit(1)


def tell(trouble: Trouble) -> None:
    """What is wrong, and what would fix it."""
    click.echo(click.style("✗ ", fg="red", bold=True) + trouble.what, err=True)
    click.echo("  " + trouble.fix, err=True)


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Settings are environment variables; docs/operate.md lists them all. "
    "Without any, Daywork keeps its own database in one folder (DAYWORK_HOME).",
)
@click.version_option(version("daywork"), prog_name="daywork")
def group() -> None:
    """Daywork (点工本): a crew's day, recorded offline, reaches the office once."""


def main() -> None:
    if not (sys.stdout.encoding or "").lower().startswith("utf"):
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    group(prog_name="daywork")
