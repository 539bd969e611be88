"""SQL about letters: ledger rows that were not applied, with all a reader must know of them."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from daywork.ground.database import execute, fetch, fetch_one, fetch_value
from daywork.ground.problems import Problem
from daywork.ground.terms import EntryState, PushResult
from daywork.letters.rules import How
from daywork.people.actor import Actor
from daywork.sync.ledger import problem_from


@dataclass(frozen=True, slots=True)
class Letter:
    """One mutation the office has and has not booked."""

    id: UUID
    site: UUID | None
    """None when it names no site of the company."""
    site_name: str
    time_zone: str
    type: str
    entity: UUID
    author: UUID
    author_name: str
    device: str
    build: str
    client_time: datetime | None
    received_at: datetime
    skew_seconds: float | None
    result: PushResult
    problem: Problem | None
    mutation: dict[str, Any]
    settled_at: datetime | None
    version: int
    """Of the entry in the books that it speaks of; 0: there is none."""
    state: EntryState | None
    how: How | None
    """None while it is open, and when its author mended or discarded it."""
    reason: str
    decided_by: str
    decided_at: datetime | None
    dismissed_at: datetime | None
    receipt_version: int | None
    """What it was booked as, after the office had sent it anew."""
    receipt_revision: int | None

    @property
    def payload(self) -> dict[str, Any]:
        """What was recorded; empty when it cannot be read at all."""
        found = self.mutation.get("payload")
        return found if isinstance(found, dict) else {}

    @property
    def open(self) -> bool:
        """Somebody must still settle it."""
        return self.settled_at is None


_LETTER = """
    SELECT m.id, s.id AS site, coalesce(s.name, '') AS site_name,
           coalesce(s.time_zone, 'Asia/Shanghai') AS time_zone, m.type, m.entity_id AS entity,
           m.member AS author, a.name AS author_name, m.device, m.build, m.client_time,
           m.received_at, m.skew_seconds, m.result, m.problem::text AS problem,
           coalesce(m.mutation, '{}')::text AS mutation, m.settled_at,
           coalesce(e.version, 0) AS version, e.state, d.how, coalesce(d.reason, '') AS reason,
           coalesce(b.name, '') AS decided_by, d.at AS decided_at, m.dismissed_at,
           x.version AS receipt_version, x.revision AS receipt_revision
    FROM sync_mutation m
    JOIN member a ON a.organisation = m.organisation AND a.id = m.member
    LEFT JOIN site s ON s.organisation = m.organisation AND s.id = m.site
    LEFT JOIN entry e ON e.organisation = m.organisation AND e.id = m.entity_id
    LEFT JOIN LATERAL (
        SELECT t.how, t.reason, t.at, t.member, t.mutation FROM letter_decision t
        LEFT JOIN sync_mutation sent ON sent.organisation = t.organisation AND sent.id = t.mutation
        WHERE t.organisation = m.organisation AND t.letter = m.id
          AND (t.mutation IS NULL OR sent.result = 'applied')
        ORDER BY t.at DESC LIMIT 1) d ON true
    LEFT JOIN member b ON b.organisation = m.organisation AND b.id = d.member
    LEFT JOIN sync_mutation x ON x.organisation = m.organisation AND x.id = d.mutation
    WHERE m.organisation = $1 AND m.result <> 'applied'
      AND NOT EXISTS (SELECT FROM letter_decision t
                      WHERE t.organisation = m.organisation AND t.mutation = m.id)
"""
"""An attempt of the office that was refused is no letter of its own: the first one stays open."""

_SEEN = """
    AND ($2 OR s.id = ANY($3) OR (s.id IS NULL AND EXISTS (
        SELECT FROM membership h
        WHERE h.organisation = m.organisation AND h.member = m.member AND h.site = ANY($3))))
"""
"""A letter that names no site is shown where its author works or worked."""


def _letter(row: Record) -> Letter:
    return Letter(
        **{
            **row,
            "result": PushResult(row["result"]),
            "problem": problem_from(row["problem"]),
            "mutation": json.loads(row["mutation"]),
            "state": None if row["state"] is None else EntryState(row["state"]),
            "how": None if row["how"] is None else How(row["how"]),
        }
    )


async def letters(
    actor: Actor,
    sites: Collection[UUID],
    *,
    every_site: bool,
    settled: bool,
    most: int,
) -> list[Letter]:
    """The letters of these sites, the latest first; of several about one thing, each."""
    rows = await fetch(
        f"{_LETTER} {_SEEN} AND (m.settled_at IS NOT NULL) = $4"
        " ORDER BY coalesce(m.settled_at, m.received_at) DESC, m.id LIMIT $5",
        actor.organisation,
        every_site,
        list(sites),
        settled,
        most,
    )
    return [_letter(row) for row in rows]


async def count_open(actor: Actor, sites: Collection[UUID], *, every_site: bool) -> int:
    """How many letters of these sites are open."""
    found: int = await fetch_value(
        f"SELECT count(*) FROM ({_LETTER} {_SEEN} AND m.settled_at IS NULL) open",  # noqa: S608
        actor.organisation,
        every_site,
        list(sites),
    )
    return found


async def letter_seen(
    actor: Actor, letter: UUID, sites: Collection[UUID], *, every_site: bool
) -> Letter | None:
    """One letter, when it belongs to these sites."""
    row = await fetch_one(
        f"{_LETTER} {_SEEN} AND m.id = $4",
        actor.organisation,
        every_site,
        list(sites),
        letter,
    )
    return None if row is None else _letter(row)


async def lock_letter(actor: Actor, letter: UUID) -> None:
    """Let nobody else settle it before this transaction ends."""
    await execute(
        "SELECT FROM sync_mutation WHERE organisation = $1 AND id = $2 FOR UPDATE",
        actor.organisation,
        letter,
    )


async def insert_decision(
    actor: Actor,
    decision: UUID,
    letter: UUID,
    how: How,
    *,
    reason: str = "",
    mutation: UUID | None = None,
) -> None:
    """The office's word on a letter."""
    await execute(
        "INSERT INTO letter_decision (organisation, id, letter, member, how, reason, mutation)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        actor.organisation,
        decision,
        letter,
        actor.member,
        how,
        reason,
        mutation,
    )


async def mark_settled(actor: Actor, letter: UUID) -> None:
    """Nobody need look at it any more."""
    await execute(
        "UPDATE sync_mutation SET settled_at = now()"
        " WHERE organisation = $1 AND id = $2 AND settled_at IS NULL",
        actor.organisation,
        letter,
    )


# The author's side


async def own_open(actor: Actor, most: int) -> list[Letter]:
    """The open letters of the actor, of several about one thing the latest."""
    rows = await fetch(
        "SELECT * FROM (SELECT DISTINCT ON (entity) * FROM ("  # noqa: S608
        f"{_LETTER} AND m.member = $2 AND m.settled_at IS NULL AND m.dismissed_at IS NULL"
        ") open ORDER BY entity, received_at DESC, id DESC) latest"
        " ORDER BY received_at, id LIMIT $3",
        actor.organisation,
        actor.member,
        most,
    )
    return [_letter(row) for row in rows]


async def own_settled(actor: Actor, asked: Sequence[UUID]) -> list[Letter]:
    """Which of these letters of the actor are settled, and how."""
    rows = await fetch(
        f"{_LETTER} AND m.member = $2 AND m.settled_at IS NOT NULL AND m.id = ANY($3)",
        actor.organisation,
        actor.member,
        list(asked),
    )
    return [_letter(row) for row in rows]


async def mark_dismissed(actor: Actor, letters: Sequence[UUID]) -> None:
    """The author let these go. What was refused is settled by that; what was quarantined is the
    office's to decide, and only stops asking the author."""
    await execute(
        "UPDATE sync_mutation SET dismissed_at = now(), settled_at = CASE"
        " WHEN result = 'refused' THEN coalesce(settled_at, now()) ELSE settled_at END"
        " WHERE organisation = $1 AND member = $2 AND id = ANY($3) AND result <> 'applied'"
        " AND dismissed_at IS NULL",
        actor.organisation,
        actor.member,
        list(letters),
    )


# Names


async def names_of(actor: Actor, ids: Collection[UUID], sites: Collection[UUID]) -> dict[UUID, str]:
    """Names of crews, tasks, trades and workers by id, as far as these sites know them."""
    rows = await fetch(
        """
        SELECT id, name FROM crew WHERE organisation = $1 AND id = ANY($2) AND site = ANY($3)
        UNION ALL
        SELECT id, concat_ws(' ', nullif(code, ''), name) FROM task
        WHERE organisation = $1 AND id = ANY($2) AND site = ANY($3)
        UNION ALL
        SELECT id, name FROM trade WHERE organisation = $1 AND id = ANY($2)
        UNION ALL
        SELECT w.id, w.name FROM worker w WHERE w.organisation = $1 AND w.id = ANY($2)
           AND EXISTS (SELECT FROM roster r WHERE r.organisation = $1 AND r.worker = w.id
                       AND r.site = ANY($3))
        """,
        actor.organisation,
        list(ids),
        list(sites),
    )
    return {row["id"]: row["name"] for row in rows}
