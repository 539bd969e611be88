"""What workers may see, their private links, what they said, and the days in dispute.

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
    Numeric,
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.table import Table

from daywork.ground.database import DB


class CrossCheckRule(Table, tablename="cross_check_rule", db=DB):
    """``cross_check_rule``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    site = UUID(primary_key=True, default=None)
    shows_pay = Boolean(default=True)
    link_days = SmallInt(default=14)
    set_by = UUID(default=None)
    set_at = Timestamptz(default=None)


class CrossCheckLink(Table, tablename="cross_check_link", db=DB):
    """``cross_check_link``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    worker = UUID(default=None)
    month = Date(default=None)
    shows_pay = Boolean()
    token_hash = Bytea()
    made_by = UUID(default=None)
    made_at = Timestamptz(default=None)
    expires_at = Timestamptz(default=None)
    revoked_at = Timestamptz(null=True, default=None)
    revoked_by = UUID(null=True, default=None)
    wrong_digits = Integer()
    opened_at = Timestamptz(null=True, default=None)
    pass_hash = Bytea(null=True, default=None)
    pass_until = Timestamptz(null=True, default=None)


class CrossCheck(Table, tablename="cross_check", db=DB):
    """``cross_check``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    worker = UUID(default=None)
    month = Date(default=None)
    outcome = Text()
    name = Text()
    strokes = Text()
    shown = JSONB()
    shown_sha256 = Bytea()
    claims = JSONB()
    link = UUID(null=True, default=None)
    taken_by = UUID(null=True, default=None)
    mutation = UUID(null=True, default=None)
    device = Text()
    signed_at = Timestamptz(null=True, default=None)
    clock_doubtful = Boolean()
    at = Timestamptz(default=None)


class CrossCheckDispute(Table, tablename="cross_check_dispute", db=DB):
    """``cross_check_dispute``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    cross_check = UUID(default=None)
    site = UUID(default=None)
    worker = UUID(default=None)
    work_day = Date(default=None)
    whole_month = Boolean()
    man_days = Numeric((6, 3))
    overtime_hours = Numeric((5, 2))
    claimed_man_days = Numeric((6, 3))
    claimed_overtime = Numeric((5, 2))
    reason = Text()
    at = Timestamptz(default=None)
    outcome = Text(null=True, default=None)
    answer = Text(null=True, default=None)
    answered_by = UUID(null=True, default=None)
    answered_at = Timestamptz(null=True, default=None)
