"""Photos: when, where, who, what, and the hash of the bytes.

Piccolo knows one key column a table; the real keys begin with the organisation. The migration is
the authority, and a test holds these classes against the database.
"""

from piccolo.columns import (
    UUID,
    BigInt,
    Bytea,
    DoublePrecision,
    Integer,
    Text,
    Timestamptz,
)
from piccolo.table import Table

from daywork.ground.database import DB


class Photo(Table, tablename="photo", db=DB):
    """``photo``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    of_entry = UUID(null=True, default=None)
    task = UUID(null=True, default=None)
    state = Text()
    taken_at = Timestamptz(null=True, default=None)
    taken_at_source = Text()
    latitude = DoublePrecision(null=True, default=None)
    longitude = DoublePrecision(null=True, default=None)
    accuracy_m = DoublePrecision(null=True, default=None)
    sha256 = Bytea()
    bytes = BigInt()
    width = Integer()
    height = Integer()
    media_type = Text()
    note = Text()
    completed_at = Timestamptz(null=True, default=None)
    thumbnail_at = Timestamptz(null=True, default=None)
    no_preview = Text(null=True, default=None)
    phone_preview_at = Timestamptz(null=True, default=None)
    purge = UUID(null=True, default=None)
