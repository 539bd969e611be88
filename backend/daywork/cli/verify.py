"""`daywork verify`: has anything been altered, removed or slipped in?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import click

from daywork.cli import start
from daywork.ground.settings import Settings
from daywork.ground.trouble import Trouble


@click.command("verify")
@click.option("--company", help="Only this company: its name or id.")
@click.option("--photos", is_flag=True, help="Read and hash every stored picture, too.")
@click.option("--heads", is_flag=True, help="Print the last link of each site, to be kept outside.")
@click.option(
    "--against",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file of heads noted earlier: finds a chain cut short or written anew.",
)
def command(company: str | None, photos: bool, heads: bool, against: Path | None) -> None:
    """Check every record, line, decision and photo against the chain of evidence.

    Works on the database itself, whether or not the server runs, and changes nothing. Exit code 1
    when something is not as it was accepted. docs/evidence.md says what this proves.

    \b
    daywork verify --heads > heads-2026-03.txt     note where the chains stand
    daywork verify --against heads-2026-03.txt     later: is what stood then still there?
    """
    from daywork.evidence import heads as noting
    from daywork.evidence import service
    from daywork.photos.storage import open_storage

    noted = []
    if against is not None:
        try:
            noted = noting.read(against.read_text(encoding="utf-8"))
        except (ValueError, OSError) as trouble:
            raise Trouble(
                f"{against} is not a file of heads: {trouble}.",
                "Give a file that `daywork verify --heads` wrote.",
            ) from trouble

    async def look(known: Settings) -> service.Report:
        chosen = await _company(company) if company is not None else None
        store = open_storage(known.storage_url) if photos else None
        return await service.check(chosen, store=store, noted=noted)

    with start.with_database(start.settings()) as known:
        report = start.run(start.with_pool(known, look(known)))
    for fault in report.faults:
        click.echo(f"{click.style('✗', fg='red')} {fault.where}: {fault.what}", err=True)
    links = sum(head.number for head in report.heads)
    told = (
        f"{len(report.heads)} sites, {links} links,"
        f" {report.counted.get('entry.version', 0)} versions,"
        f" {report.counted.get('decision', 0)} decisions,"
        f" {report.counted.get('photo.bytes', 0)} photos"
        + (f" ({report.pictures} pictures read)" if photos else "")
    )
    for gone in report.purged:
        click.echo(f"{click.style('·', fg='yellow')} {gone}", err=True)
    if heads:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        click.echo(noting.written(report.heads, at), nl=False)
    if report.faults:
        click.echo(f"{len(report.faults)} faults in {told}.", err=True)
        raise click.exceptions.Exit(1)
    click.echo(f"Nothing was altered, removed or slipped in: {told}.", err=heads)


async def _company(name: str) -> UUID:
    from daywork.evidence.queries import companies_called
    from daywork.ground.database import whole_database

    async with whole_database():
        found = await companies_called(name)
    if len(found) != 1:
        raise Trouble(
            f"{len(found) or 'No'} companies are called “{name}”.",
            "Give the company's id, or leave --company out to check all.",
        )
    return found[0]
