"""Labour sheets with their lines, and advances.

Piccolo knows one key column a table; the real keys begin with the organisation. The migration is
the authority, and a test holds these classes against the database.
"""

from piccolo.columns import (
    UUID,
    Boolean,
    Date,
    Integer,
    Numeric,
    Text,
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
