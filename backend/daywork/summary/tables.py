"""Tables of kept totals; the migration says what they promise."""

from piccolo.columns import UUID, Array, BigInt, Date, Integer, Numeric, Text
from piccolo.table import Table

from daywork.ground.database import DB


class LabourTotal(Table, tablename="labour_total", db=DB):
    """``labour_total``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    site = UUID(default=None)
    month = Date(default=None)
    way = Text()
    number = Integer(primary_key=True, default=None)
    crew = UUID(null=True, default=None)
    task = UUID(null=True, default=None)
    trade = UUID(null=True, default=None)
    worker = UUID(null=True, default=None)
    work_day = Date(null=True, default=None)
    crews = Array(base_column=UUID(), null=True, default=None)
    hours = Array(base_column=Numeric(), null=True, default=None)
    man_days = Numeric()
    overtime_hours = Numeric()
    earned = Numeric()
    pending_man_days = Numeric()
    pending_overtime = Numeric()
    returned_man_days = Numeric()
    returned_overtime = Numeric()
    unpriced = BigInt()
    held = BigInt()
    held_man_days = Numeric()
    labour = Numeric()
    overtime = Numeric()
    piecework = Numeric()
    monthly = Numeric()
    allowances = Numeric()
    deductions = Numeric()


class LabourMoved(Table, tablename="labour_moved", db=DB):
    """``labour_moved``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = BigInt(primary_key=True, default=None)
    site = UUID(null=True, default=None)
    month = Date(null=True, default=None)
    worker = UUID(null=True, default=None)
    work_day = Date(null=True, default=None)
