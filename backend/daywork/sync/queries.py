"""SQL of the ledger (one row a mutation, written with its effect) and of the feed phones pull."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from daywork.ground.database import execute, fetch, fetch_one, fetch_value
from daywork.people.actor import Actor
from daywork.sync.rules import Cursor, Mark, Standing, is_first_walk


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What was answered for a mutation; ``problem`` and ``mutation`` are JSON text."""

    id: UUID
    sha256: bytes
    site: UUID | None
    type: str
    entity: UUID
    client_time: datetime | None
    received_at: datetime
    skew_seconds: float | None
    result: str
    revision: int | None
    version: int | None
    problem: str | None
    mutation: str | None
    nonce: UUID | None = None
    """Of its revision; not stored here."""


async def ledger_rows(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, LedgerRow]:
    """The stored answers for these mutations of this member."""
    rows = await fetch(
        "SELECT m.id, m.sha256, m.site, m.type, m.entity_id AS entity, m.client_time,"
        " m.received_at, m.skew_seconds, m.result, m.revision, m.version,"
        " m.problem::text AS problem, NULL AS mutation, n.nonce"
        " FROM sync_mutation m LEFT JOIN site_revision_nonce n ON n.organisation = m.organisation"
        " AND n.site = m.site AND n.revision = m.revision"
        " WHERE m.organisation = $1 AND m.id = ANY($2)",
        actor.organisation,
        list(ids),
    )
    return {row["id"]: LedgerRow(**row) for row in rows}


async def insert_ledger(actor: Actor, rows: Sequence[LedgerRow], *, device: str, build: str) -> int:
    """Write answers; returns how many were new. Fewer than given: somebody else wrote one of
    them meanwhile, and the caller must undo its effect."""
    columns: list[list[Any]] = [
        [row.id for row in rows],
        [row.sha256 for row in rows],
        [row.site for row in rows],
        [row.type for row in rows],
        [row.entity for row in rows],
        [row.client_time for row in rows],
        [row.received_at for row in rows],
        [row.skew_seconds for row in rows],
        [row.result for row in rows],
        [row.revision for row in rows],
        [row.version for row in rows],
        [row.problem for row in rows],
        [row.mutation for row in rows],
    ]
    return await execute(
        """
        INSERT INTO sync_mutation (organisation, member, device, build, id, sha256, site, type,
                                   entity_id, client_time, received_at, skew_seconds, result,
                                   revision, version, problem, mutation)
        SELECT $1, $2, $3, $4, u.id, u.sha256, u.site, u.type, u.entity_id, u.client_time,
               u.received_at, u.skew_seconds, u.result, u.revision, u.version,
               u.problem::jsonb, u.mutation::jsonb
        FROM unnest($5::uuid[], $6::bytea[], $7::uuid[], $8::text[], $9::uuid[],
                    $10::timestamptz[], $11::timestamptz[], $12::float8[], $13::text[],
                    $14::bigint[], $15::int[], $16::text[], $17::text[])
             AS u (id, sha256, site, type, entity_id, client_time, received_at, skew_seconds,
                   result, revision, version, problem, mutation)
        ON CONFLICT (organisation, id) DO NOTHING
        """,
        actor.organisation,
        actor.member,
        device,
        build,
        *columns,
    )


async def settle_earlier(actor: Actor, entities: Sequence[UUID]) -> None:
    """What was refused for these entities is mended: a later mutation was applied."""
    await execute(
        "UPDATE sync_mutation SET settled_at = now() WHERE organisation = $1"
        " AND entity_id = ANY($2) AND result <> 'applied' AND settled_at IS NULL",
        actor.organisation,
        list(entities),
    )


async def marks_of(actor: Actor, sites: Iterable[UUID]) -> dict[UUID, Mark]:
    """The present revision of each site, and its nonce."""
    rows = await fetch(
        "SELECT site, revision, nonce FROM site_revision JOIN site_revision_nonce"
        " USING (organisation, site, revision) WHERE organisation = $1 AND site = ANY($2)",
        actor.organisation,
        list(sites),
    )
    return {row["site"]: Mark(row["revision"], row["nonce"]) for row in rows}


async def turn_over(actor: Actor, sites: Collection[UUID]) -> None:
    """A revision of its own for what changes nothing on a phone: these sites are locked already."""
    await execute(
        """
        WITH turned AS (
            INSERT INTO site_revision AS counter (organisation, site, revision)
            SELECT $1, u.site, 1 FROM unnest($2::uuid[]) AS u (site)
            ON CONFLICT (organisation, site) DO UPDATE SET revision = counter.revision + 1
            RETURNING site, revision
        )
        INSERT INTO site_revision_nonce (organisation, site, revision)
        SELECT $1, site, revision FROM turned
        """,
        actor.organisation,
        sorted(sites),
    )


async def sites_once_worked(actor: Actor, sites: Iterable[UUID]) -> set[UUID]:
    """Which of these sites the actor has or had a role on."""
    rows = await fetch(
        "SELECT site FROM membership WHERE organisation = $1 AND member = $2 AND site = ANY($3)",
        actor.organisation,
        actor.member,
        list(sites),
    )
    return {row["site"] for row in rows}


async def sites_known(actor: Actor, sites: Iterable[UUID]) -> set[UUID]:
    """Which of these are sites of the company."""
    rows = await fetch(
        "SELECT id FROM site WHERE organisation = $1 AND id = ANY($2)",
        actor.organisation,
        list(sites),
    )
    return {row["id"] for row in rows}


# The feed


@dataclass(frozen=True, slots=True)
class Scope:
    """What a member's phone may hold of one site."""

    all_entries: bool
    """Every entry of the site, else one's own and those of the crews one leads."""
    version: int
    """Moves with every change of membership or of the crews led."""


async def scope_of(actor: Actor, site: UUID, *, all_entries: bool) -> Scope:
    """The actor's scope on a site; an owner without a role there has version 0."""
    version = await fetch_value(
        "SELECT scope_version FROM membership"
        " WHERE organisation = $1 AND site = $2 AND member = $3",
        actor.organisation,
        site,
        actor.member,
    )
    return Scope(all_entries, version or 0)


async def standing_of(actor: Actor, site: UUID, cursor_revision: int) -> Standing:
    """The site's feed against a cursor."""
    row = await fetch_one(
        """
        SELECT coalesce(max(revision), 0) AS revision,
               (SELECT nonce FROM site_revision_nonce n WHERE n.organisation = $1
                AND n.site = $2 AND n.revision = $3) AS nonce,
               (SELECT min(revision) FROM site_revision_nonce n WHERE n.organisation = $1
                AND n.site = $2) AS oldest
        FROM site_revision WHERE organisation = $1 AND site = $2
        """,
        actor.organisation,
        site,
        cursor_revision,
    )
    assert row is not None  # noqa: S101 - an aggregate always has a row
    return Standing(row["revision"], row["nonce"], row["oldest"] or 0)


async def nonce_of(actor: Actor, site: UUID, revision: int) -> UUID | None:
    """The nonce that belongs to a revision."""
    nonce: UUID | None = await fetch_value(
        "SELECT nonce FROM site_revision_nonce"
        " WHERE organisation = $1 AND site = $2 AND revision = $3",
        actor.organisation,
        site,
        revision,
    )
    return nonce


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One thing that changed, in the order of commits."""

    subject: str
    id: UUID
    revision: int
    gone: bool


_IN_SCOPE = """(
    $8 OR e.author = $9 OR e.crew IN (
        SELECT c.id FROM crew c WHERE c.organisation = $1 AND c.site = $2 AND c.foreman = $9)
)"""
_LED = """(
    f.subject <> 'own_month' OR f.gone OR f.id IN (
        SELECT r.worker FROM roster r
        JOIN crew c ON c.organisation = r.organisation AND c.site = r.site AND c.id = r.crew
        WHERE r.organisation = $1 AND r.site = $2 AND c.foreman = $9)
)"""
"""A worker's months are for who leads his crew, whatever else somebody may see."""
_CHANGED = f"""
    SELECT * FROM (
        SELECT f.subject, f.id, f.revision,
               f.gone OR (f.subject = 'entry' AND e.work_day < $7
                          AND e.state <> 'returned') AS gone
        FROM feed f
        LEFT JOIN entry e ON f.subject = 'entry' AND e.organisation = f.organisation
                         AND e.id = f.id
        WHERE f.organisation = $1 AND f.site = $2 AND f.revision <= $3 AND f.revision > $11
          AND (f.revision, f.subject, f.id) > ($4, $5, $6)
          AND (f.subject <> 'entry' OR f.gone OR {_IN_SCOPE}) AND {_LED}
        ORDER BY f.revision, f.subject, f.id LIMIT $10
    ) AS changed
"""  # noqa: S608 - our own words alone
_FEED = f"{_CHANGED} ORDER BY revision, subject, id"
_FEED_OF_A_FIRST_PULL = f"""
    SELECT subject, id, revision, gone FROM (
        SELECT f.subject, f.id, f.revision, false AS gone
        FROM feed f
        WHERE f.organisation = $1 AND f.site = $2 AND NOT f.gone
          AND f.subject IN ('site', 'trade', 'crew', 'worker', 'task', 'own_month') AND {_LED}
          AND f.revision <= $11 AND (f.revision, f.subject, f.id) > ($4, $5, $6)
        UNION ALL
        SELECT f.subject, f.id, f.revision, false AS gone
        FROM (
            SELECT id, author, crew FROM entry
            WHERE organisation = $1 AND site = $2 AND work_day >= $7
            UNION
            SELECT id, author, crew FROM entry
            WHERE organisation = $1 AND site = $2 AND state = 'returned'
        ) AS e
        JOIN feed f ON f.organisation = $1 AND f.site = $2 AND f.subject = 'entry'
                   AND f.id = e.id
        WHERE NOT f.gone AND {_IN_SCOPE}
          AND f.revision <= $11 AND (f.revision, f.subject, f.id) > ($4, $5, $6)
        UNION ALL
        ({_CHANGED})
    ) AS found
    ORDER BY revision, subject, id LIMIT $10
"""  # noqa: S608 - our own words alone


async def feed_page(
    actor: Actor, cursor: Cursor, scope: Scope, *, ceiling: int, oldest_day: date, limit: int
) -> list[FeedRow]:
    """The next things after the cursor, none above ``ceiling``, none out of scope.

    Entries older than ``oldest_day`` stay on the server, unless they were returned: a phone that
    holds such a one, because it was returned, is told that it is gone when it is decided.

    What had happened by the cursor's floor is found by the entries' days, because a phone that has
    seen nothing needs nothing of a site's older history; what came later, by the feed.
    """
    rows = await fetch(
        _FEED_OF_A_FIRST_PULL if is_first_walk(cursor) else _FEED,
        actor.organisation,
        cursor.site,
        ceiling,
        cursor.revision,
        cursor.subject,
        cursor.id or UUID(int=0),
        oldest_day,
        scope.all_entries,
        actor.member,
        limit,
        cursor.floor,
    )
    return [FeedRow(**row) for row in rows]


PHONE_ROWS: dict[str, str] = {
    "site": """
        SELECT s.id, json_build_object(
            'name', s.name, 'time_zone', s.time_zone, 'hours_per_day', s.hours_per_day::text,
            'overtime_hours_per_man_day', s.overtime_hours_per_man_day::text,
            'rest_weekdays', s.rest_weekdays, 'latitude', s.latitude, 'longitude', s.longitude,
            'radius_m', s.radius_m, 'photo_required', s.photo_required, 'active', s.active,
            'advance_monthly', m.monthly::text, 'advance_percent', m.percent
        )::text AS d
        FROM site s LEFT JOIN advance_limit m ON m.organisation = s.organisation AND m.site = s.id
        WHERE s.organisation = $1 AND s.id = $2 AND s.id = ANY($3)
    """,
    "trade": """
        SELECT t.id, json_build_object('name', t.name, 'name_en', t.name_en)::text AS d
        FROM trade t WHERE t.organisation = $1 AND $2::uuid IS NOT NULL AND t.id = ANY($3)
    """,
    "crew": """
        SELECT c.id, json_build_object(
            'name', c.name, 'trade', c.trade, 'own', c.own, 'company', c.company,
            'foreman', c.foreman, 'active', c.active)::text AS d
        FROM crew c WHERE c.organisation = $1 AND c.site = $2 AND c.id = ANY($3)
    """,
    "worker": """
        SELECT w.id, json_build_object(
            'name', w.name, 'number', w.number, 'trade', w.trade, 'crew', r.crew,
            'phone_tail', right(w.phone, 4), 'joined_on', r.joined_on,
            -- Who was merged into another is offered on no day; sheets keep the name.
            'left_on', CASE WHEN w.merged_into IS NULL THEN r.left_on ELSE r.joined_on - 1 END
        )::text AS d
        FROM roster r JOIN worker w ON w.organisation = r.organisation AND w.id = r.worker
        WHERE r.organisation = $1 AND r.site = $2 AND r.worker = ANY($3)
    """,
    "task": """
        SELECT t.id, json_build_object(
            'code', t.code, 'name', t.name, 'name_en', t.name_en, 'parent', t.parent,
            'unit', t.unit, 'quantity', t.quantity::text, 'planned_start', t.planned_start,
            'planned_finish', t.planned_finish, 'percent', t.percent::text,
            'quantity_done', t.quantity_done::text, 'progress_day', t.progress_day,
            'position', t.position, 'crew', t.crew, 'is_summary', t.is_summary,
            'status', t.status, 'active', t.active)::text AS d
        FROM task t WHERE t.organisation = $1 AND t.site = $2 AND t.id = ANY($3)
    """,
    "entry": """
        SELECT e.id, json_build_object(
            'kind', e.kind, 'work_day', e.work_day, 'crew', e.crew, 'task', e.task,
            'author', e.author, 'author_name', a.name, 'state', e.state, 'version', e.version,
            'return_reason', e.return_reason, 'received_at', e.received_at,
            'clock_doubtful', e.clock_doubtful, 'decided_by_name', m.name,
            'decided_at', e.decided_at, 'mutation', v.mutation, 'photo_state', p.state,
            'questions', CASE WHEN e.state = 'returned' THEN (
                SELECT json_object_agg(q.worker, q.question) FROM line_question q
                WHERE q.organisation = e.organisation AND q.decision = (
                    SELECT d.id FROM decision d WHERE d.organisation = e.organisation
                    AND d.entry = e.id ORDER BY d.at DESC LIMIT 1)) END,
            'signed', (SELECT json_agg(json_build_object(
                    'id', g.id, 'version', g.version, 'party', g.party, 'outcome', g.outcome,
                    'name', g.name, 'at', coalesce(g.signed_at, g.at)) ORDER BY g.at, g.id)
                FROM signature g WHERE g.organisation = e.organisation AND g.entry = e.id),
            'payload', v.payload)::text AS d
        FROM entry e
        JOIN entry_version v ON v.organisation = e.organisation AND v.entry = e.id
                            AND v.version = e.version
        JOIN member a ON a.organisation = e.organisation AND a.id = e.author
        LEFT JOIN member m ON m.organisation = e.organisation AND m.id = e.decided_by
        LEFT JOIN photo p ON p.organisation = e.organisation AND p.id = e.id
        WHERE e.organisation = $1 AND e.site = $2 AND e.id = ANY($3)
    """,
}
"""What a phone holds of each subject, as JSON text made by Postgres."""


async def phone_rows(
    actor: Actor, site: UUID, subject: str, ids: Sequence[UUID]
) -> dict[UUID, str]:
    """JSON text by id of these things; what is not there any more is left out."""
    rows = await fetch(PHONE_ROWS[subject], actor.organisation, site, list(ids))
    return {row["id"]: row["d"] for row in rows}


async def scope_versions(actor: Actor) -> dict[UUID, int]:
    """Scope version by site, of every site the actor has a role on."""
    rows = await fetch(
        "SELECT site, scope_version FROM membership"
        " WHERE organisation = $1 AND member = $2 AND withdrawn_at IS NULL",
        actor.organisation,
        actor.member,
    )
    return {row["site"]: row["scope_version"] for row in rows}
