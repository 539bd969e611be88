"""The queue of a site as its rows make it, without anything kept: what pages are held to."""

from dataclasses import dataclass
from uuid import UUID

from daywork.approvals import queries
from daywork.approvals.rules import DECIDED_HERE
from daywork.approvals.waiting import (
    Card,
    cards_of,
    clean_of_queue,
    counts_of_queue,
    stretch_of_queue,
)
from daywork.ground.database import fetch
from daywork.levels.rules import turns_shown
from daywork.levels.service import rule_of
from daywork.people.actor import Actor
from daywork.sites.site import Site


@dataclass(frozen=True)
class Queue:
    """Everything that waits on one site, the worst first."""

    doubtful: list[Card]
    clean: list[Card]
    elsewhere: int

    @property
    def waiting(self) -> int:
        return len(self.doubtful) + len(self.clean)

    @property
    def ids(self) -> list[UUID]:
        """In the order of the page."""
        return [card.record.id for card in (*self.doubtful, *self.clean)]


async def queue_of(actor: Actor, site: Site) -> Queue:
    """What waits on the site; those with a serious doubt come first of all."""
    rows = await fetch(
        "SELECT id, steps_passed FROM entry WHERE organisation = $1 AND site = $2"
        " AND state = 'submitted' AND kind = ANY($3)",
        actor.organisation,
        site.id,
        list(DECIDED_HERE),
    )
    turns = turns_shown(actor, await rule_of(actor.organisation, site.id), site.id)
    mine = [row["id"] for row in rows if row["steps_passed"] in turns]
    records = await queries.records_by_id(actor, mine)
    cards = sorted(await cards_of(actor, list(records.values())), key=lambda card: card.place)
    return Queue(
        [card for card in cards if card.doubts],
        [card for card in cards if not card.doubts],
        len(rows) - len(mine),
    )


async def checked(actor: Actor, site: Site) -> Queue:
    """The same, after pages and counts were held to it: the stretches and the clean ones."""
    queue = await queue_of(actor, site)
    told: list[UUID] = []
    after = None
    while after is None or told[-1:] == [after.id]:
        stretch = await stretch_of_queue(actor, site, 3, after)
        told += [card.record.id for card in (*stretch.doubtful, *stretch.clean)]
        assert (stretch.waiting, stretch.elsewhere) == (queue.waiting, queue.elsewhere)
        assert (stretch.all_clean, stretch.left) == (len(queue.clean), queue.waiting - len(told))
        if not stretch.left or stretch.last is None:
            break
        after = (await queries.records_by_id(actor, [stretch.last]))[stretch.last]
    assert told == queue.ids
    counts = await counts_of_queue(actor, site)
    assert (counts.waiting, counts.elsewhere) == (queue.waiting, queue.elsewhere)
    clean, _facts, waiting = await clean_of_queue(actor, site)
    assert [one.id for one in clean] == [card.record.id for card in queue.clean]
    assert waiting == queue.waiting
    return queue
