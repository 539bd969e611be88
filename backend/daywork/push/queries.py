"""SQL of the inbox: who is told, what lies there, how much waits, and what a person wants."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from daywork.ground.database import execute, fetch, fetch_one, fetch_value, say_after_commit
from daywork.ground.ids import new_id
from daywork.ground.saying import inbox_changed
from daywork.people.actor import Actor
from daywork.push.rules import MessageKind

# Whether member m may see a message of site $x: written out here once, for three statements.
_HAS_PART = """(m.is_owner OR EXISTS (
    SELECT 1 FROM membership ms WHERE ms.organisation = m.organisation AND ms.member = m.id
      AND ms.site = {site} AND ms.withdrawn_at IS NULL)
    OR {site} IN (SELECT si.site FROM stands_in(m.organisation, m.id) AS si))"""


@dataclass(frozen=True, slots=True)
class Preference:
    """What a member wants pushed; what is muted still lies in the inbox."""

    muted: frozenset[MessageKind] = frozenset()
    quiet: bool = True
    quiet_from: time = time(21)
    quiet_to: time = time(6)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who may be told, with what decides when."""

    member: UUID
    preference: Preference
    time_zone: str
    """The site's; without a site that of one of the person's own sites."""


@dataclass(frozen=True, slots=True)
class Told:
    """A message as written: a new one, or the next revision of an unread one."""

    message: UUID
    member: UUID
    revision: int


@dataclass(frozen=True, slots=True)
class Message:
    """One message in somebody's inbox, not yet worded."""

    id: UUID
    kind: MessageKind
    notice: str
    facts: dict[str, Any]
    site: UUID | None
    site_name: str
    time_zone: str
    link: str
    created_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    """What open pages and the app's icon show."""

    waiting: int
    """Records the member may decide on and nobody has."""
    unread: int
    """Messages not read."""
    unread_else: int
    """Of these the ones that do not speak of waiting records: those are counted above."""

    @property
    def badge(self) -> int:
        """The number on the app's icon."""
        return self.waiting + self.unread_else


# Telling


async def readers_among(
    organisation: UUID, members: Collection[UUID], site: UUID | None
) -> list[Reader]:
    """Those of the members who are active and, for a message of a site, have a part in it."""
    rows = await fetch(
        f"""
        SELECT m.id, p.muted, p.quiet, p.quiet_from, p.quiet_to,
               coalesce((SELECT s.time_zone FROM site s
                         WHERE s.organisation = $1 AND s.id = $3),
                        (SELECT min(s.time_zone) FROM site s JOIN membership ms
                         ON ms.organisation = s.organisation AND ms.site = s.id
                         WHERE ms.organisation = $1 AND ms.member = m.id
                           AND ms.withdrawn_at IS NULL),
                        'Asia/Shanghai') AS time_zone
        FROM member m LEFT JOIN push_preference p
             ON p.organisation = m.organisation AND p.member = m.id
        WHERE m.organisation = $1 AND m.id = ANY($2) AND m.active
          AND ($3::uuid IS NULL OR {_HAS_PART.format(site="$3")})
        ORDER BY m.id
        """,  # noqa: S608 - a piece of SQL from above
        organisation,
        list(members),
        site,
    )
    return [Reader(row["id"], _preference(row), row["time_zone"]) for row in rows]


async def deciders_of(organisation: UUID, site: UUID, passed: int = 0) -> list[UUID]:
    """Whose turn records of the site are that have passed so many steps; else the owners."""
    rows = await fetch(
        "SELECT d.member FROM deciders($1, $2, $3) AS d JOIN member m"
        " ON m.organisation = $1 AND m.id = d.member WHERE m.active ORDER BY d.member",
        organisation,
        site,
        passed,
    )
    if not rows:
        rows = await fetch(
            "SELECT id AS member FROM member WHERE organisation = $1 AND is_owner AND active"
            " ORDER BY id",
            organisation,
        )
    return [row["member"] for row in rows]


async def upsert_messages(
    organisation: UUID,
    readers: Sequence[UUID],
    *,
    kind: MessageKind,
    notice: str,
    facts: dict[str, Any],
    subject: str,
    site: UUID | None,
    entry: UUID | None,
    link: str,
    at: datetime,
) -> list[Told]:
    """One message each; an unread one about the same subject is brought up to date instead."""
    rows = await fetch(
        """
        INSERT INTO message AS g (organisation, id, member, kind, notice, facts, subject, site,
                                  entry, link, created_at)
        SELECT $1, u.id, u.member, $4, $5, $6::jsonb, $7, $8, $9, $10, $11
        FROM unnest($2::uuid[], $3::uuid[]) AS u (id, member)
        ON CONFLICT (organisation, member, subject) WHERE read_at IS NULL DO UPDATE SET
            kind = excluded.kind, notice = excluded.notice, facts = excluded.facts,
            site = excluded.site, entry = excluded.entry, link = excluded.link,
            created_at = excluded.created_at, revision = g.revision + 1
        RETURNING id, member, revision
        """,
        organisation,
        [new_id() for _ in readers],
        list(readers),
        kind,
        notice,
        json.dumps(facts, ensure_ascii=False),
        subject,
        site,
        entry,
        link,
        at,
    )
    say_after_commit(inbox_changed(organisation, row["member"]) for row in rows)
    return [Told(row["id"], row["member"], row["revision"]) for row in rows]


async def mark_facts(organisation: UUID, subject: str, facts: dict[str, Any]) -> None:
    """What unread messages about this say has changed."""
    await execute(
        "UPDATE message SET facts = facts || $3::jsonb WHERE organisation = $1 AND subject = $2"
        " AND read_at IS NULL AND facts IS DISTINCT FROM facts || $3::jsonb",
        organisation,
        subject,
        json.dumps(facts, ensure_ascii=False),
    )


async def mark_settled(organisation: UUID, subjects: Collection[str], at: datetime) -> None:
    """Unread messages about these are done with."""
    rows = await fetch(
        "UPDATE message SET read_at = $3"
        " WHERE organisation = $1 AND subject = ANY($2) AND read_at IS NULL RETURNING member",
        organisation,
        list(subjects),
        at,
    )
    say_after_commit(inbox_changed(organisation, row["member"]) for row in rows)


# Reading


def _sees(actor: Actor) -> list[UUID] | None:
    """Sites whose messages the actor may read; None for all."""
    return None if actor.is_owner else [*actor.roles, *actor.stands_in]


_MINE = """ FROM message g LEFT JOIN site s ON s.organisation = g.organisation AND s.id = g.site
    WHERE g.organisation = $1 AND g.member = $2
      AND (g.site IS NULL OR $3::uuid[] IS NULL OR g.site = ANY($3))"""


async def inbox_of(actor: Actor, *, most: int, before: datetime | None = None) -> list[Message]:
    """The actor's messages, unread ones first, the latest first; read ones before ``before``."""
    rows = await fetch(
        "SELECT g.id, g.kind, g.notice, g.facts, g.site, coalesce(s.name, '') AS site_name,"
        " coalesce(s.time_zone, 'Asia/Shanghai') AS time_zone, g.link, g.created_at, g.read_at"
        + _MINE
        + " AND ($5::timestamptz IS NULL OR (g.read_at IS NOT NULL AND g.created_at < $5))"
        " ORDER BY g.read_at IS NOT NULL, g.created_at DESC, g.id DESC LIMIT $4",
        actor.organisation,
        actor.member,
        _sees(actor),
        most,
        before,
    )
    return [
        Message(**{**row, "kind": MessageKind(row["kind"]), "facts": json.loads(row["facts"])})
        for row in rows
    ]


async def mark_read(actor: Actor, message: UUID, at: datetime) -> str | None:
    """Note that the actor has seen it; returns where it leads, None when it is not his."""
    link: str | None = await fetch_value(
        "UPDATE message SET read_at = coalesce(read_at, $4) WHERE organisation = $1"
        " AND member = $2 AND id = $3"
        " AND (site IS NULL OR $5::uuid[] IS NULL OR site = ANY($5)) RETURNING link",
        actor.organisation,
        actor.member,
        message,
        at,
        _sees(actor),
    )
    say_after_commit([inbox_changed(actor.organisation, actor.member)])
    return link


async def mark_all_read(actor: Actor, until: datetime, at: datetime) -> None:
    """Note that everything told until then has been seen."""
    await execute(
        "UPDATE message SET read_at = $4 WHERE organisation = $1 AND member = $2"
        " AND read_at IS NULL AND created_at <= $3",
        actor.organisation,
        actor.member,
        until,
        at,
    )
    say_after_commit([inbox_changed(actor.organisation, actor.member)])


async def counts_of(organisation: UUID, members: Iterable[UUID]) -> dict[UUID, Counts]:
    """What waits for each of these active members, by the roles they hold now."""
    rows = await fetch(
        f"""
        SELECT m.id,
          (SELECT coalesce(sum(w.n), 0)::bigint FROM (
             SELECT e.site, e.steps_passed, count(*) AS n FROM entry e
             JOIN site s ON s.organisation = e.organisation AND s.id = e.site AND s.active
             WHERE e.organisation = $1 AND e.state = 'submitted'
               AND e.kind IN ('labour.sheet', 'progress.report', 'delay.report', 'labour.advance')
             GROUP BY e.site, e.steps_passed) AS w
           WHERE m.is_owner
              OR m.id IN (SELECT d.member FROM deciders($1, w.site, w.steps_passed) AS d))
            AS waiting,
          count(g.id) AS unread,
          count(g.id) FILTER (WHERE g.kind <> 'approvals') AS unread_else
        FROM member m
        LEFT JOIN message g ON g.organisation = m.organisation AND g.member = m.id
             AND g.read_at IS NULL AND (g.site IS NULL OR {_HAS_PART.format(site="g.site")})
        WHERE m.organisation = $1 AND m.id = ANY($2) AND m.active
        GROUP BY m.organisation, m.id, m.is_owner
        """,  # noqa: S608 - a piece of SQL from above
        organisation,
        list(members),
    )
    return {row["id"]: Counts(row["waiting"], row["unread"], row["unread_else"]) for row in rows}


async def waiting_on(organisation: UUID, site: UUID) -> dict[int, int]:
    """How many records wait for a decision on the site, by the steps they have passed:
    those that the queue of approvals shows."""
    rows = await fetch(
        "SELECT steps_passed, count(*) AS n FROM entry WHERE organisation = $1 AND site = $2"
        " AND state = 'submitted'"
        " AND kind IN ('labour.sheet', 'progress.report', 'delay.report', 'labour.advance')"
        " GROUP BY steps_passed",
        organisation,
        site,
    )
    return {row["steps_passed"]: row["n"] for row in rows}


# Preferences


def _preference(row: Any) -> Preference:
    if row is None or row["muted"] is None:
        return Preference()
    known = {kind.value for kind in MessageKind}
    muted = frozenset(MessageKind(name) for name in row["muted"] if name in known)
    return Preference(muted, row["quiet"], row["quiet_from"], row["quiet_to"])


async def preference_of(actor: Actor) -> Preference:
    """What the actor wants pushed."""
    return _preference(
        await fetch_one(
            "SELECT muted, quiet, quiet_from, quiet_to FROM push_preference"
            " WHERE organisation = $1 AND member = $2",
            actor.organisation,
            actor.member,
        )
    )


async def save_preference(actor: Actor, wanted: Preference) -> None:
    """Keep what the actor wants pushed."""
    await execute(
        "INSERT INTO push_preference (organisation, member, muted, quiet, quiet_from, quiet_to)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (organisation, member) DO UPDATE SET"
        " muted = excluded.muted, quiet = excluded.quiet, quiet_from = excluded.quiet_from,"
        " quiet_to = excluded.quiet_to",
        actor.organisation,
        actor.member,
        sorted(kind.value for kind in wanted.muted),
        wanted.quiet,
        wanted.quiet_from,
        wanted.quiet_to,
    )


# Bundles


async def lock_bundle(organisation: UUID, site: UUID, kind: str) -> tuple[Any, Any] | None:
    """``due_at`` and ``told_at`` of a bundle, held until commit; None when there is none."""
    row = await fetch_one(
        "SELECT due_at, told_at FROM push_bundle"
        " WHERE organisation = $1 AND site = $2 AND kind = $3 FOR UPDATE",
        organisation,
        site,
        kind,
    )
    return None if row is None else (row["due_at"], row["told_at"])


async def insert_bundle(organisation: UUID, site: UUID, kind: str) -> None:
    """A bundle that nothing is in yet, unless it is there."""
    await execute(
        "INSERT INTO push_bundle (organisation, site, kind) VALUES ($1, $2, $3)"
        " ON CONFLICT DO NOTHING",
        organisation,
        site,
        kind,
    )


async def mark_bundle(
    organisation: UUID, site: UUID, kind: str, due_at: datetime | None, told_at: datetime | None
) -> None:
    """When it is told next, and when it was told last."""
    await execute(
        "UPDATE push_bundle SET due_at = $4, told_at = $5"
        " WHERE organisation = $1 AND site = $2 AND kind = $3",
        organisation,
        site,
        kind,
        due_at,
        told_at,
    )


async def bundles_due(organisation: UUID, now: datetime) -> list[tuple[UUID, str]]:
    """Site and kind of the bundles that should have been told by now."""
    rows = await fetch(
        "SELECT site, kind FROM push_bundle WHERE organisation = $1 AND due_at <= $2"
        " ORDER BY due_at",
        organisation,
        now,
    )
    return [(row["site"], row["kind"]) for row in rows]
