"""SQL of what all entries share. Callers lock the sites first: see :func:`lock_sites`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from daywork.entries.rules import EntryFacts, NewVersion
from daywork.ground.database import execute, fetch, fetch_one
from daywork.ground.ids import new_id
from daywork.ground.terms import EntryKind, EntryState, Outcome
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


async def entries_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, EntryFacts]:
    """What is known of these entries; unknown ones are left out."""
    rows = await fetch(
        "SELECT id, site, kind, crew, work_day, author, state, version FROM entry"
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
        )
        for row in rows
    }


async def upsert_versions(actor: Actor, versions: Sequence[NewVersion]) -> int:
    """Write the entries' new versions in two statements; returns how many took effect.

    An entry whose version is not exactly one less stays untouched: the caller compares the count.
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
            return_reason = NULL, decided_by = NULL, decided_at = NULL
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
    await execute(
        """
        INSERT INTO entry_version (organisation, entry, version, mutation, author, device,
                                   client_time, received_at, reason, payload, sha256)
        SELECT $1, u.entry, u.version, u.mutation, $2, u.device, u.client_time, u.received_at,
               u.reason, u.payload::jsonb, u.sha256
        FROM unnest($3::uuid[], $4::int[], $5::uuid[], $6::text[], $7::timestamptz[],
                    $8::timestamptz[], $9::text[], $10::text[], $11::bytea[])
             AS u (entry, version, mutation, device, client_time, received_at, reason, payload,
                   sha256)
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
    return touched


async def mark_decided(
    actor: Actor, entries: Sequence[UUID], state: EntryState, reason: str | None, at: datetime
) -> None:
    """Set the state a decision led to."""
    await execute(
        "UPDATE entry SET state = $3, return_reason = $4, decided_by = $5, decided_at = $6"
        " WHERE organisation = $1 AND id = ANY($2)",
        actor.organisation,
        list(entries),
        state,
        reason if state is EntryState.RETURNED else None,
        actor.member,
        at,
    )


async def insert_decisions(
    actor: Actor,
    facts: Sequence[EntryFacts],
    outcome: Outcome,
    reason: str | None,
    at: datetime,
) -> None:
    """One decision a version; they are never changed."""
    await execute(
        """
        INSERT INTO decision (organisation, id, site, entry, version, outcome, reason, member, at)
        SELECT $1, u.id, u.site, u.entry, u.version, $6, $7, $8, $9
        FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::int[]) AS u (id, site, entry, version)
        """,
        actor.organisation,
        [new_id() for _ in facts],
        [fact.site for fact in facts],
        [fact.id for fact in facts],
        [fact.version for fact in facts],
        outcome,
        reason,
        actor.member,
        at,
    )


async def history_of(actor: Actor, entry: UUID) -> list[dict[str, object]]:
    """Versions and decisions of one entry, oldest first.

    Each has ``what`` (``version``, ``approved``, ``returned`` or ``reopened``), ``version``,
    ``at``, ``by`` (name), ``reason``, and a version's ``client_time`` and ``payload`` (JSON text).
    """
    rows = await fetch(
        """
        SELECT * FROM (
            SELECT 'version' AS what, v.version, v.received_at AS at, m.name AS by, v.reason,
                   v.client_time, v.payload::text AS payload
            FROM entry_version v
            JOIN member m ON m.organisation = v.organisation AND m.id = v.author
            WHERE v.organisation = $1 AND v.entry = $2
            UNION ALL
            SELECT d.outcome, d.version, d.at, m.name, d.reason, NULL, NULL
            FROM decision d
            JOIN member m ON m.organisation = d.organisation AND m.id = d.member
            WHERE d.organisation = $1 AND d.entry = $2
        ) AS told ORDER BY at, version
        """,
        actor.organisation,
        entry,
    )
    return [dict(row) for row in rows]


async def payload_of(actor: Actor, entry: UUID, version: int) -> str | None:
    """The JSON text of one version, or None."""
    row = await fetch_one(
        "SELECT payload::text AS payload FROM entry_version"
        " WHERE organisation = $1 AND entry = $2 AND version = $3",
        actor.organisation,
        entry,
        version,
    )
    return None if row is None else row["payload"]
