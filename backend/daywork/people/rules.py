"""Who may do what, and what signing in asks of people. Pure: no database, no clock.

This is the one permission table. No page and no query asks for a role by itself: they ask
:func:`may`, or ``sites.service.site_for``, which asks it here.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from daywork.ground.problems import ProblemKind
from daywork.ground.terms import Role
from daywork.people.actor import Actor


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


class Right(StrEnum):
    """Something a person may do. All but the last two are asked of one site."""

    SEE_SITE = "see_site"
    """See the site's crews, tasks and one's own records; what a phone syncs."""
    RECORD = "record"
    """Record entries: labour sheets, progress, photos."""
    DECIDE = "decide"
    """Approve, return or reopen an entry."""
    SEE_LABOUR = "see_labour"
    """See every crew's 工 and every record of the site, without money."""
    SEE_PAY = "see_pay"
    """See rates and pay."""
    MANAGE_SITE = "manage_site"
    """Change the site, its crews, workers and tasks."""
    MANAGE_RATES = "manage_rates"
    """Change what work costs."""
    INVITE_FOREMAN = "invite_foreman"
    """Bring in a foreman for the site, and let him go again."""
    SEE_COMPANY = "see_company"
    """See the figures of all sites together."""
    MANAGE_MEMBERS = "manage_members"
    """Give and take any role, end a member's access, make sites and trades."""


_FOREMAN = frozenset({Right.SEE_SITE, Right.RECORD})
_SUPERVISOR = _FOREMAN | {Right.DECIDE, Right.SEE_LABOUR}
_OFFICE = _FOREMAN | {
    Right.SEE_LABOUR,
    Right.SEE_PAY,
    Right.MANAGE_SITE,
    Right.MANAGE_RATES,
    Right.INVITE_FOREMAN,
}
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.FOREMAN: _FOREMAN,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.OFFICE: _OFFICE,
}
"""Rights by role on a site. Who keeps the books does not approve them; an owner may do all."""


def may(actor: Actor, right: Right, site_id: UUID | None = None) -> bool:
    """Whether ``actor`` has ``right`` on the site; without a site: on any site at all.

    It knows nothing of which sites exist: for an owner it says yes to any id, and row-level
    security and ``site_for`` see to it that only the own company's sites are found.
    """
    if actor.is_owner:
        return True
    if site_id is None:
        return any(right in RIGHTS[role] for role in actor.roles.values())
    role = actor.roles.get(site_id)
    return role is not None and right in RIGHTS[role]


def may_grant(actor: Actor, role: Role, site_id: UUID) -> bool:
    """Whether ``actor`` may give or take this role: the office only ever a foreman's."""
    if may(actor, Right.MANAGE_MEMBERS, site_id):
        return True
    return role is Role.FOREMAN and may(actor, Right.INVITE_FOREMAN, site_id)


# What people type to say who they are

LOGIN_UNREADABLE = ProblemKind(
    "login_unreadable",
    422,
    _("This is neither a phone number nor an e-mail address"),
    _("A mobile number has 11 digits; from abroad begin with + and the country code."),
)

_MAINLAND_MOBILE = re.compile(r"1[3-9]\d{9}")
_INTERNATIONAL = re.compile(r"\+[1-9]\d{6,14}")
_EMAIL = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")


@dataclass(frozen=True, slots=True)
class Login:
    """A phone number as E.164 (``+8613800138000``), or an e-mail address in lower case."""

    value: str

    @property
    def is_phone(self) -> bool:
        """A phone number, else an e-mail address."""
        return self.value.startswith("+")


def login_from(text: str) -> Login:
    """Read what was typed: full-width digits, spaces and dashes do not matter.

    Raises:
        Problem: ``login_unreadable``.
    """
    typed = unicodedata.normalize("NFKC", text).strip()
    if "@" in typed:
        if len(typed) <= 254 and _EMAIL.fullmatch(typed):
            return Login(typed.lower())
        raise LOGIN_UNREADABLE()
    digits = re.sub(r"[\s().\-–—·]", "", typed)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    national = digits.removeprefix("+86") if digits.startswith("+86") else digits
    if not national.startswith("+") and national.startswith("86") and len(national) == 13:
        national = national[2:]
    if _MAINLAND_MOBILE.fullmatch(national):
        return Login("+86" + national)
    if _INTERNATIONAL.fullmatch(digits) and not digits.startswith("+86"):
        return Login(digits)
    raise LOGIN_UNREADABLE()


def shown_phone(phone: str) -> str:
    """``+8613800138000`` → ``138 0013 8000``; a foreign number stays as it is."""
    if phone.startswith("+86") and len(phone) == 14:
        return f"{phone[3:6]} {phone[6:10]} {phone[10:]}"
    return phone


# Passwords

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
INVITATION_LIFE = timedelta(days=7)
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
