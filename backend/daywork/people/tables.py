"""Companies, members and their ways in.

Piccolo knows one key column a table; the real keys begin with the organisation. The migration is
the authority, and a test holds these classes against the database.
"""

from piccolo.columns import (
    JSONB,
    UUID,
    Boolean,
    Bytea,
    Text,
    Timestamptz,
)
from piccolo.table import Table

from daywork.ground.database import DB


class Organisation(Table, tablename="organisation", db=DB):
    """``organisation``; see the migration for keys, checks and indexes."""

    id = UUID(primary_key=True, default=None)
    name = Text()
    currency = Text()
    language = Text()
    is_demo = Boolean()
    created_at = Timestamptz(default=None)


class Member(Table, tablename="member", db=DB):
    """``member``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    name = Text()
    phone = Text(null=True, default=None)
    email = Text(null=True, default=None)
    password_hash = Text(null=True, default=None)
    language = Text()
    mode = Text()
    is_owner = Boolean()
    active = Boolean()
    created_at = Timestamptz(default=None)


class Session(Table, tablename="session", db=DB):
    """``session``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    token_hash = Bytea(primary_key=True)
    id = UUID(default=None)
    member = UUID(default=None)
    device = Text()
    user_agent = Text()
    long_lived = Boolean()
    created_at = Timestamptz(default=None)
    last_seen_at = Timestamptz(default=None)
    expires_at = Timestamptz(default=None)
    revoked_at = Timestamptz(null=True, default=None)


class Invitation(Table, tablename="invitation", db=DB):
    """``invitation``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    token_hash = Bytea()
    member = UUID(null=True, default=None)
    name = Text()
    phone = Text(null=True, default=None)
    email = Text(null=True, default=None)
    is_owner = Boolean()
    roles = JSONB()
    created_by = UUID(default=None)
    created_at = Timestamptz(default=None)
    expires_at = Timestamptz(default=None)
    accepted_at = Timestamptz(null=True, default=None)
    accepted_by = UUID(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)


class SignInCode(Table, tablename="sign_in_code", db=DB):
    """``sign_in_code``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    code_hash = Bytea()
    member = UUID(null=True, default=None)
    invitation = UUID(null=True, default=None)
    created_at = Timestamptz(default=None)
    expires_at = Timestamptz(default=None)
    used_at = Timestamptz(null=True, default=None)


class SignInAttempt(Table, tablename="sign_in_attempt", db=DB):
    """``sign_in_attempt``; see the migration for keys, checks and indexes."""

    key_hash = Bytea(primary_key=True)
    at = Timestamptz(default=None)


class AuditEvent(Table, tablename="audit_event", db=DB):
    """``audit_event``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    at = Timestamptz(default=None)
    member = UUID(null=True, default=None)
    site = UUID(null=True, default=None)
    entry = UUID(null=True, default=None)
    action = Text()
    detail = JSONB()
