"""One very large site, made inside Postgres: workers in crews, their sheets with entries, rates,
papers, advances, payments, disputes and double bookings, all as if phones had sent them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg

from daywork.ground.ids import new_id
from daywork.people.actor import Actor

# Pieces of SQL of our own, with numbers in them:


@dataclass(frozen=True, slots=True)
class Size:
    """How large."""

    workers: int
    crews: int
    days: int = 22
    """Of work, each month."""


async def found_company(connection: asyncpg.Connection, name: str) -> Actor:
    """A company with its owner, and nothing else."""
    organisation, owner = new_id(), new_id()
    await connection.execute(
        "INSERT INTO organisation (id, name) VALUES ($1, $2)", organisation, name
    )
    await connection.execute(
        "INSERT INTO member (organisation, id, name, phone, is_owner, language)"
        " VALUES ($1, $2, 'owner', '+8613000000000', true, 'en')",
        organisation,
        owner,
    )
    return Actor(organisation, owner, "owner", "en", is_owner=True, organisation_name=name)


PEOPLE = """
INSERT INTO site (organisation, id, name) VALUES ($1, $2, $4::text);
INSERT INTO crew (organisation, id, site, name, foreman)
    SELECT $1, md5($2::text || 'crew' || c)::uuid, $2, 'crew ' || c, $3
    FROM generate_series(0, {crews} - 1) AS c;
INSERT INTO task (organisation, id, site, code, name)
    SELECT $1, md5($2::text || 'task' || t)::uuid, $2, t::text, 'task ' || t
    FROM generate_series(0, 9) AS t;
CREATE TEMP TABLE gang ON COMMIT DROP AS
    SELECT w, w % {crews} AS c, md5($2::text || 'crew' || w % {crews})::uuid AS crew,
           md5($2::text || 'worker' || w)::uuid AS worker
    FROM generate_series(0, {workers} - 1) AS w;
INSERT INTO worker (organisation, id, name, number, phone)
    SELECT $1, worker, 'worker ' || w, w::text, '13' || lpad(w::text, 9, '0') FROM gang;
INSERT INTO roster (organisation, site, worker, crew, joined_on)
    SELECT $1, $2, worker, crew, '2020-01-01' FROM gang;
INSERT INTO rate (organisation, id, worker, unit, amount, valid_from, created_by)
    SELECT $1, gen_random_uuid(), worker, 'man_day', 300, '2020-01-01', $3 FROM gang;
INSERT INTO worker_identity (organisation, worker, kind, number_sealed, number_mask, number_mark,
                             bank_name, bank_sealed, bank_mask, bank_mark)
    SELECT $1, worker, 'resident', '\\x00', '110101********' || lpad((w % 10000)::text, 4, '0'),
           sha256(worker::text::bytea), 'bank', '\\x00', '**** ' || lpad((w % 10000)::text, 4, '0'),
           sha256(('bank' || worker)::bytea)
    FROM gang;
INSERT INTO worker_contract (organisation, id, site, worker, signed_on, made_by)
    SELECT $1, gen_random_uuid(), $2, worker, '2020-01-01', $3 FROM gang
"""
MONTH = """
CREATE TEMP TABLE sheet ON COMMIT DROP AS
    SELECT c, d, gen_random_uuid() AS id, $4::date + d AS day,
           md5($2::text || 'crew' || c)::uuid AS crew
    FROM generate_series(0, {crews} - 1) AS c, generate_series(0, {days} - 1) AS d;
INSERT INTO entry (organisation, id, site, kind, crew, work_day, author, state, decided_by,
                   decided_at)
    SELECT $1, id, $2, 'labour.sheet', crew, day, $3, 'approved', $3, day + interval '20 hours'
    FROM sheet;
INSERT INTO entry_version (organisation, entry, version, mutation, author, payload, sha256)
    SELECT $1, id, 1, gen_random_uuid(), $3, '{{}}', sha256(id::text::bytea) FROM sheet;
INSERT INTO labour_sheet (organisation, entry, man_days, overtime_hours, workers)
    SELECT $1, id, {workers} / {crews}, {workers} / {crews}, {workers} / {crews} FROM sheet;
INSERT INTO labour_line (organisation, id, sheet, version, site, crew, worker, task, work_day,
    state, unit, amount, man_days, hours_per_day, overtime_hours, rate_amount, rate_unit, earned,
    overtime_earned)
    SELECT $1, gen_random_uuid(), s.id, 1, $2, s.crew, md5($2::text || 'worker' || w)::uuid,
           md5($2::text || 'task' || (w + s.d) % 10)::uuid, s.day, 'approved', 'man_days', 1, 1, 8,
           1, 300, 'man_day', 300, 50
    FROM sheet s JOIN generate_series(0, {workers} - 1) AS w ON w % {crews} = s.c;
CREATE TEMP TABLE lent ON COMMIT DROP AS
    SELECT gen_random_uuid() AS id, md5($2::text || 'worker' || w)::uuid AS worker,
           md5($2::text || 'crew' || w % {crews})::uuid AS crew, $4::date + w % 28 AS day
    FROM generate_series(0, {workers} - 1) AS w WHERE w % 2 = 0;
INSERT INTO entry (organisation, id, site, kind, crew, work_day, author, state, decided_by,
                   decided_at)
    SELECT $1, id, $2, 'labour.advance', crew, day, $3, 'approved', $3, day + interval '20 hours'
    FROM lent;
INSERT INTO entry_version (organisation, entry, version, mutation, author, payload, sha256)
    SELECT $1, id, 1, gen_random_uuid(), $3, '{{}}', sha256(id::text::bytea) FROM lent;
INSERT INTO advance (organisation, entry, site, worker, work_day, state, amount)
    SELECT $1, id, $2, worker, day, 'approved', 500 FROM lent;
INSERT INTO labour_moved (organisation, site, month) VALUES ($1, $2, $4::date)
    ON CONFLICT DO NOTHING
"""
PAID = """
INSERT INTO payment (organisation, id, site, worker, paid_on, for_month, amount, method, made_by)
    SELECT $1, gen_random_uuid(), $2, worker, $4::date + 40, $4::date, 7000, 'bank', $3
    FROM roster WHERE organisation = $1 AND site = $2
"""
TROUBLES = """
CREATE TEMP TABLE troubled ON COMMIT DROP AS
    SELECT worker, gen_random_uuid() AS id FROM roster WHERE organisation = $1 AND site = $2;
INSERT INTO cross_check (organisation, id, site, worker, month, outcome, name, shown, shown_sha256,
                         taken_by, at)
    SELECT $1, id, $2, worker, $4::date, 'disputed', 'worker', '{{}}',
           sha256(id::text::bytea), $3, $4::date + interval '40 days'
    FROM troubled;
INSERT INTO cross_check_dispute (organisation, id, cross_check, site, worker, work_day, man_days,
    overtime_hours, claimed_man_days, claimed_overtime, reason, at)
    SELECT $1, gen_random_uuid(), id, $2, worker, $4::date + d, 1, 1, 1.5, 1, 'I was there longer',
           $4::date + interval '40 days'
    FROM troubled, generate_series(0, {disputes} - 1) AS d;
INSERT INTO double_booking (organisation, worker, work_day, booked, claims)
    SELECT $1, worker, $4::date + d, 2, 'a=1,b=1'
    FROM troubled, generate_series(0, {doubles} - 1) AS d
"""


async def _all(
    connection: asyncpg.Connection, sql: str, values: list[object], **numbers: int
) -> None:
    """Its statements in one transaction, as a replica: neither triggers nor foreign keys."""
    async with connection.transaction():
        await connection.execute("SET LOCAL synchronous_commit = off")
        await connection.execute("SET LOCAL session_replication_role = replica")
        for statement in sql.format(**numbers).split(";\n"):
            used = [n for n in range(1, 5) if f"${n}" in statement]
            for new, old in enumerate(used, 1):
                kind = "::uuid" if old < 4 else ""
                statement = statement.replace(f"${old}", f"$ {new}{kind}")
            words = [values[n - 1] for n in used]
            await connection.execute(statement.replace("$ ", "$"), *words)


async def found_site(
    connection: asyncpg.Connection, owner: Actor, size: Size, name: str = "large"
) -> UUID:
    """A site with its workers, each with a rate, a contract and (masked) papers."""
    site = new_id()
    values = [owner.organisation, site, owner.member, name]
    await _all(connection, PEOPLE, values, workers=size.workers, crews=size.crews)
    return site


async def live_a_month(
    connection: asyncpg.Connection,
    owner: Actor,
    site: UUID,
    size: Size,
    first: date,
    *,
    paid: bool = False,
) -> None:
    """Its sheets, all approved, an advance for every second worker, and perhaps the wages."""
    values = [owner.organisation, site, owner.member, first]
    await _all(connection, MONTH, values, workers=size.workers, crews=size.crews, days=size.days)
    if paid:
        await _all(connection, PAID, values)


async def quarrel(
    connection: asyncpg.Connection,
    owner: Actor,
    site: UUID,
    first: date,
    *,
    disputes: int = 1,
    doubles: int = 0,
) -> None:
    """Every worker disputes days of a month, and is booked twice on some."""
    values = [owner.organisation, site, owner.member, first]
    await _all(connection, TROUBLES, values, disputes=disputes, doubles=doubles)
