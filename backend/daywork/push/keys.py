"""The key that proves to push services who we are (VAPID, RFC 8292).

Phones subscribe for one public key, so every process and every machine of an installation must
have the same private one, and a restored back-up too: it lives in the database, where only the
tables' owner reads it, unless ``DAYWORK_VAPID_PRIVATE_KEY`` says otherwise.
"""

from dataclasses import dataclass

import asyncpg
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pywebpush import Vapid  # type: ignore[import-untyped]

from daywork.ground.settings import Settings
from daywork.ground.trouble import Trouble
from daywork.push.rules import from_base64url, to_base64url

_NAME = "vapid"


@dataclass(frozen=True, slots=True)
class ServerKey:
    """Our key, and who answers for what is sent with it."""

    vapid: Vapid
    public: str
    """base64url of the uncompressed point: what browsers subscribe with."""
    contact: str
    """``mailto:…`` or ``https://…``: whom a push service asks when something is wrong."""


async def server_key(settings: Settings) -> ServerKey | None:
    """The installation's key, made when there is none yet.

    None when nobody could be named as responsible: Apple's service takes nothing then, and a
    server without an https address reaches no phone's service worker anyway.

    Raises:
        Trouble: ``DAYWORK_VAPID_PRIVATE_KEY`` is not a key.
    """
    if settings.push_contact is None:
        return None
    text = settings.vapid_private_key or await _kept(settings.database_url or "")
    try:
        raw = from_base64url(text)
        number = int.from_bytes(raw, "big")
        if len(raw) != 32:
            raise ValueError("not 32 bytes")
        private = ec.derive_private_key(number, ec.SECP256R1())
    except ValueError as error:
        raise Trouble(
            "DAYWORK_VAPID_PRIVATE_KEY is not a VAPID key.",
            "Give the 32 bytes of a P-256 private key as base64url, or unset it to have one made.",
        ) from error
    return ServerKey(Vapid(private), _public(private), settings.push_contact)


def new_private_key() -> str:
    """A fresh private key as base64url of its 32 bytes."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return to_base64url(number.to_bytes(32, "big"))


def _public(private: ec.EllipticCurvePrivateKey) -> str:
    return to_base64url(
        private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
    )


async def _kept(url: str) -> str:
    """The key in the database; however many processes start at once, they agree on one."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "INSERT INTO installation_secret (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            _NAME,
            new_private_key(),
        )
        found: str = await connection.fetchval(
            "SELECT value FROM installation_secret WHERE name = $1", _NAME
        )
        return found
    finally:
        await connection.close()
