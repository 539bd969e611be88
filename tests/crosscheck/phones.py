"""What a foreman's phone keeps of a worker who looked at it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tests.crosscheck.story import MARCH
from tests.support.cast import Cast
from tests.support.phone_words import mutation

DRAWN = "M10 20 L300 200"
SIGNED = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
SHOWN = {"2026-03-02": ["1", "2"], "2026-03-03": ["0.5", "0"]}
"""Of the first worker of the books."""


def cross_check(cast: Cast, worker: UUID | None = None, **said: Any) -> dict[str, Any]:
    """``labour.cross_check``: he signs for what he was shown, unless told otherwise."""
    other = {key: said.pop(key) for key in ("entity_id", "id", "prev_id") if key in said}
    fields: dict[str, Any] = {
        "site": cast.site,
        "worker": worker or cast.workers[0],
        "month": MARCH,
        "name": "Wang  Wu",
        "strokes": DRAWN,
        "shown": SHOWN,
        "claims": {},
        "signed_at": SIGNED.isoformat(),
    }
    return mutation("labour.cross_check", fields | said, **other)


def claim(man_days: str, overtime: str = "0", reason: str = "I stayed") -> dict[str, str]:
    return {"man_days": man_days, "overtime_hours": overtime, "reason": reason}
