"""Signatures.

Piccolo knows one key column a table; the real keys begin with the organisation. The migration is
the authority, and a test holds these classes against the database.
"""

from piccolo.columns import UUID, Boolean, Integer, Text, Timestamptz
from piccolo.table import Table

from daywork.ground.database import DB


class Signature(Table, tablename="signature", db=DB):
    """``signature``; see the migration for keys, checks and indexes."""

    organisation = UUID(default=None)
    id = UUID(primary_key=True, default=None)
    site = UUID(default=None)
    entry = UUID(default=None)
    version = Integer()
    party = Text()
    outcome = Text()
    name = Text()
    company = Text()
    witness = Text()
    note = Text()
    strokes = Text()
    taken_by = UUID(default=None)
    at = Timestamptz(default=None)
    mutation = UUID(null=True, default=None)
    device = Text()
    signed_at = Timestamptz(null=True, default=None)
    clock_doubtful = Boolean()
