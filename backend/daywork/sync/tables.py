"""The ledger of mutations and the feed that phones pull.

Piccolo knows one key column a table; the real keys begin with the organisation. The migration is
the authority, and a test holds these classes against the database.
"""

from piccolo.columns import (
    JSONB,
    UUID,
    BigInt,
    Boolean,
    Bytea,
    DoublePrecision,
    Integer,
    Text,
    Timestamptz,
)
from piccolo.table import Table

from daywork.ground.database import DB


class SyncMutation(Table, tablename="sync_mutation", db=DB):
    """``sync_mutation``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    sha256 = Bytea()
    member = UUID(default=None)
    device = Text()
    build = Text()
    site = UUID(null=True, default=None)
    type = Text()
    entity_id = UUID(default=None)
    client_time = Timestamptz(null=True, default=None)
    received_at = Timestamptz(default=None)
    skew_seconds = DoublePrecision(null=True, default=None)
    result = Text()
    revision = BigInt(null=True, default=None)
    version = Integer(null=True, default=None)
    problem = JSONB(null=True, default=None)
    mutation = JSONB(null=True, default=None)
    settled_at = Timestamptz(null=True, default=None)
    dismissed_at = Timestamptz(null=True, default=None)


class SiteRevision(Table, tablename="site_revision", db=DB):
    """``site_revision``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    site = UUID(primary_key=True, default=None)
    revision = BigInt()


class SiteRevisionNonce(Table, tablename="site_revision_nonce", db=DB):
    """``site_revision_nonce``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    site = UUID(default=None)
    revision = BigInt(primary_key=True)
    nonce = UUID(default=None)
    at = Timestamptz(default=None)


class Feed(Table, tablename="feed", db=DB):
    """``feed``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    site = UUID(default=None)
    subject = Text()
    id = UUID(primary_key=True, default=None)
    revision = BigInt()
    gone = Boolean()
