"""What was reported of a task.

Piccolo knows one key column a table; the real keys begin with the organisation. The migration is
the authority, and a test holds these classes against the database.
"""

from piccolo.columns import (
    UUID,
    Date,
    Numeric,
    Text,
)
from piccolo.table import Table

from daywork.ground.database import DB


class ProgressReport(Table, tablename="progress_report", db=DB):
    """``progress_report``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    entry = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    task = UUID(default=None)
    work_day = Date(default=None)
    percent = Numeric(digits=(5, 2))
    quantity_done = Numeric(digits=(14, 3), null=True, default=None)
    percent_before = Numeric(digits=(5, 2))
    status = Text()
    cause = Text(null=True, default=None)
    note = Text()
