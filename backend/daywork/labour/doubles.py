"""Keeping double bookings: opened when sheets come to book a worker twice, closed when they no
longer do. What is open earns nothing yet; settling it by hand is in the room ``doubles``.
"""

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from uuid import UUID

from daywork.labour import double_queries
from daywork.labour.double_queries import ONE_COUNTED
from daywork.labour.telling import tell_answer, tell_doubles
from daywork.push.rules import MessageKind
from daywork.push.service import settle


async def keep_doubles(
    organisation: UUID, sheets: Sequence[UUID], *, all_days: bool = False
) -> None:
    """Bring double bookings in line with these sheets, which have just moved, and tell of it.

    ``all_days``: a decision or a void moved whole sheets, not single lines. What was said to stand
    opens again when the claims are no longer the ones it was said of.
    """
    days = await double_queries.days_booked(organisation, sheets, all_days=all_days)
    over = [day for day in days if day.opened and not day.doubled]
    moved = [day for day in days if day.opened and day.doubled and day.opened_claims != day.claims]
    new = [day for day in days if not day.opened and day.doubled and day.accepted != day.claims]
    if over:
        now = datetime.now(UTC)
        closed = [day.opened for day in over if day.opened]
        await double_queries.mark_settled(organisation, closed, now)
        # Older releases told of each worker's day by itself.
        subjects = [f"{day.worker}:{day.work_day}" for day in over]
        await settle(organisation, MessageKind.DOUBLE_BOOKING, *subjects)
    if moved:
        await double_queries.mark_moved(organisation, moved)
    if new:
        await double_queries.insert_doubles(organisation, new)
    if over or moved or new:
        await tell_doubles(
            organisation,
            {day.work_day for day in (*over, *moved, *new)},
            opened={sheets_in(day.claims) for day in (*moved, *new)},
            eased={sheets_in(day.opened_claims) for day in (*over, *moved) if day.opened_claims},
        )
    asked_for = {
        (day.work_day, sheets_in(day.opened_claims))
        for day in over
        if day.answered and day.opened_claims
    }
    for day, pair in sorted(asked_for):
        await tell_answer(organisation, day, pair, ONE_COUNTED)


async def close_doubles_of(organisation: UUID, workers: Collection[UUID]) -> list[UUID]:
    """Close what is open of workers who become one, or two again.

    Returns the sheets that claimed those days: :func:`keep_doubles` looks at them anew.
    """
    found = await double_queries.open_of(organisation, workers)
    if not found:
        return []
    ids = [double for double, _day, _claims in found]
    await double_queries.mark_settled(organisation, ids, datetime.now(UTC))
    pairs = {sheets_in(claims) for _double, _day, claims in found}
    days = {day for _double, day, _claims in found}
    await tell_doubles(organisation, days, opened=set(), eased=pairs)
    return [UUID(sheet) for pair in pairs for sheet in pair.split(",")]


def sheets_in(claims: str) -> str:
    """The sheets of ``sheet=工,…``, joined: ``sheet,…``."""
    return re.sub("=[^,]*", "", claims)
