"""Where the parts that are not Python lie: in the checkout, or shipped inside the wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
_CHECKOUT = PACKAGE.parents[1]

IN_CHECKOUT = (_CHECKOUT / "pwa" / "templates").is_dir() and (_CHECKOUT / "migrations").is_dir()
CHECKOUT: Path | None = _CHECKOUT if IN_CHECKOUT else None
PWA = _CHECKOUT / "pwa" if IN_CHECKOUT else PACKAGE / "_pwa"
MIGRATIONS = _CHECKOUT / "migrations" if IN_CHECKOUT else PACKAGE / "_migrations"
FONTS = PWA / "dist" / "fonts"
"""Noto Sans SC, regular and bold, for what the server draws: a bare machine has no Chinese font."""
