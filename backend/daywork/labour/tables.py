"""Labour sheets with their lines.

Piccolo knows one key column a table; the real keys begin with the organisation. The migration is
the authority, and a test holds these classes against the database.
"""

from piccolo.columns import (
    UUID,
    Boolean,
    Date,
    Integer,
    Numeric,
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.table import Table

from daywork.ground.database import DB


class LabourSheet(Table, tablename="labour_sheet", db=DB):
    """``labour_sheet``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    entry = UUID(primary_key=True, default=None)
    note = Text()
    man_days = Numeric(digits=(8, 3))
    overtime_hours = Numeric(digits=(8, 2))
    workers = Integer()


class LabourLine(Table, tablename="labour_line", db=DB):
    """``labour_line``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    sheet = UUID(default=None)
    version = Integer()
    live = Boolean()
    site = UUID(default=None)
    crew = UUID(default=None)
    worker = UUID(default=None)
    task = UUID(null=True, default=None)
    work_day = Date(default=None)
    state = Text()
    unit = Text()
    amount = Numeric(digits=(6, 3))
    man_days = Numeric(digits=(6, 3))
    hours_per_day = Numeric(digits=(4, 2))
    overtime_hours = Numeric(digits=(5, 2))
    note = Text()
    rate = UUID(null=True, default=None)
    rate_amount = Numeric(digits=(12, 2), null=True, default=None)
    rate_unit = Text(null=True, default=None)
    earned = Numeric(digits=(12, 2), null=True, default=None)
    overtime_earned = Numeric(digits=(12, 2), null=True, default=None)
    overtime_way = Text(null=True, default=None)
    overtime_base = Numeric(digits=(14, 4), null=True, default=None)
    overtime_percent = SmallInt(null=True, default=None)
    overtime_divisor = Numeric(digits=(7, 2), null=True, default=None)


class DoubleBooking(Table, tablename="double_booking", db=DB):
    """``double_booking``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    worker = UUID(default=None)
    work_day = Date(default=None)
    booked = Numeric(digits=(7, 3))
    claims = Text()
    opened_at = Timestamptz(default=None)
    decided_by = UUID(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    reason = Text(null=True, default=None)
    counts = UUID(null=True, default=None)
    outcome = Text(null=True, default=None)
    resolved_at = Timestamptz(null=True, default=None)
