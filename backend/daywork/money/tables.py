"""Advances with their limits, payments, and the bank files payments come from.

Piccolo knows one key column a table; the real keys begin with the organisation. The migration is
the authority, and a test holds these classes against the database.
"""

from piccolo.columns import JSONB, UUID, Bytea, Date, Numeric, SmallInt, Text, Timestamptz
from piccolo.table import Table

from daywork.ground.database import DB


class Advance(Table, tablename="advance", db=DB):
    """``advance``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    entry = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    worker = UUID(default=None)
    work_day = Date(default=None)
    state = Text()
    amount = Numeric(digits=(12, 2))
    note = Text()
    handed = Text()


class AdvanceLimit(Table, tablename="advance_limit", db=DB):
    """``advance_limit``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    site = UUID(primary_key=True, default=None)
    monthly = Numeric(digits=(12, 2), null=True, default=None)
    percent = SmallInt(null=True, default=None)
    set_by = UUID(default=None)
    set_at = Timestamptz(default=None)


class BankImport(Table, tablename="bank_import", db=DB):
    """``bank_import``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    name = Text()
    sha256 = Bytea()
    headings = JSONB()
    lines = JSONB()
    made_by = UUID(default=None)
    made_at = Timestamptz(default=None)
    booked_at = Timestamptz(null=True, default=None)
    booked_by = UUID(null=True, default=None)
    undone_at = Timestamptz(null=True, default=None)
    undone_by = UUID(null=True, default=None)
    undo_reason = Text(null=True, default=None)


class Payment(Table, tablename="payment", db=DB):
    """``payment``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    worker = UUID(default=None)
    paid_on = Date(default=None)
    for_month = Date(default=None)
    amount = Numeric(digits=(12, 2))
    method = Text()
    reference = Text()
    wage_sheet = UUID(null=True, default=None)
    settlement = UUID(null=True, default=None)
    bank_import = UUID(null=True, default=None)
    note = Text()
    made_by = UUID(default=None)
    made_at = Timestamptz(default=None)
    voided_at = Timestamptz(null=True, default=None)
    voided_by = UUID(null=True, default=None)
    void_reason = Text(null=True, default=None)
