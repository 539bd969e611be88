"""`daywork demo`: a believable company to look around in."""

from __future__ import annotations

from dataclasses import replace

import click

from daywork.cli import start
from daywork.ground.settings import Settings


@click.command("demo")
def command() -> None:
    """Load the demo company into an empty database, and say how to sign in.

    Does nothing when there is a company already: a real one is never mixed with invented data.
    """
    with start.with_database(start.settings()) as known:
        loaded = start.run(prepare(known))
    click.echo("The demo company is loaded." if loaded else "There is a company already.")
    if loaded:
        click.echo(sign_ins())


async def prepare(known: Settings) -> bool:
    """Migrate, then load the demo; False when there was a company."""
    await start.bring_up_to_date(known.database_url or "")
    return await load(known)


async def load(known: Settings) -> bool:
    """Load the demo, or complete one that was cut short; False when there was nothing to do.

    Its thousands of small transactions do not wait for the disk: what a power cut might take can
    be invented again.
    """
    from daywork.demo import load_demo

    url = known.database_url or ""
    hasty = url + ("&" if "?" in url else "?") + "synchronous_commit=off"
    return await start.with_pool(replace(known, database_url=hasty), load_demo(known))


def sign_ins() -> str:
    """A line for each role of the demo company."""
    from daywork.demo import SIGN_INS

    widths = [max(_cells(row[column]) for row in SIGN_INS) for column in range(3)]
    lines = []
    for row in SIGN_INS:
        padded = [
            word + " " * (width - _cells(word)) for word, width in zip(row, widths, strict=False)
        ]
        lines.append("    " + "  ".join([*padded, row[3]]).rstrip())
    return "\n".join(lines)


def _cells(text: str) -> int:
    """Columns a text takes on a terminal, where a Chinese character takes two."""
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
