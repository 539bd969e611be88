"""What a backup looks like. Pure.

::

    photos/…                        pictures under the keys they have in the store, shared by all
    20261125T010203Z/database.dump  pg_dump's custom format
    20261125T010203Z/keys/…         keys that live outside the database
    20261125T010203Z/photos.sha256  the pictures this backup needs, as ``sha256sum --check`` reads
    20261125T010203Z/manifest.json  what is in it; written last: without it, it is no backup

Pictures are named by their hash and never change, so a second backup copies only new ones.
"""

import re
from datetime import UTC, datetime
from typing import Final

import msgspec

FORMAT: Final = 1
PHOTOS: Final = "photos"
MANIFEST: Final = "manifest.json"
DUMP: Final = "database.dump"
LIST: Final = "photos.sha256"
KEYS: Final = "keys"

_NAME = re.compile(r"\d{8}T\d{6}Z")
_LINE = re.compile(r"([0-9a-f]{64})  photos/(\S+)")


class FileFacts(msgspec.Struct, frozen=True):
    """One file of a backup beside the pictures."""

    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says of itself."""

    format: int
    made_at: datetime
    daywork: str
    """The version that made it."""
    postgres: int
    """Major version of the server."""
    migrations: list[str]
    rows: dict[str, int]
    """Rows by table at the moment of the backup; a restore has to come to the same."""
    files: dict[str, FileFacts]
    """By name inside the backup's folder: the dump, the list of pictures, keys."""
    photos: int
    photo_bytes: int
    lost: list[str]
    """Pictures that the database names and the store did not have: gone before the backup."""


class Picture(msgspec.Struct, frozen=True):
    """One picture that the database needs."""

    key: str
    sha256: str
    bytes: int


def name_of(moment: datetime) -> str:
    """The folder of a backup made at this instant; names sort by time."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def backup_in(key: str) -> str | None:
    """The backup whose manifest this key is, or None."""
    name, _, file = key.rpartition("/")
    return name if file == MANIFEST and _NAME.fullmatch(name) else None


def list_of(pictures: list[Picture]) -> bytes:
    """The list of pictures as ``sha256sum --check`` reads it."""
    return "".join(f"{one.sha256}  {PHOTOS}/{one.key}\n" for one in pictures).encode()


def pictures_in(data: bytes) -> list[tuple[str, str]]:
    """Key and hash of each picture of a list.

    Raises:
        ValueError: it is not such a list.
    """
    found = []
    for line in data.decode().splitlines():
        match = _LINE.fullmatch(line)
        if match is None or ".." in match[2].split("/"):
            raise ValueError(f"{line[:80]!r} is no line of a list of pictures")
        found.append((match[2], match[1]))
    return found


def unknown_migrations(manifest: Manifest, known: list[str]) -> list[str]:
    """Migrations a newer Daywork ran on the database in this backup."""
    return sorted(set(manifest.migrations) - set(known))
