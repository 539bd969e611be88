"""Delays, the reports they are made of, and who is told.

Piccolo knows one key column a table; the real keys begin with the organisation. The migration is
the authority, and a test holds these classes against the database.
"""

from piccolo.columns import JSONB, UUID, Boolean, Date, Integer, Numeric, Text, Timestamptz
from piccolo.table import Table

from daywork.ground.database import DB


class Delay(Table, tablename="delay", db=DB):
    """``delay``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    task = UUID(default=None)
    cause = Text()
    detected = Boolean()
    days = Numeric(digits=(6, 1))
    told_days = Numeric(digits=(6, 1))
    worsened = Integer()
    facts = JSONB()
    opened_on = Date(default=None)
    checked_on = Date(default=None)
    closed_on = Date(null=True, default=None)
    closed_why = Text(null=True, default=None)
    created_at = Timestamptz(default=None)


class DelayReport(Table, tablename="delay_report", db=DB):
    """``delay_report``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    entry = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    task = UUID(default=None)
    work_day = Date(default=None)
    cause = Text()
    days = Numeric(digits=(5, 1))
    note = Text()
    delay = UUID(null=True, default=None)


class DelayWatcher(Table, tablename="delay_watcher", db=DB):
    """``delay_watcher``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    site = UUID(default=None)
    member = UUID(primary_key=True, default=None)


class DelayCheck(Table, tablename="delay_check", db=DB):
    """``delay_check``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    site = UUID(primary_key=True, default=None)
    checked_on = Date(default=None)
