"""Approval rules of sites, deputies, and the closing of months.

Piccolo knows one key column a table; the real keys begin with the organisation. The migration is
the authority, and a test holds these classes against the database.
"""

from piccolo.columns import UUID, Boolean, Date, Numeric, SmallInt, Text, Timestamptz
from piccolo.table import Table

from daywork.ground.database import DB


class ApprovalRule(Table, tablename="approval_rule", db=DB):
    """``approval_rule``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    site = UUID(primary_key=True, default=None)
    steps = SmallInt()
    automatic = Boolean()
    automatic_man_days = Numeric(digits=(8, 2), null=True, default=None)
    automatic_amount = Numeric(digits=(14, 2), null=True, default=None)
    sign_days = SmallInt(null=True, default=None)
    set_by = UUID(default=None)
    set_at = Timestamptz(default=None)


class Deputy(Table, tablename="deputy", db=DB):
    """``deputy``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    absent = UUID(default=None)
    deputy = UUID(default=None)
    first_day = Date(default=None)
    last_day = Date(default=None)
    created_by = UUID(default=None)
    created_at = Timestamptz(default=None)
    ended_at = Timestamptz(null=True, default=None)


class MonthClosing(Table, tablename="month_closing", db=DB):
    """``month_closing``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    month = Date(default=None)
    what = Text()
    reason = Text()
    member = UUID(default=None)
    at = Timestamptz(default=None)
