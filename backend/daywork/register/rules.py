"""What the register holds, how much of it is shown, and for which purposes more. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from daywork.ground.problems import ProblemKind


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


class Field(StrEnum):
    """What is sealed. The name is part of what binds a sealed value to its place."""

    NUMBER = "number"
    BANK = "bank"
    ADDRESS = "address"


class Purpose(StrEnum):
    """Why a number is looked at in full."""

    WAGES = "wages"
    BANK = "bank"
    AUTHORITY = "authority"
    CONTRACT = "contract"
    INSURANCE = "insurance"
    CORRECTION = "correction"
    OTHER = "other"
    """Only with a note that says which."""


class How(StrEnum):
    """What the full number went into."""

    SCREEN = "screen"
    EXCEL = "excel"
    PRINT = "print"
    FILE = "file"
    """A pay-out file, a transfer list, an archive."""


@dataclass(frozen=True, slots=True)
class Masked:
    """What whoever may see the register sees of a worker. All texts are empty when not known."""

    worker: UUID
    kind: str = ""
    """Kind of paper: ``resident``, ``passport``, …"""
    number: str = ""
    """``310***********4321``."""
    bank_name: str = ""
    bank: str = ""
    has_address: bool = False


@dataclass(frozen=True, slots=True)
class Unmasked:
    """What was opened for a purpose; a field that was not asked for or is not known is empty."""

    worker: UUID
    kind: str = ""
    number: str = ""
    bank_name: str = ""
    bank: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """New values of a worker's identity; what is None stays, ``""`` takes away."""

    kind: str | None = None
    number: str | None = None
    bank_name: str | None = None
    bank: str | None = None
    address: str | None = None


NO_KEY = ProblemKind(
    "register_key_missing",
    503,
    _("The key of the real-name register is not on this server"),
    _("Masked numbers stay readable. Ask whoever runs the server: `daywork doctor` says more."),
)
PURPOSE_MISSING = ProblemKind(
    "purpose_missing",
    422,
    _("Say what the full number is needed for"),
    _("Choose a purpose; for another one, write which."),
)

_FIRST: Final = 3
_LAST: Final = 4


def masked(value: str) -> str:
    """The first three and the last four signs; of a short value at most a third is shown.

    >>> masked("310101199001011234")
    '310***********1234'
    """
    first, last = (_FIRST, _LAST) if len(value) >= 12 else (len(value) // 6, len(value) // 6)
    return value[:first] + "*" * (len(value) - first - last) + value[len(value) - last :]


def check_purpose(purpose: str, note: str) -> Purpose:
    """The purpose as one of the list.

    Raises:
        Problem: ``purpose_missing``: none, an unknown one, or another one without a word on it.
    """
    if purpose not in set(Purpose) or (purpose == Purpose.OTHER and not note.strip()):
        raise PURPOSE_MISSING()
    return Purpose(purpose)


# What a site's register shows


class Lack(StrEnum):
    """What an entry should have and has not."""

    NUMBER = "number"
    BANK = "bank"
    PHONE = "phone"
    CONTRACT = "contract"


class Doubt(StrEnum):
    """What somebody should look at."""

    CONTRACT_ENDED = "contract_ended"
    PAPER_ENDED = "paper_ended"
    PAPER_ENDING = "paper_ending"
    SAME_NUMBER = "same_number"
    """Another worker of the company has the same identity number."""
    SAME_ACCOUNT = "same_account"
    """Another worker of the company is paid to the same account."""


class CertificateKind(StrEnum):
    """Work that needs a paper (特种作业)."""

    ELECTRICIAN = "electrician"  # 电工
    WELDER = "welder"  # 焊工
    SCAFFOLDER = "scaffolder"  # 架子工
    WORK_AT_HEIGHT = "work_at_height"  # 高处作业
    CRANE = "crane"  # 起重机械司机
    SIGNALLER = "signaller"  # 信号司索工
    HOIST = "hoist"  # 施工升降机司机
    RIGGER = "rigger"  # 安装拆卸工
    GONDOLA = "gondola"  # 高处作业吊篮
    OTHER = "other"


MONTH_BEFORE: Final = 30
WEEK_BEFORE: Final = 7
"""Days before a paper runs out at which the office is told, once each."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One worker in the register of a site, masked."""

    worker: UUID
    name: str
    number: str
    """The company's own number of the worker."""
    phone: str | None
    trade: str
    trade_en: str
    crew: UUID
    crew_name: str
    company: str
    """The subcontractor's, when the crew is not the own company's."""
    joined_on: date
    left_on: date | None
    kind: str
    identity: str
    bank_name: str
    bank: str
    has_address: bool
    signed_on: date | None
    ends_on: date | None
    papers: int
    paper_until: date | None
    """The first day on which one of the papers runs out."""
    same_number: bool
    same_account: bool

    @property
    def lacks(self) -> list[Lack]:
        """What is missing, in the order of a roster's columns."""
        there = {
            Lack.NUMBER: self.identity,
            Lack.PHONE: self.phone,
            Lack.CONTRACT: self.signed_on,
            Lack.BANK: self.bank,
        }
        return [lack for lack, value in there.items() if not value]

    def doubts(self, today: date) -> list[Doubt]:
        """What somebody should look at on this day."""
        found = []
        if self.same_number:
            found.append(Doubt.SAME_NUMBER)
        if self.same_account:
            found.append(Doubt.SAME_ACCOUNT)
        if self.left_on is None and self.ends_on is not None and self.ends_on < today:
            found.append(Doubt.CONTRACT_ENDED)
        if self.paper_until is not None:
            if self.paper_until < today:
                found.append(Doubt.PAPER_ENDED)
            elif (self.paper_until - today).days <= MONTH_BEFORE:
                found.append(Doubt.PAPER_ENDING)
        return found


class Show(StrEnum):
    """Which entries of a site's register are looked at."""

    PRESENT = "present"
    MISSING = "missing"
    DOUBTS = "doubts"
    LEFT = "left"


def found_by(entries: Iterable[Entry], words: str) -> list[Entry]:
    """Those whose name, number or phone holds what somebody typed; all of them for nothing."""
    asked = words.strip().lower()
    called = asked.replace(" ", "")
    return [
        entry
        for entry in entries
        if asked in f"{entry.name} {entry.number}".lower()
        or (called.isdigit() and called in (entry.phone or ""))
    ]


def shown(entries: Iterable[Entry], show: Show, today: date) -> list[Entry]:
    """The entries that belong to a view. Who has left lacks nothing any more."""

    def fits(entry: Entry) -> bool:
        here = entry.left_on is None or entry.left_on >= today
        match show:
            case Show.PRESENT:
                return here
            case Show.MISSING:
                return here and bool(entry.lacks)
            case Show.DOUBTS:
                return here and bool(entry.doubts(today))
            case Show.LEFT:
                return not here

    return [entry for entry in entries if fits(entry)]
