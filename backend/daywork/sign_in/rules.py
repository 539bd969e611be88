"""What signing in asks: how often one may try, how long a session lives, what a device is called.

Pure: the clock is passed in.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from daywork.ground.problems import ProblemKind


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


# Guessing is slowed down: the counts are kept in Postgres, so all processes share them

TOO_MANY_TRIES = ProblemKind(
    "too_many_tries",
    429,
    _("Too many tries: please wait %(minutes)s min"),
    _("After that you can try again. If you forgot the password, ask for a new invitation."),
)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures within a window, then a wait until the oldest of them has aged out."""

    failures: int
    window: timedelta = timedelta(minutes=15)


LIMIT_HERE = Limit(5)
"""One login from one address."""
LIMIT_PER_LOGIN = Limit(20)
"""One login from anywhere: more than above, so that a stranger cannot lock a foreman out."""
LIMIT_PER_ADDRESS = Limit(40)
"""Generous: a whole site's Wi-Fi, or a carrier's phones, may share one address."""
LIMIT_CODES_PER_ADDRESS = Limit(8)
LIMIT_CODES_IN_ALL = Limit(100)
"""Six digits are few: with 20 codes waiting, 100 guesses in 15 min hit one with 0.2 %."""
LIMIT_INVITATION_CODE = Limit(10, timedelta(days=7))
"""An invitation's code lives long; its login is asked for too, and gets ten tries in all."""


def wait_before_next(failures: Sequence[datetime], limit: Limit, now: datetime) -> timedelta:
    """How long to wait before another try, zero when it may be made at once.

    ``failures`` are the instants of failed tries, in any order.
    """
    recent = sorted((at for at in failures if now - at < limit.window), reverse=True)
    if len(recent) < limit.failures:
        return timedelta(0)
    return max(recent[limit.failures - 1] + limit.window - now, timedelta(seconds=1))


SIGN_IN_FAILED = ProblemKind(
    "sign_in_failed",
    422,
    _("Phone number, e-mail or password is not right"),
    _("Check both and try again. If you forgot the password, ask for a new invitation."),
)
OLD_PASSWORD_WRONG = ProblemKind(
    "old_password_wrong",
    422,
    _("The present password is not right"),
    _("Type the password you signed in with. If you forgot it, ask for a new sign-in link."),
)
CODE_FAILED = ProblemKind(
    "code_failed",
    422,
    _("This code is not valid"),
    _("Codes work once and for a short time. Ask for a new one."),
)
CODE_NEEDS_LOGIN = ProblemKind(
    "code_needs_login",
    422,
    _("This is the code of an invitation"),
    _("Please also give the phone number or e-mail address that was invited."),
)


# Sessions and codes

PHONE_SESSION = timedelta(days=180)
OFFICE_SESSION = timedelta(hours=12)
SEEN_AFTER = timedelta(minutes=10)
"""A request moves the session's last-seen time only when it is older than this."""
CHOICE_LIFE = timedelta(minutes=5)


def session_life(*, on_phone: bool, stay: bool) -> timedelta:
    """How long a session lives after it was last used."""
    return PHONE_SESSION if on_phone or stay else OFFICE_SESSION


def is_phone(user_agent: str) -> bool:
    """A phone or tablet by its own word; a desktop that lies gains nothing but a longer session."""
    return bool(re.search(r"Mobi|Android|iPhone|iPad|HarmonyOS|ArkWeb", user_agent))


_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS|OpenHarmony"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("macOS", "Macintosh"),
    ("ChromeOS", "CrOS"),
    ("Linux", "Linux"),
)
_BROWSERS = (
    ("WeChat", "MicroMessenger"),
    ("DingTalk", "DingTalk"),
    ("Edge", "Edg(e|A|iOS)?/"),
    ("Huawei Browser", "HuaweiBrowser"),
    ("Mi Browser", "MiuiBrowser"),
    ("Samsung Internet", "SamsungBrowser"),
    ("UC", "UCBrowser"),
    ("QQ", "QQBrowser"),
    ("Firefox", "Firefox|FxiOS"),
    ("Chrome", "Chrome|CriOS"),
    ("Safari", "Safari"),
)


def device_name(user_agent: str) -> str:
    """``"Chrome · Android"``: enough to know one's own devices apart, or ``""``."""
    found = (
        next((name for name, pattern in names if re.search(pattern, user_agent)), "")
        for names in (_BROWSERS, _SYSTEMS)
    )
    return " · ".join(name for name in found if name)


def safe_next(target: str | None) -> str:
    """Where to go after signing in: a path of this site, never another host."""
    if not target or len(target) > 2000 or not target.startswith("/"):
        return "/"
    if target.startswith("//") or re.search(r"[\\\x00-\x20\x7f]", target):
        return "/"
    return target


def digits_of(typed: str) -> str:
    """Six digits as typed, full-width or with a space in the middle.

    Raises:
        Problem: ``code_failed``.
    """
    digits = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", typed))
    if not re.fullmatch(r"[0-9]{6}", digits):
        raise CODE_FAILED()
    return digits
