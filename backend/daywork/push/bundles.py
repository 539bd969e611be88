"""One message for many: a hundred sheets in an evening ring no supervisor a hundred times.

Whoever records something that many may follow calls :func:`gather` in its transaction. A few
seconds later the room that knows how to count is asked once, for all that came meanwhile; the next
time no sooner than some minutes after. A bundle that is due stands in a row, so a worker that is
killed loses nothing.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from daywork.entries.rules import NewVersion
from daywork.ground.database import company_transaction
from daywork.ground.queue import enqueue
from daywork.people.actor import Actor
from daywork.push import queries
from daywork.push.rules import MessageKind, bundle_due
from daywork.push.service import settle

BUNDLE_JOB: Final = "daywork_bundle"

_LEEWAY = timedelta(seconds=1)
"""The queue's clock is the database's, and may be ahead of ours."""

TellBundle = Callable[[UUID, UUID, datetime], Awaitable[None]]
"""Company, site, now → tells what there is to tell, in the running transaction."""


async def gather(
    organisation: UUID, sites: Iterable[UUID], kind: MessageKind, at: datetime | None = None
) -> None:
    """Something came on these sites that will be told with others like it."""
    now = at or datetime.now(UTC)
    for site in sorted(set(sites)):
        known = await queries.lock_bundle(organisation, site, kind)
        if known is None:
            await queries.insert_bundle(organisation, site, kind)
            known = await queries.lock_bundle(organisation, site, kind)
        due_at, told_at = known or (None, None)
        if due_at is not None:
            continue  # it will be told with what is there then
        due = bundle_due(now, told_at)
        await queries.mark_bundle(organisation, site, kind, due, told_at)
        await enqueue(
            BUNDLE_JOB,
            {"organisation": str(organisation), "site": str(site), "kind": kind},
            after=max(due - datetime.now(UTC), timedelta(0)),
        )


async def tell_recorded(actor: Actor, versions: Sequence[NewVersion]) -> None:
    """New versions of records wait for a decision; that an older one was returned is over."""
    await gather(actor.organisation, {one.recorded.site for one in versions}, MessageKind.APPROVALS)
    again = [one.recorded.entity for one in versions if one.version > 1]
    if again:
        await settle(actor.organisation, MessageKind.RETURNED, *again)


async def tell_bundle(
    organisation: UUID, site: UUID, kind: str, tell: TellBundle, at: datetime | None = None
) -> bool:
    """Tell a bundle if it is due, once, however many jobs ask; whether it was."""
    now = at or datetime.now(UTC)
    async with company_transaction(organisation):
        known = await queries.lock_bundle(organisation, site, kind)
        if known is None or known[0] is None or known[0] > now + _LEEWAY:
            return False
        await queries.mark_bundle(organisation, site, kind, None, now)
        await tell(organisation, site, now)
    return True


async def tell_due(
    organisation: UUID, tellers: dict[str, TellBundle], at: datetime | None = None
) -> int:
    """Tell every bundle of the company that is due: for jobs that were lost; how many."""
    now = at or datetime.now(UTC)
    async with company_transaction(organisation, snapshot=True):
        due = await queries.bundles_due(organisation, now)
    done = [
        await tell_bundle(organisation, site, kind, tellers[kind], now)
        for site, kind in due
        if kind in tellers
    ]
    return sum(done)
