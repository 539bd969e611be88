"""Purges: what went after its time, and whose word it was.

Piccolo knows one key column a table; the real keys begin with the organisation. The migration is
the authority, and a test holds these classes against the database.
"""

from piccolo.columns import UUID, BigInt, Date, Integer, Text, Timestamptz
from piccolo.table import Table

from daywork.ground.database import DB


class RetentionPurge(Table, tablename="retention_purge", db=DB):
    """``retention_purge``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    kept_until = Date(default=None)
    reason = Text()
    photos = Integer()
    bytes = BigInt()
    workers = Integer()
    made_by = UUID(default=None)
    at = Timestamptz(default=None)
