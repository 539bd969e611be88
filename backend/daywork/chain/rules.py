"""How links hang together, and the code people type to find one. Pure.

A link's hash covers its own facts and the hash of the link before it. This spelling is format 1:
it never changes, because links of years ago are checked by it; a new spelling gets a new number.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

GENESIS: Final = bytes(32)
"""What stands for the link before a site's first one."""


def sha256_of(*facts: Any) -> bytes:
    """SHA-256 of facts as one JSON array: texts, numbers, ids, None; no dates and no bytes."""
    return hashlib.sha256(msgspec.json.encode(facts)).digest()


def instant(at: datetime | None) -> str | None:
    """One spelling of an instant: UTC, microseconds."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that was accepted, about to become a link."""

    site: UUID
    kind: str
    subject: UUID
    """The entry, the decision or the photo it is about."""
    version: int
    """Of the entry; 0 where there are no versions."""
    content: bytes
    """SHA-256 of what it says: see ``contents``."""
    detail: str = ""
    """What was fixed at this moment and other rows may not tell any more; part of the hash."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of a site's chain."""

    number: int = 0
    hash: bytes = GENESIS


@dataclass(frozen=True, slots=True)
class Link:
    """One link as it is stored."""

    organisation: UUID
    site: UUID
    number: int
    kind: str
    subject: UUID
    version: int
    content: bytes
    detail: str
    previous: bytes
    hash: bytes
    at: datetime

    @property
    def holds(self) -> bool:
        """Whether its hash is that of its own facts."""
        return self.hash == link_hash(
            self.organisation,
            Happening(self.site, self.kind, self.subject, self.version, self.content, self.detail),
            self.number,
            self.previous,
            self.at,
        )


def link_hash(
    organisation: UUID, happening: Happening, number: int, previous: bytes, at: datetime
) -> bytes:
    """The hash of a link."""
    return sha256_of(
        "daywork link 1",
        organisation,
        happening.site,
        number,
        happening.kind,
        happening.subject,
        happening.version,
        happening.content.hex(),
        happening.detail,
        previous.hex(),
        instant(at),
    )


def forged(organisation: UUID, head: Head, happenings: list[Happening], at: datetime) -> list[Link]:
    """The links that follow ``head``, in the given order; all of one site."""
    links = []
    for one in happenings:
        number, previous = head.number + 1, head.hash
        head = Head(number, link_hash(organisation, one, number, previous, at))
        links.append(
            Link(
                organisation,
                one.site,
                number,
                one.kind,
                one.subject,
                one.version,
                one.content,
                one.detail,
                previous,
                head.hash,
                at,
            )
        )
    return links


# The check code: the first 55 bits of a link's hash, and a character that catches slips

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no I, L, O, U; whoever types them means 1, 1, 0 and V."""
_MEANT: Final = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})
_DATA: Final = 11
CODE_LENGTH: Final = _DATA + 1


def code_of(link: bytes) -> str:
    """The code of the link with this hash: ``7F3A-K9QX-2M4T``.

    It is cut from the hash itself, so a code on paper also holds the link: altered, it would have
    another code.
    """
    value = int.from_bytes(link[:7], "big") >> 1
    digits = [value >> 5 * place & 31 for place in reversed(range(_DATA))]
    return "-".join(_grouped("".join(_ALPHABET[one] for one in [*digits, _check(digits)])))


def code_from(typed: str) -> str | None:
    """The code as :func:`code_of` writes it; None when it cannot be one, a slip of one
    character or two swapped ones included."""
    plain = "".join(letter for letter in typed.upper() if letter.isalnum()).translate(_MEANT)
    if len(plain) != CODE_LENGTH or any(letter not in _ALPHABET for letter in plain):
        return None
    digits = [_ALPHABET.index(letter) for letter in plain]
    return "-".join(_grouped(plain)) if _check(digits[:-1]) == digits[-1] else None


def hashes_with(code: str) -> tuple[bytes, bytes]:
    """The lowest and the highest first seven bytes of a hash with this code."""
    value = 0
    for letter in code.replace("-", "")[:_DATA]:
        value = value << 5 | _ALPHABET.index(letter)
    return (value << 1).to_bytes(7, "big"), (value << 1 | 1).to_bytes(7, "big")


def _grouped(plain: str) -> list[str]:
    return [plain[at : at + 4] for at in range(0, CODE_LENGTH, 4)]


def _check(digits: list[int]) -> int:
    """Horner's rule over GF(32): every single slip and every swap of two changes it."""
    total = 0
    for digit in digits:
        total = _doubled(total) ^ digit
    return _doubled(total)


def _doubled(value: int) -> int:
    """Times x, modulo x⁵ + x² + 1."""
    value <<= 1
    return value ^ 0b100101 if value & 32 else value
