"""SQL of devices and deliveries: which browsers may be woken, and how far each sending has come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from daywork.ground.database import execute, fetch, fetch_value
from daywork.ground.ids import new_id
from daywork.people.actor import Actor
from daywork.push.queries import _HAS_PART, Told
from daywork.push.rules import DeviceKeys

LEASE = timedelta(minutes=2)
"""A delivery that has been under way for longer was left by a worker that is no more."""

# Devices


async def upsert_subscription(
    actor: Actor, endpoint: str, keys: DeviceKeys, server_key: str, at: datetime
) -> UUID:
    """A browser of the actor's. One that was somebody else's becomes his: he holds it now."""
    found: UUID = await fetch_value(
        """
        INSERT INTO push_subscription AS s (organisation, id, member, session, endpoint, p256dh,
                                            auth, server_key, device, created_at, seen_at)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, se.device, $9, $9
        FROM session se WHERE se.organisation = $1 AND se.token_hash = $4
        ON CONFLICT (organisation, endpoint) DO UPDATE SET
            member = excluded.member, session = excluded.session, p256dh = excluded.p256dh,
            auth = excluded.auth, server_key = excluded.server_key, device = excluded.device,
            seen_at = excluded.seen_at, gone_at = NULL, gone_why = NULL
        RETURNING id
        """,
        actor.organisation,
        new_id(),
        actor.member,
        actor.session,
        endpoint,
        keys.p256dh,
        keys.auth,
        server_key,
        at,
    )
    return found


async def mark_unsubscribed(actor: Actor, endpoint: str, at: datetime) -> None:
    """The actor wants nothing more on this browser."""
    await execute(
        "UPDATE push_subscription SET gone_at = $4, gone_why = 'unsubscribed'"
        " WHERE organisation = $1 AND member = $2 AND endpoint = $3 AND gone_at IS NULL",
        actor.organisation,
        actor.member,
        endpoint,
        at,
    )


async def devices_of(actor: Actor) -> list[tuple[str, datetime]]:
    """Name and last launch of the actor's browsers that are pushed to."""
    rows = await fetch(
        "SELECT s.device, s.seen_at FROM push_subscription s JOIN session se"
        " ON se.organisation = s.organisation AND se.token_hash = s.session"
        " WHERE s.organisation = $1 AND s.member = $2 AND s.gone_at IS NULL"
        " AND se.revoked_at IS NULL AND se.expires_at > now() ORDER BY s.seen_at DESC",
        actor.organisation,
        actor.member,
    )
    return [(row["device"], row["seen_at"]) for row in rows]


async def mark_gone(organisation: UUID, gone: dict[UUID, str], at: datetime) -> None:
    """Browsers that a push service does not know any more, with why."""
    if not gone:
        return
    await execute(
        "UPDATE push_subscription s SET gone_at = $4, gone_why = u.why"
        " FROM unnest($2::uuid[], $3::text[]) AS u (id, why)"
        " WHERE s.organisation = $1 AND s.id = u.id AND s.gone_at IS NULL",
        organisation,
        list(gone),
        list(gone.values()),
        at,
    )


# Deliveries


async def insert_deliveries(
    organisation: UUID, told: Sequence[Told], not_before: Sequence[datetime]
) -> int:
    """One for each device of each reader; returns how many. What the same message said before
    and has not left yet is let go: the new revision takes its place."""
    await execute(
        "UPDATE push_delivery d SET state = 'dropped', why = 'superseded', done_at = now()"
        " FROM unnest($2::uuid[], $3::int[]) AS u (message, revision)"
        " WHERE d.organisation = $1 AND d.message = u.message AND d.revision < u.revision"
        " AND d.state = 'waiting'",
        organisation,
        [one.message for one in told],
        [one.revision for one in told],
    )
    return await execute(
        """
        INSERT INTO push_delivery (organisation, message, revision, subscription, not_before)
        SELECT $1, u.message, u.revision, s.id, u.not_before
        FROM unnest($2::uuid[], $3::int[], $4::uuid[], $5::timestamptz[])
             AS u (message, revision, member, not_before)
        JOIN push_subscription s ON s.organisation = $1 AND s.member = u.member
             AND s.gone_at IS NULL
        ON CONFLICT DO NOTHING
        """,
        organisation,
        [one.message for one in told],
        [one.revision for one in told],
        [one.member for one in told],
        list(not_before),
    )


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing to send, with everything that decides whether it still should be."""

    message: UUID
    revision: int
    subscription: UUID
    attempts: int
    member: UUID
    kind: str
    notice: str
    facts: str
    """JSON."""
    subject: str
    link: str
    language: str
    endpoint: str
    p256dh: bytes
    auth: bytes
    server_key: str
    wanted: bool
    """The message is unread and not superseded, the device still signed in, its member active and
    still with a part in the site."""

    @property
    def key(self) -> tuple[UUID, int, UUID]:
        """What names it."""
        return self.message, self.revision, self.subscription


async def claim(organisation: UUID, now: datetime, most: int) -> list[Delivery]:
    """Take up to ``most`` that are due, so that no other worker does; each counts as a try.

    Deliveries that a worker left half done are taken one at a time: should one of them be what
    killed it, it takes no other along.
    """
    rows = await fetch(
        """
        WITH left_over AS (
            SELECT organisation, message, revision, subscription FROM push_delivery
            WHERE organisation = $1 AND state = 'sending'
              AND claimed_at < $2::timestamptz - $4::interval
            ORDER BY attempts, not_before LIMIT 1 FOR UPDATE SKIP LOCKED
        ), due AS (
            SELECT organisation, message, revision, subscription FROM push_delivery
            WHERE organisation = $1 AND state = 'waiting' AND not_before <= $2
              AND NOT EXISTS (SELECT 1 FROM left_over)
            ORDER BY not_before LIMIT $3 FOR UPDATE SKIP LOCKED
        )
        UPDATE push_delivery d SET state = 'sending', claimed_at = $2, attempts = d.attempts + 1
        FROM (SELECT * FROM left_over UNION ALL SELECT * FROM due) AS taken
        WHERE d.organisation = taken.organisation AND d.message = taken.message
          AND d.revision = taken.revision AND d.subscription = taken.subscription
        RETURNING d.message, d.revision, d.subscription, d.attempts
        """,
        organisation,
        now,
        most,
        LEASE,
    )
    return await _read(organisation, rows) if rows else []


async def _read(organisation: UUID, taken: Sequence[Any]) -> list[Delivery]:
    rows = await fetch(
        f"""
        SELECT u.message, u.revision, u.subscription, u.attempts, s.member, g.kind, g.notice,
               g.facts, g.subject, g.link, m.language, s.endpoint, s.p256dh, s.auth, s.server_key,
               (s.gone_at IS NULL AND g.read_at IS NULL AND g.revision = u.revision
                AND g.member = s.member AND m.active
                AND se.revoked_at IS NULL AND se.expires_at > now()
                AND (g.site IS NULL OR {_HAS_PART.format(site="g.site")})) AS wanted
        FROM unnest($2::uuid[], $3::int[], $4::uuid[], $5::int[])
             AS u (message, revision, subscription, attempts)
        JOIN message g ON g.organisation = $1 AND g.id = u.message
        JOIN push_subscription s ON s.organisation = $1 AND s.id = u.subscription
        JOIN member m ON m.organisation = $1 AND m.id = s.member
        JOIN session se ON se.organisation = $1 AND se.token_hash = s.session
        """,  # noqa: S608 - a piece of SQL from above
        organisation,
        [row["message"] for row in taken],
        [row["revision"] for row in taken],
        [row["subscription"] for row in taken],
        [row["attempts"] for row in taken],
    )
    return [Delivery(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one sending."""

    key: tuple[UUID, int, UUID]
    state: str
    """``sent``, ``dropped``, or ``waiting`` for another try."""
    why: str | None = None
    not_before: datetime | None = None
    """Of the next try."""
    counted: bool = True
    """False when nothing was tried, so that waiting costs no try."""


async def mark_outcomes(organisation: UUID, outcomes: Iterable[Outcome], at: datetime) -> None:
    """Write down what became of claimed deliveries."""
    known = list(outcomes)
    await execute(
        """
        UPDATE push_delivery d SET state = u.state, why = u.why, claimed_at = NULL,
            not_before = coalesce(u.not_before, d.not_before),
            attempts = d.attempts - CASE WHEN u.counted THEN 0 ELSE 1 END,
            done_at = CASE WHEN u.state = 'waiting' THEN NULL ELSE $9::timestamptz END
        FROM unnest($2::uuid[], $3::int[], $4::uuid[], $5::text[], $6::text[],
                    $7::timestamptz[], $8::bool[])
             AS u (message, revision, subscription, state, why, not_before, counted)
        WHERE d.organisation = $1 AND d.message = u.message AND d.revision = u.revision
          AND d.subscription = u.subscription AND d.state = 'sending'
        """,
        organisation,
        [one.key[0] for one in known],
        [one.key[1] for one in known],
        [one.key[2] for one in known],
        [one.state for one in known],
        [one.why for one in known],
        [one.not_before for one in known],
        [one.counted for one in known],
        at,
    )


# Across companies: on a connection of the tables' owner, for the worker alone


async def companies_due(owner: asyncpg.Connection, now: datetime) -> list[UUID]:
    """Companies where something should have been sent or told by now."""
    rows = await owner.fetch(
        "SELECT organisation FROM push_delivery WHERE (state = 'waiting' AND not_before <= $1)"
        " OR (state = 'sending' AND claimed_at < $1::timestamptz - $2::interval)"
        " UNION SELECT organisation FROM push_bundle WHERE due_at <= $1 ORDER BY organisation",
        now,
        LEASE,
    )
    return [row["organisation"] for row in rows]


async def sweep(owner: asyncpg.Connection) -> None:
    """Forget what was sent a month ago, and what was read half a year ago."""
    await owner.execute("DELETE FROM push_delivery WHERE done_at < now() - interval '30 days'")
    await owner.execute("DELETE FROM message WHERE read_at < now() - interval '180 days'")
    await owner.execute("DELETE FROM push_subscription WHERE gone_at < now() - interval '30 days'")
