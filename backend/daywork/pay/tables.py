"""Piecework that was paid, and everything else a worker earns or loses besides lines.

Piccolo knows one key column a table; the real keys begin with the organisation. The migration is
the authority, and a test holds these classes against the database.
"""

from piccolo.columns import UUID, Date, Numeric, Text, Timestamptz
from piccolo.table import Table

from daywork.ground.database import DB


class PieceworkRun(Table, tablename="piecework_run", db=DB):
    """``piecework_run``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    task = UUID(default=None)
    crew = UUID(default=None)
    first_day = Date(default=None)
    last_day = Date(default=None)
    quantity = Numeric(digits=(14, 3))
    unit = Text()
    unit_price = Numeric(digits=(12, 2))
    rate = UUID(null=True, default=None)
    total = Numeric(digits=(12, 2))
    share_by = Text()
    note = Text()
    made_by = UUID(default=None)
    made_at = Timestamptz(default=None)
    voided_at = Timestamptz(null=True, default=None)
    voided_by = UUID(null=True, default=None)
    void_reason = Text(null=True, default=None)


class PayItem(Table, tablename="pay_item", db=DB):
    """``pay_item``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    worker = UUID(default=None)
    work_day = Date(default=None)
    kind = Text()
    amount = Numeric(digits=(12, 2))
    crew = UUID(default=None)
    task = UUID(null=True, default=None)
    source = UUID(null=True, default=None)
    batch = UUID(default=None)
    basis = Numeric(digits=(14, 3), null=True, default=None)
    basis_unit = Text(null=True, default=None)
    unit_amount = Numeric(digits=(12, 2), null=True, default=None)
    note = Text()
    made_by = UUID(default=None)
    made_at = Timestamptz(default=None)
    voided_at = Timestamptz(null=True, default=None)
    voided_by = UUID(null=True, default=None)
    void_reason = Text(null=True, default=None)
