"""Heads noted outside: one line a site, small enough to be printed, mailed or put into a safe.

A chain that was cut short or written anew is whole in itself. Only a head that somebody noted
elsewhere, earlier, tells; so the file's format is plain text and stays as it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

TITLE: Final = "daywork heads 1"


@dataclass(frozen=True, slots=True)
class NotedHead:
    """A site's last link at the moment of noting."""

    organisation: UUID
    site: UUID
    number: int
    hash: bytes
    name: str
    """Company and site, for people."""


def written(heads: Iterable[NotedHead], at: str) -> str:
    """The file's text; ``at`` is for people."""
    lines = [f"{TITLE} · {at}"]
    lines += [
        f"{one.organisation} {one.site} {one.number} {one.hash.hex()} {one.name}" for one in heads
    ]
    return "\n".join(lines) + "\n"


def read(text: str) -> list[NotedHead]:
    """The heads of a file.

    Raises:
        ValueError: it is not such a file; the message names the line.
    """
    lines = text.splitlines()
    if not lines or not lines[0].startswith(TITLE):
        raise ValueError(f"the first line does not begin with “{TITLE}”")
    heads = []
    for place, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        try:
            organisation, site, number, digest, *name = line.split(" ", 4)
            heads.append(
                NotedHead(
                    UUID(organisation),
                    UUID(site),
                    int(number),
                    bytes.fromhex(digest),
                    name[0] if name else "",
                )
            )
        except ValueError as trouble:
            raise ValueError(f"line {place} cannot be read") from trouble
    return heads
