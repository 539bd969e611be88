"""`daywork backup`: everything that must not be lost, copied while people work."""

from __future__ import annotations

from pathlib import Path

import click

from daywork.cli import start
from daywork.ground.trouble import Trouble


@click.command("backup")
@click.argument("dest")
@click.option("--check", is_flag=True, help="Make none; read the newest one and compare hashes.")
@click.option("--at", metavar="NAME", help="With --check: that backup instead of the newest.")
def command(dest: str, check: bool, at: str | None) -> None:
    """Copy database, photos and keys to DEST, a folder or s3://bucket/prefix.

    The key of the real-name register is not among them: keep a copy of it somewhere else.

    Daywork may run meanwhile. A second backup to the same DEST copies only new photos. DEST then
    holds everybody's names and wages: guard it like the original.

    \b
    daywork backup /mnt/backup/daywork
    daywork backup s3://bucket/daywork
    daywork backup --check /mnt/backup/daywork
    """
    if check:
        _examine(address(dest), at)
        return
    from daywork.backup.service import back_up

    with start.with_database(start.settings()) as known:
        made = start.run(back_up(known, address(dest)))
    manifest = made.manifest
    total = sum(facts.bytes for facts in manifest.files.values())
    click.echo(
        f"Backup {made.name}: database {size(total)}, {manifest.photos} photos "
        f"({size(manifest.photo_bytes)}), of them {made.fresh} new ({size(made.fresh_bytes)})."
    )
    click.echo(
        "The key of the real-name register is not in it: keep a copy of it somewhere else"
        " (docs/operate.md)."
    )
    if manifest.lost:
        raise Trouble(
            f"{len(manifest.lost)} photos are missing in the store, first {manifest.lost[0]}. "
            "Everything else is in the backup.",
            "Look for them in an older backup; phones still hold pictures of the last 30 days "
            "and send them again when they are asked.",
        )


def _examine(url: str, at: str | None) -> None:
    from daywork.backup.service import examine

    found = start.run(examine(url, at))
    for fault in found.faults:
        click.echo(f"✗ {fault}")
    if found.faults:
        raise Trouble(
            f"The backup {found.name} is not whole ({len(found.faults)} faults).",
            "Make a new one now; an older one may still be whole: --at NAME.",
        )
    rows = sum(found.manifest.rows.values())
    click.echo(
        f"Backup {found.name} is whole: {rows} rows, {found.manifest.photos} photos, every hash "
        "compared."
    )


def address(place: str) -> str:
    """A folder's path or a store's URL, as a URL."""
    return place if "://" in place else Path(place).expanduser().resolve().as_uri()


def size(count: int) -> str:
    """Bytes in words."""
    return f"{count / 1e6:,.1f} MB" if count >= 100_000 else f"{count / 1e3:,.1f} kB"
