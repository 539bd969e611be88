"""What each kind of link says: one spelling for whoever writes it, brings it forward or checks it.

Only what never changes later is part of a content. A kind is one function here, one call of
``service.append`` where the thing happens, and one check in the evidence room. Like the hash of a
link, a spelling that has been released stays.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from daywork.chain.rules import Happening, instant, sha256_of

VERSION: Final = "entry.version"
"""A version of an entry; voiding one is a version, too."""
DECISION: Final = "decision"
QUESTIONS: Final = "decision.questions"
"""What a decision asked about single lines of the sheet it returned."""
PHOTO: Final = "photo.bytes"
"""A photo became complete: the server's own hash of its bytes matched."""
PAY: Final = "labour.pay"
"""Pay was fixed on the lines of a sheet."""
SIGNATURE: Final = "signature"
"""Somebody signed a version of a sheet, would not, or was not there."""
PURGE: Final = "retention.purge"
"""Pictures and identities went after their time: which, and whose word it was."""
MONTH: Final = "month.closing"
"""A month of the site was closed or reopened."""


@dataclass(frozen=True, slots=True)
class VersionSaid:
    """A version of an entry, as it was accepted."""

    entry: UUID
    version: int
    site: UUID
    kind: str
    crew: UUID | None
    work_day: date
    mutation: UUID
    author: UUID
    device: str
    client_time: datetime | None
    received_at: datetime
    reason: str | None
    payload_sha256: bytes
    """Of the payload as Postgres writes it out: ``sha256(convert_to(payload::text, 'UTF8'))``."""
    sha256: bytes
    """The ledger's fingerprint of what the phone sent."""

    def happening(self, detail: str = "") -> Happening:
        """``detail``: a sheet's hours of a day (``"8.00"``), a report's percent (``"50.00"``)."""
        content = sha256_of(
            VERSION,
            self.entry,
            self.version,
            self.site,
            self.kind,
            self.crew,
            self.work_day.isoformat(),
            self.mutation,
            self.author,
            self.device,
            instant(self.client_time),
            instant(self.received_at),
            self.reason,
            self.payload_sha256.hex(),
            self.sha256.hex(),
        )
        return Happening(self.site, VERSION, self.entry, self.version, content, detail)


@dataclass(frozen=True, slots=True)
class DecisionSaid:
    """A decision on one version."""

    id: UUID
    site: UUID
    entry: UUID
    version: int
    outcome: str
    reason: str | None
    member: UUID
    at: datetime

    def happening(self) -> Happening:
        """The link to be."""
        content = sha256_of(
            DECISION,
            self.id,
            self.site,
            self.entry,
            self.version,
            self.outcome,
            self.reason,
            self.member,
            instant(self.at),
        )
        return Happening(self.site, DECISION, self.id, self.version, content)


def questions_happening(
    site: UUID, decision: UUID, sheet: UUID, version: int, questions: Mapping[UUID, str]
) -> Happening:
    """What was asked with a decision, by worker."""
    said = sorted((str(worker), text) for worker, text in questions.items())
    content = sha256_of(QUESTIONS, decision, sheet, version, said)
    return Happening(site, QUESTIONS, decision, version, content)


@dataclass(frozen=True, slots=True)
class ClosingSaid:
    """A month of the site closed or reopened."""

    id: UUID
    site: UUID
    month: date
    what: str
    reason: str
    member: UUID
    at: datetime

    def happening(self) -> Happening:
        """The link to be."""
        content = sha256_of(
            MONTH,
            self.id,
            self.site,
            self.month.isoformat(),
            self.what,
            self.reason,
            self.member,
            instant(self.at),
        )
        return Happening(self.site, MONTH, self.id, 0, content)


@dataclass(frozen=True, slots=True)
class PhotoSaid:
    """A photo whose bytes the server holds."""

    id: UUID
    site: UUID
    sha256: bytes
    bytes: int
    width: int
    height: int
    media_type: str
    taken_at: datetime | None
    taken_at_source: str
    latitude: float | None
    longitude: float | None
    accuracy_m: float | None
    completed_at: datetime

    def happening(self) -> Happening:
        """The link to be."""
        content = sha256_of(
            PHOTO,
            self.id,
            self.site,
            self.sha256.hex(),
            self.bytes,
            self.width,
            self.height,
            self.media_type,
            instant(self.taken_at),
            self.taken_at_source,
            self.latitude,
            self.longitude,
            self.accuracy_m,
            instant(self.completed_at),
        )
        return Happening(self.site, PHOTO, self.id, 0, content)


@dataclass(frozen=True, slots=True)
class PurgeSaid:
    """What was purged of a site after its time."""

    id: UUID
    site: UUID
    kept_until: date
    reason: str
    made_by: UUID
    at: datetime
    photos: Sequence[UUID]
    workers: Sequence[UUID]

    def happening(self) -> Happening:
        """The link to be."""
        content = sha256_of(
            PURGE,
            self.id,
            self.site,
            self.kept_until.isoformat(),
            self.reason,
            self.made_by,
            instant(self.at),
            sorted(str(photo) for photo in self.photos),
            sorted(str(worker) for worker in self.workers),
        )
        return Happening(self.site, PURGE, self.id, 0, content)


@dataclass(frozen=True, slots=True)
class SignatureSaid:
    """A signature, or why there is none."""

    id: UUID
    site: UUID
    entry: UUID
    version: int
    party: str
    outcome: str
    name: str
    company: str
    witness: str
    note: str
    strokes: str
    taken_by: UUID
    at: datetime
    mutation: UUID | None = None
    """What brought it from a phone that had no network; None: it was taken with one."""
    device: str = ""
    signed_at: datetime | None = None
    clock_doubtful: bool = False

    def happening(self) -> Happening:
        """The link to be."""
        brought = (self.mutation, self.device, instant(self.signed_at), self.clock_doubtful)
        content = sha256_of(
            SIGNATURE,
            self.id,
            self.site,
            self.entry,
            self.version,
            self.party,
            self.outcome,
            self.name,
            self.company,
            self.witness,
            self.note,
            self.strokes,
            self.taken_by,
            instant(self.at),
            *(brought if self.mutation else ()),
        )
        return Happening(self.site, SIGNATURE, self.id, self.version, content)


@dataclass(frozen=True, slots=True)
class LinePay:
    """The pay fixed on one line; all None where there was no rate."""

    line: UUID
    rate: UUID | None
    rate_unit: str | None
    rate_amount: Decimal | None
    earned: Decimal | None
    overtime_earned: Decimal | None


def pay_happening(site: UUID, sheet: UUID, version: int, lines: Iterable[LinePay]) -> Happening:
    """The pay of a sheet's version, fixed by its approval."""
    said = [
        (
            str(one.line),
            one.rate and str(one.rate),
            one.rate_unit,
            _amount(one.rate_amount),
            _amount(one.earned),
            _amount(one.overtime_earned),
        )
        for one in sorted(lines, key=lambda one: one.line)
    ]
    return Happening(site, PAY, sheet, version, sha256_of(PAY, sheet, version, said))


def _amount(money: Decimal | None) -> str | None:
    return None if money is None else f"{money:.2f}"
