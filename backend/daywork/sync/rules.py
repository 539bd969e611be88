"""The wire: envelope, mutation, canonical hash and cursor. Pure."""

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import msgspec
from msgspec import Meta

from daywork.ground.problems import ProblemKind


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


PROTOCOL = 1
SCHEMA = 1
"""What pulled rows look like; a cursor of another schema starts afresh."""

LARGEST_ENVELOPE = 4 * 1024 * 1024
MOST_MUTATIONS = 1000
LARGEST_PAGE = 1000

ENVELOPE_UNREADABLE = ProblemKind(
    "envelope_unreadable",
    400,
    _("The server cannot read what the phone sent"),
    _("Nothing is lost: update the app and send again. (%(why)s)"),
)
ENVELOPE_TOO_LARGE = ProblemKind(
    "envelope_too_large",
    413,
    _("The phone sent too much at once"),
    _("It is sent again in smaller parts."),
)
ENVELOPE_ENCODED = ProblemKind(
    "envelope_encoded",
    415,
    _("The server takes nothing compressed here"),
    _("Send the envelope as plain JSON, without Content-Encoding."),
)
ID_REUSED = ProblemKind(
    "id_reused",
    409,
    _("Another record already has this name"),
    _("Open the record, check it and save it again."),
)
UNREADABLE = ProblemKind(
    "mutation_unreadable",
    422,
    _("This record is not complete"),
    _("Open it, check every field and save it again. (%(why)s)"),
)
TYPE_UNKNOWN = ProblemKind(
    "type_unknown",
    422,
    _("The server does not know this kind of record"),
    _("The server may be older than the app: it is kept and can be sent again later."),
)
ACCESS_WITHDRAWN = ProblemKind(
    "access_withdrawn",
    403,
    _("You no longer work on this site"),
    _("What you recorded before is kept; the office decides on it."),
)
NOT_YOUR_SITE = ProblemKind(
    "not_your_site",
    403,
    _("You have no part in this site"),
    _("Ask the office to add you to the site, then send again."),
)


class Mutation(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the phone wants written. ``payload`` is decoded by its type later."""

    id: UUID
    type: Annotated[str, Meta(max_length=60)]
    v: int
    entity_id: UUID
    base_version: Annotated[int, Meta(ge=0)] = 0
    prev_id: UUID | None = None
    client_time: str | None = None
    payload: dict[str, Any]


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What a phone posts; each mutation is decoded by itself, so a bad one harms no other."""

    protocol: int
    build: Annotated[str, Meta(max_length=80)] = ""
    device_id: Annotated[str, Meta(max_length=80)] = ""
    sent_at: str | None = None
    mutations: list[msgspec.Raw]


class NamedOnly(msgspec.Struct):
    """Enough of an unreadable mutation to answer it."""

    id: UUID


def canonical(payload: dict[str, Any]) -> bytes:
    """One spelling of a payload: sorted keys, no spaces, UTF-8."""
    return msgspec.json.encode(payload, order="sorted")


def fingerprint(mutation: Mutation, spelt: bytes) -> bytes:
    """SHA-256 of what a mutation would do; when it was sent is no part of it.

    ``spelt`` is its payload, :func:`canonical`.
    """
    return hashlib.sha256(
        msgspec.json.encode(
            [
                mutation.type,
                mutation.v,
                mutation.entity_id,
                mutation.base_version,
                spelt.decode(),
            ]
        )
    ).digest()


def instant_from(text: str | None) -> datetime | None:
    """A phone's word for an instant; None when it cannot be read or stored."""
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    if instant.tzinfo is None or not 1 < instant.year < 9999:
        return None
    return instant.astimezone(UTC)


# Cursor


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """Where a phone stands in a site's feed: everything up to here has been seen.

    ``scope`` is the role and its version; ``nonce`` belongs to ``revision`` and tells a restored
    server from the one the phone knew. The walk began when the site stood at ``floor``: what was
    gone by then the phone has never seen.
    """

    site: UUID
    revision: int
    subject: str
    id: UUID | None
    nonce: UUID | None
    scope: str
    schema: int
    floor: int = 0

    def encode(self) -> str:
        """Opaque to phones."""
        return base64.urlsafe_b64encode(msgspec.msgpack.encode(self)).decode().rstrip("=")


OWN_MONTH = "own_month"
"""A worker's months, as his foreman's phone shows them to him; named by the worker."""

AFTER_ALL_SUBJECTS = "~"
"""Sorts after every subject: the whole revision has been seen."""


def start_of(site: UUID, scope: str, floor: int) -> Cursor:
    """A cursor that has seen nothing, of a site that stands at ``floor``."""
    return Cursor(site, 0, AFTER_ALL_SUBJECTS, None, None, scope, SCHEMA, floor)


def is_first_walk(cursor: Cursor) -> bool:
    """Whether the phone is still fetching what there was when it began."""
    return (cursor.revision, cursor.subject) < (cursor.floor, AFTER_ALL_SUBJECTS)


def cursor_from(text: str) -> Cursor | None:
    """Decode a cursor; None when it is not one of ours."""
    try:
        padded = text + "=" * (-len(text) % 4)
        return msgspec.msgpack.decode(base64.urlsafe_b64decode(padded), type=Cursor)
    except (ValueError, msgspec.DecodeError):
        return None


class Mark(NamedTuple):
    """A revision and its nonce, as a receipt carries them (``12.0f3a…``).

    A receipt may be all a phone has of a revision: when the server is put back before the phone
    has pulled it, its cursor notices nothing, and the mark does.
    """

    revision: int
    nonce: UUID

    def encode(self) -> str:
        """Opaque to phones."""
        return f"{self.revision}.{self.nonce.hex}"


MOST_MARKS = 50


def marks_from(text: str | None) -> list[Mark]:
    """Marks separated by commas; what is none of ours is passed over."""
    words = (text or "").split(",")[:MOST_MARKS]
    return [mark for word in words if (mark := _mark_from(word))]


def marks_of_sites(text: str | None) -> dict[UUID, Mark]:
    """``site:mark`` separated by commas, one mark a site; the rest is passed over likewise."""
    marks = {}
    for word in (text or "").split(",")[:MOST_MARKS]:
        site, _colon, spelt = word.partition(":")
        mark = _mark_from(spelt)
        if mark and _HEX_32.fullmatch(site.replace("-", "")):
            marks[UUID(site)] = mark
    return marks


def _mark_from(word: str) -> Mark | None:
    revision, _dot, nonce = word.partition(".")
    if revision.isdecimal() and len(revision) < 19 and _HEX_32.fullmatch(nonce):
        return Mark(int(revision), UUID(nonce))
    return None


_HEX_32 = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Standing:
    """A site's feed as the server sees it now, against a phone's cursor."""

    revision: int
    nonce_at_cursor: UUID | None
    """The nonce the server has for the cursor's revision, None when it keeps none."""
    oldest: int
    """The oldest revision whose nonce is kept."""


def reset_needed(cursor: Cursor, standing: Standing, scope: str) -> str | None:
    """Why a phone must start this site afresh, or None.

    ``cursor_expired``, ``scope_changed`` or ``restored``; none touches outbox or photos.
    """
    # First, because a server that was put back has the scope of that time, too: the phone must
    # not take it for a change of scope and keep for itself what the server lost.
    if is_of_another_history(cursor.revision, cursor.nonce, standing):
        return "restored"
    if cursor.schema != SCHEMA:
        return "cursor_expired"
    if cursor.scope != scope:
        return "scope_changed"
    return "cursor_expired" if 0 < cursor.revision < standing.oldest else None


def is_of_another_history(revision: int, nonce: UUID | None, standing: Standing) -> bool:
    """Whether a phone saw a revision that this server never had: it was put back to a backup.

    ``standing`` is of that revision. Of what is older than the oldest nonce nothing is known.
    """
    if revision == 0:
        return False
    if revision > standing.revision:
        return True
    return revision >= standing.oldest and standing.nonce_at_cursor != nonce
