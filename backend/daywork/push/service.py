"""Telling people: what rooms above call, and what a person does with the inbox.

A message is a row written by the transaction of what it tells of, together with one delivery for
each device and the job that sends them. No message without its row; sending is for later.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from daywork.ground.database import company_transaction
from daywork.ground.problems import NOT_FOUND
from daywork.ground.queue import enqueue
from daywork.people.actor import Actor
from daywork.push import deliveries, queries
from daywork.push.queries import Counts, Message, Preference, Reader, Told
from daywork.push.rules import (
    ENDPOINT_NOT_ALLOWED,
    Fact,
    MessageKind,
    Notice,
    check_endpoint,
    device_keys,
    kept_facts,
    quiet_until,
)

SEND_JOB: Final = "daywork_push"

INBOX_PAGE: Final = 50


async def tell(
    organisation: UUID,
    members: Collection[UUID],
    notice: Notice,
    *,
    subject: object,
    link: str,
    facts: Mapping[str, Fact] | None = None,
    site: UUID | None = None,
    entry: UUID | None = None,
    at: datetime | None = None,
    hold: timedelta = timedelta(0),
) -> list[Told]:
    """Tell these members something, in the running transaction of their company.

    ``subject`` names what it is about: an unread message of the same kind and subject is brought
    up to date instead of a second one beside it. ``link`` is the path of the screen that shows
    it. Whoever has left, or has no part in ``site`` any more, is told nothing. The message is
    there at once; nobody is woken for it before ``hold`` is over, or at all when it was settled
    by then.
    """
    if not members:
        return []
    now = at or datetime.now(UTC)
    readers = {
        reader.member: reader for reader in await queries.readers_among(organisation, members, site)
    }
    if not readers:
        return []
    told = await queries.upsert_messages(
        organisation,
        list(readers),
        kind=notice.kind,
        notice=notice.slug,
        facts=kept_facts(facts or {}),
        subject=subject_of(notice.kind, subject),
        site=site,
        entry=entry,
        link=link,
        at=now,
    )
    pushed = [one for one in told if notice.kind not in readers[one.member].preference.muted]
    times = [_not_before(readers[one.member], now + hold) for one in pushed]
    if pushed and await deliveries.insert_deliveries(organisation, pushed, times):
        await enqueue(SEND_JOB, {"organisation": str(organisation)}, after=hold)
    return told


def subject_of(kind: MessageKind, subject: object) -> str:
    """What tells two messages of one person apart."""
    return f"{kind}:{subject}"


def _not_before(reader: Reader, now: datetime) -> datetime:
    wanted = reader.preference
    if not wanted.quiet:
        return now
    return quiet_until(now, reader.time_zone, wanted.quiet_from, wanted.quiet_to) or now


async def correct(
    organisation: UUID, kind: MessageKind, subject: object, facts: Mapping[str, Fact]
) -> None:
    """Unread messages about this say something else now; nobody is woken for it."""
    await queries.mark_facts(organisation, subject_of(kind, subject), kept_facts(facts))


async def settle(
    organisation: UUID, kind: MessageKind, *subjects: object, at: datetime | None = None
) -> None:
    """What was told of is done with: unread messages about it count as read."""
    about = [subject_of(kind, subject) for subject in subjects]
    await queries.mark_settled(organisation, about, at or datetime.now(UTC))


# A person's inbox; each opens its own transaction


async def inbox(actor: Actor, before: datetime | None = None) -> tuple[list[Message], Counts, bool]:
    """The actor's messages, how many are unread, and whether there are older ones."""
    async with company_transaction(actor.organisation, snapshot=True):
        found = await queries.inbox_of(actor, most=INBOX_PAGE + 1, before=before)
        counts = await queries.counts_of(actor.organisation, [actor.member])
    return found[:INBOX_PAGE], counts[actor.member], len(found) > INBOX_PAGE


async def open_message(actor: Actor, message: UUID) -> str:
    """Count a message as read; returns the path of the screen it is about.

    Raises:
        Problem: ``not_found``: somebody else's, or of a site the actor has no part in any more.
    """
    async with company_transaction(actor.organisation):
        link = await queries.mark_read(actor, message, datetime.now(UTC))
    if link is None:
        raise NOT_FOUND()
    return link


async def read_all(actor: Actor, until: datetime) -> None:
    """Count everything told until then as read."""
    async with company_transaction(actor.organisation):
        await queries.mark_all_read(actor, until, datetime.now(UTC))


async def counts(actor: Actor) -> Counts:
    """What waits for the actor, by the roles held now."""
    async with company_transaction(actor.organisation, snapshot=True):
        found = await queries.counts_of(actor.organisation, [actor.member])
    return found.get(actor.member, Counts(0, 0, 0))


# Devices and wishes


async def subscribe(
    actor: Actor, endpoint: str, p256dh: str, auth: str, *, server_key: str, local: bool = False
) -> None:
    """Push to this browser from now on, as long as its session lasts.

    Raises:
        Problem: ``subscription_unreadable`` or ``endpoint_not_allowed``.
    """
    check_endpoint(endpoint, local=local)
    keys = device_keys(p256dh, auth)
    if not server_key:
        raise ENDPOINT_NOT_ALLOWED()
    async with company_transaction(actor.organisation):
        await deliveries.upsert_subscription(actor, endpoint, keys, server_key, datetime.now(UTC))


async def unsubscribe(actor: Actor, endpoint: str) -> None:
    """Push nothing more to this browser."""
    async with company_transaction(actor.organisation):
        await deliveries.mark_unsubscribed(actor, endpoint, datetime.now(UTC))


async def wishes(actor: Actor) -> tuple[Preference, list[tuple[str, datetime]]]:
    """What the actor wants pushed, and to which devices."""
    async with company_transaction(actor.organisation, snapshot=True):
        return await queries.preference_of(actor), await deliveries.devices_of(actor)


async def wish(actor: Actor, wanted: Preference) -> None:
    """Keep what the actor wants pushed from now on."""
    async with company_transaction(actor.organisation):
        await queries.save_preference(actor, wanted)
