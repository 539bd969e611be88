"""Tables of kept doubts; the migration says what they promise."""

from piccolo.columns import UUID, BigInt, Integer, SmallInt
from piccolo.table import Table

from daywork.ground.database import DB


class KeptDoubt(Table, tablename="kept_doubt", db=DB):
    """``kept_doubt``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    entry = UUID(primary_key=True, default=None)
    version = Integer(default=None)
    rank = SmallInt(default=None)


class DoubtMoved(Table, tablename="doubt_moved", db=DB):
    """``doubt_moved``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = BigInt(primary_key=True, default=None)
    entry = UUID(null=True, default=None)
    worker = UUID(null=True, default=None)
    site = UUID(null=True, default=None)
