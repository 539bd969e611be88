"""Writing new versions and decisions of entries: the part that is the same for every kind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from daywork.chain.contents import DecisionSaid, VersionSaid
from daywork.chain.service import append
from daywork.entries import queries
from daywork.entries.closed import months_of
from daywork.entries.rules import (
    ENTRY_UNKNOWN,
    Answer,
    Applied,
    EntryFacts,
    NewVersion,
    Recorded,
    Refused,
    VoidPayload,
    judge_decision,
    judge_version,
)
from daywork.ground.problems import NOT_FOUND, Problem
from daywork.ground.terms import EntryState, How, Outcome
from daywork.people.actor import Actor
from daywork.people.rules import Right, may

P = TypeVar("P")


class StaleVersions(Exception):
    """Somebody wrote between our reading and our writing; the batch is tried again."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A batch after judging: what may be written, and the answers for what may not."""

    versions: list[NewVersion]
    answers: dict[UUID, Answer]


async def judge_versions(
    actor: Actor,
    batch: Sequence[Recorded[P]],
    describe: Callable[[Recorded[P]], NewVersion],
    check: Callable[[Recorded[P]], None],
) -> Judged:
    """Sort a batch into versions to write and refusals.

    ``describe`` makes the version, ``check`` raises the room's own :class:`Problem`.
    """
    known = await queries.entries_by_id(actor, [one.entity for one in batch])
    months = await months_of(actor, {one.site for one in batch})
    judged = Judged([], {})
    for one in batch:
        version = describe(one)
        try:
            judge_version(
                one,
                known.get(one.entity),
                crew=version.crew,
                work_day=version.work_day,
                reason=version.reason,
                may_correct_others=may(actor, Right.SEE_LABOUR, one.site),
                author=actor.member,
            )
            months.check(one.site, version.work_day, version.kind)
            check(one)
        except Problem as problem:
            judged.answers[one.mutation] = Refused(problem)
        else:
            judged.versions.append(version)
            judged.answers[one.mutation] = Applied(version.version)
    return judged


async def write_versions(
    actor: Actor, versions: Sequence[NewVersion], details: Mapping[UUID, str] | None = None
) -> None:
    """Write judged versions, and chain them.

    ``details`` by entry: what the room judged by and the payload does not tell (see ``chain``).

    Raises:
        StaleVersions: an entry moved on since it was judged.
    """
    if not versions:
        return
    touched, hashes = await queries.upsert_versions(actor, versions)
    if touched != len(versions):
        raise StaleVersions
    told = details or {}
    await append(
        actor.organisation,
        [
            _said(actor, version, hashes[version.recorded.entity]).happening(
                told.get(version.recorded.entity, "")
            )
            for version in versions
        ],
    )


def _said(actor: Actor, version: NewVersion, payload_sha256: bytes) -> VersionSaid:
    one = version.recorded
    return VersionSaid(
        one.entity,
        version.version,
        one.site,
        version.kind.value,
        version.crew,
        version.work_day,
        one.mutation,
        actor.member,
        one.device,
        one.client_time,
        one.received_at,
        version.reason,
        payload_sha256,
        one.sha256,
    )


async def write_decisions(
    actor: Actor,
    facts: Sequence[EntryFacts],
    outcome: Outcome,
    state: EntryState,
    reason: str | None,
    at: datetime,
    *,
    how: How = How.BY_HAND,
    named: UUID | None = None,
    steps: int | None = None,
) -> list[DecisionSaid]:
    """Write judged decisions and the state they lead to, and chain them; sites are locked.

    ``named``: the id a phone gave to its one decision. ``steps``: of approval passed after it; None
    leaves them as they are.
    """
    said = await queries.insert_decisions(actor, facts, outcome, reason, at, how=how, named=named)
    await queries.mark_decided(actor, [fact.id for fact in facts], state, reason, at, steps)
    await append(actor.organisation, [one.happening() for one in said])
    return said


async def void_entries(
    actor: Actor, batch: Sequence[Recorded[VoidPayload]]
) -> tuple[dict[UUID, Answer], list[EntryFacts]]:
    """Void entries: a last version with a reason. Returns answers, and what was voided."""
    known = await queries.entries_by_id(actor, [one.entity for one in batch])
    months = await months_of(actor, {one.site for one in known.values()})
    answers: dict[UUID, Answer] = {}
    versions: list[NewVersion] = []
    voided: list[EntryFacts] = []
    for one in batch:
        entry = known.get(one.entity)
        try:
            if entry is None:
                raise ENTRY_UNKNOWN()
            judge_version(
                one,
                entry,
                crew=entry.crew,
                work_day=entry.work_day,
                reason=one.payload.reason,
                may_correct_others=may(actor, Right.SEE_LABOUR, one.site),
                author=actor.member,
            )
            months.check(entry.site, entry.work_day, entry.kind)
        except Problem as problem:
            answers[one.mutation] = Refused(problem)
            continue
        versions.append(
            NewVersion(
                one,
                entry.kind,
                entry.work_day,
                crew=entry.crew,
                reason=one.payload.reason,
                state=EntryState.VOID,
            )
        )
        voided.append(entry)
        answers[one.mutation] = Applied(one.base_version + 1)
    await write_versions(actor, versions)
    return answers, voided


async def decide(
    actor: Actor,
    entry: UUID,
    version: int,
    outcome: Outcome,
    reason: str | None = None,
    at: datetime | None = None,
) -> EntryFacts:
    """One decision on one version; the caller has locked the site and acts on the kind.

    Raises:
        Problem: ``not_found``, ``not_allowed``, or why this version cannot be decided so.
    """
    known = (await queries.entries_by_id(actor, [entry])).get(entry)
    if known is None or not may(actor, Right.DECIDE, known.site):
        raise NOT_FOUND()
    state = judge_decision(known, version, outcome, reason)
    now = at or datetime.now(UTC)
    await write_decisions(actor, [known], outcome, state, reason, now)
    return known
