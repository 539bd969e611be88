"""Rescue files that came in, and what became of each record in them."""

from piccolo.columns import JSONB, UUID, BigInt, Boolean, Bytea, Date, Integer, Text, Timestamptz
from piccolo.table import Table

from daywork.ground.database import DB


class Rescue(Table, tablename="rescue", db=DB):
    """``rescue``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    member = UUID(default=None)
    brought_by = UUID(default=None)
    name = Text()
    sha256 = Bytea()
    bytes = BigInt()
    device = Text()
    build = Text()
    exported_at = Timestamptz(default=None)
    received_at = Timestamptz(default=None)
    imported_at = Timestamptz(null=True, default=None)
    file_kept = Boolean()


class RescueRecord(Table, tablename="rescue_record", db=DB):
    """``rescue_record``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    rescue = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    kind = Text()
    position = Integer()
    site = UUID(null=True, default=None)
    type = Text()
    work_day = Date(null=True, default=None)
    title = Text()
    result = Text(null=True, default=None)
    problem = JSONB(null=True, default=None)
