"""`daywork worker`: does what was queued with a record, and the nightly sweeping."""

from __future__ import annotations

import click

from daywork.cli import start
from daywork.cli.children import heed_leash


@click.command("worker")
def command() -> None:
    """Run the background worker alone; as many as you like may run at once."""
    from daywork import jobs

    heed_leash()
    with start.with_database(start.settings()) as known:
        start.run(jobs.work(known))
