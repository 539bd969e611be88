"""What makes a signature, and until when one is owed. Pure."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from daywork.ground.problems import ProblemKind


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


class Signing(StrEnum):
    """What came of asking for a signature."""

    SIGNED = "signed"  # 已签认
    FOR_RECORD = "for_record"  # 仅作记录: the work was done; whether it is owed stays open
    REFUSED = "refused"  # 拒签
    ABSENT = "absent"  # 不在场


class Party(StrEnum):
    """For whom somebody signs."""

    CLIENT = "client"  # 甲方 / 业主
    CONTRACTOR = "contractor"  # 总包
    WORKER = "worker"  # 工人


SIGNER_MISSING = ProblemKind(
    "signer_missing",
    422,
    _("Whose signature is it?"),
    _("Type the name of who signs, refuses or is absent."),
)
WITNESS_MISSING = ProblemKind(
    "witness_missing",
    422,
    _("A refusal or an absence needs a witness"),
    _("Type the name of somebody who was there and saw it."),
)
STROKES_UNREADABLE = ProblemKind(
    "strokes_unreadable",
    422,
    _("The drawing could not be read"),
    _("Clear it and sign again, or leave it empty: the typed name counts."),
)
NOT_A_SHEET = ProblemKind(
    "not_a_sheet",
    409,
    _("Only labour sheets are signed"),
    _("Open the labour sheet of the day."),
)
SIGNED_OTHERWISE = ProblemKind(
    "signed_otherwise",
    409,
    _("The office does not have the sheet as it was signed"),
    _("See what became of the sheet, then let it be signed again as it stands now."),
)
SIGNATURE_KNOWN = ProblemKind(
    "signature_known",
    409,
    _("Another signature already has this name"),
    _("Let the sheet be signed again."),
)

BOX = (600, 240)
"""The box strokes are drawn in, whatever the size of the screen."""

LONGEST_STROKES = 40_000
_STROKES = re.compile(r"(M\d{1,3} \d{1,3}( L\d{1,3} \d{1,3})*( |$))+")


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature, or why there is none."""

    id: UUID
    site: UUID
    entry: UUID
    version: int
    party: Party
    outcome: Signing
    name: str
    company: str
    witness: str
    note: str
    strokes: str
    """``M12 34 L56 78 M…`` in :data:`BOX`; empty when the name was typed."""
    taken_by: UUID
    at: datetime
    """When the office had it."""
    mutation: UUID | None = None
    """What brought it from a phone that had no network; None: it was taken with one."""
    device: str = ""
    signed_at: datetime | None = None
    """When it was taken by that phone's clock; kept beside, never believed."""
    clock_doubtful: bool = False

    @property
    def settles(self) -> bool:
        """Whether the client has answered; somebody absent has not."""
        return self.party is not Party.WORKER and self.outcome is not Signing.ABSENT


class SignaturePayload(msgspec.Struct, frozen=True, kw_only=True):
    """``signature.record`` version 1: somebody signed, refused or was absent, on a phone.

    ``work_day`` and ``crew`` are the sheet's, so that the record can be told without it.
    """

    site: UUID
    entry: UUID
    version: Annotated[int, Meta(ge=1, lt=2**31)]
    content: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    """:func:`content_of` what stood on the screen."""
    work_day: date
    crew: UUID | None = None
    party: Party
    outcome: Signing
    name: Annotated[str, Meta(max_length=80)]
    company: Annotated[str, Meta(max_length=80)] = ""
    witness: Annotated[str, Meta(max_length=80)] = ""
    note: Annotated[str, Meta(max_length=300)] = ""
    strokes: Annotated[str, Meta(max_length=40_000)] = ""
    signed_at: datetime | None = None


def content_of(payload: Any) -> str:
    """SHA-256, in hex, of what a sheet says: its payload as JSON with sorted keys and no spaces.

    The phone spells it the same (``pwa/js/signing/content.js``). Whole numbers are written without
    a point, because a browser cannot tell ``1.0`` from ``1``.
    """
    return hashlib.sha256(
        msgspec.json.encode(_as_browsers_say(payload), order="sorted")
    ).hexdigest()


def _as_browsers_say(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _as_browsers_say(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_as_browsers_say(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def version_signed(said: SignaturePayload, contents: Mapping[int, str]) -> int:
    """Which of an entry's versions was signed: the one named, or another that says the very same.

    ``contents``: by version, :func:`content_of` what the office has. A version that never came, or
    came otherwise, was not signed, whatever its number is.

    Raises:
        Problem: ``signed_otherwise``.
    """
    if contents.get(said.version) == said.content:
        return said.version
    same = [version for version, content in contents.items() if content == said.content]
    if not same:
        raise SIGNED_OTHERWISE()
    return max(same)


def check_signature(outcome: Signing, name: str, witness: str, strokes: str) -> None:
    """Refuse what proves nothing.

    Raises:
        Problem: ``signer_missing``, ``witness_missing`` or ``strokes_unreadable``.
    """
    if not name:
        raise SIGNER_MISSING()
    if outcome in (Signing.REFUSED, Signing.ABSENT):
        if not witness:
            raise WITNESS_MISSING()
        if strokes:
            raise STROKES_UNREADABLE()
    if strokes and not (len(strokes) <= LONGEST_STROKES and _STROKES.fullmatch(strokes)):
        raise STROKES_UNREADABLE()


def lines_of(strokes: str) -> list[list[tuple[int, int]]]:
    """The points of each stroke, for drawing it elsewhere than in SVG."""
    found: list[list[tuple[int, int]]] = []
    for letter, x, y in re.findall(r"([ML])(\d+) (\d+)", strokes):
        if letter == "M":
            found.append([])
        found[-1].append((int(x), int(y)))
    return found


def due_on(work_day: date, sign_days: int) -> date:
    """The last day on which the sheet is signed in time."""
    return work_day + timedelta(days=sign_days)


REMIND_BEFORE = timedelta(days=2)
"""So long before the deadline, and every day after it, somebody is reminded."""


def to_remind(work_days: list[date], sign_days: int, today: date) -> list[date]:
    """The deadlines that are near or past, the earliest first."""
    near = [due_on(day, sign_days) for day in work_days]
    return sorted(day for day in near if day - REMIND_BEFORE <= today)
