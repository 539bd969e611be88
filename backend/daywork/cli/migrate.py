"""`daywork migrate`: safe to run from several machines at the same moment."""

from __future__ import annotations

import click

from daywork.cli import start


@click.command("migrate")
@click.option("--check", is_flag=True, help="Change nothing; fail when something is waiting.")
def command(check: bool) -> None:
    """Bring the database to the shape this version needs.

    Several may run at once: one works, the others wait for it and find nothing left to do.
    """
    from daywork.ground import migrations

    with start.with_database(start.settings()) as known:
        url = known.database_url or ""
        if check:
            state = start.run(migrations.standing(url))
            for name in state.waiting:
                click.echo(f"waiting: {name}")
            for name in state.unknown:
                click.echo(f"from a newer Daywork: {name}")
            if state.waiting or state.unknown:
                raise click.exceptions.Exit(1)
            click.echo("The database is up to date.")
            return
        ran = start.run(migrations.migrate(url))
    for name in ran:
        click.echo(f"ran: {name}")
    click.echo("The database is up to date.")
