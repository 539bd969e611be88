"""A company with 500 sites and 50,000 workers, and months of its lines, made inside Postgres.

Each site has a hundred workers at a time, in five crews, 22 days a month, so 20,000,000 lines are
a year and a half.
"""

from datetime import date
from uuid import UUID

import asyncpg

from daywork.ground.ids import new_id
from daywork.people.actor import Actor

SITES, WORKERS_A_SITE, CREWS_A_SITE, TASKS_A_SITE, TRADES, DAYS = 500, 100, 5, 10, 10, 22
A_MONTH = SITES * WORKERS_A_SITE * DAYS
"""Lines of one month of the company."""

# Pieces of SQL of our own, with numbers in them:
# ruff: noqa: S608
COMPANY = f"""
INSERT INTO organisation (id, name) VALUES ($1, 'big');
INSERT INTO member (organisation, id, name, phone, is_owner, language)
    VALUES ($1, $2, 'owner', '+8613000000000', true, 'en');
INSERT INTO trade (organisation, id, name)
    SELECT $1, md5('trade' || t)::uuid, 'trade ' || t FROM generate_series(0, {TRADES} - 1) AS t;
INSERT INTO site (organisation, id, name)
    SELECT $1, md5('site' || s)::uuid, 'site ' || s FROM generate_series(1, {SITES}) AS s;
INSERT INTO crew (organisation, id, site, name)
    SELECT $1, md5('crew' || s || ' ' || c)::uuid, md5('site' || s)::uuid, 'crew ' || c
    FROM generate_series(1, {SITES}) AS s, generate_series(0, {CREWS_A_SITE} - 1) AS c;
INSERT INTO task (organisation, id, site, code, name, budget_man_days, labour_budget, cost_code)
    SELECT $1, md5('task' || s || ' ' || t)::uuid, md5('site' || s)::uuid, t::text, 'task ' || t,
           9000, 2700000, 'code ' || t % 5
    FROM generate_series(1, {SITES}) AS s, generate_series(0, {TASKS_A_SITE} - 1) AS t;
INSERT INTO worker (organisation, id, name, number, trade)
    SELECT $1, md5('worker' || s || ' ' || w)::uuid, 'worker ' || w,
           (s * {WORKERS_A_SITE} + w)::text, md5('trade' || w % {TRADES})::uuid
    FROM generate_series(1, {SITES}) AS s, generate_series(0, {WORKERS_A_SITE} - 1) AS w;
CREATE TABLE bench_gang AS
    SELECT s, w, w % {CREWS_A_SITE} AS c, md5('site' || s)::uuid AS site,
           md5('crew' || s || ' ' || w % {CREWS_A_SITE})::uuid AS crew,
           md5('worker' || s || ' ' || w)::uuid AS worker
    FROM generate_series(1, {SITES}) AS s, generate_series(0, {WORKERS_A_SITE} - 1) AS w;
INSERT INTO roster (organisation, site, worker, crew, joined_on)
    SELECT $1, site, worker, crew, '2020-01-01' FROM bench_gang;
CREATE TABLE bench_task AS
    SELECT s, t, md5('task' || s || ' ' || t)::uuid AS task
    FROM generate_series(1, {SITES}) AS s, generate_series(0, {TASKS_A_SITE} - 1) AS t
"""
# A sheet's lines stand together, as they do when phones send them.
MONTH = f"""
INSERT INTO labour_line (organisation, id, sheet, version, site, crew, worker, task, work_day,
    state, unit, amount, man_days, hours_per_day, overtime_hours, rate_amount, rate_unit, earned,
    overtime_earned)
SELECT $1, gen_random_uuid(), sheet.id, 1, g.site, g.crew, g.worker, t.task, sheet.day, 'approved',
    'man_days', 1, 1, 8, 1, 300, 'man_day', 300, 50
FROM (SELECT s, c, d, gen_random_uuid() AS id, $2::date + d AS day
      FROM generate_series(1, {SITES}) AS s, generate_series(0, {CREWS_A_SITE} - 1) AS c,
           generate_series(0, {DAYS} - 1) AS d) AS sheet
JOIN bench_gang g ON g.s = sheet.s AND g.c = sheet.c
JOIN bench_task t ON t.s = g.s AND t.t = (g.w + sheet.d) % {TASKS_A_SITE}
"""
MOVED = """
INSERT INTO labour_moved (organisation, site, month)
    SELECT $1, id, $2::date FROM site WHERE organisation = $1
"""
PAID = """
INSERT INTO payment (organisation, id, site, worker, paid_on, for_month, amount, method, made_by)
    SELECT $1, gen_random_uuid(), g.site, g.worker, $2::date + 40, $2::date, 7000, 'bank', $3
    FROM bench_gang g
"""
SECOND_INDEXES = """
SELECT indexname AS name, indexdef AS made FROM pg_indexes
WHERE tablename = 'labour_line' AND indexname IN
    ('labour_line_by_site', 'labour_line_by_worker', 'labour_line_unpriced')
"""


async def found_company(connection: asyncpg.Connection) -> Actor:
    """The company without a line; its owner."""
    organisation, owner = new_id(), new_id()
    for statement in COMPANY.split(";\n"):
        values = [organisation, owner][: 2 if "$2" in statement else "$1" in statement]
        await connection.execute(statement, *values)
    await connection.execute("ANALYZE bench_gang, bench_task")
    return Actor(organisation, owner, "owner", "en", is_owner=True)


async def live_a_month(connection: asyncpg.Connection, owner: Actor, first: date) -> None:
    """The lines of a month, all approved, and the wages paid.

    As if phones had sent them: what the triggers would note is noted, once a site instead of once a
    statement. They and the foreign keys are off meanwhile: both find the same a million times.
    """
    async with connection.transaction():
        await connection.execute("SET LOCAL synchronous_commit = off")
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(MONTH, owner.organisation, first)
        await connection.execute(MOVED, owner.organisation, first)
        await connection.execute(PAID, owner.organisation, first, owner.member)


async def live_months(connection: asyncpg.Connection, owner: Actor, months: list[date]) -> None:
    """Many months: the indexes of lines are made once, at the end, as after a restored backup."""
    indexes = await connection.fetch(SECOND_INDEXES) if len(months) > 2 else []
    for one in indexes:
        await connection.execute(f"DROP INDEX {one['name']}")
    for first in months:
        await live_a_month(connection, owner, first)
    await connection.execute("SET maintenance_work_mem = '1GB'")
    for one in indexes:
        await connection.execute(one["made"])


async def one_site(connection: asyncpg.Connection) -> tuple[UUID, UUID]:
    """A site, and a worker of it."""
    row = await connection.fetchrow("SELECT site, worker FROM bench_gang ORDER BY s, w LIMIT 1")
    assert row is not None
    return row["site"], row["worker"]
