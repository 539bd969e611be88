"""The rescue file: what it is, and how it is read with suspicion. Pure; the file is handed in.

A zip whose entries are stored, not compressed: a phone writes it without holding it in memory, any
computer opens it without us, and a hundred megabytes are never more than a hundred megabytes.

    outbox.json      the mutations as they would have been pushed, in order of saving, the decisions
                     on other people's records, and a line for each picture
    pictures/<id>    the pictures' bytes
    manifest.json    whose outbox it is, of which build and device, and the SHA-256 of the above
    manifest.sha256  the SHA-256 of the manifest

The hashes find damage and tampering by hand. They are no signature: whoever imports a file answers
for it, and its records go through the same rules and the same approval as any other.
"""

import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import IO, Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from daywork.approvals.rules import KeptDecision
from daywork.ground.problems import ProblemKind
from daywork.photos.rules import LARGEST_PHOTO, Sha256Hex
from daywork.sync.rules import PROTOCOL


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


FORMAT: Final = "daywork-outbox"
VERSION: Final = 1
OUTBOX: Final = "outbox.json"
MANIFEST: Final = "manifest.json"
SEAL: Final = "manifest.sha256"
LARGEST_FILE: Final = 256 * 1024 * 1024
"""Bytes of a rescue file: two hundred pictures of 300 kB are a quarter of it."""
LARGEST_TEXT: Final = 32 * 1024 * 1024
MOST_ENTRIES: Final = 10_000
MOST_RECORDS: Final = 20_000
LOOKED_AT_ONLY: Final = timedelta(hours=24)
"""How long a file that nobody imports is kept."""

RESCUE_NOT_OURS = ProblemKind(
    "rescue_not_ours",
    422,
    _("This is not a rescue file of Daywork"),
    _("Choose the file that the phone made; its name begins with daywork-outbox."),
)
RESCUE_DAMAGED = ProblemKind(
    "rescue_damaged",
    422,
    _("The rescue file is damaged or not whole"),
    _("Copy it from the phone again, or make a new one there. Nothing of it was taken. (%(why)s)"),
)
RESCUE_EDITED = ProblemKind(
    "rescue_edited",
    422,
    _("The rescue file was changed after the phone wrote it"),
    _("Take the file as the phone made it. Nothing of it was taken. (%(why)s)"),
)
RESCUE_TOO_NEW = ProblemKind(
    "rescue_too_new",
    422,
    _("The rescue file comes from a newer app than this server"),
    _("Update the server, then import it again."),
)
RESCUE_FOREIGN = ProblemKind(
    "rescue_foreign",
    403,
    _("This outbox belongs to another company"),
    _("Only the office of its own company can import it."),
)
RESCUE_OTHER_SITE = ProblemKind(
    "rescue_other_site",
    403,
    _("This outbox holds records of a site that is not yours"),
    _("Ask that site's office, or the owner of the company, to import it."),
)
RESCUE_OVER = ProblemKind(
    "rescue_over",
    409,
    _("The file is not kept here any more"),
    _("Choose it again; what was taken already is recognised."),
)
DECISION_OF_ANOTHER = ProblemKind(
    "decision_of_another",
    403,
    _("A decision counts only when its maker brings it, or somebody who may decide there"),
    _("Let its maker sign in and import the file, or decide on the record anew."),
)


class Outcome(StrEnum):
    """What became of one thing in the file. The first four are the answers of a push."""

    APPLIED = "applied"
    ALREADY_APPLIED = "already_applied"
    REFUSED = "refused"
    QUARANTINED = "quarantined"
    DEFERRED = "deferred"
    RETRY = "retry"
    STORED = "stored"
    """A picture, kept now."""
    THERE = "there"
    """A picture that was here already."""
    WAITING = "waiting"
    """A picture whose record is not booked yet: its bytes stay in the file, which is kept."""
    DAMAGED = "damaged"
    """A picture that is not what its record says; it was damaged on the phone."""


OPEN: Final = frozenset({None, Outcome.DEFERRED, Outcome.RETRY, Outcome.WAITING})
"""Not settled: the file is kept, and the import can be tried again."""


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """An id with the name it had on the phone."""

    id: UUID
    name: str = ""


class ListedFile(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the manifest."""

    name: Annotated[str, Meta(max_length=200)]
    bytes: Annotated[int, Meta(ge=0)]
    sha256: Sha256Hex


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Whose outbox, from where, and what is in it."""

    format: str
    version: int
    protocol: int
    build: Annotated[str, Meta(max_length=80)]
    device_id: Annotated[str, Meta(max_length=80)]
    exported_at: datetime
    member: Named
    organisation: Named
    sites: list[Named]
    files: Annotated[list[ListedFile], Meta(max_length=MOST_ENTRIES)]


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A mutation, as far as a list needs it; the rest goes to the push as it is."""

    id: UUID
    type: Annotated[str, Meta(max_length=60)]
    payload: dict[str, Any]


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture whose bytes are in the file."""

    id: UUID
    name: str
    site: UUID | None = None
    work_day: date | None = None


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """``outbox.json``."""

    mutations: Annotated[list[msgspec.Raw], Meta(max_length=MOST_RECORDS)]
    pictures: list[Picture]
    decisions: Annotated[list[KeptDecision], Meta(max_length=MOST_RECORDS)] = []
    """Decisions of a supervisor that no office has; phones of before kept none in the file."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """A rescue file that is whole and as its phone wrote it."""

    manifest: Manifest
    mutations: list[msgspec.Raw]
    records: list[Listed]
    """The same mutations, readable; in the same order."""
    pictures: list[Picture]
    decisions: list[KeptDecision]


def read_outbox(file: IO[bytes]) -> Outbox:
    """Read a rescue file and compare every byte of it with its manifest.

    Raises:
        Problem: ``rescue_not_ours``, ``rescue_damaged``, ``rescue_edited``, ``rescue_too_new``.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            return _read(archive)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as trouble:
        file.seek(0)
        if file.read(2) != b"PK":
            raise RESCUE_NOT_OURS() from trouble
        raise RESCUE_DAMAGED(why=str(trouble)[:200]) from trouble


def _read(archive: zipfile.ZipFile) -> Outbox:
    entries = {info.filename: info for info in archive.infolist()}
    if MANIFEST not in entries or SEAL not in entries or OUTBOX not in entries:
        raise RESCUE_NOT_OURS()
    if len(entries) != len(archive.infolist()) or len(entries) > MOST_ENTRIES + 2:
        raise RESCUE_EDITED(why="entries")
    for info in entries.values():
        bound = LARGEST_TEXT if info.filename.endswith(".json") else LARGEST_PHOTO
        if info.compress_type != zipfile.ZIP_STORED or info.file_size > bound:
            raise RESCUE_EDITED(why=info.filename)
    said = archive.read(MANIFEST)
    if archive.read(SEAL).split()[:1] != [hashlib.sha256(said).hexdigest().encode()]:
        raise RESCUE_EDITED(why=MANIFEST)
    manifest = _decoded(said, Manifest, MANIFEST)
    if manifest.format != FORMAT:
        raise RESCUE_NOT_OURS()
    if manifest.version > VERSION or manifest.protocol > PROTOCOL:
        raise RESCUE_TOO_NEW()
    _compare(archive, entries, manifest.files)
    contents = _decoded(archive.read(OUTBOX), Contents, OUTBOX)
    if any(picture.name not in entries for picture in contents.pictures):
        raise RESCUE_DAMAGED(why=OUTBOX)
    records = [_decoded(bytes(raw), Listed, OUTBOX) for raw in contents.mutations]
    return Outbox(manifest, contents.mutations, records, contents.pictures, contents.decisions)


def _compare(
    archive: zipfile.ZipFile, entries: Mapping[str, Any], files: Sequence[ListedFile]
) -> None:
    if {one.name for one in files} != entries.keys() - {MANIFEST, SEAL}:
        raise RESCUE_EDITED(why=MANIFEST)
    for one in files:
        hashed = hashlib.sha256()
        with archive.open(one.name) as entry:
            while chunk := entry.read(1024 * 1024):
                hashed.update(chunk)
        if hashed.hexdigest() != one.sha256:
            raise RESCUE_EDITED(why=one.name)


def _decoded(data: bytes, kind: type[Any], name: str) -> Any:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as trouble:
        raise RESCUE_DAMAGED(why=f"{name}: {trouble}"[:200]) from trouble


def read_picture(file: IO[bytes], name: str) -> bytes:
    """One picture's bytes, of a file that was read before."""
    with zipfile.ZipFile(file) as archive:
        return archive.read(name)


def check_decider(maker: UUID, bringer: UUID, *, may_decide: bool) -> None:
    """A file can be written by hand: nobody approves by it in the name of somebody else.

    Raises:
        Problem: ``decision_of_another``.
    """
    if bringer != maker and not may_decide:
        raise DECISION_OF_ANOTHER()


def site_of(record: Listed) -> UUID | None:
    """The site a record names, when it can be read."""
    try:
        return UUID(record.payload.get("site"))
    except (ValueError, TypeError, AttributeError):
        return None


def day_of(record: Listed) -> date | None:
    """The work day a record names, when it can be read."""
    try:
        return date.fromisoformat(str(record.payload.get("work_day")))
    except ValueError:
        return None


def check_sites(known: frozenset[UUID], mine: frozenset[UUID], *, every_site: bool) -> None:
    """Only who may clear up every site of a file may see and import it.

    Raises:
        Problem: ``rescue_other_site``.
    """
    if not every_site and (not known or known - mine):
        raise RESCUE_OTHER_SITE()


def storage_key(organisation: UUID, rescue: UUID) -> str:
    """Where the file lies while something of it is open."""
    return f"{organisation}/rescues/{rescue}.zip"
