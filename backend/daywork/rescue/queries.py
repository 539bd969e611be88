"""SQL about rescue files and what became of each record in them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from daywork.ground.database import execute, fetch, fetch_one
from daywork.ground.problems import Problem
from daywork.people.actor import Actor
from daywork.rescue.rules import Outcome
from daywork.sync.ledger import problem_from


@dataclass(frozen=True, slots=True)
class Rescue:
    """One rescue file that was brought."""

    id: UUID
    member: UUID
    member_name: str
    brought_by: UUID
    brought_by_name: str
    name: str
    sha256: bytes
    bytes: int
    device: str
    build: str
    exported_at: datetime
    received_at: datetime
    imported_at: datetime | None
    file_kept: bool
    sites: list[UUID]
    """Of its records, as far as the company has them."""
    records: int
    pictures: int
    open: int
    """Things in it that are not settled yet."""


@dataclass(frozen=True, slots=True)
class RescueRecord:
    """A mutation or a picture in the file."""

    id: UUID
    kind: str
    position: int
    site: UUID | None
    site_name: str
    type: str
    work_day: date | None
    title: str
    result: Outcome | None
    problem: Problem | None
    there: bool
    """The office had it before, whoever sent it: a mutation answered, a picture complete."""


_RESCUE = """
    SELECT r.id, r.member, m.name AS member_name, r.brought_by, b.name AS brought_by_name, r.name,
           r.sha256, r.bytes, r.device, r.build, r.exported_at, r.received_at, r.imported_at,
           r.file_kept,
           (SELECT coalesce(array_agg(DISTINCT s.id), '{}') FROM rescue_record x
            JOIN site s ON s.organisation = x.organisation AND s.id = x.site
            WHERE x.organisation = r.organisation AND x.rescue = r.id) AS sites,
           c.records, c.pictures, c.open
    FROM rescue r
    JOIN member m ON m.organisation = r.organisation AND m.id = r.member
    JOIN member b ON b.organisation = r.organisation AND b.id = r.brought_by
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE x.kind = 'record') AS records,
               count(*) FILTER (WHERE x.kind = 'picture') AS pictures,
               count(*) FILTER (WHERE x.result IS NULL
                                OR x.result IN ('deferred', 'retry', 'waiting')) AS open
        FROM rescue_record x WHERE x.organisation = r.organisation AND x.rescue = r.id) c
    WHERE r.organisation = $1
"""


async def rescues(actor: Actor, most: int) -> list[Rescue]:
    """The files that were imported, the latest first."""
    rows = await fetch(
        f"{_RESCUE} AND r.imported_at IS NOT NULL ORDER BY r.received_at DESC, r.id LIMIT $2",
        actor.organisation,
        most,
    )
    return [Rescue(**row) for row in rows]


async def rescue_by_id(organisation: UUID, rescue: UUID) -> Rescue | None:
    """One of them."""
    row = await fetch_one(f"{_RESCUE} AND r.id = $2", organisation, rescue)
    return None if row is None else Rescue(**row)


async def insert_rescue(
    actor: Actor,
    rescue: UUID,
    *,
    member: UUID,
    name: str,
    sha256: bytes,
    size: int,
    device: str,
    build: str,
    exported_at: datetime,
) -> None:
    """A file that was brought and is whole."""
    await execute(
        "INSERT INTO rescue (organisation, id, member, brought_by, name, sha256, bytes, device,"
        " build, exported_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        actor.organisation,
        rescue,
        member,
        actor.member,
        name,
        sha256,
        size,
        device,
        build,
        exported_at,
    )


async def insert_records(actor: Actor, rescue: UUID, rows: Sequence[tuple[Any, ...]]) -> None:
    """What is in it: id, kind, site, type, work day and title, in their order."""
    await execute(
        "INSERT INTO rescue_record (organisation, rescue, id, kind, site, type, work_day, title,"
        " position) SELECT $1, $2, u.* FROM unnest($3::uuid[], $4::text[], $5::uuid[], $6::text[],"
        " $7::date[], $8::text[]) WITH ORDINALITY AS u ON CONFLICT DO NOTHING",
        actor.organisation,
        rescue,
        *(list(column) for column in zip(*rows, strict=True)),
    )


async def records_of(actor: Actor, rescue: UUID) -> list[RescueRecord]:
    """What is in it and what became of it, in the order of saving."""
    rows = await fetch(
        """
        SELECT x.id, x.kind, x.position, x.site, coalesce(s.name, '') AS site_name, x.type,
               x.work_day, x.title, x.result, x.problem::text AS problem,
               CASE x.kind WHEN 'record' THEN EXISTS (
                        SELECT FROM sync_mutation m
                        WHERE m.organisation = x.organisation AND m.id = x.id)
                        OR EXISTS (SELECT FROM decision d
                        WHERE d.organisation = x.organisation AND d.id = x.id)
                    ELSE EXISTS (
                        SELECT FROM photo p WHERE p.organisation = x.organisation AND p.id = x.id
                        AND p.state = 'complete') END AS there
        FROM rescue_record x
        LEFT JOIN site s ON s.organisation = x.organisation AND s.id = x.site
        WHERE x.organisation = $1 AND x.rescue = $2
        ORDER BY x.kind DESC, x.position
        """,
        actor.organisation,
        rescue,
    )
    return [
        RescueRecord(
            **{
                **row,
                "result": None if row["result"] is None else Outcome(row["result"]),
                "problem": problem_from(row["problem"]),
            }
        )
        for row in rows
    ]


async def mark_records(
    actor: Actor, rescue: UUID, kind: str, outcomes: Mapping[UUID, tuple[Outcome, str | None]]
) -> None:
    """What became of these: outcome and problem as JSON text."""
    await execute(
        "UPDATE rescue_record x SET result = u.result, problem = u.problem::jsonb"
        " FROM unnest($4::uuid[], $5::text[], $6::text[]) AS u (id, result, problem)"
        " WHERE x.organisation = $1 AND x.rescue = $2 AND x.kind = $3 AND x.id = u.id",
        actor.organisation,
        rescue,
        kind,
        list(outcomes),
        [str(outcome) for outcome, _problem in outcomes.values()],
        [problem for _outcome, problem in outcomes.values()],
    )


async def mark_imported(actor: Actor, rescue: UUID) -> bool:
    """The import begins; False when it had begun before."""
    return bool(
        await execute(
            "UPDATE rescue SET imported_at = now()"
            " WHERE organisation = $1 AND id = $2 AND imported_at IS NULL",
            actor.organisation,
            rescue,
        )
    )


async def mark_file_gone(organisation: UUID, rescue: UUID) -> None:
    """Nothing of the file is needed any more."""
    await execute(
        "UPDATE rescue SET file_kept = false WHERE organisation = $1 AND id = $2",
        organisation,
        rescue,
    )


async def sites_known(actor: Actor, sites: Collection[UUID]) -> frozenset[UUID]:
    """Which of these are sites of the company."""
    rows = await fetch(
        "SELECT id FROM site WHERE organisation = $1 AND id = ANY($2)",
        actor.organisation,
        list(sites),
    )
    return frozenset(row["id"] for row in rows)


async def sites_of_entries(actor: Actor, entries: Collection[UUID]) -> frozenset[UUID]:
    """Where these entries are."""
    rows = await fetch(
        "SELECT DISTINCT site FROM entry WHERE organisation = $1 AND id = ANY($2)",
        actor.organisation,
        list(entries),
    )
    return frozenset(row["site"] for row in rows)


async def never_imported(organisation: UUID, before: datetime) -> list[UUID]:
    """Files that were only looked at, before this moment."""
    rows = await fetch(
        "SELECT id FROM rescue WHERE organisation = $1 AND imported_at IS NULL"
        " AND received_at < $2",
        organisation,
        before,
    )
    return [row["id"] for row in rows]


async def delete_rescue(organisation: UUID, rescue: UUID) -> None:
    """Forget a file that was only looked at."""
    await execute(
        "DELETE FROM rescue WHERE organisation = $1 AND id = $2 AND imported_at IS NULL",
        organisation,
        rescue,
    )
