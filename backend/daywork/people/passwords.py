"""Passwords: refused when they are guessed first, kept as argon2 hashes, compared in a thread.

Whether a login exists must not show in the time an answer takes: somebody unknown is compared
with the hash of a secret nobody knows.
"""

import hashlib
import secrets
import unicodedata
from collections.abc import Sequence
from functools import cache

from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from daywork.ground.problems import ProblemKind


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


PASSWORD_SHORT = ProblemKind(
    "password_short",
    422,
    _("The password is too short"),
    _("Use at least 8 characters; a few words together are easy to remember."),
)
PASSWORD_LONG = ProblemKind(
    "password_long", 422, _("The password is too long"), _("Use at most 200 characters.")
)
PASSWORD_GUESSABLE = ProblemKind(
    "password_guessable",
    422,
    _("This password is guessed at once"),
    _("Do not use your phone number, your e-mail address, one repeated sign or a row of keys."),
)

_ROWS = ("01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz")
_WORST = """
password passw0rd password1 password123 iloveyou iloveyou1 woaini1314 woaini520 5201314520
1314520520 a1234567 a12345678 aa123456 aa12345678 abc12345 abc123456 abcd1234 1q2w3e4r
1qaz2wsx qazwsxedc zxcvbnm123 qwer1234 asdf1234 admin123 admin888 88888888 66668888 11223344
12341234 12344321 123123123 147258369 12345678a 123456789a daywork1 daywork123 welcome1
letmein1 baseball football sunshine princess
"""


def check_password(password: str, *own: str) -> None:
    """Refuse what is guessed first; ``own`` are the person's login and name.

    Raises:
        Problem: ``password_short``, ``password_long`` or ``password_guessable``.
    """
    if len(password) < 8:
        raise PASSWORD_SHORT()
    if len(password) > 200:
        raise PASSWORD_LONG()
    plain = unicodedata.normalize("NFKC", password).casefold().strip()
    if plain in _WORST.split() or len(set(plain)) < 3 or _is_row(plain) or _is_own(plain, own):
        raise PASSWORD_GUESSABLE()


def _is_row(plain: str) -> bool:
    return any(plain in row * 2 or plain in row[::-1] * 2 for row in _ROWS)


def _is_own(plain: str, own: Sequence[str]) -> bool:
    mine = {text.casefold() for text in own if text}
    mine |= {text.removeprefix("+86").removeprefix("+") for text in mine}
    mine |= {text.partition("@")[0] for text in mine}
    return plain in mine


_HASHER = PasswordHasher()


@cache
def _limiter() -> CapacityLimiter:
    """Each hash takes 64 MB: two at a time, the others wait."""
    return CapacityLimiter(2)


@cache
def _nobody() -> str:
    return _HASHER.hash(secrets.token_urlsafe(32))


async def hash_password(password: str) -> str:
    """The argon2id hash to keep."""
    return await to_thread.run_sync(_HASHER.hash, password, limiter=_limiter())


async def password_matches(password: str, password_hash: str | None) -> bool:
    """Whether it is the password; for an unknown person it takes as long and says no."""
    return await to_thread.run_sync(_matches, password, password_hash, limiter=_limiter())


def _matches(password: str, password_hash: str | None) -> bool:
    try:
        fits = _HASHER.verify(password_hash or _nobody(), password[:200])
    except (VerificationError, InvalidHashError):
        return False
    return fits and password_hash is not None


def hash_of(secret: str) -> bytes:
    """What is kept of a session's secret, an invitation, a ticket or a code: they are random and
    long, or short-lived, and need no slow hash."""
    return hashlib.sha256(f"daywork {secret}".encode()).digest()
