"""What an operator may set, all by environment variables that begin with ``DAYWORK_``.

Nothing set means: embedded Postgres and photos under one home folder, served on this machine.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from daywork.ground import places


@dataclass(frozen=True, slots=True)
class Settings:
    """One process's settings; made once by :func:`load_settings`."""

    home: Path
    """Folder for the embedded database, photos and keys."""
    database_url: str | None
    """``postgresql://…`` of any Postgres 15 to 18; None starts the embedded one."""
    storage_url: str
    """Where photo bytes lie: ``file:///folder`` or ``s3://bucket/prefix``."""
    base_url: str | None
    """How people reach this server (``https://…``), for links and QR codes."""
    host: str
    port: int
    processes: int
    pool_size: int
    """Database connections each process may hold."""
    trusted_proxies: str
    """Addresses whose ``X-Forwarded-*`` are believed (uvicorn's ``forwarded_allow_ips``)."""
    push_contact: str | None
    """``mailto:…`` or ``https://…``: whom push services may ask. None: nothing is pushed."""
    vapid_private_key: str | None
    """Base64url of 32 bytes; None: the one in the database, made on the first start."""
    register_key: str | None
    """Keys of the real-name register (base64url of 32 bytes, several with commas; the first
    seals). None: those in ``register.keys`` of the home folder, made on the first start."""
    push_local: bool
    """Push services on this very machine are posted to as well: for tests alone."""

    @property
    def secure_cookies(self) -> bool:
        """Cookies are marked Secure as soon as people come in by https."""
        return (self.base_url or "").startswith("https://")


def default_home(environ: Mapping[str, str]) -> Path:
    """``.daywork`` of a checkout, else the user's data folder."""
    if places.CHECKOUT is not None:
        return places.CHECKOUT / ".daywork"
    data_home = environ.get("XDG_DATA_HOME")
    return (Path(data_home) if data_home else Path.home() / ".local" / "share") / "daywork"


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the environment.

    Raises:
        ValueError: a variable cannot be read; the message names it and says what would fit.
    """
    env = os.environ if environ is None else environ
    home = Path(env.get("DAYWORK_HOME") or default_home(env)).expanduser().resolve()
    return Settings(
        home=home,
        database_url=env.get("DAYWORK_DATABASE_URL") or None,
        storage_url=env.get("DAYWORK_STORAGE_URL") or (home / "photos").as_uri(),
        base_url=(env.get("DAYWORK_BASE_URL") or "").rstrip("/") or None,
        host=env.get("DAYWORK_HOST") or "0.0.0.0",  # noqa: S104 - phones on the site's Wi-Fi must reach it
        port=_whole(env, "DAYWORK_PORT", 8000, 1, 65535),
        processes=_whole(env, "DAYWORK_PROCESSES", 1, 1, 64),
        pool_size=_whole(env, "DAYWORK_POOL_SIZE", 10, 2, 200),
        trusted_proxies=env.get("DAYWORK_TRUSTED_PROXIES") or "127.0.0.1",
        push_contact=_contact(env),
        vapid_private_key=env.get("DAYWORK_VAPID_PRIVATE_KEY") or None,
        register_key=env.get("DAYWORK_REGISTER_KEY") or None,
        push_local=env.get("DAYWORK_PUSH_LOCAL") == "1",
    )


def _contact(env: Mapping[str, str]) -> str | None:
    """Who answers for what is pushed: as set, else the https address people use."""
    given = env.get("DAYWORK_PUSH_CONTACT")
    base = (env.get("DAYWORK_BASE_URL") or "").rstrip("/")
    text = given or (base if base.startswith("https://") else "")
    if not text:
        return None
    if not re.fullmatch(r"mailto:[^\s@]+@[^\s@]+|https://[^\s/]+(/\S*)?", text):
        raise ValueError(
            f"DAYWORK_PUSH_CONTACT={text!r}: give mailto:somebody@example.com or an https address."
        )
    return text


def _whole(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name) or str(default)
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ValueError(f"{name}={text!r}: give a whole number from {low} to {high}.")
    return int(text)
