"""SQL of what all entries share. Callers lock the sites first: see :func:`lock_sites`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from daywork.chain.contents import DecisionSaid
from daywork.entries.rules import EntryFacts, NewVersion
from daywork.ground.database import execute, fetch, fetch_one, say_after_commit
from daywork.ground.ids import new_id
from daywork.ground.saying import site_changed
from daywork.ground.terms import EntryKind, EntryState, How, Outcome
from daywork.people.actor import Actor


async def lock_sites(actor: Actor, sites: Iterable[UUID]) -> None:
    """Hold the revision counters of these sites until commit, in sorted order.

    Every writer of entries does this before it touches an entry, so two of them can never wait
    for each other, and what was read stays true until the write.
    """
    await fetch(
        "SELECT site FROM site_revision WHERE organisation = $1 AND site = ANY($2)"
        " ORDER BY site FOR UPDATE",
        actor.organisation,
        sorted(set(sites)),
    )


async def lock_site(organisation: UUID, site: UUID) -> None:
    """Like :func:`lock_sites`, for one site and before anybody is known."""
    await fetch(
        "SELECT site FROM site_revision WHERE organisation = $1 AND site = $2 FOR UPDATE",
        organisation,
        site,
    )


async def entries_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, EntryFacts]:
    """What is known of these entries; unknown ones are left out."""
    rows = await fetch(
        "SELECT id, site, kind, crew, work_day, author, state, version, steps_passed FROM entry"
        " WHERE organisation = $1 AND id = ANY($2)",
        actor.organisation,
        list(ids),
    )
    return {
        row["id"]: EntryFacts(
            row["id"],
            row["site"],
            EntryKind(row["kind"]),
            row["crew"],
            row["work_day"],
            row["author"],
            EntryState(row["state"]),
            row["version"],
            row["steps_passed"],
        )
        for row in rows
    }


async def upsert_versions(
    actor: Actor, versions: Sequence[NewVersion]
) -> tuple[int, dict[UUID, bytes]]:
    """Write the entries' new versions in two statements.

    Returns how many took effect (an entry whose version is not exactly one less stays untouched:
    the caller compares the count), and the SHA-256 of each payload as stored, by entry.
    """
    recorded = [version.recorded for version in versions]
    touched = await execute(
        """
        INSERT INTO entry AS e (organisation, id, site, kind, crew, task, work_day, author, state,
                                version, received_at, clock_doubtful)
        SELECT $1, u.id, u.site, u.kind, u.crew, u.task, u.work_day, $2, u.state, u.version,
               u.received_at, u.clock_doubtful
        FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::uuid[], $8::date[],
                    $9::text[], $10::int[], $11::timestamptz[], $12::bool[])
             AS u (id, site, kind, crew, task, work_day, state, version, received_at,
                   clock_doubtful)
        ON CONFLICT (organisation, id) DO UPDATE SET
            task = excluded.task, state = excluded.state, version = excluded.version,
            received_at = excluded.received_at, clock_doubtful = excluded.clock_doubtful,
            return_reason = NULL, decided_by = NULL, decided_at = NULL, steps_passed = 0
        WHERE e.version = excluded.version - 1
        """,
        actor.organisation,
        actor.member,
        [one.entity for one in recorded],
        [one.site for one in recorded],
        [version.kind for version in versions],
        [version.crew for version in versions],
        [version.task for version in versions],
        [version.work_day for version in versions],
        [version.state for version in versions],
        [version.version for version in versions],
        [one.received_at for one in recorded],
        [one.clock_doubtful for one in recorded],
    )
    rows = await fetch(
        """
        INSERT INTO entry_version (organisation, entry, version, mutation, author, device,
                                   client_time, received_at, reason, payload, sha256)
        SELECT $1, u.entry, u.version, u.mutation, $2, u.device, u.client_time, u.received_at,
               u.reason, u.payload::jsonb, u.sha256
        FROM unnest($3::uuid[], $4::int[], $5::uuid[], $6::text[], $7::timestamptz[],
                    $8::timestamptz[], $9::text[], $10::text[], $11::bytea[])
             AS u (entry, version, mutation, device, client_time, received_at, reason, payload,
                   sha256)
        RETURNING entry, sha256(convert_to(payload::text, 'UTF8')) AS payload_sha256
        """,
        actor.organisation,
        actor.member,
        [one.entity for one in recorded],
        [version.version for version in versions],
        [one.mutation for one in recorded],
        [one.device for one in recorded],
        [one.client_time for one in recorded],
        [one.received_at for one in recorded],
        [version.reason for version in versions],
        [one.json.decode() for one in recorded],
        [one.sha256 for one in recorded],
    )
    say_after_commit(
        site_changed(actor.organisation, version.recorded.site)
        for version in versions
        if version.kind is not EntryKind.PHOTO
    )
    return touched, {row["entry"]: row["payload_sha256"] for row in rows}


async def mark_decided(
    actor: Actor,
    entries: Sequence[UUID],
    state: EntryState,
    reason: str | None,
    at: datetime,
    steps: int | None,
) -> None:
    """Set the state a decision led to, and the steps of approval passed (None: as before)."""
    rows = await fetch(
        "UPDATE entry SET state = $3, return_reason = $4, decided_by = $5, decided_at = $6,"
        " steps_passed = coalesce($7, steps_passed) WHERE organisation = $1 AND id = ANY($2)"
        " RETURNING site",
        actor.organisation,
        list(entries),
        state,
        reason if state is EntryState.RETURNED else None,
        actor.member,
        at,
        steps,
    )
    say_after_commit(site_changed(actor.organisation, row["site"]) for row in rows)


async def insert_decisions(
    actor: Actor,
    facts: Sequence[EntryFacts],
    outcome: Outcome,
    reason: str | None,
    at: datetime,
    *,
    how: How = How.BY_HAND,
    named: UUID | None = None,
) -> list[DecisionSaid]:
    """One decision a version; they are never changed. Returns what was written.

    ``named``: the id a phone gave to its one decision.
    """
    said = [
        DecisionSaid(
            named or new_id(),
            fact.site,
            fact.id,
            fact.version,
            outcome.value,
            reason,
            actor.member,
            at,
        )
        for fact in facts
    ]
    await execute(
        """
        INSERT INTO decision (organisation, id, site, entry, version, outcome, reason, member, at,
                              how)
        SELECT $1, u.id, u.site, u.entry, u.version, $6, $7, $8, $9, $10
        FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::int[]) AS u (id, site, entry, version)
        """,
        actor.organisation,
        [one.id for one in said],
        [fact.site for fact in facts],
        [fact.id for fact in facts],
        [fact.version for fact in facts],
        outcome,
        reason,
        actor.member,
        at,
        how,
    )
    return said


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as it stands in the books."""

    id: UUID
    entry: UUID
    version: int
    outcome: Outcome
    reason: str | None
    member: UUID
    at: datetime
    how: How


def _decided(row: Any) -> Decided:
    values = dict(row)
    return Decided(**values | {"outcome": Outcome(values["outcome"]), "how": How(values["how"])})


async def last_decisions(actor: Actor, entries: Iterable[UUID]) -> dict[UUID, Decided]:
    """The latest decision on each of these entries, of whatever version."""
    rows = await fetch(
        "SELECT DISTINCT ON (entry) id, entry, version, outcome, reason, member, at, how"
        " FROM decision WHERE organisation = $1 AND entry = ANY($2) ORDER BY entry, at DESC",
        actor.organisation,
        list(entries),
    )
    return {row["entry"]: _decided(row) for row in rows}


async def decision_by_id(actor: Actor, decision: UUID) -> Decided | None:
    """One decision, or None."""
    row = await fetch_one(
        "SELECT id, entry, version, outcome, reason, member, at, how FROM decision"
        " WHERE organisation = $1 AND id = $2",
        actor.organisation,
        decision,
    )
    return None if row is None else _decided(row)


async def insert_questions(
    actor: Actor, decision: UUID, entry: EntryFacts, questions: Mapping[UUID, str]
) -> None:
    """What was asked about single lines of the version that was returned; by worker."""
    await execute(
        """
        INSERT INTO line_question (organisation, decision, sheet, version, worker, question)
        SELECT $1, $2, $3, $4, u.* FROM unnest($5::uuid[], $6::text[]) AS u
        """,
        actor.organisation,
        decision,
        entry.id,
        entry.version,
        list(questions),
        list(questions.values()),
    )


async def questions_of(actor: Actor, entry: UUID) -> dict[UUID, dict[UUID, str]]:
    """By decision, then by worker: what was asked about lines of this sheet, ever."""
    rows = await fetch(
        "SELECT decision, worker, question FROM line_question"
        " WHERE organisation = $1 AND sheet = $2",
        actor.organisation,
        entry,
    )
    found: dict[UUID, dict[UUID, str]] = {}
    for row in rows:
        found.setdefault(row["decision"], {})[row["worker"]] = row["question"]
    return found


async def history_of(actor: Actor, entry: UUID) -> list[dict[str, object]]:
    """Versions and decisions of one entry, oldest first.

    Each has ``what`` (``version`` or a decision's outcome), ``version``, ``at``, ``by`` (name),
    ``reason``; a version's ``client_time`` and ``payload`` (JSON text); a decision's ``how`` and
    ``id``.
    """
    rows = await fetch(
        """
        SELECT * FROM (
            SELECT 'version' AS what, v.version, v.received_at AS at, m.name AS by, v.reason,
                   v.client_time, v.payload::text AS payload, NULL AS how, NULL::uuid AS id
            FROM entry_version v
            JOIN member m ON m.organisation = v.organisation AND m.id = v.author
            WHERE v.organisation = $1 AND v.entry = $2
            UNION ALL
            SELECT d.outcome, d.version, d.at, m.name, d.reason, NULL, NULL, d.how, d.id
            FROM decision d
            JOIN member m ON m.organisation = d.organisation AND m.id = d.member
            WHERE d.organisation = $1 AND d.entry = $2
        ) AS told ORDER BY at, version
        """,
        actor.organisation,
        entry,
    )
    return [dict(row) for row in rows]
