"""Where a record stands in the queue is kept, so that a long queue costs what a page of it shows.

A reason to look twice hangs on other rows: another sheet of the day, a price, a photo. Triggers
note in the transaction of the change what moved; a reader looks anew at what a note touches, so
the order is always that of the rows, and keeping up only makes it cheap. Decision 0038.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from daywork.approvals import queries
from daywork.approvals.kept_queries import keep, notes, unknown_waiting
from daywork.approvals.waiting import cards_of
from daywork.ground.database import company_transaction
from daywork.people.actor import Actor

AT_ONCE: Final = 200
"""Records whose doubts are found together: some thousands of lines in memory."""


async def keep_doubts(organisation: UUID) -> int:
    """Find and keep the ranks of what came in and of what was touched; returns how many.

    Exact without a lock: it takes away only the notes that its snapshot shows, and whoever comes
    second to the same records or notes gives way.
    """
    try:
        async with company_transaction(organisation, snapshot=True, writes=True):
            followed = await notes()
            unknown = await unknown_waiting(organisation, kept_only=True)
            ranks: dict[UUID, tuple[int, int]] = {}
            for at in range(0, len(unknown), AT_ONCE):
                ranks |= await _ranks(organisation, unknown[at : at + AT_ONCE])
            await keep(organisation, ranks, followed)
    except (asyncpg.SerializationError, asyncpg.UniqueViolationError):
        return 0  # another worker is at it
    return len(ranks)


async def _ranks(organisation: UUID, entries: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """Version and rank by record."""
    nobody = Actor(organisation, organisation, "", "", False)  # a doubt is the same for everybody
    records = await queries.records_by_id(nobody, entries)
    cards = await cards_of(nobody, list(records.values()))
    return {card.record.id: (card.record.version, card.rank) for card in cards}
