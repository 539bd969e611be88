"""What signing in asks: how often one may try, how long a session lives, what a device is called.

Pure: the clock is passed in.
"""

import re
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

WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures within :data:`WINDOW`, then a wait until the oldest has aged out."""

    failures: int


LIMIT_PER_LOGIN = Limit(5)
LIMIT_PER_ADDRESS = Limit(40)
"""Generous: a whole site's Wi-Fi, or a carrier's phones, may share one address."""
LIMIT_CODES_PER_ADDRESS = Limit(8)
LIMIT_CODES_IN_ALL = Limit(100)
"""Six digits are few: with 20 codes waiting, 100 guesses in 15 min hit one with 0.2 %."""


def wait_before_next(failures: Sequence[datetime], limit: Limit, now: datetime) -> timedelta:
    """How long to wait before another try, zero when it may be made at once.

    ``failures`` are the instants of failed tries, in any order.
    """
    recent = sorted((at for at in failures if now - at < WINDOW), reverse=True)
    if len(recent) < limit.failures:
        return timedelta(0)
    return max(recent[limit.failures - 1] + WINDOW - now, timedelta(seconds=1))


# Sessions and codes

PHONE_SESSION = timedelta(days=180)
OFFICE_SESSION = timedelta(hours=12)
TOUCH_AFTER = timedelta(minutes=10)
"""A request moves the session's last-seen time only when it is older than this."""
PAIRING_CODE_LIFE = timedelta(minutes=15)
CHOICE_LIFE = timedelta(minutes=5)
INVITATION_TRIES = 10


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
