"""Entries, their versions and the decisions on them: what all recorded things share.

Piccolo knows one key column a table; the real keys begin with the organisation. The migration is
the authority, and a test holds these classes against the database.
"""

from piccolo.columns import (
    JSONB,
    UUID,
    Boolean,
    Bytea,
    Date,
    Integer,
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.table import Table

from daywork.ground.database import DB


class Entry(Table, tablename="entry", db=DB):
    """``entry``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    kind = Text()
    crew = UUID(null=True, default=None)
    task = UUID(null=True, default=None)
    work_day = Date(default=None)
    author = UUID(default=None)
    state = Text()
    version = Integer()
    received_at = Timestamptz(default=None)
    clock_doubtful = Boolean()
    return_reason = Text(null=True, default=None)
    decided_by = UUID(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    steps_passed = SmallInt()


class EntryVersion(Table, tablename="entry_version", db=DB):
    """``entry_version``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    entry = UUID(primary_key=True, default=None)
    version = Integer()
    mutation = UUID(default=None)
    author = UUID(default=None)
    device = Text()
    client_time = Timestamptz(null=True, default=None)
    received_at = Timestamptz(default=None)
    reason = Text(null=True, default=None)
    payload = JSONB()
    sha256 = Bytea()


class Decision(Table, tablename="decision", db=DB):
    """``decision``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    entry = UUID(default=None)
    version = Integer()
    outcome = Text()
    reason = Text(null=True, default=None)
    member = UUID(default=None)
    at = Timestamptz(default=None)
    how = Text()


class LineQuestion(Table, tablename="line_question", db=DB):
    """``line_question``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    decision = UUID(primary_key=True, default=None)
    sheet = UUID(default=None)
    version = Integer()
    worker = UUID(default=None)
    question = Text()
