"""Settling letters: the office books them on the author's behalf or puts them aside; the author's
phones learn of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND
from daywork.letters import queries
from daywork.letters.queries import Letter
from daywork.letters.rules import (
    LETTER_SETTLED,
    LONGEST_REASON,
    NOT_SENDABLE,
    REASON_FOR_AUTHOR,
    How,
    Mending,
    mended,
)
from daywork.people.actor import Actor
from daywork.people.rules import Right, may
from daywork.people.service import record_audit
from daywork.sites.service import site_for, sites_for
from daywork.sites.site import Site
from daywork.sync.ledger import Receipt
from daywork.sync.rules import PROTOCOL
from daywork.sync.service import push

MOST_SHOWN = 200
MOST_ASKED = 500
"""Letters a phone may ask about at once."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose letters the actor may settle."""

    sites: list[Site]
    every_site: bool

    @property
    def ids(self) -> list[UUID]:
        return [site.id for site in self.sites]


async def desk_of(actor: Actor, site: UUID | None = None) -> Desk:
    """The sites whose letters the actor may see, or the one asked for.

    Raises:
        Problem: ``not_allowed`` when there is none; ``not_found``.
    """
    if not may(actor, Right.CLEAR_UP):
        raise NOT_ALLOWED()
    if site is not None:
        return Desk([await site_for(actor, site, Right.CLEAR_UP)], every_site=False)
    return Desk(await sites_for(actor, Right.CLEAR_UP), every_site=may(actor, Right.MANAGE_MEMBERS))


async def letters_on(desk: Desk, actor: Actor, *, settled: bool) -> list[Letter]:
    """The letters of a desk, the latest first."""
    return await queries.letters(
        actor, desk.ids, every_site=desk.every_site, settled=settled, most=MOST_SHOWN
    )


async def count_open(actor: Actor) -> int:
    """How many letters wait for the actor; 0 for who has no business with them."""
    if not may(actor, Right.CLEAR_UP):
        return 0
    async with company_transaction(actor.organisation, snapshot=True):
        desk = await desk_of(actor)
        return await queries.count_open(actor, desk.ids, every_site=desk.every_site)


async def letter_for(actor: Actor, letter: UUID) -> Letter:
    """A letter the actor may settle.

    Raises:
        Problem: ``not_allowed``, ``not_found``.
    """
    desk = await desk_of(actor)
    found = await queries.letter_seen(actor, letter, desk.ids, every_site=desk.every_site)
    if found is None:
        raise NOT_FOUND()
    return found


async def _open_letter(actor: Actor, letter: UUID) -> Letter:
    await queries.lock_letter(actor, letter)
    found = await letter_for(actor, letter)
    if not found.open:
        raise LETTER_SETTLED()
    return found


async def take_up(
    actor: Actor, letter_id: UUID, mending: Mending | None = None, base_version: int = 0
) -> Receipt:
    """Send a letter anew on its author's behalf, by the path of every push.

    It runs with the rights of whoever takes it up: that is what lifts a quarantine. The record
    stays the author's. What was decided is written first, so that a crash in between leaves an
    open letter and no riddle. The receipt says whether it was booked; then the ledger has settled
    the letter in the same transaction. If not, the letter stays.

    Raises:
        Problem: ``not_allowed``, ``not_found``, ``letter_settled``, ``not_sendable``.
    """
    async with company_transaction(actor.organisation):
        letter = await _open_letter(actor, letter_id)
        if letter.site is None or not letter.payload:
            raise NOT_SENDABLE()
        await site_for(actor, letter.site, Right.CLEAR_UP)
        payload = mended(letter.type, letter.payload, mending or Mending())
        how = How.ACCEPTED if payload == letter.payload else How.MENDED
        anew = new_id()
        await queries.insert_decision(actor, new_id(), letter.id, how, mutation=anew)
        await record_audit(
            actor.organisation,
            actor.member,
            f"letter.{how}",
            letter.site,
            detail={
                "letter": str(letter.id),
                "mutation": str(anew),
                "entity": str(letter.entity),
                "author": str(letter.author),
            },
        )
    author = replace(actor, member=letter.author, name=letter.author_name)
    now = datetime.now(UTC)
    skew = None if letter.skew_seconds is None else timedelta(seconds=letter.skew_seconds)
    envelope = {
        "protocol": PROTOCOL,
        "build": letter.build,
        "device_id": letter.device,
        "sent_at": None if skew is None else now - skew,
        "mutations": [
            {
                **letter.mutation,
                "id": anew,
                "prev_id": None,
                "base_version": base_version,
                "payload": payload,
            }
        ],
    }
    [receipt] = await push(author, msgspec.json.encode(envelope), now)
    return receipt


async def put_aside(actor: Actor, letter_id: UUID, reason: str) -> None:
    """Decide that a letter is not booked. It stays readable, and its author reads the reason.

    Raises:
        Problem: ``not_allowed``, ``not_found``, ``letter_settled``, ``reason_for_author``.
    """
    said = " ".join(reason.split())[:LONGEST_REASON]
    if not said:
        raise REASON_FOR_AUTHOR()
    async with company_transaction(actor.organisation):
        letter = await _open_letter(actor, letter_id)
        await queries.insert_decision(actor, new_id(), letter.id, How.PUT_ASIDE, reason=said)
        await queries.mark_settled(actor, letter.id)
        await record_audit(
            actor.organisation,
            actor.member,
            f"letter.{How.PUT_ASIDE}",
            letter.site,
            detail={"letter": str(letter.id), "author": str(letter.author), "reason": said},
        )


@dataclass(frozen=True, slots=True)
class News:
    """What one of the author's phones must hear."""

    open: list[Letter]
    settled: list[Letter]


async def news_for(actor: Actor, asked: Sequence[UUID], dismissed: Sequence[UUID]) -> News:
    """The actor's own open letters, and what became of those the phone still holds up."""
    async with company_transaction(actor.organisation):
        if dismissed:
            await queries.mark_dismissed(actor, dismissed)
        return News(
            await queries.own_open(actor, MOST_SHOWN), await queries.own_settled(actor, asked)
        )
