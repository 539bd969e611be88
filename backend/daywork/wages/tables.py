"""Wage sheets, settlements and signatures for them.

Piccolo knows one key column a table; the real keys begin with the organisation. The migration is
the authority, and a test holds these classes against the database.
"""

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    BigInt,
    Bytea,
    Date,
    Integer,
    Numeric,
    Text,
    Timestamptz,
)
from piccolo.table import Table

from daywork.ground.database import DB


class WageDraft(Table, tablename="wage_draft", db=DB):
    """``wage_draft``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    crew = UUID(null=True, default=None)
    month = Date(default=None)
    pay_day = Date(null=True, default=None)
    made_by = UUID(default=None)
    made_at = Timestamptz(default=None)


class WageSheet(Table, tablename="wage_sheet", db=DB):
    """``wage_sheet``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    crew = UUID(null=True, default=None)
    month = Date(default=None)
    version = Integer()
    reason = Text()
    employer = Text()
    site_name = Text()
    crew_name = Text()
    currency = Text()
    hours_per_day = Array(base_column=Numeric())
    pay_day = Date(null=True, default=None)
    warnings = JSONB()
    workers = Integer()
    man_days = Numeric(digits=(10, 3))
    overtime_hours = Numeric(digits=(10, 2))
    earned = Numeric(digits=(14, 2))
    advances = Numeric(digits=(14, 2))
    paid = Numeric(digits=(14, 2))
    payable = Numeric(digits=(14, 2))
    closed_by = UUID(default=None)
    closed_at = Timestamptz(default=None)


class WageLine(Table, tablename="wage_line", db=DB):
    """``wage_line``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    sheet = UUID(default=None)
    worker = UUID(primary_key=True, default=None)
    position = Integer()
    name = Text()
    number = Text()
    trade = Text()
    crews = Text()
    phone = Text()
    identity_mask = Text()
    bank_name = Text()
    bank_mask = Text()
    days = Integer()
    man_days = Numeric(digits=(8, 3))
    hours = Numeric(digits=(8, 2))
    overtime_workday = Numeric(digits=(8, 2))
    overtime_rest = Numeric(digits=(8, 2))
    overtime_holiday = Numeric(digits=(8, 2))
    rates = JSONB()
    labour = Numeric(digits=(12, 2))
    overtime = Numeric(digits=(12, 2))
    piecework = Numeric(digits=(12, 2))
    monthly = Numeric(digits=(12, 2))
    allowances = Numeric(digits=(12, 2))
    deductions = Numeric(digits=(12, 2))
    earned = Numeric(digits=(12, 2))
    advances = Numeric(digits=(12, 2))
    paid = Numeric(digits=(12, 2))
    payable = Numeric(digits=(12, 2))
    items = JSONB()


class Settlement(Table, tablename="settlement", db=DB):
    """``settlement``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    worker = UUID(default=None)
    version = Integer()
    reason = Text()
    batch = UUID(null=True, default=None)
    until_day = Date(default=None)
    why = Text()
    employer = Text()
    site_name = Text()
    currency = Text()
    name = Text()
    number = Text()
    trade = Text()
    crews = Text()
    phone = Text()
    identity_mask = Text()
    bank_name = Text()
    bank_mask = Text()
    first_day = Date(null=True, default=None)
    last_day = Date(null=True, default=None)
    man_days = Numeric(digits=(10, 3))
    overtime_hours = Numeric(digits=(10, 2))
    labour = Numeric(digits=(14, 2))
    overtime = Numeric(digits=(14, 2))
    piecework = Numeric(digits=(14, 2))
    monthly = Numeric(digits=(14, 2))
    allowances = Numeric(digits=(14, 2))
    deductions = Numeric(digits=(14, 2))
    earned = Numeric(digits=(14, 2))
    advances = Numeric(digits=(14, 2))
    paid = Numeric(digits=(14, 2))
    payable = Numeric(digits=(14, 2))
    months = JSONB()
    warnings = JSONB()
    closed_by = UUID(default=None)
    closed_at = Timestamptz(default=None)


class WagePaper(Table, tablename="wage_paper", db=DB):
    """``wage_paper``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    sheet = UUID(null=True, default=None)
    settlement = UUID(null=True, default=None)
    name = Text()
    media_type = Text()
    bytes = BigInt()
    sha256 = Bytea()
    uploaded_by = UUID(default=None)
    at = Timestamptz(default=None)


class WageSignature(Table, tablename="wage_signature", db=DB):
    """``wage_signature``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    sheet = UUID(null=True, default=None)
    settlement = UUID(null=True, default=None)
    worker = UUID(default=None)
    outcome = Text()
    name = Text()
    witness = Text()
    note = Text()
    strokes = Text()
    paper = UUID(null=True, default=None)
    taken_by = UUID(default=None)
    at = Timestamptz(default=None)
