"""What the verify page may tell, and to whom. Pure."""

from datetime import timedelta
from typing import Final

from daywork.ground.problems import ProblemKind
from daywork.sign_in.rules import Limit


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


NO_SUCH_CODE = ProblemKind(
    "no_such_code",
    404,
    _("No record has this check code"),
    _("Compare it with the print, letter by letter. If it is the same, it is not from here."),
)
NOT_A_CODE = ProblemKind(
    "not_a_code",
    422,
    _("This is not a whole check code"),
    _("A code has 12 letters and digits, like 7F3A-K9QX-2M4T; one of them was mistyped."),
)
CODES_TOO_OFTEN = ProblemKind(
    "codes_too_often",
    429,
    _("Too many codes tried: please wait %(minutes)s min"),
    _("After that you can try again."),
)

UNKNOWN_CODES: Final = Limit(30, timedelta(minutes=15))
"""Per address: a site's Wi-Fi may share one, and a code has 55 bits."""


def shortened(name: str) -> str:
    """A name for strangers: ``王*``, ``欧***``, ``W. F.``"""
    words = name.split()
    if words and all(word[0].isascii() for word in words):
        return " ".join(f"{word[0].upper()}." for word in words)
    plain = "".join(words)
    return plain[:1] + "*" * (len(plain) - 1)
