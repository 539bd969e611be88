"""Packs that were asked for, and each one's sites.

Piccolo knows one key column a table; the real keys begin with the organisation. The migration is
the authority, and a test holds these classes against the database.
"""

from piccolo.columns import (
    JSONB,
    UUID,
    BigInt,
    Bytea,
    Date,
    Integer,
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.table import Table

from daywork.ground.database import DB


class CompliancePack(Table, tablename="compliance_pack", db=DB):
    """``compliance_pack``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    first = Date(default=None)
    last = Date(default=None)
    language = Text()
    verify_at = Text()
    purpose = Text()
    note = Text()
    sealed_key = Bytea(null=True, default=None)
    made_by = UUID(default=None)
    asked_at = Timestamptz(default=None)
    done_at = Timestamptz(null=True, default=None)
    expires_at = Timestamptz(null=True, default=None)
    taken_at = Timestamptz(null=True, default=None)
    removed_at = Timestamptz(null=True, default=None)


class CompliancePackPart(Table, tablename="compliance_pack_part", db=DB):
    """``compliance_pack_part``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    pack = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    number = Integer()
    state = Text()
    tries = SmallInt()
    files = Integer()
    files_due = Integer()
    moved_at = Timestamptz(null=True, default=None)
    missing = JSONB()
    missing_count = Integer()
    currency = Text()
    bytes = BigInt(null=True, default=None)
    sha256 = Bytea(null=True, default=None)
    problem = Text()
