"""Sites and what stands on them: crews, workers, trades, tasks, rates, ways of overtime.

Piccolo knows one key column a table; the real keys begin with the organisation. The migration is
the authority, and a test holds these classes against the database.
"""

from piccolo.columns import (
    UUID,
    Array,
    Boolean,
    Date,
    DoublePrecision,
    Integer,
    Numeric,
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.table import Table

from daywork.ground.database import DB


class Site(Table, tablename="site", db=DB):
    """``site``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    name = Text()
    time_zone = Text()
    hours_per_day = Numeric(digits=(4, 2))
    overtime_hours_per_man_day = Numeric(digits=(4, 2))
    rest_weekdays = Array(base_column=SmallInt())
    latitude = DoublePrecision(null=True, default=None)
    longitude = DoublePrecision(null=True, default=None)
    radius_m = Integer()
    photo_required = Boolean()
    starts_on = Date(null=True, default=None)
    ends_on = Date(null=True, default=None)
    active = Boolean()
    country = Text()
    region = Text()
    delay_tolerance = SmallInt()
    created_at = Timestamptz(default=None)
    completed_on = Date(null=True, default=None)
    settled_on = Date(null=True, default=None)


class Membership(Table, tablename="membership", db=DB):
    """``membership``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    site = UUID(default=None)
    member = UUID(primary_key=True, default=None)
    role = Text()
    scope_version = Integer()
    created_at = Timestamptz(default=None)
    withdrawn_at = Timestamptz(null=True, default=None)


class Trade(Table, tablename="trade", db=DB):
    """``trade``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    name = Text()
    name_en = Text()


class Crew(Table, tablename="crew", db=DB):
    """``crew``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    name = Text()
    trade = UUID(null=True, default=None)
    foreman = UUID(null=True, default=None)
    own = Boolean()
    company = Text()
    active = Boolean()
    created_at = Timestamptz(default=None)


def kept_record(of: str) -> str:
    """SQL: the record that a row ``of`` of ``worker`` counts under: itself, or who was kept when it
    was merged. A CASE, because Postgres takes no COALESCE past the wall between companies into an
    index: a join by one reads every worker of the company, each time."""
    return f"CASE WHEN {of}.merged_into IS NULL THEN {of}.id ELSE {of}.merged_into END"


def named_like(name: str = "w.name", number: str = "w.number") -> str:
    """SQL: whether a worker's name or number is like ``$3``, which is NULL where nobody is looked
    for."""
    return f"($3::text IS NULL OR {name} ILIKE $3 OR {number} ILIKE $3)"


class Worker(Table, tablename="worker", db=DB):
    """``worker``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    name = Text()
    number = Text()
    trade = UUID(null=True, default=None)
    phone = Text(null=True, default=None)
    created_by = UUID(null=True, default=None)
    created_at = Timestamptz(default=None)
    merged_into = UUID(null=True, default=None)
    anonymised_at = Timestamptz(null=True, default=None)
    purge = UUID(null=True, default=None)


class Roster(Table, tablename="roster", db=DB):
    """``roster``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    site = UUID(default=None)
    worker = UUID(primary_key=True, default=None)
    crew = UUID(default=None)
    joined_on = Date(default=None)
    left_on = Date(null=True, default=None)


class Task(Table, tablename="task", db=DB):
    """``task``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    parent = UUID(null=True, default=None)
    position = Integer()
    code = Text()
    name = Text()
    name_en = Text()
    is_summary = Boolean()
    unit = Text()
    quantity = Numeric(digits=(14, 3), null=True, default=None)
    weight = Numeric(digits=(12, 3))
    budget = Numeric(digits=(16, 2))
    budget_man_days = Numeric(digits=(10, 2))
    labour_budget = Numeric(digits=(16, 2))
    cost_code = Text()
    planned_start = Date(null=True, default=None)
    planned_finish = Date(null=True, default=None)
    crew = UUID(null=True, default=None)
    percent = Numeric(digits=(5, 2))
    quantity_done = Numeric(digits=(14, 3))
    status = Text()
    progress_day = Date(null=True, default=None)
    active = Boolean()


class Rate(Table, tablename="rate", db=DB):
    """``rate``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    worker = UUID(null=True, default=None)
    crew = UUID(null=True, default=None)
    trade = UUID(null=True, default=None)
    site = UUID(null=True, default=None)
    task = UUID(null=True, default=None)
    unit = Text()
    amount = Numeric(digits=(12, 2))
    overtime_hour = Numeric(digits=(12, 2), null=True, default=None)
    valid_from = Date(default=None)
    valid_to = Date(null=True, default=None)
    note = Text()
    created_by = UUID(null=True, default=None)
    created_at = Timestamptz(default=None)
    ended_by = UUID(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)


class OvertimeRule(Table, tablename="overtime_rule", db=DB):
    """``overtime_rule``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    way = Text()
    valid_from = Date(default=None)
    note = Text()
    made_by = UUID(default=None)
    made_at = Timestamptz(default=None)


class SiteException(Table, tablename="site_exception", db=DB):
    """``site_exception``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    kind = Text()
    first_day = Date(default=None)
    last_day = Date(default=None)
    cause = Text()
    weather = Text(null=True, default=None)
    reason = Text()
    created_by = UUID(default=None)
    created_at = Timestamptz(default=None)
    withdrawn_by = UUID(null=True, default=None)
    withdrawn_at = Timestamptz(null=True, default=None)
