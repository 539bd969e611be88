"""Writing new versions and decisions of entries: the part that is the same for every kind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from daywork.entries import queries
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
from daywork.ground.terms import EntryState, Outcome
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
            check(one)
        except Problem as problem:
            judged.answers[one.mutation] = Refused(problem)
        else:
            judged.versions.append(version)
            judged.answers[one.mutation] = Applied(version.version)
    return judged


async def write_versions(actor: Actor, versions: Sequence[NewVersion]) -> None:
    """Write judged versions.

    Raises:
        StaleVersions: an entry moved on since it was judged.
    """
    if versions and await queries.upsert_versions(actor, versions) != len(versions):
        raise StaleVersions


async def void_entries(
    actor: Actor, batch: Sequence[Recorded[VoidPayload]]
) -> tuple[dict[UUID, Answer], list[EntryFacts]]:
    """Void entries: a last version with a reason. Returns answers, and what was voided."""
    known = await queries.entries_by_id(actor, [one.entity for one in batch])
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
    await queries.insert_decisions(actor, [known], outcome, reason, now)
    await queries.mark_decided(actor, [entry], state, reason, now)
    return known
