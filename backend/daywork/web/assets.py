"""What the browser keeps: hashed and precompressed assets, the service worker, the manifest.

Hashed names never change their bytes, so a browser may keep them for ever. Nothing here sets a
cookie, and nothing but the two shells differs from person to person (by language only).
"""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from litestar import Response, route
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.types import Method

from daywork.ground import places
from daywork.web.language import LANGUAGES, language, speaking
from daywork.web.language import gettext as _
from daywork.web.request import Request

FOR_EVER: Final = "public, max-age=31536000, immutable"
ASK_FIRST: Final = "no-cache"
MEDIA: Final = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".html": "text/html",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
}
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_CODINGS: Final = {"br": ".br", "gzip": ".gz"}
READING: Final[list[Method]] = ["GET", "HEAD"]
OPT: Final = {"public": True, "no_cookies": True}


@dataclass(frozen=True, slots=True)
class Stored:
    """A built file with its encodings (``""`` is the file itself)."""

    media_type: str
    digest: str
    bodies: dict[str, bytes]


def dist() -> Path:
    """The folder that ``pwa/build.mjs`` makes."""
    return places.PWA / "dist"


@lru_cache(maxsize=512)
def _read(path: Path, _changed: int) -> Stored:
    plain = path.read_bytes()
    bodies = {"": plain}
    for coding, ending in _CODINGS.items():
        sibling = path.with_name(path.name + ending)
        if sibling.exists():
            bodies[coding] = sibling.read_bytes()
    media_type = MEDIA.get(path.suffix, "application/octet-stream")
    return Stored(media_type, hashlib.sha256(plain).hexdigest()[:20], bodies)


def stored(name: str) -> Stored:
    """A built file by its path below ``dist``.

    Raises:
        NotFoundException: there is no such file.
    """
    path = dist() / name
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError:
        raise NotFoundException() from None


@lru_cache(maxsize=2)
def _names(path: Path, _changed: int) -> dict[str, str]:
    found: dict[str, str] = json.loads(path.read_bytes())
    return found


def asset(name: str) -> str:
    """``"app.css"`` → ``"/assets/app.5f0c….css"``; the plain name when nothing is built yet."""
    path = dist() / "assets.json"
    try:
        return _names(path, path.stat().st_mtime_ns).get(name, f"/assets/{name}")
    except OSError:
        return f"/assets/{name}"


def build_name() -> str:
    """The running build of the browser's part, or ``"none"``."""
    try:
        found = json.loads((dist() / "build.json").read_bytes())
    except OSError:
        return "none"
    return str(found["build"])


def coding_for(accept: str, offered: dict[str, bytes]) -> str:
    """The best encoding the browser takes: brotli, gzip, or ``""`` for none."""
    weights: dict[str, float] = {}
    for part in accept.lower().split(","):
        coding, _sep, weight = part.strip().partition(";")
        found = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", weight)
        weights[coding.strip()] = float(found[1]) if found else 1.0
    for coding in _CODINGS:
        if coding in offered and weights.get(coding, weights.get("*", 0)) > 0:
            return coding
    return ""


def reply(
    request: Request, file: Stored, cache: str, headers: dict[str, str] | None = None
) -> Response[bytes]:
    """The file in the best encoding, or 304 when the browser holds it already."""
    coding = coding_for(request.headers.get("accept-encoding", ""), file.bodies)
    etag = f'"{file.digest}{"-" + coding if coding else ""}"'
    sent = {"cache-control": cache, "etag": etag, "vary": "Accept-Encoding", **(headers or {})}
    held = {
        tag.strip().removeprefix("W/")
        for tag in request.headers.get("if-none-match", "").split(",")
    }
    if etag in held or "*" in held:
        return Response(b"", status_code=304, headers=sent, media_type=file.media_type)
    body = file.bodies[coding]
    if coding:
        sent["content-encoding"] = coding
    sent["content-length"] = str(len(body))
    return Response(
        b"" if request.method == "HEAD" else body, headers=sent, media_type=file.media_type
    )


@route("/assets/{name:str}", http_method=READING, opt=OPT, sync_to_thread=False)
def hashed(request: Request, name: FromPath[str]) -> Response[bytes]:
    """One hashed file; any other name is not here."""
    if not _NAME.fullmatch(name) or name.endswith((".br", ".gz")):
        raise NotFoundException()
    return reply(request, stored(f"assets/{name}"), FOR_EVER)


@route("/sw.js", http_method=READING, opt=OPT, sync_to_thread=False)
def service_worker(request: Request) -> Response[bytes]:
    """The worker at its stable address: the browser asks for it again at every start."""
    return reply(request, stored("sw.js"), ASK_FIRST, {"service-worker-allowed": "/"})


@route("/favicon.ico", http_method=READING, opt=OPT, sync_to_thread=False)
def favicon(request: Request) -> Response[bytes]:
    """For browsers that ask without being told."""
    name = asset("favicon.ico").rpartition("/")[2]
    return reply(request, stored(f"assets/{name}"), "public, max-age=86400")


VARY_BY_LANGUAGE: Final = {"vary": "Accept-Encoding, Accept-Language, Cookie"}


@route(
    ["/m", "/m/", "/m/{rest:path}"], http_method=READING, opt={"public": True}, sync_to_thread=False
)
def shell(request: Request) -> Response[bytes]:
    """The capture app: the same page for everybody, nothing personal in it."""
    return reply(request, stored(f"shell.{language()}.html"), ASK_FIRST, VARY_BY_LANGUAGE)


@route("/offline", http_method=READING, opt={"public": True}, sync_to_thread=False)
def offline(request: Request) -> Response[bytes]:
    """What the worker shows when a page that needs the network is asked for without it."""
    return reply(request, stored(f"offline.{language()}.html"), ASK_FIRST, VARY_BY_LANGUAGE)


def _icon(name: str, size: int, purpose: str = "any") -> dict[str, str]:
    kind = "image/svg+xml" if name.endswith(".svg") else "image/png"
    sizes = "any" if name.endswith(".svg") else f"{size}x{size}"
    return {"src": asset(name), "sizes": sizes, "type": kind, "purpose": purpose}


def _shortcut(name: str, url: str, icon: str) -> dict[str, Any]:
    return {"name": name, "url": url, "icons": [_icon(icon, 96)]}


def manifest_texts() -> dict[str, Any]:
    """The web app manifest in the language now spoken."""
    return {
        "id": "/m/",
        "name": _("Daywork daybook"),
        "short_name": _("Daywork"),
        "description": _("A crew’s day, recorded offline, reaches the office once."),
        "lang": language(),
        "dir": "ltr",
        "start_url": "/m/",
        "scope": "/",
        "display": "standalone",
        "orientation": "any",
        "background_color": "#F6F7F8",
        "theme_color": "#0B4F9E",
        "categories": ["business", "productivity"],
        "icons": [
            _icon("icon-192.png", 192),
            _icon("icon-512.png", 512),
            _icon("maskable-192.png", 192, "maskable"),
            _icon("maskable-512.png", 512, "maskable"),
            _icon("icon.svg", 0),
        ],
        "screenshots": _screenshots(),
        "shortcuts": [
            _shortcut(_("Today"), "/m/", "shortcut-today.png"),
            _shortcut(_("Photo"), "/m/photo", "shortcut-photo.png"),
            _shortcut(_("Outbox"), "/m/outbox", "shortcut-outbox.png"),
        ],
    }


def _screenshots() -> list[dict[str, str]]:
    spoken = "zh" if language() == "zh-CN" else "en"
    wanted = (
        (f"screenshot-today-{spoken}.png", "720x1480", "narrow", _("Today’s sheet")),
        (f"screenshot-overview-{spoken}.png", "1280x800", "wide", _("The month at a glance")),
    )
    return [
        {
            "src": asset(name),
            "sizes": sizes,
            "type": "image/png",
            "form_factor": form,
            "label": label,
        }
        for name, sizes, form, label in wanted
        if asset(name) != f"/assets/{name}"
    ]


@route("/manifest.webmanifest", http_method=READING, opt=OPT, sync_to_thread=False)
def manifest(request: Request) -> Response[bytes]:
    """Browsers ask for it without cookies: a page names its language in the address."""
    asked = request.query_params.get("language", "")
    with speaking(asked if asked in LANGUAGES else language()):
        body = json.dumps(manifest_texts(), ensure_ascii=False, separators=(",", ":")).encode()
    file = Stored("application/manifest+json", hashlib.sha256(body).hexdigest()[:20], {"": body})
    return reply(request, file, ASK_FIRST, {"vary": "Accept-Encoding, Accept-Language"})


handlers = [hashed, service_worker, favicon, shell, offline, manifest]
