"""Encrypting one value so that it can be opened only in its own place, by a key kept elsewhere.

A sealed value is one byte of format, eight bytes that name the key, twelve of nonce, then AES-GCM.
Company, worker and field are authenticated with it: a sealed number that somebody copies to
another worker's row does not open there. A *mark* is a keyed hash of a value: it finds the same
number again without opening any, and is worth nothing without the key.

From each key two are derived (HKDF, RFC 5869), so that sealing and marking never share one.
"""

import hashlib
import hmac
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32
_FORMAT: Final = b"\x01"
_NAME_BYTES: Final = 8
_NONCE_BYTES: Final = 12
_HEAD: Final = len(_FORMAT) + _NAME_BYTES


class CannotOpenError(Exception):
    """A sealed value whose key is not at hand, or that was altered or moved."""


def key_name(secret: bytes) -> str:
    """By what a key is known: 16 hex digits that do not give it away."""
    return hashlib.sha256(b"daywork register key\x00" + secret).digest()[:_NAME_BYTES].hex()


def name_in(sealed: bytes) -> str:
    """By which key a value was sealed."""
    return sealed[len(_FORMAT) : _HEAD].hex()


def place_of(organisation: UUID, owner: UUID, what: str) -> bytes:
    """What a sealed value is bound to: ``owner`` is a worker, or what else it belongs to."""
    return f"daywork/{organisation}/{owner}/{what}".encode()


@dataclass(frozen=True, slots=True)
class Key:
    """One secret of 32 bytes with what is derived from it."""

    name: str
    seals: AESGCM
    marks: bytes

    @classmethod
    def of(cls, secret: bytes) -> "Key":
        """Derive both uses.

        Raises:
            ValueError: not 32 bytes.
        """
        if len(secret) != KEY_BYTES:
            raise ValueError(f"{len(secret)} bytes; a key has {KEY_BYTES}")
        return cls(
            key_name(secret),
            AESGCM(_derived(secret, b"daywork register seal")),
            _derived(secret, b"daywork register mark"),
        )


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(secret)


@dataclass(slots=True)
class Keyring:
    """The keys at hand: the first seals, all open."""

    keys: Sequence[Key]
    read_again: Callable[[], Sequence[Key]] | None = field(default=None, repr=False)
    """Where the keys came from, for a value sealed by one that was made since."""

    @property
    def present(self) -> Key:
        """The key that seals."""
        return self.keys[0]

    def seal(self, value: str, place: bytes) -> bytes:
        """Encrypt a value for its place."""
        nonce = os.urandom(_NONCE_BYTES)
        head = _FORMAT + bytes.fromhex(self.present.name)
        return head + nonce + self.present.seals.encrypt(nonce, value.encode(), head + place)

    def open(self, sealed: bytes, place: bytes) -> str:
        """Decrypt a value from its place.

        Raises:
            CannotOpenError: the key is missing, or the value is not what was sealed here.
        """
        key = self._named(name_in(sealed))
        head, rest = sealed[:_HEAD], sealed[_HEAD:]
        if key is None or head[:1] != _FORMAT:
            raise CannotOpenError(f"no key {name_in(sealed)}")
        try:
            opened = key.seals.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], head + place)
        except (InvalidTag, ValueError) as error:
            raise CannotOpenError("altered, or sealed for another place") from error
        return opened.decode()

    def mark(self, value: str, organisation: UUID, what: str) -> bytes:
        """The keyed hash by which the same value is found again inside one company."""
        return _marked(self.present, value, organisation, what)

    def marks(self, value: str, organisation: UUID, what: str) -> list[bytes]:
        """The same by every key, for while some rows still carry an older one's."""
        return [_marked(key, value, organisation, what) for key in self.keys]

    def _named(self, name: str) -> Key | None:
        found = next((key for key in self.keys if key.name == name), None)
        if found is None and self.read_again is not None:
            self.keys = self.read_again()
            found = next((key for key in self.keys if key.name == name), None)
        return found


def _marked(key: Key, value: str, organisation: UUID, what: str) -> bytes:
    return hmac.digest(key.marks, f"{organisation}/{what}/{value}".encode(), "sha256")
