"""SQL of merging: who looks alike, what each record holds, and letting one point at the other.

No row of work, pay or signature is rewritten: the record that was merged points at the one kept.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from daywork.ground.database import execute, fetch, fetch_one
from daywork.ground.names import by_name
from daywork.merging.rules import (
    MOST_ALIKE,
    Match,
    SharedDay,
    Side,
    Stay,
    in_order,
    likely,
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be one worker."""

    one: UUID
    one_name: str
    one_where: str
    """Crews and sites."""
    other: UUID
    other_name: str
    other_where: str
    matches: tuple[Match, ...]


def _spelled(name: str) -> str:
    return f"lower(regexp_replace({name}, '[[:space:]·.]', '', 'g'))"


def _where(one: str) -> str:
    return f"""(
        SELECT string_agg(c.name || ' · ' || s.name, '、' ORDER BY {by_name("s.name")})
        FROM roster r
        JOIN crew c ON c.organisation = r.organisation AND c.id = r.crew
        JOIN site s ON s.organisation = r.organisation AND s.id = r.site
        WHERE r.organisation = $1 AND r.worker = {one}.id AND r.site = ANY($2))"""  # noqa: S608


_KEYS = f"""
    mine AS MATERIALIZED (
        SELECT w.id, w.name, w.phone, i.number_mark, i.bank_mark
        FROM worker w
        LEFT JOIN worker_identity i ON i.organisation = w.organisation AND i.worker = w.id
        WHERE w.organisation = $1 AND w.merged_into IS NULL AND w.anonymised_at IS NULL
          AND EXISTS (SELECT FROM roster r WHERE r.organisation = w.organisation
                      AND r.worker = w.id AND r.site = ANY($2))
    ), known AS MATERIALIZED (
        SELECT k.*, count(*) OVER (PARTITION BY by, key) AS alike FROM (
            SELECT id, 'identity' AS by, encode(number_mark, 'hex') AS key FROM mine
            UNION ALL SELECT id, 'account', encode(bank_mark, 'hex') FROM mine
            UNION ALL SELECT id, 'phone', phone FROM mine
            UNION ALL SELECT id, 'name', {_spelled("name")} FROM mine) AS k
        WHERE key <> ''
    )
"""  # noqa: S608 - a piece of SQL of our own


async def pairs_alike(organisation: UUID, sites: Collection[UUID], most: int) -> list[Pair]:
    """Records on these sites that may be one worker; those told apart are left out."""
    rows = await fetch(
        f"""
        WITH {_KEYS}, pairs AS (
            SELECT a.id AS one, b.id AS other, array_agg(a.by) AS by
            FROM known a JOIN known b ON b.by = a.by AND b.key = a.key AND b.id > a.id
            WHERE a.alike <= $3
            GROUP BY 1, 2
        )
        SELECT p.one, p.other, p.by, o.name AS one_name, {_where("o")} AS one_where,
               t.name AS other_name, {_where("t")} AS other_where,
               o.number_mark <> t.number_mark AS differ
        FROM pairs p JOIN mine o ON o.id = p.one JOIN mine t ON t.id = p.other
        WHERE NOT EXISTS (SELECT FROM worker_told_apart a WHERE a.organisation = $1
                          AND a.one = p.one AND a.other = p.other)
        ORDER BY 'identity' = ANY(p.by) DESC, array_length(p.by, 1) DESC, o.name, p.one, p.other
        """,  # noqa: S608 - a piece of SQL of our own
        organisation,
        list(sites),
        MOST_ALIKE,
    )
    found = []
    for row in rows:
        matches = in_order(row["by"])
        if likely(matches, numbers_differ=bool(row["differ"])):
            found.append(
                Pair(
                    row["one"],
                    row["one_name"],
                    row["one_where"] or "",
                    row["other"],
                    row["other_name"],
                    row["other_where"] or "",
                    matches,
                )
            )
    return found[:most]


async def matches_of(organisation: UUID, one: UUID, other: UUID) -> tuple[Match, ...]:
    """What two records have in common."""
    row = await fetch_one(
        f"""
        SELECT a.phone = b.phone AS phone, {_spelled("a.name")} = {_spelled("b.name")} AS name,
               i.number_mark = j.number_mark AS identity, i.bank_mark = j.bank_mark AS account
        FROM worker a JOIN worker b ON b.organisation = a.organisation AND b.id = $3
        LEFT JOIN worker_identity i ON i.organisation = a.organisation AND i.worker = a.id
        LEFT JOIN worker_identity j ON j.organisation = b.organisation AND j.worker = b.id
        WHERE a.organisation = $1 AND a.id = $2
        """,  # noqa: S608 - a piece of SQL of our own
        organisation,
        one,
        other,
    )
    return in_order(name for name, same in dict(row or {}).items() if same)


async def lock_pair(organisation: UUID, one: UUID, other: UUID) -> None:
    """Hold both until commit, against sheets that are just being written for them as well.

    Their sites first, as everybody does who writes there: what is settled, closed or paid of them
    is settled of two workers or of one, and nobody waits for one another.
    """
    await fetch(
        "SELECT site FROM site_revision WHERE organisation = $1 AND site IN ("
        " SELECT site FROM roster WHERE organisation = $1 AND worker = ANY($2))"
        " ORDER BY site FOR UPDATE",
        organisation,
        [one, other],
    )
    await execute(
        "SELECT FROM worker WHERE organisation = $1 AND id = ANY($2) ORDER BY id FOR UPDATE",
        organisation,
        [one, other],
    )


async def sides_of(organisation: UUID, workers: Collection[UUID]) -> dict[UUID, Side]:
    """These records with what each holds by itself."""
    rows = await fetch(
        """
        SELECT w.id AS worker, w.name, w.number, w.phone, coalesce(t.name, '') AS trade,
               coalesce(t.name_en, '') AS trade_en,
               coalesce(i.kind, '') AS kind, coalesce(i.number_mask, '') AS identity,
               coalesce(i.bank_name, '') AS bank_name, coalesce(i.bank_mask, '') AS bank,
               w.created_at AS added_on, w.merged_into, w.anonymised_at IS NOT NULL AS anonymised,
               l.lines, coalesce(l.man_days, 0) AS man_days, l.first_day, l.last_day,
               (SELECT count(*) FROM worker_contract k WHERE k.organisation = w.organisation
                AND k.worker = w.id AND k.voided_at IS NULL) AS contracts,
               (SELECT count(*) FROM worker_certificate k WHERE k.organisation = w.organisation
                AND k.worker = w.id AND k.voided_at IS NULL) AS certificates
        FROM worker w
        LEFT JOIN trade t ON t.organisation = w.organisation AND t.id = w.trade
        LEFT JOIN worker_identity i ON i.organisation = w.organisation AND i.worker = w.id
        CROSS JOIN LATERAL (
            SELECT count(*) AS lines, sum(man_days) AS man_days, min(work_day) AS first_day,
                   max(work_day) AS last_day
            FROM labour_line x WHERE x.organisation = w.organisation AND x.worker = w.id
              AND x.live AND x.state <> 'void') AS l
        WHERE w.organisation = $1 AND w.id = ANY($2)
        """,
        organisation,
        list(workers),
    )
    stays = await stays_of(organisation, workers)
    return {
        row["worker"]: replace(Side(**row), stays=tuple(stays.get(row["worker"], ())))
        for row in rows
    }


async def stays_of(organisation: UUID, workers: Collection[UUID]) -> dict[UUID, list[Stay]]:
    """By worker: the rosters, held until commit."""
    rows = await fetch(
        """
        SELECT r.worker, r.site, s.name AS site_name, r.crew, c.name AS crew_name, r.joined_on,
               r.left_on
        FROM roster r
        JOIN site s ON s.organisation = r.organisation AND s.id = r.site
        JOIN crew c ON c.organisation = r.organisation AND c.id = r.crew
        WHERE r.organisation = $1 AND r.worker = ANY($2) ORDER BY r.joined_on, r.site
        """,
        organisation,
        list(workers),
    )
    found: dict[UUID, list[Stay]] = {}
    for worker, *stay in rows:
        found.setdefault(worker, []).append(Stay(*stay))
    return found


async def shared_days(organisation: UUID, one: UUID, other: UUID) -> list[SharedDay]:
    """Days on which both records are on sheets that stand, the latest first."""
    rows = await fetch(
        """
        SELECT l.work_day AS day, array_agg(DISTINCT l.sheet) AS sheets,
               sum(l.man_days) AS man_days
        FROM labour_line l
        WHERE l.organisation = $1 AND l.worker = ANY($2) AND l.live
          AND l.state NOT IN ('void', 'returned')
        GROUP BY l.work_day HAVING count(DISTINCT l.worker) > 1
        ORDER BY l.work_day DESC
        """,
        organisation,
        [one, other],
    )
    return [SharedDay(row["day"], tuple(row["sheets"]), row["man_days"]) for row in rows]


async def mark_merged(organisation: UUID, kept: UUID, merged: UUID) -> None:
    """The record points at the one kept, and with it whoever pointed at it."""
    await execute(
        "UPDATE worker SET merged_into = $2"
        " WHERE organisation = $1 AND (id = $3 OR merged_into = $3)",
        organisation,
        kept,
        merged,
    )


async def mark_parted(organisation: UUID, workers: Collection[UUID], merged: UUID) -> None:
    """The record stands for itself again; ``workers`` had been merged into it before."""
    await execute(
        "UPDATE worker SET merged_into = CASE WHEN id <> $3 THEN $3 END"
        " WHERE organisation = $1 AND (id = $3 OR id = ANY($2))",
        organisation,
        list(workers),
        merged,
    )


async def pointing_at(organisation: UUID, worker: UUID) -> list[UUID]:
    """Who was merged into this one."""
    rows = await fetch(
        "SELECT id FROM worker WHERE organisation = $1 AND merged_into = $2", organisation, worker
    )
    return [row["id"] for row in rows]


async def save_stays(organisation: UUID, worker: UUID, stays: Sequence[Stay]) -> None:
    """Where the worker stands, on these sites."""
    await execute(
        """
        INSERT INTO roster (organisation, worker, site, crew, joined_on, left_on)
        SELECT $1, $2, u.* FROM unnest($3::uuid[], $4::uuid[], $5::date[], $6::date[]) AS u
        ON CONFLICT (organisation, site, worker) DO UPDATE SET crew = excluded.crew,
            joined_on = excluded.joined_on, left_on = excluded.left_on
        """,
        organisation,
        worker,
        [stay.site for stay in stays],
        [stay.crew for stay in stays],
        [stay.joined_on for stay in stays],
        [stay.left_on for stay in stays],
    )


async def tell_apart(organisation: UUID, one: UUID, other: UUID, member: UUID) -> None:
    """Somebody looked: they are two people."""
    await execute(
        "INSERT INTO worker_told_apart (organisation, one, other, member)"
        " VALUES ($1, least($2::uuid, $3::uuid), greatest($2::uuid, $3::uuid), $4)"
        " ON CONFLICT DO NOTHING",
        organisation,
        one,
        other,
        member,
    )
