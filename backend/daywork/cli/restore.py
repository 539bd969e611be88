"""`daywork restore`: the installation as it was at the time of a backup."""

from __future__ import annotations

import click

from daywork.cli import start
from daywork.cli.backup import address


@click.command("restore")
@click.argument("source")
@click.option("--at", metavar="NAME", help="This backup instead of the newest.")
@click.option("--replace", is_flag=True, help="Throw away what is in the installation now.")
def command(source: str, at: str | None, replace: bool) -> None:
    """Put a backup from SOURCE, a folder or s3://bucket/prefix, into this installation.

    Nothing else may run meanwhile. An installation that holds a company is left alone unless you
    say --replace. The database goes in whole or not at all. Afterwards every phone notices, and
    sends again what the office no longer has of the last 30 days.
    """
    from daywork.backup.restoring import restore

    with start.with_database(start.settings()) as known:
        done = start.run(restore(known, address(source), name=at, replace=replace))
    rows = sum(done.manifest.rows.values())
    click.echo(
        f"Restored {done.name} ({done.manifest.made_at:%Y-%m-%d %H:%M} UTC): {rows} rows, "
        f"{done.manifest.photos} photos, {done.photos} of them copied."
    )
    for key in done.lost:
        click.echo(f"  not in the backup: {key}", err=True)
    click.echo("Start Daywork again; the phones send what came after the backup.")
