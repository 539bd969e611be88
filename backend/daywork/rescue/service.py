"""Importing an outbox that came in a file: looked at first, then pushed as its author's.

The office brings anybody's of its sites. Who decides on records brings the own one too: a decision
counts when its maker brings it, and need not wait for somebody in the office.
"""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import IO, Any
from uuid import UUID

import msgspec
from obstore.store import ObjectStore

from daywork.approvals.offline import decide
from daywork.approvals.rules import KeptDecision
from daywork.ground.database import company_transaction
from daywork.ground.ids import new_id
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND, Problem
from daywork.people.actor import Actor
from daywork.people.queries import Member, actor_of, member_by_id
from daywork.people.rules import Right, may
from daywork.people.service import record_audit
from daywork.photos import storage
from daywork.photos.rules import HASH_MISMATCH, PHOTO_UNKNOWN
from daywork.photos.service import has_original, photo_to_fill, receive_bytes
from daywork.rescue import queries
from daywork.rescue.queries import Rescue, RescueRecord
from daywork.rescue.rules import (
    LOOKED_AT_ONLY,
    OPEN,
    RESCUE_FOREIGN,
    RESCUE_OVER,
    Outbox,
    Outcome,
    Picture,
    check_decider,
    check_sites,
    day_of,
    read_outbox,
    read_picture,
    site_of,
    storage_key,
)
from daywork.sites.service import sites_for
from daywork.sync.ledger import problem_text
from daywork.sync.rules import PROTOCOL
from daywork.sync.service import push

IN_ONE_PUSH = 50
MOST_SHOWN = 50


class InFile:
    """A whole file as a source for the store."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self.size = file, size

    async def chunks(self) -> AsyncIterator[bytes]:
        self._file.seek(0)
        while data := await asyncio.to_thread(self._file.read, storage.BITE):
            yield data


# Looking at a file


async def bring(actor: Actor, store: ObjectStore, name: str, file: IO[bytes]) -> UUID:
    """Read a file that somebody brought and keep it for the import; returns the rescue's id.

    Nothing of it is booked yet.

    Raises:
        Problem: ``not_allowed``, or what is wrong with the file.
    """
    if not may_bring(actor):
        raise NOT_ALLOWED()
    outbox = await asyncio.to_thread(read_outbox, file)
    sha256, size = await asyncio.to_thread(_digest, file)
    said = outbox.manifest
    if said.organisation.id != actor.organisation:
        raise RESCUE_FOREIGN()
    rescue = new_id()
    async with company_transaction(actor.organisation):
        if await member_by_id(actor.organisation, said.member.id) is None:
            raise RESCUE_FOREIGN()
        named = {site for one in outbox.records if (site := site_of(one))}
        named |= {one.site for one in outbox.pictures if one.site}
        named |= {one.site for one in outbox.decisions if one.site}
        await _check(actor, said.member.id, await queries.sites_known(actor, named))
    key = storage_key(actor.organisation, rescue)
    await storage.put_source(store, key, InFile(file, size))
    async with company_transaction(actor.organisation):
        await queries.insert_rescue(
            actor,
            rescue,
            member=said.member.id,
            name=name[:200],
            sha256=sha256,
            size=size,
            device=said.device_id,
            build=said.build,
            exported_at=said.exported_at,
        )
        rows = list(_rows(outbox))
        if rows:
            await queries.insert_records(actor, rescue, rows)
    return rescue


def _digest(file: IO[bytes]) -> tuple[bytes, int]:
    hashed, size = hashlib.sha256(), 0
    file.seek(0)
    while data := file.read(storage.BITE):
        hashed.update(data)
        size += len(data)
    return hashed.digest(), size


def _rows(outbox: Outbox) -> Iterator[tuple[Any, ...]]:
    for one in outbox.records:
        lines = one.payload.get("lines")
        said = one.payload.get("name") or one.payload.get("amount") or ""
        title = str(len(lines)) if isinstance(lines, list) else str(said)
        yield one.id, "record", site_of(one), one.type, day_of(one), title[:200]
    for decision in outbox.decisions:
        kind = f"decision.{decision.outcome}"
        yield decision.id, "record", decision.site, kind, None, decision.title
    for picture in outbox.pictures:
        yield picture.id, "picture", picture.site, "picture", picture.work_day, ""


def may_bring(actor: Actor) -> bool:
    """Whether there is any outbox that the actor may bring: others', or at least the own one."""
    return may(actor, Right.CLEAR_UP) or actor.decides


async def _check(actor: Actor, maker: UUID, known: frozenset[UUID]) -> None:
    own = maker == actor.member and actor.decides
    if not own and not may(actor, Right.CLEAR_UP):
        raise NOT_ALLOWED()
    right = Right.SEE_SITE if own else Right.CLEAR_UP
    mine = frozenset(site.id for site in await sites_for(actor, right))
    check_sites(known, mine, every_site=may(actor, Right.MANAGE_MEMBERS))


@dataclass(frozen=True, slots=True)
class Seen:
    """A rescue with all that is in it."""

    rescue: Rescue
    records: list[RescueRecord]

    @property
    def days(self) -> list[Any]:
        """The work days it speaks of."""
        return sorted({one.work_day for one in self.records if one.work_day})

    @property
    def there(self) -> int:
        """How many of its things the office has already."""
        return sum(one.there for one in self.records)


async def rescue_for(actor: Actor, rescue: UUID) -> Rescue:
    """A rescue whose sites are all the actor's to clear up.

    Raises:
        Problem: ``not_allowed``; ``not_found``, also when it is not for the actor to see.
    """
    if not may_bring(actor):
        raise NOT_ALLOWED()
    found = await queries.rescue_by_id(actor.organisation, rescue)
    if found is None:
        raise NOT_FOUND()
    try:
        await _check(actor, found.member, frozenset(found.sites))
    except Problem as problem:
        if problem.kind is NOT_ALLOWED:
            raise
        raise NOT_FOUND() from problem
    return found


async def look_at(actor: Actor, rescue: UUID) -> Seen:
    """A rescue and each thing in it.

    Raises:
        Problem: ``not_allowed``, ``not_found``.
    """
    async with company_transaction(actor.organisation):
        found = await rescue_for(actor, rescue)
        return Seen(found, await queries.records_of(actor, rescue))


async def rescues_seen_by(actor: Actor) -> list[Rescue]:
    """The rescues the actor may see, the latest first.

    Raises:
        Problem: ``not_allowed``.
    """
    if not may_bring(actor):
        raise NOT_ALLOWED()
    async with company_transaction(actor.organisation):
        mine = {site.id for site in await sites_for(actor, Right.CLEAR_UP)}
        every_site = may(actor, Right.MANAGE_MEMBERS)
        return [
            one
            for one in await queries.rescues(actor, MOST_SHOWN)
            if every_site
            or (one.sites and mine.issuperset(one.sites))
            or (one.member == actor.member and actor.decides)
        ]


# Importing it


async def import_rescue(actor: Actor, store: ObjectStore, rescue_id: UUID) -> Rescue:
    """Push all that is in the file as its author's; again and again if need be, with one effect.

    Raises:
        Problem: ``not_allowed``, ``not_found``, ``rescue_over``.
    """
    async with company_transaction(actor.organisation):
        rescue = await rescue_for(actor, rescue_id)
        member = await member_by_id(actor.organisation, rescue.member)
        if not rescue.file_kept or member is None:
            raise RESCUE_OVER()
        if await queries.mark_imported(actor, rescue.id):
            await record_audit(
                actor.organisation,
                actor.member,
                "rescue.imported",
                detail={
                    "rescue": str(rescue.id),
                    "author": str(rescue.member),
                    "file": rescue.name,
                    "sha256": rescue.sha256.hex(),
                },
            )
    author = await _author(actor, member)
    async with _fetched(store, storage_key(actor.organisation, rescue.id)) as file:
        outbox = await asyncio.to_thread(read_outbox, file)
        await _push_records(actor, author, rescue, outbox)
        for decision in outbox.decisions:
            decided = await _decide(actor, author, decision)
            async with company_transaction(actor.organisation):
                await queries.mark_records(actor, rescue.id, "record", {decision.id: decided})
        for picture in outbox.pictures:
            outcome = await _keep_picture(author, store, file, picture)
            async with company_transaction(actor.organisation):
                await queries.mark_records(
                    actor, rescue.id, "picture", {picture.id: (outcome, None)}
                )
    return await _finish(actor, store, rescue.id)


async def _author(actor: Actor, member: Member) -> Actor:
    """The member with the rights held now, a deputy's too: what was withdrawn meanwhile ends in
    quarantine."""
    if member.id == actor.member:
        return actor
    async with company_transaction(actor.organisation):
        found = await actor_of(actor.organisation, member.id)
    if found is None:
        return Actor(actor.organisation, member.id, member.name, actor.language, is_owner=False)
    return replace(found, language=actor.language)


@asynccontextmanager
async def _fetched(store: ObjectStore, key: str) -> AsyncIterator[IO[bytes]]:
    """The kept file, in a temporary one."""
    with tempfile.TemporaryFile() as file:
        try:
            async for chunk in storage.read(store, key):
                await asyncio.to_thread(file.write, chunk)
        except FileNotFoundError as gone:
            raise RESCUE_OVER() from gone
        file.seek(0)
        yield file


async def _push_records(actor: Actor, author: Actor, rescue: Rescue, outbox: Outbox) -> None:
    """In the order of saving; what waited for a later one is tried once more."""
    waiting = await _push_all(actor, author, rescue, outbox.mutations)
    if waiting:
        again = [
            raw
            for raw, one in zip(outbox.mutations, outbox.records, strict=True)
            if one.id in waiting
        ]
        await _push_all(actor, author, rescue, again)


async def _push_all(
    actor: Actor, author: Actor, rescue: Rescue, mutations: list[msgspec.Raw]
) -> set[UUID]:
    """Push in batches, noting each answer; returns what is still open."""
    waiting = set()
    rest = iter(mutations)
    while batch := list(islice(rest, IN_ONE_PUSH)):
        envelope = {
            "protocol": PROTOCOL,
            "build": rescue.build,
            "device_id": rescue.device,
            "mutations": batch,
        }
        receipts = await push(author, msgspec.json.encode(envelope))
        outcomes = {
            one.id: (
                Outcome(one.result.value),
                None if one.problem is None else problem_text(one.problem),
            )
            for one in receipts
        }
        async with company_transaction(actor.organisation):
            await queries.mark_records(actor, rescue.id, "record", outcomes)
        waiting |= {id for id, (outcome, _problem) in outcomes.items() if outcome in OPEN}
    return waiting


async def _decide(actor: Actor, author: Actor, one: KeptDecision) -> tuple[Outcome, str | None]:
    """Make a decision its author's phone had kept; that it is in the books already is as good."""
    async with company_transaction(actor.organisation):
        sites = await queries.sites_of_entries(actor, [one.entry])
    try:
        check_decider(
            author.member,
            actor.member,
            may_decide=any(may(actor, Right.DECIDE, site) for site in sites),
        )
    except Problem as problem:
        return Outcome.REFUSED, problem_text(problem)
    answered = await decide(author, one)
    if answered.problem is None:
        return Outcome.APPLIED, None
    return Outcome.REFUSED, problem_text(answered.problem)


async def _keep_picture(
    author: Actor, store: ObjectStore, file: IO[bytes], picture: Picture
) -> Outcome:
    """Store one picture, when its record is booked and its hash is the record's."""
    try:
        photo = await photo_to_fill(author, picture.id)
        if await has_original(store, author.organisation, photo):
            return Outcome.THERE
        data = await asyncio.to_thread(read_picture, file, picture.name)
        await receive_bytes(author, store, picture.id, data)
    except Problem as problem:
        if problem.kind is PHOTO_UNKNOWN:
            return Outcome.WAITING
        if problem.kind is HASH_MISMATCH:
            return Outcome.DAMAGED
        raise
    return Outcome.STORED


async def _finish(actor: Actor, store: ObjectStore, rescue: UUID) -> Rescue:
    """Let the file go when nothing of it is open."""
    async with company_transaction(actor.organisation):
        found = await rescue_for(actor, rescue)
        if not found.open:
            await queries.mark_file_gone(actor.organisation, rescue)
    if not found.open:
        await storage.remove(store, [storage_key(actor.organisation, rescue)])
    return found


async def sweep_rescues(organisation: UUID, store: ObjectStore, now: datetime) -> int:
    """Forget files that were looked at and never imported; returns how many."""
    async with company_transaction(organisation):
        old = await queries.never_imported(organisation, now - LOOKED_AT_ONLY)
    for rescue in old:
        await storage.remove(store, [storage_key(organisation, rescue)])
        async with company_transaction(organisation):
            await queries.delete_rescue(organisation, rescue)
    return len(old)
