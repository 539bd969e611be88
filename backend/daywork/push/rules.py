"""What is told to whom and when, and which addresses we post to at all. Pure: the time is given.

A room that has something to tell declares a :class:`Notice` beside its rules and hands it to
``push.service.tell``. Only the notice's name and its facts are kept; the words are found when
somebody reads them, in that person's language.
"""

import base64
import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric import ec

from daywork.ground.problems import ProblemKind


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


class MessageKind(StrEnum):
    """What a person can want pushed or not; the inbox takes all of them."""

    APPROVALS = "approvals"  # 待批
    RETURNED = "returned"  # 退回
    DELAY = "delay"  # 延误
    DOUBLE_BOOKING = "double_booking"  # 重复记工
    SIGNATURE = "signature"  # 签字期限
    CERTIFICATE = "certificate"  # 证书到期
    CROSS_CHECK = "cross_check"  # 对工异议


@dataclass(frozen=True, slots=True)
class Carriage:
    """How a push service should treat a kind (RFC 8030): how long to try, how eagerly."""

    life: timedelta
    urgency: str
    """``normal`` wakes a phone that is not saving its battery, ``high`` any phone."""


CARRIAGE: Final = {
    MessageKind.APPROVALS: Carriage(timedelta(hours=12), "normal"),
    MessageKind.RETURNED: Carriage(timedelta(days=3), "high"),
    MessageKind.DELAY: Carriage(timedelta(days=1), "high"),
    MessageKind.DOUBLE_BOOKING: Carriage(timedelta(days=3), "high"),
    MessageKind.SIGNATURE: Carriage(timedelta(days=1), "high"),
    MessageKind.CERTIFICATE: Carriage(timedelta(days=3), "normal"),
    MessageKind.CROSS_CHECK: Carriage(timedelta(days=3), "normal"),
}

Text = str | tuple[str, str]
"""A gettext msgid with ``%(name)s`` fields, or one and many; the number is the fact ``n``."""

NOTICES: Final[dict[str, "Notice"]] = {}
"""Every notice by its name: messages are kept by it."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that can be told."""

    slug: str
    kind: MessageKind
    title: Text
    body: Text

    def __post_init__(self) -> None:
        known = NOTICES.setdefault(self.slug, self)
        if known != self:
            raise ValueError(f"two notices are called {self.slug!r}")


@dataclass(frozen=True, slots=True)
class Named:
    """A fact that has a name in both languages (tasks, trades)."""

    name: str
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A fact that is itself a text of the catalogue (a cause, a picked reason)."""

    msgid: str


Fact = str | int | date | Named | Said


def kept_facts(facts: Mapping[str, Fact]) -> dict[str, Any]:
    """The facts as JSON; days and names stay what they are until they are worded."""

    def kept(fact: Fact) -> Any:
        if isinstance(fact, date):
            return {"day": fact.isoformat()}
        if isinstance(fact, Named):
            return {"zh-CN": fact.name, "en": fact.name_en or fact.name}
        if isinstance(fact, Said):
            return {"say": fact.msgid}
        return fact

    return {name: kept(fact) for name, fact in facts.items()}


# When


def quiet_until(now: datetime, time_zone: str, quiet_from: time, quiet_to: time) -> datetime | None:
    """The end of the quiet hours that ``now`` lies in, or None.

    The hours are on the wall clock of ``time_zone`` and may span midnight; equal ends mean none.
    """
    zone = ZoneInfo(time_zone)
    local = now.astimezone(zone)
    clock = local.time().replace(tzinfo=None)
    if quiet_from <= quiet_to:
        inside = quiet_from <= clock < quiet_to
    else:
        inside = clock >= quiet_from or clock < quiet_to
    if not inside or quiet_from == quiet_to:
        return None
    ends_on = local.date() + timedelta(days=1) if clock >= quiet_to else local.date()
    return datetime.combine(ends_on, quiet_to, zone).astimezone(UTC)


SETTLE: Final = timedelta(seconds=10)
"""The first of many waits this long, so that a phone's whole batch counts as one."""

BUNDLE_GAP: Final = timedelta(minutes=5)
"""One site's many are told again no sooner than this."""


def bundle_due(now: datetime, told_at: datetime | None) -> datetime:
    """When a bundle is told that has just got something new."""
    soon = now + SETTLE
    return soon if told_at is None else max(soon, told_at + BUNDLE_GAP)


MOST_ATTEMPTS: Final = 8
_FIRST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(minutes=30)
_LONGEST_WAIT = timedelta(hours=6)


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many tries that a push service did not answer well."""
    return min(_FIRST_PAUSE * int(3 ** max(attempts - 1, 0)), _LONGEST_PAUSE)


def told_to_wait(retry_after: str | None, now: datetime) -> timedelta:
    """``Retry-After`` in seconds or as a date, within reason; 60 s when it cannot be read."""
    wait = timedelta(seconds=60)
    text = (retry_after or "").strip()
    if text.isdecimal():
        wait = timedelta(seconds=min(int(text), 10**6))
    elif text:
        try:
            until = parsedate_to_datetime(text)
            wait = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
        except ValueError:
            pass
    return min(max(wait, timedelta(seconds=1)), _LONGEST_WAIT)


# Where to


SUBSCRIPTION_UNREADABLE = ProblemKind(
    "subscription_unreadable",
    422,
    _("This browser’s push address could not be read"),
    _("Switch notifications off and on again on this device."),
)
ENDPOINT_NOT_ALLOWED = ProblemKind(
    "endpoint_not_allowed",
    422,
    _("Messages are not sent to this address"),
    _("Only push services on the public internet, by https."),
)

LONGEST_ENDPOINT: Final = 1000


def check_endpoint(endpoint: str, *, local: bool = False) -> None:
    """Whether we would post to this address as it is written; its DNS is judged when sending.

    ``local`` lets a push service on this very machine pass, by http too: for tests.

    Raises:
        Problem: ``subscription_unreadable`` or ``endpoint_not_allowed``.
    """
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise SUBSCRIPTION_UNREADABLE() from None
    if len(endpoint) > LONGEST_ENDPOINT or not host or not endpoint.isascii():
        raise SUBSCRIPTION_UNREADABLE()
    if any(ord(sign) <= 32 for sign in endpoint) or parts.username is not None:
        raise SUBSCRIPTION_UNREADABLE()
    if local and _is_here(host):
        return
    if parts.scheme != "https" or port not in (None, 443) or _is_here(host):
        raise ENDPOINT_NOT_ALLOWED()
    try:
        allowed = address_allowed(host)
    except ValueError:  # a name, not a number; browsers' other spellings of numbers are not names
        allowed = not host.rsplit(".", 1)[-1].replace("0x", "").isdecimal() and "." in host
    if not allowed:
        raise ENDPOINT_NOT_ALLOWED()


def _is_here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


def address_allowed(address: str, *, local: bool = False) -> bool:
    """Whether an IP address is of the public internet, also when it hides inside another.

    Raises:
        ValueError: not an IP address.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if local and found.is_loopback:
        return True
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        if inner is None and found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner:
            return inner.is_global and not inner.is_multicast
    return found.is_global and not found.is_multicast


@dataclass(frozen=True, slots=True)
class DeviceKeys:
    """What a browser gave us to encrypt for it (RFC 8291)."""

    p256dh: bytes
    """Its public key: an uncompressed point of P-256, 65 bytes."""
    auth: bytes
    """A shared secret of 16 bytes."""


def device_keys(p256dh: str, auth: str) -> DeviceKeys:
    """Read base64url keys.

    Raises:
        Problem: ``subscription_unreadable``: not a point of the curve, or not 16 bytes.
    """
    try:
        keys = DeviceKeys(from_base64url(p256dh), from_base64url(auth))
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), keys.p256dh)
    except ValueError:
        raise SUBSCRIPTION_UNREADABLE() from None
    if len(keys.p256dh) != 65 or len(keys.auth) != 16:
        raise SUBSCRIPTION_UNREADABLE()
    return keys


def from_base64url(text: str) -> bytes:
    """Bytes from base64url with or without padding.

    Raises:
        ValueError: it is not base64url.
    """
    bare = text.strip().rstrip("=")
    return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)


def to_base64url(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def topic_of(organisation: str, subject: str) -> str:
    """A push topic (RFC 8030): a service that still holds an older one replaces it.

    32 characters that say nothing of what it is about.
    """
    return to_base64url(hashlib.sha256(f"{organisation} {subject}".encode()).digest())[:32]


# What is sent


LARGEST_PAYLOAD: Final = 3_900
"""Bytes before encryption: what every push service takes."""


def payload(
    *,
    title: str,
    body: str,
    link: str,
    message: str,
    tag: str,
    language: str,
    waiting: int,
    base_url: str,
) -> dict[str, Any]:
    """The declarative form (https://www.w3.org/TR/push-api/#declarative-push-message), which
    iPhones show by themselves and our worker shows elsewhere. Cut to size by :func:`fitted`."""
    return {
        "web_push": 8030,
        "app_badge": waiting,
        "notification": {
            "title": title,
            "body": body,
            "lang": language,
            "dir": "ltr",
            "tag": tag,
            "navigate": f"{base_url}{link}",
            "silent": False,
            "app_badge": str(waiting),
            "data": {"message": message},
        },
    }
